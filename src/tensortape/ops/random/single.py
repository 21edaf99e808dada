"""Logarithm, sine and cosine in single precision, rounded as the C library rounds them.

TensorFlow takes them from the C library. Its single precision functions are not always correctly
rounded, so NumPy's, however exact, differ in the last digit of one normal variate in sixty. Here
the same polynomials (those of the GNU C library since 2.28) are evaluated in double precision.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

# log(z) = log(c) + log1p(z / c - 1) for z in one of 16 intervals around c: 1 / c and log(c).
_INVERSE_CENTRES = np.array(
    [
        float.fromhex(text)
        for text in (
            "0x1.661ec79f8f3bep+0 0x1.571ed4aaf883dp+0 0x1.49539f0f010bp+0 0x1.3c995b0b80385p+0 "
            "0x1.30d190c8864a5p+0 0x1.25e227b0b8eap+0 0x1.1bb4a4a1a343fp+0 0x1.12358f08ae5bap+0 "
            "0x1.0953f419900a7p+0 0x1p+0 0x1.e608cfd9a47acp-1 0x1.ca4b31f026aap-1 "
            "0x1.b2036576afce6p-1 0x1.9c2d163a1aa2dp-1 0x1.886e6037841edp-1 0x1.767dcf5534862p-1"
        ).split()
    ]
)
_LOG_CENTRES = np.array(
    [
        float.fromhex(text)
        for text in (
            "-0x1.57bf7808caadep-2 -0x1.2bef0a7c06ddbp-2 -0x1.01eae7f513a67p-2 "
            "-0x1.b31d8a68224e9p-3 -0x1.6574f0ac07758p-3 -0x1.1aa2bc79c81p-3 "
            "-0x1.a4e76ce8c0e5ep-4 -0x1.1973c5a611cccp-4 -0x1.252f438e10c1ep-5 0x0p+0 "
            "0x1.aa5aa5df25984p-5 0x1.c5e53aa362eb4p-4 0x1.526e57720db08p-3 "
            "0x1.bc2860d22477p-3 0x1.1058bc8a07ee1p-2 0x1.4043057b6ee09p-2"
        ).split()
    ]
)
_LOG_POLYNOMIAL = tuple(
    float.fromhex(text)
    for text in ("-0x1.ffffef20a4123p-2", "0x1.5575b0be00b6ap-2", "-0x1.00ea348b88334p-2")
)
_LN2 = float.fromhex("0x1.62e42fefa39efp-1")
_FIRST_INTERVAL = np.uint32(0x3F330000)  # the bits of 0.69921875

_COSINE = tuple(
    float.fromhex(text)
    for text in (
        "0x1p0",
        "-0x1.ffffffd0c621cp-2",
        "0x1.55553e1068f19p-5",
        "-0x1.6c087e89a359dp-10",
        "0x1.99343027bf8c3p-16",
    )
)
_SINE = tuple(
    float.fromhex(text)
    for text in ("-0x1.555545995a603p-3", "0x1.1107605230bc4p-7", "-0x1.994eb3774cf24p-13")
)
_HALF_PI = float.fromhex("0x1.921fb54442d18p0")
_QUADRANTS = float.fromhex("0x1.45f306dc9c883p+23")  # 2 / pi in units of 2**-24
_SINE_SIGNS = np.array([1.0, -1.0, -1.0, 1.0])


def log(x: NDArray[np.float32]) -> NDArray[np.float32]:
    """Natural logarithm of positive normal numbers."""
    bits = x.view(np.uint32)
    above = bits - _FIRST_INTERVAL
    interval = (above >> np.uint32(19)) & np.uint32(15)
    exponent = above.view(np.int32) >> np.int32(23)
    z = (bits - (above & np.uint32(0xFF800000))).view(np.float32).astype(np.float64)
    r = z * _INVERSE_CENTRES[interval] - 1.0
    base = _LOG_CENTRES[interval] + exponent * _LN2
    a, b, c = _LOG_POLYNOMIAL
    square = r * r
    tail = c * square + (b * r + a)
    return (tail * square + (base + r)).astype(np.float32)


def sincos(x: NDArray[np.float32]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Sine and cosine of numbers in [0, 2 pi]."""
    angle = x.astype(np.float64)
    quadrant = ((angle * _QUADRANTS).astype(np.int32) + np.int32(0x800000)) >> np.int32(24)
    angle -= quadrant * _HALF_PI
    square = angle * angle
    angle *= _SINE_SIGNS[quadrant & 3]
    fourth, cube = square * square, square * angle
    sine = (angle + cube * _SINE[0]) + (cube * square) * (_SINE[1] + square * _SINE[2])
    cosine = (_COSINE[0] + square * _COSINE[1]) + fourth * _COSINE[2]
    cosine += (fourth * square) * (_COSINE[3] + square * _COSINE[4])
    np.negative(cosine, out=cosine, where=(quadrant & 2) != 0)
    swap = (quadrant & 1) != 0
    first, second = np.where(swap, cosine, sine), np.where(swap, sine, cosine)
    return first.astype(np.float32), second.astype(np.float32)
