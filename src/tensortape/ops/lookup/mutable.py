"""Tables that entries are put into and taken out of."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core import dtypes, errors
from tensortape.core.convert import convert_to_tensor
from tensortape.core.public import tensor
from tensortape.core.registry import PUBLIC, export
from tensortape.core.state import state
from tensortape.ops.lookup import kernels
from tensortape.ops.lookup.tables import Table, _listed
from tensortape.ops.ragged.tensor import RaggedTensor
from tensortape.ops.sparse.places import known
from tensortape.ops.sparse.tensor import SparseTensor


class Changing(Table):
    """What tables that change share; checkpoints hold their entries."""

    _checkpointed = True

    def insert(self, keys: Any, values: Any, name: str | None = None) -> None:
        """Enter keys with their values, in place of what they had.

        Raises ``ValueError`` for keys or values of another dtype, ``InvalidArgumentError`` for
        another number of values.
        """
        given = _of_dtype(keys, self._key_dtype, "keys")
        taken = _of_dtype(values, self._value_dtype, "values")
        if state.graph is not None:
            kernels.operate(kernels.insert, [kernels.held(self), given, taken], {})
        else:
            self._insert(known(given), known(taken))

    def remove(self, keys: Any, name: str | None = None) -> None:
        """Take keys out; those that are not there do not matter.

        Raises ``TypeError`` for keys of another dtype.
        """
        given = self._keys_of(keys)
        if state.graph is not None:
            kernels.operate(kernels.remove, [kernels.held(self), given], {})
        else:
            self._remove(known(given))

    def _insert(self, keys: Any, values: Any) -> None:
        self._found.update(self._items(keys, values))

    def _remove(self, keys: Any) -> None:
        for key in self._rows(keys):
            self._found.pop(key, None)

    def _serialize_to_tensors(self) -> dict[str, Any]:
        if not self._checkpointed:
            raise NotImplementedError
        keys, values = self._exported()
        return {"table-keys": state.tensor(keys), "table-values": state.tensor(values)}

    def _restore_from_tensors(self, restored_tensors: dict[str, Any]) -> None:
        self._found.clear()
        keys, values = (known(restored_tensors[f"table-{n}"]) for n in ("keys", "values"))
        self._found.update(self._items(keys, values))


def _of_dtype(value: Any, dtype: Any, name: str) -> Any:
    """A tensor of the dtype; ``ValueError`` for one that has another."""
    if hasattr(value, "dtype") and tensor(value).dtype is not dtype:
        raise ValueError(
            f"{name}: Tensor conversion requested dtype {dtype.name} for Tensor with dtype "
            f"{tensor(value).dtype.name}: {value!r}"
        )
    return convert_to_tensor(value, dtype=dtype)


@export("lookup.experimental.MutableHashTable")
class MutableHashTable(Changing):
    """A table that entries are put into and taken out of.

    >>> import tensortape as tf
    >>> table = tf.lookup.experimental.MutableHashTable(tf.string, tf.int64, -1)
    >>> table.insert(["a", "b"], [1, 2])
    >>> table.lookup(tf.constant(["b", "?"])).numpy()
    array([ 2, -1])

    Checkpoints hold its entries unless ``checkpoint`` is false.
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
        self._checkpointed = bool(checkpoint)

    def lookup(  # type: ignore[override]
        self, keys: Any, dynamic_default_values: Any = None, name: str | None = None
    ) -> Any:
        """As of other tables; ``dynamic_default_values`` has a default for each of the keys."""
        found = super().lookup(keys)
        if dynamic_default_values is None:
            return found
        if isinstance(keys, (RaggedTensor, SparseTensor)) or state.graph is not None:
            raise NotImplementedError(
                "`dynamic_default_values` are for tensors of keys, outside of functions."
            )
        defaults = _of_dtype(dynamic_default_values, self._value_dtype, "default_value")
        there = np.array([k in self._found for k in self._rows(known(keys))], bool)
        shape = known(keys).shape + (1,) * len(self._default.shape)
        return PUBLIC["where"](state.tensor(there.reshape(shape)), found, defaults)


_DENSE_VALUES = {
    dtypes.string: (dtypes.int32, dtypes.int64, dtypes.float32, dtypes.float64, dtypes.bool),
    dtypes.int64: (dtypes.int32, dtypes.int64, dtypes.float32, dtypes.float64, dtypes.bool),
    dtypes.int32: (dtypes.int32, dtypes.float32, dtypes.float64),
}


