"""Inverses, determinants and systems of equations."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import execute
from tensortape.core.op import op
from tensortape.core.public import tensor
from tensortape.core.registry import export
from tensortape.ops.linalg.matrices import (
    adjoint,
    check_matrices,
    check_pair,
    check_same_stack,
    invalid,
    summed,
    times,
    triangle,
)

MATRIX_2 = ((2, 2, 2),)
SYSTEM = ((2, 3, 3), (2, 3, 2))


@op("MatrixInverse", primitive="inverse", saves=("outputs",),
    samples=[(MATRIX_2, {}), (((3, 3),), {"flip": True})])  # fmt: skip
def inverse(xp, input, *, flip=False):
    """The inverses; ``flip``: of the adjoint matrices."""
    check_matrices("MatrixInverse", input)
    return xp.inverse(adjoint(xp, input) if flip else input)


@inverse.vjp
def _(xp, g, y, x, *, flip):
    if flip:
        return -times(xp, times(xp, y, g, adjoint_b=True), y)
    return -times(xp, y, times(xp, g, y, adjoint_b=True), adjoint_a=True)


@inverse.jvp
def _(xp, tangents, y, x, *, flip):
    t = adjoint(xp, tangents[0]) if flip else tangents[0]
    return -times(xp, y, times(xp, t, y))


@op(
    "MatrixSolve",
    primitive="solve",
    saves=(0, "outputs"),
    samples=[(SYSTEM, {}), (((3, 3), (3, 1)), {"flip": True})],
)
def solve(xp, matrix, rhs, *, flip=False):
    """Solutions of systems of equations; ``flip``: with the adjoint matrices."""
    check_matrices("MatrixSolve", matrix, rhs)
    check_same_stack("MatrixSolve", matrix, rhs)
    if matrix.shape[-1] != rhs.shape[-2]:
        raise invalid(
            "MatrixSolve",
            f"Input matrix and rhs are incompatible: {list(matrix.shape)} and {list(rhs.shape)}.",
        )
    return xp.solve(adjoint(xp, matrix) if flip else matrix, rhs)


def outer(xp: Any, y: Any, d: Any, flip: bool) -> Any:
    """The cotangent of the matrix, from the solution and the cotangent of the right-hand side."""
    return -times(xp, y, d, adjoint_b=True) if flip else -times(xp, d, y, adjoint_b=True)


@solve.vjp
def _(xp, g, y, matrix, rhs, *, flip):
    d = xp.solve(matrix if flip else adjoint(xp, matrix), g)
    return outer(xp, y, d, flip), d


@solve.jvp
def _(xp, tangents, y, matrix, rhs, *, flip):
    change = tangents[1]
    if tangents[0] is not None:
        moved = times(xp, tangents[0], y, adjoint_a=flip)
        change = -moved if change is None else change - moved
    return None if change is None else xp.solve(adjoint(xp, matrix) if flip else matrix, change)


@op("MatrixTriangularSolve", primitive="triangular_solve", saves=(0, "outputs"),
    samples=[(SYSTEM, {}), (((3, 3), (3, 2)), {"lower": False, "flip": True})])  # fmt: skip
def triangular_solve_op(xp, matrix, rhs, *, lower=True, flip=False):
    """Solutions of triangular systems; ``flip``: with the adjoint matrices."""
    check_matrices("MatrixTriangularSolve", matrix, rhs)
    if matrix.shape[-1] != rhs.shape[-2]:
        a, b = ("[" + ",".join(map(str, x.shape)) + "]" for x in (matrix, rhs))
        raise invalid(
            "MatrixTriangularSolve",
            f"In[0] mismatch In[1] shape: {matrix.shape[-1]} vs. {rhs.shape[-2]}: {a} {b} "
            f"{int(lower)} {int(flip)}",
        )
    return xp.triangular_solve(matrix, rhs, lower, flip)


@triangular_solve_op.vjp
def _(xp, g, y, matrix, rhs, *, lower, flip):
    d = xp.triangular_solve(matrix, g, lower, not flip)
    m = triangle(xp, outer(xp, y, d, flip), lower)
    return summed(xp, m, matrix), summed(xp, d, rhs)


@op("Cholesky", primitive="cholesky", saves=("outputs",),
    samples=[((np.array([[4.0, 1.0], [1.0, 3.0]]),), {})],
    not_derivative="one triangle is read, and both share the cotangent")  # fmt: skip
def cholesky(xp, input):
    """Lower triangular factors."""
    check_matrices("Cholesky", input)
    return xp.cholesky(input)


@cholesky.vjp
def _(xp, g, y, x):
    middle = triangle(xp, times(xp, y, g, adjoint_a=True), True, 0.5)
    half = xp.triangular_solve(y, middle, True, True)
    d = adjoint(xp, xp.triangular_solve(y, adjoint(xp, half), True, True))
    return (d + adjoint(xp, d)) / 2


@op("MatrixDeterminant", primitive="determinant", samples=[(MATRIX_2, {})])
def determinant(xp, input):
    """Determinants."""
    check_matrices("MatrixDeterminant", input)
    return xp.determinant(input)


@determinant.vjp
def _(xp, g, y, x):
    return spread(xp, g * y) * xp.inverse(adjoint(xp, x))  # not conjugated, as in TensorFlow


def spread(xp: Any, g: Any) -> Any:
    """A value for each matrix, as a 1 by 1 matrix."""
    return xp.reshape(g, (*tuple(g.shape), 1, 1))


@op("LogMatrixDeterminant", primitive="log_determinant", outputs=2, saves=("inputs",),
    samples=[(MATRIX_2, {})])  # fmt: skip
def log_determinant(xp, input):
    """Signs and logarithms of the absolute values of determinants."""
    check_matrices("LogMatrixDeterminant", input)
    return xp.log_determinant(input)


@log_determinant.vjp
def _(xp, g, y, x):
    return spread(xp, g[1]) * xp.inverse(adjoint(xp, x))


@export("linalg.inv")
def inv(input: Any, adjoint: bool = False, name: str | None = None) -> Any:
    """The inverses of the square matrices in the last two axes (``adjoint``: of their adjoints).

    >>> import tensortape as tf
    >>> tf.linalg.inv([[2.0, 0.0], [0.0, 4.0]]).numpy().tolist()
    [[0.5, 0.0], [0.0, 0.25]]

    Raises ``tf.errors.InvalidArgumentError`` for a matrix that is not square or has no inverse.
    Source: ``tf.linalg.inv``.
    """
    return execute(inverse, (tensor(input),), {"flip": bool(adjoint)})


@export("linalg.solve")
def public_solve(matrix: Any, rhs: Any, adjoint: bool = False, name: str | None = None) -> Any:
    """The ``x`` with ``matrix @ x == rhs`` (``adjoint``: with the adjoint of ``matrix``).

    >>> import tensortape as tf
    >>> tf.linalg.solve([[2.0, 0.0], [0.0, 4.0]], [[2.0], [2.0]]).numpy().tolist()
    [[1.0], [0.5]]

    ``matrix`` has shape ``[..., n, n]``, ``rhs`` and the result ``[..., n, k]``. Raises
    ``tf.errors.InvalidArgumentError`` for a singular matrix or shapes that do not fit.
    Source: ``tf.linalg.solve``.
    """
    return execute(solve, system("MatrixSolve", matrix, rhs), {"flip": bool(adjoint)})


def system(type: str, matrix: Any, rhs: Any) -> tuple[Any, Any]:
    """Matrix and right-hand side as tensors of one dtype."""
    matrix = tensor(matrix)
    rhs = convert_to_tensor(rhs, dtype_hint=matrix.dtype)
    check_pair(type, matrix, rhs)
    return matrix, rhs


@export("linalg.triangular_solve")
def triangular_solve(
    matrix: Any, rhs: Any, lower: bool = True, adjoint: bool = False, name: str | None = None
) -> Any:
    """The ``x`` with ``matrix @ x == rhs`` for triangular matrices; stacks broadcast.

    Only the triangle that ``lower`` names is read. A zero on the diagonal gives infinities or NaN.

    >>> import tensortape as tf
    >>> tf.linalg.triangular_solve([[1.0, 0.0], [1.0, 2.0]], [[1.0], [3.0]]).numpy().tolist()
    [[1.0], [1.0]]

    Raises ``tf.errors.InvalidArgumentError`` for shapes that do not fit.
    Source: ``tf.linalg.triangular_solve``.
    """
    attrs = {"lower": bool(lower), "flip": bool(adjoint)}
    return execute(triangular_solve_op, system("MatrixTriangularSolve", matrix, rhs), attrs)


@export("linalg.cholesky")
def public_cholesky(input: Any, name: str | None = None) -> Any:
    """Lower triangular ``L`` with ``L @ adjoint(L) == input``, for positive definite matrices.

    Only the lower triangle is read. Matrices that are not positive definite give NaN.

    >>> import tensortape as tf
    >>> tf.linalg.cholesky([[4.0, 2.0], [2.0, 5.0]]).numpy().tolist()
    [[2.0, 0.0], [1.0, 2.0]]

    Raises ``tf.errors.InvalidArgumentError`` for a matrix that is not square.
    Source: ``tf.linalg.cholesky``.
    """
    return execute(cholesky, (tensor(input),))


@export("linalg.det")
def det(input: Any, name: str | None = None) -> Any:
    """The determinants of the square matrices in the last two axes.

    >>> import tensortape as tf
    >>> print(float(tf.linalg.det([[1.0, 2.0], [3.0, 5.0]])))
    -1.0

    Raises ``tf.errors.InvalidArgumentError`` for a matrix that is not square.
    Source: ``tf.linalg.det``.
    """
    return execute(determinant, (tensor(input),))


class LogMatrixDeterminant(NamedTuple):
    """What ``tf.linalg.slogdet`` returns."""

    sign: Any
    log_abs_determinant: Any


@export("linalg.slogdet")
def slogdet(input: Any, name: str | None = None) -> Any:
    """Sign, and logarithm of the absolute value, of determinants: a named tuple.

    >>> import tensortape as tf
    >>> sign, logarithm = tf.linalg.slogdet([[0.0, 1.0], [1.0, 0.0]])
    >>> float(sign), abs(float(logarithm))
    (-1.0, 0.0)

    The gradient of the sign is not defined and left out. Raises
    ``tf.errors.InvalidArgumentError`` for a matrix that is not square.
    Source: ``tf.linalg.slogdet``.
    """
    return LogMatrixDeterminant(*execute(log_determinant, (tensor(input),)))


public_solve.__name__ = "solve"
public_cholesky.__name__ = "cholesky"
