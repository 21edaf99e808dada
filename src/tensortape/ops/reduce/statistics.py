"""Spread, norms and log-sums along axes, made of simpler operations as in TensorFlow."""

from __future__ import annotations

from typing import Any

from tensortape.arrays.recorded import recorded as xp
from tensortape.core import dtypes
from tensortape.core.op import op
from tensortape.core.public import tensor
from tensortape.core.registry import export
from tensortape.ops.reduce.axes import aligned, canonical, normalise, reduce
from tensortape.ops.reduce.extremes import reduce_max
from tensortape.ops.reduce.sums import SAMPLES, reduce_mean


@export("math.reduce_variance")
def reduce_variance(
    input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Any:
    """Mean squared distance from the mean along ``axis``; real also for complex tensors.

    >>> import tensortape as tf
    >>> tf.math.reduce_variance([1.0, 3.0]).numpy()
    np.float32(1.0)

    Raises ``TypeError`` for integers. Source: ``tf.math.reduce_variance``.
    """
    x = tensor(input_tensor)
    if x.dtype.is_integer:
        raise TypeError(
            f"Input must be either real or complex. Received integer type {x.dtype!r}. Use "
            "tf.cast(x, tf.float32)."
        )
    deviation = x - reduce_mean(x, axis, True)
    if x.dtype.is_complex:
        squares = xp.real(xp.conj(deviation) * deviation)
    else:
        squares = xp.square(deviation)
    return reduce_mean(squares, axis, keepdims)


@export("math.reduce_std")
def reduce_std(
    input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Any:
    """Standard deviation along ``axis``: the square root of the variance.

    >>> import tensortape as tf
    >>> tf.math.reduce_std([1.0, 5.0]).numpy()
    np.float32(2.0)

    Raises ``TypeError`` for integers. Source: ``tf.math.reduce_std``.
    """
    return xp.sqrt(reduce_variance(input_tensor, axis, keepdims))


@op("EuclideanNorm", normalise=normalise, samples=SAMPLES)
def euclidean_norm_op(xp, input, *, axis=None, keepdims=False):
    """Square root of the sum of squared magnitudes along axes."""
    if input.dtype.kind == "c":
        return xp.sqrt(xp.sum(input * xp.conj(input), axis, keepdims))
    total = xp.sum(input * input, axis, keepdims)
    if input.dtype.kind in "iu":
        return xp.astype(xp.sqrt(xp.astype(total, dtypes.float64)), input.dtype)
    return xp.sqrt(total)


@euclidean_norm_op.vjp
def _(xp, g, y, x, *, axis, keepdims):
    norm = aligned(xp, y, x, axis, keepdims)
    return aligned(xp, g, x, axis, keepdims) / norm * x


@export("math.reduce_euclidean_norm")
def reduce_euclidean_norm(
    input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Any:
    """Euclidean norm along ``axis``.

    >>> import tensortape as tf
    >>> tf.math.reduce_euclidean_norm([3.0, 4.0]).numpy()
    np.float32(5.0)

    Source: ``tf.math.reduce_euclidean_norm``.
    """
    return reduce(euclidean_norm_op, input_tensor, axis, keepdims)


@export("math.reduce_logsumexp", "reduce_logsumexp")
def reduce_logsumexp(
    input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Any:
    """``log(sum(exp(x)))`` along ``axis``, without overflow.

    >>> import tensortape as tf
    >>> tf.math.reduce_logsumexp([1000.0, 1000.0]).numpy()
    np.float32(1000.6932)

    Source: ``tf.math.reduce_logsumexp``.
    """
    x = tensor(input_tensor)
    axes = canonical(axis, x._a.ndim)
    top = reduce_max(x, axes, True)
    shift = xp.stop_gradient(xp.where(xp.isfinite(top), top, xp.zeros((), top.dtype)))
    total = xp.log(xp.sum(xp.exp(x - shift), axes, True)) + shift
    if keepdims:
        return total
    return xp.squeeze(total, tuple(range(x.ndim)) if axes is None else axes)
