"""Matrix products and Einstein sums under XLA."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.xla.runtime import jnp, lax

NARROW = 24
"""Most columns of a product that is computed as the transpose of another."""


def matmul(x: Any, y: Any, transpose_a: bool = False, transpose_b: bool = False) -> Any:
    x, y = jnp.asarray(x), jnp.asarray(y)
    if transpose_a and not transpose_b and _is_narrow(x, y):
        return lax.optimization_barrier(jnp.matmul(y.T, x)).T
    if transpose_a:
        x = jnp.swapaxes(x, -1, -2)
    if transpose_b:
        y = jnp.swapaxes(y, -1, -2)
    return jnp.matmul(x, y)


def _is_narrow(x: Any, y: Any) -> bool:
    """Whether the transpose of ``x.T @ y`` is computed faster on the CPU, up to six times.

    It is for a few columns: the gradient of a last layer's weights.
    """
    if x.ndim != 2 or y.ndim != 2 or not jnp.issubdtype(x.dtype, np.floating):
        return False
    return 1 < y.shape[1] <= NARROW and y.shape[1] < x.shape[1]


def einsum(equation: str, *arrays: Any) -> Any:
    return jnp.einsum(equation, *arrays)
