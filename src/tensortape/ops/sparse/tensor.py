"""``tf.SparseTensor`` and its conversion to and from dense tensors."""

from __future__ import annotations

from typing import Any

from tensortape.core.convert import convert_to_tensor
from tensortape.core.formatting import sparse_str
from tensortape.core.public import tensor
from tensortape.core.registry import PUBLIC, export
from tensortape.core.shapes import TensorShape
from tensortape.core.specs import type_spec_from_value
from tensortape.core.tensor import EagerTensor, Tensor
from tensortape.core.tracking import CompositeTensor
from tensortape.ops.sparse.finding import find


@export("SparseTensor", "sparse.SparseTensor")
class SparseTensor(CompositeTensor):
    """A tensor given by its non-zero elements: indices (n, rank), values (n,), dense shape.

    >>> import tensortape as tf
    >>> s = tf.SparseTensor([[0, 1]], [5.0], [2, 2])
    >>> tf.sparse.to_dense(s).numpy()
    array([[0., 5.],
           [0., 0.]], dtype=float32)

    Raises ``ValueError`` when the three parts do not fit. Source: ``tf.SparseTensor``.
    """

    __array_ufunc__ = None  # tensors leave ``tensor * sparse`` to this class
    _said: Any = None
    """What is known of the shape of one that has no values yet."""

    def __init__(self, indices: Any, values: Any, dense_shape: Any) -> None:
        self._indices = convert_to_tensor(indices, dtype="int64")
        self._values = tensor(values)
        if isinstance(dense_shape, TensorShape):
            dense_shape = dense_shape.as_list()
        self._dense_shape = convert_to_tensor(dense_shape, dtype="int64")
        if self._indices.ndim != 2 or self._values.ndim != 1 or self._dense_shape.ndim != 1:
            raise ValueError(
                "A SparseTensor needs indices of shape (n, rank), values (n,) and dense_shape "
                "(rank,), "
                f"received {self._indices.shape}, {self._values.shape} and "
                f"{self._dense_shape.shape}."
            )
        self._indices.shape[:1].assert_is_compatible_with(self._values.shape)
        self._indices.shape[1:].assert_is_compatible_with(self._dense_shape.shape)

    @property
    def indices(self) -> Any:
        """Where the elements are, shape (n, rank)."""
        return self._indices

    @property
    def values(self) -> Any:
        """The elements, shape (n,)."""
        return self._values

    @property
    def dense_shape(self) -> Any:
        """The shape of the whole, as a tensor."""
        return self._dense_shape

    @property
    def dtype(self) -> Any:
        """The element type."""
        return self._values.dtype

    @property
    def shape(self) -> TensorShape:
        """The static shape."""
        if type(self._dense_shape) is EagerTensor:
            return TensorShape(self._dense_shape.numpy().tolist())
        said = self._said or TensorShape([None] * (self._dense_shape.shape[0] or 0))
        if self._dense_shape.shape[0] is None:
            return self._said or TensorShape(None)
        value = self._dense_shape._a
        if not value.derived:
            return said
        sizes = value.ints(self._dense_shape)
        return said.merge_with([n if type(n) is int else None for n in sizes])

    def get_shape(self) -> TensorShape:
        """The shape, as a method."""
        return self.shape

    def set_shape(self, shape: Any) -> None:
        """Say what is known of the shape besides; ``ValueError`` when it contradicts."""
        self.shape.assert_is_compatible_with(shape)
        self._said = self.shape.merge_with(shape)

    def with_values(self, new_values: Any) -> SparseTensor:
        """The same places with other values."""
        made = SparseTensor(self._indices, new_values, self._dense_shape)
        made._said = self._said
        return made

    @property
    def rank(self) -> int | None:
        """The number of axes."""
        return self.shape.rank

    @property
    def _type_spec(self) -> Any:
        return type_spec_from_value(self)

    @property
    def device(self) -> str:
        """Where the values are."""
        return self._values.device

    def __mul__(self, other: Any) -> SparseTensor:
        return self._with_dense("math.multiply", other)

    def __rmul__(self, other: Any) -> Any:
        return self * other if isinstance(other, Tensor) else NotImplemented

    def __truediv__(self, other: Any) -> SparseTensor:
        return self._with_dense("math.truediv", other)

    def _with_dense(self, name: str, other: Any) -> SparseTensor:
        """``values <op> other`` at the places there are; ``other`` broadcasts to the whole."""
        other = convert_to_tensor(other, dtype_hint=self.dtype)
        if other.ndim:
            whole = PUBLIC["broadcast_to"](other, self._dense_shape)
            other = PUBLIC["gather_nd"](whole, self._indices)
        return self.with_values(PUBLIC[name](self._values, other))

    def _elementwise(self, function: Any, operands: tuple[Any, ...]) -> Any:
        """``function`` of the values, for the functions of one tensor."""
        if len(operands) > 1:
            return NotImplemented
        return self.with_values(function(self._values))

    def __reduce__(self) -> Any:
        return _restored, (self._indices, self._values, self._dense_shape)

    def __str__(self) -> str:
        return sparse_str(
            "SparseTensor", str(self._indices), str(self._values), str(self._dense_shape)
        )

    __repr__ = __str__


