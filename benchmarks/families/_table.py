"""What the families share: their table, and arrays to measure on."""

import numpy as np

FAMILIES = {}


def family(function):
    """Enter a family under its name."""
    FAMILIES[function.__name__] = function
    return function


def numbers(*shape, seed=0, low=-1.0, high=1.0):
    """Float32 numbers between two bounds."""
    draw = np.random.default_rng([seed, *shape])
    return draw.uniform(low, high, shape).astype(np.float32)


def side(size, depth=1):
    """The side of a square with ``size / depth`` elements."""
    return max(2, int((size / depth) ** 0.5))
