"""Numbers that every peer starts from, made without any library."""

import random


def uniform(seed, *shape, scale=0.1):
    """A nested list of the given shape, uniform in [-scale, scale)."""
    source = random.Random(seed)

    def fill(dims):
        if not dims:
            return source.uniform(-scale, scale)
        return [fill(dims[1:]) for _ in range(dims[0])]

    return fill(shape)


def grid(n):
    """The points 0 … 1 as a column (n, 1)."""
    return [[i / (n - 1)] for i in range(n)]
