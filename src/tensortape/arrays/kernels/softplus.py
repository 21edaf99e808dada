"""``log(1 + exp(x))`` of many numbers in single precision."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.arrays.kernels.elementwise_blocks import in_blocks, single

_ONE = single(1)[0]


def softplus(x: Any) -> Any:
    """As ``log1p(exp(-|x|)) + max(x, 0)``, six times faster than with NumPy's ``log1p``."""
    return in_blocks(_softplus, x, 2, (0,))


def _softplus(out: Any, x: Any, temporaries: Any, fixed: Any) -> None:
    u, w = temporaries
    np.absolute(x, out=u)
    np.negative(u, out=u)
    np.exp(u, out=u)
    np.add(u, _ONE, out=w)
    np.subtract(w, _ONE, out=out)  # what the sum kept of u
    u -= out  # what it lost, divided by the sum: the rest of the logarithm
    u /= w
    np.log(w, out=w)
    np.maximum(x, fixed[0], out=out)
    w += u
    out += w
