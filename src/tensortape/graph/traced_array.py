"""``tf.TensorArray`` while a function is traced: one tensor with a row for each element.

Elements that may have different shapes are a list instead (``graph/uneven.py``).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.arrays.abstract import UNKNOWN_SIZES, placeholder
from tensortape.arrays.namespace import numpy_namespace
from tensortape.arrays.unknown_sizes import filled
from tensortape.arrays.unranked import unranked
from tensortape.core import errors
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import execute
from tensortape.core.op import op
from tensortape.core.registry import OPS, PUBLIC
from tensortape.core.shapes import TensorShape
from tensortape.core.specs import TypeSpec
from tensortape.core.state import state
from tensortape.core.tensor import EagerTensor
from tensortape.core.untraceable import Untraceable
from tensortape.graph import uneven
from tensortape.graph.control_graph import ElementShape
from tensortape.graph.symbolic import SymbolicTensor
from tensortape.graph.tensor_array import TRACED, TensorArray
from tensortape.ops.layout.attributes import one_int


@op(
    "TensorArrayGrow",
    outputs=2,
    saves=("outputs",),
    samples=[(((2, 3), np.array(3, np.int32)), {}, (0,))],
)
def grow_op(xp, flow, index):
    """Rows of zeros added so that there is one of number ``index``; and how many there were."""
    rows = flow.shape[0]
    missing = int(index) + 1 - rows
    if missing > 0:
        flow = xp.concatenate([flow, xp.zeros((missing, *flow.shape[1:]), flow.dtype)], 0)
    return flow, np.int32(rows)


@grow_op.vjp
def _(xp, g, y, flow, index):
    return xp.getitem(g[0], (slice(0, one_int(y[1])),)), None


_GIVEN = frozenset(
    {"Placeholder", "ReadVariableOp", "IteratorGetNext", "IteratorGetNextAsOptional"}
)


def grow(flow: Any, index: Any) -> Any:
    """``flow`` with a row of number ``index``."""
    return execute(grow_op, (flow, index))[0]


def _grown(values: Any, attrs: Any, data: bool) -> Any:
    shape = (None, *values[0].shape[1:])
    return [(filled(shape, values[0].dtype, k), np.int32(0)) for k in range(2)]


UNKNOWN_SIZES["TensorArrayGrow"] = _grown


@op(
    "TensorArrayFit",
    outputs=2,
    saves=("outputs",),
    samples=[(((2, 3), (3,)), {"unknown": (1,)}, (0,))],
)
def fit_op(xp, flow, value, *, unknown):
    """Zeros with rows like ``value`` if there is none in ``flow`` yet; and whether there were.

    ``unknown`` are the axes of ``flow`` whose size is not known before there is an element.
    """
    if flow.shape[1:] == value.shape:
        return flow, np.int32(1)
    if xp is numpy_namespace and flow.shape[0] and all(flow.shape[axis] for axis in unknown):
        raise _uneven(flow.shape[1:], value.shape)
    return xp.zeros((flow.shape[0], *value.shape), flow.dtype), np.int32(0)


def _uneven(*shapes: Any) -> Exception:
    """The error for elements that have different shapes, which traced arrays do not hold."""
    return errors.UnimplementedError(
        None,
        None,
        f"elements of different shapes {', '.join(str(list(s)) for s in shapes)} in a "
        "tf.TensorArray of a tf.function: pad them to one shape, or run the code eagerly.",
    )


@fit_op.vjp
def _(xp, g, y, flow, value, *, unknown):
    kept = one_int(y[1])
    part = [slice(None)] * g[0].ndim
    for axis in unknown:
        part[axis] = slice(0, g[0].shape[axis] * kept)
    return xp.getitem(g[0], tuple(part)), None


def symbolic_copy(flow: Any, shape: Any) -> Any:
    """The tensor with a shape that says less than its own (where not all of that is known)."""
    if not isinstance(flow, EagerTensor) and flow._a.shape == shape:
        return flow
    fresh = SymbolicTensor(placeholder(shape, flow.dtype._np))
    state.graph.add(OPS["Identity"], [state.graph.capture(flow)], (fresh,), {})
    return fresh


def _sized_by_data(value: Any) -> bool:
    """Whether data decides a size of this element, rather than the arguments of the function."""
    if value.shape.is_fully_defined():
        return False
    given = [n for n in state.graph.root._operations if n.type in _GIVEN]
    return all(t.shape.is_fully_defined() for n in given for t in n.outputs)


class TensorArraySpec(TypeSpec):
    """What a traced array consists of."""

    __slots__ = ("_like",)

    def __init__(self, like: Any) -> None:
        self._like = like

    def _serialize(self) -> tuple[Any, ...]:
        return (self._like.dtype, self._like.element_shape)

    def _to_components(self, value: Any) -> tuple[Any, ...]:
        return (value.component(),)

    def _from_components(self, components: Any) -> Any:
        return self._like.with_flow(components[0])


class TracedArray(TensorArray):
    """A tensor array in a graph. Writing gives a new array; the old one stays as it was.

    Until the shape of the elements is known there is no tensor; a loop finds it out by tracing its
    body (see ``ElementShape``). ``cell`` is shared by all arrays that came from one.
    """

    def __init__(
        self,
        dtype: Any,
        size: Any = None,
        dynamic_size: bool | None = None,
        clear_after_read: bool | None = None,
        tensor_array_name: str | None = None,
        handle: Any = None,
        flow: Any = None,
        infer_shape: bool = True,
        element_shape: Any = None,
        colocate_with_first_write_call: bool = True,
        name: str | None = None,
    ) -> None:
        super().__init__(
            dtype,
            0,
            dynamic_size,
            clear_after_read,
            infer_shape=infer_shape,
            element_shape=element_shape,
        )
        self._declared = self._shape
        self._uneven = False
        self._size = convert_to_tensor(0 if size is None else size)
        self._flow: Any = None
        self._home = state.graph
        self.cell: object = object()
        if self._shape.is_fully_defined():
            self.materialise(self._shape)
        elif not infer_shape:
            self.take_form(None)

    @property
    def element_shape(self) -> TensorShape:
        """The shape of an element, as far as it is known."""
        return self._shape if self._infer and not self._uneven else self._declared

    def _fit(self, value: Any) -> Any:
        """The element as a tensor; of inferred shapes it must have that of the others."""
        if self._infer:
            return super()._fit(value)
        shape, self._shape = self._shape, self._declared
        try:
            return super()._fit(value)
        finally:
            self._shape = shape

    def take_form(self, shape: Any) -> None:
        """Make the tensor for elements of ``shape``; of no shape in common (``None``): a list."""
        if shape is not None:
            self.materialise(shape)
        elif not self._uneven:
            self._uneven = True
            if self._flow is None:
                self._flow = uneven.reserve(self._size, self._dtype)
            else:
                self._flow = uneven.unstack(self._flow)

    def _go_uneven(self) -> None:
        """Make the array a list: its elements may have different shapes."""
        if state.graph is not self._home:
            raise ElementShape(self, None)
        self.take_form(None)

    def materialise(self, shape: Any) -> None:
        """Make the tensor: elements of ``shape``, all zero (none where a size is not known yet)."""
        self._shape = TensorShape(shape)
        sizes = [self._size, *(n or 0 for n in self._shape.as_list())]
        self._flow = PUBLIC["zeros"](sizes, self._dtype)
        if self._dynamic:  # the number of rows may change from here on
            self._flow = grow(self._flow, self._size - 1)
        if self._dynamic or not self._shape.is_fully_defined():
            rows = None if self._dynamic else self._flow._a.shape[0]
            self._flow = symbolic_copy(self._flow, (rows, *self._shape.as_list()))

    def with_flow(self, flow: Any) -> TracedArray:
        """The same array with other elements."""
        other = object.__new__(TracedArray)
        other.__dict__.update(self.__dict__)
        whole = flow.dtype is self._dtype and (unranked(flow._a) or flow._a.ndim != 0)
        if self._flow is not None or whole:
            other._flow = flow
        return other

    @property
    def _type_spec(self) -> TensorArraySpec:
        return TensorArraySpec(self)

    def component(self) -> Any:
        """The tensor; a scalar in its place while there is none."""
        return convert_to_tensor(0) if self._flow is None else self._flow

    def _need(self, shape: Any) -> Any:
        """The tensor, made now that the shape of an element is known."""
        if self._flow is None:
            if TensorShape(shape).rank is None:
                raise ValueError(
                    "the number of axes of the elements of a tf.TensorArray is not known: give "
                    "element_shape"
                )
            if state.graph is not self._home:
                raise ElementShape(self, shape)
            self.materialise(shape)
        return self._flow

    def size(self, name: str | None = None) -> Any:
        """The number of elements, as an int32 scalar."""
        if self._uneven:
            return uneven.length(self._flow)
        return self._size if self._flow is None else PUBLIC["shape"](self._flow)[0]

    def write(self, index: Any, value: Any, name: str | None = None) -> TracedArray:
        """The array with ``value`` at ``index``."""
        value = self._fit(value)
        if not self._uneven and _sized_by_data(value):
            self._go_uneven()
        if self._uneven:
            at = convert_to_tensor(index, dtype_hint="int32")
            return self.with_flow(uneven.write(self._flow, at, value, self._dynamic))
        flow = self._need(value.shape)
        if not self._shape.is_fully_defined():
            sizes = self._shape.as_list()
            unknown = tuple(axis for axis, n in enumerate(sizes, 1) if n is None)
            flow = execute(fit_op, (flow, value), {"unknown": unknown})[0]
        index = convert_to_tensor(index)
        if self._dynamic:
            flow = grow(flow, index)
        at = PUBLIC["reshape"](index, [1, 1])
        rows = PUBLIC["expand_dims"](value, 0)
        return self.with_flow(PUBLIC["tensor_scatter_nd_update"](flow, at, rows))

    def read(self, index: Any, name: str | None = None) -> Any:
        """The element at ``index``."""
        if self._uneven:
            at = convert_to_tensor(index, dtype_hint="int32")
            return uneven.read(self._flow, at, self._open_shape(()))
        return PUBLIC["gather"](self._need(self._shape), index)

    def stack(self, name: str | None = None) -> Any:
        """All elements along a new first axis."""
        if self._uneven:
            return uneven.stack(self._flow, self._open_shape((None,)))
        return self._need(self._shape)

    def gather(self, indices: Any, name: str | None = None) -> Any:
        """The elements at ``indices`` along a new first axis."""
        if self._uneven:
            found = uneven.take(self._flow, convert_to_tensor(indices))
            return uneven.stack(found, self._open_shape((None,)))
        return PUBLIC["gather"](self._need(self._shape), indices)

    def concat(self, name: str | None = None) -> Any:
        """All elements joined along their first axis."""
        if self._uneven:
            shape = self._open_shape(())
            return uneven.concat(self._flow, None if shape is None else (None, *shape[1:]))
        flow = self._need(self._shape)
        return PUBLIC["reshape"](flow, [-1, *flow.shape.as_list()[2:]])

    def unstack(self, value: Any, name: str | None = None) -> TracedArray:
        """The array of the rows of ``value``."""
        value = convert_to_tensor(value, dtype_hint=self._dtype)
        if self._uneven:
            return self.with_flow(uneven.unstack(value))
        other = self.with_flow(value)
        other._flow, other._shape = value, TensorShape(value.shape[1:])
        return other

    def _open_shape(self, before: Any) -> Any:
        """The static shape of an element of a list, after these sizes; ``None`` if not known."""
        rank = self._declared.rank
        return None if rank is None else (*before, *self._declared.as_list())

    def scatter(self, indices: Any, value: Any, name: str | None = None) -> TracedArray:
        """The array with row ``k`` of ``value`` at ``indices[k]``."""
        value = convert_to_tensor(value, dtype_hint=self._dtype)
        if self._uneven:
            raise Untraceable("scatter into a tf.TensorArray of elements of different shapes")
        flow = self._need(value.shape[1:])
        at = PUBLIC["expand_dims"](convert_to_tensor(indices), 1)
        return self.with_flow(PUBLIC["tensor_scatter_nd_update"](flow, at, value))

    def split(self, value: Any, lengths: Any, name: str | None = None) -> TracedArray:
        """The array of pieces of ``value``."""
        value = convert_to_tensor(value, dtype_hint=self._dtype)
        lengths = convert_to_tensor(lengths)
        if not self._uneven and isinstance(lengths, EagerTensor) and len({*lengths.numpy()}) == 1:
            rows = [int(lengths._a.size), -1, *value.shape.as_list()[1:]]
            return self.unstack(PUBLIC["reshape"](value, rows))
        if not self._uneven and state.graph is not self._home:
            self._go_uneven()
        other = self.with_flow(value)
        other._flow, other._uneven = uneven.split(value, lengths), True
        return other

    def identity(self) -> TracedArray:
        """The array itself."""
        return self

    def close(self, name: str | None = None) -> None:
        """Elements are dropped when nothing needs them."""


TRACED.append(TracedArray)
