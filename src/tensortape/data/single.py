"""What else there is to do with a dataset: one element, errors passed over, resampling."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from tensortape.core import errors
from tensortape.core.convert import convert_to_tensor
from tensortape.core.state import state
from tensortape.data.calls import Function
from tensortape.data.dataset import INFINITE, UNKNOWN, DatasetV2, method
from tensortape.data.running import Run
from tensortape.data.seeds import SeedGenerator, words


@method
def get_single_element(dataset: DatasetV2, name: str | None = None) -> Any:
    """The only element.

    >>> import tensortape as tf
    >>> int(tf.data.Dataset.range(4).batch(4).get_single_element()[-1])
    3

    Raises `InvalidArgumentError` when there is none, or more than one.
    Source: `tf.data.Dataset.get_single_element`.
    """
    elements = iter(dataset)
    found = next(elements, _NONE)
    if found is _NONE:
        raise _refused("Dataset was empty.")
    if next(elements, _NONE) is not _NONE:
        raise _refused("Dataset had more than one element.")
    return found


_NONE = object()


def _refused(message: str) -> Exception:
    return errors.of_op(errors.InvalidArgumentError, "DatasetToSingleElement", message)


@method
def ignore_errors(
    dataset: DatasetV2, log_warning: bool = False, name: str | None = None
) -> DatasetV2:
    """Leave out elements whose making fails with an error of `tf.errors`.

    >>> import tensortape as tf
    >>> ds = tf.data.Dataset.from_tensor_slices([1.0, 0.0, 2.0])
    >>> ds = ds.map(lambda x: tf.debugging.check_numerics(1.0 / x, "inf"))
    >>> [float(x) for x in ds.ignore_errors()]
    [1.0, 0.5]

    Source: `tf.data.Dataset.ignore_errors`.
    """
    source = dataset._start

    size = INFINITE if dataset._size == INFINITE else UNKNOWN
    start = lambda run: _whole(source(run), log_warning)  # noqa: E731
    return DatasetV2(start, size, lambda: dataset.element_spec, (dataset,), "_IgnoreErrorsDataset")


def _whole(elements: Iterator[Any], log_warning: bool) -> Iterator[Any]:
    while True:
        try:
            element = next(elements)
        except StopIteration:
            return
        except errors.OpError as error:
            if log_warning:
                warnings.warn(f"Error raised with error message {error}", stacklevel=2)
            continue
        yield element


@method
def rejection_resample(
    dataset: DatasetV2,
    class_func: Callable[..., Any],
    target_dist: Any,
    initial_dist: Any = None,
    seed: Any = None,
    name: str | None = None,
) -> DatasetV2:
    """Pairs of class and element, elements left out so that classes follow `target_dist`.

    `class_func(element)` is the number of the class; `initial_dist`, the distribution of the
    classes before, is estimated while iterating where it is not given. The choices are not those
    that TensorFlow makes for the same seed.

    >>> import tensortape as tf
    >>> tf.random.set_seed(None)
    >>> ds = tf.data.Dataset.range(200).rejection_resample(
    ...     lambda x: tf.cast(x % 4 == 0, tf.int32), [0.5, 0.5], [0.75, 0.25], seed=1)
    >>> 0.3 < sum(int(label) for label, x in ds) / len(list(ds)) < 0.7
    True

    Source: `tf.data.Dataset.rejection_resample`.
    """
    function, seeds = Function(class_func), SeedGenerator(seed, False)
    target = np.asarray(convert_to_tensor(target_dist)._a, np.float64)
    known = None if initial_dist is None else np.asarray(convert_to_tensor(initial_dist)._a)

    def start(run: Run) -> Iterator[Any]:
        draws = words(*seeds.next(run))
        return kept(function.started(run), draws, dataset._start(run))

    def kept(class_of: Any, draws: Iterator[int], elements: Iterator[Any]) -> Iterator[Any]:
        seen = np.full(len(target), 1.0)
        for element in elements:
            label = class_of(element)
            at = int(label)
            seen[at] += 1
            ratio = target / np.maximum(seen / seen.sum() if known is None else known, 1e-12)
            if next(draws) / 2**32 < ratio[at] / ratio.max():
                yield state.tensor(np.asarray(label._a)[()]), element

    return DatasetV2(
        start,
        UNKNOWN,
        lambda: (function.result_spec(dataset.element_spec), dataset.element_spec),
        (dataset,),
        "_RejectionResampleDataset",
    )
