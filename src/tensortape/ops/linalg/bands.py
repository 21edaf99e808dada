"""Where the elements of diagonals lie in matrices: index maps, computed once per shape."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from tensortape.core import errors
from tensortape.ops.layout.attributes import ints

ALIGNMENTS = ("RIGHT_LEFT", "LEFT_RIGHT", "LEFT_LEFT", "RIGHT_RIGHT")


def band(k: Any) -> tuple[int, int]:
    """The lowest and highest diagonal of ``k``, an int or a pair."""
    given = ints(k)
    if len(given) not in (1, 2):
        raise errors.InvalidArgumentError(
            None,
            None,
            f"diag_index must have one or two elements, received {len(given)} elements: {given}",
        )
    low, high = given[0], given[-1]
    if low > high:
        raise errors.InvalidArgumentError(
            None, None, f"lower_diag_index must not be larger than upper_diag_index: {low} > {high}"
        )
    return low, high


def alignment(align: str) -> str:
    """``align``, if there is such a one."""
    if align not in ALIGNMENTS:
        allowed = ", ".join(f'"{a}"' for a in ALIGNMENTS)
        raise errors.InvalidArgumentError(
            None,
            None,
            f"Value for attr 'align' of \"{align}\" is not in the list of allowed values: "
            f"{allowed}",
        )
    return align


def length(rows: int, columns: int, d: int) -> int:
    """How many elements diagonal ``d`` has."""
    return max(min(rows + min(d, 0), columns - max(d, 0)), 0)


def longest(rows: int, columns: int, low: int, high: int) -> int:
    """The length of the longest diagonal of a band."""
    return max(min(rows + min(high, 0), columns - max(low, 0)), 0)


def check_band(rows: int, columns: int, low: int, high: int) -> None:
    """Refuse diagonals outside of the matrix."""
    for which, d in (("lower", low), ("upper", high)):
        if d != 0 and not -rows < d < columns:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"{which}_diag_index is out of bound: {d}. It must be between {1 - rows} and "
                f"{columns - 1}",
            )


@functools.lru_cache(maxsize=256)
def diagonal_places(rows: int, columns: int, low: int, high: int, align: str) -> Any:
    """For each place of the stored diagonals, the matrix element it holds, -1 where padded.

    Shape ``(high - low + 1, longest)``, the highest diagonal first; elements count row by row.
    """
    width = longest(rows, columns, low, high)
    out = np.full((high - low + 1, width), -1, np.int64)
    above, below = align.split("_")
    for row, d in enumerate(range(high, low - 1, -1)):
        n = length(rows, columns, d)
        left = (d >= 0 and above == "LEFT") or (d <= 0 and below == "LEFT")
        start = 0 if left else width - n
        first = d if d >= 0 else -d * columns
        out[row, start : start + n] = first + np.arange(n) * (columns + 1)
    out.flags.writeable = False
    return out


@functools.lru_cache(maxsize=256)
def matrix_places(rows: int, columns: int, low: int, high: int, align: str) -> Any:
    """For each matrix element, its place among the stored diagonals, -1 outside of the band."""
    places = diagonal_places(rows, columns, low, high, align).reshape(-1)
    flat = np.full(rows * columns, -1, np.int64)
    held = places >= 0
    flat[places[held]] = np.flatnonzero(held)
    out = flat.reshape(rows, columns)
    out.flags.writeable = False
    return out


def picked(xp: Any, x: Any, axes: int, places: Any, padding: Any) -> Any:
    """Elements of the last ``axes`` axes of ``x`` at ``places``, ``padding`` where these are -1."""
    shape = tuple(x.shape)
    stack = shape[: len(shape) - axes]
    size = 1
    for n in shape[len(stack) :]:
        size *= n
    if not size or not places.size:
        empty = xp.zeros(stack + places.shape, x.dtype)
        return empty if padding is None else empty + padding
    out = xp.take(xp.reshape(x, (*stack, size)), np.maximum(places, 0), len(stack))
    if places.min() >= 0:
        return out
    held = np.broadcast_to(places >= 0, stack + places.shape)
    return xp.where(held, out, xp.zeros_like(out) if padding is None else padding)
