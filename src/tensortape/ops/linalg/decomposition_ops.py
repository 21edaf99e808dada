"""Eigenvalues, singular values and orthogonal factors."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core.op import op
from tensortape.ops.linalg.matrices import (
    adjoint,
    check_matrices,
    columns,
    diagonal,
    from_diagonal,
    times,
    triangle,
)

REAL = (np.array([[2.0, 1.0], [0.5, -1.0]]),)
"""A matrix with real eigenvalues."""


def safe_reciprocal(xp: Any, x: Any) -> Any:
    """1 / x, and 0 for 0."""
    return x / (x * x + 1e-20)


def off_diagonal(xp: Any, x: Any) -> Any:
    """Square matrices with zeros on their diagonals."""
    n = x.shape[-1]
    return x * (1 - np.eye(n, dtype=getattr(x.dtype, "_np", x.dtype)))


def differences(xp: Any, e: Any) -> Any:
    """``e[j] - e[i]`` at row i, column j."""
    n = e.ndim
    return xp.expand_dims(e, n - 1) - xp.expand_dims(e, n)


def gaps(xp: Any, e: Any) -> Any:
    """Reciprocals of the differences, zeros on the diagonal and for equal values."""
    return off_diagonal(xp, safe_reciprocal(xp, differences(xp, e)))


def like(xp: Any, x: Any, other: Any) -> Any:
    """``x`` in the dtype of ``other``."""
    return x if x.dtype == other.dtype else xp.astype(x, other.dtype)


@op(
    "SelfAdjointEigV2",
    primitive="eigh",
    outputs=2,
    saves=("outputs",),
    samples=[(((3, 3),), {}), (((2, 2, 2),), {})],
)
def eigh_op(xp, input):
    """Eigenvalues and eigenvectors of self-adjoint matrices."""
    check_matrices("SelfAdjointEigV2", input)
    e, v = xp.eigh(input)
    return like(xp, e, v), v


@eigh_op.vjp
def _(xp, g, y, x):
    e, v = y
    inner = from_diagonal(xp, g[0]) + gaps(xp, e) * times(xp, v, g[1], adjoint_a=True)
    return folded(xp, times(xp, v, times(xp, inner, v, adjoint_b=True)))


def folded(xp: Any, d: Any) -> Any:
    """All of a cotangent in the lower triangle, which alone was read."""
    return triangle(xp, d + adjoint(xp, d), True, 0.5)


@op("SelfAdjointEigValues", primitive="eigvalsh", saves=("inputs",), samples=[(((3, 3),), {})])
def eigvalsh_op(xp, input):
    """Eigenvalues of self-adjoint matrices."""
    check_matrices("SelfAdjointEigV2", input)
    return like(xp, xp.eigvalsh(input), input)


@eigvalsh_op.vjp
def _(xp, g, y, x):
    v = xp.eigh(x)[1]
    return folded(xp, times(xp, v, times(xp, from_diagonal(xp, g), v, adjoint_b=True)))


@op("Eig", primitive="eig", outputs=2, saves=("outputs",), samples=[(REAL, {})])
def eig_op(xp, input):
    """Eigenvalues and right eigenvectors."""
    check_matrices("Eig", input)
    return xp.eig(input)


@eig_op.vjp
def _(xp, g, y, x):
    e, v = y
    vt = adjoint(xp, v)
    f = xp.conj(gaps(xp, e))
    vgv = times(xp, vt, g[1])
    own = from_diagonal(xp, xp.astype(xp.real(diagonal(xp, vgv)), v.dtype))
    middle = from_diagonal(xp, g[0]) + f * (vgv - times(xp, times(xp, vt, v), own))
    return real_part(xp, xp.solve(vt, times(xp, middle, vt)), x)


def real_part(xp: Any, d: Any, x: Any) -> Any:
    """``d`` in the dtype of ``x``: its real part for real ones."""
    return xp.astype(xp.real(d), x.dtype) if x.dtype.kind != "c" else d


@op("EigValues", primitive="eigvals", saves=("inputs",), samples=[(REAL, {})])
def eigvals_op(xp, input):
    """Eigenvalues."""
    check_matrices("Eig", input)
    return xp.eigvals(input)


@eigvals_op.vjp
def _(xp, g, y, x):
    v = xp.eig(x)[1]
    vt = adjoint(xp, v)
    return real_part(xp, xp.solve(vt, times(xp, from_diagonal(xp, g), vt)), x)


@op("SingularValues", primitive="singular_values", saves=("inputs",), samples=[(((3, 2),), {})])
def singular_values(xp, input):
    """Singular values."""
    check_matrices("Svd", input, square=False)
    return like(xp, xp.singular_values(input), input)


@singular_values.vjp
def _(xp, g, y, x):
    _, u, v = xp.svd(x)
    return times(xp, u, times(xp, from_diagonal(xp, g), v, adjoint_b=True))


@op("Svd", primitive="svd", outputs=3, saves=("outputs",),
    samples=[(((3, 2),), {}), (((2, 3, 3),), {}),
             (((2, 3),), {"full_matrices": True})])  # fmt: skip
def svd_op(xp, input, *, full_matrices=False):
    """Singular values and vectors."""
    check_matrices("Svd", input, square=False)
    s, u, v = xp.svd(input, full_matrices)
    return like(xp, s, u), u, v


@svd_op.vjp
def _(xp, g, y, x, *, full_matrices):
    s, u, v = y
    gs, gu, gv = g
    rows, cols = tuple(x.shape)[-2:]
    if full_matrices and abs(rows - cols) > 1:
        raise NotImplementedError(
            "svd gradient is not implemented for abs(m - n) > 1 when full_matrices is True. "
            f"Received: m={rows} and n={cols}"
        )
    if rows > cols:
        return adjoint(xp, wide_svd_cotangent(xp, s, v, u, gs, gv, gu, full_matrices))
    return wide_svd_cotangent(xp, s, u, v, gs, gu, gv, full_matrices)


def wide_svd_cotangent(
    xp: Any, s: Any, u: Any, v: Any, gs: Any, gu: Any, gv: Any, full: bool
) -> Any:
    """The rule for matrices with at least as many columns as rows."""
    m, n = u.shape[-1], v.shape[-2]
    v1, gv1 = columns(xp, v, 0, m), columns(xp, gv, 0, m)
    f = gaps(xp, s * s)
    vgv = times(xp, v1, gv1, adjoint_a=True)
    fu, fv = f * times(xp, u, gu, adjoint_a=True), f * vgv
    row, column = xp.expand_dims(s, s.ndim - 1), xp.expand_dims(s, s.ndim)
    inner = from_diagonal(xp, gs) + (fu + adjoint(xp, fu)) * row + column * (fv + adjoint(xp, fv))
    result = times(xp, u, times(xp, inner, v1, adjoint_b=True))
    inverse = safe_reciprocal(xp, s)
    if m != n:
        result = result + times(
            xp, u * xp.expand_dims(inverse, s.ndim - 1), beyond(xp, v, v1, gv, gv1, m, full)
        )
    if u.dtype.kind == "c":
        own = from_diagonal(xp, diagonal(xp, vgv))
        phase = xp.expand_dims(inverse, s.ndim) * (adjoint(xp, own) - own)
        result = result + times(xp, u, times(xp, phase, v1, adjoint_b=True)) / 2
    return result


def beyond(xp: Any, v: Any, v1: Any, gv: Any, gv1: Any, m: int, full: bool) -> Any:
    """The part of the cotangent of the longer vectors that lies outside of their span."""
    across = adjoint(xp, gv1)
    rest = across - times(xp, times(xp, across, v1), v1, adjoint_b=True)
    if full:
        v2, gv2 = columns(xp, v, m, None), columns(xp, gv, m, None)
        rest = rest - times(xp, times(xp, v1, gv2, adjoint_a=True), v2, adjoint_b=True)
    return rest


@op("Qr", primitive="qr", outputs=2, samples=[(((3, 2),), {}), (((2, 3),), {}), (((2, 2, 2),), {})])
def qr_op(xp, input, *, full_matrices=False):
    """Orthogonal and upper triangular factors."""
    check_matrices("Qr", input, square=False)
    return xp.qr(input, full_matrices)


@qr_op.vjp
def _(xp, g, y, x, *, full_matrices):
    q, r = y
    gq, gr = g
    rows, cols = q.shape[-2], r.shape[-1]
    if r.shape[-2] > cols and q.shape[-2] == q.shape[-1]:
        raise NotImplementedError(
            "QrGrad not implemented when nrows > ncols and full_matrices is true. Received "
            f"r.shape={tuple(r.shape)} with nrows={r.shape[-2]} and ncols={cols}."
        )
    if rows >= cols:
        return deep_qr_cotangent(xp, q, r, gq, gr)
    rest, gr_rest = columns(xp, x, rows, None), columns(xp, gr, rows, None)
    first = deep_qr_cotangent(
        xp,
        q,
        columns(xp, r, 0, rows),
        gq + times(xp, rest, gr_rest, adjoint_b=True),
        columns(xp, gr, 0, rows),
    )
    return xp.concatenate([first, times(xp, q, gr_rest)], x.ndim - 1)


def over(xp: Any, x: Any, r: Any) -> Any:
    """``x`` times the inverse of the adjoint of upper triangular ``r``."""
    return adjoint(xp, xp.triangular_solve(r, adjoint(xp, x), False, False))


def deep_qr_cotangent(xp: Any, q: Any, r: Any, gq: Any, gr: Any) -> Any:
    """The rule for matrices with at least as many rows as columns."""
    qdq = times(xp, q, gq, adjoint_a=True)
    rdr = times(xp, r, gr, adjoint_b=True)
    lower = triangle(xp, (qdq - adjoint(xp, qdq)) + (rdr - adjoint(xp, rdr)), True)
    result = times(xp, q, gr + over(xp, lower, r)) + over(xp, gq - times(xp, q, qdq), r)
    if q.dtype.kind == "c":
        m = diagonal(xp, rdr - adjoint(xp, qdq))
        turned = from_diagonal(xp, m - xp.astype(xp.real(m), m.dtype))
        result = result + over(xp, times(xp, q, adjoint(xp, turned)), r)
    return result
