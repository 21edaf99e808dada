"""Rounding to a few levels, as quantised networks would, while training."""

from __future__ import annotations

from typing import Any

from tensortape.arrays.recorded import recorded
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import execute
from tensortape.core.op import op
from tensortape.core.registry import export
from tensortape.ops.nn.windows import invalid

BITS: dict[str, Any] = {"num_bits": 8, "narrow_range": False}


def nudged(xp: Any, low: Any, high: Any, num_bits: int, narrow_range: bool) -> tuple[Any, Any, Any]:
    """Range and step such that zero is one of the levels."""
    first, last = (1.0 if narrow_range else 0.0), float(2**num_bits - 1)
    step = (high - low) / (last - first)
    zero = first - low / step
    rounded = xp.floor(zero + 0.5)
    point = xp.where(zero < first, first + xp.zeros_like(zero), rounded)
    point = xp.where(zero > last, last + xp.zeros_like(zero), point)
    return (first - point) * step, (last - point) * step, step


def quantised(xp: Any, x: Any, low: Any, high: Any, step: Any) -> Any:
    """The nearest level; zero where the range is a point."""
    inside = xp.maximum(xp.minimum(x, high), low)
    level = xp.floor((inside - low) / step + 0.5) * step + low
    return xp.where(xp.isfinite(level), level, xp.zeros_like(level))


def shares(
    xp: Any, g: Any, x: Any, low: Any, high: Any, bits: dict[str, Any]
) -> tuple[Any, Any, Any]:
    """Cotangents that pass inside of the range, below it and above it."""
    bottom, top, _ = nudged(xp, low, high, **bits)
    zero = xp.zeros_like(g)
    below, above = xp.where(x < bottom, g, zero), xp.where(x > top, g, zero)
    return xp.where(xp.logical_and(x >= bottom, x <= top), g, zero), below, above


def kernel(xp: Any, x: Any, low: Any, high: Any, num_bits: int, narrow_range: bool) -> Any:
    """Fake quantisation between two bounds (for each channel)."""
    return quantised(xp, x, *nudged(xp, low, high, num_bits, narrow_range))


def summed(xp: Any, d: Any, bound: Any) -> Any:
    """``d`` summed to the shape of a bound: all, or all but the last axis."""
    return xp.sum_to(d, shape=tuple(bound.shape))


@op("FakeQuantWithMinMaxVars", saves=("inputs",), not_derivative="the steps are taken as a line")
def vars_op(xp, inputs, min, max, *, num_bits, narrow_range):
    """Rounding to levels between trained bounds."""
    return kernel(xp, inputs, min, max, num_bits, narrow_range)


@op(
    "FakeQuantWithMinMaxVarsPerChannel",
    saves=("inputs",),
    not_derivative="the steps are taken as a line",
)
def per_channel_op(xp, inputs, min, max, *, num_bits, narrow_range):
    """Rounding to levels between trained bounds of each channel."""
    return kernel(xp, inputs, min, max, num_bits, narrow_range)


for _op in (vars_op, per_channel_op):

    @_op.vjp
    def _(xp, g, y, x, low, high, **bits):
        inside, below, above = shares(xp, g, x, low, high, bits)
        return inside, summed(xp, below, low), summed(xp, above, high)


SPREAD = (3, 2)
vars_op.samples = [((SPREAD, -1.0, 2.0), BITS)]
per_channel_op.samples = [((SPREAD, [-1.0, -0.5], [2.0, 1.0]), BITS)]


def check(num_bits: int, low: Any, high: Any) -> None:
    """Refuse numbers of bits and bounds that make no levels."""
    if not 2 <= num_bits <= 16:
        raise invalid(
            "FakeQuantWithMinMaxVars", f"num_bits must be between 2 and 16, inclusive: {num_bits}"
        )
    if low is not None and not low < high:
        raise invalid(
            "FakeQuantWithMinMaxArgs", f"min has to be smaller than max, was: {low} >= {high}"
        )


def float32(value: Any) -> Any:
    """``value`` as a float32 tensor, the only dtype of these operations."""
    return convert_to_tensor(value, dtype="float32")


