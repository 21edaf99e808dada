"""Primitives of linear algebra, on stacks of matrices in the last two axes.

NumPy's functions where they do it, SciPy's (imported on first use) where not. Where TensorFlow
gives NaN, these do not raise.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tensortape.arrays.blas import in_one_thread
from tensortape.core import errors
from tensortape.core.lazy import lazy_import

scipy_linalg = lazy_import("scipy.linalg")

MATRIX = (
    "inverse solve triangular_solve tridiagonal_solve cholesky determinant log_determinant lu eigh "
    "eigvalsh eig eigvals svd singular_values qr expm sqrtm logm least_squares"
)

_SMALL = 64
"""Up to so many unknowns, LAPACK's general solver through NumPy beats SciPy's call per matrix."""


def adjoint(x: Any) -> Any:
    """Transposed and conjugated."""
    x = np.swapaxes(x, -1, -2)
    return np.conj(x) if x.dtype.kind == "c" else x


@in_one_thread
def inverse(x: Any) -> Any:
    """The inverses; ``InvalidArgumentError`` for a matrix that has none."""
    try:
        return np.linalg.inv(x)
    except np.linalg.LinAlgError:
        raise singular("MatrixInverse", "Input is not invertible.") from None


@in_one_thread
def solve(a: Any, b: Any) -> Any:
    """The solutions of ``a @ y == b``; ``b`` holds columns."""
    try:
        return np.linalg.solve(a, b)
    except np.linalg.LinAlgError:
        raise singular("MatrixSolve", "Input matrix is not invertible.") from None


def singular(op_type: str, message: str) -> Exception:
    """The error for a matrix without an inverse."""
    return errors.of_op(errors.InvalidArgumentError, op_type, message)


def each(function: Callable[..., Any], *stacks: Any) -> Any:
    """``function`` of each matrix (their leading axes broadcast); the results stacked again."""
    if all(s.ndim == 2 for s in stacks):
        return function(*stacks)
    lead = np.broadcast_shapes(*[s.shape[:-2] for s in stacks])
    flat = [np.broadcast_to(s, lead + s.shape[-2:]).reshape(-1, *s.shape[-2:]) for s in stacks]
    results = [function(*matrices) for matrices in zip(*flat, strict=True)]
    if not results:
        return function(*[np.zeros(s.shape[-2:], s.dtype) for s in stacks])[None][:0].reshape(
            lead + (0, 0)
        )
    return np.stack(results).reshape(lead + results[0].shape)


@in_one_thread
def triangular_solve(a: Any, b: Any, lower: bool = True, flip: bool = False) -> Any:
    """The solutions of ``a @ y == b`` (``flip``: with the adjoint of ``a``) for triangular ``a``.

    Of ``a`` only that triangle is read. A zero on the diagonal gives infinities or NaN.
    """
    diagonal = np.diagonal(a, axis1=-2, axis2=-1)
    a = np.tril(a) if lower else np.triu(a)
    if flip:
        a, lower = adjoint(a), not lower
    if not np.all(diagonal):
        return _substitute(a, b, lower)
    if a.shape[-1] > _SMALL:
        return each(lambda m, r: scipy_linalg.solve_triangular(m, r, lower=lower), a, b)
    if lower:  # turned round it is upper triangular, which needs no exchange of rows
        turned = np.linalg.solve(a[..., ::-1, ::-1], b[..., ::-1, :])
        return turned[..., ::-1, :]
    return np.linalg.solve(a, b)


def _substitute(a: Any, b: Any, lower: bool) -> Any:
    """Solve row by row, dividing by zero where the diagonal is zero."""
    n = a.shape[-1]
    lead = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    out = np.zeros(lead + b.shape[-2:], b.dtype)
    for i in range(n) if lower else range(n - 1, -1, -1):
        known = (a[..., i : i + 1, :] @ out)[..., 0, :]
        out[..., i, :] = (b[..., i, :] - known) / a[..., i, i, None]
    return out


def tridiagonal_solve(diagonals: Any, b: Any, pivoting: bool = True) -> Any:
    """Solutions for matrices given by their three diagonals, ``(..., 3, n)``, upper one first."""
    n = b.shape[-2]
    if n < 3:
        return _short_tridiagonal(diagonals, b)
    shifted = np.zeros_like(diagonals)
    shifted[..., 0, 1:] = diagonals[..., 0, :-1]
    shifted[..., 1, :] = diagonals[..., 1, :]
    shifted[..., 2, :-1] = diagonals[..., 2, 1:]
    return each(_solve_banded, shifted, b)


def _solve_banded(bands: Any, b: Any) -> Any:
    try:
        return scipy_linalg.solve_banded((1, 1), bands, b, check_finite=False).astype(
            b.dtype, copy=False
        )
    except np.linalg.LinAlgError:
        return np.full_like(b, np.nan)


def _short_tridiagonal(diagonals: Any, b: Any) -> Any:
    n = b.shape[-2]
    whole = np.zeros((*diagonals.shape[:-2], n, n), diagonals.dtype)
    for i in range(n):
        whole[..., i, i] = diagonals[..., 1, i]
        if i + 1 < n:
            whole[..., i, i + 1], whole[..., i + 1, i] = (
                diagonals[..., 0, i],
                diagonals[..., 2, i + 1],
            )
    try:
        return np.linalg.solve(whole, b)
    except np.linalg.LinAlgError:
        return np.full_like(b, np.nan)


@in_one_thread
def cholesky(x: Any) -> Any:
    """Lower triangular factors; NaN for matrices that are not positive definite."""
    try:
        return np.linalg.cholesky(x)
    except np.linalg.LinAlgError:
        return each(_cholesky_or_nan, x)


def _cholesky_or_nan(x: Any) -> Any:
    try:
        return np.linalg.cholesky(x)
    except np.linalg.LinAlgError:
        return np.tril(np.full_like(x, np.nan))


@in_one_thread
def determinant(x: Any) -> Any:
    return np.linalg.det(x)


@in_one_thread
def log_determinant(x: Any) -> Any:
    """Sign and logarithm of the absolute value of determinants."""
    sign, logarithm = np.linalg.slogdet(x)
    return sign, logarithm.astype(x.dtype)


@in_one_thread
def lu(x: Any) -> Any:
    """Both triangular factors in one matrix, and the row that went to each place (int32).

    ``InvalidArgumentError`` for a singular matrix.
    """
    lead, n = x.shape[:-2], x.shape[-1]
    factors = np.empty_like(x)
    order = np.empty(lead + (n,), np.int32)
    for at in np.ndindex(*lead):
        factors[at], order[at] = _lu_of_one(x[at])
    return factors, order


def _lu_of_one(x: Any) -> Any:
    getrf = scipy_linalg.lapack.get_lapack_funcs(("getrf",), (x,))[0]
    rows = np.arange(len(x), dtype=np.int32)
    if not len(x):
        return x, rows
    factors, pivots, info = getrf(x)
    if info:
        raise singular("Lu", "Input is not invertible.")
    for i, j in enumerate(pivots.tolist()):
        rows[[i, j]] = rows[[j, i]]
    return factors, rows


@in_one_thread
def eigh(x: Any) -> Any:
    """Ascending eigenvalues and eigenvectors (columns), reading the lower triangle."""
    return np.linalg.eigh(x)


@in_one_thread
def eigvalsh(x: Any) -> Any:
    """The eigenvalues that ``eigh`` gives, in less than half the time."""
    return np.linalg.eigvalsh(x)


def _complex(dtype: Any) -> Any:
    return np.result_type(dtype, np.complex64)


@in_one_thread
def eig(x: Any) -> Any:
    """Complex eigenvalues and right eigenvectors of length 1 (columns)."""
    values, vectors = np.linalg.eig(x)
    return values.astype(_complex(x.dtype)), vectors.astype(_complex(x.dtype))


@in_one_thread
def eigvals(x: Any) -> Any:
    return np.linalg.eigvals(x).astype(_complex(x.dtype))


@in_one_thread
def svd(x: Any, full_matrices: bool = False) -> Any:
    """Descending singular values, left and right singular vectors (columns)."""
    u, s, vh = np.linalg.svd(x, full_matrices=full_matrices)
    return s, u, adjoint(vh)


@in_one_thread
def singular_values(x: Any) -> Any:
    return np.linalg.svd(x, compute_uv=False)


@in_one_thread
def qr(x: Any, full_matrices: bool = False) -> Any:
    return np.linalg.qr(x, mode="complete" if full_matrices else "reduced")


def double(x: Any) -> Any:
    """``x`` in double precision."""
    return x.astype(np.complex128 if x.dtype.kind == "c" else np.float64)


@in_one_thread
def expm(x: Any) -> Any:
    return scipy_linalg.expm(x).astype(x.dtype, copy=False)


@in_one_thread
def sqrtm(x: Any) -> Any:
    """Principal square roots; of a real matrix NaN where they are not real."""
    return each(_sqrtm_of_one, x)


def _sqrtm_of_one(x: Any) -> Any:
    root = scipy_linalg.sqrtm(double(x))
    if root.dtype.kind == "c" and x.dtype.kind != "c":
        return np.full_like(x, np.nan) if np.abs(root.imag).max() > 0 else root.real.astype(x.dtype)
    return root.astype(x.dtype)


@in_one_thread
def logm(x: Any) -> Any:
    """Principal logarithms of complex matrices."""
    return each(lambda m: np.asarray(scipy_linalg.logm(double(m))).astype(m.dtype), x)


@in_one_thread
def least_squares(a: Any, b: Any) -> Any:
    """The ``y`` of least norm among those that minimise the norm of ``a @ y - b``."""
    return each(lambda m, r: np.linalg.lstsq(m, r, rcond=None)[0].astype(r.dtype), a, b)
