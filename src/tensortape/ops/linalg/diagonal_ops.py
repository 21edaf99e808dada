"""Matrices from diagonals, diagonals of matrices, and bands."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tensortape.core import errors
from tensortape.core.op import op
from tensortape.ops.layout.attributes import linear
from tensortape.ops.linalg.bands import (
    check_band,
    diagonal_places,
    longest,
    matrix_places,
    picked,
)


def stored(places: Any, low: int, high: int) -> Any:
    """Places of diagonals; those of a single one without the axis that counts diagonals."""
    return places[0] if low == high else places


def size(x: Any) -> tuple[int, int]:
    """Rows and columns of the matrices in the last two axes."""
    rows, columns = tuple(x.shape)[-2:]
    return rows, columns


def part(xp: Any, x: Any, k: tuple[int, int], align: str, padding: Any = None) -> Any:
    """The diagonals of the matrices in the last two axes."""
    rows, columns = tuple(x.shape)[-2:]
    check_band(rows, columns, *k)
    return picked(xp, x, 2, stored(diagonal_places(rows, columns, *k, align), *k), padding)


def placed(
    xp: Any, d: Any, k: Any, rows: int, columns: int, align: str, padding: Any = None
) -> Any:
    """Matrices with the given diagonals."""
    places = matrix_places(rows, columns, *k, align)
    return picked(xp, d, 1 if k[0] == k[1] else 2, places, padding)


def matrix_size(width: int, k: tuple[int, int], rows: int, columns: int) -> tuple[int, int]:
    """Rows and columns of a matrix with diagonals of length ``width``; -1 is the least possible."""
    least_rows, least_columns = width - min(k[1], 0), width + max(k[0], 0)
    if rows == -1 and columns == -1:
        rows = columns = max(least_rows, least_columns)
    rows = least_rows if rows == -1 else rows
    columns = least_columns if columns == -1 else columns
    for what, size, least in (("rows", rows, least_rows), ("columns", columns, least_columns)):
        if size < least:
            raise errors.InvalidArgumentError(
                None, None, f"The number of {what} is too small: {size}, the diagonals need {least}"
            )
    if rows != least_rows and columns != least_columns:
        raise errors.InvalidArgumentError(
            None,
            None,
            "The number of rows or columns is not consistent with the specified d_lower, d_upper, "
            f"and diagonal: {rows} rows, {columns} columns, k = {k}",
        )
    return rows, columns


@op("MatrixDiagV3", saves=(), native_dtypes=True,
    samples=[(((2, 3), np.array(0.0)), {"k": (0, 0)}, [0]),
             (((2, 3), np.array(1.0)), {"k": (-1, 0), "num_rows": 4, "align": "LEFT_RIGHT"},
              [0])])  # fmt: skip
def matrix_diag(xp, diagonal, padding_value, *, k, num_rows=-1, num_cols=-1, align="RIGHT_LEFT"):
    """Matrices with given diagonals."""
    rows, columns = matrix_size(diagonal.shape[-1], k, num_rows, num_cols)
    if k[0] != k[1] and (diagonal.ndim < 2 or diagonal.shape[-2] != k[1] - k[0] + 1):
        raise errors.InvalidArgumentError(
            None,
            None,
            "The number of diagonals provided in the input does not match the lower_diag_index and "
            f"upper_diag_index range: {list(diagonal.shape)}, k = {k}",
        )
    return placed(xp, diagonal, k, rows, columns, align, padding_value)


@matrix_diag.vjp(0)
def _(xp, g, y, diagonal, padding_value, *, k, num_rows, num_cols, align):
    return part(xp, g, k, align)


@matrix_diag.jvp
def _(xp, tangents, y, diagonal, padding_value, *, k, num_rows, num_cols, align):
    t = tangents[0]
    return None if t is None else placed(xp, t, k, *size(y), align)


@op("MatrixDiagPartV3", saves=(), native_dtypes=True,
    samples=[(((2, 3, 3), np.array(0.0)), {"k": (0, 0)}, [0]),
             (((3, 4), np.array(2.0)), {"k": (-1, 2), "align": "LEFT_LEFT"}, [0])])  # fmt: skip
def matrix_diag_part(xp, input, padding_value, *, k, align="RIGHT_LEFT"):
    """Diagonals of matrices."""
    if input.ndim < 2:
        raise errors.InvalidArgumentError(
            None, None, f"input must be at least 2-dim, received shape: {list(input.shape)}"
        )
    return part(xp, input, k, align, padding_value)


@matrix_diag_part.vjp(0)
def _(xp, g, y, input, padding_value, *, k, align):
    rows, columns = tuple(input.shape)[-2:]
    return placed(xp, g, k, rows, columns, align)


@matrix_diag_part.jvp
def _(xp, tangents, y, input, padding_value, *, k, align):
    return None if tangents[0] is None else part(xp, tangents[0], k, align)


@op("MatrixSetDiagV3", saves=(), native_dtypes=True,
    samples=[(((2, 3, 3), (2, 3)), {"k": (0, 0)}), (((3, 4), (2, 3)), {"k": (-1, 0)})])  # fmt: skip
def matrix_set_diag(xp, input, diagonal, *, k, align="RIGHT_LEFT"):
    """Matrices with some diagonals replaced."""
    shape = tuple(input.shape)
    check_diagonal(shape, tuple(diagonal.shape), k)
    new = placed(xp, diagonal, k, *size(input), align)
    return xp.where(mask(shape, k, align), new, input)


@matrix_set_diag.vjp(0)
def _(xp, g, y, input, diagonal, *, k, align):
    return xp.where(mask(tuple(g.shape), k, align), xp.zeros_like(g), g)


@matrix_set_diag.vjp(1)
def _(xp, g, y, input, diagonal, *, k, align):
    return part(xp, g, k, align)


@matrix_set_diag.jvp
def _(xp, tangents, y, input, diagonal, *, k, align):
    whole, new = tangents
    inside = xp.zeros_like(y) if new is None else placed(xp, new, k, *size(y), align)
    outside = xp.zeros_like(y) if whole is None else whole
    return xp.where(mask(tuple(y.shape), k, align), inside, outside)


def mask(shape: Any, k: Any, align: str) -> Any:
    """Which elements of matrices of ``shape`` lie on the diagonals ``k``."""
    return np.broadcast_to(matrix_places(*shape[-2:], *k, align) >= 0, shape)


def check_diagonal(shape: Any, given: Any, k: Any) -> None:
    """Refuse diagonals that do not fit the matrices."""
    if len(shape) < 2:
        raise errors.of_op(
            errors.InvalidArgumentError,
            "MatrixSetDiagV3",
            f"input must be at least 2-dim, received shape: {list(shape)}",
        )
    check_band(*shape[-2:], *k)
    count = () if k[0] == k[1] else (k[1] - k[0] + 1,)
    expected = (*shape[:-2], *count, longest(*shape[-2:], *k))
    if given != expected:
        words = ["[" + ",".join(map(str, s)) + "]" for s in (shape, given, expected)]
        raise errors.of_op(
            errors.InvalidArgumentError,
            "MatrixSetDiagV3",
            "Either first dimensions of diagonal don't match input.shape[:-2], or "
            "diagonal.shape[:-1] "
            "is not equal to the longests diagonal in range [lower_diag_index:upper_diag_index].\n"
            f"Input shape: {words[0]}\nDiagonal shape: {words[1]}\nExpected diagonal shape: "
            f"{words[2]}",
        )


@op("MatrixBandPart", saves=(), native_dtypes=True,
    samples=[(((3, 4),), {"num_lower": 1, "num_upper": -1}),
             (((2, 3, 3),), {"num_lower": 0, "num_upper": 1})])  # fmt: skip
def band_part_op(xp, input, *, num_lower, num_upper):
    """Zero outside of a band."""
    shape = tuple(input.shape)
    if len(shape) < 2:
        raise errors.InvalidArgumentError(
            None, None, f"input must be at least 2-dim, received shape: {list(shape)}"
        )
    rows, columns = shape[-2:]
    limits = (("num_lower", num_lower, "rows", rows), ("num_upper", num_upper, "columns", columns))
    for what, n, axis, most in limits:
        if n > most:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"{what} must be negative or less or equal to number of {axis} ({most}) got: {n}",
            )
    offset = np.arange(columns) - np.arange(rows)[:, None]
    inside = (offset >= -num_lower if num_lower >= 0 else True) & (
        offset <= num_upper if num_upper >= 0 else True
    )
    return xp.where(np.broadcast_to(inside, shape), input, xp.zeros_like(input))


@band_part_op.vjp
def _(xp, g, y, input, **attrs):
    return band_part_op.kernel(xp, g, **attrs)


@op("Diag", saves=(), native_dtypes=True, samples=[(((3,),), {}), (((2, 2),), {})])
def tensor_diag_op(xp, diagonal):
    """A tensor with given elements where both halves of the indices agree."""
    shape = tuple(diagonal.shape)
    if not shape:
        raise errors.InvalidArgumentError(None, None, "Input must be at least rank 1, got 0")
    size = math.prod(shape)
    whole = placed(xp, xp.reshape(diagonal, (size,)), (0, 0), size, size, "RIGHT_LEFT")
    return xp.reshape(whole, shape + shape)


@tensor_diag_op.vjp
def _(xp, g, y, diagonal):
    return tensor_diag_part_op.kernel(xp, g)


@op("DiagPart", saves=(), native_dtypes=True, samples=[(((3, 3),), {}), (((2, 3, 2, 3),), {})])
def tensor_diag_part_op(xp, input):
    """The elements where both halves of the indices agree."""
    shape = tuple(input.shape)
    half = shape[: len(shape) // 2]
    if not shape or half + half != shape:
        raise errors.InvalidArgumentError(
            None,
            None,
            "The rank of the tensor should be even and positive, and its halves the same, got "
            f"shape {list(shape)}",
        )
    size = math.prod(half)
    return xp.reshape(part(xp, xp.reshape(input, (size, size)), (0, 0), "RIGHT_LEFT"), half)


@tensor_diag_part_op.vjp
def _(xp, g, y, input):
    return tensor_diag_op.kernel(xp, g)


for _op in (band_part_op, tensor_diag_op, tensor_diag_part_op):
    linear(_op)
