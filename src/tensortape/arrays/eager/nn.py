"""Primitives of neural networks that are not elementwise."""

from __future__ import annotations

from typing import Any

import numpy as np

SOFTMAX = "softmax log_softmax"
CROSS_ENTROPY = "softmax_less_labels"


def softmax(x: Any, axis: int = -1) -> Any:
    """Exponentials along ``axis``, divided by their sum; of no elements, nothing."""
    if not x.size:
        return x
    e = np.exp(x - np.maximum.reduce(x, axis, None, None, True))
    return e / np.add.reduce(e, axis, None, None, True)


def log_softmax(x: Any, axis: int = -1) -> Any:
    """The logarithm of ``softmax``, where that may be too small for a float."""
    if not x.size:
        return x
    shifted = x - np.maximum.reduce(x, axis, None, None, True)
    return shifted - np.log(np.add.reduce(np.exp(shifted), axis, None, None, True))


def softmax_less_labels(features: Any, labels: Any, axis: int) -> Any:
    """The derivative of the cross-entropy of ``features`` and ``labels``."""
    return softmax(features, axis) - labels
