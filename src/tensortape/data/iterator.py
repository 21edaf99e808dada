"""Iterators over datasets. Source: ``tf.data.Iterator``."""

from __future__ import annotations

from typing import Any

from tensortape.core.errors import OutOfRangeError
from tensortape.core.registry import export
from tensortape.data.optional import Optional


@export("data.Iterator")
class Iterator:
    """Yields the elements of a dataset, once."""

    def __init__(self, dataset: Any) -> None:
        self._dataset = dataset
        self._elements = dataset._iterate()

    def __iter__(self) -> Iterator:
        return self

    def __next__(self) -> Any:
        return next(self._elements)

    def get_next(self) -> Any:
        """The next element; ``tf.errors.OutOfRangeError`` at the end."""
        try:
            return next(self._elements)
        except StopIteration:
            raise OutOfRangeError(None, None, "End of sequence") from None

    def get_next_as_optional(self) -> Optional:
        """The next element as an optional, empty at the end."""
        try:
            return Optional.from_value(next(self._elements))
        except StopIteration:
            return Optional.empty(self.element_spec)

    @property
    def element_spec(self) -> Any:
        """The type of an element."""
        return self._dataset.element_spec


class NumpyIterator:
    """Yields elements as NumPy arrays."""

    def __init__(self, dataset: Any, convert: Any) -> None:
        self._elements = dataset._iterate()
        self._convert = convert

    def __iter__(self) -> NumpyIterator:
        return self

    def __next__(self) -> Any:
        return self._convert(next(self._elements))
