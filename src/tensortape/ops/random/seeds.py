"""Seeds: from the two integers of a stateless call to a position in a stream."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from tensortape.ops.random.philox import MASK64, Philox, block

_SCRAMBLE_KEY = 0x02461E293EC8F720


def scramble(seed: ArrayLike) -> Philox:
    """The stream of a stateless op with ``seed``, two integers.

    The seeds are hashed, so that neighbouring or weak seeds give unrelated streams.
    """
    first, second = (int(s) & MASK64 for s in np.asarray(seed).tolist())
    mix = block(Philox(_SCRAMBLE_KEY, first | second << 64))
    return Philox(mix[0] | mix[1] << 32, (mix[2] | mix[3] << 32) << 64)
