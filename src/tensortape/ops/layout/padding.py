"""Making tensors larger: ``tf.pad``, ``tf.tile``, ``tf.repeat``, ``tf.meshgrid``."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.arrays.varying import varies
from tensortape.core.dispatch import execute
from tensortape.core.op import op
from tensortape.core.operators import like
from tensortape.core.public import tensor
from tensortape.core.registry import OPS, export
from tensortape.core.state import state
from tensortape.ops import composed
from tensortape.ops.layout.attributes import ints, invalid, is_tensor, linear, one_int, static_value
from tensortape.ops.layout.inspect import size
from tensortape.ops.layout.shaping import reshape, unsparse


@op(
    "PadV2",
    primitive="pad",
    saves=(),
    native_dtypes=True,
    samples=[(((2, 3),), {"widths": ((1, 0), (0, 2)), "value": 0})],
)
def pad_op(xp, input, *, widths, value=0):
    """Surround with a constant."""
    return xp.pad(input, widths, value)


@pad_op.vjp
def _(xp, g, y, x, *, widths, value):
    return xp.getitem(g, inner(x.shape, widths))


@pad_op.jvp
def _(xp, tangents, y, x, *, widths, value):
    return xp.pad(tangents[0], widths, 0)


def inner(shape: Any, widths: Any) -> tuple[slice, ...]:
    """The index of what was padded within the padded tensor."""
    return tuple(slice(before, before + n) for n, (before, _) in zip(shape, widths, strict=True))


def mirrored(n: int, before: int, after: int, offset: int) -> Any:
    """Source positions of a mirrored axis; ``offset`` 1 leaves the edge out (REFLECT)."""
    front = np.arange(before - 1 + offset, offset - 1, -1)
    back = np.arange(n - 1 - offset, n - 1 - offset - after, -1)
    return np.concatenate([front, np.arange(n), back]).astype(np.int64)


@op(
    "MirrorPad",
    saves=(),
    native_dtypes=True,
    samples=[(((3, 4),), {"widths": ((1, 0), (2, 2)), "offset": 1})],
)
def mirror_pad(xp, input, *, widths, offset):
    """Surround with the mirror image of what is inside."""
    for axis, (before, after) in enumerate(widths):
        if before or after:
            input = xp.take(input, mirrored(input.shape[axis], before, after, offset), axis)
    return input


@mirror_pad.vjp
def _(xp, g, y, x, *, widths, offset):
    shape = list(y.shape)
    for axis, (before, after) in enumerate(widths):
        if before or after:
            shape[axis] = x.shape[axis]
            indices = mirrored(x.shape[axis], before, after, offset)
            g = xp.scatter_add(indices, g, tuple(shape), axis)
    return g


@op("Tile", primitive="tile", saves=(), native_dtypes=True, samples=[(((2, 3),), {"reps": (2, 1)})])
def tile_op(xp, input, *, reps):
    """Repeat the whole along each axis."""
    return xp.tile(input, reps)


@tile_op.vjp
def _(xp, g, y, x, *, reps):
    split: list[int] = []
    axes: list[int] = []
    for times, n in zip(reps, x.shape, strict=True):
        axes.append(len(split))
        split += [times, n]
    return xp.sum(xp.reshape(g, tuple(split)), tuple(axes)) if axes else g


@op("Repeat", saves=(), native_dtypes=True, samples=[(((2, 3),), {"times": 2, "axis": 0})])
def repeat_op(xp, input, *, times, axis):
    """Repeat each slice along an axis."""
    shape = tuple(input.shape)
    reps = (1,) * (axis + 1) + (times,) + (1,) * (len(shape) - axis - 1)
    tiled = xp.tile(xp.expand_dims(input, axis + 1), reps)
    return xp.reshape(tiled, (*shape[:axis], shape[axis] * times, *shape[axis + 1 :]))


@repeat_op.vjp
def _(xp, g, y, x, *, times, axis):
    shape = tuple(x.shape)
    return xp.sum(xp.reshape(g, (*shape[: axis + 1], times, *shape[axis + 1 :])), (axis + 1,))


linear(mirror_pad)
linear(tile_op)
linear(repeat_op)


def _widths(paddings: Any, rank: int) -> tuple[tuple[int, int], ...]:
    flat = ints(paddings if is_tensor(paddings) else _flat(paddings))
    if len(flat) != 2 * rank:
        raise invalid(
            f"The first dimension of paddings must be the rank of inputs[{len(flat) // 2},2] for "
            f"{rank} dimension(s) [Op:Pad]"
        )
    pairs = tuple((flat[i], flat[i + 1]) for i in range(0, len(flat), 2))
    for before, after in pairs:
        if (before < 0 or after < 0) and not varies((before, after)):
            raise invalid(f"Paddings must be non-negative: {before} {after} [Op:Pad]")
    return pairs


def _flat(paddings: Any) -> Any:
    if isinstance(paddings, (list, tuple)):
        return [
            v for row in paddings for v in (row if isinstance(row, (list, tuple)) else ints(row))
        ]
    return paddings


@export("pad")
def pad(
    tensor: Any,
    paddings: Any,
    mode: str = "CONSTANT",
    constant_values: Any = 0,
    name: str | None = None,
) -> Any:
    """``tensor`` surrounded by a constant, or by its mirror image (``REFLECT``, ``SYMMETRIC``).

    ``paddings`` has (before, after) for each axis.

    >>> import tensortape as tf
    >>> tf.pad([1, 2], [[1, 2]]).numpy()
    array([0, 1, 2, 0, 0], dtype=int32)

    Raises ``tf.errors.InvalidArgumentError`` for negative or too large paddings, ``ValueError`` for
    an unknown mode. Source: ``tf.pad``.
    """
    x = as_tensor(tensor)
    kind = mode.upper()
    if kind not in ("CONSTANT", "REFLECT", "SYMMETRIC"):
        raise ValueError(
            'Value of argument `mode` expected to be one of "CONSTANT", "REFLECT", or "SYMMETRIC". '
            f"Received `mode` = {mode}"
        )
    widths = _widths(paddings, x._a.ndim)
    if kind == "CONSTANT":
        if type(constant_values) is int and constant_values == 0:  # also of truth values and text
            value = state.tensor(np.zeros((), x.dtype._np)[()])
        else:
            value = like(constant_values, x)
        if value.dtype is not x.dtype:
            raise invalid(
                f"cannot compute PadV2: constant_values of dtype {value.dtype.name} for a tensor "
                f"of dtype {x.dtype.name} [Op:PadV2]"
            )
        return execute(pad_op, (x,), {"widths": widths, "value": static_value(value).item()})
    offset = 1 if kind == "REFLECT" else 0
    for (before, after), n in zip(widths, x._a.shape, strict=True):
        if n is not None and max(before, after) > n - offset:
            raise invalid(
                "paddings must be less than the dimension size: "
                f"{before}, {after} not less than {n} [Op:MirrorPad]"
            )
    return execute(mirror_pad, (x,), {"widths": widths, "offset": offset})


as_tensor = tensor


@export("tile")
def tile(input: Any, multiples: Any, name: str | None = None) -> Any:
    """``input`` repeated ``multiples[i]`` times along axis ``i``.

    >>> import tensortape as tf
    >>> tf.tile([1, 2], [2]).numpy()
    array([1, 2, 1, 2], dtype=int32)

    Raises ``tf.errors.InvalidArgumentError`` unless there is one non-negative multiple per axis.
    Source: ``tf.tile``.
    """
    x = tensor(input)
    reps = ints(multiples)
    if len(reps) != x._a.ndim:
        raise invalid(
            f"Expected multiples argument to be a vector of length {x._a.ndim} but got length "
            f"{len(reps)} [Op:Tile]"
        )
    for i, r in enumerate(reps):
        if r < 0:
            raise invalid(f"Expected multiples[{i}] >= 0, but got {r} [Op:Tile]")
    return execute(tile_op, (x,), {"reps": reps})


@export("repeat")
def repeat(input: Any, repeats: Any, axis: Any = None, name: str | None = None) -> Any:
    """Each element of ``input`` repeated along ``axis`` (without one: of the flattened tensor).

    >>> import tensortape as tf
    >>> tf.repeat([1, 2, 3], [2, 0, 1]).numpy()
    array([1, 1, 3], dtype=int32)

    Raises ``ValueError`` when the number of repeats does not fit. Source: ``tf.repeat``.
    """
    x = tensor(input)
    if axis is None:
        x, at = reshape(x, (-1,)), 0
    else:
        if not x._a.ndim:
            x = reshape(x, (1,))
        at, rank = one_int(axis), x._a.ndim
        if not -rank <= at < rank:
            raise ValueError(f"axis={at} out of bounds: expected {-rank}<=axis<{rank}")
        at = at + rank if at < 0 else at
    if composed.unknown(repeats) and repeats.shape.rank == 1 and repeats.shape[0] != 1:
        return composed.repeated(unsparse(x), repeats, at)
    counts, n = ints(repeats), x._a.shape[at]
    if len(counts) == 1:
        return execute(repeat_op, (x,), {"times": _positive(counts[0]), "axis": at})
    if n is not None and len(counts) != n:
        raise ValueError(f"Dimensions {n} and {len(counts)} are not compatible")
    indices = state.tensor(np.repeat(np.arange(len(counts), dtype=np.int64), counts))
    return execute(OPS["GatherV2"], (unsparse(x), indices), {"axis": at, "batch_dims": 0})


def _positive(times: int) -> int:
    if times < 0:
        raise invalid(f"Expected multiples[1] >= 0, but got {times} [Op:Tile]")
    return times


@export("meshgrid")
def meshgrid(*args: Any, indexing: str = "xy", name: str | None = None) -> list[Any]:
    """Coordinate tensors of a grid from one vector per axis; ``"xy"`` swaps the first two axes.

    >>> import tensortape as tf
    >>> x, y = tf.meshgrid([1, 2, 3], [4, 5])
    >>> x.shape, y.numpy().tolist()
    (TensorShape([2, 3]), [[4, 4, 4], [5, 5, 5]])

    Raises ``ValueError`` for an unknown ``indexing``. Source: ``tf.meshgrid``.
    """
    if indexing not in ("xy", "ij"):
        raise ValueError(
            f"Argument `indexing` parameter must be either 'xy' or 'ij', got '{indexing}'"
        )
    vectors = [reshape(tensor(a), (-1,)) for a in args]
    count = len(vectors)
    order = list(range(count))
    if indexing == "xy" and count > 1:
        order[:2] = [1, 0]
    sizes = [0] * count
    for v, at in zip(vectors, order, strict=True):
        sizes[at] = one_int(size(v)) if v._a.shape[0] is None else v._a.shape[0]
    out = []
    for v, at in zip(vectors, order, strict=True):
        shape = tuple(-1 if i == at else 1 for i in range(count))
        out.append(execute(OPS["BroadcastTo"], (reshape(v, shape),), {"shape": tuple(sizes)}))
    return out
