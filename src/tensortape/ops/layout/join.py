"""Joining tensors and taking them apart."""

from __future__ import annotations

from typing import Any

from tensortape.arrays.varying import varies
from tensortape.core import convert
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import execute, in_graph
from tensortape.core.op import op
from tensortape.core.public import tensor
from tensortape.core.registry import PUBLIC, export
from tensortape.core.tensor import Tensor
from tensortape.ops import composed
from tensortape.ops.layout.attributes import (
    fits,
    ints,
    invalid,
    is_tensor,
    linear,
    linear_in_all,
    one_axis,
    one_int,
)


def cut(axis: int, start: int, stop: int) -> tuple[slice, ...]:
    """The index of a range along one axis."""
    return (slice(None),) * axis + (slice(start, stop),)


@op(
    "ConcatV2",
    primitive="concatenate",
    variadic=True,
    saves=(),
    native_dtypes=True,
    samples=[(((2, 3), (2, 1)), {"axis": 1})],
)
def concat_op(xp, *values, axis=0):
    """Join along an axis."""
    return xp.concatenate(list(values), axis)


@concat_op.vjp
def _(xp, g, y, *values, axis):
    out, start = [], 0
    for v in values:
        stop = start + v.shape[axis]
        out.append(xp.getitem(g, cut(axis, start, stop)))
        start = stop
    return out


@op(
    "Pack",
    primitive="stack",
    variadic=True,
    saves=(),
    native_dtypes=True,
    samples=[(((2, 3), (2, 3)), {"axis": 1}), (((), ()), {"axis": 0})],
)
def stack_op(xp, *values, axis=0):
    """Join along a new axis."""
    return xp.stack(list(values), axis)


@stack_op.vjp
def _(xp, g, y, *values, axis):
    return [xp.getitem(g, (slice(None),) * axis + (i,)) for i in range(len(values))]


linear_in_all(concat_op)
linear_in_all(stack_op)


@op("Unpack", outputs=0, saves=(), native_dtypes=True, samples=[(((2, 3),), {"axis": 1})])
def unstack_op(xp, value, *, axis=0):
    """The slices along an axis."""
    before = (slice(None),) * axis
    return [xp.getitem(value, (*before, i)) for i in range(value.shape[axis])]


@unstack_op.vjp
def _(xp, g, y, value, *, axis):
    return xp.stack(list(g), axis)


