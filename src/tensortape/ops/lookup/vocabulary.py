"""``tf.lookup.StaticVocabularyTable``: numbers for words, known or not."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core import dtypes
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dtypes import as_dtype
from tensortape.core.face import complete
from tensortape.core.registry import PUBLIC, export
from tensortape.core.state import state
from tensortape.core.tracking import Trackable
from tensortape.ops.lookup.tables import StaticHashTable
from tensortape.ops.ragged.tensor import RaggedTensor
from tensortape.ops.sparse.tensor import SparseTensor


def find(path: str) -> Any:
    """A public function of a folder that may wait to be loaded."""
    if path not in PUBLIC:
        complete()
    return PUBLIC[path]


@export("lookup.StaticVocabularyTable")
class StaticVocabularyTable(Trackable):
    """A table whose unknown keys get one of a few more numbers, by their fingerprints.

    >>> import tensortape as tf
    >>> words = tf.lookup.KeyValueTensorInitializer(["a", "b"], tf.constant([0, 1], tf.int64))
    >>> table = tf.lookup.StaticVocabularyTable(words, num_oov_buckets=5)
    >>> table.lookup(tf.constant(["b", "zz", "q"])).numpy()
    array([1, 4, 5])

    Args:
        initializer: keys and their int64 numbers, or ``None`` for no known keys.
        num_oov_buckets: how many more numbers there are, after the number of known keys.
        lookup_key_dtype: of the keys, where it is another integer than the initializer's.
        name: ignored.
        experimental_is_anonymous: has no effect.

    Raises ``ValueError`` for less than one more number, ``TypeError`` for other dtypes.
    Source: ``tf.lookup.StaticVocabularyTable``.
    """

    def __init__(
        self,
        initializer: Any,
        num_oov_buckets: int,
        lookup_key_dtype: Any = None,
        name: str | None = None,
        experimental_is_anonymous: bool = False,
    ) -> None:
        if num_oov_buckets <= 0:
            raise ValueError("`num_oov_buckets` must be > 0; use StaticHashTable.")
        self._known = None
        key = dtypes.string
        if initializer is not None:
            if initializer.value_dtype is not dtypes.int64:
                raise TypeError(
                    f"Invalid `value_dtype`, expected {dtypes.int64!r} but got "
                    f"{initializer.value_dtype!r}."
                )
            self._known = StaticHashTable(initializer, -1)
            self._track_trackable(self._known, "_table")
            key = initializer.key_dtype
        wanted = key if lookup_key_dtype is None else as_dtype(lookup_key_dtype)
        if self._known is not None and wanted.is_integer != key.is_integer:
            expected = "integer" if wanted.is_integer else "string"
            raise TypeError(f"Invalid `key_dtype`, expected {expected} but got {key!r}.")
        self._key_dtype, self._oov = wanted, int(num_oov_buckets)

    @property
    def key_dtype(self) -> Any:
        """The dtype of the keys."""
        return self._key_dtype

    @property
    def value_dtype(self) -> Any:
        """int64."""
        return dtypes.int64

    def _count(self) -> int:
        return 0 if self._known is None else len(self._known._found)

    def size(self, name: str | None = None) -> Any:
        """How many numbers there are."""
        return state.tensor(np.int64(self._count() + self._oov))

    def lookup(self, keys: Any, name: str | None = None) -> Any:
        """The numbers of keys: of a tensor, or of the values of a ragged or sparse one.

        Raises ``TypeError`` for keys of another dtype.
        """
        if isinstance(keys, RaggedTensor):
            return keys.with_flat_values(self.lookup(keys.flat_values))
        if isinstance(keys, SparseTensor):
            return keys.with_values(self.lookup(keys.values))
        given = convert_to_tensor(keys)
        if given.dtype is not self._key_dtype:
            raise TypeError(
                f"Dtype of argument `keys` must be {self._key_dtype!r}, received: {given.dtype!r}"
            )
        words = find("strings.as_string")(given) if given.dtype.is_integer else given
        other = find("strings.to_hash_bucket_fast")(words, self._oov) + self._count()
        if self._known is None:
            return other
        known = self._known.lookup(PUBLIC["cast"](given, self._known.key_dtype))
        return PUBLIC["where"](PUBLIC["equal"](known, -1), other, known)

    def __getitem__(self, keys: Any) -> Any:
        """As :meth:`lookup`."""
        return self.lookup(keys)
