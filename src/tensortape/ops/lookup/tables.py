"""``tf.lookup``: tables from keys to values."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core import errors
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dtypes import as_dtype
from tensortape.core.public import tensor
from tensortape.core.registry import export
from tensortape.core.state import state
from tensortape.core.tracking import Trackable
from tensortape.ops.ragged.tensor import RaggedTensor
from tensortape.ops.sparse.places import known
from tensortape.ops.sparse.tensor import SparseTensor


@export("lookup.KeyValueTensorInitializer")
class KeyValueTensorInitializer:
    """Keys and their values, of which a table is made.

    >>> import tensortape as tf
    >>> tf.lookup.KeyValueTensorInitializer(["a", "b"], [1, 2]).value_dtype
    tf.int32

    Source: ``tf.lookup.KeyValueTensorInitializer``.
    """

    def __init__(
        self,
        keys: Any,
        values: Any,
        key_dtype: Any = None,
        value_dtype: Any = None,
        name: str | None = None,
    ) -> None:
        self._keys = convert_to_tensor(keys, dtype=key_dtype)
        self._values = convert_to_tensor(values, dtype=value_dtype)

    @property
    def key_dtype(self) -> Any:
        """The dtype of the keys."""
        return self._keys.dtype

    @property
    def value_dtype(self) -> Any:
        """The dtype of the values."""
        return self._values.dtype

    def initialize(self, table: Any) -> None:
        """Enter the keys and values into a table; subclasses may do it otherwise."""
        table.enter(self._keys, self._values)


class Table(Trackable):
    """What tables share: finding values, a default for keys that are not there."""

    def __init__(self, key_dtype: Any, value_dtype: Any, default_value: Any) -> None:
        self._key_dtype = as_dtype(key_dtype)
        self._value_dtype = as_dtype(value_dtype)
        self._default = convert_to_tensor(default_value, dtype=self._value_dtype)
        self._found: dict[Any, Any] = {}

    @property
    def key_dtype(self) -> Any:
        """The dtype of the keys."""
        return self._key_dtype

    @property
    def value_dtype(self) -> Any:
        """The dtype of the values."""
        return self._value_dtype

    def size(self, name: str | None = None) -> Any:
        """The number of keys."""
        return state.tensor(np.int64(len(self._found)))

    def lookup(self, keys: Any, name: str | None = None) -> Any:
        """The values of keys: of a tensor, or of the values of a ragged or sparse one.

        Raises ``TypeError`` for keys of another dtype.
        """
        if isinstance(keys, RaggedTensor):
            return keys.with_flat_values(self.lookup(keys.flat_values))
        if isinstance(keys, SparseTensor):
            return keys.with_values(self.lookup(keys.values))
        array = self._keys_of(keys)
        default = known(self._default)
        inner = default.shape
        values = np.empty((array.size, *inner), default.dtype)
        for i, key in enumerate(array.reshape(-1).tolist()):
            values[i] = self._found.get(key, default[()])
        return state.tensor(values.reshape(array.shape + inner))

    def __getitem__(self, keys: Any) -> Any:
        """As :meth:`lookup`."""
        return self.lookup(keys)

    def export(self, name: str | None = None) -> tuple[Any, Any]:
        """All keys, and their values."""
        keys = np.array(list(self._found), self._key_dtype._np)
        values = np.empty((len(keys), *self._default.shape), self._value_dtype._np)
        for i, value in enumerate(self._found.values()):
            values[i] = value
        return state.tensor(keys), state.tensor(values)

    def _keys_of(self, keys: Any) -> Any:
        given = tensor(keys) if hasattr(keys, "dtype") else convert_to_tensor(keys)
        if given.dtype is not self._key_dtype:
            raise TypeError(
                f"Dtype of argument `keys` must be {self._key_dtype!r}, received: {given.dtype!r}"
            )
        return known(given)

    def _items(self, keys: Any, values: Any) -> Any:
        flat = known(convert_to_tensor(keys, dtype=self._key_dtype)).reshape(-1)
        held = known(convert_to_tensor(values, dtype=self._value_dtype))
        return zip(flat.tolist(), held.reshape(len(flat), *self._default.shape), strict=True)


@export("lookup.StaticHashTable")
class StaticHashTable(Table):
    """A table that does not change.

    >>> import tensortape as tf
    >>> entries = tf.lookup.KeyValueTensorInitializer(["a", "b"], [1, 2])
    >>> tf.lookup.StaticHashTable(entries, default_value=-1).lookup(tf.constant(["b", "?"])).numpy()
    array([ 2, -1], dtype=int32)

    Raises ``tf.errors.FailedPreconditionError`` for a key with two values.
    Source: ``tf.lookup.StaticHashTable``.
    """

    def __init__(
        self,
        initializer: Any,
        default_value: Any,
        name: str | None = None,
        experimental_is_anonymous: bool = False,
    ) -> None:
        super().__init__(initializer.key_dtype, initializer.value_dtype, default_value)
        initializer.initialize(self)

    def enter(self, keys: Any, values: Any) -> None:
        """Enter keys with their values, as initializers do."""
        for key, value in self._items(keys, values):
            if key in self._found and self._found[key] != value:
                shown = key.decode(errors="replace") if isinstance(key, bytes) else key
                raise errors.FailedPreconditionError(
                    None,
                    None,
                    f"HashTable has different value for same key. Key {shown} has "
                    f"{self._found[key]} and trying to add value {value}",
                )
            self._found[key] = value


@export("lookup.experimental.MutableHashTable")
class MutableHashTable(Table):
    """A table that entries are put into and taken out of.

    >>> import tensortape as tf
    >>> table = tf.lookup.experimental.MutableHashTable(tf.string, tf.int64, -1)
    >>> table.insert(["a", "b"], [1, 2])
    >>> table.lookup(tf.constant(["b", "?"])).numpy()
    array([ 2, -1])

    Source: ``tf.lookup.experimental.MutableHashTable``.
    """

    def __init__(
        self,
        key_dtype: Any,
        value_dtype: Any,
        default_value: Any,
        name: str = "MutableHashTable",
        checkpoint: bool = True,
        experimental_is_anonymous: bool = False,
    ) -> None:
        super().__init__(key_dtype, value_dtype, default_value)

    def insert(self, keys: Any, values: Any, name: str | None = None) -> None:
        """Enter keys with their values, in place of what they had."""
        self._found.update(self._items(keys, values))

    def remove(self, keys: Any, name: str | None = None) -> None:
        """Take keys out; those that are not there do not matter."""
        for key in self._keys_of(keys).reshape(-1).tolist():
            self._found.pop(key, None)
