"""Several datasets into one: side by side, by choice, by chance."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from typing import Any

from tensortape.core import errors
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import execute
from tensortape.core.dtypes import float32, float64
from tensortape.core.dtypes import int64 as int64_dtype
from tensortape.core.specs import TensorSpec
from tensortape.core.state import state
from tensortape.core.tensor import Tensor
from tensortape.data.batching import batch
from tensortape.data.dataset import INFINITE, UNKNOWN, DatasetV2, source
from tensortape.data.mapping import map as map_dataset
from tensortape.data.ordering import common_spec, take
from tensortape.data.running import Run
from tensortape.data.sources import random
from tensortape.data.structure import leaves, map_leaves, refill
from tensortape.ops.elementwise.exponential import log as log_op
from tensortape.ops.random.stateless import stateless_multinomial


@source
def zip_(*args: Any, datasets: Any = None, name: str | None = None) -> DatasetV2:
    """Elements of several datasets side by side, as long as the shortest.

    Takes datasets, or one structure (a tuple or dictionary) of them.

    >>> import tensortape as tf
    >>> range = tf.data.Dataset.range
    >>> [(int(a), int(b)) for a, b in tf.data.Dataset.zip(range(2), range(5, 9))]
    [(0, 5), (1, 6)]

    Raises `TypeError` for anything else. Source: `tf.data.Dataset.zip`.
    """
    if not args and datasets is None:
        raise TypeError("Must pass at least one dataset to `zip`.")
    if args and datasets is not None:
        raise TypeError("Both `*args` and `datasets` cannot be set.")
    structure = args if len(args) > 1 else (args[0] if args else datasets)
    parts = leaves(structure)
    for part in parts:
        if not isinstance(part, DatasetV2):
            raise TypeError(_not_zipped(part))
    starts = [part._start for part in parts]
    sizes = [part._size for part in parts if part._size != INFINITE]
    size = INFINITE if not sizes else (UNKNOWN if UNKNOWN in sizes else min(sizes))
    plain = type(structure) is tuple and all(isinstance(part, DatasetV2) for part in structure)

    def start(run: Run) -> Iterator[Any]:
        rows = builtins.zip(*[begin(run) for begin in starts], strict=False)
        return rows if plain else (refill(structure, list(row)) for row in rows)

    return DatasetV2(
        start,
        size,
        lambda: map_leaves(lambda part: part.element_spec, structure),
        tuple(parts),
        "_ZipDataset",
    )


def _not_zipped(part: Any) -> str:
    told = "Invalid input to `zip`. Inputs are expected to be (nested) structures of "
    if isinstance(part, list):
        return (
            f"{told}`tf.data.Dataset` objects. Python `list` is not supported and you should use "
            "`tuple` instead."
        )
    return f"{told}`tf.data.Dataset` objects but encountered object of type {type(part)}."


@source
def choose_from_datasets(
    datasets: Any, choice_dataset: Any, stop_on_empty_dataset: bool = True
) -> DatasetV2:
    """Elements of several datasets in the order that a dataset of int64 scalars says.

    It ends with the first empty dataset that is chosen, or else passes over such choices.

    >>> import tensortape as tf
    >>> parts = [tf.data.Dataset.from_tensors(name).repeat() for name in "abc"]
    >>> choice = tf.data.Dataset.range(3).repeat(2)
    >>> ds = tf.data.Dataset.choose_from_datasets(parts, choice)
    >>> b"".join(ds.as_numpy_iterator())
    b'abcabc'

    Raises `TypeError` when the choices are of another type, `ValueError` without datasets.
    Source: `tf.data.Dataset.choose_from_datasets`.
    """
    parts = list(datasets)
    if not parts:
        raise ValueError("Invalid `datasets`. `datasets` should not be empty.")
    spec = choice_dataset.element_spec
    if not isinstance(spec, TensorSpec) or spec.shape.rank != 0 or spec.dtype != int64_dtype:
        raise TypeError(
            "Invalid `choice_dataset`. Elements of `choice_dataset` must be scalar `tf.int64` "
            f"tensors but are {spec}."
        )
    return _chosen(choice_dataset, parts, stop_on_empty_dataset)


def _chosen(choice: DatasetV2, parts: list[DatasetV2], stop_on_empty: bool) -> DatasetV2:
    def start(run: Run) -> Iterator[Any]:
        chosen = choice._start(run)
        return _directed(chosen, [part._start(run) for part in parts], stop_on_empty)

    def find() -> Any:
        spec = parts[0].element_spec
        for part in parts[1:]:
            spec = common_spec(spec, part.element_spec)
        return spec

    if all(part._known_spec() is not None for part in parts):
        find()
    size = INFINITE if any(part._size == INFINITE for part in parts) else UNKNOWN
    return DatasetV2(start, size, find, (choice, *parts), "_DirectedInterleaveDataset")


def _directed(chosen: Iterator[Any], running: list[Any], stop_on_empty: bool) -> Iterator[Any]:
    for wanted in chosen:
        at = int(wanted)
        if not 0 <= at < len(running):
            raise _outside(at, len(running))
        if running[at] is None:
            continue
        element = next(running[at], running)
        if element is not running:
            yield element
        elif stop_on_empty:
            return
        else:
            running[at] = None
            if not any(part is not None for part in running):
                return


def _outside(at: int, count: int) -> Exception:
    from_ = f"Selector index out of range: {at} >= {count}"
    return errors.of_op(errors.InvalidArgumentError, "IteratorGetNext", from_)


@source
def sample_from_datasets(
    datasets: Any,
    weights: Any = None,
    seed: Any = None,
    stop_on_empty_dataset: bool = False,
    rerandomize_each_iteration: bool | None = None,
) -> DatasetV2:
    """Elements of several datasets, each drawn from one chosen at random: TensorFlow's choices.

    `weights` are probabilities (a list, tensor or dataset of them), equal ones unless given.

    >>> import tensortape as tf
    >>> tf.random.set_seed(None)
    >>> parts = [tf.data.Dataset.from_tensors(i).repeat(4) for i in (0, 1)]
    >>> ds = tf.data.Dataset.sample_from_datasets(parts, weights=[0.5, 0.5], seed=3)
    >>> sorted(int(x) for x in ds)
    [0, 0, 0, 0, 1, 1, 1, 1]

    Raises `ValueError` when the weights are not as many as the datasets, `TypeError` when they are
    no floating point numbers. Source: `tf.data.Dataset.sample_from_datasets`.
    """
    parts = list(datasets)
    if not parts:
        raise ValueError("Invalid `datasets`. `datasets` should not be empty.")
    draws = lambda: batch(random(seed, rerandomize_each_iteration), 2)  # noqa: E731
    if isinstance(weights, DatasetV2):
        logits = map_dataset(weights, lambda *p: _log(*p))
        choice = map_dataset(zip_(logits, draws()), lambda row, pair: _draw(row, pair))
        return _chosen(_as_choice(choice), parts, stop_on_empty_dataset)
    row, parts = _logits(weights, parts)
    if len(parts) == 1:
        return parts[0]
    choice = map_dataset(draws(), lambda pair: _draw(row, pair))
    return _chosen(_as_choice(choice), parts, stop_on_empty_dataset)


def _as_choice(dataset: DatasetV2) -> DatasetV2:
    dataset._spec = TensorSpec((), "int64")
    return dataset


def _logits(weights: Any, parts: list[DatasetV2]) -> tuple[Any, list[DatasetV2]]:
    if weights is None:
        return convert_to_tensor([1.0] * len(parts)), parts
    count = weights.shape[0] if isinstance(weights, Tensor) else len(weights)
    if count != len(parts):
        raise ValueError(
            "Invalid `weights`. `weights` should have the same length as `datasets` but got "
            f"`len(weights)={count}` vs. `len(datasets)={len(parts)}`."
        )
    if not isinstance(weights, Tensor):
        kept = [pair for pair in builtins.zip(parts, weights, strict=True) if pair[1] > 0]
        kept = kept or [(take(parts[0], 0), 1.0)]
        parts, weights = [part for part, _ in kept], [weight for _, weight in kept]
    tensor = convert_to_tensor(weights)
    if tensor.dtype not in (float32, float64):
        raise TypeError(
            "Invalid `weights`. `weights` type must be either `tf.float32` or `tf.float64` but is "
            f"{tensor.dtype!r}."
        )
    return _log(tensor), parts


def _log(tensor: Any) -> Any:
    return execute(log_op, (tensor,))


def _draw(logits: Any, pair: Any) -> Any:
    """The number of a dataset, drawn by the two seeds of `pair`."""
    row = state.tensor(logits._a.reshape(1, -1))
    attrs = {"num_samples": 1, "dtype": int64_dtype}
    return state.tensor(execute(stateless_multinomial, (row, pair), attrs)._a[0, 0])
