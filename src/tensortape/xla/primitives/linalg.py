"""Linear algebra under XLA, as in ``arrays/eager/linalg.py``."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.arrays.eager.linalg import singular
from tensortape.core.lazy import lazy_import
from tensortape.xla.checks import refuse
from tensortape.xla.runtime import jnp

jsl: Any = lazy_import("jax.scipy.linalg")
lax_linalg: Any = lazy_import("jax.lax.linalg")


def adjoint(x: Any) -> Any:
    """Transposed and conjugated."""
    return jnp.conj(jnp.swapaxes(x, -1, -2))


def _stacks(*arrays: Any) -> list[Any]:
    """Matrices with their leading axes broadcast."""
    lead = np.broadcast_shapes(*[a.shape[:-2] for a in arrays])
    return [jnp.broadcast_to(a, lead + a.shape[-2:]) for a in arrays]


def _refuse_singular(result: Any, inputs: Any, op_type: str, message: str) -> None:
    """LAPACK divides by zero where NumPy raises: finite matrices with infinite results."""
    bad = ~jnp.all(jnp.isfinite(result))
    for x in inputs:
        bad = bad & jnp.all(jnp.isfinite(x))
    refuse(bad, lambda: singular(op_type, message))


def inverse(x: Any) -> Any:
    out = jnp.linalg.inv(x)
    _refuse_singular(out, (x,), "MatrixInverse", "Input is not invertible.")
    return out


def solve(a: Any, b: Any) -> Any:
    out = jnp.linalg.solve(*_stacks(a, b))
    _refuse_singular(out, (a, b), "MatrixSolve", "Input matrix is not invertible.")
    return out


def triangular_solve(a: Any, b: Any, lower: bool = True, flip: bool = False) -> Any:
    a, b = _stacks(a, b)
    if not b.size:
        return b
    return lax_linalg.triangular_solve(
        a, b, left_side=True, lower=lower, transpose_a=flip, conjugate_a=flip
    )


def cholesky(x: Any) -> Any:
    return lax_linalg.cholesky(jnp.asarray(x), symmetrize_input=False)


def determinant(x: Any) -> Any:
    return jnp.linalg.det(x)


def log_determinant(x: Any) -> Any:
    sign, logarithm = jnp.linalg.slogdet(x)
    return sign, logarithm.astype(x.dtype)


def lu(x: Any) -> Any:
    factors, _, order = lax_linalg.lu(jnp.asarray(x))
    zero = jnp.any(jnp.diagonal(factors, axis1=-2, axis2=-1) == 0)
    refuse(zero, lambda: singular("Lu", "Input is not invertible."))
    return factors, order.astype(np.int32)


def eigh(x: Any) -> Any:
    vectors, values = lax_linalg.eigh(jnp.asarray(x), lower=True, symmetrize_input=False)
    return values, vectors


def eigvalsh(x: Any) -> Any:
    return eigh(x)[0]


def svd(x: Any, full_matrices: bool = False) -> Any:
    u, s, vh = jnp.linalg.svd(x, full_matrices=full_matrices)
    return s, u, adjoint(vh)


def singular_values(x: Any) -> Any:
    return jnp.linalg.svd(x, compute_uv=False)


def qr(x: Any, full_matrices: bool = False) -> Any:
    return tuple(jnp.linalg.qr(x, mode="complete" if full_matrices else "reduced"))


def expm(x: Any) -> Any:
    return jsl.expm(jnp.asarray(x)).astype(x.dtype)


def tridiagonal_solve(diagonals: Any, b: Any, pivoting: bool = True) -> Any:
    lead = np.broadcast_shapes(diagonals.shape[:-2], b.shape[:-2])
    diagonals = jnp.broadcast_to(diagonals, lead + diagonals.shape[-2:])
    b = jnp.broadcast_to(b, lead + b.shape[-2:])
    upper, middle, lower = (diagonals[..., i, :] for i in range(3))
    return lax_linalg.tridiagonal_solve(lower, middle, upper, b)
