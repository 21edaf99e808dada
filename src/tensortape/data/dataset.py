"""`tf.data.Dataset`: a recipe that starts runs over elements.

A dataset holds a function that starts a run, the number of elements if it is known, and the
specification of an element. The sources and transformations are in the files beside this one;
each enters itself into the class with `method` or `source`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tensortape.core.registry import add_public
from tensortape.core.specs import TypeSpec, register_value_type
from tensortape.core.state import state
from tensortape.core.tracking import Trackable
from tensortape.data import iterator as iterators
from tensortape.data.calls import WITHOUT_VALUE
from tensortape.data.rows import Order, Rows
from tensortape.data.running import Run, apart
from tensortape.data.specs import DatasetSpec
from tensortape.data.structure import int64

INFINITE, UNKNOWN = -1, -2
Start = Callable[[Run], Iterator[Any]]


BEGUN: list[Any] = []
"""``dataset -> iterator`` while a function is traced; set by ``data/traced.py``."""


class DatasetV2(Trackable):
    """A sequence of elements, each a tensor or a structure of tensors.

    >>> import tensortape as tf
    >>> ds = tf.data.Dataset.range(5).map(lambda x: x * x).batch(2)
    >>> [batch.numpy().tolist() for batch in ds]
    [[0, 1], [4, 9], [16]]

    Source: `tf.data.Dataset`.
    """

    _kind = ""

    def __init__(
        self,
        start: Start,
        size: int = UNKNOWN,
        spec: Any = None,
        inputs: tuple[Any, ...] = (),
        kind: str = "_VariantDataset",
    ) -> None:
        self._start = start
        self._size = size
        self._spec = spec
        self._sources = inputs
        self._kind = self._kind or kind
        self._own_options: Any = None
        self._slow_spec = any(part._slow_spec for part in inputs)
        self._rows: Rows | None = None
        self._order: Order | None = None

    def _inputs(self) -> list[Any]:
        return list(self._sources)

    @property
    def element_spec(self) -> Any:
        """The type of an element, a structure of `tf.TypeSpec`."""
        spec = self._spec
        if callable(spec) and not isinstance(spec, TypeSpec):
            with apart():
                spec = self._spec = spec()
        return spec

    def _known_spec(self) -> Any:
        """The type of an element if no function has to run for it, else `None`."""
        if self._slow_spec and callable(self._spec) and not isinstance(self._spec, TypeSpec):
            return None
        return self.element_spec

    @property
    def _type_spec(self) -> DatasetSpec:
        return DatasetSpec(self.element_spec)

    def __iter__(self) -> Any:
        if state.graph is not None and state.graph.building_function:
            return BEGUN[0](self)
        return iterators.OwnedIterator(self)

    def as_numpy_iterator(self) -> Any:
        """An iterator that yields NumPy arrays in place of tensors.

        >>> import tensortape as tf
        >>> list(tf.data.Dataset.from_tensor_slices(["a", "b"]).as_numpy_iterator())
        [b'a', b'b']

        Raises `TypeError` for elements that are no tensors (datasets, optionals).
        """
        return iterators.NumpyIterator(self)

    def cardinality(self, name: str | None = None) -> Any:
        """The number of elements, -1 for infinitely many, -2 where it is not known."""
        return int64(self._size)

    def apply(self, transformation_func: Callable[[DatasetV2], Any]) -> Any:
        """`transformation_func(self)`, which must be a dataset: else `TypeError`.

        >>> import tensortape as tf
        >>> len(tf.data.Dataset.range(5).apply(lambda ds: ds.skip(2)))
        3
        """
        dataset = transformation_func(self)
        return need_dataset(dataset, "`transformation_func` must return a `tf.data.Dataset`")

    def __len__(self) -> int:
        if self._size == INFINITE:
            raise TypeError("The dataset is infinite.")
        if self._size == UNKNOWN:
            raise TypeError("The dataset length is unknown.")
        return self._size

    def __bool__(self) -> bool:
        return True

    __nonzero__ = __bool__

    def __repr__(self) -> str:
        return f"<{self._kind} element_spec={self.element_spec}>"


DatasetV2.__module__ = "tensorflow.python.data.ops.dataset_ops"
add_public(("data.Dataset", "compat.v1.data.Dataset"), DatasetV2)
register_value_type(DatasetV2, DatasetSpec, DatasetSpec.from_value)


def method(function: Callable[..., Any]) -> Callable[..., Any]:
    """Decorator: make `function(dataset, ...)` a method of datasets, without a final underscore."""
    setattr(DatasetV2, function.__name__.rstrip("_"), function)
    return function


def source(function: Callable[..., Any]) -> Callable[..., Any]:
    """Decorator: make a function that makes a dataset a static method of the class."""
    setattr(DatasetV2, function.__name__.rstrip("_"), staticmethod(function))
    return function


def ordered(rows: Rows, order: Order, size: int, **kwargs: Any) -> DatasetV2:
    """A dataset of some of the rows of a table, in an order of their numbers."""
    element = rows.element
    dataset = DatasetV2(lambda run: map(element, order(run)), size, rows.spec, **kwargs)
    dataset._rows, dataset._order = rows, order
    return dataset


def reordered(
    dataset: DatasetV2,
    change: Callable[[Callable[[], Any], Run], Any],
    size: int,
    kind: str,
) -> DatasetV2:
    """A dataset with the same elements in another order or number.

    `change(begin, run)` gives them, as an iterable; `begin()` starts a round over the old ones. Of
    the rows of a table only the numbers are put into order.
    """
    rows, order, start = dataset._rows, dataset._order, dataset._start
    if rows is not None and order is not None:
        return ordered(
            rows, lambda run: change(lambda: order(run), run), size, inputs=(dataset,), kind=kind
        )
    return DatasetV2(
        lambda run: iter(change(lambda: start(run), run)),
        size,
        lambda: dataset.element_spec,
        (dataset,),
        kind,
    )


def computed(
    start: Start,
    size: int,
    spec: Callable[[], Any],
    inputs: tuple[DatasetV2, ...],
    kind: str,
) -> DatasetV2:
    """A dataset whose element type is only known by running a function: when it is asked for."""
    dataset = DatasetV2(start, size, spec, inputs, kind)
    dataset._slow_spec = True
    return dataset


def _unknown(spec: Any) -> DatasetV2:
    """A dataset of which only the type of an element is known."""
    return DatasetV2(lambda run: iter(()), UNKNOWN, spec.element_spec)


WITHOUT_VALUE[DatasetSpec] = _unknown


def need_dataset(value: Any, what: str) -> Any:
    """`TypeError` unless the value is a dataset."""
    if not isinstance(value, DatasetV2):
        raise TypeError(f"{what}. Got {type(value)}.")
    return value
