"""Systems of equations with banded matrices."""

from __future__ import annotations

from typing import Any

from tensortape.arrays.recorded import recorded
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import execute
from tensortape.core.op import op
from tensortape.core.public import tensor
from tensortape.core.registry import export
from tensortape.ops.layout.shaping import expand_dims, squeeze
from tensortape.ops.linalg.diagonals import diag, diag_part
from tensortape.ops.linalg.products import matrix_transpose
from tensortape.ops.linalg.solving import triangular_solve


def shifted(xp: Any, x: Any, axis: int, by: int) -> Any:
    """``x`` moved ``by`` 1 or -1 along an axis counted from the end; a zero comes in."""
    at = x.ndim + axis
    n = x.shape[at]
    before = (slice(None),) * at
    first = (*before, slice(0, 1)) if by > 0 else (*before, slice(n - 1, n))
    rest = (*before, slice(0, n - 1)) if by > 0 else (*before, slice(1, n))
    edge = xp.zeros_like(xp.getitem(x, first))
    parts = [edge, xp.getitem(x, rest)] if by > 0 else [xp.getitem(x, rest), edge]
    return xp.concatenate(parts, at)


def diagonals_of(xp: Any, d: Any) -> list[Any]:
    """Upper, main and lower diagonal."""
    return [xp.getitem(d, (Ellipsis, i, slice(None))) for i in range(3)]


def turned(xp: Any, d: Any) -> Any:
    """The three diagonals of the adjoint matrices."""
    upper, main, lower = diagonals_of(xp, d)
    new = xp.stack([shifted(xp, lower, -1, -1), main, shifted(xp, upper, -1, 1)], d.ndim - 2)
    return xp.conj(new) if d.dtype.kind == "c" else new


@op("TridiagonalSolve", primitive="tridiagonal_solve", saves=(0, "outputs"),
    samples=[(((3, 4), (4, 2)), {})])  # fmt: skip
def tridiagonal_solve_op(xp, diagonals, rhs, *, pivoting=True):
    """Solutions of tridiagonal systems."""
    return xp.tridiagonal_solve(diagonals, rhs, pivoting)


@tridiagonal_solve_op.vjp
def _(xp, g, y, diagonals, rhs, *, pivoting):
    d = xp.tridiagonal_solve(turned(xp, diagonals), g, pivoting)
    z = xp.conj(y) if y.dtype.kind == "c" else y
    last = d.ndim - 1
    products = [d * shifted(xp, z, -2, -1), d * z, d * shifted(xp, z, -2, 1)]
    sums = [xp.sum(p, axis=(last,), keepdims=False) for p in products]
    return -xp.stack(sums, last - 1), d


def compact(diagonals: Any, diagonals_format: str) -> Any:
    """The three diagonals in one tensor ``[..., 3, n]``."""
    if diagonals_format == "compact":
        return tensor(diagonals)
    if diagonals_format == "matrix":
        whole = tensor(diagonals)
        rows, columns = whole.shape[-2:]
        if rows != columns:
            raise ValueError(
                f"Expected last two dimensions of diagonals to be same, got {columns} and {rows}"
            )
        return diag_part(whole, k=(-1, 1), align="LEFT_RIGHT")
    if diagonals_format != "sequence":
        raise ValueError(f"Unrecognized diagonals_format: {diagonals_format}")
    if not isinstance(diagonals, (tuple, list)) or len(diagonals) != 3:
        raise ValueError("Expected diagonals to be a sequence of length 3.")
    upper, main, lower = (tensor(d) for d in diagonals)
    parts = [
        _filled(upper, main, "superdiagonal", last=True),
        main,
        _filled(lower, main, "subdiagonal", last=False),
    ]
    return recorded.stack(parts, main.shape.rank - 1)


def _filled(d: Any, main: Any, which: str, last: bool) -> Any:
    """A diagonal, with a zero at its end or start if it is one element short."""
    n, m = d.shape[-1], main.shape[-1]
    if d.shape.rank != main.shape.rank or d.shape[:-1] != main.shape[:-1]:
        raise ValueError(
            "Tensors representing the three diagonals must have the same shape, except for the "
            f"last dimension, got {d.shape} and {main.shape}"
        )
    if n == m:
        return d
    if n != m - 1:
        raise ValueError(f"Expected {which} to have length {m} or {m - 1}, got {n}.")
    edge = recorded.zeros((*d.shape[:-1], 1), d.dtype)
    return recorded.concatenate([d, edge] if last else [edge, d], d.shape.rank - 1)