def _restored(indices: Any, values: Any, dense_shape: Any) -> SparseTensor:
    """A pickled one, brought back without the module its class claims to be from."""
    return SparseTensor(indices, values, dense_shape)


SparseTensor.__module__ = "tensorflow.python.framework.sparse_tensor"


@export("sparse.to_dense")
def to_dense(sp_input, default_value=None, validate_indices=True, name=None):
    """The dense tensor with ``default_value`` (0) where ``sp_input`` has no element.

    Raises ``TypeError`` for what is no sparse tensor, ``InvalidArgumentError`` for places out of
    bounds or given twice. Source: ``tf.sparse.to_dense``.
    """
    need_sparse(sp_input)
    indices, shape = sp_input.indices, sp_input.dense_shape
    if validate_indices:
        (indices,) = find("checked", (indices, shape))
    if sp_input.dtype.name == "string":
        return _text(sp_input, indices, b"" if default_value is None else default_value)
    dense = PUBLIC["scatter_nd"](indices, sp_input.values, shape)
    dense.set_shape(sp_input.shape)
    if default_value is None:
        return dense
    places = PUBLIC["scatter_nd"](indices, PUBLIC["ones_like"](sp_input.values), shape)
    default = convert_to_tensor(default_value, dtype=sp_input.dtype)
    return PUBLIC["where"](
        PUBLIC["not_equal"](places, PUBLIC["zeros_like"](places)), dense, default
    )


def _text(sp_input: Any, indices: Any, default: Any) -> Any:
    """Texts are looked up by their number, which is put in their place."""
    values = PUBLIC["concat"]([[convert_to_tensor(default)], sp_input.values], 0)
    count = PUBLIC["range"](1, PUBLIC["size"](sp_input.values) + 1)
    where = PUBLIC["scatter_nd"](indices, count, sp_input.dense_shape)
    dense = PUBLIC["gather"](values, where)
    dense.set_shape(sp_input.shape)
    return dense


@export("sparse.from_dense")
def from_dense(tensor, name=None):
    """The sparse tensor of the elements that are neither zero nor an empty text.

    Source: ``tf.sparse.from_dense``.
    """
    dense = convert_to_tensor(tensor)
    empty = convert_to_tensor("" if dense.dtype.name == "string" else 0, dtype=dense.dtype)
    indices = PUBLIC["where"](PUBLIC["not_equal"](dense, empty))
    values = PUBLIC["gather_nd"](dense, indices)
    made = SparseTensor(indices, values, PUBLIC["shape"](dense, out_type="int64"))
    made._said = None if type(made._dense_shape) is EagerTensor else dense.shape
    return made


def need_sparse(value: Any) -> None:
    """``TypeError`` for what is no sparse tensor."""
    if not isinstance(value, SparseTensor):
        raise TypeError(
            f"Input must be a SparseTensor, received {type(value).__name__}: {value!r:.100}"
        )
