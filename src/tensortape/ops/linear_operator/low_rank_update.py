"""``tf.linalg.LinearOperatorLowRankUpdate``."""

from __future__ import annotations

from typing import Any

from tensortape.core.convert import convert_to_tensor
from tensortape.core.dimension import Dimension
from tensortape.core.registry import export
from tensortape.core.shapes import TensorShape
from tensortape.ops.linear_operator import hints
from tensortape.ops.linear_operator.arrays import adjoint as adjoint_of
from tensortape.ops.linear_operator.arrays import broadcast, common_batch, conjugate, dims, kept
from tensortape.ops.linear_operator.base import LinearOperator, arguments
from tensortape.ops.linear_operator.diag import LinearOperatorDiag
from tensortape.ops.linear_operator.identity import LinearOperatorIdentity
from tensortape.ops.linear_operator.public import tf
from tensortape.ops.linear_operator.slicing import matrix_axes


@export("linalg.LinearOperatorLowRankUpdate")
class LinearOperatorLowRankUpdate(LinearOperator):
    """``L + U @ D @ V.H`` with an operator ``L`` and thin matrices ``u``, ``v`` ``[..., n, k]``.

    Systems and determinants take one of ``L`` and one of size ``k`` (the formulas of Woodbury and
    of Sylvester). ``diag_update`` ``[..., k]`` is ``D`` (default ones), ``v`` defaults to ``u``.

    >>> import tensortape as tf
    >>> base = tf.linalg.LinearOperatorDiag([1.0, 2.0], is_positive_definite=True)
    >>> operator = tf.linalg.LinearOperatorLowRankUpdate(base, u=[[1.0], [1.0]])
    >>> operator.to_dense().numpy().tolist()
    [[2.0, 1.0], [1.0, 3.0]]
    >>> operator.solvevec([3.0, 4.0]).numpy().round(4)
    array([1., 1.], dtype=float32)

    Raises ``ValueError`` for shapes that do not fit or hints that deny what follows from the parts.
    Source: ``tf.linalg.LinearOperatorLowRankUpdate``.
    """

    _experimental_parameter_ndims_to_matrix_ndims = matrix_axes(
        base_operator=0, u=2, diag_update=1, v=2
    )

    def __init__(
        self,
        base_operator: Any,
        u: Any,
        diag_update: Any = None,
        v: Any = None,
        is_diag_update_positive: bool | None = None,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str = "LinearOperatorLowRankUpdate",
    ) -> None:
        given = arguments(locals())
        if diag_update is None:
            what = "The default diagonal is ones, which are positive"
            is_diag_update_positive = hints.always(
                "is_diag_update_positive", is_diag_update_positive, True, what
            )
        self._is_diag_update_positive = is_diag_update_positive
        self._base_operator = base_operator
        self._u, self._diag_update = kept(u), kept(diag_update)
        self._v = self._u if v is None else kept(v)
        self._start(given, base_operator.dtype, **self._implied(given))
        self._check_shapes()

    def _implied(self, given: dict[str, Any]) -> dict[str, Any]:
        base, symmetric = self._base_operator, given["v"] is None
        self._use_cholesky = bool(
            base.is_positive_definite and base.is_self_adjoint
            and self._is_diag_update_positive and symmetric
        )  # fmt: skip
        real = base.is_self_adjoint and symmetric and not base.dtype.is_complex
        holds = {
            "is_self_adjoint": real or self._use_cholesky,
            "is_positive_definite": self._use_cholesky,
            "is_non_singular": self._use_cholesky,
        }
        what = "This follows from the parts of L + U D V.H"
        return {n: hints.implied(n, given[n], v, what) for n, v in holds.items()}

    def _check_shapes(self) -> None:
        thin = common_batch([self._u.shape, self._v.shape])
        self._base_operator.domain_dimension.assert_is_compatible_with(thin[-2])
        if self._diag_update is not None:
            Dimension(thin[-1]).assert_is_compatible_with(self._diag_update.shape[-1])
        common_batch(self._batches())

    def _batches(self) -> list[TensorShape]:
        found = [self._base_operator.batch_shape, self._u.shape[:-2], self._v.shape[:-2]]
        return found if self._diag_update is None else [*found, self._diag_update.shape[:-1]]

    @property
    def base_operator(self) -> Any:
        """The operator ``L``."""
        return self._base_operator

    @property
    def u(self) -> Any:
        """The left factor, as it was given."""
        return self._u

    @property
    def v(self) -> Any:
        """The right factor; ``u`` if none was given."""
        return self._v

    @property
    def diag_update(self) -> Any:
        """The diagonal in the middle, ``None`` if none was given."""
        return self._diag_update

    @property
    def is_diag_update_positive(self) -> bool | None:
        """Whether the diagonal is known to be positive."""
        return self._is_diag_update_positive

    @property
    def diag_operator(self) -> Any:
        """The operator ``D``."""
        if self._diag_update is None:
            rank = dims(convert_to_tensor(self._u))[-1]
            return LinearOperatorIdentity(rank, dtype=self.dtype)
        positive = self._is_diag_update_positive
        return LinearOperatorDiag(self._diag_update, is_positive_definite=positive)

    def _shape(self) -> Any:
        return common_batch(self._batches()).concatenate(self._base_operator.shape[-2:])

    def _shape_tensor(self) -> Any:
        lead = self._base_operator.batch_shape_tensor()
        thin = [tf.shape(self._u)[:-2], tf.shape(self._v)[:-2]]
        if self._diag_update is not None:
            thin.append(tf.shape(self._diag_update)[:-1])
        for shape in thin:
            lead = tf.broadcast_dynamic_shape(lead, shape)
        return tf.concat([lead, self._base_operator.shape_tensor()[-2:]], 0)

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        u, v = (self._v, self._u) if adjoint else (self._u, self._v)
        base = self._base_operator.matmul(x, adjoint=adjoint, adjoint_arg=adjoint_arg)
        inner = tf.matmul(v, x, adjoint_a=True, adjoint_b=adjoint_arg)
        return base + tf.matmul(u, self.diag_operator.matmul(inner, adjoint=adjoint))

    def _capacitance(self) -> Any:
        """``inverse(D) + V.H @ inverse(L) @ U``."""
        inner = tf.matmul(self._v, self._base_operator.solve(self._u), adjoint_a=True)
        return self.diag_operator.inverse().add_to_tensor(inner)

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        base = self._base_operator
        if base.is_non_singular is False:
            raise ValueError("Solutions need a base_operator with an inverse; its hint says no.")
        u, v = (self._v, self._u) if adjoint else (self._u, self._v)
        first = base.solve(rhs, adjoint=adjoint, adjoint_arg=adjoint_arg)
        matrix, inner = broadcast([self._capacitance(), tf.matmul(v, first, adjoint_a=True)])
        if self._use_cholesky:
            change = tf.linalg.cholesky_solve(tf.linalg.cholesky(matrix), inner)
        else:
            change = tf.linalg.solve(matrix, inner, adjoint=adjoint)
        return first - base.solve(tf.matmul(u, change), adjoint=adjoint)

    def _determinant(self) -> Any:
        outer = self.diag_operator.determinant() * self._base_operator.determinant()
        return tf.linalg.det(self._capacitance()) * outer

    def _log_abs_determinant(self) -> Any:
        parts = self.diag_operator, self._base_operator
        outer = parts[0].log_abs_determinant() + parts[1].log_abs_determinant()
        inner = self._capacitance()
        if not self._use_cholesky:
            return tf.cast(tf.linalg.slogdet(inner)[1], self.dtype) + outer
        pivots = tf.linalg.diag_part(tf.linalg.cholesky(inner))
        return 2 * tf.reduce_sum(tf.math.log(pivots), axis=-1) + outer

    def _diag_part(self) -> Any:
        scaled = adjoint_of(self.diag_operator.matmul(adjoint_of(self._u), adjoint=True))
        update = tf.reduce_sum(scaled * conjugate(self._v), axis=-1)
        return self._base_operator.diag_part() + update
