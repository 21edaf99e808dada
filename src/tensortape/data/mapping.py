"""Transformations that apply functions to elements."""

from __future__ import annotations

import builtins
import itertools
import os
from collections.abc import Callable, Iterator
from typing import Any

from tensortape.core import errors
from tensortape.core.specs import TensorSpec
from tensortape.core.state import paused, state
from tensortape.data.calls import Function
from tensortape.data.dataset import UNKNOWN, DatasetV2, computed, method, need_dataset
from tensortape.data.parallel import Parallel
from tensortape.data.running import Run
from tensortape.data.sampling import mapped_spec, sampled_spec
from tensortape.data.seeds import looking
from tensortape.data.specs import DatasetSpec
from tensortape.data.structure import int64, leaves, map_leaves, spec_of, to_element
from tensortape.data.traced_reduce import traced_reduce

_Map = builtins.map
_FLAT = "The `map_func` argument must return a `Dataset` object"


@method
def map(
    dataset: DatasetV2,
    map_func: Callable[..., Any],
    num_parallel_calls: Any = None,
    deterministic: Any = None,
    synchronous: Any = None,
    use_unbounded_threadpool: bool = False,
    name: str | None = None,
) -> DatasetV2:
    """Apply `map_func` to each element; a tuple is passed as several arguments.

    The results keep their order. With `num_parallel_calls`, functions that wait (for files, say)
    run in several threads; those that compute run one after the other, which is faster in Python.

    >>> import tensortape as tf
    >>> ds = tf.data.Dataset.range(3).map(lambda x: (x, tf.cast(x, tf.float32) / 2))
    >>> [(int(x), float(y)) for x, y in ds]
    [(0, 0.0), (1, 0.5), (2, 1.0)]

    Raises `ValueError` when `map_func` is not callable; what it raises about the types of its
    arguments is raised here. Source: `tf.data.Dataset.map`.
    """
    function, source = Function(map_func), dataset._start
    _check_calls(num_parallel_calls, "ParallelMapDatasetV2")
    if function.raises:
        function.check(dataset.element_spec)
    if num_parallel_calls is None:
        kind = "_MapDataset"
        start: Any = lambda run: _Map(function.started(run), source(run))  # noqa: E731
    else:
        kind = "_ParallelMapDataset"
        parallel = Parallel(int(num_parallel_calls))
        start = lambda run: parallel.map(function.started(run), source(run))  # noqa: E731
    return computed(start, dataset._size, _mapped_spec(dataset, function), (dataset,), kind)


def _mapped_spec(dataset: DatasetV2, function: Function) -> Callable[[], Any]:
    """The type of results, from the function without values if it can run so, else from some."""

    def find() -> Any:
        try:
            return function.result_spec(dataset.element_spec)
        except Exception:
            return mapped_spec(dataset, function)

    return find


def sampled(start: Any, size: int, dataset: DatasetV2, kind: str) -> DatasetV2:
    """A dataset whose element type is found by making elements."""
    return computed(start, size, lambda: sampled_spec(start), (dataset,), kind)


@method
def filter(dataset: DatasetV2, predicate: Callable[..., Any], name: str | None = None) -> DatasetV2:
    """Keep the elements for which `predicate` is true.

    >>> import tensortape as tf
    >>> [int(x) for x in tf.data.Dataset.range(6).filter(lambda x: x % 2 == 0)]
    [0, 2, 4]

    Raises `ValueError` when `predicate` returns something else than a boolean scalar.
    Source: `tf.data.Dataset.filter`.
    """
    function, source = Function(predicate), dataset._start

    def start(run: Run) -> Iterator[Any]:
        call = function.started(run)
        return (element for element in source(run) if _truth(call(element)))

    return DatasetV2(start, UNKNOWN, lambda: dataset.element_spec, (dataset,), "_FilterDataset")


def _truth(value: Any) -> bool:
    array = getattr(value, "_a", None)
    if array is None or array.dtype.kind != "b" or array.ndim:
        raise ValueError(
            "Invalid `predicate`. `predicate` must return a `tf.bool` scalar tensor, but its "
            f"return type is {spec_of(value)}."
        )
    return bool(array)


@method
def take_while(
    dataset: DatasetV2, predicate: Callable[..., Any], name: str | None = None
) -> DatasetV2:
    """The elements until `predicate` is false for the first time.

    >>> import tensortape as tf
    >>> [int(x) for x in tf.data.Dataset.range(10).take_while(lambda x: x < 3)]
    [0, 1, 2]

    Source: `tf.data.Dataset.take_while`.
    """
    function, source = Function(predicate), dataset._start

    def start(run: Run) -> Iterator[Any]:
        call = function.started(run)
        return itertools.takewhile(lambda element: _truth(call(element)), source(run))

    return DatasetV2(start, UNKNOWN, lambda: dataset.element_spec, (dataset,), "_TakeWhileDataset")


