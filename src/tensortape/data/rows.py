"""Tables of rows that can be taken in any order: slices of tensors, and ranges.

As long as a pipeline only chooses and orders rows (`shuffle`, `take`, `repeat`, ...), it passes
their numbers along; a batch then takes its rows at once, without an element being made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

import numpy as np

from tensortape.core.shapes import TensorShape
from tensortape.core.specs import TensorSpec
from tensortape.core.state import state
from tensortape.data.running import Run
from tensortape.data.structure import leaves, map_leaves

Order = Callable[[Run], Iterable[int]]


class Rows:
    """Rows by number: one as an element, several as a batch."""

    spec: Any
    """The type of a row, or a function that tells it."""

    element: Callable[[int], Any]
    """The row of a number."""

    def block(self, numbers: Any) -> Any:
        """Rows stacked: `numbers` is a `range` of step 1, or a list."""
        raise NotImplementedError


class TensorRows(Rows):
    """The slices of tensors along their first axis."""

    def __init__(self, structure: Any) -> None:
        self._structure = structure
        self._arrays = [t._a for t in leaves(structure)]
        self.spec = lambda: map_leaves(lambda t: TensorSpec(t.shape[1:], t.dtype), structure)
        self.element = self._element_function()

    def _element_function(self) -> Callable[[int], Any]:
        structure = self._structure
        if isinstance(structure, tuple) and type(structure) is tuple:
            takers = [_taker(t) for t in structure]
            return lambda i: tuple([take(i) for take in takers])
        if type(structure) is dict:
            named = [(key, _taker(t)) for key, t in structure.items()]
            return lambda i: {key: take(i) for key, take in named}
        return _taker(structure)

    def block(self, numbers: Any) -> Any:
        """Rows stacked; neighbouring rows are a view of the tensor."""
        make = state.tensor
        if type(numbers) is range:
            start, stop = numbers.start, numbers.stop
            return map_leaves(lambda t: make(t._a[start:stop]), self._structure)
        index = np.array(numbers, np.intp)
        return map_leaves(lambda t: make(t._a[index]), self._structure)


def _taker(part: Any) -> Callable[[int], Any]:
    if isinstance(part, (tuple, dict)) or not hasattr(part, "_a"):
        return lambda i: map_leaves(lambda t: _taker(t)(i), part)
    array, make = part._a, state.tensor
    if array.ndim > 1 or array.dtype.kind == "O":
        return lambda i: make(array[i, ...])
    return lambda i: make(array[i])


class RangeRows(Rows):
    """The numbers of a Python range as scalars."""

    def __init__(self, numbers: range, dtype: Any) -> None:
        self._dtype = dtype.as_numpy_dtype
        self._first, self._step = numbers.start, numbers.step
        self.spec = TensorSpec(TensorShape([]), dtype)
        self.element = self._element

    def _element(self, number: int) -> Any:
        return state.tensor(self._dtype(self._first + number * self._step))

    def block(self, numbers: Any) -> Any:
        """Several numbers as a vector."""
        if type(numbers) is range:
            first = self._first + numbers.start * self._step
            stop = self._first + numbers.stop * self._step
            places: Any = np.arange(first, stop, self._step)
            return state.tensor(places.astype(self._dtype))
        index = np.array(numbers, np.int64)
        return state.tensor((index * self._step + self._first).astype(self._dtype))


def blocks(rows: Rows, order: Iterable[int], size: int, drop_remainder: bool) -> Any:
    """Batches of `size` rows in an order."""
    block = rows.block
    if type(order) is range and order.step == 1:
        for first in range(order.start, order.stop, size):
            stop = min(first + size, order.stop)
            if stop - first < size and drop_remainder:
                return
            yield block(range(first, stop))
        return
    numbers = iter(order)
    while group := list(islice(numbers, size)):
        if len(group) < size and drop_remainder:
            return
        yield block(group)