@export("linalg.tridiagonal_solve")
def tridiagonal_solve(
    diagonals: Any,
    rhs: Any,
    diagonals_format: str = "compact",
    transpose_rhs: bool = False,
    conjugate_rhs: bool = False,
    name: str | None = None,
    partial_pivoting: bool = True,
    perturb_singular: bool = False,
) -> Any:
    """Solve systems of equations with tridiagonal matrices.

    >>> import tensortape as tf
    >>> diagonals = tf.constant([[1.0, 0.0], [2.0, 2.0], [0.0, 0.0]])  # upper, main, lower
    >>> tf.linalg.tridiagonal_solve(diagonals, tf.constant([3.0, 2.0])).numpy().tolist()
    [1.0, 1.0]

    Args:
        diagonals: upper, main and lower diagonal: a tensor ``[..., 3, n]`` ("compact"), three
            tensors ("sequence"), or whole matrices ("matrix").
        rhs: tensor ``[..., n]`` or ``[..., n, k]``.
        diagonals_format: how the diagonals are given.
        transpose_rhs, conjugate_rhs: transpose, conjugate ``rhs`` first.
        name: ignored.
        partial_pivoting: rows are exchanged in any case.
        perturb_singular: not available.

    Singular matrices give NaN. Raises ``ValueError`` for shapes that do not fit.
    Source: ``tf.linalg.tridiagonal_solve``.
    """
    if perturb_singular:
        if not partial_pivoting:
            raise ValueError("partial_pivoting must be True if perturb_singular is.")
        raise NotImplementedError(
            "perturb_singular=True is not implemented; perturb the main diagonal yourself."
        )
    d = compact(diagonals, diagonals_format)
    rhs = convert_to_tensor(rhs, dtype_hint=d.dtype)
    _check_ranks(d, rhs)
    vector = rhs.shape.rank == d.shape.rank - 1
    if vector:
        rhs = expand_dims(recorded.conj(rhs) if conjugate_rhs else rhs, -1)
    elif transpose_rhs:
        rhs = matrix_transpose(rhs, conjugate=conjugate_rhs)
    elif conjugate_rhs:
        rhs = recorded.conj(rhs)
    if d.shape[-1] != rhs.shape[-2]:
        raise ValueError(
            "Expected number of left-hand sided and right-hand sides to be equal, got "
            f"{d.shape[-1]} and {rhs.shape[-2]}"
        )
    result = execute(tridiagonal_solve_op, (d, rhs), {"pivoting": bool(partial_pivoting)})
    return squeeze(result, -1) if vector else result


def _check_ranks(d: Any, rhs: Any) -> None:
    rank = d.shape.rank
    if rank < 2:
        raise ValueError(f"Expected diagonals to have rank at least 2, got {rank}")
    if rhs.shape.rank not in (rank, rank - 1):
        raise ValueError(
            f"Expected the rank of rhs to be {rank - 1} or {rank}, got {rhs.shape.rank}"
        )
    if not d.shape[:-2].is_compatible_with(rhs.shape[: rank - 2]):
        raise ValueError(
            f"Batch shapes {d.shape[:-2]} and {rhs.shape[: rank - 2]} are incompatible"
        )
    if d.shape[-2] != 3:
        raise ValueError(f"Expected 3 diagonals got {d.shape[-2]}")


@export("linalg.tridiagonal_matmul")
def tridiagonal_matmul(
    diagonals: Any, rhs: Any, diagonals_format: str = "compact", name: str | None = None
) -> Any:
    """Multiply tridiagonal matrices, given as for ``tf.linalg.tridiagonal_solve``, by ``rhs``.

    >>> import tensortape as tf
    >>> diagonals = tf.constant([[1.0, 0.0], [2.0, 2.0], [0.0, 0.0]])
    >>> tf.linalg.tridiagonal_matmul(diagonals, tf.constant([[1.0], [1.0]])).numpy().tolist()
    [[3.0], [2.0]]

    ``rhs`` has shape ``[..., n, k]``. Raises ``ValueError`` for diagonals that do not fit.
    Source: ``tf.linalg.tridiagonal_matmul``.
    """
    d = compact(diagonals, diagonals_format)
    rhs = convert_to_tensor(rhs, dtype_hint=d.dtype)
    upper, main, lower = (expand_dims(x, -1) for x in diagonals_of(recorded, d))
    above, below = shifted(recorded, rhs, -2, -1), shifted(recorded, rhs, -2, 1)
    return main * rhs + upper * above + lower * below


@export("linalg.banded_triangular_solve")
def banded_triangular_solve(
    bands: Any, rhs: Any, lower: bool = True, adjoint: bool = False, name: str | None = None
) -> Any:
    """Solve systems with triangular matrices given by their diagonals.

    >>> import tensortape as tf
    >>> bands = tf.constant([[2.0, 2.0], [0.0, 1.0]])  # main diagonal, first one below
    >>> tf.linalg.banded_triangular_solve(bands, tf.constant([[2.0], [3.0]])).numpy().tolist()
    [[1.0], [1.0]]

    ``bands`` has shape ``[..., k, n]``: from the main diagonal down if ``lower``, else from the
    highest down to the main one; those above padded at the end, those below at the start. ``rhs``
    has shape ``[..., n, m]``. Raises ``tf.errors.InvalidArgumentError`` for shapes that do not fit.
    Source: ``tf.linalg.banded_triangular_solve``.
    """
    bands = tensor(bands)
    count = bands.shape[-2]
    k = (1 - count, 0) if lower else (0, count - 1)
    if count == 1:
        bands = squeeze(bands, -2)
    whole = diag(bands, k=k, align="LEFT_RIGHT")
    return triangular_solve(whole, rhs, lower=lower, adjoint=adjoint)
