"""Control flow while a function is traced: parts are traced, and become ``If`` and ``While``."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from typing import Any

import numpy as np

from tensortape.arrays.abstract import Abstract
from tensortape.arrays.unranked import same_shape, shape_of, unranked, value_of_shape
from tensortape.core import nest
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import tell
from tensortape.core.indexed_slices import IndexedSlices
from tensortape.core.registry import PUBLIC
from tensortape.core.shapes import TensorShape
from tensortape.core.state import state
from tensortape.core.tensor import EagerTensor
from tensortape.graph.branches import (
    Part,
    outer_tensors,
    resources_of,
    symbolic,
    variables_of,
)
from tensortape.graph.control_ops import if_op, stacked_value, while_op
from tensortape.graph.ir import Aval


class Surroundings:
    """What the parts of one operation see of the function around them, in one order."""

    def __init__(self, parts: list[Part]) -> None:
        self.assigned = variables_of(parts, True)
        self._read = variables_of(parts, False)
        self._outer = outer_tensors(parts)
        self._things = resources_of(parts)

    def arguments(self) -> tuple[list[Any], list[Any]]:
        """Values of the assigned variables, and of everything else."""
        graph = state.graph
        changing = [v._read() for v in self.assigned]
        fixed = [*self._outer, *[v._read() for v in self._read]]
        return changing, fixed + [graph.resource(t) for t in self._things]

    def parameters(self, part: Part) -> tuple[list[Any], list[Any]]:
        """What a part has in their place."""
        changing = [part.parameter_of(v) for v in self.assigned]
        fixed = [part.parameter_for(t) for t in self._outer]
        fixed += [part.parameter_of(v) for v in self._read]
        with part.graph.as_default():
            return changing, fixed + [part.graph.resource(t) for t in self._things]

    def commit(self, news: Any) -> None:
        """Give the assigned variables their new values."""
        graph = state.graph
        with graph.alone():
            for variable, new in zip(self.assigned, news, strict=True):
                graph.set_value(variable, new)


def add_node(op: Any, inputs: Any, abstracts: Any, attrs: Any) -> list[Any]:
    """Add an operation; tapes hear of it if it has results."""
    outs = symbolic(abstracts)
    if outs:
        tell(state.listeners, op, tuple(inputs), tuple(outs), attrs)
    else:
        state.graph.add(op, [state.graph.capture(t) for t in inputs], (), attrs)
    return outs


# -- branches ------------------------------------------------------------------------------


def choose(index: Any, functions: list[Callable[[], Any]], what: str) -> Any:
    """The result of the function numbered ``index`` (an int32 scalar)."""
    parts = settled(
        lambda: [Part(f"{what}_branch_{i}", fn, [], tuple) for i, fn in enumerate(functions)]
    )
    return chosen(index, [p.finish(p.value) for p in parts], what)


def chosen(index: Any, parts: list[Part], what: str) -> Any:
    """The result of the part numbered ``index``; all have been traced."""
    _widen_indices(parts)
    _same_results(parts, what)
    around = Surroundings(parts)
    changing, fixed = around.arguments()
    inputs = [index, *changing, *fixed]
    branches = tuple(
        part.function(
            [*chain(*around.parameters(part))],
            [*part.outputs, *[part.value_of(v) for v in around.assigned]],
        )
        for part in parts
    )
    outs = add_if(inputs, branches)
    count = len(parts[0].outputs)
    around.commit(outs[count:])
    outputs = [p.outputs for p in parts]
    found = [
        t if (s := _settled(c)) is None else s
        for t, *c in zip(outs[:count], *outputs, strict=False)
    ]
    return packed(parts[0].value, found)


def _settled(column: Any) -> Any:
    """The small constant that all branches give, if they give the same one."""
    first = column[0]
    if not all(isinstance(t, EagerTensor) and t._a.size < 64 for t in column):
        return None
    return first if all(np.array_equal(t._a, first._a) for t in column) else None


def add_if(inputs: Any, branches: Any) -> list[Any]:
    """An ``If`` over graph functions of the same parameters and results."""
    columns = zip(*[f.outputs for f in branches], strict=True)
    abstracts = [same_shape([t._a for t in column]) for column in columns]
    attrs: dict[str, Any] = {"branches": tuple(branches)}
    if any(f.stateful for f in branches):
        attrs["stateful"] = True
    return add_node(if_op, inputs, abstracts, attrs)


def _widen_indices(parts: list[Part]) -> None:
    """Rows that branches give with int32 and int64 indices: int64 for all, as in TensorFlow."""
    leaves = [nest.flatten(part.value) for part in parts]
    kinds = {
        leaf.indices.dtype.name for row in leaves for leaf in row if isinstance(leaf, IndexedSlices)
    }
    if len(kinds) < 2:
        return
    for part in parts:
        with part.graph.as_default():
            part.finish(nest.map_structure(_wide, part.value))


def _wide(value: Any) -> Any:
    if not isinstance(value, IndexedSlices):
        return value
    indices = PUBLIC["cast"](value.indices, "int64")
    return IndexedSlices(value.values, indices, value.dense_shape)


def _same_results(parts: list[Part], what: str) -> None:
    first, *others = parts
    for other in others:
        try:
            nest.assert_same_structure(first.value, other.value, expand_composites=True)
        except (TypeError, ValueError) as exc:
            raise TypeError(
                f"The branches of tf.{what} must have the same number, type, and overall structure "
                f"of return values.\n\n{exc}"
            ) from None
        pairs = zip(first.outputs, other.outputs, strict=True)
        for a, b in pairs:
            if a.dtype is not b.dtype:
                raise TypeError(
                    f"The branches of tf.{what} must return the same dtypes: one returns "
                    f"{a.dtype.name}{known_shape(a)}, another {b.dtype.name}{known_shape(b)}. "
                    "Use tf.cast."
                )


def packed(structure: Any, tensors: Any) -> Any:
    """A structure with these tensors (``None`` leaves stay)."""
    parts = iter(tensors)
    leaves = [
        None if leaf is None else next(parts)
        for leaf in nest.flatten(structure, expand_composites=True)
    ]
    return nest.pack_sequence_as(structure, leaves, expand_composites=True)


# -- loops ---------------------------------------------------------------------------------


def _check_condition(value: Any) -> None:
    """Refuse the condition of a loop that is not one value."""
    if any(n not in (1, None) for n in shape_of(value._a)):
        raise ValueError(
            f"The condition of a while loop must be one value, received {value!r}: use "
            "tf.reduce_all or tf.reduce_any."
        )


class Loop:
    """A loop as it is traced: its parts, and the operation they become.

    ``body`` returns the new variables and values to collect; those are stacked along a new first
    axis, one row for each iteration.
    """

    def __init__(
        self,
        cond: Callable[..., Any],
        body: Callable[..., tuple[Any, Any]],
        variables: Any,
        invariants: Any = None,
        maximum: Any = None,
        count: Any = None,
    ) -> None:
        self.flat = nest.flatten(variables, expand_composites=True)
        shapes = [known_shape(t) for t in self.flat]
        if invariants is not None:
            shapes = [as_invariant(s) for s in _invariant_leaves(invariants)]
        specs = [(s, t.dtype) for s, t in zip(shapes, self.flat, strict=True)]

        def pack(params: Any) -> Any:
            return nest.pack_sequence_as(variables, params, expand_composites=True)

        self._check_entry(shapes)
        self.test = Part("while_cond", cond, specs, pack)
        _check_condition(self.test.value)
        self.test.finish(self.test.value)
        collected: list[Any] = []

        def step(*args: Any) -> Any:
            news, rows = body(*args)
            collected.append(rows)
            return [news, rows]

        self.step = Part("while_body", step, specs, pack)
        self.step.finish(self.step.value)
        self.news, self.rows = self.step.value
        self.maximum, self.count = maximum, count
        self._check_body(variables, shapes)

    def _check_entry(self, shapes: Any) -> None:
        for t, s in zip(self.flat, shapes, strict=True):
            if not s.is_compatible_with(known_shape(t)):
                raise ValueError(
                    f"The shape invariant specified for {t!r} is not compatible with the initial "
                    f"shape of the loop variable. It enters the loop with shape {t.shape}, but the "
                    f"specified shape invariant is {s}."
                )

    def _check_body(self, variables: Any, shapes: Any) -> None:
        nest.assert_same_structure(variables, self.news, False, True)
        count = len(self.flat)
        for i, (old, new) in enumerate(zip(self.flat, self.step.outputs[:count], strict=True)):
            shape = known_shape(new)
            if new.dtype is not old.dtype:
                raise TypeError(
                    f"Loop variable {i} enters the loop with dtype {old.dtype.name} and has dtype "
                    f"{new.dtype.name} after one iteration: use tf.cast."
                )
            if not shape.is_subtype_of(shapes[i]):
                raise ValueError(
                    f"Loop variable {i} enters the loop with shape {shapes[i]}, but has shape "
                    f"{shape} after one iteration. To allow the shape to vary across iterations, "
                    "use the `shape_invariants` argument of tf.while_loop to specify a "
                    "less-specific shape."
                )

    def run(self) -> tuple[list[Any], list[Any]]:
        """Add the operation; returns the last variables and the stacks."""
        around = Surroundings([self.test, self.step])
        changing, fixed = around.arguments()
        count, rows = len(self.flat), len(self.step.outputs) - len(self.flat)
        test, step = self._functions(around)
        attrs = {
            "cond": test,
            "body": step,
            "variables": count + len(around.assigned),
            "stacked": rows,
            "maximum": self.maximum,
            "count": self.count,
        }
        if test.stateful or step.stateful:
            attrs["stateful"] = True
        inputs = [*self.flat, *changing, *fixed]
        abstracts = loop_results(step, attrs["variables"], self.count)
        outs = add_node(while_op, inputs, abstracts, attrs)
        around.commit(outs[count : attrs["variables"]])
        return outs[:count], outs[attrs["variables"] :]

    def _functions(self, around: Surroundings) -> tuple[Any, Any]:
        count = len(self.flat)
        functions = []
        for part in (self.test, self.step):
            changing, fixed = around.parameters(part)
            inputs = [*part.params, *changing, *fixed]
            outputs = part.outputs
            if part is self.step:
                values = [part.value_of(v) for v in around.assigned]
                outputs = [*outputs[:count], *values, *outputs[count:]]
            functions.append(part.function(inputs, outputs))
        return functions[0], functions[1]


def loop_results(step: Any, variables: int, count: Any = None) -> list[Abstract]:
    """What is known of the results of a loop."""
    rows = count if type(count) is int else None
    finals = [value_of_shape(shape_of(t._a), t._a.dtype) for t in step.inputs[:variables]]
    return finals + [
        stacked_value(Aval(shape_of(t._a), t._a.dtype), rows) for t in step.outputs[variables:]
    ]


def known_shape(tensor: Any) -> TensorShape:
    """The static shape of a tensor, symbolic or not, also within derivative rules."""
    return TensorShape(None if unranked(tensor._a) else tensor._a.shape)


def np_shape(tensor: Any) -> tuple[int | None, ...]:
    """The static shape of a tensor, symbolic or not; one unknown size for an unknown rank."""
    shape: tuple[int | None, ...] = shape_of(tensor._a)
    return shape


def _invariant_leaves(invariants: Any) -> list[Any]:
    """Shape invariants of single tensors; those of composite ones come by specification."""
    found: list[Any] = []
    for leaf in nest.flatten(invariants, expand_composites=True):
        specs = getattr(leaf, "_component_specs", None)
        found += [leaf] if specs is None else specs
    return found


def as_invariant(shape: Any) -> TensorShape:
    """A shape invariant given as a shape, a specification or a tensor."""
    return TensorShape(getattr(shape, "shape", shape))


class ElementShape(Exception):
    """Raised while a part is traced: the elements of this tensor array have this shape.

    ``None`` stands for different shapes.
    """

    def __init__(self, array: Any, shape: Any) -> None:
        super().__init__(
            "the shape of the elements of a tf.TensorArray is not known before the loop: give "
            "element_shape"
        )
        self.array, self.shape = array, shape


def settled(trace: Callable[[], Any]) -> Any:
    """``trace()``, again whenever a tensor array of this graph is found to need a form."""
    while True:
        try:
            return trace()
        except ElementShape as found:
            if found.array._home is not state.graph:
                raise
            found.array.take_form(found.shape)


def loop(
    cond: Any,
    body: Any,
    variables: Any,
    invariants: Any = None,
    maximum: Any = None,
    count: Any = None,
) -> tuple[Any, list[Any]]:
    """Repeat ``variables, rows = body(*variables)`` while ``cond(*variables)`` holds.

    Returns the last variables, and for each tensor in ``rows`` the stack of its values. ``count``
    is the number of iterations, if that is known.
    """
    if maximum is not None and not isinstance(maximum, int):
        return _counted(cond, body, variables, invariants, maximum)
    try:
        traced = Loop(cond, body, variables, invariants, maximum, count)
    except ElementShape as found:
        cell = found.array.cell
        arrays = [v for v in nest.flatten(variables) if getattr(v, "cell", None) is cell]
        if not arrays and found.array._home is state.graph:
            arrays = [found.array]
        if not arrays:
            raise
        for array in arrays:
            array.take_form(found.shape)
        return loop(cond, body, variables, invariants, maximum, count)
    finals, stacks = traced.run()
    return packed(variables, finals), stacks


def _counted(cond: Any, body: Any, variables: Any, invariants: Any, maximum: Any) -> Any:
    """A loop with a number of iterations at most that is a tensor."""
    most = convert_to_tensor(maximum)
    zero = convert_to_tensor(0, dtype=most.dtype)

    def test(count: Any, inner: Any) -> Any:
        return PUBLIC["logical_and"](count < most, cond(*inner))

    def step(count: Any, inner: Any) -> Any:
        news, rows = body(*inner)
        return (count + 1, news), rows

    shapes = None if invariants is None else (TensorShape([]), invariants)
    (_, finals), stacks = loop(test, step, (zero, variables), shapes)
    return finals, stacks
