"""Arguments of convolutions and pooling: strides, paddings, layouts, made canonical."""

from __future__ import annotations

from typing import Any

from tensortape.arrays.eager.convolution import output_size
from tensortape.core import errors
from tensortape.ops.layout.attributes import ints, is_tensor
from tensortape.ops.layout.order import transpose

LAYOUTS = {1: ("NWC", "NCW"), 2: ("NHWC", "NCHW"), 3: ("NDHWC", "NCDHW")}


def invalid(type: str, message: str) -> Exception:
    """An ``InvalidArgumentError`` of an operation."""
    return errors.of_op(errors.InvalidArgumentError, type, message)


def per_axis(value: Any, rank: int, name: str, channel_at: int, type: str) -> tuple[int, ...]:
    """A number for each spatial axis from one number, one for each, or one for every axis."""
    if value is None:
        return (1,) * rank
    given = ints(value)
    if len(given) == 1:
        return given * rank
    if len(given) == rank:
        return given
    if len(given) != rank + 2:
        allowed = " or ".join((", ".join(map(str, sorted({1, rank}))), str(rank + 2)))
        raise ValueError(
            f"{name} should be of length {allowed}. Received: {name}={list(given)} of length "
            f"{len(given)}"
        )
    if given[0] != 1 or given[channel_at] != 1:
        raise errors.of_op(
            errors.UnimplementedError,
            type,
            f"Current implementation does not yet support {name} in the batch and depth "
            f"dimensions: {list(given)}",
        )
    return given[1:-1] if channel_at == rank + 1 else given[2:]


def positive(values: tuple[int, ...], what: str, type: str) -> tuple[int, ...]:
    """``values``, if all are positive."""
    if min(values) < 1:
        raise invalid(type, f"{what} should be larger than 0. Received {list(values)}")
    return values


def padding_attribute(padding: Any, rank: int, channel_at: int, type: str) -> Any:
    """``"SAME"``, ``"VALID"``, or (before, after) for each spatial axis."""
    if isinstance(padding, (list, tuple)):
        pairs = [tuple(ints(p)) for p in padding]
        if len(pairs) != rank + 2 or any(len(p) != 2 for p in pairs):
            raise ValueError(
                f"`padding` must have a pair for each of the {rank + 2} axes. Received: "
                f"padding={padding}"
            )
        outer = (pairs[0], pairs[channel_at])
        if any(any(p) for p in outer):
            raise invalid(
                type,
                "Nonzero explicit padding in the batch or depth dimensions is not supported: "
                f"{padding}",
            )
        inner = pairs[1:-1] if channel_at == rank + 1 else pairs[2:]
        if min(min(p) for p in inner) < 0:
            raise invalid(type, f"All elements of explicit_paddings must be nonnegative: {padding}")
        return tuple(inner)
    if not isinstance(padding, str):
        raise TypeError(f"Expected string for argument 'padding' not {padding!r}.")
    if padding not in ("SAME", "VALID"):
        raise invalid(
            type,
            f"Value for attr 'padding' of \"{padding}\" is not in the list of allowed values: "
            '"SAME", "VALID", "EXPLICIT"',
        )
    return padding


def pads_of(padding: Any, size: Any, kernel: Any, strides: Any, dilations: Any, type: str) -> Any:
    """(before, after) for each spatial axis, for an input of spatial shape ``size``."""
    out = []
    for i, (n, k, s, d) in enumerate(zip(size, kernel, strides, dilations, strict=True)):
        window = (k - 1) * d + 1
        if padding == "SAME":
            total = max((-(-n // s) - 1) * s + window - n, 0)
            out.append((total // 2, total - total // 2))
        else:
            out.append((0, 0) if padding == "VALID" else padding[i])
        if output_size(n, k, s, d, out[-1]) < 0:
            raise invalid(
                type, f"Computed output size would be negative: {output_size(n, k, s, d, out[-1])} "
                f"[input_size: {n + sum(out[-1])}, effective_filter_size: {window}, stride: {s}]"
            )  # fmt: skip
    return tuple(out)


def channels_last(data_format: str | None, rank: int, type: str) -> bool:
    """Whether the layout has the channels last."""
    if data_format is None:
        return True
    if data_format not in LAYOUTS[rank]:
        allowed = ", ".join(f'"{name}"' for name in LAYOUTS[rank])
        raise invalid(
            type,
            f"Value for attr 'data_format' of \"{data_format}\" is not in the list of allowed "
            "values: "
            f"{allowed}",
        )
    return data_format == LAYOUTS[rank][0]


def to_last(x: Any, last: bool) -> Any:
    """``x`` with its channels moved to the end, unless they are there."""
    n = x.shape.rank
    return x if last else transpose(x, (0, *range(2, n), 1))


def from_last(x: Any, last: bool) -> Any:
    """``x`` with its channels moved back to where the layout has them."""
    n = x.shape.rank
    return x if last else transpose(x, (0, n - 1, *range(1, n - 1)))


def shape_of(value: Any) -> tuple[int, ...]:
    """A shape given as list, array or tensor."""
    return ints(value) if is_tensor(value) else tuple(int(n) for n in ints(value))
