"""Primitives that treat every coefficient alike, and those that stand still."""

from __future__ import annotations

LINEAR = frozenset(
    "negative real imag conj reshape transpose broadcast_to expand_dims squeeze flip roll tile "
    "getitem setitem_zeros sum_to astype take gather_nd sum cumsum identity".split()
)
"""Linear in the first argument, the others being constants or attributes."""

JOINING = frozenset({"concatenate", "stack"})
"""Linear in a list of arrays."""

PIECEWISE_CONSTANT = frozenset(
    "equal not_equal less less_equal greater greater_equal logical_and logical_or logical_xor "
    "logical_not isfinite isinf isnan sign floor ceil rint argmax argmin floor_divide relu_slope "
    "relu6_slope leaky_relu_slope".split()
)
"""What does not move with its arguments: computed on the values alone."""
