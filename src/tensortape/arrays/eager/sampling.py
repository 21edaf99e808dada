"""The primitives behind random operations: numbers that some generator makes.

The generator is an argument, so that a namespace needs no rule for each distribution: evaluating
calls it, the other interpreters go by the shape and type of the result.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tensortape.core.state import state

SAMPLING = "sample sample_stream"


def sample(arrays: Sequence[Any], draw: Callable[..., Any], shape: Any, dtype: Any) -> Any:
    """``draw(*arrays)``, an array of the given shape and type that the arrays determine."""
    return draw(*arrays)


def sample_stream(arrays: Sequence[Any], draw: Callable[..., Any], shape: Any, dtype: Any) -> Any:
    """As ``sample``, from a stream that drawing advances; while a graph is built it rests."""
    if hasattr(state.xp, "evaluate"):
        return np.broadcast_to(np.zeros((), getattr(dtype, "_np", dtype)), shape)
    return draw(*arrays)
