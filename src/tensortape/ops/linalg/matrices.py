"""What the rules of linear algebra share: products, adjoints, triangles of stacks of matrices."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core import errors
from tensortape.core.families import differ
from tensortape.ops.linalg.diagonal_ops import part, placed

MAIN = (0, 0)
ALIGN = "RIGHT_LEFT"


def swapped(xp: Any, x: Any) -> Any:
    """The last two axes exchanged."""
    n = x.ndim
    return xp.transpose(x, (*range(n - 2), n - 1, n - 2))


def adjoint(xp: Any, x: Any) -> Any:
    """Transposed and conjugated."""
    x = swapped(xp, x)
    return xp.conj(x) if x.dtype.kind == "c" else x


def times(xp: Any, a: Any, b: Any, adjoint_a: bool = False, adjoint_b: bool = False) -> Any:
    """The product of two stacks, each factor as it is or adjoint."""
    a = xp.conj(a) if adjoint_a and a.dtype.kind == "c" else a
    b = xp.conj(b) if adjoint_b and b.dtype.kind == "c" else b
    return xp.matmul(a, b, adjoint_a, adjoint_b)


def diagonal(xp: Any, x: Any) -> Any:
    """The main diagonals."""
    return part(xp, x, MAIN, ALIGN)


def from_diagonal(xp: Any, d: Any) -> Any:
    """Square matrices with the given main diagonals."""
    n = d.shape[-1]
    return placed(xp, d, MAIN, n, n, ALIGN)


def triangle(xp: Any, x: Any, lower: bool, diagonal: float = 1.0) -> Any:
    """One triangle of square matrices, the main diagonal times a number; zeros elsewhere."""
    n, m = tuple(x.shape)[-2:]
    ones = np.ones((n, m), getattr(x.dtype, "_np", x.dtype))
    inside = (np.tril if lower else np.triu)(ones)
    if diagonal != 1.0:
        np.fill_diagonal(inside, diagonal)
    return x * inside


def columns(xp: Any, x: Any, start: int | None, stop: int | None) -> Any:
    """Some of the columns."""
    return xp.getitem(x, (Ellipsis, slice(start, stop)))


def summed(xp: Any, d: Any, x: Any) -> Any:
    """``d`` summed over the stack axes along which ``x`` was broadcast."""
    stacked = differ(d.shape[:-2], x.shape[:-2])
    return xp.sum_to(d, shape=tuple(x.shape)) if stacked else d


def check_matrices(type: str, *tensors: Any, square: bool = True) -> None:
    """Refuse what is not a stack of (square) matrices of a dtype that can be inverted."""
    for i, t in enumerate(tensors):
        if t.ndim < 2:
            raise invalid(type, f"Input tensor {i} must have rank >= 2, got {t.ndim}")
        if t.dtype.kind not in "fc" or np.dtype(getattr(t.dtype, "_np", t.dtype)).itemsize == 2:
            raise invalid(
                type,
                f"Value for attr 'T' of {t.dtype.name} is not in the list of allowed values: "
                "double, "
                "float, complex64, complex128",
            )
    if square and tensors[0].shape[-1] != tensors[0].shape[-2]:
        raise invalid(
            type, f"Input matrix must be square. Received shape {list(tensors[0].shape)}."
        )


def check_same_stack(type: str, a: Any, b: Any) -> None:
    """Refuse stacks of different shapes."""
    if a.ndim != b.ndim:
        raise invalid(
            type,
            f"All input tensors must have the same rank. Received {list(a.shape)} and "
            f"{list(b.shape)}.",
        )
    if a.shape[:-2] != b.shape[:-2]:
        raise invalid(
            type,
            f"All input tensors must have the same outer dimensions: {list(a.shape)} and "
            f"{list(b.shape)}.",
        )


def check_pair(type: str, x: Any, y: Any) -> None:
    """Refuse operands of different dtypes."""
    if x.dtype is not y.dtype:
        raise invalid(
            type,
            f"cannot compute {type} as input #1(zero-based) was expected to be a {x.dtype.name} "
            "tensor "
            f"but is a {y.dtype.name} tensor",
        )


def invalid(type: str, message: str) -> Exception:
    """An ``InvalidArgumentError`` of an operation."""
    return errors.of_op(errors.InvalidArgumentError, type, message)
