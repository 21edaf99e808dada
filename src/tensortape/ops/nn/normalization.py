"""Normalising: batches by their moments, vectors by their length."""

from __future__ import annotations

from typing import Any

from tensortape.arrays.recorded import recorded as xp
from tensortape.core.convert import convert_to_tensor
from tensortape.core.public import tensor
from tensortape.core.registry import PUBLIC, export
from tensortape.ops.reduce.sums import reduce_sum


@export("nn.batch_normalization")
def batch_normalization(
    x: Any,
    mean: Any,
    variance: Any,
    offset: Any,
    scale: Any,
    variance_epsilon: Any,
    name: str | None = None,
) -> Any:
    """``scale * (x - mean) / sqrt(variance + variance_epsilon) + offset``.

    ``mean``, ``variance``, ``offset`` and ``scale`` broadcast with ``x``; the last two may be
    ``None``. They may have another floating dtype than ``x``, which is that of the result.

    >>> import tensortape as tf
    >>> tf.nn.batch_normalization([1.0, 3.0], 2.0, 1.0, 10.0, None, 0.0).numpy()
    array([ 9., 11.], dtype=float32)

    Raises ``tf.errors.InvalidArgumentError`` for shapes that do not broadcast.
    Source: ``tf.nn.batch_normalization``.
    """
    x = tensor(x)
    factor = PUBLIC["math.rsqrt"](tensor(variance) + variance_epsilon)
    if scale is not None:
        factor = factor * scale
    centre = mean * factor
    constant = -centre if offset is None else offset - centre
    return x * _as(factor, x) + _as(constant, x)


def _as(value: Any, x: Any) -> Any:
    return value if value.dtype is x.dtype else xp.astype(value, x.dtype)


@export("nn.batch_norm_with_global_normalization")
def batch_norm_with_global_normalization(
    input: Any,
    mean: Any,
    variance: Any,
    beta: Any,
    gamma: Any,
    variance_epsilon: Any,
    scale_after_normalization: bool,
    name: str | None = None,
) -> Any:
    """Batch normalisation with offset ``beta`` and, if asked for, scale ``gamma``.

    See ``tf.nn.batch_normalization``. Source: ``tf.nn.batch_norm_with_global_normalization``.
    """
    scale = gamma if scale_after_normalization else None
    return batch_normalization(input, mean, variance, beta, scale, variance_epsilon)


@export("math.l2_normalize", "linalg.l2_normalize", "nn.l2_normalize")
def l2_normalize(
    x: Any, axis: Any = None, epsilon: float = 1e-12, name: str | None = None, dim: Any = None
) -> Any:
    """``x`` divided by its Euclidean norm along ``axis`` (an int, several, or ``None`` for all).

    Squared norms below ``epsilon`` count as ``epsilon``.

    >>> import tensortape as tf
    >>> tf.math.l2_normalize([3.0, 4.0]).numpy().round(3)
    array([0.6, 0.8], dtype=float32)

    Raises ``tf.errors.InvalidArgumentError`` for an axis out of range.
    Source: ``tf.math.l2_normalize``.
    """
    x = tensor(x)
    axis = dim if axis is None else axis
    if x.dtype.is_complex:
        real, imaginary = xp.real(x), xp.imag(x)
        factor = _inverse_norm(xp.square(real) + xp.square(imaginary), axis, epsilon)
        return PUBLIC["complex"](real * factor, imaginary * factor)
    return x * _inverse_norm(xp.square(x), axis, epsilon)


def _inverse_norm(squares: Any, axis: Any, epsilon: float) -> Any:
    total = reduce_sum(squares, axis, keepdims=True)
    return PUBLIC["math.rsqrt"](xp.maximum(total, convert_to_tensor(epsilon, dtype=total.dtype)))
