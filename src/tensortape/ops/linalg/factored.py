"""LU factors, and what is computed with factors: solutions, reconstructions, least squares."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from tensortape.arrays.recorded import recorded
from tensortape.core import dtypes
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import execute
from tensortape.core.dtypes import as_dtype
from tensortape.core.op import op
from tensortape.core.public import tensor
from tensortape.core.registry import PUBLIC, export
from tensortape.ops.gather.gather import gather
from tensortape.ops.layout.shaping import broadcast_to
from tensortape.ops.linalg.diagonals import band_part, diag_part, set_diag
from tensortape.ops.linalg.matmul import matmul
from tensortape.ops.linalg.matrices import (
    adjoint,
    check_matrices,
    check_same_stack,
    invalid,
    times,
    triangle,
)
from tensortape.ops.linalg.solving import public_cholesky, system, triangular_solve
from tensortape.ops.reduce.sums import reduce_sum


@op("Lu", primitive="lu", outputs=2, saves=("outputs",),
    samples=[(((3, 3),), {}), (((2, 2, 2),), {})])  # fmt: skip
def lu_op(xp, input, *, dtype=dtypes.int32):
    """Both triangular factors and the permutation."""
    check_matrices("Lu", input)
    factors, order = xp.lu(input)
    return factors, xp.astype(order, dtype)


@lu_op.vjp
def _(xp, g, y, x, *, dtype):
    factors, order = y
    unit = triangle(xp, factors, True, 0.0) + np.eye(
        factors.shape[-1], dtype=getattr(factors.dtype, "_np", factors.dtype)
    )
    upper = triangle(xp, factors, False)
    left = triangle(xp, times(xp, unit, triangle(xp, g[0], True, 0.0), adjoint_a=True), True, 0.0)
    right = triangle(xp, times(xp, triangle(xp, g[0], False), upper, adjoint_b=True), False)
    inner = adjoint(xp, xp.triangular_solve(upper, adjoint(xp, left + right), False, False))
    permuted = xp.triangular_solve(unit, inner, True, True)
    back = xp.argsort(order, order.ndim - 1)
    return xp.take(permuted, back, order.ndim - 1, order.ndim - 1)


class Lu(NamedTuple):
    """What ``tf.linalg.lu`` returns."""

    lu: Any
    p: Any


@export("linalg.lu")
def lu(input: Any, output_idx_type: Any = dtypes.int32, name: str | None = None) -> Any:
    """Triangular factors of square matrices with rows exchanged: a named tuple ``(lu, p)``.

    ``lu`` holds the lower factor (ones on its diagonal left out) and the upper one; ``p`` says
    which row of ``input`` went to each place.

    >>> import tensortape as tf
    >>> factors, order = tf.linalg.lu([[1.0, 2.0], [2.0, 2.0]])
    >>> factors.numpy().tolist(), order.numpy().tolist()
    ([[2.0, 2.0], [0.5, 1.0]], [1, 0])

    Raises ``tf.errors.InvalidArgumentError`` for a matrix that is not square or singular.
    Source: ``tf.linalg.lu``.
    """
    return Lu(*execute(lu_op, (tensor(input),), {"dtype": as_dtype(output_idx_type)}))


def factors_of(lower_upper: Any) -> tuple[Any, Any]:
    """The lower factor, ones on its diagonal, and the upper one."""
    ones = recorded.ones_like(diag_part(lower_upper))
    return set_diag(band_part(lower_upper, -1, 0), ones), band_part(lower_upper, 0, -1)


def rows_at(x: Any, order: Any) -> Any:
    """The rows of each matrix in a given order."""
    lead = order.shape.rank - 1
    return gather(x, order, axis=lead, batch_dims=lead)


def check_factors(lower_upper: Any, perm: Any, validate_args: bool) -> tuple[Any, Any]:
    """Factors and permutation as tensors; ``validate_args`` asks for a look at their values."""
    lower_upper = tensor(lower_upper)
    perm = convert_to_tensor(perm)
    if lower_upper.shape.rank < 2:
        raise ValueError(
            f"Input `lower_upper` must have at least 2 dimensions, received {lower_upper.shape}."
        )
    if perm.shape.rank < 1 or lower_upper.shape.rank != perm.shape.rank + 1:
        raise ValueError(
            "`rank(lower_upper)` must equal `rank(perm) + 1`, received "
            f"{lower_upper.shape.rank} and {perm.shape.rank}"
        )
    if lower_upper.shape[-1] != lower_upper.shape[-2]:
        raise ValueError(f"`lower_upper` must be square, received {lower_upper.shape}.")
    if validate_args:
        given, n = np.sort(np.asarray(perm._a), -1), lower_upper.shape[-1]
        if not (given == np.arange(n)).all():
            raise invalid(
                "InvertPermutation",
                f"perm must hold permutations of 0 to {n - 1}, received {perm.numpy()}",
            )
    return lower_upper, perm


@export("linalg.lu_reconstruct")
def lu_reconstruct(
    lower_upper: Any, perm: Any, validate_args: bool = False, name: str | None = None
) -> Any:
    """The matrices whose ``tf.linalg.lu`` is given.

    >>> import tensortape as tf
    >>> tf.linalg.lu_reconstruct(*tf.linalg.lu([[1.0, 2.0], [2.0, 2.0]])).numpy().tolist()
    [[1.0, 2.0], [2.0, 2.0]]

    Raises ``ValueError`` for shapes that do not fit. Source: ``tf.linalg.lu_reconstruct``.
    """
    lower_upper, perm = check_factors(lower_upper, perm, validate_args)
    lower, upper = factors_of(lower_upper)
    return rows_at(matmul(lower, upper), PUBLIC["argsort"](perm))


@export("linalg.lu_solve")
def lu_solve(
    lower_upper: Any, perm: Any, rhs: Any, validate_args: bool = False, name: str | None = None
) -> Any:
    """Solve ``x @ y == rhs`` given ``tf.linalg.lu(x)``.

    >>> import tensortape as tf
    >>> factors, order = tf.linalg.lu([[1.0, 2.0], [2.0, 2.0]])
    >>> tf.linalg.lu_solve(factors, order, [[3.0], [4.0]]).numpy().tolist()
    [[1.0], [1.0]]

    Raises ``ValueError`` for shapes that do not fit. Source: ``tf.linalg.lu_solve``.
    """
    lower_upper, perm = check_factors(lower_upper, perm, validate_args)
    rhs = convert_to_tensor(rhs, dtype_hint=lower_upper.dtype)
    if rhs.shape.rank < 2:
        raise ValueError(f"Input `rhs` must have at least 2 dimensions, received {rhs.shape}.")
    lead = np.broadcast_shapes(tuple(perm.shape[:-1]), tuple(rhs.shape[:-2]))
    rhs = broadcast_to(rhs, (*lead, *rhs.shape[-2:])) if lead else rhs
    perm = broadcast_to(perm, (*lead, perm.shape[-1])) if lead else perm
    lower, upper = factors_of(lower_upper)
    return triangular_solve(upper, triangular_solve(lower, rows_at(rhs, perm)), lower=False)


@export("linalg.lu_matrix_inverse")
def lu_matrix_inverse(
    lower_upper: Any, perm: Any, validate_args: bool = False, name: str | None = None
) -> Any:
    """The inverses of the matrices whose ``tf.linalg.lu`` is given.

    >>> import tensortape as tf
    >>> tf.linalg.lu_matrix_inverse(*tf.linalg.lu([[0.0, 2.0], [4.0, 0.0]])).numpy().tolist()
    [[0.0, 0.25], [0.5, 0.0]]

    Raises ``ValueError`` for shapes that do not fit. Source: ``tf.linalg.lu_matrix_inverse``.
    """
    lower_upper, perm = check_factors(lower_upper, perm, validate_args)
    eye = PUBLIC["eye"](
        lower_upper.shape[-1], batch_shape=lower_upper.shape[:-2], dtype=lower_upper.dtype
    )
    return lu_solve(lower_upper, perm, eye)


@export("linalg.cholesky_solve")
def cholesky_solve(chol: Any, rhs: Any, name: str | None = None) -> Any:
    """Solve ``x @ y == rhs`` given ``tf.linalg.cholesky(x)``.

    >>> import tensortape as tf
    >>> tf.linalg.cholesky_solve([[2.0, 0.0], [0.0, 1.0]], [[4.0], [3.0]]).numpy().tolist()
    [[1.0], [3.0]]

    Raises ``tf.errors.InvalidArgumentError`` for shapes that do not fit.
    Source: ``tf.linalg.cholesky_solve``.
    """
    return triangular_solve(chol, triangular_solve(chol, rhs), adjoint=True)


@export("linalg.logdet")
def logdet(matrix: Any, name: str | None = None) -> Any:
    """The logarithms of the determinants of positive definite matrices.

    >>> import tensortape as tf
    >>> print(round(float(tf.linalg.logdet([[2.0, 0.0], [0.0, 3.0]])), 4))
    1.7918

    Raises ``tf.errors.InvalidArgumentError`` for a matrix that is not square.
    Source: ``tf.linalg.logdet``.
    """
    diagonal = PUBLIC["math.real"](diag_part(public_cholesky(matrix)))
    return 2.0 * reduce_sum(PUBLIC["math.log"](diagonal), axis=[-1])


@op("MatrixSolveLs", primitive="least_squares", samples=[(((3, 2), (3, 1)), {}, [])])
def least_squares(xp, matrix, rhs):
    """Solutions of least squares by an orthogonal factorisation."""
    check_matrices("MatrixSolveLs", matrix, rhs, square=False)
    check_same_stack("MatrixSolveLs", matrix, rhs)
    return xp.least_squares(matrix, rhs)


@least_squares.vjp(0)
def no_gradient(xp, g, y, matrix, rhs):
    """As in TensorFlow, where the gradient is that of the other algorithm only."""
    raise ValueError("Gradient not defined for fast=False")


least_squares.vjp(1)(no_gradient)


@export("linalg.lstsq")
def lstsq(
    matrix: Any, rhs: Any, l2_regularizer: float = 0.0, fast: bool = True, name: str | None = None
) -> Any:
    """The ``x`` that minimise ``norm(matrix @ x - rhs)**2 + l2_regularizer * norm(x)**2``.

    Where several do, the one of least norm.

    >>> import tensortape as tf
    >>> tf.linalg.lstsq([[1.0], [1.0]], [[1.0], [3.0]]).numpy().round(3).tolist()
    [[2.0]]

    Args:
        matrix: tensor ``[..., m, n]`` of full rank.
        rhs: tensor ``[..., m, k]``.
        l2_regularizer: a number.
        fast: solve the normal equations; otherwise by an orthogonal factorisation, which is more
            exact, takes no regulariser and has no gradient.
        name: ignored.

    Raises ``tf.errors.InvalidArgumentError`` for shapes that do not fit.
    Source: ``tf.linalg.lstsq``.
    """
    matrix, rhs = system("MatrixSolveLs", matrix, rhs)
    if matrix.dtype is dtypes.complex128 and l2_regularizer != 0:
        raise NotImplementedError(
            "matrix_solve_ls is currently disabled for complex128 and l2_regularizer != 0 due to "
            "poor accuracy."
        )
    if not fast:
        return execute(least_squares, (matrix, rhs))
    tall = matrix.shape[-2] >= matrix.shape[-1]
    gram = matmul(matrix, matrix, adjoint_a=tall, adjoint_b=not tall)
    if l2_regularizer:
        gram = gram + l2_regularizer * PUBLIC["eye"](gram.shape[-1], dtype=gram.dtype)
    factor = public_cholesky(gram)
    if tall:
        return cholesky_solve(factor, matmul(matrix, rhs, adjoint_a=True))
    return matmul(matrix, cholesky_solve(factor, rhs), adjoint_a=True)
