"""``tf.linalg.LinearOperatorBlockDiag``."""

from __future__ import annotations

from typing import Any

from tensortape.core.registry import export
from tensortape.core.shapes import TensorShape
from tensortape.ops.linear_operator import hints
from tensortape.ops.linear_operator.arrays import broadcast, common_batch, dims
from tensortape.ops.linear_operator.base import arguments
from tensortape.ops.linear_operator.blocks import BlockOperator
from tensortape.ops.linear_operator.composition import batch_of_all, product
from tensortape.ops.linear_operator.public import tf
from tensortape.ops.linear_operator.slicing import matrix_axes


@export("linalg.LinearOperatorBlockDiag")
class LinearOperatorBlockDiag(BlockOperator):
    """A matrix with the ``operators`` along its diagonal and zeros elsewhere.

    Arguments may be lists with one array for each block.

    >>> import tensortape as tf
    >>> a = tf.linalg.LinearOperatorDiag([1.0, 2.0])
    >>> b = tf.linalg.LinearOperatorFullMatrix([[5.0]])
    >>> operator = tf.linalg.LinearOperatorBlockDiag([a, b])
    >>> operator.matvec([1.0, 1.0, 1.0]).numpy()
    array([1., 2., 5.], dtype=float32)

    Raises ``ValueError`` without operators or for hints that deny what follows from the blocks,
    ``TypeError`` for different dtypes. Source: ``tf.linalg.LinearOperatorBlockDiag``.
    """

    _experimental_parameter_ndims_to_matrix_ndims = matrix_axes(operators=0)

    def __init__(
        self,
        operators: Any,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = True,
        name: str | None = None,
    ) -> None:
        given = arguments(locals())
        self._operators = self._diagonal = list(operators)
        dtype = hints.one_dtype(self._operators)
        what = "It holds for the whole if it holds for the blocks"
        found = hints.of_all(self._operators, given, hints.HINTS[:3], what)
        own = "_ds_".join(o.name for o in self._operators)
        self._start(given, dtype, name=name or own, **found)

    @property
    def operators(self) -> list[Any]:
        """The blocks."""
        return self._operators

    def _shape(self) -> Any:
        rows, columns = sum(self._rows()), sum(self._cols())
        lead = common_batch([o.batch_shape for o in self._operators])
        return lead.concatenate(TensorShape([rows, columns]))

    def _shape_tensor(self) -> Any:
        rows = sum(o.range_dimension_tensor() for o in self._operators)
        columns = sum(o.domain_dimension_tensor() for o in self._operators)
        return tf.concat([batch_of_all(self._operators), [rows, columns]], 0)

    def _linop_adjoint(self) -> Any:
        return LinearOperatorBlockDiag([o.adjoint() for o in self._operators], **self._hints())

    def _linop_inverse(self) -> Any:
        return LinearOperatorBlockDiag([o.inverse() for o in self._operators], **self._hints())

    def _linop_cholesky(self) -> Any:
        parts = [o.cholesky() for o in self._operators]
        return LinearOperatorBlockDiag(parts, is_non_singular=True, is_square=True)

    def _paired(self, right: Any, method: str) -> Any:
        """Block by block; ``ValueError`` if the blocks do not fit each other."""
        if len(self._operators) != len(right.operators):
            raise ValueError(
                "Both operators must have equally many blocks, found "
                f"{len(self._operators)} and {len(right.operators)}."
            )
        pairs = zip(self._operators, right.operators, strict=True)
        non_singular = hints.both_non_singular(self, right)
        return LinearOperatorBlockDiag(
            [getattr(a, method)(b) for a, b in pairs], is_non_singular=non_singular, is_square=True
        )

    def _linop_matmul(self, left_operator: Any, right_operator: Any) -> Any:
        if isinstance(right_operator, LinearOperatorBlockDiag):
            return left_operator._paired(right_operator, "matmul")
        return super()._linop_matmul(left_operator, right_operator)

    def _linop_solve(self, left_operator: Any, right_operator: Any) -> Any:
        if isinstance(right_operator, LinearOperatorBlockDiag):
            return left_operator._paired(right_operator, "solve")
        return super()._linop_solve(left_operator, right_operator)

    def _matmul_blocks(self, x: list[Any], adjoint: bool, adjoint_arg: bool) -> list[Any]:
        pairs = zip(self._operators, x, strict=True)
        return [o.matmul(b, adjoint=adjoint, adjoint_arg=adjoint_arg) for o, b in pairs]

    def _solve_blocks(self, rhs: list[Any], adjoint: bool, adjoint_arg: bool) -> list[Any]:
        pairs = zip(self._operators, rhs, strict=True)
        return [o.solve(b, adjoint=adjoint, adjoint_arg=adjoint_arg) for o, b in pairs]

    def _determinant(self) -> Any:
        return product([o.determinant() for o in self._operators])

    def _to_dense(self) -> Any:
        blocks = broadcast([o.to_dense() for o in self._operators])
        widths = [dims(b)[-1] for b in blocks]
        rows = []
        for i, block in enumerate(blocks):
            around = [sum(widths[:i]), sum(widths[i + 1 :])]
            rows.append(tf.pad(block, [[0, 0]] * (block.shape.rank - 1) + [around]))
        return tf.concat(rows, axis=-2)

    def _assert_self_adjoint(self) -> Any:
        for part in self._operators:
            part.assert_self_adjoint()

    def _assert_positive_definite(self) -> Any:
        for part in self._operators:
            part.assert_positive_definite()
