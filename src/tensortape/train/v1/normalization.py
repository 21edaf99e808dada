"""``tf.compat.v1.nn.fused_batch_norm``."""

from __future__ import annotations

from typing import Any

from tensortape.core import errors
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dtypes import bfloat16, float16, float32
from tensortape.core.registry import export
from tensortape.ops.raw.steps import batch_norm

_LEAST_EPSILON = 1.001e-5
_LAYOUTS = ("NHWC", "NCHW", "NDHWC", "NCDHW")


@export("compat.v1.nn.fused_batch_norm")
def fused_batch_norm(
    x: Any,
    scale: Any,
    offset: Any,
    mean: Any = None,
    variance: Any = None,
    epsilon: float = 0.001,
    data_format: str = "NHWC",
    is_training: bool = True,
    name: str | None = None,
    exponential_avg_factor: float = 1.0,
) -> tuple[Any, Any, Any]:
    """Batch normalisation of images: the result, and the mean and variance to keep.

    ``x``: float32, float16 or bfloat16 of rank 4 or 5; ``scale``, ``offset``, ``mean`` and
    ``variance``: float32, one number for each channel. With ``is_training`` the moments are those
    of ``x``, and what is kept moves from ``mean`` and ``variance`` by ``exponential_avg_factor``;
    without it they are ``mean`` and ``variance``.

    >>> import tensortape as tf
    >>> x = tf.reshape(tf.constant([1.0, 3.0]), [2, 1, 1, 1])
    >>> y, mean, variance = tf.compat.v1.nn.fused_batch_norm(x, [1.0], [0.0])
    >>> y.numpy().ravel().round(3), mean.numpy(), variance.numpy()
    (array([-1.,  1.], dtype=float32), array([2.], dtype=float32), array([2.], dtype=float32))

    Raises ``ValueError`` without the ``mean`` and ``variance`` that are needed,
    ``tf.errors.InvalidArgumentError`` for other dtypes, ranks, sizes and layouts.
    Source: ``tf.compat.v1.nn.fused_batch_norm``.
    """
    needed = not is_training or exponential_avg_factor != 1.0
    if needed and (mean is None or variance is None):
        raise ValueError(
            "Both `mean` and `variance` must be a 1D tensor when `is_training` is False or "
            f"`exponential_avg_factor` != 1.0. Received: `mean` {mean} and `variance` {variance}."
        )
    x = convert_to_tensor(x, dtype_hint=float32)
    parts = [convert_to_tensor(part, dtype_hint=float32) for part in (scale, offset)]
    empty = convert_to_tensor([], dtype=float32)
    kept = [empty if m is None else convert_to_tensor(m, dtype=float32) for m in (mean, variance)]
    _check(x, parts, data_format)
    least = max(epsilon, _LEAST_EPSILON)
    result = batch_norm(
        x,
        parts[0],
        parts[1],
        kept[0],
        kept[1],
        least,
        data_format,
        bool(is_training),
        exponential_avg_factor,
    )
    return result[0], result[1], result[2]


def _check(x: Any, parts: list[Any], layout: str) -> None:
    """Raise ``InvalidArgumentError`` for what the operation does not take."""
    told = None
    if layout not in _LAYOUTS:
        told = f"Value for attr 'data_format' of {layout!r} is not in the list: {_LAYOUTS}"
    elif x.dtype not in (float32, float16, bfloat16) or any(p.dtype is not float32 for p in parts):
        given = [t.dtype.name for t in (x, *parts)]
        told = (
            "x must be float32, float16 or bfloat16, scale and offset float32; received: "
            f"{', '.join(given)}"
        )
    elif x.shape.rank not in (4, 5):
        told = f"input must be 4 or 5-dimensional{x.shape.as_list()}"
    else:
        channels = x.shape[1 if layout.startswith("NC") else -1]
        wrong = [p.shape for p in parts if channels and p.shape.as_list() != [channels]]
        if wrong:
            told = (
                "scale and offset must have the same number of elements as the channels of x, "
                f"got {wrong[0]} and {channels}"
            )
    if told is not None:
        raise errors.of_op(errors.InvalidArgumentError, "FusedBatchNormV3", told)
