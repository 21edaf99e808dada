"""The class that all linear operators are derived from."""

from __future__ import annotations

import abc
from typing import Any

from tensortape.core import dtypes
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dimension import Dimension
from tensortape.core.registry import export
from tensortape.core.tracking import AutoTrackable, CompositeTensor
from tensortape.core.variable import Variable
from tensortape.ops.linear_operator.algebra import OperatorAlgebra
from tensortape.ops.linear_operator.arrays import adjoint as adjoint_of
from tensortape.ops.linear_operator.arrays import broadcast
from tensortape.ops.linear_operator.hints import HINTS
from tensortape.ops.linear_operator.public import tf
from tensortape.ops.linear_operator.slicing import matrix_axes, sliced
from tensortape.ops.linear_operator.spec import LinearOperatorSpec


def arguments(local: dict[str, Any]) -> dict[str, Any]:
    """The arguments of a constructor, from ``locals()`` in its first line."""
    return {k: v for k, v in local.items() if k not in ("self", "__class__")}


@export("linalg.LinearOperator")
class LinearOperator(OperatorAlgebra, AutoTrackable, CompositeTensor, metaclass=abc.ABCMeta):
    """A batch of matrices known by what they do: ``matmul``, ``solve``, ``determinant``, ...

    Derive from it and give ``_shape`` (a ``tf.TensorShape``) and ``_matmul``; the rest is computed
    from the dense matrix until you override it: ``_shape_tensor``, ``_matvec``, ``_solve``,
    ``_determinant``, ``_log_abs_determinant``, ``_trace``, ``_diag_part``, ``_to_dense``,
    ``_add_to_tensor``, ``_eigvals``, ``_cond``, ``_assert_non_singular`` and its like,
    ``_linop_adjoint``, ``_linop_inverse``, ``_linop_cholesky``.

    >>> import tensortape as tf
    >>> class Reversal(tf.linalg.LinearOperator):
    ...     def __init__(self, n):
    ...         self._n = n
    ...         super().__init__(tf.float32, is_self_adjoint=True, parameters={"n": n})
    ...     def _shape(self):
    ...         return tf.TensorShape([self._n, self._n])
    ...     def _matmul(self, x, adjoint=False, adjoint_arg=False):
    ...         return tf.reverse(tf.linalg.adjoint(x) if adjoint_arg else x, axis=[-2])
    >>> Reversal(3).matvec([1.0, 2.0, 3.0]).numpy()
    array([3., 2., 1.], dtype=float32)
    >>> abs(float(Reversal(3).determinant()))
    1.0

    Args:
        dtype: of the entries, and of the arguments that ``matmul`` and its like accept.
        graph_parents: not used.
        is_non_singular, is_self_adjoint, is_positive_definite, is_square: hints, ``None`` if not
            known. They choose algorithms and are not checked; ``assert_non_singular()`` and its
            like check them.
        name: of the operator.
        parameters: the constructor's arguments, for ``parameters`` and slices of batches.

    Raises ``ValueError`` for hints that contradict each other.
    Source: ``tf.linalg.LinearOperator``.
    """

    __array_ufunc__ = None  # tensor @ operator is for the operator
    __iter__ = None
    _experimental_parameter_ndims_to_matrix_ndims: Any = matrix_axes()
    """How many axes of each array parameter belong to one matrix; 0 for parts (operators)."""

    def __init__(
        self,
        dtype: Any,
        graph_parents: Any = None,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str | None = None,
        parameters: dict[str, Any] | None = None,
    ) -> None:
        if is_positive_definite:
            if is_non_singular is False:
                raise ValueError("A positive definite matrix is always non-singular.")
            is_non_singular = True
        if is_square is False and (is_non_singular or is_self_adjoint):
            what = "non-singular" if is_non_singular else "self-adjoint"
            raise ValueError(f"A {what} matrix is always square.")
        self._square_hint = True if is_non_singular or is_self_adjoint else is_square
        self._dtype = dtypes.as_dtype(dtype) if dtype else dtype
        self._is_non_singular = is_non_singular
        self._is_self_adjoint = is_self_adjoint
        self._is_positive_definite = is_positive_definite
        self._parameters = dict(parameters or {})
        self._name = name or type(self).__name__

    def _start(self, given: dict[str, Any], dtype: Any, **implied: Any) -> None:
        """``__init__`` for a structure: its arguments, and the hints that the structure implies."""
        found = {hint: implied.get(hint, given.get(hint)) for hint in HINTS}
        name = implied.get("name", given.get("name"))
        LinearOperator.__init__(self, dtype, name=name, parameters=given, **found)

    @property
    def parameters(self) -> dict[str, Any]:
        """The arguments the operator was constructed with."""
        return dict(self._parameters)

    @property
    def dtype(self) -> Any:
        """The dtype of the entries."""
        return self._dtype

    @property
    def name(self) -> str:
        """The name given at construction."""
        return self._name

    @property
    def is_non_singular(self) -> bool | None:
        """Whether the operator is known to have an inverse."""
        return self._is_non_singular

    @property
    def is_self_adjoint(self) -> bool | None:
        """Whether the operator is known to equal its adjoint."""
        return self._is_self_adjoint

    @property
    def is_positive_definite(self) -> bool | None:
        """Whether the real part of ``x.H @ A @ x`` is known to be positive for all ``x``."""
        return self._is_positive_definite

    @property
    def is_square(self) -> bool | None:
        """Whether rows and columns are equally many, from the shape or else the hint."""
        rows, columns = self.range_dimension.value, self.domain_dimension.value
        same = None if rows is None or columns is None else rows == columns
        if self._square_hint is False and same:
            raise ValueError("User set is_square hint to False, but the operator was square.")
        return same if self._square_hint is None else self._square_hint

    def _hints(self) -> dict[str, Any]:
        return {hint: getattr(self, hint) for hint in HINTS}

    @property
    def variables(self) -> tuple[Any, ...]:
        """The variables among the parameters, those of parts included."""
        found = [v for v in tf.nest.flatten(self.parameters) if v is not None]
        parts = [v.variables if isinstance(v, LinearOperator) else (v,) for v in found]
        return tuple(v for part in parts for v in part if isinstance(v, Variable))

    @property
    def trainable_variables(self) -> tuple[Any, ...]:
        """The trainable ones of ``variables``."""
        return tuple(v for v in self.variables if v.trainable)

    @abc.abstractmethod
    def _shape(self) -> Any: ...

    @abc.abstractmethod
    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any: ...

    def _check_input_dtype(self, x: Any) -> None:
        if x.dtype != self.dtype:
            raise TypeError(
                f"Expected argument to have dtype {self.dtype}. Found: {x.dtype} in tensor {x}."
            )

    def _argument(self, x: Any, own_axis: int, axis: int) -> Any:
        """An argument as a tensor of the own dtype whose ``axis`` fits the operator."""
        x = convert_to_tensor(x)
        self._check_input_dtype(x)
        own = self.shape.dims
        Dimension(own[own_axis] if own else None).assert_is_compatible_with(x.shape[axis])
        return x

    def matmul(
        self, x: Any, adjoint: bool = False, adjoint_arg: bool = False, name: str = "matmul"
    ) -> Any:
        """The product with a matrix ``[..., columns, k]`` (``[..., k, columns]`` if adjoint).

        The product with another operator is an operator. Raises ``TypeError`` for another dtype,
        ``ValueError`` for a shape that does not fit.
        """
        if isinstance(x, LinearOperator):
            return self._linop_matmul_of(x, adjoint, adjoint_arg)
        x = self._argument(x, -2 if adjoint else -1, -1 if adjoint_arg else -2)
        return self._matmul(x, adjoint=adjoint, adjoint_arg=adjoint_arg)

    def _linop_matmul_of(self, x: Any, adjoint: bool, adjoint_arg: bool) -> Any:
        left, right = self._factors(x, adjoint, adjoint_arg)
        return left._linop_matmul(left, right)

    def __matmul__(self, other: Any) -> Any:
        return self.matmul(other)

    def __rmatmul__(self, other: Any) -> Any:
        return adjoint_of(self.matmul(convert_to_tensor(other), adjoint=True, adjoint_arg=True))

    def __tf_tensor__(self, dtype: Any = None, name: str | None = None) -> Any:
        return convert_to_tensor(self.to_dense(), dtype=dtype)

    def matvec(self, x: Any, adjoint: bool = False, name: str = "matvec") -> Any:
        """The product with a vector ``[..., columns]``."""
        return self._matvec(self._argument(x, -2 if adjoint else -1, -1), adjoint=adjoint)

    def _matvec(self, x: Any, adjoint: bool = False) -> Any:
        return tf.squeeze(self.matmul(tf.expand_dims(x, -1), adjoint=adjoint), -1)

    def solve(
        self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False, name: str = "solve"
    ) -> Any:
        """The ``x`` with ``operator @ x == rhs``, for ``rhs`` of shape ``[..., rows, k]``.

        For ``rhs`` an operator the solution is an operator. Raises ``NotImplementedError`` if the
        hints say singular or not square, ``TypeError`` for another dtype, ``ValueError`` for a
        shape that does not fit.
        """
        self._need_solvable()
        if isinstance(rhs, LinearOperator):
            left, right = self._factors(rhs, adjoint, adjoint_arg)
            return left._linop_solve(left, right)
        rhs = self._argument(rhs, -1 if adjoint else -2, -1 if adjoint_arg else -2)
        return self._solve(rhs, adjoint=adjoint, adjoint_arg=adjoint_arg)

    def _need_solvable(self) -> None:
        if self.is_non_singular is False:
            raise NotImplementedError(
                "Exact solve not implemented for an operator that is expected to be singular."
            )
        self._need_square("Exact solve")

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return self._dense_solve(rhs, adjoint=adjoint, adjoint_arg=adjoint_arg)

    def _dense_solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        matrix, rhs = broadcast([self.to_dense(), adjoint_of(rhs, adjoint_arg)])
        if self._can_use_cholesky():
            return tf.linalg.cholesky_solve(tf.linalg.cholesky(matrix), rhs)
        return tf.linalg.solve(matrix, rhs, adjoint=adjoint)

    def solvevec(self, rhs: Any, adjoint: bool = False, name: str = "solve") -> Any:
        """The ``x`` with ``operator @ x == rhs``, for vectors ``rhs`` of shape ``[..., rows]``."""
        return self._solvevec(self._argument(rhs, -1 if adjoint else -2, -1), adjoint=adjoint)

    def _solvevec(self, rhs: Any, adjoint: bool = False) -> Any:
        return tf.squeeze(self.solve(tf.expand_dims(rhs, -1), adjoint=adjoint), -1)

    def __getitem__(self, slices: Any) -> Any:
        """The operator for a part of the batch; ``slices`` are for the axes of the batch."""
        return sliced(self, slices, self._batch_list())

    @property
    def _type_spec(self) -> LinearOperatorSpec:
        return LinearOperatorSpec.from_value(self)