@export("quantization.fake_quant_with_min_max_args")
def fake_quant_with_min_max_args(
    inputs: Any,
    min: float = -6,
    max: float = 6,
    num_bits: int = 8,
    narrow_range: bool = False,
    name: str | None = None,
) -> Any:
    """``inputs`` cut to ``[min, max]`` and rounded to one of ``2**num_bits`` levels.

    The bounds are moved a little so that zero is a level. The gradient passes inside of them.

    >>> import tensortape as tf
    >>> tf.quantization.fake_quant_with_min_max_args([0.1, 9.0], 0.0, 3.0, num_bits=2).numpy()
    array([0., 3.], dtype=float32)

    Raises ``tf.errors.InvalidArgumentError`` for other than 2 to 16 bits or ``min >= max``.
    Source: ``tf.quantization.fake_quant_with_min_max_args``.
    """
    check(num_bits, min, max)
    attrs = {"num_bits": num_bits, "narrow_range": bool(narrow_range)}
    return execute(vars_op, (float32(inputs), float32(min), float32(max)), attrs)


@export("quantization.fake_quant_with_min_max_vars")
def fake_quant_with_min_max_vars(
    inputs: Any,
    min: Any,
    max: Any,
    num_bits: int = 8,
    narrow_range: bool = False,
    name: str | None = None,
) -> Any:
    """As ``tf.quantization.fake_quant_with_min_max_args``, with bounds that have gradients too.

    Those are the sums of what was cut at each. Source:
    ``tf.quantization.fake_quant_with_min_max_vars``.
    """
    check(num_bits, None, None)
    attrs = {"num_bits": num_bits, "narrow_range": bool(narrow_range)}
    return execute(vars_op, (float32(inputs), float32(min), float32(max)), attrs)


@export("quantization.fake_quant_with_min_max_vars_per_channel")
def fake_quant_with_min_max_vars_per_channel(
    inputs: Any,
    min: Any,
    max: Any,
    num_bits: int = 8,
    narrow_range: bool = False,
    name: str | None = None,
) -> Any:
    """As ``tf.quantization.fake_quant_with_min_max_vars``, with bounds for each channel.

    Channels are the last axis.

    Raises ``tf.errors.InvalidArgumentError`` for another number of bounds.
    Source: ``tf.quantization.fake_quant_with_min_max_vars_per_channel``.
    """
    check(num_bits, None, None)
    x, low, high = float32(inputs), float32(min), float32(max)
    for bound in (low, high):
        if bound.shape.rank != 1 or bound.shape[0] != x.shape[-1]:
            raise invalid(
                "FakeQuantWithMinMaxVarsPerChannel",
                f"min and max must have shape [{x.shape[-1]}], received {bound.shape}",
            )
    attrs = {"num_bits": num_bits, "narrow_range": bool(narrow_range)}
    return execute(per_channel_op, (x, low, high), attrs)


@export("quantization.fake_quant_with_min_max_args_gradient")
def fake_quant_with_min_max_args_gradient(
    gradients: Any,
    inputs: Any,
    min: float = -6,
    max: float = 6,
    num_bits: int = 8,
    narrow_range: bool = False,
    name: str | None = None,
) -> Any:
    """The cotangent of ``inputs`` of ``tf.quantization.fake_quant_with_min_max_args``.

    Source: ``tf.quantization.fake_quant_with_min_max_args_gradient``.
    """
    check(num_bits, min, max)
    return fake_quant_with_min_max_vars_gradient(
        gradients, inputs, min, max, num_bits, narrow_range
    )[0]


@export(
    "quantization.fake_quant_with_min_max_vars_gradient",
    "quantization.fake_quant_with_min_max_vars_per_channel_gradient",
)
def fake_quant_with_min_max_vars_gradient(
    gradients: Any,
    inputs: Any,
    min: Any,
    max: Any,
    num_bits: int = 8,
    narrow_range: bool = False,
    name: str | None = None,
) -> tuple[Any, Any, Any]:
    """The cotangents of ``inputs`` and of the bounds of fake quantisation.

    Source: ``tf.quantization.fake_quant_with_min_max_vars_gradient``.
    """
    check(num_bits, None, None)
    g, x, low, high = (float32(v) for v in (gradients, inputs, min, max))
    bits = {"num_bits": num_bits, "narrow_range": bool(narrow_range)}
    inside, below, above = shares(recorded, g, x, low, high, bits)
    return inside, summed(recorded, below, low), summed(recorded, above, high)
