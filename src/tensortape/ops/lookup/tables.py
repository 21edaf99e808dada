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
from tensortape.core.unavailable import unavailable_class
from tensortape.ops.lookup import kernels
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


TrackableResource: Any = unavailable_class(
    "saved_model.experimental.TrackableResource",
    "state that is in no variable is saved by a class with `_serialize_to_tensors`",
    Trackable,
)


class Table(TrackableResource):
    """What tables share: finding values, a default for keys that are not there.

    In functions these are operations of the graph, so that functions with tables are saved.
    """

    _key_inner: tuple[int, ...] = ()

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """Tables can be made, unlike resources of no kind."""
        return object.__new__(cls)

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
        if state.graph is not None:
            return kernels.operate(kernels.size, [kernels.held(self)], {})[0]
        return state.tensor(self._count())

    def lookup(self, keys: Any, name: str | None = None) -> Any:
        """The values of keys: of a tensor, or of the values of a ragged or sparse one.

        Raises ``TypeError`` for keys of another dtype.
        """
        if isinstance(keys, RaggedTensor):
            return keys.with_flat_values(self.lookup(keys.flat_values))
        if isinstance(keys, SparseTensor):
            return keys.with_values(self.lookup(keys.values))
        given = self._keys_of(keys)
        if state.graph is not None:
            attrs = {
                "inner": tuple(self._default.shape.as_list()),
                "key_rank": len(self._key_inner),
                "dtype": self._value_dtype._np,
            }
            return kernels.operate(kernels.find, [kernels.held(self), given], attrs)[0]
        return state.tensor(self._find(known(given)))

    def __getitem__(self, keys: Any) -> Any:
        """As :meth:`lookup`."""
        return self.lookup(keys)

    def export(self, name: str | None = None) -> tuple[Any, Any]:
        """All keys, and their values."""
        if state.graph is not None:
            inner = tuple(self._default.shape.as_list())
            attrs = self._exported_parts(inner) | {
                "key_dtype": self._key_dtype._np,
                "dtype": self._value_dtype._np,
            }
            keys, values = kernels.operate(kernels.export, [kernels.held(self)], attrs)
            return keys, values
        keys, values = self._exported()
        return state.tensor(keys), state.tensor(values)

    def _exported_parts(self, inner: Any) -> dict[str, Any]:
        return {"key_inner": self._key_inner, "inner": inner}

    def _keys_of(self, keys: Any) -> Any:
        given = tensor(keys) if hasattr(keys, "dtype") else convert_to_tensor(keys)
        if given.dtype is not self._key_dtype:
            raise TypeError(
                f"Dtype of argument `keys` must be {self._key_dtype!r}, received: {given.dtype!r}"
            )
        return given

    # -- on arrays -------------------------------------------------------------------------

    def _count(self) -> Any:
        return np.int64(len(self._found))

    def _rows(self, keys: Any) -> list[Any]:
        """The keys of an array, as they are in the dictionary."""
        return keys.reshape(-1).tolist()

    def _find(self, keys: Any) -> Any:
        default = np.asarray(self._default._a)
        rows = self._rows(keys)
        values = np.empty((len(rows), *default.shape), default.dtype)
        for i, key in enumerate(rows):
            values[i] = self._found.get(key, default[()])
        outer = keys.shape[: keys.ndim - len(self._key_inner)]
        return values.reshape(outer + default.shape)

    def _exported(self) -> tuple[Any, Any]:
        keys = np.empty((len(self._found), *self._key_inner), self._key_dtype._np)
        values = np.empty((len(keys), *self._default.shape), self._value_dtype._np)
        for i, (key, value) in enumerate(self._found.items()):
            keys[i], values[i] = key, value
        return keys, values

    def _items(self, keys: Any, values: Any) -> Any:
        """Pairs of what is in the dictionary; ``InvalidArgumentError`` if they do not fit."""
        rows = self._rows(keys)
        outer = keys.shape[: keys.ndim - len(self._key_inner)]
        wanted = outer + tuple(self._default.shape)
        if values.shape != wanted:
            raise errors.of_op(
                errors.InvalidArgumentError,
                "LookupTableInsertV2",
                f"Expected shape {_listed(wanted)} for value, got {_listed(values.shape)}",
            )
        held = values.reshape(len(rows), *self._default.shape)
        return list(zip(rows, held if held.ndim > 1 else held.tolist(), strict=True))


kernels.TABLES.append(Table)


def _listed(shape: Any) -> str:
    return "[" + ",".join(map(str, shape)) + "]"


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
        given = known(convert_to_tensor(keys, dtype=self._key_dtype))
        taken = known(convert_to_tensor(values, dtype=self._value_dtype))
        for key, value in self._items(given, taken):
            if key in self._found and self._found[key] != value:
                shown = key.decode(errors="replace") if isinstance(key, bytes) else key
                raise errors.FailedPreconditionError(
                    None,
                    None,
                    f"HashTable has different value for same key. Key {shown} has "
                    f"{self._found[key]} and trying to add value {value}",
                )
            self._found[key] = value
