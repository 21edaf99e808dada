"""Moving blocks of space into the batch or the depth, and back."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tensortape.core.dispatch import execute
from tensortape.core.op import op
from tensortape.core.public import tensor
from tensortape.core.registry import export
from tensortape.core.state import state
from tensortape.ops.layout.attributes import ints, invalid, is_tensor, linear, one_int, static_value
from tensortape.ops.layout.order import inverse, transpose


def batch_order(blocks: int, rank: int) -> tuple[int, ...]:
    """Axes of ``[batch, n1, block1, n2, block2, ..., rest]`` with the blocks in front."""
    inner = [2 * i + 2 for i in range(blocks)]
    outer = [2 * i + 1 for i in range(blocks)]
    return (*inner, 0, *outer, *range(2 * blocks + 1, rank + blocks))


@op(
    "SpaceToBatchND",
    saves=(),
    native_dtypes=True,
    samples=[(((1, 4, 3, 2),), {"block": (2, 3), "paddings": ((0, 0), (1, 2))})],
)
def space_to_batch_op(xp, input, *, block, paddings):
    """Blocks of the padded spatial axes, moved to the batch."""
    rest = input.ndim - 1 - len(block)
    for i, (b, n, pad) in enumerate(zip(block, tuple(input.shape)[1:], paddings, strict=False)):
        if type(n) is int and (n + sum(pad)) % b:
            raise invalid(
                f"padded_shape[{i}]={n + sum(pad)} is not divisible by block_shape[{i}]={b} "
                "[Op:SpaceToBatchND]",
            )
    x = xp.pad(input, ((0, 0), *paddings, *(((0, 0),) * rest)))
    shape = tuple(x.shape)
    split = [shape[0]]
    for n, b in zip(shape[1:], block, strict=False):
        split += [n // b, b]
    tail = shape[1 + len(block) :]
    moved = xp.transpose(xp.reshape(x, (*split, *tail)), batch_order(len(block), x.ndim))
    spatial = tuple(n // b for n, b in zip(shape[1:], block, strict=False))
    return xp.reshape(moved, (shape[0] * math.prod(block), *spatial, *tail))


@op(
    "BatchToSpaceND",
    saves=(),
    native_dtypes=True,
    samples=[(((6, 2, 2, 1),), {"block": (2, 3), "crops": ((0, 1), (1, 2))})],
)
def batch_to_space_op(xp, input, *, block, crops):
    """Blocks moved from the batch to the spatial axes, which are then cropped."""
    shape, count = tuple(input.shape), len(block)
    if type(shape[0]) is int and shape[0] % math.prod(block):
        raise invalid(
            f"Input batch dimension ({shape[0]}) is not divisible by product of block sizes "
            f"({math.prod(block)}) [Op:BatchToSpaceND]"
        )
    batch = shape[0] // math.prod(block)
    tail = shape[1 + count :]
    x = xp.reshape(input, (*block, batch, *shape[1:]))
    x = xp.transpose(x, inverse(batch_order(count, len(shape))))
    full = tuple(n * b for n, b in zip(shape[1:], block, strict=False))
    x = xp.reshape(x, (batch, *full, *tail))
    keep = tuple(slice(a, n - b) for n, (a, b) in zip(full, crops, strict=True))
    return xp.getitem(x, (slice(None), *keep))


@space_to_batch_op.vjp
def _(xp, g, y, x, *, block, paddings):
    return batch_to_space_op.kernel(xp, g, block=block, crops=paddings)


@batch_to_space_op.vjp
def _(xp, g, y, x, *, block, crops):
    return space_to_batch_op.kernel(xp, g, block=block, paddings=crops)


@op("DepthToSpace", saves=(), native_dtypes=True, samples=[(((1, 2, 3, 8),), {"block": 2})])
def depth_to_space_op(xp, input, *, block):
    """Blocks moved from the depth to height and width (channels last)."""
    n, h, w, c = tuple(input.shape)
    if type(c) is int and c % block**2:
        raise invalid(
            f"Input depth dimension {c} should be divisible by: {block**2} [Op:DepthToSpace]"
        )
    x = xp.reshape(input, (n, h, w, block, block, c // block**2))
    return xp.reshape(xp.transpose(x, (0, 1, 3, 2, 4, 5)), (n, h * block, w * block, c // block**2))


@op("SpaceToDepth", saves=(), native_dtypes=True, samples=[(((1, 4, 6, 2),), {"block": 2})])
def space_to_depth_op(xp, input, *, block):
    """Blocks of height and width moved to the depth (channels last)."""
    n, h, w, c = tuple(input.shape)
    if any(type(size) is int and size % block for size in (h, w)):
        raise invalid(
            f"Image width {w} and height {h} should be divisible by block_size: {block} "
            "[Op:SpaceToDepth]"
        )
    x = xp.reshape(input, (n, h // block, block, w // block, block, c))
    return xp.reshape(
        xp.transpose(x, (0, 1, 3, 2, 4, 5)), (n, h // block, w // block, block**2 * c)
    )


@depth_to_space_op.vjp
def _(xp, g, y, x, *, block):
    return space_to_depth_op.kernel(xp, g, block=block)


@space_to_depth_op.vjp
def _(xp, g, y, x, *, block):
    return depth_to_space_op.kernel(xp, g, block=block)


for _op in (space_to_batch_op, batch_to_space_op, depth_to_space_op, space_to_depth_op):
    linear(_op)


def _pairs(value: Any) -> tuple[tuple[int, int], ...]:
    array = np.asarray(static_value(value) if is_tensor(value) else value).reshape(-1, 2)
    return tuple((int(a), int(b)) for a, b in array)


def _blocks(block_shape: Any, count: int) -> tuple[int, ...]:
    block = ints(block_shape)
    return block * count if len(block) == 1 and count > 1 else block


def space_to_batch(input: Any, block_shape: Any, paddings: Any, name: str | None = None) -> Any:
    """Blocks of the padded spatial axes of ``input``, moved to the batch axis.

    >>> import tensortape as tf
    >>> tf.space_to_batch(tf.zeros([1, 4, 4, 1]), [2, 2], [[0, 0], [0, 0]]).shape
    TensorShape([4, 2, 2, 1])

    Raises ``tf.errors.InvalidArgumentError`` when the blocks do not fit.
    Source: ``tf.space_to_batch``.
    """
    x, pairs = tensor(input), _pairs(paddings)
    block = _blocks(block_shape, len(pairs))
    return execute(space_to_batch_op, (x,), {"block": block, "paddings": pairs})


export("space_to_batch", "space_to_batch_nd", "nn.space_to_batch")(space_to_batch)


@export("batch_to_space")
def batch_to_space(input: Any, block_shape: Any, crops: Any, name: str | None = None) -> Any:
    """Blocks moved from the batch axis to the spatial axes, which are then cropped.

    >>> import tensortape as tf
    >>> tf.batch_to_space(tf.zeros([4, 2, 2, 1]), [2, 2], [[0, 0], [0, 0]]).shape
    TensorShape([1, 4, 4, 1])

    Raises ``tf.errors.InvalidArgumentError`` when the batch cannot be divided.
    Source: ``tf.batch_to_space``.
    """
    x, pairs = tensor(input), _pairs(crops)
    block = _blocks(block_shape, len(pairs))
    return execute(batch_to_space_op, (x,), {"block": block, "crops": pairs})


@export("required_space_to_batch_paddings")
def required_space_to_batch_paddings(
    input_shape: Any, block_shape: Any, base_paddings: Any = None, name: str | None = None
) -> tuple[Any, Any]:
    """Paddings and crops that make ``block_shape`` divide ``input_shape``, both ``[n, 2]``.

    Source: ``tf.required_space_to_batch_paddings``.
    """
    sizes, block = np.array(ints(input_shape)), np.array(ints(block_shape))
    base = (
        np.zeros((len(block), 2), int) if base_paddings is None else np.array(_pairs(base_paddings))
    )
    extra = -(sizes + base.sum(1)) % block
    paddings = np.stack([base[:, 0], base[:, 1] + extra], 1).astype(np.int32)
    crops = np.stack([np.zeros_like(extra), extra], 1).astype(np.int32)
    return state.tensor(paddings), state.tensor(crops)


def _channels_last(x: Any, data_format: str, run: Any) -> Any:
    """Run on channels-last data whatever the format."""
    if data_format == "NHWC":
        return run(x)
    if data_format == "NCHW":
        return transpose(run(transpose(x, (0, 2, 3, 1))), (0, 3, 1, 2))
    raise ValueError(f"data_format must be 'NHWC' or 'NCHW', got {data_format!r}")


@export("nn.depth_to_space")
def depth_to_space(
    input: Any, block_size: Any, data_format: str = "NHWC", name: str | None = None
) -> Any:
    """Blocks of depth spread over height and width.

    >>> import tensortape as tf
    >>> tf.nn.depth_to_space(tf.zeros([1, 2, 2, 4]), 2).shape
    TensorShape([1, 4, 4, 1])

    Raises ``tf.errors.InvalidArgumentError`` when the depth cannot be divided.
    Source: ``tf.nn.depth_to_space``.
    """
    block = one_int(block_size)

    def run(x: Any) -> Any:
        return execute(depth_to_space_op, (x,), {"block": block})

    return _channels_last(tensor(input), data_format, run)


@export("nn.space_to_depth")
def space_to_depth(
    input: Any, block_size: Any, data_format: str = "NHWC", name: str | None = None
) -> Any:
    """Blocks of height and width stacked in the depth.

    >>> import tensortape as tf
    >>> tf.nn.space_to_depth(tf.zeros([1, 4, 4, 1]), 2).shape
    TensorShape([1, 2, 2, 4])

    Raises ``tf.errors.InvalidArgumentError`` when height or width cannot be divided.
    Source: ``tf.nn.space_to_depth``.
    """
    block = one_int(block_size)

    def run(x: Any) -> Any:
        return execute(space_to_depth_op, (x,), {"block": block})

    return _channels_last(tensor(input), data_format, run)
