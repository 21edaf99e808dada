"""Operations on tensors of which not even the rank is known while a graph is built.

Such a tensor is the result of a branch or loop whose parts give different ranks. What is computed
with it is looked at anew whenever the graph runs, as eager execution would: the attributes are
normalised for the rank that came, and derivatives are found with a tape around the operation.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.arrays.abstract import Abstract, abstract, concrete, placeholder
from tensortape.arrays.namespace import numpy_namespace
from tensortape.arrays.unranked import Unranked, same_shape, unranked
from tensortape.autodiff.tape import GradientTape
from tensortape.core import nest
from tensortape.core.dispatch import BY_RANK, LIFT, Normalised, apply, execute, tell
from tensortape.core.op import op
from tensortape.core.registry import PUBLIC
from tensortape.core.state import quiet, state
from tensortape.core.tensor import EagerTensor, Tensor
from tensortape.core.untraceable import UnknownRank, Untraceable
from tensortape.graph.apart import Apart, apart
from tensortape.graph.ir import STATEFUL
from tensortape.graph.lower import is_stateful
from tensortape.graph.symbolic import SymbolicTensor
from tensortape.graph.trace_graph import TraceGraph, left_graphs

_RANKS = range(6)
_FLOATS = "fcV"


class Applied:
    """An operation on tensors of any rank."""

    def __init__(self, record: Any, raw: bool) -> None:
        self.record = record
        self.run = apply if raw else execute

    def __call__(self, tensors: tuple[Any, ...], attrs: dict[str, Any]) -> list[Any]:
        """The results, as a list."""
        found = self.run(self.record, tensors, dict(attrs))
        return [found] if self.record.outputs is None else list(found)

    def __repr__(self) -> str:
        return self.record.type


class Pulled:
    """The gradients of ``call`` for the ``wanted`` of its inputs, from some outputs' cotangents."""

    def __init__(self, call: Any, count: int, wanted: list[int], seeds: list[int]) -> None:
        self.call, self.count, self.wanted, self.seeds = call, count, wanted, seeds

    def __call__(self, tensors: tuple[Any, ...], attrs: dict[str, Any]) -> list[Any]:
        """Gradients; zeros where there is no connection."""
        inputs, cotangents = tensors[: self.count], tensors[self.count :]
        sources = [inputs[i] for i in self.wanted]
        with GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(sources)
            found = self.call(inputs, attrs)
        targets = [found[i] for i in self.seeds]
        grads = tape.gradient(targets, sources, list(cotangents), unconnected_gradients="zero")
        return [PUBLIC["convert_to_tensor"](g) for g in grads]

    def __repr__(self) -> str:
        return f"gradient of {self.call!r}"


def _kernel(xp: Any, arrays: Any, call: Any, attrs: dict[str, Any]) -> list[Any]:
    if any(isinstance(a, Tensor) for a in arrays):
        return call(tuple(arrays), attrs)
    if xp is not numpy_namespace:
        raise Untraceable(f"{call!r} of a tensor whose rank is not known")
    if any(isinstance(a, Apart) for a in arrays):
        return _of_lists(arrays, call)
    with left_graphs(), quiet():
        return [t._a for t in call(tuple(map(EagerTensor, arrays)), attrs)]


def _of_lists(arrays: Any, call: Any) -> list[Any]:
    """Sums of lists of rows (``graph/uneven.py``), and derivatives of sums."""
    found = []
    for row in _coefficients(call):
        terms = [a for a, there in zip(arrays, row, strict=True) if there]
        total = terms[0] if terms else apart([0] * len(arrays[0]))
        for term in terms[1:]:
            total = np.add(total, term)
        found.append(total)
    return found


def _coefficients(call: Any) -> list[list[int]]:
    """For each result how often each input is part of it."""
    if isinstance(call, Pulled):
        inner = _coefficients(call.call)
        zeros = [0] * call.count
        return [[*zeros, *[inner[s][i] for s in call.seeds]] for i in call.wanted]
    known = {"AddV2": [[1, 1]], "Add": [[1, 1]], "ZerosLike": [[0]], "Identity": [[1]]}
    if repr(call) not in known:
        raise Untraceable(f"{call!r} of a tf.TensorArray of elements of different shapes")
    return known[repr(call)]


@op("ByRank", outputs=0, nondifferentiable=None)
def by_rank(xp, *arrays, call, **attrs):
    """What an operation gives for arrays of the ranks that came."""
    return _kernel(xp, arrays, call, attrs)


@op("ByRankWithoutGradient", outputs=0, nondifferentiable="the operation has none")
def without_gradient(xp, *arrays, call, **attrs):
    """As ``ByRank``, for operations without a derivative."""
    return _kernel(xp, arrays, call, attrs)


def _pullback(xp: Any, g: Any, y: Any, inputs: Any, attrs: Any, needed: Any) -> Any:
    g = g if type(g) is list else [g]
    wanted = [i for i, n in enumerate(needed) if n and inputs[i]._a.dtype.kind in _FLOATS]
    seeds = [i for i, t in enumerate(y) if t._a.dtype.kind in _FLOATS]
    call = Pulled(attrs["call"], len(inputs), wanted, seeds)
    more = {n: a for n, a in attrs.items() if n != "call"}
    results = [like(inputs[i]._a) for i in wanted]
    given = (*inputs, *[g[i] for i in seeds])
    found = dict(zip(wanted, _node(by_rank, given, results, call, more), strict=True))
    return [found.get(i) for i in range(len(inputs))]


