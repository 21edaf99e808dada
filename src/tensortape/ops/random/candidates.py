"""Distributions over class numbers that candidate samplers draw from.

A sampler turns a stream of 32-bit words into a sequence of class numbers, and knows the probability
of each class.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensortape.ops.random.distributions import unit_float32, unit_float64, word_pairs
from tensortape.ops.random.philox import Philox, words


def _below(bits: NDArray[Any], limit: int) -> NDArray[Any]:
    """Unbiased integers below ``limit`` from whole words; some words are left out for that."""
    kind = bits.dtype.type
    if limit & (limit - 1) == 0:
        return bits & kind(limit - 1)
    biased = np.iinfo(bits.dtype).max % limit + 1
    return bits[bits >= kind(biased)] % kind(limit)


class Uniform:
    """Every class below ``range_max`` as likely as the others."""

    def __init__(self, range_max: int) -> None:
        self.range_max = range_max

    def classes(self, bits: NDArray[np.uint32]) -> NDArray[np.int64]:
        """The classes that a stream of words gives."""
        return _below(word_pairs(bits), self.range_max).astype(np.int64)

    def probability(self, classes: NDArray[np.int64]) -> NDArray[np.float32]:
        """The probability of each class."""
        return np.full(classes.shape, 1 / self.range_max, np.float32)


class LogUniform(Uniform):
    """Class ``k`` with probability ``log((k + 2) / (k + 1)) / log(range_max + 1)`` (Zipf)."""

    def classes(self, bits: NDArray[np.uint32]) -> NDArray[np.int64]:
        """The classes that a stream of words gives."""
        drawn = np.exp(unit_float64(bits) * np.log1p(self.range_max)).astype(np.int64) - 1
        return drawn % self.range_max

    def probability(self, classes: NDArray[np.int64]) -> NDArray[np.float32]:
        """The probability of each class."""
        share = np.log((classes + 2.0) / (classes + 1.0)) / np.log1p(self.range_max)
        return share.astype(np.float32)


class Counted:
    """Classes in proportion to integer weights, which grow by one with each use of a class."""

    def __init__(self, range_max: int) -> None:
        self.weights = np.ones(range_max, np.int64)

    def classes(self, bits: NDArray[np.uint32]) -> NDArray[np.int64]:
        """The classes that a stream of words gives."""
        upper = np.cumsum(self.weights)
        return np.searchsorted(upper, _below(bits, int(upper[-1])), side="right").astype(np.int64)

    def probability(self, classes: NDArray[np.int64]) -> NDArray[np.float32]:
        """The probability of each class."""
        return (self.weights[classes] / self.weights.sum()).astype(np.float32)

    def update(self, classes: NDArray[np.int64]) -> None:
        """Counts the use of classes."""
        np.add.at(self.weights, classes.reshape(-1), 1)


class Weighted:
    """Classes in proportion to given weights, by Walker's alias method."""

    def __init__(self, weights: Sequence[float]) -> None:
        self.weights = np.asarray(weights, np.float32)
        self._share, self._alias = _alias_table(self.weights)

    def classes(self, bits: NDArray[np.uint32]) -> NDArray[np.int64]:
        """The classes that a stream of words gives."""
        number = len(self.weights)
        biased = 0 if number & (number - 1) == 0 else 0xFFFFFFFF % number + 1
        while (skipped := np.flatnonzero(bits[1::2] < biased)).size:
            bits = np.delete(bits, 2 * skipped[0] + 1)
        bits = bits[: bits.size // 2 * 2]
        column = (bits[1::2] % np.uint32(number)).astype(np.int64)
        keep = unit_float32(bits[0::2]) < self._share[column]
        return np.where(keep, column, self._alias[column])

    def probability(self, classes: NDArray[np.int64]) -> NDArray[np.float32]:
        """The probability of each class; 0 beyond the last."""
        total = np.float32(self.weights.sum())
        inside = (classes >= 0) & (classes < len(self.weights))
        return np.where(inside, self.weights[np.where(inside, classes, 0)] / total, np.float32(0))


def _alias_table(weights: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """For each column its own share of it, and the class that has the rest."""
    number = len(weights)
    total = float(np.sum(weights, dtype=np.float64))
    share = [float(np.float32(w * np.float32(number))) / total for w in weights]
    alias = list(range(number))
    low = [i for i in range(number) if share[i] < 1.0]
    high = [i for i in range(number) if share[i] >= 1.0]
    while low and high:
        poor, rich = low.pop(), high.pop()
        alias[poor] = rich
        share[rich] -= 1.0 - share[poor]
        (low if share[rich] < 1.0 else high).append(rich)
    for i in low + high:  # left over by rounding
        share[i] = 1.0
        alias[i] = i
    return np.array(share, np.float32), np.array(alias, np.int64)


def draw_candidates(
    sampler: Any, state: Philox, number: int, unique: bool
) -> tuple[NDArray[np.int64], int]:
    """The first ``number`` (different) classes of a stream, and how many draws they took."""
    count = 4 * number + 16
    while True:
        drawn = sampler.classes(words(state, count))
        if unique:
            _, first = np.unique(drawn, return_index=True)
            first.sort()
        else:
            first = np.arange(drawn.size)
        if first.size >= number:
            tries = int(first[number - 1]) + 1 if number else 0
            return drawn[first[:number]], tries
        count *= 2


def expected_count(
    probability: NDArray[np.float32], number: int, tries: int
) -> NDArray[np.float32]:
    """How often a class is expected among ``number`` candidates found in ``tries`` draws."""
    if tries == number:
        return probability * np.float32(number)
    return -np.expm1(np.float32(tries) * np.log1p(-probability))