@method
def flat_map(
    dataset: DatasetV2, map_func: Callable[..., Any], name: str | None = None
) -> DatasetV2:
    """Apply a function that returns a dataset, and chain the results.

    >>> import tensortape as tf
    >>> ds = tf.data.Dataset.range(1, 4).flat_map(lambda n: tf.data.Dataset.range(n))
    >>> [int(x) for x in ds]
    [0, 0, 1, 0, 1, 2]

    Raises `TypeError` when `map_func` returns something else. Source: `tf.data.Dataset.flat_map`.
    """
    function, source = Function(map_func), dataset._start

    def start(run: Run) -> Iterator[Any]:
        call = function.started(run)
        inner = (need_dataset(call(element), _FLAT)._start(run) for element in source(run))
        return itertools.chain.from_iterable(inner)

    return computed(start, UNKNOWN, _inner_spec(dataset, function), (dataset,), "_FlatMapDataset")


_NOTHING = object()


def _inner_spec(dataset: DatasetV2, function: Function) -> Callable[[], Any]:
    def find() -> Any:
        try:
            found = function.result_spec(dataset.element_spec)
        except Exception:
            found = None
        if not isinstance(found, DatasetSpec):
            run = Run()
            call = function.started(run)
            with looking():
                element = next(dataset._start(run), _NOTHING)
            if element is _NOTHING:
                raise ValueError("The element_spec of an empty flat_map dataset is not known.")
            return need_dataset(call(element), _FLAT).element_spec
        return found.element_spec

    return find


@method
def interleave(
    dataset: DatasetV2,
    map_func: Callable[..., Any],
    cycle_length: Any = None,
    block_length: Any = None,
    num_parallel_calls: Any = None,
    deterministic: Any = None,
    name: str | None = None,
) -> DatasetV2:
    """As `flat_map` with `cycle_length` results at a time: `block_length` elements of each in turn.

    Where `cycle_length` is not given it is the number of processors, or of `num_parallel_calls`
    if that is less; with `AUTOTUNE` a third of the processors.

    >>> import tensortape as tf
    >>> pairs = lambda n: tf.data.Dataset.from_tensors(n).repeat(2)
    >>> [int(x) for x in tf.data.Dataset.range(4).interleave(pairs, cycle_length=2)]
    [0, 1, 0, 1, 2, 3, 2, 3]

    Raises `TypeError` when `map_func` returns no dataset. Source: `tf.data.Dataset.interleave`.
    """
    function, source = Function(map_func), dataset._start
    _check_calls(num_parallel_calls, "ParallelInterleaveDatasetV4")
    cycle = _cycle(cycle_length, num_parallel_calls)
    block = 1 if block_length is None else int(block_length)
    for what, value in (("cycle_length", cycle), ("block_length", block)):
        if value <= 0:
            raise _refused("InterleaveDataset", f"{what} must be greater than zero.")

    def start(run: Run) -> Iterator[Any]:
        call = function.started(run)
        inner = (need_dataset(call(element), _FLAT)._start(run) for element in source(run))
        return _interleaved(inner, cycle, block)

    kind = "_InterleaveDataset" if num_parallel_calls is None else "_ParallelInterleaveDataset"
    return computed(start, UNKNOWN, _inner_spec(dataset, function), (dataset,), kind)


