"""A part of a graph as a function of tensors: it runs, and gives its derivatives.

The derivatives of a graph function are graph functions of the same graph: their nodes are appended
to it by running the backward walk on symbolic tensors. So there are derivatives of any order, and
rules that users gave find the tensors they closed over.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from tensortape.arrays.abstract import Abstract
from tensortape.arrays.namespace import numpy_namespace
from tensortape.arrays.recorded import recorded
from tensortape.autodiff.backward import Entry, Mode, reachable, walk
from tensortape.autodiff.overrides import overrides, rerouted
from tensortape.core.device_tensor import to_numpy
from tensortape.core.dispatch import tell
from tensortape.core.op import Op
from tensortape.core.policy import safe_entries, safety
from tensortape.core.rows import Rows
from tensortape.core.state import state
from tensortape.core.tensor import EagerTensor
from tensortape.core.untraceable import Untraceable
from tensortape.graph.apart import Apart, apart
from tensortape.graph.connections import add_zeros, all_gradients, also_moved, connected
from tensortape.graph.effects import call_for_effects
from tensortape.graph.engine import executor
from tensortape.graph.forward_walk import ForwardWalk
from tensortape.graph.ir import Program, interpret
from tensortape.graph.lower import (
    LOWERINGS,
    Lowering,
    abstract_like,
    attribute_tensors,
    is_stateful,
    lower,
    must_run,
    needed_nodes,
)
from tensortape.graph.symbolic import SymbolicTensor

_FLOATS = frozenset("fcV")
_SHAPES_KEPT = 32


class GraphFunction:
    """``outputs`` as a function of ``inputs``, both tensors of ``graph``.

    ``span`` is the part of the graph's operations that is its own: stateful ones among them run at
    every call.
    """

    def __init__(self, name: str, graph: Any, inputs: Any, outputs: Any, span: Any) -> None:
        self.name, self.graph = name, graph
        self.inputs, self.outputs = tuple(inputs), tuple(outputs)
        self.span = span
        self.jit_compile: bool | None = getattr(graph, "jit_compile", None)
        self.static = all(not t._a.unranked and len(t._a.witnesses) == 1 for t in self.inputs)
        self._programs: dict[Any, Program] = {}
        self._executors: dict[Any, Any] = {}
        self._saving: dict[Any, GraphFunction] = {}
        self._backward: dict[Any, Any] = {}
        self._op: Op | None = None
        self.updates: dict[int, int] = {}
        """Which outputs are new values of which inputs (variables), by position."""
        self.on_device = False
        """Whether arguments may be arrays on the device, and outputs in ``updates`` are."""
        self.asynchronous = False
        """Whether a call may return while XLA computes, and errors come when results are read."""
        self.is_gradient = False
        """Whether its own gradients are zeros where there is no connection, as in TensorFlow."""
        self.whole: GraphFunction = self
        """The function without what is only saved: a source is connected through its results."""
        self.asked: tuple[bool, ...] | None = None
        """Of a function that saves: the inputs for whose gradients it does."""
        self.derived_from: GraphFunction | None = None
        """Of a backward function: whose it is."""
        self.cotangents: list[Any] = []
        """Of a backward function: the last of its inputs."""

    # -- running ---------------------------------------------------------------------------

    def program(self, arrays: Any) -> Program:
        """The program for arguments of these shapes."""
        key = None if self.static else tuple([a.shape for a in arrays])
        found = self._programs.get(key)
        if found is None:
            values = [
                t._a
                if self.static or isinstance(a, Apart)
                else abstract_like(np.shape(a), t._a.dtype)
                for t, a in zip(self.inputs, arrays, strict=True)
            ]
            operations = self.graph._operations
            found = lower(self.name, operations, self.inputs, self.outputs, self.span, values)
            _bound(self._programs)
            self._programs[key] = found
        return found

    def run(self, arrays: Any) -> list[Any]:
        """The outputs' arrays."""
        key = None if self.static else tuple([a.shape for a in arrays])
        found = self._executors.get(key)
        if found is None:
            found = self._make_executor(key, arrays)
        if self.on_device and not hasattr(found, "on_device"):
            arrays = [to_numpy(a) if hasattr(a, "addressable_shards") else a for a in arrays]
        return found(*arrays)

    def begin(self, arrays: Any, updated: int) -> tuple[list[Any], Any]:
        """The outputs, perhaps not computed yet, and the checks that are to be made later.

        ``updated``: how many of the outputs are new values of variables.
        """
        found = self._executors.get(None if self.static else tuple([a.shape for a in arrays]))
        begin = getattr(found, "begin", None)
        return (self.run(arrays), None) if begin is None else begin(arrays, updated)

    def _make_executor(self, key: Any, arrays: Any) -> Any:
        """What runs the program for arguments of these shapes, by itself the better engine."""
        _bound(self._executors)
        begin = time.perf_counter()
        found: Any = executor(
            self.program(arrays), self.jit_compile, self.updates, self.asynchronous
        )
        self._executors[key] = found
        found.made_seconds = time.perf_counter() - begin
        self.on_device = self.on_device or hasattr(found, "on_device")
        return found

    @property
    def compile_seconds(self) -> float:
        """What making plans and XLA's programs cost so far."""
        runs = self._executors.values()
        return sum(run.made_seconds + getattr(run, "compile_seconds", 0.0) for run in runs)

    @property
    def engine(self) -> str:
        """What the next call runs on, for the shapes that came last."""
        newest = list(self._executors.values())[-1:]
        return getattr(newest[0], "engine", "plan") if newest else "none yet"

    def explain_engine(self) -> str:
        """A line for each executor: the engine, why, and what making it cost."""
        lines = []
        for run in self._executors.values():
            seconds = run.made_seconds + getattr(run, "compile_seconds", 0.0)
            engine = getattr(run, "engine", "plan")
            if left := getattr(run, "calls_left", 0):
                engine += f" for {left} more calls, then xla"
            lines.append(f"{engine}, made in {1e3 * seconds:.3g} ms: {run.reason}")
        return "\n".join(lines) or "not called yet"

    def call(self, tensors: Any) -> list[Any]:
        """The outputs as tensors, recorded by whoever watches the arguments."""
        function: GraphFunction = self
        wanted = _wanted(tensors)
        if True in wanted:
            function = self.saving(wanted)
        if state.graph is not None:
            outs = [  # a constant is made anew: its readers do not need this call
                (SymbolicTensor if isinstance(t._a, Abstract) else EagerTensor)(t._a)
                for t in function.outputs
            ]
        else:
            outs = [EagerTensor(a) for a in function.run([t._a for t in tensors])]
        attrs = {"stateful": True} if function.stateful else {}
        if state.graph is not None and not any(type(t) is SymbolicTensor for t in outs):
            call_for_effects(function, tensors, attrs)
        if state.listeners:
            tell(state.listeners, function.op, tuple(tensors), tuple(outs), attrs)
        return outs[: len(self.outputs)]

    @property
    def stateful(self) -> bool:
        """Whether it has to run once, in its place, even if nobody uses its outputs."""
        return any(map(is_stateful, self._own_nodes()))

    @property
    def checks(self) -> bool:
        """Whether something in it runs, perhaps to raise, though nobody uses its outputs."""
        return any(map(must_run, self._own_nodes()))

    def _own_nodes(self) -> list[Any]:
        first, stop = self.span
        return [node for node in self.graph._operations[first:stop] if node._op is not None]

    @property
    def op(self) -> Op:
        """The operation that calling this function is."""
        if self._op is None:
            self._op = _call_op(self)
        return self._op

    def lower_into(self, builder: Any, ids: Any, values: Any) -> list[tuple[int, Any]]:
        """Add the function's nodes to a program; returns the outputs' ids and values."""
        lowering = Lowering(builder, self.inputs, ids, values)
        for node in needed_nodes(self.graph._operations, self.inputs, self.outputs, *self.span):
            lowering.lower(node)
        return [(lowering.id_of(t), lowering.value(t)) for t in self.outputs]

    # -- derivatives -----------------------------------------------------------------------

    def saving(self, wanted: tuple[bool, ...]) -> GraphFunction:
        """This function with more outputs: what its derivative for ``wanted`` inputs will read."""
        key = (wanted, safety.on)
        found = self._saving.get(key)
        if found is None:
            seeds = tuple([t._a.dtype.kind in _FLOATS for t in self.outputs])
            backward, _ = self.backward(wanted, seeds)
            saves = self._read_by(backward)
            found = GraphFunction(
                self.name, self.graph, self.inputs, (*self.outputs, *saves), self.span
            )
            found.is_gradient, found.asked = self.is_gradient, wanted
            self._saving[key] = found.part_of(self)
        return found

    def part_of(self, smaller: GraphFunction) -> GraphFunction:
        """This function, which is ``smaller`` with more outputs."""
        self.whole, self.derived_from = smaller.whole, smaller.derived_from
        return self

    def _read_by(self, backward: GraphFunction) -> list[Any]:
        """Values of this function that ``backward`` reads, and those of stateful operations."""
        operations = self.graph._operations
        own = needed_nodes(operations, self.inputs, self.outputs, *self.span)
        made = {t._id: t for node in own for t in node.outputs if isinstance(t._a, Abstract)}
        known = {t._id for t in (*self.inputs, *self.outputs)}
        reads = needed_nodes(operations, backward.inputs, backward.outputs, *backward.span)
        mine = {id(node) for node in own}
        saves: dict[int, Any] = {}
        for node in own:
            if is_stateful(node):
                saves.update({t._id: t for t in node.outputs if isinstance(t._a, Abstract)})
        for node in reads:
            if id(node) in mine:
                continue
            for t in (*node.inputs, *attribute_tensors(node._attrs)):
                if t._id in made and t._id not in known:
                    saves[t._id] = t
        return [t for i, t in saves.items() if i not in known]

    def backward(self, wanted: tuple[bool, ...], seeds: tuple[bool, ...]) -> tuple[Any, Any]:
        """The gradients of ``wanted`` inputs from cotangents of the ``seeds`` outputs.

        Returns a function of (inputs, outputs that are computed, cotangents), and for each input
        ``None`` (no gradient), ``"dense"`` or the shape of a gradient given by rows.
        """
        key = (wanted, seeds, safety.on)
        found = self._backward.get(key)
        if found is None:
            try:
                found = self._build_backward(wanted, seeds)
            except Untraceable as reason:  # said again at the next call, without trying again
                found = reason
            self._backward[key] = found
        if isinstance(found, Untraceable):
            raise found
        return found

    @property
    def computed(self) -> list[int]:
        """Positions of outputs that are neither inputs nor constants, each tensor once."""
        seen = {t._id for t in self.inputs}
        found = []
        for i, t in enumerate(self.outputs):
            if isinstance(t, SymbolicTensor) and t._id not in seen:
                seen.add(t._id)
                found.append(i)
        return found

    def _build_backward(self, wanted: Any, seeds: Any, whole: Any = None) -> tuple[Any, Any]:
        graph = self.graph
        first = len(graph._operations)
        with graph.as_default():
            given = [
                graph.placeholder_like(t, "cotangent")
                for t, seeded in zip(self.outputs, seeds, strict=True)
                if seeded
            ]
            targets = [t for t, seeded in zip(self.outputs, seeds, strict=True) if seeded]
            found = self._pull(targets, given, wanted)
            if whole is not None:
                add_zeros(whole, self.inputs, wanted, found)
        if whole is None:
            whole = all_gradients(self, found, wanted, seeds)
            if whole is not None:
                return self._build_backward(wanted, seeds, whole)
        outputs: list[Any] = []
        kinds: list[Any] = []
        for t, is_wanted in zip(self.inputs, wanted, strict=True):
            g = found.get(t._id) if is_wanted else None
            if g is None:
                kinds.append(None)
            elif type(g) is Rows:
                kinds.append(g.shape)
                outputs += [g.values, g.indices]
            else:
                kinds.append("dense")
                outputs.append(g)
        inputs = [*self.inputs, *[self.outputs[i] for i in self.computed], *given]
        span = (first, len(graph._operations))
        backward = GraphFunction(f"grad_{self.name}", graph, inputs, outputs, span)
        backward.is_gradient, backward.cotangents = True, given
        backward.derived_from = self.whole
        return backward, tuple(kinds)

    def _pull(self, targets: Any, seeds: Any, wanted: Any) -> dict[int, Any]:
        """The backward walk on symbolic tensors."""
        sources = {t._id for t, w in zip(self.inputs, wanted, strict=True) if w}
        entries = self.entries()
        if overrides.used:
            entries = rerouted(entries)
        if safety.on:
            entries = safe_entries(entries)
        needed = reachable(entries, sources)
        grads: dict[int, Any] = {}
        for t, seed in zip(targets, seeds, strict=True):
            if t._id in needed:
                grads[t._id] = grads[t._id] + seed if t._id in grads else seed
        return walk(entries, grads, needed, sources, Mode(recorded, True))

    def dense_backward(self, wanted: Any, seeds: Any) -> tuple[GraphFunction, tuple[bool, ...]]:
        """As :meth:`backward`, with dense gradients, as a function of all outputs.

        Returns a function of (inputs, outputs, cotangents of the ``seeds`` outputs) and which
        inputs get a gradient.
        """
        key = ("dense", wanted, seeds, safety.on)
        found = self._backward.get(key)
        if found is None:
            found = self._backward[key] = self._build_dense(wanted, seeds)
        return found

    def _build_dense(self, wanted: Any, seeds: Any) -> tuple[GraphFunction, tuple[bool, ...]]:
        backward, kinds = self.backward(wanted, seeds)
        graph = self.graph
        flat = iter(backward.outputs)
        grads = []
        with graph.as_default():
            for kind in kinds:
                if kind is None:
                    continue
                g = next(flat)
                grads.append(g if kind == "dense" else Rows(recorded, g, next(flat), kind).dense())
            computed = set(self.computed)
            outs = [
                t if i in computed else graph.placeholder_like(t, "unused")
                for i, t in enumerate(self.outputs)
            ]
        count = len(self.inputs) + len(self.computed)
        inputs = [*self.inputs, *outs, *backward.inputs[count:]]
        span = (backward.span[0], len(graph._operations))
        function = GraphFunction(backward.name, graph, inputs, grads, span)
        return function, tuple([k is not None for k in kinds])

    def forward(self, moving: tuple[bool, ...]) -> tuple[GraphFunction, tuple[bool, ...]]:
        """The tangents of the outputs from tangents of the ``moving`` inputs.

        Returns a function of (inputs, outputs, tangents of the moving inputs) and which outputs
        get a tangent.
        """
        key = ("forward", moving, safety.on)
        found = self._backward.get(key)
        if found is None:
            walked = ForwardWalk(self, moving)
            function = GraphFunction(
                f"jvp_{self.name}", self.graph, walked.inputs, walked.outputs, walked.span
            )
            found = self._backward[key] = (function, walked.given)
        return found

    def blanks(self, lacking: tuple[bool, ...]) -> tuple[bool, ...]:
        """Of a backward function: which of the ``lacking`` inputs have zeros for a gradient."""
        if self.derived_from is None or True not in lacking:
            return lacking
        key = ("blanks", lacking, safety.on)
        found = self._backward.get(key)
        if found is None:
            found = self._backward[key] = connected(
                self.derived_from, lacking, len(self.whole.cotangents)
            )
        return found

    def still(self, moving: tuple[bool, ...], given: tuple[bool, ...]) -> tuple[bool, ...]:
        """Which outputs stand still for tangents of the ``moving`` inputs: theirs are zeros."""
        key = ("still", moving, safety.on)
        found = self._backward.get(key)
        if found is None:
            found = self._backward[key] = also_moved(self, given, moving)
        return found

    def entries(self) -> list[Entry]:
        """The function's operations, as a tape would have recorded them."""
        _, stop = self.span
        nodes = needed_nodes(self.graph._operations, self.inputs, self.outputs, stop, stop)
        return [
            Entry(n._op, n.differentiated, n.outputs, n._attrs)
            for n in nodes
            if n._op.pullback is not None or n._op.missing_gradient or n._op.user_pullback
        ]


