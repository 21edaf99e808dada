"""Lists of tensors of different shapes in a graph: what uneven ``tf.TensorArray`` objects are.

A list is a tensor of unknown rank; when the graph runs it is an array of the rows themselves
(``graph/apart.py``). Its cotangent is such a list, too. Each operation is linear in the first of
its inputs, and its derivatives are others of them, so there are derivatives of any order.
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from tensortape.arrays.abstract import Abstract, placeholder
from tensortape.arrays.namespace import numpy_namespace
from tensortape.arrays.unranked import AnyShape, Unranked, shape_of, value_of_shape
from tensortape.core import errors
from tensortape.core.dispatch import tell
from tensortape.core.dtypes import as_dtype
from tensortape.core.op import op
from tensortape.core.registry import OPS, PUBLIC
from tensortape.core.state import state
from tensortape.core.untraceable import Untraceable
from tensortape.graph.apart import Apart, apart, is_blank, rows_of
from tensortape.graph.by_rank import like
from tensortape.graph.lower import LOWERINGS, Lowering
from tensortape.graph.symbolic import SymbolicTensor


def listed(name: str, differentiable: bool = True) -> Callable[[Any], Any]:
    """Decorator: an operation on lists of arrays; it computes in NumPy alone."""
    why = None if differentiable else "the structure of a list"

    def decorate(kernel: Any) -> Any:
        return op(name, nondifferentiable=why)(kernel)

    return decorate


def emit(record: Any, inputs: Any, result: Abstract, **attrs: Any) -> Any:
    """Add one of these operations to the graph, and tell who listens."""
    out = SymbolicTensor(result)
    tell(state.listeners, record, tuple(inputs), (out,), attrs)
    return out


def _here(xp: Any) -> None:
    if xp is not numpy_namespace:
        raise Untraceable("a tf.TensorArray of elements of different shapes")


def _place(index: Any, count: int, doing: str) -> int:
    at = int(index)
    if not 0 <= at < count:
        text = f"Trying to {doing} element {at} in a list with {count} elements."
        raise errors.InvalidArgumentError(None, None, text)
    return at


def _row(row: Any, example: Any) -> Any:
    """A row; zeros like ``example`` for a blank one."""
    if not is_blank(row):
        return row
    if example is None or is_blank(example):
        text = "a list has an element that was not written, and its shape is not known."
        raise errors.InvalidArgumentError(None, None, text)
    return np.zeros_like(example)


def _rows(flow: Any, examples: Any) -> list[Any]:
    given = rows_of(flow)
    known = given if examples is None else rows_of(examples)
    return [_row(row, example) for row, example in zip(given, known, strict=True)]


# -- the operations ------------------------------------------------------------------------


@listed("UnevenReserve", False)
def reserve_op(xp, size):
    """A list of so many elements, none of them written."""
    _here(xp)
    return apart([0] * int(size))


@listed("UnevenSize", False)
def size_op(xp, flow):
    """The number of elements."""
    _here(xp)
    return np.int32(len(flow))


@listed("UnevenZeros", False)
def zeros_op(xp, flow):
    """A list of zeros as long as another list."""
    _here(xp)
    if not isinstance(flow, Apart):
        return np.zeros_like(flow)
    return apart([0] * len(flow))


@listed("UnevenWrite")
def write_op(xp, flow, index, value, *, dynamic=False):
    """The list with ``value`` at ``index``; longer than before if ``dynamic``."""
    _here(xp)
    if not isinstance(flow, Apart) and not dynamic and flow.shape[1:] == value.shape:
        found = np.array(flow)
        found[_place(index, len(flow), "modify")] = value
        return found
    rows = rows_of(flow)
    if dynamic and int(index) >= len(rows):
        rows += [0] * (int(index) + 1 - len(rows))
    rows[_place(index, len(rows), "modify")] = value
    return apart(rows)


@listed("UnevenClear")
def clear_op(xp, flow, index):
    """The list with zero at ``index``."""
    _here(xp)
    rows = rows_of(flow)
    rows[int(index)] = 0
    return apart(rows)


@listed("UnevenShorten")
def shorten_op(xp, flow, example):
    """As many elements as the other list has; more of them are zeros."""
    _here(xp)
    rows = rows_of(flow)[: len(example)]
    return apart(rows + [0] * (len(example) - len(rows)))


@listed("UnevenRead")
def read_op(xp, flow, index, *example):
    """The element at ``index``; zeros like the example for one that is zero."""
    _here(xp)
    at = _place(index, len(flow), "access")
    row = flow[at] if isinstance(flow, Apart) or flow.ndim > 1 else 0
    return _row(row, example[0] if example else None)


@listed("UnevenConcat")
def concat_op(xp, flow, *examples):
    """All elements joined along their first axis."""
    _here(xp)
    rows = _rows(flow, examples[0] if examples else None)
    if not rows:
        raise errors.InvalidArgumentError(None, None, "concat of a list without elements")
    if any(np.ndim(row) == 0 for row in rows):
        text = "Concat saw a scalar shape; elements must be at least vectors."
        raise errors.InvalidArgumentError(None, None, text)
    return np.concatenate(rows)


@listed("UnevenSplit")
def split_op(xp, value, lengths):
    """Pieces of the given lengths."""
    _here(xp)
    sizes = [int(n) for n in lengths]
    if sum(sizes) != len(value) or any(n < 0 for n in sizes):
        text = f"split of {len(value)} rows into pieces of the lengths {sizes}: they must add up"
        raise errors.InvalidArgumentError(None, None, text)
    return apart(np.split(value, np.cumsum(sizes)[:-1]) if sizes else [])


@listed("UnevenSplitLike")
def split_like_op(xp, value, examples):
    """Pieces as long as the elements of another list."""
    _here(xp)
    sizes = [len(row) for row in rows_of(examples)]
    return apart(np.split(value, np.cumsum(sizes)[:-1]) if sizes else [])


@listed("UnevenStack")
def stack_op(xp, flow, *examples):
    """Elements, which must have one shape, along a new first axis."""
    _here(xp)
    rows = _rows(flow, examples[0] if examples else None)
    shapes = {np.shape(row) for row in rows}
    if len(shapes) > 1:
        text = f"Tried to stack elements of a list with different shapes: {sorted(shapes)}"
        raise errors.InvalidArgumentError(None, None, text)
    if not rows:
        text = "stack of a list without elements whose shape is not known"
        raise errors.InvalidArgumentError(None, None, text)
    return np.stack(rows)


@listed("UnevenUnstack")
def unstack_op(xp, value):
    """The rows of a tensor."""
    _here(xp)
    return apart(list(value))


@listed("UnevenTake")
def take_op(xp, flow, indices):
    """The elements at ``indices``."""
    _here(xp)
    rows = rows_of(flow)
    return apart([rows[_place(i, len(rows), "access")] for i in np.reshape(indices, -1)])


@listed("UnevenPut")
def put_op(xp, rows, indices, examples):
    """A list as long as ``examples`` with these rows at ``indices``, zeros elsewhere."""
    _here(xp)
    found: list[Any] = [0] * len(examples)
    for i, row in zip(np.reshape(indices, -1), rows_of(rows), strict=True):
        found[int(i)] = found[int(i)] + row
    return apart(found)


# -- their derivatives ---------------------------------------------------------------------


def _linear(record: Any, back: Callable[..., Any]) -> None:
    """Derivatives of an operation that is linear in its first input alone."""

    def pullback(xp: Any, g: Any, y: Any, inputs: Any, attrs: Any, needed: Any) -> list[Any]:
        first = back(g, y, inputs) if needed[0] else None
        return [first, *[None] * (len(inputs) - 1)]

    def pushforward(xp: Any, tangents: Any, y: Any, *inputs: Any, **attrs: Any) -> Any:
        moved, *rest = tangents[0], *inputs[1:]
        if moved is None:
            return None
        if record in (concat_op, stack_op) and not rest:
            rest = [inputs[0]]
        if record is read_op and len(rest) == 1:
            rest = [*rest, y]
        return emit(record, [moved, *rest], like(y._a), **attrs)

    record.pullback, record.pushforward = pullback, pushforward


def _written_back(xp: Any, g: Any, y: Any, inputs: Any, attrs: Any, needed: Any) -> list[Any]:
    flow, index, value = inputs
    below = None
    if needed[0]:
        below = emit(clear_op, [g, index], like(g._a))
        if attrs.get("dynamic"):
            below = emit(shorten_op, [below, flow], like(g._a))
    above = emit(read_op, [g, index, value], like(value._a)) if needed[2] else None
    return [below, None, above]


def _written_forward(xp: Any, tangents: Any, y: Any, *inputs: Any, **attrs: Any) -> Any:
    flow, index, value = inputs
    moved, _, new = tangents
    moved = emit(zeros_op, [flow], like(flow._a)) if moved is None else moved
    new = PUBLIC["zeros_like"](value) if new is None else new
    return emit(write_op, [moved, index, new], like(y._a), **attrs)


write_op.pullback, write_op.pushforward = _written_back, _written_forward
_linear(clear_op, lambda g, y, xs: emit(clear_op, [g, xs[1]], like(g._a)))
_linear(shorten_op, lambda g, y, xs: emit(shorten_op, [g, xs[0]], like(g._a)))
_linear(read_op, lambda g, y, xs: emit(write_op, [_zeros(xs[0]), xs[1], g], like(xs[0]._a)))
_linear(concat_op, lambda g, y, xs: emit(split_like_op, [g, xs[-1]], like(xs[0]._a)))
_linear(split_like_op, lambda g, y, xs: emit(concat_op, [g, xs[1]], like(xs[0]._a)))
_linear(split_op, lambda g, y, xs: emit(concat_op, [g, y], like(xs[0]._a)))
_linear(stack_op, lambda g, y, xs: emit(unstack_op, [g], like(xs[0]._a)))
_linear(unstack_op, lambda g, y, xs: emit(stack_op, [g, y], like(xs[0]._a)))
_linear(take_op, lambda g, y, xs: emit(put_op, [g, xs[1], xs[0]], like(xs[0]._a)))
_linear(put_op, lambda g, y, xs: emit(take_op, [g, xs[1]], like(xs[0]._a)))


def _zeros(flow: Any) -> Any:
    return emit(zeros_op, [flow], like(flow._a))


# -- into programs: where the sizes of all rows are known, they are rows of a tensor -----------


def _lower_read(lowering: Lowering, node: Any, ids: Any, values: Any) -> Any:
    """A row: of a tensor whose sizes are known now it is what ``tf.gather`` takes."""
    shape = shape_of(values[0])
    if len(ids) > 2 or isinstance(shape, AnyShape) or None in shape[1:]:
        attrs, results = node._attrs, [t._a for t in node.outputs]
        (out,) = lowering.builder.emit(node, ids, attrs, results)
        return [(out, results[0])]
    result = placeholder(shape[1:], values[0].dtype)
    plain = SimpleNamespace(_op=OPS["GatherV2"], name=node.name, line=node.line)
    (out,) = lowering.builder.emit(plain, ids, {"axis": 0, "batch_dims": 0}, [result])
    return [(out, result)]


LOWERINGS["UnevenRead"] = _lower_read


# -- as TracedArray uses them --------------------------------------------------------------


def reserve(size: Any, dtype: Any) -> Any:
    """A list of ``size`` elements."""
    return emit(reserve_op, [size], Unranked(as_dtype(dtype)._np))


def zeros_for(tensor: Any) -> Any:
    """Zeros like a tensor that may be a list of rows: one of unknown sizes."""
    shape = shape_of(tensor._a)
    return _zeros(tensor) if None in shape[1:] else PUBLIC["zeros_like"](tensor)


def length(flow: Any) -> Any:
    """The number of elements, as an int32 scalar."""
    return emit(size_op, [flow], placeholder((), np.dtype(np.int32)))


def write(flow: Any, index: Any, value: Any, dynamic: bool) -> Any:
    """The list with ``value`` at ``index``."""
    return emit(write_op, [flow, index, value], like(flow._a), dynamic=dynamic)


def read(flow: Any, index: Any, shape: Any = None, example: Any = None) -> Any:
    """The element at ``index``, of a static shape (``None``: nothing is known).

    ``example``: a tensor of the shape that it has where it is zero.
    """
    inputs = [flow, index] if example is None else [flow, index, example]
    return emit(read_op, inputs, value_of_shape(shape, flow._a.dtype))


def concat(flow: Any, shape: Any = None) -> Any:
    """All elements joined along the first axis; ``shape`` as for :func:`read`."""
    return emit(concat_op, [flow], value_of_shape(shape, flow._a.dtype))


def stack(flow: Any, shape: Any = None) -> Any:
    """All elements along a new first axis; ``shape`` as for :func:`read`."""
    return emit(stack_op, [flow], value_of_shape(shape, flow._a.dtype))


def take(flow: Any, indices: Any) -> Any:
    """A list of the elements at ``indices``."""
    return emit(take_op, [flow, indices], like(flow._a))


def split(value: Any, lengths: Any) -> Any:
    """A list of pieces of ``value``."""
    return emit(split_op, [value, lengths], Unranked(value._a.dtype))


def unstack(value: Any) -> Any:
    """A list of the rows of ``value``."""
    return emit(unstack_op, [value], Unranked(value._a.dtype))
