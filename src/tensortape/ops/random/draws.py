"""Random words for many independent rejection samplers at once.

Samplers that redraw (gamma, Poisson, binomial) give each output a stream of its own, a fixed
distance from the next, so that outputs do not depend on how many attempts others needed. Here
all outputs that are still undecided make one attempt per round, in one array operation.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tensortape.ops.random.distributions import normal_of_blocks, unit_float64
from tensortape.ops.random.philox import Philox, blocks_at

FLOAT64 = np.dtype(np.float64)
_PER_BLOCK = 2  # doubles in a block


class Streams:
    """A stream of blocks for each sampler; ``cursor`` is the next block of each."""

    def __init__(self, state: Philox, starts: NDArray[np.integer]) -> None:
        self.state = state
        self.cursor = starts.astype(np.uint64)

    def take(self, rows: NDArray[np.intp]) -> NDArray[np.uint32]:
        """The next block of the samplers ``rows``: uint32 ``(len(rows), 4)``."""
        bits = blocks_at(self.state, self.cursor[rows])
        self.cursor[rows] += np.uint64(1)
        return bits


class Buffer:
    """Doubles of one distribution for each sampler, the last of a block handed out first."""

    def __init__(
        self,
        streams: Streams,
        convert: Callable[[NDArray[np.uint32]], NDArray[np.float64]],
    ) -> None:
        count = streams.cursor.size
        self._streams = streams
        self._convert = convert
        self._values = np.empty((count, _PER_BLOCK))
        self._left = np.zeros(count, np.intp)

    def draw(self, rows: NDArray[np.intp]) -> NDArray[np.float64]:
        """One value for each of the samplers ``rows``."""
        empty = rows[self._left[rows] == 0]
        if empty.size:
            self._values[empty] = self._convert(self._streams.take(empty))
            self._left[empty] = _PER_BLOCK
        self._left[rows] -= 1
        return self._values[rows, self._left[rows]]


def uniform_buffer(streams: Streams) -> Buffer:
    """Doubles in [0, 1) drawn from ``streams``."""
    return Buffer(streams, unit_float64)


def normal_buffer(streams: Streams) -> Buffer:
    """Standard normal doubles drawn from ``streams``."""
    return Buffer(streams, lambda bits: normal_of_blocks(bits, FLOAT64))
