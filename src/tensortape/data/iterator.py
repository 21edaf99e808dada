"""Iterators over datasets. Source: `tf.data.Iterator`."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable
from collections.abc import Iterator as PythonIterator
from typing import Any

import numpy as np

from tensortape.core import random_state
from tensortape.core.errors import OutOfRangeError
from tensortape.core.registry import add_public, export
from tensortape.core.specs import NoneTensorSpec, register_value_type
from tensortape.core.state import state
from tensortape.core.tensor import EagerTensor
from tensortape.core.tracking import Trackable
from tensortape.data.optional import Optional
from tensortape.data.running import Run, apart
from tensortape.data.specs import IteratorSpec, _ElementSpec
from tensortape.data.structure import map_leaves

TRACED: list[Any] = []
"""``iterator -> element`` while a function is traced; set by ``data/traced.py``."""


_scopes = random_state._scopes
_MASK64 = (1 << 64) - 1
_STATE = "ITERATOR_STATE"


class OwnedIterator(Trackable):
    """Yields the elements of a dataset, once.

    Elements are made when they are asked for, eagerly and unseen by tapes. `element_spec` is the
    type of an element. A checkpoint keeps the place: restoring begins again, with the same order of
    `shuffle`, and passes over the elements that were gone.

    >>> import tensortape as tf
    >>> iterator = iter(tf.data.Dataset.range(2))
    >>> int(iterator.get_next()), int(next(iterator))
    (0, 1)
    >>> bool(iterator.get_next_as_optional().has_value())
    False

    Source: `tf.data.Iterator`.
    """

    def __init__(self, dataset: Any) -> None:
        self._dataset = dataset
        self._begin(Run())

    def _begin(self, run: Run) -> None:
        self._run, self._position = run, 0
        if state.listeners or _scopes.current is not None:
            with apart():
                self._elements = self._dataset._start(run)
        else:
            self._elements = self._dataset._start(run)

    def __iter__(self) -> OwnedIterator:
        return self

    def __next__(self) -> Any:
        if state.graph is not None and state.graph.building_function:
            return TRACED[0](self)
        if state.listeners or _scopes.current is not None:
            with apart():
                element = next(self._elements)
        else:
            element = next(self._elements)
        self._position += 1
        return element

    def _remember(self) -> Callable[[bool], None]:
        """Keep what is taken from now on; calling the result ends that, `True` puts it back."""
        elements, taken = self._elements, []

        def noted() -> PythonIterator[Any]:
            for element in elements:
                taken.append(element)
                yield element

        def end(back: bool) -> None:
            self._elements = itertools.chain(taken, elements) if back else elements
            if back:
                self._position -= len(taken)

        self._elements = noted()
        return end

    def next(self) -> Any:
        """The next element; `StopIteration` at the end."""
        return self.__next__()

    def get_next(self, name: str | None = None) -> Any:
        """The next element; `tf.errors.OutOfRangeError` at the end."""
        try:
            return self.__next__()
        except StopIteration:
            raise OutOfRangeError(None, None, "End of sequence") from None

    def get_next_as_optional(self, name: str | None = None) -> Optional:
        """The next element as an optional, empty at the end."""
        try:
            return Optional(self.__next__(), True)
        except StopIteration:
            return Optional(spec=lambda: self.element_spec)

    @property
    def element_spec(self) -> Any:
        """The type of an element."""
        return self._dataset.element_spec

    @property
    def _type_spec(self) -> IteratorSpec:
        return IteratorSpec(self.element_spec)

    @functools.cached_property
    def _described(self) -> str:
        """The type as text, which functions are traced for."""
        return repr(self._type_spec)

    def _serialize_to_tensors(self) -> dict[str, Any]:
        """What a checkpoint keeps: how many elements are gone, and the seeds they came from."""
        numbers = [self._position, *self._run.numbers()]
        kept = np.array([number & _MASK64 for number in numbers], np.uint64).view(np.int64)
        return {_STATE: state.tensor(kept)}

    def _restore_from_tensors(self, restored_tensors: dict[str, Any]) -> None:
        """Begin again with the same seeds, and pass over as many elements."""
        position, *rest = np.asarray(restored_tensors[_STATE]).view(np.uint64).tolist()
        self._begin(Run.repeating(rest))
        for _ in range(position):
            self.__next__()


OwnedIterator.__module__ = "tensorflow.python.data.ops.iterator_ops"
add_public(("data.Iterator", "compat.v1.data.Iterator"), OwnedIterator)
register_value_type(OwnedIterator, IteratorSpec, lambda value: IteratorSpec(value.element_spec))


@export("data.NumpyIterator")
class NumpyIterator(PythonIterator):
    """Yields elements as NumPy arrays. Source: `tf.data.NumpyIterator`."""

    def __init__(self, dataset: Any) -> None:
        map_leaves(_check_numpy, dataset._known_spec())
        self._iterator = OwnedIterator(dataset)

    def __iter__(self) -> NumpyIterator:
        return self

    def __next__(self) -> Any:
        return map_leaves(to_numpy, next(self._iterator))

    def __repr__(self) -> str:
        return f"NumpyIterator(iterator={self._iterator!r})"


def _check_numpy(spec: Any) -> None:
    if isinstance(spec, (_ElementSpec, NoneTensorSpec)):
        raise TypeError(
            "`tf.data.Dataset.as_numpy_iterator()` is not supported for datasets that produce "
            f"values of type {spec}."
        )


def to_numpy(value: Any) -> Any:
    """A leaf as NumPy array; `TypeError` for datasets and the like."""
    if type(value) is EagerTensor:
        return value.numpy()
    if value is None or hasattr(value, "element_spec"):
        raise TypeError(
            "`as_numpy_iterator()` is not supported for datasets that produce values of type "
            f"{type(value)}."
        )
    if hasattr(value, "dense_shape"):
        return _dense(value)
    return value.numpy()


def _dense(value: Any) -> Any:
    values, shape = value.values.numpy(), tuple(value.dense_shape.numpy().tolist())
    array = np.full(shape, b"", object) if values.dtype == object else np.zeros(shape, values.dtype)
    array[tuple(value.indices.numpy().T)] = values
    return array