def _bound(cache: dict[Any, Any]) -> None:
    """Forget the oldest entry of a cache that is full."""
    if len(cache) >= _SHAPES_KEPT:
        cache.pop(next(iter(cache)))


def _wanted(tensors: Any) -> tuple[bool, ...]:
    """Which tensors somebody who listens will ask derivatives for."""
    asks = [wants for x in state.listeners if (wants := getattr(x, "wants", None)) is not None]
    if not asks:
        return ()
    return tuple([t._a.dtype.kind in _FLOATS and any(a(t) for a in asks) for t in tensors])


def _call_op(function: GraphFunction) -> Op:
    """The record of calling ``function``."""

    def kernel(xp: Any, *arrays: Any, stateful: bool = False) -> Any:
        if xp is numpy_namespace:
            return function.run(arrays)
        return interpret(function.program(arrays), xp, arrays)

    def pullback(xp: Any, g: Any, y: Any, inputs: Any, attrs: Any, needed: Any) -> Any:
        g = g if type(g) is list else [g]
        seeds = tuple([one is not None for one in g])
        backward, kinds = function.backward(tuple(needed), seeds)
        ready = [y[i] for i in function.computed]
        args = [*inputs, *ready, *[one for one in g if one is not None]]
        outs = _evaluated(xp, backward, args)
        found = _unpacked(xp, kinds, iter(outs), inputs)
        if not function.is_gradient:
            return found
        blank = function.blanks(
            tuple([g is None and n for g, n in zip(found, needed, strict=True)])
        )
        return [
            (apart([0] * len(x)) if isinstance(x, Apart) else xp.zeros_like(x)) if zero else g
            for g, x, zero in zip(found, inputs, blank, strict=True)
        ]

    def pushforward(
        xp: Any, tangents: Any, y: Any, *inputs: Any, stateful: bool = False
    ) -> list[Any]:
        moving = tuple([t is not None for t in tangents])
        forward, given = function.forward(moving)
        args = [*inputs, *y, *[t for t in tangents if t is not None]]
        outs = iter(_evaluated(xp, forward, args) if any(given) else ())
        found = [next(outs) if there else None for there in given]
        if all(given):
            return found
        still = function.still(moving, given)
        return [
            xp.zeros_like(y[i]) if zero else t
            for i, (t, zero) in enumerate(zip(found, still, strict=True))
        ]

    kind = "StatefulPartitionedCall" if function.stateful else "PartitionedCall"
    record = Op(kind, kernel, name=function.name, outputs=len(function.outputs), family="call")
    record.pullback, record.pushforward = pullback, pushforward
    record.computed_by = function
    return record


def _evaluated(xp: Any, function: GraphFunction, args: Any) -> Any:
    """The outputs of a derivative in a namespace."""
    if xp is numpy_namespace:
        return function.run(args)
    if xp is recorded:
        return function.call(args)
    return interpret(function.program(args), xp, args)


def _unpacked(xp: Any, kinds: Any, outs: Any, inputs: Any) -> list[Any]:
    """Gradients in the order of the inputs; rows of one have the shape it has in this call."""
    found: list[Any] = []
    for kind, x in zip(kinds, inputs, strict=True):
        if kind is None:
            found.append(None)
        elif kind == "dense":
            found.append(next(outs))
        else:
            found.append(Rows(xp, next(outs), next(outs), tuple(x.shape)))
    return found


def _inlined(lowering: Any, node: Any, ids: Any, values: Any) -> Any:
    """A call becomes the nodes of the function called."""
    return node._op.computed_by.lower_into(lowering.builder, ids, values)


LOWERINGS["PartitionedCall"] = LOWERINGS["StatefulPartitionedCall"] = _inlined
