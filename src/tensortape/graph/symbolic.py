"""Symbolic tensors: the results of operations while a graph is built."""

from __future__ import annotations

from typing import Any

from tensortape.arrays.abstract import Abstract
from tensortape.core import errors
from tensortape.core.tensor import EagerTensor, Tensor
from tensortape.ops.layout.attributes import STATIC_VALUE


class SymbolicTensor(Tensor):
    """A tensor without a value: shape and dtype are known, as far as they are."""

    __slots__ = ("_graph", "_name", "_operation")

    _name: str
    _operation: Any
    _graph: Any

    @property
    def name(self) -> str:
        """Name of the operation and index among its outputs, ``"add:0"``."""
        return self._name

    @property
    def op(self) -> Any:
        """The operation that computes it."""
        return self._operation

    @property
    def graph(self) -> Any:
        """The graph it belongs to."""
        return self._graph

    def set_shape(self, shape: Any) -> None:
        """Check that ``shape`` is compatible with what is known.

        Raises ``ValueError`` when it is not.
        """
        self.shape.assert_is_compatible_with(shape)

    def _refuse(self, what: str) -> Any:
        return errors.OperatorNotAllowedInGraphError(
            f"Using a symbolic `tf.Tensor` as a Python `{what}` is not allowed: {self!r} has no "
            f"value "
            "while a graph is built. Use tf.cond, tf.where or tf.while_loop."
        )

    def __bool__(self) -> bool:
        raise self._refuse("bool")

    def __int__(self) -> int:
        raise self._refuse("int")

    def __float__(self) -> float:
        raise self._refuse("float")

    def __index__(self) -> int:
        raise self._refuse("int")

    def __len__(self) -> int:
        raise TypeError(
            f"len is not well defined for a symbolic Tensor ({self._name}). Please call "
            f"`x.shape` rather than "
            "`len(x)` for shape information."
        )

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(
            f"Cannot convert a symbolic tf.Tensor ({self._name}) to a numpy array. This error "
            f"may indicate "
            "that you're trying to pass a Tensor to a NumPy call, which is not supported."
        )

    def __repr__(self) -> str:
        return f"<tf.Tensor {self._name!r} shape={self.shape} dtype={self.dtype.name}>"

    def __str__(self) -> str:
        return f'Tensor("{self._name}", shape={self.shape}, dtype={self.dtype.name})'


SymbolicTensor.__module__ = "tensorflow.python.framework.ops"
SymbolicTensor.__name__ = SymbolicTensor.__qualname__ = "SymbolicTensor"


def make_tensor(value: Any) -> Tensor:
    """The tensor of a result: symbolic if it is abstract, else its value (constants fold)."""
    if not isinstance(value, Abstract):
        return EagerTensor(value)
    tensor = SymbolicTensor(value)
    tensor._name, tensor._operation, tensor._graph = "unnamed:0", None, None
    return tensor


def _known_ints(tensor: Any) -> Any:
    """Integers of a symbolic tensor, those that depend on unknown dimensions as such."""
    value = tensor._a
    if isinstance(value, Abstract) and value.dtype.kind in "iu" and None not in value.shape:
        ints = value.ints()
        return ints if value.ndim else ints[0]
    return None


STATIC_VALUE.append(_known_ints)
