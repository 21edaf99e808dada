"""``tf.random.gamma`` and ``tf.random.poisson``: distributions with a parameter for each number."""

from __future__ import annotations

from typing import Any

import ml_dtypes
import numpy as np

from tensortape.core import dtypes
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import apply, execute
from tensortape.core.dtypes import as_dtype
from tensortape.core.op import op
from tensortape.core.random_state import Stream
from tensortape.core.registry import OPS, export
from tensortape.ops.random import gamma as gamma_sampler
from tensortape.ops.random import poisson as poisson_sampler
from tensortape.ops.random.arguments import (
    invalid,
    operation_stream,
    parameter,
    reserve,
    shape_argument,
    size_of,
)

IMPLICIT = "the sample keeps its probability, as in TensorFlow, not the random bits"


@op("RandomGammaGrad", primitive="random_gamma_grad", missing_gradient=True)
def random_gamma_grad(xp, alpha, sample):
    """Derivative of gamma samples with respect to the shape parameter."""
    return xp.random_gamma_grad(alpha, sample)


class _Still(Stream):
    """A stream that stays where it is, for checks that draw the same numbers again."""

    def reserve(self, blocks: int) -> tuple[int, int]:
        return self.key, self.counter


@op(
    "RandomGamma",
    family="random",
    not_derivative=IMPLICIT,
    samples=[(((2,),), {"shape": (3,), "stream": _Still(1, 2)})],
    domain=(0.3, 6.0),
)
def random_gamma(xp, alpha, *, shape, stream):
    """Gamma numbers of rate 1."""

    def draw(alpha):
        alpha = np.asarray(alpha)
        count = size_of(shape)
        state = reserve(stream, count * alpha.size * gamma_sampler.RESERVED_PER_OUTPUT)
        return gamma_sampler.gamma(state, count, alpha).reshape(shape + alpha.shape)[()]

    return xp.sample_stream((alpha,), draw, shape + tuple(alpha.shape), alpha.dtype)


@random_gamma.vjp
def _(xp, g, y, alpha, *, shape, stream):
    return xp.sum_to(g * xp.random_gamma_grad(alpha, y), tuple(alpha.shape))


@random_gamma.jvp
def _(xp, tangents, y, alpha, *, shape, stream):
    return tangents[0] * xp.random_gamma_grad(alpha, y)


@op("RandomPoissonV2", family="random", missing_gradient=True)
def random_poisson(xp, rate, *, shape, dtype, stream):
    """Poisson numbers."""

    def draw(rate):
        rate = np.asarray(rate)
        count = size_of(shape)
        state = reserve(stream, count * rate.size * poisson_sampler.RESERVED_PER_OUTPUT)
        result = poisson_sampler.poisson(state, count, rate, dtype._np)
        return result.reshape(shape + rate.shape)[()]

    return xp.sample_stream((rate,), draw, shape + tuple(rate.shape), dtype)


def scaled_gamma(standard: Any, beta: Any) -> Any:
    """Gamma numbers of rate ``beta``, kept positive where they underflow."""
    tiny = ml_dtypes.finfo(standard.dtype.as_numpy_dtype).tiny
    return apply(OPS["Maximum"], (parameter(float(tiny), standard.dtype), standard / beta), {})


def broadcast_alpha(alpha: Any, beta: Any, dtype: Any) -> tuple[Any, Any]:
    """``alpha`` broadcast against ``beta``, and ``beta``, as tensors of ``dtype``."""
    kind = as_dtype(dtype)
    alpha = parameter(alpha, kind, "alpha")
    beta = parameter(1.0 if beta is None else beta, kind, "beta")
    mine, other = tuple(alpha.shape), tuple(beta.shape)
    if other in ((), mine):
        return alpha, beta
    try:
        shape = np.broadcast_shapes(mine, other)
    except ValueError:
        got = f"Incompatible shapes: {list(mine)} vs. {list(other)}"
        raise invalid("BroadcastArgs", got) from None
    if shape != mine:
        alpha = apply(OPS["BroadcastTo"], (alpha,), {"shape": shape})
    return alpha, beta


@export("random.gamma")
def gamma(
    shape: Any,
    alpha: Any,
    beta: Any = None,
    dtype: Any = dtypes.float32,
    seed: int | None = None,
    name: str | None = None,
) -> Any:
    """Numbers of the gamma distributions with shapes ``alpha`` and rates ``beta`` (1 by default).

    The result has the shape ``shape + (alpha broadcast with beta).shape`` and is differentiable
    with respect to both parameters (by implicit reparameterisation).

    >>> import tensortape as tf
    >>> tf.random.set_seed(1)
    >>> tf.random.gamma([3], alpha=[0.5, 2.0]).shape
    TensorShape([3, 2])

    Raises InvalidArgumentError for a bad shape and for parameters that do not broadcast. Source:
    ``tf.random.gamma``.
    """
    lengths, kind = shape_argument(shape, "RandomGamma")
    alpha, beta = broadcast_alpha(alpha, beta, dtype)
    stream = operation_stream("RandomGamma", seed, alpha.dtype, kind)
    return scaled_gamma(execute(random_gamma, (alpha,), {"shape": lengths, "stream": stream}), beta)


@export("random.poisson")
def poisson(
    shape: Any,
    lam: Any,
    dtype: Any = dtypes.float32,
    seed: int | None = None,
    name: str | None = None,
) -> Any:
    """Numbers of the Poisson distributions with rates ``lam``, of shape ``shape + lam.shape``.

    ``dtype``: float16, float32, float64, int32 or int64. Not differentiable.

    >>> import tensortape as tf
    >>> tf.random.set_seed(1)
    >>> tf.random.poisson([4], 3.0, seed=5).shape
    TensorShape([4])

    Source: ``tf.random.poisson``.
    """
    lengths, kind = shape_argument(shape, "RandomPoissonV2")
    rate, out = convert_to_tensor(lam), as_dtype(dtype)
    stream = operation_stream("RandomPoissonV2", seed, rate.dtype, out, kind)
    attrs = {"shape": lengths, "dtype": out, "stream": stream}
    return execute(random_poisson, (rate,), attrs)
