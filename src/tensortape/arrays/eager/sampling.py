"""The primitive behind random operations: numbers that some generator makes.

The generator is an argument, so that a namespace needs no rule for each distribution: evaluating
calls it, the other interpreters go by the shape and type of the result.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

SAMPLING = "sample"


def sample(draw: Callable[..., Any], shape: Any, dtype: Any, *arrays: Any) -> Any:
    """``draw(*arrays)``: an array of the given shape and type."""
    return draw(*arrays)
