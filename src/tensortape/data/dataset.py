"""``tf.data.Dataset``: at this point what training loops need; its own folder grows with it.

A dataset is a recipe: a function that starts an iteration, the number of elements if it is known,
and the specification of an element.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from tensortape.core.convert import convert_to_tensor
from tensortape.core.dtypes import as_dtype
from tensortape.core.registry import export
from tensortape.core.shapes import TensorShape
from tensortape.core.specs import TensorSpec
from tensortape.core.state import state
from tensortape.data import iterator as iterators
from tensortape.data.structure import call, leaves, map_leaves, spec_of, to_element

INFINITE, UNKNOWN = -1, -2
Elements = Callable[[], Iterator[Any]]


class DatasetV2:
    """A sequence of elements, each a tensor or a structure of tensors.

    >>> import tensortape as tf
    >>> ds = tf.data.Dataset.range(5).map(lambda x: x * x).batch(2)
    >>> [batch.numpy().tolist() for batch in ds]
    [[0, 1], [4, 9], [16]]

    Source: ``tf.data.Dataset``.
    """

    def __init__(self, iterate: Elements, size: int = UNKNOWN, spec: Any = None) -> None:
        self._iterate = iterate
        self._size = size
        self._spec = spec
        self._options: Any = None

    # -- sources ---------------------------------------------------------------------------

    @staticmethod
    def range(*args: Any, output_type: Any = None, name: str | None = None) -> DatasetV2:
        """The integers of Python's ``range`` as int64 scalars."""
        numbers = range(*[int(a) for a in args])
        dtype = as_dtype(output_type or "int64")
        make = dtype.as_numpy_dtype
        return DatasetV2(
            lambda: (state.tensor(make(n)) for n in numbers), len(numbers), TensorSpec((), dtype)
        )

    @staticmethod
    def from_tensors(tensors: Any, name: str | None = None) -> DatasetV2:
        """One element: the whole structure."""
        element = to_element(tensors)
        return DatasetV2(lambda: iter((element,)), 1, _spec_thunk(element))

    @staticmethod
    def from_tensor_slices(tensors: Any, name: str | None = None) -> DatasetV2:
        """The slices along the first axis of every tensor of a structure.

        Raises ``ValueError`` when the first axes differ in length or a tensor is a scalar.
        """
        element = to_element(tensors)
        arrays = leaves(element)
        if not arrays:
            raise ValueError("Invalid `tensors`. `tensors` should not be empty.")
        if any(a.ndim == 0 for a in arrays):
            raise ValueError("Unbatching a tensor is only supported for rank >= 1")
        sizes = {len(a) for a in arrays}
        if len(sizes) > 1:
            raise ValueError(
                f"Dimensions {sorted(sizes)} are not compatible: first axes must be equal."
            )

        def iterate() -> Iterator[Any]:
            for i in range(sizes_one):
                yield map_leaves(lambda t: state.tensor(t._a[i]), element)  # noqa: B023

        sizes_one = sizes.pop()
        return DatasetV2(
            iterate,
            sizes_one,
            lambda: map_leaves(lambda t: TensorSpec(t.shape[1:], t.dtype), element),
        )

    @staticmethod
    def from_generator(
        generator: Callable[..., Any],
        output_types: Any = None,
        output_shapes: Any = None,
        args: Any = None,
        output_signature: Any = None,
        name: str | None = None,
    ) -> DatasetV2:
        """Elements from a Python generator function, checked against ``output_signature``.

        Raises ``TypeError`` when ``generator`` is not callable or an element does not fit.
        """
        if not callable(generator):
            raise TypeError("`generator` must be a Python callable.")
        spec = _signature(output_types, output_shapes, output_signature)
        given = tuple(args or ())

        def iterate() -> Iterator[Any]:
            for value in generator(*given):
                yield map_leaves(_fit, spec, _tuples(value, spec))

        return DatasetV2(iterate, UNKNOWN, spec)

    @staticmethod
    def zip(*datasets: Any, name: str | None = None) -> DatasetV2:
        """Elements of several datasets side by side, as long as the shortest."""
        structure = datasets[0] if len(datasets) == 1 else tuple(datasets)
        parts = leaves(structure)

        def iterate() -> Iterator[Any]:
            running = [p._iterate() for p in parts]
            for row in zip(*running):  # noqa: B905
                values = iter(row)
                yield _refill(structure, values)

        sizes = [p._size for p in parts if p._size != INFINITE]
        size = INFINITE if not sizes else (UNKNOWN if UNKNOWN in sizes else min(sizes))
        return DatasetV2(iterate, size, lambda: map_leaves(lambda p: p.element_spec, structure))

    # -- transformations -------------------------------------------------------------------

    def map(
        self,
        map_func: Callable[..., Any],
        num_parallel_calls: Any = None,
        deterministic: Any = None,
        synchronous: Any = None,
        use_unbounded_threadpool: bool = False,
        name: str | None = None,
    ) -> DatasetV2:
        """Apply ``map_func`` to each element; lists in its result become tensors."""
        source = self._iterate

        def iterate() -> Iterator[Any]:
            return (_result(call(map_func, element)) for element in source())

        return DatasetV2(iterate, self._size)

    def flat_map(self, map_func: Callable[..., Any], name: str | None = None) -> DatasetV2:
        """Apply a function that returns a dataset, and chain the results."""
        source = self._iterate
        return DatasetV2(
            lambda: itertools.chain.from_iterable(call(map_func, e)._iterate() for e in source())
        )

    def filter(self, predicate: Callable[..., Any], name: str | None = None) -> DatasetV2:
        """Keep the elements for which ``predicate`` is true."""
        source = self._iterate
        return DatasetV2(
            lambda: (e for e in source() if bool(call(predicate, e))), UNKNOWN, self._spec
        )

    def concatenate(self, dataset: DatasetV2, name: str | None = None) -> DatasetV2:
        """The elements of this dataset, then those of another."""
        first, second = self._iterate, dataset._iterate
        sizes = (self._size, dataset._size)
        size = INFINITE if INFINITE in sizes else (UNKNOWN if UNKNOWN in sizes else sum(sizes))
        return DatasetV2(lambda: itertools.chain(first(), second()), size, self._spec)

    def repeat(self, count: Any = None, name: str | None = None) -> DatasetV2:
        """The dataset ``count`` times, for ever if ``None`` or -1."""
        times = -1 if count is None else int(count)
        source = self._iterate
        if times >= 0:
            size = self._size * times if self._size >= 0 else self._size
            rounds: Any = lambda: itertools.repeat(None, times)  # noqa: E731
        else:
            size = INFINITE if self._size != 0 else 0
            rounds = lambda: itertools.repeat(None)  # noqa: E731

        def iterate() -> Iterator[Any]:
            for _ in rounds():
                empty = True
                for element in source():
                    empty = False
                    yield element
                if empty:
                    return

        return DatasetV2(iterate, size, self._spec)

    def take(self, count: Any, name: str | None = None) -> DatasetV2:
        """At most the first ``count`` elements (all for -1)."""
        n = int(count)
        source = self._iterate
        if n < 0:
            return DatasetV2(source, self._size, self._spec)
        size = (
            n if self._size == INFINITE else (self._size if self._size < 0 else min(n, self._size))
        )
        return DatasetV2(lambda: itertools.islice(source(), n), size, self._spec)

    def skip(self, count: Any, name: str | None = None) -> DatasetV2:
        """The elements after the first ``count`` (none for -1)."""
        n = int(count)
        source = self._iterate
        if n < 0:
            return DatasetV2(lambda: iter(()), 0, self._spec)
        size = self._size if self._size < 0 else max(self._size - n, 0)
        return DatasetV2(lambda: itertools.islice(source(), n, None), size, self._spec)

    def batch(
        self,
        batch_size: Any,
        drop_remainder: bool = False,
        num_parallel_calls: Any = None,
        deterministic: Any = None,
        name: str | None = None,
    ) -> DatasetV2:
        """Stack consecutive elements along a new first axis."""
        n = int(batch_size)
        if n <= 0:
            raise ValueError(f"`batch_size` must be positive, received {n}.")
        source = self._iterate

        def iterate() -> Iterator[Any]:
            elements = source()
            while group := list(itertools.islice(elements, n)):
                if len(group) < n and drop_remainder:
                    return
                yield map_leaves(_stack, *group)

        size = (
            self._size
            if self._size < 0
            else (self._size // n if drop_remainder else -(-self._size // n))
        )
        lead = n if drop_remainder else None
        spec = lambda: map_leaves(  # noqa: E731
            lambda s: TensorSpec(TensorShape([lead]).concatenate(s.shape), s.dtype),
            self.element_spec,
        )
        return DatasetV2(iterate, size, spec)

    def shuffle(
        self,
        buffer_size: Any,
        seed: Any = None,
        reshuffle_each_iteration: bool | None = None,
        name: str | None = None,
    ) -> DatasetV2:
        """Draw elements at random from a buffer of ``buffer_size``.

        The order is random, reproducible with ``seed``, but not TensorFlow's.
        """
        n, source = int(buffer_size), self._iterate
        again = True if reshuffle_each_iteration is None else reshuffle_each_iteration
        generator = np.random.default_rng(None if seed is None else int(seed))
        fixed = int(generator.integers(2**62))

        def iterate() -> Iterator[Any]:
            draw = generator if again else np.random.default_rng(fixed)
            buffer: list[Any] = []
            for element in source():
                buffer.append(element)
                if len(buffer) > n:
                    yield buffer.pop(int(draw.integers(len(buffer))))
            while buffer:
                yield buffer.pop(int(draw.integers(len(buffer))))

        return DatasetV2(iterate, self._size, self._spec)

    def prefetch(self, buffer_size: Any, name: str | None = None) -> DatasetV2:
        """The dataset itself: elements are made when they are asked for."""
        return DatasetV2(self._iterate, self._size, self._spec)

    def cache(self, filename: str = "", name: str | None = None) -> DatasetV2:
        """Keep the elements of the first complete iteration in memory.

        Raises ``NotImplementedError`` for a cache in a file.
        """
        if filename:
            raise NotImplementedError("tf.data: caching in a file is not implemented; use cache().")
        source, kept = self._iterate, []  # type: ignore[var-annotated]

        def iterate() -> Iterator[Any]:
            if kept:
                yield from kept[0]
                return
            seen = []
            for element in source():
                seen.append(element)
                yield element
            kept[:] = [seen]

        return DatasetV2(iterate, self._size, self._spec)

    def enumerate(self, start: int = 0, name: str | None = None) -> DatasetV2:
        """Pairs of an int64 index and the element."""
        source = self._iterate
        return DatasetV2(
            lambda: ((state.tensor(np.int64(i)), e) for i, e in enumerate(source(), start)),
            self._size,
            lambda: (TensorSpec((), "int64"), self.element_spec),
        )

    def with_options(self, options: Any, name: str | None = None) -> DatasetV2:
        """The dataset with options attached (see :class:`tensortape.data.options.Options`)."""
        result = DatasetV2(self._iterate, self._size, self._spec)
        result._options = options
        return result

    def options(self) -> Any:
        """What ``with_options`` attached last."""
        return self._options

    def apply(self, transformation_func: Callable[[DatasetV2], Any]) -> Any:
        """``transformation_func(self)``."""
        return transformation_func(self)

    def reduce(
        self, initial_state: Any, reduce_func: Callable[..., Any], name: str | None = None
    ) -> Any:
        """Fold the elements: ``reduce_func(state, element)``."""
        result = to_element(initial_state)
        for element in self._iterate():
            result = to_element(reduce_func(result, element))
        return result

    # -- looking ---------------------------------------------------------------------------

    def __iter__(self) -> Any:
        return iterators.Iterator(self)

    def as_numpy_iterator(self) -> Any:
        """An iterator that yields NumPy arrays in place of tensors."""
        return iterators.NumpyIterator(self, lambda e: map_leaves(lambda t: t.numpy(), e))

    def cardinality(self, name: str | None = None) -> Any:
        """The number of elements, -1 for infinitely many, -2 where it is not known."""
        return convert_to_tensor(np.int64(self._size))

    @property
    def element_spec(self) -> Any:
        """The type of an element; found from the first one where nothing says it before."""
        if self._spec is None:
            first = next(self._iterate(), None)
            if first is None:
                raise ValueError("The element_spec of an empty, mapped dataset is not known.")
            self._spec = spec_of(first)
        return self._spec() if callable(self._spec) else self._spec

    def __len__(self) -> int:
        if self._size == INFINITE:
            raise TypeError("The dataset is infinite.")
        if self._size == UNKNOWN:
            raise TypeError("The dataset length is unknown.")
        return self._size

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        return f"<Dataset element_spec={self.element_spec}>"


def _spec_thunk(element: Any) -> Callable[[], Any]:
    return lambda: spec_of(element)


def _result(value: Any) -> Any:
    if isinstance(value, list):
        return convert_to_tensor(value)
    return to_element(value)


def _refill(structure: Any, values: Iterator[Any]) -> Any:
    return map_leaves(lambda _: next(values), structure)


def _stack(*tensors: Any) -> Any:
    return state.tensor(np.stack([np.asarray(t._a) for t in tensors]))


def _signature(types: Any, shapes: Any, signature: Any) -> Any:
    if signature is not None:
        return signature
    if types is None:
        raise TypeError("Either `output_signature` or `output_types` must be given.")
    if shapes is None:
        return map_leaves(lambda t: TensorSpec(None, t), types)
    return map_leaves(lambda t, s: TensorSpec(s, t), types, shapes)


def _tuples(value: Any, spec: Any) -> Any:
    return tuple(value) if isinstance(spec, tuple) and isinstance(value, list) else value


def _fit(spec: Any, value: Any) -> Any:
    tensor = convert_to_tensor(value, dtype=spec.dtype)
    if not spec.shape.is_compatible_with(tensor.shape):
        raise TypeError(
            f"`generator` yielded an element of shape {tensor.shape} where an element of shape "
            f"{spec.shape} was expected."
        )
    return tensor


DatasetV2.__module__ = "tensorflow.python.data.ops.dataset_ops"
export("data.Dataset")(DatasetV2)
