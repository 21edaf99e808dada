"""What the expressions of the raw operations are written with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tensortape.core.convert import convert_to_tensor
from tensortape.ops.raw.names import tf


def pulled(function: Callable[[Any], Any], at: Any, cotangent: Any) -> Any:
    """The cotangent of `at` from that of `function(at)`; differentiable in both."""
    at = convert_to_tensor(at)
    with tf.GradientTape() as tape:
        tape.watch(at)
        value = function(at)
    return tape.gradient(value, at, output_gradients=cotangent)


def pushed(function: Callable[[Any], Any], at: Any, tangent: Any) -> Any:
    """The tangent of `function(at)` from that of `at`."""
    at = convert_to_tensor(at)
    with tf.autodiff.ForwardAccumulator(at, convert_to_tensor(tangent)) as accumulator:
        value = function(at)
    return accumulator.jvp(value)


def zeros(shape: Any, like: Any) -> Any:
    """Zeros of a shape, of the dtype of another tensor."""
    return tf.zeros(shape, convert_to_tensor(like).dtype)


def cast_like(mask: Any, x: Any) -> Any:
    """A mask as numbers of the dtype of `x`."""
    return tf.cast(mask, convert_to_tensor(x).dtype)


def pads(padding: str, explicit: list[int]) -> Any:
    """The padding as the public functions take it: a name, or a pair for each axis."""
    if padding != "EXPLICIT":
        return padding
    return [explicit[i : i + 2] for i in range(0, len(explicit), 2)]


def sparse(indices: Any, values: Any, shape: Any) -> Any:
    """The sparse tensor of its three parts."""
    return tf.SparseTensor(indices, values, tf.cast(shape, tf.int64))


def parts(value: Any, *which: str) -> Any:
    """The parts of a sparse tensor, as the raw operations return them."""
    found = [getattr(value, part) for part in which or ("indices", "values", "dense_shape")]
    return found[0] if len(found) == 1 else tuple(found)


def at_places(value: Any, dense: Any, operation: Callable[[Any, Any], Any]) -> Any:
    """`operation` on the values of a sparse tensor and those of a dense one at their places."""
    dense = tf.broadcast_to(dense, value.dense_shape)
    return operation(value.values, tf.gather_nd(dense, value.indices))


def sparse_where(dense: Any) -> Any:
    """The nonzero elements of a dense tensor as a sparse one; gradients pass."""
    indices = tf.where(tf.not_equal(dense, 0))
    return sparse(indices, tf.gather_nd(dense, indices), tf.shape(dense))


def dense(value: Any, transpose: bool = False, adjoint: bool = False) -> Any:
    """A matrix that may be sparse as a dense one, transposed where asked."""
    full = tf.sparse.to_dense(value) if isinstance(value, tf.SparseTensor) else value
    if adjoint:
        return tf.linalg.adjoint(full)
    return tf.linalg.matrix_transpose(full) if transpose else full


def channels(data_format: str, rank: int) -> tuple[list[int], list[int]]:
    """The axes a normalisation averages over, and the shape that broadcasts its parameters."""
    axis = 1 if data_format.startswith("NC") else rank - 1
    shape = [1] * rank
    shape[axis] = -1
    return [i for i in range(rank) if i != axis], shape


def batch_norm(
    x: Any, scale: Any, offset: Any, mean: Any, variance: Any, epsilon: float, data_format: str,
    is_training: bool, factor: float = 1.0,
) -> tuple[Any, Any, Any, Any, Any, Any]:  # fmt: skip
    """`FusedBatchNormV3`: the result, mean and variance to keep, and three reserved values."""
    axes, shape = channels(data_format, len(x.shape))
    scale = convert_to_tensor(scale)
    wide = tf.cast(x, tf.float32) if x.dtype in (tf.float16, tf.bfloat16) else x
    mean, variance = convert_to_tensor(mean, scale.dtype), convert_to_tensor(variance, scale.dtype)
    used_mean, used_variance, kept = mean, variance, (mean, variance)
    if is_training:
        used_mean = tf.reduce_mean(wide, axes)  # tf.nn.moments stops a gradient: of the mean's own
        used_variance = tf.reduce_mean(tf.square(wide - tf.reshape(used_mean, shape)), axes)
        count = 1.0
        for axis in axes:
            count *= x.shape[axis]
        unbiased = used_variance * (count / max(count - 1.0, 1.0))
        kept = (used_mean, unbiased)
        if factor != 1.0:
            kept = (
                mean * (1 - factor) + used_mean * factor,
                variance * (1 - factor) + unbiased * factor,
            )
    y = (wide - tf.reshape(used_mean, shape)) * tf.math.rsqrt(
        tf.reshape(used_variance, shape) + epsilon
    ) * tf.reshape(scale, shape) + tf.reshape(offset, shape)
    return tf.cast(y, x.dtype), *kept, used_mean, used_variance, zeros([0], wide)


def batch_norm_grad(
    y_backprop: Any, x: Any, scale: Any, mean: Any, variance: Any, epsilon: float,
    data_format: str, is_training: bool,
) -> tuple[Any, ...]:  # fmt: skip
    """`FusedBatchNormGradV3`: cotangents of `x`, scale and offset, and two empty values."""
    x, scale = convert_to_tensor(x), convert_to_tensor(scale)
    offset = tf.zeros_like(scale)
    with tf.GradientTape() as tape:
        tape.watch([x, scale, offset])
        y = batch_norm(x, scale, offset, mean, variance, epsilon, data_format, is_training)[0]
    found = tape.gradient(y, [x, scale, offset], output_gradients=y_backprop)
    return *found, zeros([0], scale), zeros([0], scale)


def strided(
    begin: Any, end: Any, strides: Any, begin_mask: int, end_mask: int, ellipsis_mask: int,
    new_axis_mask: int, shrink_axis_mask: int,
) -> tuple[Any, ...]:  # fmt: skip
    """What Python writes between the brackets for the masks of `StridedSlice`."""
    index: list[Any] = []
    rows = [[int(v) for v in tf.convert_to_tensor(part)] for part in (begin, end, strides)]
    for i, (first, last, step) in enumerate(zip(*rows, strict=True)):
        bit = 1 << i
        if ellipsis_mask & bit:
            index.append(...)
        elif new_axis_mask & bit:
            index.append(None)
        elif shrink_axis_mask & bit:
            index.append(first)
        else:
            start, stop = first, last
            index.append(
                slice(None if begin_mask & bit else start, None if end_mask & bit else stop, step)
            )
    return tuple(index)


def reversed_axes(tensor: Any, dims: Any) -> Any:
    """`Reverse`, whose `dims` say for every axis whether it is reversed."""
    flags = [bool(flag) for flag in tf.convert_to_tensor(dims)]
    return tf.reverse(tensor, [axis for axis, flag in enumerate(flags) if flag])


def select(condition: Any, x: Any, y: Any) -> Any:
    """`Select`: a vector of conditions chooses rows."""
    condition, x = convert_to_tensor(condition), convert_to_tensor(x)
    if len(condition.shape) == 1 < len(x.shape):
        condition = tf.reshape(condition, [-1] + [1] * (len(x.shape) - 1))
    return tf.where(condition, x, y)


def block(value: Any, times: int = 2) -> list[Any]:
    """A block size for each of two axes."""
    return [value] * times


def tridiagonal_product(superdiag: Any, maindiag: Any, subdiag: Any, rhs: Any) -> Any:
    """`TridiagonalMatMul`."""
    diagonals = [tf.squeeze(part, -2) for part in (superdiag, maindiag, subdiag)]
    return tf.linalg.tridiagonal_matmul(diagonals, rhs, diagonals_format="sequence")


def logged(value: Any, *data: Any, message: str = "") -> Any:
    """`Print`: show the data, hand the value on."""
    tf.print(message, *data)
    return tf.identity(value)
