"""The error function and its complement of many numbers in single precision.

Rational functions fitted by weighted least squares: the error function is off by 4e-7 at most, its
complement by 3e-7, and by 5e-6 of its value. SciPy's are exact to the last digit and take three to
six times as long.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.arrays.kernels.elementwise_blocks import in_blocks, polynomial, single

_LIMIT = 3.92
"""Beyond, the result is 1 in single precision."""

_ABOVE = single(
    1.128379225730896, 0.18513621389865875, 0.054244060069322586, 0.003838654374703765,
    0.000376757699996233, 4.609179086401127e-06, -1.2799588056111588e-08,
)  # fmt: skip
_BELOW = single(
    1.0, 0.49740609526634216, 0.11387410014867783, 0.015430106781423092,
    0.0013015297008678317, 6.239865615498275e-05,
)  # fmt: skip

_MINUS_TWO = single(-2)[0]

_FAR = 10.1
"""Beyond, the complement is 0 in single precision."""

_SCALED_ABOVE = single(
    1.0, 1.2376048564910889, 0.7307610511779785, 0.2288171648979187, 0.032712288200855255,
)  # fmt: skip
_SCALED_BELOW = single(
    1.0, 2.3659846782684326, 2.400479555130005, 1.3237948417663574, 0.40559467673301697,
    0.057980310171842575,
)  # fmt: skip


def erf(x: Any) -> Any:
    """The error function of float32 numbers."""
    return in_blocks(_erf, x, 3, (_LIMIT, -_LIMIT, 1, -1))


def _erf(out: Any, x: Any, temporaries: Any, fixed: Any) -> None:
    z, t, below = temporaries
    limit, least, one, minus_one = fixed
    np.minimum(x, limit, out=z)
    np.maximum(z, least, out=z)
    np.multiply(z, z, out=t)
    polynomial(below, _BELOW, t)
    polynomial(out, _ABOVE, t)
    out *= z
    out /= below
    np.minimum(out, one, out=out)
    np.maximum(out, minus_one, out=out)


def erfc(x: Any) -> Any:
    """One less the error function of float32 numbers: ``exp(-x**2)`` times a rational function."""
    return in_blocks(_erfc, x, 3, (_FAR,))


def _erfc(out: Any, x: Any, temporaries: Any, fixed: Any) -> None:
    z, y, below = temporaries
    np.absolute(x, out=z)
    np.minimum(z, fixed[0], out=z)
    polynomial(out, _SCALED_ABOVE, z)
    polynomial(below, _SCALED_BELOW, z)
    out /= below
    np.negative(z, out=y)
    y *= z
    np.exp(y, out=y)
    out *= y
    np.copyto(z, x < 0)  # 1 where the answer is 2 less this one, that is, this one plus 2 - 2 * it
    np.multiply(out, _MINUS_TWO, out=y)
    y -= _MINUS_TWO
    y *= z
    out += y