def lengths(sizes: Any, n: int) -> tuple[int, ...]:
    """The sizes of the pieces of an axis of length ``n``: as given, or so many equal ones."""
    if type(sizes) is tuple:
        return sizes
    if n % sizes:
        raise _uneven(n, sizes)
    return (n // sizes,) * sizes


def _uneven(n: int, pieces: int) -> Exception:
    return invalid(
        f"Number of ways to split should evenly divide the split dimension, but got a size of {n} "
        f"and num_split {pieces} [Op:Split]"
    )


@op(
    "SplitV",
    outputs=0,
    saves=(),
    native_dtypes=True,
    samples=[(((4, 3),), {"sizes": (1, 3), "axis": 0})],
)
def split_op(xp, value, *, sizes, axis=0):
    """Pieces of given sizes along an axis, or so many equal ones."""
    out, start = [], 0
    for size in lengths(sizes, value.shape[axis]):
        out.append(xp.getitem(value, cut(axis, start, start + size)))
        start += size
    return out


@split_op.vjp
def _(xp, g, y, value, *, sizes, axis):
    return xp.concatenate(list(g), axis)


linear(unstack_op)
linear(split_op)


def alike(values: Any, op_type: str) -> tuple[Any, ...]:
    """A list of values as tensors of one dtype: that of the first that has one."""
    if isinstance(values, Tensor):
        values = list(unstack(values))
    if not isinstance(values, (list, tuple)):
        values = [values]
    if all(type(v) is not list and isinstance(v, Tensor) for v in values):
        out = tuple(values)
    else:
        common = convert._first_dtype(values) or (
            convert_to_tensor(values[0]).dtype if values else None
        )
        out = tuple(
            convert_to_tensor(v) if is_tensor(v) else convert_to_tensor(v, dtype=common)
            for v in values
        )
    first = out[0].dtype if out else None
    for i, t in enumerate(out):
        if t.dtype is not first:
            raise invalid(
                f"cannot compute {op_type} as input #{i}(zero-based) was expected to be a "
                f"{_word(first)} tensor but is a {_word(t.dtype)} tensor [Op:{op_type}]"
            )
    return out


def _word(dtype: Any) -> str:
    return {"float32": "float", "float64": "double", "float16": "half"}.get(dtype.name, dtype.name)


@export("concat")
def concat(values: Any, axis: Any, name: str = "concat") -> Any:
    """Join tensors along ``axis``; their other dimensions must be equal.

    >>> import tensortape as tf
    >>> tf.concat([[1, 2], [3]], axis=0).numpy()
    array([1, 2, 3], dtype=int32)

    Raises ``tf.errors.InvalidArgumentError`` for other shapes, dtypes or axes.
    Source: ``tf.concat``.
    """
    if not isinstance(values, (list, tuple)):
        values = [values]
    if len(values) == 1:
        x = tensor(values[0])
        one_axis(axis, x._a.ndim, "ConcatOp: concat axis")
        return execute(concat_op, (x,), {"axis": one_axis(axis, x._a.ndim)})
    tensors = alike(values, "ConcatV2")
    if not tensors:
        raise in_graph(invalid("tf.concat needs at least one tensor, got an empty list"))
    rank = tensors[0]._a.ndim
    at = one_axis(axis, rank, "ConcatOp : Expected concatenating dimensions in range; axis")
    _check_concat(tensors, at)
    return execute(concat_op, tensors, {"axis": at})


def _check_concat(tensors: Any, axis: int) -> None:
    first = tuple(tensors[0]._a.shape)
    for i, t in enumerate(tensors):
        shape = tuple(t._a.shape)
        if len(shape) != len(first):
            raise invalid(
                f"ConcatOp : Ranks of all input tensors should match: shape[0] = {list(first)} "
                f"vs. shape[{i}] = {list(shape)} [Op:ConcatV2]"
            )
        if not fits(shape[:axis] + shape[axis + 1 :], first[:axis] + first[axis + 1 :]):
            raise invalid(
                f"ConcatOp : Dimension {axis} in both shapes must be equal: shape[0] = "
                f"{list(first)} vs. shape[{i}] = {list(shape)} [Op:ConcatV2]"
            )


@export("stack")
def stack(values: Any, axis: Any = 0, name: str = "stack") -> Any:
    """Join tensors of one shape along a new ``axis``.

    >>> import tensortape as tf
    >>> tf.stack([1.0, 2.0]).numpy()
    array([1., 2.], dtype=float32)

    Raises ``tf.errors.InvalidArgumentError`` when the shapes differ, ``ValueError`` for an axis out
    of range. Source: ``tf.stack``.
    """
    if (
        isinstance(values, (list, tuple))
        and not convert._holds_tensors(values)
        and not one_int(axis)
    ):
        return convert_to_tensor(values)
    tensors = alike(values, "Pack")
    if not tensors:
        return convert_to_tensor([])
    first, at = tuple(tensors[0]._a.shape), one_int(axis)
    rank = len(first) + 1
    if not -rank <= at < rank:
        raise ValueError(f"Argument `axis` = {at} not in range [{-rank}, {rank})")
    for i, t in enumerate(tensors):
        if not fits(t._a.shape, first):
            raise invalid(
                "Shapes of all inputs must match: values[0].shape = "
                f"{list(first)} != values[{i}].shape = {list(t._a.shape)} [Op:Pack] name: {name}"
            )
    return execute(stack_op, tensors, {"axis": at + rank if at < 0 else at})


def pack(values: Any) -> Any:
    """The tensor of a list of tensors, for conversions."""
    return stack(values)


convert.set_packer(pack)


@export("parallel_stack")
def parallel_stack(values: Any, name: str = "parallel_stack") -> Any:
    """Not for eager execution, as in TensorFlow: raises ``RuntimeError``; use ``tf.stack``."""
    raise RuntimeError("tf.parallel_stack() is not compatible with eager execution. Use tf.stack.")


@export("unstack")
def unstack(value: Any, num: int | None = None, axis: Any = 0, name: str = "unstack") -> Any:
    """The slices of ``value`` along ``axis``, as a list of tensors.

    >>> import tensortape as tf
    >>> [t.numpy().tolist() for t in tf.unstack([[1, 2], [3, 4]])]
    [[1, 2], [3, 4]]

    Raises ``ValueError`` when ``num`` is not the length or the axis is out of range.
    Source: ``tf.unstack``.
    """
    x = tensor(value)
    rank, at = x._a.ndim, one_int(axis)
    if not -rank <= at < rank:
        raise ValueError(f"Argument `axis` = {at} not in range [{-rank}, {rank})")
    at = at + rank if at < 0 else at
    n = x._a.shape[at]
    if n is None and num is None:
        raise ValueError(f"Cannot infer argument `num` from shape {x.shape}")
    if num is not None and n is not None and num != n:
        raise invalid(
            f"Input shape axis {at} must equal {num}, got shape {list(x.shape)} [Op:Unpack]",
        )
    return list(execute(unstack_op, (x,), {"axis": at}))


@export("split")
def split(
    value: Any, num_or_size_splits: Any, axis: Any = 0, num: Any = None, name: str = "split"
) -> Any:
    """Pieces of ``value`` along ``axis``: so many equal ones, or of given sizes (one may be -1).

    >>> import tensortape as tf
    >>> [t.shape[0] for t in tf.split(tf.zeros([6]), [1, -1])]
    [1, 5]

    Raises ``tf.errors.InvalidArgumentError`` when the sizes do not fit. Source: ``tf.split``.
    """
    x = tensor(value)
    given = num_or_size_splits
    if given is None:
        raise ValueError(
            "Argument `num_or_size_splits` must be a number or a list of sizes, got None"
        )
    at = one_axis(axis, x._a.ndim, "split_dim")
    n = x._a.shape[at]
    alone = isinstance(given, int) or (
        getattr(given, "shape", None) is not None and len(given.shape) == 0
    )
    if alone:
        pieces = one_int(given)
        if pieces < 1:
            raise invalid(f"Number of ways to split should be > 0, but got {pieces} [Op:Split]")
        if n is not None and n % pieces:
            raise _uneven(n, pieces)
        sizes: Any = pieces if n is None else (n // pieces,) * pieces
    else:
        if varies(ints(given)):
            known = isinstance(given, (list, tuple))
            return composed.pieces(x, list(given) if known else PUBLIC["unstack"](given), at)
        sizes = _sizes(ints(given), n)
    return list(execute(split_op, (x,), {"sizes": sizes, "axis": at}))


def _sizes(sizes: tuple[int, ...], n: int) -> tuple[int, ...]:
    if sizes.count(-1) > 1:
        raise invalid(f"Only one size may be -1, got {list(sizes)} [Op:SplitV]")
    if n is None and -1 not in sizes:
        return sizes
    if n is None:
        raise invalid(f"A size of -1 needs a known dimension, got sizes {list(sizes)} [Op:SplitV]")
    known = sum(s for s in sizes if s != -1)
    full = tuple(n - known if s == -1 else s for s in sizes)
    if any(s < 0 for s in full) or sum(full) != n:
        raise invalid(
            "Determined shape must either match input shape along split_dim exactly if fully "
            "specified, or be less than the size of the input along split_dim if not. "
            f"Got sizes {list(sizes)} for a length of {n} [Op:SplitV]"
        )
    return full
