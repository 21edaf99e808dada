"""``tf.linalg.LinearOperatorBlockLowerTriangular``."""

from __future__ import annotations

from typing import Any

from tensortape.core.registry import export
from tensortape.core.shapes import TensorShape
from tensortape.ops.linear_operator import hints
from tensortape.ops.linear_operator.arrays import adjoint as adjoint_of
from tensortape.ops.linear_operator.arrays import broadcast, common_batch, dims
from tensortape.ops.linear_operator.base import arguments
from tensortape.ops.linear_operator.blocks import BlockOperator
from tensortape.ops.linear_operator.composition import batch_of_all, product, total
from tensortape.ops.linear_operator.full_matrix import LinearOperatorFullMatrix
from tensortape.ops.linear_operator.public import tf


@export("linalg.LinearOperatorBlockLowerTriangular")
class LinearOperatorBlockLowerTriangular(BlockOperator):
    """A lower triangular matrix of blocks: row ``i`` of ``operators`` has ``i + 1`` of them.

    Systems are solved by forward substitution with the blocks on the diagonal.

    >>> import tensortape as tf
    >>> eye = tf.linalg.LinearOperatorIdentity(1)
    >>> below = tf.linalg.LinearOperatorFullMatrix([[2.0]])
    >>> operator = tf.linalg.LinearOperatorBlockLowerTriangular([[eye], [below, eye]])
    >>> operator.to_dense().numpy().tolist()
    [[1.0, 0.0], [2.0, 1.0]]
    >>> operator.solvevec([1.0, 5.0]).numpy()
    array([1., 3.], dtype=float32)

    Raises ``ValueError`` for rows of other lengths, blocks that do not fit or hints that deny what
    follows from them, ``TypeError`` for different dtypes.
    Source: ``tf.linalg.LinearOperatorBlockLowerTriangular``.
    """

    def __init__(
        self,
        operators: Any,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str = "LinearOperatorBlockLowerTriangular",
    ) -> None:
        given = arguments(locals())
        self._operators = [list(row) for row in operators]
        dtype = hints.one_dtype([o for row in self._operators for o in row])
        _check(self._operators)
        self._diagonal = [row[-1] for row in self._operators]
        self._start(
            given, dtype,
            is_non_singular=self._non_singular(is_non_singular),
            is_square=hints.always("is_square", is_square, True, "Triangular operators are square"),
        )  # fmt: skip

    def _non_singular(self, given: bool | None) -> bool | None:
        """What the blocks on the diagonal say."""
        known = {o.is_non_singular for o in self._diagonal}
        what = "It is non-singular if and only if the operators on the diagonal are"
        if known == {True} or False in known:
            return hints.always("is_non_singular", given, known == {True}, what)
        return given

    @property
    def _experimental_parameter_ndims_to_matrix_ndims(self) -> Any:
        return {"operators": [[0] * len(row) for row in self._operators]}

    @property
    def operators(self) -> list[list[Any]]:
        """The blocks, row by row."""
        return self._operators

    def _all(self) -> list[Any]:
        return [o for row in self._operators for o in row]

    def _shape(self) -> Any:
        lead = common_batch([o.batch_shape for o in self._all()])
        return lead.concatenate(TensorShape([sum(self._rows()), sum(self._cols())]))

    def _shape_tensor(self) -> Any:
        n = sum(o.domain_dimension_tensor() for o in self._diagonal)
        return tf.concat([batch_of_all(self._all()), [n, n]], 0)

    def _linop_inverse(self) -> Any:
        """Row by row: the last is ``-inverse(D) @ [B...] @ inverse(rows above), inverse(D)``."""
        corner = self._operators[-1][-1].inverse()
        if len(self._operators) == 1:
            return LinearOperatorBlockLowerTriangular([[corner]], **self._hints())
        above = LinearOperatorBlockLowerTriangular(self._operators[:-1]).inverse().operators
        row = []
        for i in range(len(above)):
            terms = [
                self._operators[-1][j].matmul(above[j][i].to_dense()) for j in range(i, len(above))
            ]
            row.append(LinearOperatorFullMatrix(-corner.matmul(total(terms))))
        return LinearOperatorBlockLowerTriangular([*above, [*row, corner]], **self._hints())

    def _matmul_blocks(self, x: list[Any], adjoint: bool, adjoint_arg: bool) -> list[Any]:
        x = [adjoint_of(b, adjoint_arg) for b in x]
        n = len(self._operators)
        if adjoint:
            pairs = [[(self._operators[j][i], x[j]) for j in range(i, n)] for i in range(n)]
        else:
            pairs = [[(self._operators[i][j], x[j]) for j in range(i + 1)] for i in range(n)]
        return [total([o.matmul(b, adjoint=adjoint) for o, b in row]) for row in pairs]

    def _solve_blocks(self, rhs: list[Any], adjoint: bool, adjoint_arg: bool) -> list[Any]:
        """Substitution, forward (for the adjoint backward)."""
        rhs = [adjoint_of(b, adjoint_arg) for b in rhs]
        found: dict[int, Any] = {}
        n = len(rhs)
        for i in reversed(range(n)) if adjoint else range(n):
            y = rhs[i]
            for j, known in found.items():
                block = self._operators[max(i, j)][min(i, j)]
                y = y - block.matmul(known, adjoint=adjoint)
            found[i] = self._diagonal[i].solve(y, adjoint=adjoint)
        return [found[i] for i in range(n)]

    def _determinant(self) -> Any:
        if all(o.is_positive_definite for o in self._diagonal):
            return tf.exp(self._log_abs_determinant())
        return product([o.determinant() for o in self._diagonal])

    def _to_dense(self) -> Any:
        blocks = iter(broadcast([o.to_dense() for o in self._all()]))
        whole = self._columns()
        rows = []
        for row in self._operators:
            joined_row = tf.concat([next(blocks) for _ in row], axis=-1)
            after = [0, whole - dims(joined_row)[-1]]
            rows.append(tf.pad(joined_row, [[0, 0]] * (joined_row.shape.rank - 1) + [after]))
        return tf.concat(rows, axis=-2)


def _check(operators: list[list[Any]]) -> None:
    for i, row in enumerate(operators):
        if len(row) != i + 1:
            raise ValueError(
                f"Argument `operators[{i}]` must contain `{i + 1}` blocks. "
                f"Received: {len(row)} blocks."
            )
        if row[-1].is_square is False:
            raise ValueError(
                f"Blocks on the diagonal must be square: operators[{i}][-1] has shape "
                f"{row[-1].shape}."
            )
        for j in range(i):
            _fit(row[j], operators[i - 1][j], "domain_dimension", f"[{i}][{j}]", f"[{i - 1}][{j}]")
            _fit(row[j], row[j + 1], "range_dimension", f"[{i}][{j}]", f"[{i}][{j + 1}]")


def _fit(a: Any, b: Any, what: str, where: str, other: str) -> None:
    n, m = getattr(a, what).value, getattr(b, what).value
    if None not in (n, m) and n != m:
        raise ValueError(
            f"Argument `operators{where}.{what}` ({n}) must be the same as "
            f"`operators{other}.{what}` ({m})."
        )
