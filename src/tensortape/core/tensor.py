"""The tensor: an immutable array with an identity that tapes know it by.

Operators are attached by ``core.operators`` once the operations exist; a tensor knows none.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core import dtypes, formatting
from tensortape.core.shapes import TensorShape
from tensortape.core.state import next_id
from tensortape.core.tracking import TensorLike


class Tensor(TensorLike):
    """A multidimensional array of elements of one type, as ``tf.Tensor``.

    Tensors come from ``tf.constant``, ``tf.convert_to_tensor`` and operations; they are not
    constructed directly. Values are never changed in place.

    Source: ``tf.Tensor``.
    """

    __slots__ = ("__dict__", "__weakref__", "_a", "_id")
    __array_priority__ = 100

    _a: Any
    _id: int

    def __init__(self, array: Any) -> None:
        self._a = array
        self._id = next_id()

    @property
    def dtype(self) -> dtypes.DType:
        """The element type."""
        return dtypes.from_numpy(self._a.dtype)

    @property
    def shape(self) -> TensorShape:
        """The static shape."""
        return TensorShape(self._a.shape)

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self._a.ndim

    def get_shape(self) -> TensorShape:
        """The shape, as a method (TensorFlow 1 habit)."""
        return self.shape

    def __hash__(self) -> int:
        raise TypeError("Tensor is unhashable. Instead, use tensor.ref() as the key.")

    def ref(self) -> Reference:
        """A hashable reference to this tensor, for sets and dictionaries."""
        return Reference(self)

    def experimental_ref(self) -> Reference:
        """As :meth:`ref`."""
        return Reference(self)


_new = object.__new__


def eager(array: Any) -> EagerTensor:
    """``EagerTensor(array)``, made in half the time."""
    tensor = _new(EagerTensor)
    tensor._a = array
    tensor._id = next_id()
    return tensor


def _restored(array: Any) -> EagerTensor:
    """A pickled tensor, brought back without asking for the module its class claims to be from."""
    return EagerTensor(array)


class EagerTensor(Tensor):
    """A tensor whose value is known now."""

    __slots__ = ()

    def numpy(self) -> Any:
        """The value as a NumPy array (a copy), or a NumPy scalar for a 0-d tensor."""
        a = self._a
        if isinstance(a, np.ndarray):
            return a.copy() if a.ndim else a[()]
        return a

    def _numpy(self) -> Any:
        return self._a

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        array = np.asarray(self._a)
        if dtype is not None and array.dtype != dtype:
            return array.astype(dtype)
        if copy is False:
            view = array.view()
            view.flags.writeable = False
            return view
        return array.copy()

    def __str__(self) -> str:
        return formatting.tensor_str(self._a, self.dtype.name)

    def __repr__(self) -> str:
        return formatting.tensor_repr(self._a, self.dtype.name)

    def __format__(self, spec: str) -> str:
        return formatting.format_value(self._a, spec)

    def __bool__(self) -> bool:
        if self._a.size != 1:
            raise ValueError(
                "The truth value of an array with more than one element is ambiguous. "
                f"Received a tensor of shape {tuple(self._a.shape)}; use tf.reduce_any() or "
                "tf.reduce_all()."
            )
        if self._a.ndim == 0:
            return bool(self._a)
        return bool(np.asarray(self._a).reshape(()))

    def _scalar(self) -> Any:
        if self._a.ndim:
            raise (
                TypeError("only length-1 arrays can be converted to Python scalars")
                if (self._a.size != 1)
                else TypeError("only 0-dimensional arrays can be converted to Python scalars")
            )
        return self._a

    def __int__(self) -> int:
        return int(self._scalar())

    def __float__(self) -> float:
        return float(self._scalar())

    def __complex__(self) -> complex:
        return complex(self._scalar())

    def __index__(self) -> int:
        a = self._scalar()
        if a.dtype.kind not in "iu":
            raise TypeError(
                f"only integer scalar arrays can be converted to a scalar index, got {a.dtype}"
            )
        return int(a)

    def __len__(self) -> int:
        if self._a.ndim == 0:
            raise TypeError("Scalar tensor has no `len()`")
        return self._a.shape[0]

    def __reduce__(self) -> Any:
        return _restored, (self._a,)

    def __copy__(self) -> EagerTensor:
        return self

    def __deepcopy__(self, memo: Any) -> EagerTensor:
        return EagerTensor(np.array(self._a, copy=True)[()])

    @property
    def device(self) -> str:
        """Where the value lives."""
        return "/job:localhost/replica:0/task:0/device:CPU:0"

    @property
    def backing_device(self) -> str:
        """Where the value lives."""
        return self.device

    def cpu(self) -> EagerTensor:
        """The tensor itself: values are in the main memory."""
        return self

    @property
    def is_packed(self) -> bool:
        """Whether values of several devices are packed together: no."""
        return False

    def set_shape(self, shape: Any) -> None:
        """Check that ``shape`` is compatible; a known shape cannot change.

        Raises ``ValueError`` when it is not.
        """
        if not self.shape.is_compatible_with(shape):
            raise ValueError(
                f"Tensor's shape {self.shape} is not compatible with supplied shape "
                f"{TensorShape(shape)}."
            )

    @property
    def name(self) -> str:
        """The name."""
        raise AttributeError("Tensor.name is undefined when eager execution is enabled.")

    @property
    def op(self) -> Any:
        """Undefined for eager tensors."""
        raise AttributeError("Tensor.op is undefined when eager execution is enabled.")

    @property
    def graph(self) -> Any:
        """Undefined while operations run eagerly."""
        raise AttributeError("Tensor.graph is undefined when eager execution is enabled.")


class Reference:
    """Hashable handle of a tensor or variable; equal when both mean the same object."""

    __slots__ = ("_wrapped",)

    def __init__(self, wrapped: Any) -> None:
        self._wrapped = wrapped

    def deref(self) -> Any:
        """The tensor or variable itself."""
        return self._wrapped

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Reference) and self._wrapped is other._wrapped

    def __hash__(self) -> int:
        return id(self._wrapped)

    def __repr__(self) -> str:
        return f"<Reference wrapping {self._wrapped!r}>"


# Code in the wild (Keras among it) recognises tensors by these module names.
Tensor.__module__ = "tensorflow.python.framework.tensor"
EagerTensor.__module__ = "tensorflow.python.framework.ops"
