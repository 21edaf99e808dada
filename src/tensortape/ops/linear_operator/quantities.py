"""Numbers and matrices computed from an operator: determinant, trace, eigenvalues, dense form."""

from __future__ import annotations

from typing import Any

from tensortape.core.convert import convert_to_tensor
from tensortape.ops.linear_operator.assertions import OperatorAssertions
from tensortape.ops.linear_operator.public import tf


class OperatorQuantities(OperatorAssertions):
    """What is computed from the dense matrix unless a structure knows better."""

    def determinant(self, name: str = "det") -> Any:
        """The determinants, of the batch shape; ``NotImplementedError`` if not square."""
        self._need_square("The determinant")
        return self._determinant()

    def _determinant(self) -> Any:
        if self._can_use_cholesky():
            return tf.exp(self.log_abs_determinant())
        return tf.linalg.det(self.to_dense())

    def log_abs_determinant(self, name: str = "log_abs_det") -> Any:
        """The logarithms of the absolute values of the determinants."""
        self._need_square("The determinant")
        return self._log_abs_determinant()

    def _log_abs_determinant(self) -> Any:
        if self._can_use_cholesky():
            pivots = tf.linalg.diag_part(tf.linalg.cholesky(self.to_dense()))
            return 2 * tf.reduce_sum(tf.math.log(pivots), axis=-1)
        return tf.linalg.slogdet(self.to_dense())[1]

    def _need_square(self, what: str) -> None:
        if self.is_square is False:
            raise NotImplementedError(
                f"{what} is not implemented for an operator that is not square, of shape "
                f"{self.shape}."
            )

    def to_dense(self, name: str = "to_dense") -> Any:
        """The matrices as a tensor of the operator's shape."""
        return self._to_dense()

    def _to_dense(self) -> Any:
        return self.matmul(
            tf.eye(self._columns(), batch_shape=self._batch_list(), dtype=self.dtype)
        )

    def diag_part(self, name: str = "diag_part") -> Any:
        """The main diagonals, ``[batch..., min(rows, columns)]``."""
        return self._diag_part()

    def _diag_part(self) -> Any:
        return tf.linalg.diag_part(self.to_dense())

    def trace(self, name: str = "trace") -> Any:
        """The sums of the main diagonals."""
        return self._trace()

    def _trace(self) -> Any:
        return tf.reduce_sum(self.diag_part(), axis=-1)

    def add_to_tensor(self, x: Any, name: str = "add_to_tensor") -> Any:
        """The sum of the matrices and a tensor; ``TypeError`` if the dtypes differ."""
        x = convert_to_tensor(x)
        self._check_input_dtype(x)
        return self._add_to_tensor(x)

    def _add_to_tensor(self, x: Any) -> Any:
        return self.to_dense() + x

    def eigvals(self, name: str = "eigvals") -> Any:
        """The eigenvalues of self-adjoint operators; of others ``NotImplementedError``."""
        if not self.is_self_adjoint:
            raise NotImplementedError(
                "Only self-adjoint matrices are supported: construct the operator with "
                "is_self_adjoint=True, or use tf.linalg.eigvals(operator.to_dense())."
            )
        return self._eigvals()

    def _eigvals(self) -> Any:
        return tf.linalg.eigvalsh(self.to_dense())

    def cond(self, name: str = "cond") -> Any:
        """The condition numbers: largest over smallest singular value."""
        return self._cond()

    def _cond(self) -> Any:
        if self.is_self_adjoint:
            values = tf.math.abs(self._eigvals())
        else:
            values = tf.linalg.svd(self.to_dense(), compute_uv=False)
        return tf.reduce_max(values, axis=-1) / tf.reduce_min(values, axis=-1)
