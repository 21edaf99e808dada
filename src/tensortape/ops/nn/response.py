"""Local response normalisation."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core.dispatch import execute
from tensortape.core.op import op
from tensortape.core.public import tensor
from tensortape.core.registry import export
from tensortape.ops.nn.windows import invalid

PLAIN: dict[str, Any] = {"depth_radius": 1, "bias": 1.0, "alpha": 0.5, "beta": 0.75}


def neighbours(xp: Any, x: Any, radius: int) -> Any:
    """Sums over the channels at most ``radius`` away: a product with a band matrix."""
    c = x.shape[-1]
    at = np.arange(c)
    near = (abs(at - at[:, None]) <= radius).astype(getattr(x.dtype, "_np", x.dtype))
    return xp.matmul(x, near, False, False)


@op("LRN", saves=("inputs",), samples=[(((1, 1, 2, 4),), PLAIN)])
def lrn_op(xp, input, *, depth_radius, bias, alpha, beta):
    """Each element over a power of the squares around it, summed over near channels."""
    return input * (bias + alpha * neighbours(xp, input * input, depth_radius)) ** -beta


@lrn_op.vjp
def _(xp, g, y, x, *, depth_radius, bias, alpha, beta):
    scale = bias + alpha * neighbours(xp, x * x, depth_radius)
    inner = neighbours(xp, g * x * scale ** (-beta - 1), depth_radius)
    return g * scale**-beta - 2 * alpha * beta * x * inner


@export("nn.local_response_normalization", "nn.lrn")
def local_response_normalization(
    input: Any,
    depth_radius: int = 5,
    bias: float = 1,
    alpha: float = 1,
    beta: float = 0.5,
    name: str | None = None,
) -> Any:
    """``input / (bias + alpha * s)**beta``, ``s`` being the sum of squares over near channels.

    Near are those at most ``depth_radius`` away.

    >>> import tensortape as tf
    >>> tf.nn.local_response_normalization([[[[1.0, 2.0]]]], bias=0).numpy().round(3)
    array([[[[0.447, 0.894]]]], dtype=float32)

    ``input``: floating ``[batch, height, width, channels]``. Raises
    ``tf.errors.InvalidArgumentError`` for other ranks.
    Source: ``tf.nn.local_response_normalization``.
    """
    x = tensor(input)
    if x.shape.rank != 4:
        raise invalid("LRN", f"in must be 4-dimensional, received shape {x.shape}")
    if not x.dtype.is_floating or x.dtype.size == 8:
        raise invalid(
            "LRN",
            f"Value for attr 'T' of {x.dtype.name} is not in the list of allowed values: "
            "half, bfloat16, float",
        )
    attrs = {"depth_radius": int(depth_radius), "bias": bias, "alpha": alpha, "beta": beta}
    return execute(lrn_op, (x,), attrs)
