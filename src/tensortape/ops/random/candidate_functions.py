"""``tf.random.uniform_candidate_sampler`` and its kin: classes to train a large softmax with."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from tensortape.core import dtypes
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import execute
from tensortape.core.op import op
from tensortape.core.random_state import Stream
from tensortape.core.registry import export
from tensortape.ops.random import candidates
from tensortape.ops.random.arguments import invalid, operation_stream, reserve

_WORDS_PER_CANDIDATE = 2048
_learned: WeakKeyDictionary[Stream, candidates.Counted] = WeakKeyDictionary()


def _kernel(op_type: str) -> Any:
    """Registers the operation of a sampler: three outputs from one draw."""

    @op(op_type, name=op_type, outputs=3, family="random", missing_gradient=True)
    def sampled(xp, true_classes, *, number, unique, sampler, stream):
        """Candidates, and how often true classes and candidates are expected among them."""
        results: list[Any] = []

        def part(i: int, true_classes: Any) -> Any:
            if not results:
                results.extend(_draw(true_classes, number, unique, sampler, stream))
            return results[i]

        shapes = (number,), tuple(true_classes.shape), (number,)
        kinds = dtypes.int64, dtypes.float32, dtypes.float32
        return tuple(
            xp.sample_stream((true_classes,), lambda c, i=i: part(i, c), shapes[i], kinds[i])
            for i in range(3)
        )

    return sampled


_uniform = _kernel("UniformCandidateSampler")
_log_uniform = _kernel("LogUniformCandidateSampler")
_learned_unigram = _kernel("LearnedUnigramCandidateSampler")
_fixed_unigram = _kernel("FixedUnigramCandidateSampler")
_all = _kernel("AllCandidateSampler")


def _draw(true_classes: Any, number: int, unique: bool, sampler: Any, stream: Stream) -> Any:
    if sampler is None:  # all classes are candidates
        return np.arange(number), np.ones(true_classes.shape, np.float32), np.ones(number, "f4")
    state = reserve(stream, number * _WORDS_PER_CANDIDATE // 4)
    found, tries = candidates.draw_candidates(sampler, state, number, unique)
    counts = [
        candidates.expected_count(sampler.probability(classes), number, tries)
        for classes in (np.asarray(true_classes), found)
    ]
    if isinstance(sampler, candidates.Counted):
        sampler.update(np.asarray(true_classes))
    return found, *counts


def _sample(
    record: Any,
    true_classes: Any,
    num_true: int,
    number: int,
    unique: bool,
    range_max: int,
    seed: int | None,
    sampler: Any,
) -> Any:
    """Checks the arguments and draws; ``sampler`` may be a function of the stream."""
    classes = convert_to_tensor(true_classes, dtype_hint=dtypes.int64)
    if classes.ndim != 2 or classes.shape[1] != num_true:
        raise invalid(
            record.type,
            f"true_classes must be a matrix with num_true = {num_true} columns, got shape "
            f"{list(classes.shape)}",
        )
    if unique and number > range_max:
        raise invalid(
            record.type, f"Sampler's range is too small: {number} different classes of {range_max}"
        )
    stream = operation_stream(record.type, seed, num_true, number, unique, range_max)
    attrs = {
        "number": number,
        "unique": unique,
        "sampler": sampler(stream) if callable(sampler) else sampler,
        "stream": stream,
    }
    return execute(record, (classes,), attrs)


@export("random.uniform_candidate_sampler")
def uniform_candidate_sampler(
    true_classes: Any,
    num_true: int,
    num_sampled: int,
    unique: bool,
    range_max: int,
    seed: int | None = None,
    name: str | None = None,
) -> Any:
    """``num_sampled`` classes below ``range_max``, each as likely as the others.

    ``true_classes``: int64 ``(batch, num_true)``. Returns the candidates (int64), and how often
    the true classes and the candidates are expected among them (float32). With ``unique`` all
    candidates differ.

    >>> import tensortape as tf
    >>> drawn, true_count, _ = tf.random.uniform_candidate_sampler([[1], [2]], 1, 3, False, 9)
    >>> drawn.shape, float(true_count[0, 0])
    (TensorShape([3]), 0.3333333432674408)

    Raises InvalidArgumentError for another shape and for too few classes. Source:
    ``tf.random.uniform_candidate_sampler``.
    """
    sampler = candidates.Uniform(range_max)
    return _sample(_uniform, true_classes, num_true, num_sampled, unique, range_max, seed, sampler)


@export("random.log_uniform_candidate_sampler")
def log_uniform_candidate_sampler(
    true_classes: Any,
    num_true: int,
    num_sampled: int,
    unique: bool,
    range_max: int,
    seed: int | None = None,
    name: str | None = None,
) -> Any:
    """Candidates with probabilities that fall as those of words in a vocabulary sorted by use.

    Arguments and results as of ``tf.random.uniform_candidate_sampler``. Source:
    ``tf.random.log_uniform_candidate_sampler``.
    """
    sampler = candidates.LogUniform(range_max)
    return _sample(
        _log_uniform, true_classes, num_true, num_sampled, unique, range_max, seed, sampler
    )


@export("random.learned_unigram_candidate_sampler", "nn.learned_unigram_candidate_sampler")
def learned_unigram_candidate_sampler(
    true_classes: Any,
    num_true: int,
    num_sampled: int,
    unique: bool,
    range_max: int,
    seed: int | None = None,
    name: str | None = None,
) -> Any:
    """Candidates as frequent as they were among the true classes of earlier calls.

    Earlier calls are those with the same ``seed`` and sizes. Arguments and results as of
    ``tf.random.uniform_candidate_sampler``. Source:
    ``tf.random.learned_unigram_candidate_sampler``.
    """
    if range_max > 2**31 - 1:
        raise ValueError(f"Value of range_max:{range_max} is too large to handle")

    def sampler(stream: Stream) -> candidates.Counted:
        return _learned.setdefault(stream, candidates.Counted(range_max))

    return _sample(
        _learned_unigram, true_classes, num_true, num_sampled, unique, range_max, seed, sampler
    )


@export("random.fixed_unigram_candidate_sampler", "nn.fixed_unigram_candidate_sampler")
def fixed_unigram_candidate_sampler(
    true_classes: Any,
    num_true: int,
    num_sampled: int,
    unique: bool,
    range_max: int,
    vocab_file: str = "",
    distortion: float = 1.0,
    num_reserved_ids: int = 0,
    num_shards: int = 1,
    shard: int = 0,
    unigrams: Any = (),
    seed: int | None = None,
    name: str | None = None,
) -> Any:
    """Candidates in proportion to given weights to the power of ``distortion``.

    The weights are ``unigrams``, or the last column of the comma-separated ``vocab_file``; before
    them come ``num_reserved_ids`` classes that are never drawn. Of all, those with
    ``class % num_shards == shard`` are used, and there must be ``range_max`` of them. Other
    arguments and results as of ``tf.random.uniform_candidate_sampler``. Source:
    ``tf.random.fixed_unigram_candidate_sampler``.
    """
    if bool(vocab_file) == bool(len(unigrams)):
        raise invalid(_fixed_unigram.type, "Must provide either vocab_file or unigrams.")
    given = _vocabulary_weights(vocab_file) if vocab_file else list(unigrams)
    weights = [0.0] * num_reserved_ids + [float(w) ** distortion for w in given]
    weights = weights[shard::num_shards]
    if len(weights) != range_max:
        raise invalid(
            _fixed_unigram.type,
            f"range is {range_max} must be equal to weights size {len(weights)}",
        )
    sampler = candidates.Weighted(weights)
    return _sample(
        _fixed_unigram, true_classes, num_true, num_sampled, unique, range_max, seed, sampler
    )


def _vocabulary_weights(path: str) -> list[float]:
    with open(path, encoding="utf-8") as lines:
        return [float(line.rsplit(",", 1)[-1]) for line in lines if line.strip()]


@export("random.all_candidate_sampler", "nn.all_candidate_sampler")
def all_candidate_sampler(
    true_classes: Any,
    num_true: int,
    num_sampled: int,
    unique: bool,
    seed: int | None = None,
    name: str | None = None,
) -> Any:
    """All classes below ``num_sampled`` as candidates, for tests.

    Results as of ``tf.random.uniform_candidate_sampler``. Source:
    ``tf.random.all_candidate_sampler``.
    """
    return _sample(_all, true_classes, num_true, num_sampled, unique, num_sampled, seed, None)
