"""Arrays handed out to the caller, used again once nobody holds them.

A new large array costs more than filling it: the operating system clears each of its pages. So a
workspace remembers the arrays it handed out; one whose only reference is that memory can be handed
out again. Views hold a reference to their array, so they keep it from being used.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

MOST = 2
"""Arrays remembered for each result: that of this step, and that of the step before."""

_count = sys.getrefcount
_exact = getattr(sys, "_is_gil_enabled", lambda: True)() and hasattr(sys, "getrefcount")


def recycled(kept: list[Any], shape: tuple[int, ...], dtype: str) -> Any:
    """An array that nobody else holds."""
    if _exact:
        for array in kept:
            if _count(array) == UNHELD:
                return array
    array = np.empty(shape, dtype)
    if len(kept) < MOST:
        kept.append(array)
    return array


def _unheld() -> int:
    """What the count is for an array that only the list holds, seen as ``recycled`` sees it."""
    counts = []
    for array in [np.empty(1)]:
        counts.append(_count(array))
    return counts[0]


UNHELD = _unheld()
