"""Rounding to the numbers that a few bits can hold, and back."""

from __future__ import annotations

from typing import Any

from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import execute
from tensortape.core.op import op
from tensortape.core.public import tensor
from tensortape.core.registry import export
from tensortape.core.tensor import EagerTensor
from tensortape.ops.nn.windows import invalid

ROUND_MODES = ("HALF_TO_EVEN", "HALF_UP")
SAMPLE: dict[str, Any] = {
    "lowest": -128,
    "highest": 127,
    "round_mode": "HALF_TO_EVEN",
    "range_given": True,
}


def bounds(xp: Any, low: Any, high: Any, lowest: int, highest: int) -> tuple[Any, Any, Any, Any]:
    """The range that the integers cover, numbers per unit and units per number."""
    huge = xp.zeros_like(low) + 3.4028235e38
    by_low = xp.where(lowest * low > 0, lowest / low, huge)
    by_high = xp.where(highest * high > 0, highest / high, huge)
    take_low = by_low < by_high
    scale = xp.where(take_low, by_low, by_high)
    unit = 1 / scale
    return (
        xp.where(take_low, low, lowest * unit),
        xp.where(take_low, highest * unit, high),
        scale,
        unit,
    )


def kernel(xp: Any, x: Any, low: Any, high: Any, attrs: dict[str, Any]) -> Any:
    """Integers times a unit nearest to values cut to a range."""
    if not attrs["range_given"]:
        low, high = xp.min(x, None, False), xp.max(x, None, False)
    low, high, scale, unit = bounds(xp, low, high, attrs["lowest"], attrs["highest"])
    inside = xp.maximum(xp.minimum(x, high), low) * scale
    half_up = attrs["round_mode"] == "HALF_UP"
    return (xp.floor(inside + 0.5) if half_up else xp.rint(inside)) * unit


@op("QuantizeAndDequantizeV4", saves=("inputs",), not_derivative="the steps are taken as a line",
    samples=[(((2, 3), -1.5, 1.0), SAMPLE)])  # fmt: skip
def quantize_op(xp, input, input_min, input_max, *, lowest, highest, round_mode, range_given):
    """Rounding whose gradient passes inside of the given range."""
    attrs = {"lowest": lowest, "highest": highest, "round_mode": round_mode}
    return kernel(xp, input, input_min, input_max, attrs | {"range_given": range_given})


@quantize_op.vjp
def _(xp, g, y, x, low, high, **attrs):
    inside = xp.logical_and(x >= low, x <= high)
    return xp.where(inside, g, xp.zeros_like(g)), xp.zeros_like(low), xp.zeros_like(high)


@op("QuantizeAndDequantizeV2", saves=(), not_derivative="the steps are taken as a line",
    samples=[(((2, 3), -1.5, 1.0), SAMPLE, [0])])  # fmt: skip
def older_op(xp, input, input_min, input_max, *, lowest, highest, round_mode, range_given):
    """Rounding whose gradient passes everywhere."""
    attrs = {"lowest": lowest, "highest": highest, "round_mode": round_mode}
    return kernel(xp, input, input_min, input_max, attrs | {"range_given": range_given})


@older_op.vjp(0)
def _(xp, g, y, x, low, high, **attrs):
    return g


def prepared(
    record: Any,
    arrays: tuple[Any, Any, Any],
    bits: tuple[bool, int, bool],
    range_given: bool,
    round_mode: str,
    axis: int | None,
) -> Any:
    """Check the arguments of both functions and run their operation."""
    if axis is not None and axis != -1:
        raise NotImplementedError(
            "Ranges for each slice (axis) are not implemented: quantise slice by slice."
        )
    if round_mode not in ROUND_MODES:
        raise invalid(record.type, f"Round mode must be one of {ROUND_MODES}. Got: {round_mode}")
    x = tensor(arrays[0])
    low, high = (convert_to_tensor(v, dtype=x.dtype) for v in arrays[1:])
    if range_given and isinstance(low, EagerTensor) and low._a > high._a:
        raise invalid(record.type, f"Invalid range: input_min {low._a} > input_max {high._a}")
    signed, number, narrow = bits
    attrs = {
        "lowest": -(1 << (number - 1)) + int(narrow) if signed else int(narrow),
        "highest": (1 << (number - 1)) - 1 if signed else (1 << number) - 1,
        "round_mode": round_mode,
        "range_given": bool(range_given),
    }
    return execute(record, (x, low, high), attrs)


@export("quantization.quantize_and_dequantize_v2")
def quantize_and_dequantize_v2(
    input: Any,
    input_min: Any,
    input_max: Any,
    signed_input: bool = True,
    num_bits: int = 8,
    range_given: bool = False,
    round_mode: str = "HALF_TO_EVEN",
    name: str | None = None,
    narrow_range: bool = False,
    axis: int | None = None,
) -> Any:
    """``input`` rounded to multiples of a unit, such that ``num_bits`` bits can count them.

    The range is ``[input_min, input_max]`` if ``range_given``, else that of ``input``. The gradient
    passes between ``input_min`` and ``input_max``.

    >>> import tensortape as tf
    >>> x, options = tf.constant([-1.0, 0.3, 1.0]), {"num_bits": 3, "range_given": True}
    >>> tf.quantization.quantize_and_dequantize_v2(x, -1.0, 1.0, **options).numpy().round(2)
    array([-1.  ,  0.33,  1.  ], dtype=float32)

    Raises ``tf.errors.InvalidArgumentError`` for a rounding mode or range that does not exist.
    Source: ``tf.quantization.quantize_and_dequantize_v2``.
    """
    bits = (signed_input, num_bits, narrow_range)
    return prepared(quantize_op, (input, input_min, input_max), bits, range_given, round_mode, axis)


@export("quantization.quantize_and_dequantize")
def quantize_and_dequantize(
    input: Any,
    input_min: Any,
    input_max: Any,
    signed_input: bool = True,
    num_bits: int = 8,
    range_given: bool = False,
    round_mode: str = "HALF_TO_EVEN",
    name: str | None = None,
    narrow_range: bool = False,
    axis: int | None = None,
) -> Any:
    """As ``tf.quantization.quantize_and_dequantize_v2``; the gradient passes everywhere.

    Source: ``tf.quantization.quantize_and_dequantize``.
    """
    bits = (signed_input, num_bits, narrow_range)
    return prepared(older_op, (input, input_min, input_max), bits, range_given, round_mode, axis)
