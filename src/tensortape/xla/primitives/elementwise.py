"""Elementwise primitives under XLA, with the answers of ``arrays/eager/elementwise.py``."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core import errors
from tensortape.xla.checks import refuse
from tensortape.xla.errors import Unsupported
from tensortape.xla.runtime import jnp, known, lax


def add(x: Any, y: Any) -> Any:
    return jnp.add(x, y)


def subtract(x: Any, y: Any) -> Any:
    return jnp.subtract(x, y)


def multiply(x: Any, y: Any) -> Any:
    return jnp.multiply(x, y)


def negative(x: Any) -> Any:
    return jnp.negative(x)


def square(x: Any) -> Any:
    return jnp.multiply(x, x)


def reciprocal(x: Any) -> Any:
    return jnp.divide(1, x)


def rsqrt(x: Any) -> Any:
    return jnp.divide(1, jnp.sqrt(x))


def floor(x: Any) -> Any:
    return jnp.floor(x) if x.dtype.kind == "f" else jnp.asarray(x)


def ceil(x: Any) -> Any:
    return jnp.ceil(x) if x.dtype.kind == "f" else jnp.asarray(x)


def rint(x: Any) -> Any:
    return jnp.rint(x) if x.dtype.kind in "fc" else jnp.asarray(x)


def reciprocal_grad(g: Any, y: Any) -> Any:
    y = conj(y)
    return zero_with(g, -y * g * y)


def sqrt_grad(g: Any, y: Any) -> Any:
    return zero_with(g, g * 0.5 / conj(y))


def rsqrt_grad(g: Any, y: Any) -> Any:
    y = conj(y)
    return zero_with(g, g * -0.5 * y * (y * y))


def zero_with(g: Any, product: Any) -> Any:
    """``product``, with zeros where ``g`` is zero."""
    return jnp.where(g == 0, jnp.zeros((), product.dtype), product)


def _is_two(y: Any) -> bool:
    return known(y) and y.ndim == 0 and y == 2


def power(x: Any, y: Any) -> Any:
    if _is_two(y):
        return jnp.multiply(x, x)
    if y.dtype.kind == "i" and x.dtype.kind in "iu":
        refuse(jnp.any(y < 0), lambda: _invalid("Integers to negative powers are not allowed"))
    return jnp.power(x, y)


def power_derivative(x: Any, y: Any) -> Any:
    return jnp.add(x, x) if _is_two(y) else y * jnp.power(x, y - 1)


def sigmoid(x: Any) -> Any:
    return lax.logistic(jnp.asarray(x)) if x.dtype.kind == "f" else 1 / (1 + jnp.exp(-x))


def softplus(x: Any) -> Any:
    return jnp.log1p(jnp.exp(-jnp.abs(x))) + jnp.maximum(x, 0)


def relu(x: Any) -> Any:
    return jnp.maximum(x, 0)


def relu6(x: Any) -> Any:
    return jnp.minimum(jnp.maximum(x, 0), 6)


def elu(x: Any) -> Any:
    return jnp.where(x < 0, jnp.expm1(x), x)


def selu(x: Any) -> Any:
    return jnp.where(x < 0, 1.7580993408473768 * jnp.expm1(x), 1.0507009873554805 * x)


def leaky_relu(x: Any, alpha: float) -> Any:
    return jnp.where(x > 0, x, alpha * x)


def relu_slope(y: Any) -> Any:
    return jnp.asarray(y > 0).astype(y.dtype)


def relu6_slope(y: Any) -> Any:
    return jnp.asarray((y > 0) & (y < 6)).astype(y.dtype)


def leaky_relu_slope(x: Any, alpha: float) -> Any:
    return jnp.where(x > 0, x.dtype.type(1), x.dtype.type(alpha))


def softsign(x: Any) -> Any:
    return x / (1 + jnp.abs(x))


def conj(x: Any) -> Any:
    return jnp.conj(x) if x.dtype.kind == "c" else x


def angle(x: Any) -> Any:
    return jnp.arctan2(jnp.imag(x), jnp.real(x))


def complex(x: Any, y: Any) -> Any:
    kind = np.float64 if x.dtype.itemsize == 8 else np.float32
    x, y = jnp.broadcast_arrays(jnp.asarray(x, kind), jnp.asarray(y, kind))
    return lax.complex(x, y)


def invert(x: Any) -> Any:
    return jnp.invert(x)


def left_shift(x: Any, y: Any) -> Any:
    return jnp.left_shift(x, _shift_width(x, y))


def right_shift(x: Any, y: Any) -> Any:
    return jnp.right_shift(x, _shift_width(x, y))


def _shift_width(x: Any, y: Any) -> Any:
    return jnp.clip(y, 0, x.dtype.itemsize * 8 - 1).astype(y.dtype)


def population_count(x: Any) -> Any:
    unsigned = lax.bitcast_convert_type(jnp.asarray(x), np.dtype(f"u{x.dtype.itemsize}"))
    return lax.population_count(unsigned).astype(np.uint8)


def bucketize(x: Any, boundaries: Any) -> Any:
    edges = np.asarray(boundaries, np.float64)
    return jnp.searchsorted(edges, jnp.asarray(x, np.float64), side="right").astype(np.int32)


def _invalid(message: str) -> Exception:
    return errors.InvalidArgumentError(None, None, message)


def _refuse_zero(y: Any) -> None:
    if y.dtype.kind in "iu":
        refuse(jnp.any(y == 0), lambda: _invalid("Integer division by zero"))


def floor_divide(x: Any, y: Any) -> Any:
    if y.dtype.kind == "f":
        return jnp.floor(jnp.divide(x, y))
    _refuse_zero(y)
    return jnp.floor_divide(x, y)


def remainder(x: Any, y: Any) -> Any:
    if y.dtype.kind != "f":
        _refuse_zero(y)
        return jnp.remainder(x, y)
    rest = jnp.fmod(x, y)
    return jnp.where((rest != 0) & ((rest < 0) != (y < 0)), rest + y, rest)


def fmod(x: Any, y: Any) -> Any:
    _refuse_zero(y)
    return jnp.fmod(x, y)


def truncate_divide(x: Any, y: Any) -> Any:
    if y.dtype.kind == "f":
        return jnp.trunc(jnp.divide(x, y))
    _refuse_zero(y)
    return lax.div(*jnp.broadcast_arrays(jnp.asarray(x), jnp.asarray(y)))


def divide_no_nan(x: Any, y: Any) -> Any:
    return _zero_where(y, jnp.divide(x, y))


def multiply_no_nan(x: Any, y: Any) -> Any:
    return _zero_where(y, jnp.multiply(x, y))


def xdivy(x: Any, y: Any) -> Any:
    return _zero_where(x, jnp.divide(x, y))


def xlogy(x: Any, y: Any) -> Any:
    return _zero_where(x, x * jnp.log(y))


def xlog1py(x: Any, y: Any) -> Any:
    return _zero_where(x, x * jnp.log1p(y))


def _zero_where(z: Any, value: Any) -> Any:
    return jnp.where(z == 0, jnp.zeros((), value.dtype), value)


def argwhere(condition: Any) -> Any:
    raise Unsupported("how many elements are true is known only at run time")


def join_text(x: Any, y: Any) -> Any:
    raise Unsupported("XLA has no strings")


def bitcast(x: Any, dtype: Any) -> Any:
    """The same bytes as another dtype; the last axis grows or goes when sizes differ."""
    kind = np.dtype(getattr(dtype, "_np", dtype))
    if kind.kind == "b":
        return lax.bitcast_convert_type(jnp.asarray(x), np.uint8) != 0
    source = jnp.asarray(x)
    if source.dtype.kind == "b":
        source = source.astype(np.uint8)
    return lax.bitcast_convert_type(source, kind)


def check_numerics(x: Any, message: str) -> Any:
    text = f"{message} : Tensor had Inf or NaN values [Op:CheckNumerics] name: "
    refuse(~jnp.all(jnp.isfinite(x)), lambda: _invalid(text))
    return x
