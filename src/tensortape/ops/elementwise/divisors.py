"""Common divisors and multiples of integers, which NumPy's functions on tensors need."""

from __future__ import annotations

from tensortape.core.families import elementwise

REASON = "integers have no derivative"


@elementwise("Gcd", nondifferentiable=REASON, dtypes="iu")
def gcd(xp, x, y):
    """Greatest common divisor of integers, element by element, with broadcasting.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.gcd([12, 7], 18).numpy()
    array([6, 1])

    Source: ``tf.experimental.numpy.gcd``.
    """
    return xp.gcd(x, y)


@elementwise("Lcm", nondifferentiable=REASON, dtypes="iu")
def lcm(xp, x, y):
    """Least common multiple of integers, element by element, with broadcasting.

    >>> import tensortape as tf
    >>> tf.experimental.numpy.lcm([4, 5], 6).numpy()
    array([12, 30])

    Source: ``tf.experimental.numpy.lcm``.
    """
    return xp.lcm(x, y)
