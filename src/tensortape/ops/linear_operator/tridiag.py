"""``tf.linalg.LinearOperatorTridiag``."""

from __future__ import annotations

from typing import Any

from tensortape.core.convert import convert_to_tensor
from tensortape.core.registry import export
from tensortape.core.shapes import TensorShape
from tensortape.ops.linear_operator.arrays import adjoint as adjoint_of
from tensortape.ops.linear_operator.arrays import common_batch, conjugate, dims, kept
from tensortape.ops.linear_operator.assertions import assert_real
from tensortape.ops.linear_operator.base import LinearOperator, arguments
from tensortape.ops.linear_operator.public import tf

FORMATS = ("compact", "matrix", "sequence")


@export("linalg.LinearOperatorTridiag")
class LinearOperatorTridiag(LinearOperator):
    """A matrix with three diagonals: products and solutions in O(n).

    ``diagonals`` are upper, main and lower: one tensor ``[..., 3, n]`` ("compact"; the last upper
    and the first lower element are not read), three tensors ``[..., n]`` ("sequence"), or the
    matrix ``[..., n, n]`` ("matrix").

    >>> import tensortape as tf
    >>> operator = tf.linalg.LinearOperatorTridiag([[1.0, 0.0], [2.0, 3.0], [0.0, 4.0]])
    >>> operator.to_dense().numpy().tolist()
    [[2.0, 1.0], [4.0, 3.0]]
    >>> operator.solvevec([3.0, 7.0]).numpy().round(4)
    array([1., 1.], dtype=float32)

    Raises ``ValueError`` for another format. Source: ``tf.linalg.LinearOperatorTridiag``.
    """

    def __init__(
        self,
        diagonals: Any,
        diagonals_format: str = "compact",
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str = "LinearOperatorTridiag",
    ) -> None:
        given = arguments(locals())
        if diagonals_format not in FORMATS:
            raise ValueError(
                "Argument `diagonals_format` must be one of compact, matrix, or sequence. "
                f"Received : {diagonals_format}."
            )
        self._diagonals_format = diagonals_format
        if diagonals_format == "sequence":
            self._diagonals: Any = [kept(d) for d in diagonals]
            dtype = self._diagonals[0].dtype
        else:
            self._diagonals = kept(diagonals)
            dtype = self._diagonals.dtype
        self._start(given, dtype)

    @property
    def _experimental_parameter_ndims_to_matrix_ndims(self) -> Any:
        return {"diagonals": [1, 1, 1] if self._diagonals_format == "sequence" else 2}

    @property
    def diagonals(self) -> Any:
        """The diagonals, as they were given."""
        return self._diagonals

    @property
    def diagonals_format(self) -> str:
        """One of "compact", "matrix", "sequence"."""
        return self._diagonals_format

    def _shape(self) -> Any:
        if self._diagonals_format == "matrix":
            return self._diagonals.shape
        if self._diagonals_format == "compact":
            lead, n = self._diagonals.shape[:-2], self._diagonals.shape[-1]
        else:
            lead = common_batch([d.shape[:-1] for d in self._diagonals])
            n = self._diagonals[1].shape[-1]
        return lead.concatenate(TensorShape([n, n]))

    def _shape_tensor(self) -> Any:
        main = tf.shape(self._three()[1])
        return tf.concat([main, main[-1:]], 0)

    def _three(self) -> list[Any]:
        """Upper, main and lower diagonal, each ``[..., n]``, of one shape."""
        if self._diagonals_format == "sequence":
            found = [convert_to_tensor(d) for d in self._diagonals]
            if len({tuple(d.shape) for d in found}) == 1:
                return found
            lead = common_batch([d.shape[:-1] for d in found]).as_list()
            return [tf.broadcast_to(d, [*lead, d.shape[-1]]) for d in found]
        compact = self._diagonals
        if self._diagonals_format == "matrix":
            compact = tf.linalg.diag_part(compact, k=(-1, 1), align="LEFT_RIGHT")
        return tf.unstack(compact, num=3, axis=-2)

    def _compact(self, adjoint: bool = False) -> Any:
        """The diagonals as one tensor ``[..., 3, n]``, those of the adjoint if wanted."""
        upper, main, lower = self._three()
        if adjoint:
            flipped = (tf.roll(lower, -1, -1), main, tf.roll(upper, 1, -1))
            upper, main, lower = (conjugate(d) for d in flipped)
        elif self._diagonals_format == "compact":
            return convert_to_tensor(self._diagonals)
        return tf.stack([upper, main, lower], axis=-2)

    def _assert_self_adjoint(self) -> Any:
        upper, main, lower = self._three()
        assert_real(main, "The diagonal is not real: not self-adjoint.")
        return tf.debugging.assert_equal(
            conjugate(lower[..., 1:]), upper[..., :-1],
            message="The lower diagonal is not the conjugate of the upper one: not self-adjoint.",
        )  # fmt: skip

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return tf.linalg.tridiagonal_matmul(self._compact(adjoint), adjoint_of(x, adjoint_arg))

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        rhs, diagonals = adjoint_of(rhs, adjoint_arg), self._compact(adjoint)
        lead = common_batch([diagonals.shape[:-2], rhs.shape[:-2]]).as_list()
        return tf.linalg.tridiagonal_solve(
            tf.broadcast_to(diagonals, [*lead, *dims(diagonals)[-2:]]),
            tf.broadcast_to(rhs, [*lead, *dims(rhs)[-2:]]),
        )

    def _diag_part(self) -> Any:
        return self._three()[1]

    def _to_dense(self) -> Any:
        if self._diagonals_format == "matrix":
            return convert_to_tensor(self._diagonals)
        return tf.linalg.diag(self._compact(), k=(-1, 1), align="LEFT_RIGHT")