def _cycle(length: Any, calls: Any) -> int:
    """How many results there are at a time: TensorFlow's number, by processors, if not said."""
    if length is not None and int(length) != -1:
        if calls is not None and int(calls) > int(length) > 0:
            raise _refused(
                "ParallelInterleaveDatasetV4",
                "If `cycle_length` is set to a fixed value, `num_parallel_calls` must be either "
                "`tf.data.AUTOTUNE` or a value less than or equal to `cycle_length`. However, "
                f"`num_parallel_calls` is {int(calls)} and `cycle_length` is {int(length)}.",
            )
        return int(length)
    processors = os.cpu_count() or 1
    if calls is None:
        return processors
    return -(-processors // 3) if int(calls) == -1 else min(int(calls), processors)


def _check_calls(calls: Any, op: str) -> None:
    if calls is not None and int(calls) < 1 and int(calls) != -1:
        raise _refused(op, "num_parallel_calls must be greater than zero.")


def _refused(op: str, message: str) -> Exception:
    return errors.of_op(errors.InvalidArgumentError, op, message)


def _interleaved(inner: Iterator[Any], cycle: int, block: int) -> Iterator[Any]:
    """Elements of several iterators in turn; an exhausted one leaves its place to the next."""
    running: list[Any] = [None] * cycle
    open_places, more, at = 0, True, 0
    while more or open_places:
        if running[at] is None and more:
            running[at] = next(inner, None)
            more = running[at] is not None
            open_places += more
        if running[at] is not None:
            given = 0
            for element in itertools.islice(running[at], block):
                given += 1
                yield element
            if given < block:
                running[at] = None
                open_places -= 1
        at = (at + 1) % cycle


@method
def enumerate(dataset: DatasetV2, start: Any = 0, name: str | None = None) -> DatasetV2:
    """Pairs of an int64 index and the element.

    >>> import tensortape as tf
    >>> [int(i) for i, x in tf.data.Dataset.from_tensors("a").repeat(2).enumerate(5)]
    [5, 6]

    Source: `tf.data.Dataset.enumerate`.
    """
    first, source = int(start), dataset._start

    def begin(run: Run) -> Iterator[Any]:
        return ((int64(i), e) for i, e in builtins.enumerate(source(run), first))

    return DatasetV2(
        begin,
        dataset._size,
        lambda: (TensorSpec((), "int64"), dataset.element_spec),
        (dataset,),
        "_ZipDataset",
    )


@method
def scan(
    dataset: DatasetV2,
    initial_state: Any,
    scan_func: Callable[..., Any],
    name: str | None = None,
) -> DatasetV2:
    """A fold that gives its outputs: `scan_func(state, element) -> (state, output)`.

    >>> import tensortape as tf
    >>> sums = tf.data.Dataset.range(1, 5).scan(tf.constant(0, tf.int64), lambda s, x: (s + x,) * 2)
    >>> [int(x) for x in sums]
    [1, 3, 6, 10]

    Raises `TypeError` when `scan_func` returns something else. Source: `tf.data.Dataset.scan`.
    """
    function, source = Function(scan_func), dataset._start
    first = to_element(initial_state)

    def start(run: Run) -> Iterator[Any]:
        return _scanned(function.started_with(run), first, source(run))

    def find() -> Any:
        try:
            return function.result_spec(spec_of(first), dataset.element_spec, unpack=False)[1]
        except Exception:
            return sampled_spec(start)

    return computed(start, dataset._size, find, (dataset,), "_ScanDataset")


def _scanned(call: Callable[..., Any], total: Any, elements: Iterator[Any]) -> Iterator[Any]:
    for element in elements:
        new, output = _pair(call(total, element))
        _same_types(total, new, "Invalid `scan_func`. ")
        total = new
        yield output


def _pair(result: Any) -> Any:
    if not isinstance(result, tuple) or len(result) != 2:
        raise TypeError(
            "Invalid `scan_func`. `scan_func` should return a pair consisting of new state and "
            f"the output value but its return type is {spec_of(result)}."
        )
    return result


@method
def reduce(
    dataset: DatasetV2,
    initial_state: Any,
    reduce_func: Callable[..., Any],
    name: str | None = None,
) -> Any:
    """Fold the elements: `reduce_func(state, element)`; an element is one argument.

    >>> import tensortape as tf
    >>> int(tf.data.Dataset.range(5).reduce(tf.constant(0, tf.int64), lambda s, x: s + x))
    10

    Raises `TypeError` when the state changes its type. Source: `tf.data.Dataset.reduce`.
    """
    result, function = to_element(initial_state), Function(reduce_func)
    if state.graph is not None and state.graph.building_function:
        return traced_reduce(dataset, result, reduce_func, _same_types)
    call = function.started_with(Run())
    with paused():  # no gradient passes
        for element in dataset:
            new = call(result, element)
            _same_types(result, new)
            result = new
    return result


def _types(structure: Any) -> Any:
    return map_leaves(lambda spec: getattr(spec, "dtype", spec), spec_of(structure))


def _same_types(old: Any, new: Any, where: str = "") -> None:
    try:
        same = map_leaves(lambda a, b: getattr(a, "dtype", 0) == getattr(b, "dtype", 0), old, new)
    except (TypeError, ValueError):
        same = False
    if not all(leaves(same)):
        raise TypeError(
            f"{where}The element types for the new state must match the initial state. Expected "
            f"{_types(old)} but got {_types(new)}."
        )


@method
def unique(dataset: DatasetV2, name: str | None = None) -> DatasetV2:
    """Each element once, where it first occurs.

    >>> import tensortape as tf
    >>> [int(x) for x in tf.data.Dataset.from_tensor_slices([1, 37, 2, 37, 2]).unique()]
    [1, 37, 2]

    Raises `TypeError` unless elements are single tensors of int32, int64 or strings.
    Source: `tf.data.Dataset.unique`.
    """
    source, spec = dataset._start, dataset._known_spec()
    if spec is not None:
        _check_unique(spec)

    def start(run: Run) -> Iterator[Any]:
        return _first_ones(source(run))

    return DatasetV2(start, UNKNOWN, lambda: dataset.element_spec, (dataset,), "_UniqueDataset")


def _first_ones(elements: Iterator[Any]) -> Iterator[Any]:
    seen: set[Any] = set()
    for element in elements:
        key = _key(element)
        if key not in seen:
            seen.add(key)
            yield element


def _check_unique(spec: Any) -> None:
    if not isinstance(spec, TensorSpec) or spec.dtype.name not in ("int32", "int64", "string"):
        raise TypeError(
            "`tf.data.Dataset.unique` expects elements with a single tensor of type `tf.int32`, "
            f"`tf.int64` or `tf.string`; received {spec}."
        )


def _key(element: Any) -> Any:
    array = getattr(element, "_a", None)
    if array is None or array.dtype.name not in ("int32", "int64", "object"):
        _check_unique(spec_of(element))
    assert array is not None
    return array.item() if array.ndim == 0 else (array.shape, tuple(array.ravel().tolist()))
