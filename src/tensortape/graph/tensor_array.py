"""``tf.TensorArray``: a list of tensors that grows as it is written."""

from __future__ import annotations

from typing import Any

from tensortape.core import errors
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dtypes import as_dtype
from tensortape.core.registry import PUBLIC, export
from tensortape.core.shapes import TensorShape
from tensortape.core.state import state
from tensortape.ops.layout.attributes import one_int

TRACED: list[Any] = []
"""The class of arrays made while a function is traced; set by ``graph/traced_array.py``."""


@export("TensorArray")
class TensorArray:
    """Write-once list of tensors of one dtype, for loops.

    >>> import tensortape as tf
    >>> ta = tf.TensorArray(tf.float32, size=2)
    >>> ta = ta.write(0, 1.0).write(1, 2.0)
    >>> ta.stack().numpy()
    array([1., 2.], dtype=float32)

    Source: ``tf.TensorArray``.
    """

    def __new__(cls, *args: Any, **kwargs: Any) -> TensorArray:
        """An array of the kind that is needed: one of a graph while a function is traced."""
        if cls is TensorArray and state.graph is not None and state.graph.building_function:
            return object.__new__(TRACED[0])
        return object.__new__(cls)

    def __init__(
        self,
        dtype: Any,
        size: Any = None,
        dynamic_size: bool | None = None,
        clear_after_read: bool | None = None,
        tensor_array_name: str | None = None,
        handle: Any = None,
        flow: Any = None,
        infer_shape: bool = True,
        element_shape: Any = None,
        colocate_with_first_write_call: bool = True,
        name: str | None = None,
    ) -> None:
        self._dtype = as_dtype(dtype)
        count = 0 if size is None else one_int(size)
        self._dynamic = bool(dynamic_size)
        self._clear = True if clear_after_read is None else clear_after_read
        self._shape = TensorShape(None if element_shape is None else element_shape)
        self._infer = infer_shape
        self._items: list[Any] = [None] * count
        self._cleared: set[int] = set()

    @property
    def dtype(self) -> Any:
        """The element type."""
        return self._dtype

    @property
    def dynamic_size(self) -> bool:
        """Whether writing beyond the end makes the array longer."""
        return self._dynamic

    @property
    def element_shape(self) -> TensorShape:
        """The shape of an element, as far as it is known."""
        return self._shape

    @property
    def handle(self) -> None:
        """There is no handle while operations run eagerly: ``None``."""
        return None

    @property
    def flow(self) -> Any:
        """A scalar that stands for the state in graphs."""
        return convert_to_tensor(0.0)

    def identity(self) -> TensorArray:
        """The array itself."""
        return self

    def size(self, name: str | None = None) -> Any:
        """The number of elements, as an int32 scalar."""
        return convert_to_tensor(len(self._items), dtype="int32")

    def close(self, name: str | None = None) -> None:
        """Drop the elements."""
        self._items = []

    def write(self, index: Any, value: Any, name: str | None = None) -> TensorArray:
        """Put ``value`` at ``index``; returns the array.

        Raises ``OutOfRangeError`` beyond the end (unless ``dynamic_size``),
        ``InvalidArgumentError`` for another dtype, ``ValueError`` for a shape that does not fit.
        """
        i = one_int(index)
        if i < 0 or (i >= len(self._items) and not self._dynamic):
            raise errors.OutOfRangeError(
                None,
                None,
                f"Tried to write to index {i} but array is not resizeable and size is: "
                f"{len(self._items)}",
            )
        tensor = self._fit(value)
        self._items.extend([None] * (i + 1 - len(self._items)))
        self._items[i] = tensor
        return self

    def _fit(self, value: Any) -> Any:
        tensor = convert_to_tensor(value, dtype_hint=self._dtype)
        if tensor.dtype is not self._dtype:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"TensorArray dtype is {self._dtype.name} but Op is trying to write dtype "
                f"{tensor.dtype.name}",
            )
        if not self._shape.is_compatible_with(tensor.shape):
            raise ValueError(
                f"Incompatible shape for value ({tensor.shape}), expected ({self._shape})"
            )
        if self._infer:
            self._shape = self._shape.merge_with(tensor.shape)
        return tensor

    def read(self, index: Any, name: str | None = None) -> Any:
        """The element at ``index``, once if ``clear_after_read``; unwritten ones are zeros.

        Raises ``OutOfRangeError`` beyond the end, ``InvalidArgumentError`` for an element read
        already.
        """
        i = one_int(index)
        if not 0 <= i < len(self._items):
            raise errors.OutOfRangeError(
                None, None, f"Tried to read from index {i} but array size is: {len(self._items)}"
            )
        if i in self._cleared and self._items[i] is None:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"Could not read index {i} twice because it was cleared after a previous read "
                "(perhaps try setting clear_after_read = false?)",
            )
        value = self._items[i] if self._items[i] is not None else self._zero()
        if self._clear:
            self._items[i] = None
            self._cleared.add(i)
        return value

    def _zero(self) -> Any:
        if not self._shape.is_fully_defined():
            raise errors.InvalidArgumentError(
                None,
                None,
                "Could not read from TensorArray: the element was not written and its "
                "shape is not known",
            )
        return PUBLIC["zeros"](self._shape.as_list(), self._dtype)

    def _all(self) -> list[Any]:
        return [self._zero() if t is None else t for t in self._items]

    def stack(self, name: str | None = None) -> Any:
        """All elements along a new first axis."""
        if not self._items:
            inner = self._shape.as_list() if self._shape.rank is not None else []
            return PUBLIC["zeros"]([0, *(n or 0 for n in inner)], self._dtype)
        return PUBLIC["stack"](self._all())

    def gather(self, indices: Any, name: str | None = None) -> Any:
        """The elements at ``indices`` along a new first axis."""
        chosen = [one_int(i) for i in convert_to_tensor(indices).numpy().reshape(-1)]
        return PUBLIC["stack"]([self._all()[i] for i in chosen])

    def concat(self, name: str | None = None) -> Any:
        """All elements joined along their first axis."""
        return PUBLIC["concat"](self._all(), 0)

    def unstack(self, value: Any, name: str | None = None) -> TensorArray:
        """Write the rows of ``value``; returns the array."""
        rows = PUBLIC["unstack"](convert_to_tensor(value, dtype_hint=self._dtype))
        if len(rows) > len(self._items) and not self._dynamic:
            raise ValueError(
                f"Cannot unstack {len(rows)} tensors into a TensorArray of static size "
                f"{len(self._items)}"
            )
        self._items = [self._fit(row) for row in rows]
        return self

    def scatter(self, indices: Any, value: Any, name: str | None = None) -> TensorArray:
        """Write row ``k`` of ``value`` at ``indices[k]``; returns the array."""
        places = convert_to_tensor(indices).numpy().reshape(-1)
        for i, row in zip(places, PUBLIC["unstack"](convert_to_tensor(value)), strict=True):
            self.write(int(i), row)
        return self

    def split(self, value: Any, lengths: Any, name: str | None = None) -> TensorArray:
        """Write pieces of ``value`` of the given lengths; returns the array."""
        sizes = [int(n) for n in convert_to_tensor(lengths).numpy()]
        infer, self._infer = self._infer, self._infer and len(set(sizes)) == 1
        for i, piece in enumerate(PUBLIC["split"](convert_to_tensor(value), sizes)):
            self.write(i, piece)
        self._infer = infer
        return self

    def __len__(self) -> int:
        return len(self._items)