@export("lookup.experimental.DenseHashTable")
class DenseHashTable(Changing):
    """A table that changes, with two keys that mark what is free: they can be no keys of it.

    Keys are scalars or vectors, as ``empty_key`` is. ``export`` gives every place of the table,
    with ``empty_key`` in those that are free, as TensorFlow does; their order is another.

    >>> import tensortape as tf
    >>> table = tf.lookup.experimental.DenseHashTable(
    ...     tf.string, tf.int64, default_value=-1, empty_key="", deleted_key="$")
    >>> table.insert(tf.constant(["a", "b"]), tf.constant([1, 2], tf.int64))
    >>> table.lookup(tf.constant(["b", "?"])).numpy()
    array([ 2, -1])

    Raises ``tf.errors.InvalidArgumentError`` for equal ``empty_key`` and ``deleted_key``, a number
    of buckets that is no power of two, and keys that are one of the two; ``NotFoundError`` for
    dtypes that TensorFlow has no such table for. Source:
    ``tf.lookup.experimental.DenseHashTable``.
    """

    def __init__(
        self,
        key_dtype: Any,
        value_dtype: Any,
        default_value: Any,
        empty_key: Any,
        deleted_key: Any,
        initial_num_buckets: int | None = None,
        name: str = "MutableDenseHashTable",
        checkpoint: bool = True,
        experimental_is_anonymous: bool = False,
    ) -> None:
        super().__init__(key_dtype, value_dtype, default_value)
        if self._value_dtype not in _DENSE_VALUES.get(self._key_dtype, ()):
            raise errors.of_op(
                errors.NotFoundError,
                "MutableDenseHashTableV2",
                f"There is no dense table from {self._key_dtype!r} to {self._value_dtype!r}.",
            )
        self._checkpointed = bool(checkpoint)
        self._empty = known(convert_to_tensor(empty_key, dtype=self._key_dtype))
        self._deleted = known(convert_to_tensor(deleted_key, dtype=self._key_dtype))
        self._key_inner = self._empty.shape
        self._buckets = 1 << 17 if initial_num_buckets is None else int(initial_num_buckets)
        self._check_arguments()

    def _check_arguments(self) -> None:
        told = None
        if self._empty.shape != self._deleted.shape:
            told = (
                "Empty and deleted keys must have same shape, got shapes: "
                f"{_listed(self._empty.shape)} and {_listed(self._deleted.shape)}"
            )
        elif np.array_equal(self._empty, self._deleted):
            told = "Empty and deleted keys cannot be equal"
        elif self._buckets < 4 or self._buckets & (self._buckets - 1):
            told = f"Number of buckets must be at least 4 and a power of 2, got: {self._buckets}"
        if told is not None:
            raise errors.of_op(errors.InvalidArgumentError, "MutableDenseHashTableV2", told)

    @property
    def name(self) -> None:
        """``None``: these tables have no name."""
        return None

    def erase(self, keys: Any, name: str | None = None) -> None:
        """As :meth:`remove`."""
        self.remove(keys)

    def insert_or_assign(self, keys: Any, values: Any, name: str | None = None) -> None:
        """As :meth:`insert`."""
        self.insert(keys, values)

    def lookup(self, keys: Any, name: str | None = None) -> Any:
        """The values of keys.

        Raises ``ValueError`` for keys of another dtype.
        """
        return super().lookup(_of_dtype(keys, self._key_dtype, "keys"))

    def _rows(self, keys: Any) -> list[Any]:
        inner = self._key_inner
        if keys.shape[max(keys.ndim - len(inner), 0) :] != inner:
            self._refuse(
                f"Input key shape {_listed(keys.shape)} must end with the table's key shape "
                f"{_listed(inner)}"
            )
        if inner:
            rows: list[Any] = [tuple(row) for row in keys.reshape(-1, *inner).tolist()]
            marks = [tuple(self._empty.tolist()), tuple(self._deleted.tolist())]
        else:
            rows, marks = keys.reshape(-1).tolist(), [self._empty.item(), self._deleted.item()]
        for mark, which in zip(marks, ("empty_key", "deleted_key"), strict=True):
            if mark in rows:
                self._refuse(f"Using the {which} as a table key is not allowed")
        return rows

    def _refuse(self, told: str) -> None:
        raise errors.of_op(errors.InvalidArgumentError, "LookupTableFindV2", told)

    def _exported_parts(self, inner: Any) -> dict[str, Any]:
        return {"key_inner": self._key_inner or (1,), "inner": inner or (1,)}

    def _exported(self) -> tuple[Any, Any]:
        """The entries, and free places up to the number of buckets."""
        while len(self._found) > 0.8 * self._buckets:
            self._buckets *= 2
        keys = np.full((self._buckets, *self._key_inner), self._empty, self._key_dtype._np)
        kind = self._value_dtype._np
        values = np.zeros((self._buckets, *self._default.shape), kind)
        for i, (key, value) in enumerate(self._found.items()):
            keys[i], values[i] = key, value
        parts = self._exported_parts(tuple(self._default.shape))
        return (
            keys.reshape(-1, *parts["key_inner"]),
            values.reshape(-1, *parts["inner"]),
        )

    def _restore_from_tensors(self, restored_tensors: dict[str, Any]) -> None:
        keys, values = (known(restored_tensors[f"table-{n}"]) for n in ("keys", "values"))
        keys = keys.reshape(-1, *self._key_inner)
        used = [not _same(key, self._empty) and not _same(key, self._deleted) for key in keys]
        values = values.reshape(-1, *self._default.shape)[used]
        self._found = dict(self._items(keys[used], values))


def _same(key: Any, mark: Any) -> bool:
    return bool(np.array_equal(np.asarray(key, mark.dtype), mark))
