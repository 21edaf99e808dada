"""Matrix products and Einstein sums under XLA."""

from __future__ import annotations

from typing import Any

from tensortape.xla.runtime import jnp


def matmul(x: Any, y: Any, transpose_a: bool = False, transpose_b: bool = False) -> Any:
    x, y = jnp.asarray(x), jnp.asarray(y)
    if transpose_a:
        x = jnp.swapaxes(x, -1, -2)
    if transpose_b:
        y = jnp.swapaxes(y, -1, -2)
    return jnp.matmul(x, y)


def einsum(equation: str, *arrays: Any) -> Any:
    return jnp.einsum(equation, *arrays)
