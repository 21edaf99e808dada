"""Losses over many classes, of which a sample is looked at."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.arrays.recorded import recorded as xp
from tensortape.core import dtypes
from tensortape.core.public import tensor
from tensortape.core.registry import PUBLIC, export
from tensortape.ops.layout.shaping import expand_dims, reshape
from tensortape.ops.linalg.matmul import matmul
from tensortape.ops.nn.embedding import embedding_lookup
from tensortape.ops.nn.losses import (
    sigmoid_cross_entropy_with_logits,
    softmax_cross_entropy_with_logits,
)
from tensortape.ops.reduce.sums import reduce_sum


@export("nn.compute_accidental_hits")
def compute_accidental_hits(
    true_classes: Any,
    sampled_candidates: Any,
    num_true: int,
    seed: int | None = None,
    name: str | None = None,
) -> tuple[Any, Any, Any]:
    """Where sampled classes are true ones: rows, places in the sample, large negative weights.

    >>> import tensortape as tf
    >>> rows, places, _ = tf.nn.compute_accidental_hits([[2], [5]], [5, 1], 1)
    >>> rows.numpy().tolist(), places.numpy().tolist()
    ([1], [0])

    Source: ``tf.nn.compute_accidental_hits``.
    """
    true, sampled = (np.asarray(tensor(x)._a) for x in (true_classes, sampled_candidates))
    hits = (true.reshape(len(true), num_true, 1) == sampled).any(1)
    rows, places = np.nonzero(hits)
    weights = np.full(len(rows), -np.finfo(np.float32).max, np.float32)
    return tensor(rows.astype(np.int32)), tensor(places.astype(np.int64)), tensor(weights)


def sampled_logits(
    weights: Any,
    biases: Any,
    labels: Any,
    inputs: Any,
    num_true: int,
    sampled_values: Any,
    remove_hits: bool,
    sizes: tuple[int, int],
    seed: int | None = None,
) -> tuple[Any, Any]:
    """Logits of the true classes and of the sampled ones, and the labels they should have."""
    inputs, labels = tensor(inputs), tensor(labels)
    labels = labels if labels.dtype is dtypes.int64 else xp.astype(labels, dtypes.int64)
    if sampled_values is None:
        sampled_values = PUBLIC["random.log_uniform_candidate_sampler"](
            true_classes=labels,
            num_true=num_true,
            num_sampled=sizes[0],
            unique=True,
            range_max=sizes[1],
            seed=seed,
        )
    sampled, true_count, sampled_count = (xp.stop_gradient(tensor(s)) for s in sampled_values)
    sampled = sampled if sampled.dtype is dtypes.int64 else xp.astype(sampled, dtypes.int64)
    flat = reshape(labels, [-1])
    ids = xp.concatenate([flat, sampled], 0)
    count = flat.shape[0]
    rows, offsets = embedding_lookup(weights, ids), embedding_lookup(biases, ids)
    true_rows = reshape(rows[:count], [-1, num_true, rows.shape[-1]])
    true = reduce_sum(expand_dims(inputs, 1) * true_rows, -1) + reshape(
        offsets[:count], [-1, num_true]
    )
    others = matmul(inputs, rows[count:], transpose_b=True) + offsets[count:]
    if remove_hits:
        others = others + hits_as_matrix(labels, sampled, num_true, others.dtype)
    log = PUBLIC["math.log"]
    logits = xp.concatenate([true - log(true_count), others - log(sampled_count)], 1)
    wanted = xp.concatenate([xp.ones_like(true) / num_true, xp.zeros_like(others)], 1)
    return logits, wanted


def hits_as_matrix(labels: Any, sampled: Any, num_true: int, dtype: Any) -> Any:
    """What is added to the logits of sampled classes so that true ones do not count."""
    rows, places, weights = compute_accidental_hits(labels, sampled, num_true)
    out = np.zeros((labels.shape[0], sampled.shape[0]), dtype.as_numpy_dtype)
    out[rows._a, places._a] = weights._a
    return tensor(out)


@export("nn.nce_loss")
def nce_loss(
    weights: Any,
    biases: Any,
    labels: Any,
    inputs: Any,
    num_sampled: int,
    num_classes: int,
    num_true: int = 1,
    sampled_values: Any = None,
    remove_accidental_hits: bool = False,
    name: str = "nce_loss",
) -> Any:
    """Noise-contrastive estimation: yes-no losses of the true and of sampled classes, summed.

    Args:
        weights: tensor ``[classes, dim]`` (or a list of consecutive parts).
        biases: tensor ``[classes]``.
        labels: int64 tensor ``[batch, num_true]``.
        inputs: tensor ``[batch, dim]``.
        num_sampled, num_classes: how many classes are sampled, and from how many.
        num_true: true classes of each example.
        sampled_values: sampled classes, expected counts of the true ones and of the sampled ones;
            drawn by ``tf.random.log_uniform_candidate_sampler`` if not given.
        remove_accidental_hits: leave out sampled classes that are true.
        name: ignored.

    Returns ``[batch]``. Source: ``tf.nn.nce_loss``.
    """
    chosen = (sampled_values, remove_accidental_hits, (num_sampled, num_classes))
    logits, wanted = sampled_logits(weights, biases, labels, inputs, num_true, *chosen)
    return reduce_sum(sigmoid_cross_entropy_with_logits(wanted, logits), 1)


@export("nn.sampled_softmax_loss")
def sampled_softmax_loss(
    weights: Any,
    biases: Any,
    labels: Any,
    inputs: Any,
    num_sampled: int,
    num_classes: int,
    num_true: int = 1,
    sampled_values: Any = None,
    remove_accidental_hits: bool = True,
    seed: int | None = None,
    name: str = "sampled_softmax_loss",
) -> Any:
    """Softmax cross-entropy over the true and the sampled classes only.

    Arguments as for ``tf.nn.nce_loss``. Source: ``tf.nn.sampled_softmax_loss``.
    """
    chosen = (sampled_values, remove_accidental_hits, (num_sampled, num_classes), seed)
    logits, wanted = sampled_logits(weights, biases, labels, inputs, num_true, *chosen)
    return softmax_cross_entropy_with_logits(xp.stop_gradient(wanted), logits)
