"""The transpose of convolution for few channels: places, not channels, in the innermost loop.

NumPy's loops over an innermost axis of three elements cost more than what they compute.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tensortape.arrays.kernels.windows import window_slices
from tensortape.arrays.shared_product import multiply

_FEW = 16
_ENOUGH = 4096
"""Results of fewer elements are computed quicker in the usual way."""
_HELD = 1 << 23
"""Most elements of the windows that are held at once."""


def worth(channels: int, size: int) -> bool:
    """Whether this way is quicker."""
    return channels <= _FEW and size >= _ENOUGH


def _parts(n: int, each: int) -> list[slice]:
    step = max(1, _HELD // max(each, 1))
    return [slice(i, i + step) for i in range(0, n, step)]


def spread(out: Any, g: Any, w: Any, sizes: Any, strides: Any, dilations: Any) -> None:
    """Add to ``out`` what each window of it gave to ``g``."""
    kernel, (c, outputs) = w.shape[:-2], w.shape[-2:]
    matrix = w.reshape(-1, outputs)
    for part in _parts(len(g), math.prod(sizes) * len(matrix)):
        columns = multiply(matrix, g[part].reshape(-1, outputs).T)
        columns = columns.reshape(*kernel, c, -1, *sizes)
        target = np.zeros((c, *out[part].shape[:-1]), out.dtype)
        for place, at in window_slices(sizes, kernel, strides, dilations):
            where = (slice(None), *at)
            target[where] += columns[place]
        out[part] += np.moveaxis(target, 0, -1)
