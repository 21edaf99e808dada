"""Convolution and its two transposes under XLA, as in ``arrays/eager/convolution.py``."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.arrays.eager.convolution import output_size
from tensortape.xla.runtime import jax, jnp, lax

_SPATIAL = "DHW"


def _wide(*arrays: Any) -> Any:
    """Half precision is computed in single precision."""
    return [jnp.asarray(a, np.float32 if a.dtype == np.float16 else a.dtype) for a in arrays]


def _product(x: Any, w: Any, strides: Any, pads: Any, dilations: Any, groups: int) -> Any:
    axes = _SPATIAL[3 - len(strides) :]
    return lax.conv_general_dilated(
        x,
        w,
        tuple(strides),
        [(int(before), int(after)) for before, after in pads],
        rhs_dilation=tuple(dilations),
        dimension_numbers=(f"N{axes}C", f"{axes}IO", f"N{axes}C"),
        feature_group_count=groups,
    )


def conv(x: Any, w: Any, strides: Any, pads: Any, dilations: Any, groups: int = 1) -> Any:
    dtype = x.dtype
    x, w = _wide(x, w)
    sizes = [
        output_size(*one)
        for one in zip(x.shape[1:-1], w.shape[:-2], strides, dilations, pads, strict=True)
    ]
    shape = (x.shape[0], *sizes, w.shape[-1])
    if not w.size or not x.size or 0 in shape:
        return jnp.zeros(shape, dtype)
    return _product(x, w, strides, pads, dilations, groups).astype(dtype)


def conv_input_grad(
    g: Any, w: Any, strides: Any, pads: Any, dilations: Any, groups: int, size: Any
) -> Any:
    dtype = g.dtype
    g, w = _wide(g, w)
    shape = (g.shape[0], *size, w.shape[-2] * groups)
    if not g.size or not w.size or 0 in shape:
        return jnp.zeros(shape, dtype)

    def forward(x: Any) -> Any:
        return _product(x, w, strides, pads, dilations, groups)

    (down,) = jax.linear_transpose(forward, jax.ShapeDtypeStruct(shape, g.dtype))(g)
    return down.astype(dtype)


def conv_filter_grad(
    x: Any, g: Any, strides: Any, pads: Any, dilations: Any, groups: int, kernel: Any
) -> Any:
    dtype = x.dtype
    x, g = _wide(x, g)
    shape = (*kernel, x.shape[-1] // groups, g.shape[-1])
    if not x.size or not g.size or 0 in shape:
        return jnp.zeros(shape, dtype)

    def forward(w: Any) -> Any:
        return _product(x, w, strides, pads, dilations, groups)

    (down,) = jax.linear_transpose(forward, jax.ShapeDtypeStruct(shape, g.dtype))(g)
    return down.astype(dtype)
