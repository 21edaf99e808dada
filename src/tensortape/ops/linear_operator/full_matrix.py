"""``tf.linalg.LinearOperatorFullMatrix``."""

from __future__ import annotations

from typing import Any

from tensortape.core.convert import convert_to_tensor
from tensortape.core.registry import export
from tensortape.ops.linear_operator.arrays import kept
from tensortape.ops.linear_operator.base import LinearOperator, arguments
from tensortape.ops.linear_operator.public import tf
from tensortape.ops.linear_operator.slicing import matrix_axes

ALLOWED = ("float16", "float32", "float64", "complex64", "complex128")


@export("linalg.LinearOperatorFullMatrix")
class LinearOperatorFullMatrix(LinearOperator):
    """An operator given by its dense matrix, ``[..., rows, columns]``.

    With ``is_self_adjoint=True, is_positive_definite=True`` systems are solved, and determinants
    computed, by Cholesky factors.

    >>> import tensortape as tf
    >>> operator = tf.linalg.LinearOperatorFullMatrix([[1.0, 2.0], [3.0, 4.0]])
    >>> operator.matvec([1.0, 10.0]).numpy()
    array([21., 43.], dtype=float32)

    Raises ``TypeError`` for integers, ``ValueError`` for fewer than two axes.
    Source: ``tf.linalg.LinearOperatorFullMatrix``.
    """

    _experimental_parameter_ndims_to_matrix_ndims = matrix_axes(matrix=2)

    def __init__(
        self,
        matrix: Any,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str = "LinearOperatorFullMatrix",
    ) -> None:
        given = arguments(locals())
        self._matrix = kept(matrix)
        if self._matrix.dtype.name not in ALLOWED:
            raise TypeError(
                f"Argument `matrix` must have dtype in {list(ALLOWED)}. "
                f"Received: {self._matrix.dtype}."
            )
        if self._matrix.shape.rank < 2:
            raise ValueError(
                f"Argument `matrix` must have at least 2 dimensions. Received: {self._matrix}."
            )
        self._start(given, self._matrix.dtype)

    @property
    def matrix(self) -> Any:
        """The matrix, as it was given."""
        return self._matrix

    def _shape(self) -> Any:
        return self._matrix.shape

    def _shape_tensor(self) -> Any:
        return tf.shape(self._matrix)

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return tf.matmul(self._matrix, x, adjoint_a=adjoint, adjoint_b=adjoint_arg)

    def _to_dense(self) -> Any:
        return convert_to_tensor(self._matrix)
