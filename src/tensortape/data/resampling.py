"""`rejection_resample`: classes in other proportions, by leaving elements out.

Some elements are taken as they come and some after a choice by class. With p the distribution of
the classes before and t the one wanted, the ratio of t to p of the class that is most frequent for
its target, the least of all ratios, says how often an element may be taken as it comes; what the
other ratios have above it is the chance of their class in the choice.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tensortape.core.convert import convert_to_tensor
from tensortape.core.registry import PUBLIC
from tensortape.core.state import state
from tensortape.data.batching import batch, unbatch
from tensortape.data.dataset import DatasetV2, method
from tensortape.data.mapping import filter as filter_dataset
from tensortape.data.mapping import map as map_dataset
from tensortape.data.mapping import scan
from tensortape.data.mixing import sample_from_datasets, zip_
from tensortape.data.ordering import repeat
from tensortape.data.sources import from_tensors

_SEEN_AT_ONCE = 32
"""Elements after which the estimate of the distribution is made anew."""
_SMOOTHING = 10
"""How many elements of each class count as seen at first."""


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
    classes before, is estimated while iterating where it is not given. The choices are
    TensorFlow's.

    >>> import tensortape as tf
    >>> tf.random.set_seed(None)
    >>> ds = tf.data.Dataset.range(200).rejection_resample(
    ...     lambda x: tf.cast(x % 4 == 0, tf.int32), [0.5, 0.5], [0.75, 0.25], seed=1)
    >>> 0.3 < sum(int(label) for label, x in ds) / len(list(ds)) < 0.7
    True

    Source: `tf.data.Dataset.rejection_resample`.
    """
    target = convert_to_tensor(target_dist)
    as_it_comes = map_dataset(dataset, lambda *x: (class_func(*x), x[0] if len(x) == 1 else x))
    if initial_dist is None:
        before = _estimated(target, map_dataset(dataset, class_func))
        chances = map_dataset(before, lambda p: _chances(p, target))
    else:
        fixed = _chances(convert_to_tensor(initial_dist), target)
        chances = repeat(from_tensors(fixed))
        if float(fixed[1]) == 1.0:
            return as_it_comes
    chosen = _chosen(dataset, map_dataset(chances, lambda accepted, _: accepted), class_func, seed)
    if initial_dist is not None and float(fixed[1]) == 0.0:
        return chosen
    weights = map_dataset(chances, lambda _, taken: PUBLIC["stack"]([taken, 1.0 - taken]))
    return sample_from_datasets(
        [as_it_comes, chosen], weights=weights, seed=seed, stop_on_empty_dataset=True
    )


def _chances(before: Any, target: Any) -> tuple[Any, Any]:
    """How often elements of each class are accepted, and how often all are taken as they come."""
    p = before._a
    with np.errstate(all="ignore"):
        ratio = (target._a / (p + np.finfo(p.dtype).tiny)).astype(p.dtype)
        least = ratio.min()
        accepted = (ratio - least) / (ratio.max() - least)
    return state.tensor(accepted), state.tensor(least)


def _chosen(dataset: DatasetV2, accepted: DatasetV2, class_func: Any, seed: Any) -> DatasetV2:
    """Pairs of class and element of those that the choice by class accepts."""

    def labelled(chances: Any, element: Any) -> Any:
        args = element if isinstance(element, tuple) else (element,)
        label = class_func(*args)
        return label, PUBLIC["gather"](chances, label), element

    def accept(_: Any, chance: Any, element: Any) -> Any:
        return PUBLIC["random.uniform"]([], seed=seed, dtype=chance.dtype) < chance

    rows = filter_dataset(map_dataset(zip_(accepted, dataset), labelled), accept)
    return map_dataset(rows, lambda label, _, element: (label, element))


def _estimated(target: Any, labels: DatasetV2) -> DatasetV2:
    """The distribution of the classes so far, again for each element."""
    count = target.shape[0]

    def update(seen: Any, batch_of_labels: Any) -> Any:
        numbers = np.bincount(batch_of_labels._a.reshape(-1), minlength=count)[:count]
        seen = seen._a + numbers
        share = (seen / seen.sum()).astype(np.float32)
        return state.tensor(seen), state.tensor(np.tile(share, (_SEEN_AT_ONCE, 1)))

    first = np.full(count, _SMOOTHING, np.int64)
    return unbatch(scan(batch(labels, _SEEN_AT_ONCE), first, update))