by_rank.pullback = _pullback


def like(value: Any) -> Abstract:
    """A fresh value of which the same is known."""
    if isinstance(value, Abstract):
        return Unranked(value.dtype) if value.unranked else placeholder(value.shape, value.dtype)
    return placeholder(np.shape(value), value.dtype)


def _node(record: Any, inputs: Any, results: Any, call: Any, attrs: dict[str, Any]) -> list[Any]:
    """Add the operation to the graph, and tell who listens."""
    outs = [SymbolicTensor(r) for r in results]
    tell(state.listeners, record, tuple(inputs), tuple(outs), {"call": call, **attrs})
    return outs


def execute_by_rank(record: Any, tensors: tuple[Any, ...], attrs: dict[str, Any]) -> Any:
    """``execute`` for tensors of which some have no known rank.

    Raises ``Untraceable`` for operations that this is not possible for.
    """
    raw = type(attrs) is Normalised
    if record.family in STATEFUL or record.type in ("If", "While") or state.graph is None:
        raise Untraceable(f"{record.type} of a tensor whose rank is not known")
    plain: dict[str, Any] = {n: concrete(a) for n, a in attrs.items()}
    results = results_of(record, [t._a for t in tensors], plain, raw)
    derived = record.pullback is not None or record.user_pullback or record.missing_gradient
    has = bool(derived) and any(r.dtype.kind in _FLOATS for r in results)
    kind = by_rank if has else without_gradient
    outs = _node(kind, tensors, results, Applied(record, raw), plain)
    return outs[0] if record.outputs is None else tuple(outs)


def results_of(record: Any, values: Any, attrs: dict[str, Any], raw: bool) -> list[Abstract]:
    """What is known of the results: what they have in common for all ranks that are possible."""
    found: list[Any] = []
    refusal: Exception | None = None
    for rank in _RANKS:
        given = [placeholder((None,) * rank, v.dtype) if unranked(v) else v for v in values]
        try:
            results = abstract.evaluate(record, given, Normalised(attrs) if raw else attrs, raw)
        except Exception as error:
            refusal = error
            continue
        found.append([results] if record.outputs is None else list(results))
    if not found or len({len(row) for row in found}) > 1:
        raise Untraceable(f"{record.type} of a tensor whose rank is not known") from refusal
    return [same_shape(column) for column in zip(*found, strict=True)]


class Lifted:
    """A function of the library on nests with tensors, as a function of those tensors."""

    def __init__(self, function: Any, given: Any) -> None:
        self.function, self.given = function, given
        self.leaves = nest.flatten(given)
        self.places = [i for i, v in enumerate(self.leaves) if isinstance(v, Tensor)]
        self.tensors = [self.leaves[i] for i in self.places]

    def result(self, tensors: Any) -> Any:
        """What the function gives with these tensors in the places of those it was called with."""
        leaves = list(self.leaves)
        for i, t in zip(self.places, tensors, strict=True):
            leaves[i] = t
        args, kwargs = nest.pack_sequence_as(self.given, leaves)
        return self.function(*args, **kwargs)

    def __call__(self, tensors: tuple[Any, ...], attrs: dict[str, Any]) -> list[Any]:
        """The results, as a list."""
        return nest.flatten(self.result(tensors))

    def __repr__(self) -> str:
        return self.function.__name__


def lift(function: Any, args: Any, kwargs: Any) -> Any:
    """Call a function of the library when the graph runs, because it needs to know a rank.

    Raises ``UnknownRank`` where that is not possible.
    """
    call = Lifted(function, [tuple(args), dict(kwargs)])
    if any(callable(leaf) for leaf in call.leaves if not hasattr(leaf, "as_numpy_dtype")):
        raise UnknownRank(f"{call!r} of a tensor whose rank is not known")
    structure, results = _for_all_ranks(call)
    floats = any(r.dtype.kind in _FLOATS for r in results)
    outs = _node(by_rank if floats else without_gradient, call.tensors, results, call, {})
    return nest.pack_sequence_as(structure, outs)


def _for_all_ranks(call: Lifted) -> tuple[Any, list[Abstract]]:
    """The structure of the results, and what all ranks that are possible have in common."""
    found: list[list[Any]] = []
    structure: Any = None
    refusal: Exception | None = None
    for rank in _RANKS:
        graph = TraceGraph("ranks", outer=state.graph)
        with graph.as_default():
            given = [_of_rank(graph, t, rank) for t in call.tensors]
            try:
                structure = call.result(given)
            except Exception as error:
                refusal = error
                continue
        leaves = nest.flatten(structure)
        stateful = any(n._op is not None and is_stateful(n) for n in graph._operations)
        if stateful or not all(isinstance(t, Tensor) for t in leaves):
            raise UnknownRank(f"{call!r} of a tensor whose rank is not known")
        found.append([t._a for t in leaves])
    if not found or len({len(row) for row in found}) > 1:
        raise UnknownRank(f"{call!r} of a tensor whose rank is not known") from refusal
    return structure, [same_shape(column) for column in zip(*found, strict=True)]


def _of_rank(graph: Any, tensor: Any, rank: int) -> Any:
    """A tensor, or a stand-in of this rank for one without."""
    return graph.placeholder([None] * rank, tensor.dtype) if unranked(tensor._a) else tensor


BY_RANK[:] = [execute_by_rank]
LIFT[:] = [lift]
