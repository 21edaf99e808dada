"""What operators made of blocks share: arguments given whole or block by block."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tensortape.core.convert import convert_to_tensor
from tensortape.core.dimension import Dimension
from tensortape.ops.linear_operator.arrays import joined, joined_vectors
from tensortape.ops.linear_operator.base import LinearOperator
from tensortape.ops.linear_operator.composition import total
from tensortape.ops.linear_operator.public import tf


def given_in_blocks(dimensions: Sequence[Dimension], x: Any, axis: int) -> bool:
    """Whether an argument is a list with one array per block; ``ValueError`` if it fits nothing.

    A nested list of numbers can be either; the lengths along ``axis`` decide.
    """
    if not isinstance(x, (list, tuple)) or len(x) != len(dimensions):
        return False
    found = [convert_to_tensor(block) for block in x]
    if any(b.shape.rank is not None and b.shape.rank < -axis for b in found):
        return False  # rows of one matrix, numbers of one vector
    if not any(tf.nest.is_nested(block) for block in x):
        return True
    lengths = [b.shape[axis] for b in found]
    own = [d.value for d in dimensions]
    if all(n is None or n == m for n, m in zip(own, lengths, strict=True)):
        return True
    if len(set(lengths)) == 1 and lengths[0] >= sum(n or 0 for n in own):
        return False
    raise ValueError(
        f"Input dimension does not match operator dimension: blocks have {own}, received {lengths}."
    )


class BlockOperator(LinearOperator):
    """An operator with square or rectangular blocks, those on the diagonal in ``_diagonal``."""

    _diagonal: list[Any]

    def _rows(self) -> list[Dimension]:
        return [o.range_dimension for o in self._diagonal]

    def _cols(self) -> list[Dimension]:
        return [o.domain_dimension for o in self._diagonal]

    def _split(self, x: Any, dimensions: list[Dimension], axis: int) -> list[Any]:
        return tf.split(x, [d.value for d in dimensions], axis=axis)

    def _checked(self, blocks: Any, dimensions: list[Dimension], axis: int) -> list[Any]:
        """The blocks as tensors of the own dtype that fit."""
        found = []
        for block, dimension in zip(blocks, dimensions, strict=True):
            block = convert_to_tensor(block)
            self._check_input_dtype(block)
            dimension.assert_is_compatible_with(block.shape[axis])
            found.append(block)
        return found

    def _matmul_blocks(self, x: list[Any], adjoint: bool, adjoint_arg: bool) -> list[Any]:
        raise NotImplementedError

    def _solve_blocks(self, rhs: list[Any], adjoint: bool, adjoint_arg: bool) -> list[Any]:
        raise NotImplementedError

    def matmul(
        self, x: Any, adjoint: bool = False, adjoint_arg: bool = False, name: str = "matmul"
    ) -> Any:
        """The product with a matrix, an operator, or a list of matrices, one for each block.

        A list gives a list.
        """
        axis = -1 if adjoint_arg else -2
        dimensions = self._rows() if adjoint else self._cols()
        if given_in_blocks(dimensions, x, axis):
            return self._matmul_blocks(self._checked(x, dimensions, axis), adjoint, adjoint_arg)
        return super().matmul(x, adjoint, adjoint_arg)

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        blocks = self._split(
            x, self._rows() if adjoint else self._cols(), -1 if adjoint_arg else -2
        )
        return joined(self._matmul_blocks(blocks, adjoint, adjoint_arg))

    def matvec(self, x: Any, adjoint: bool = False, name: str = "matvec") -> Any:
        """The product with a vector, or with a list of vectors, one for each block."""
        dimensions = self._rows() if adjoint else self._cols()
        if not given_in_blocks(dimensions, x, -1):
            return super().matvec(x, adjoint)
        columns = [tf.expand_dims(b, -1) for b in self._checked(x, dimensions, -1)]
        return [tf.squeeze(y, -1) for y in self._matmul_blocks(columns, adjoint, False)]

    def solve(
        self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False, name: str = "solve"
    ) -> Any:
        """The solution for a matrix, an operator, or a list of matrices, one for each block."""
        axis = -1 if adjoint_arg else -2
        dimensions = self._cols() if adjoint else self._rows()
        if given_in_blocks(dimensions, rhs, axis):
            self._need_solvable()
            return self._solve_blocks(self._checked(rhs, dimensions, axis), adjoint, adjoint_arg)
        return super().solve(rhs, adjoint, adjoint_arg)

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        axis = -1 if adjoint_arg else -2
        blocks = self._split(rhs, self._cols() if adjoint else self._rows(), axis)
        return joined(self._solve_blocks(blocks, adjoint, adjoint_arg))

    def solvevec(self, rhs: Any, adjoint: bool = False, name: str = "solve") -> Any:
        """The solution for a vector, or for a list of vectors, one for each block."""
        dimensions = self._cols() if adjoint else self._rows()
        if not given_in_blocks(dimensions, rhs, -1):
            return super().solvevec(rhs, adjoint)
        self._need_solvable()
        columns = [tf.expand_dims(b, -1) for b in self._checked(rhs, dimensions, -1)]
        return [tf.squeeze(y, -1) for y in self._solve_blocks(columns, adjoint, False)]

    def _need_square_blocks(self, what: str) -> None:
        if not all(o.is_square for o in self._diagonal):
            shapes = [o.shape for o in self._diagonal]
            raise NotImplementedError(f"{what} is for square blocks, received shapes {shapes}.")

    def _log_abs_determinant(self) -> Any:
        return total([o.log_abs_determinant() for o in self._diagonal])

    def _trace(self) -> Any:
        self._need_square_blocks("`trace`")
        return total([o.trace() for o in self._diagonal])

    def _diag_part(self) -> Any:
        self._need_square_blocks("`diag_part`")
        return joined_vectors([o.diag_part() for o in self._diagonal])

    def _eigvals(self) -> Any:
        self._need_square_blocks("`eigvals`")
        return joined_vectors([o.eigvals() for o in self._diagonal])

    def _assert_non_singular(self) -> Any:
        for part in self._diagonal:
            part.assert_non_singular()
