"""What else there is to do with a dataset: its one element, errors passed over."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

from tensortape.core import errors
from tensortape.data.dataset import INFINITE, UNKNOWN, DatasetV2, method


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
