"""Stateless distributions with a parameter for each number: gamma, Poisson, binomial and others."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core import dtypes
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import execute
from tensortape.core.dtypes import as_dtype
from tensortape.core.op import op
from tensortape.core.registry import export
from tensortape.ops.random import binomial as binomial_sampler
from tensortape.ops.random import gamma as gamma_sampler
from tensortape.ops.random import poisson as poisson_sampler
from tensortape.ops.random.algorithm import key_counter, position, seed_tensor
from tensortape.ops.random.arguments import invalid, shape_argument, size_of
from tensortape.ops.random.permutation import index_shuffle as permuted_index
from tensortape.ops.random.seeds import scramble
from tensortape.ops.random.stateful import NO_INPUT
from tensortape.ops.random.stateful_counts import IMPLICIT, broadcast_alpha, scaled_gamma


def samples_each(op_type: str, shape: tuple[int, ...], batch: tuple[int, ...]) -> int:
    """How many numbers of ``shape`` are drawn for each parameter of shape ``batch``."""
    if shape[len(shape) - len(batch) :] != batch:
        raise invalid(op_type, "Shape passed in must end with broadcasted shape.")
    return size_of(shape[: len(shape) - len(batch)])


_KEY, _COUNTER = np.array([1], np.uint64), np.array([2, 3], np.uint64)


@op(
    "StatelessRandomGammaV3",
    not_derivative=IMPLICIT,
    samples=[((_KEY, _COUNTER, (2,)), {"shape": (3, 2)}, (2,))],
    domain=(0.3, 6.0),
)
def stateless_gamma_v3(xp, key, counter, alpha, *, shape):
    """Gamma numbers of rate 1 from a key and a counter."""

    def draw(key, counter, alpha):
        alpha = np.asarray(alpha)
        count = samples_each("StatelessRandomGammaV3", shape, alpha.shape)
        values = gamma_sampler.gamma(position(key, counter), count, alpha)
        return values.reshape(shape)[()]

    return xp.sample((key, counter, alpha), draw, shape, alpha.dtype)


@stateless_gamma_v3.vjp(2)
def _(xp, g, y, key, counter, alpha, *, shape):
    return xp.sum_to(g * xp.random_gamma_grad(alpha, y), tuple(alpha.shape))


@stateless_gamma_v3.jvp
def _(xp, tangents, y, key, counter, alpha, *, shape):
    t = tangents[2]
    return None if t is None else t * xp.random_gamma_grad(alpha, y)


@op("StatelessRandomPoisson", nondifferentiable=NO_INPUT)
def stateless_poisson_v1(xp, seed, lam, *, shape, dtype):
    """Poisson numbers from a seed."""

    def draw(seed, lam):
        lam = np.asarray(lam)
        count = samples_each("StatelessRandomPoisson", shape, lam.shape)
        values = poisson_sampler.poisson(scramble(seed), count, lam, dtype._np)
        return values.reshape(shape)[()]

    return xp.sample((seed, lam), draw, shape, dtype)


@op("StatelessRandomBinomial", nondifferentiable=NO_INPUT)
def stateless_binomial_v1(xp, seed, counts, probs, *, shape, dtype):
    """Binomial numbers from a seed."""

    def draw(seed, counts, probs):
        return draw_binomial(
            "StatelessRandomBinomial", scramble(seed), shape, counts, probs, dtype._np
        )

    return xp.sample((seed, counts, probs), draw, shape, dtype)


def draw_binomial(op_type, state, shape, counts, probs, dtype):
    """Binomial numbers of ``shape`` for parameters that broadcast to its last axes."""
    counts, probs = np.broadcast_arrays(counts, probs)
    each = samples_each(op_type, shape, counts.shape)
    return binomial_sampler.binomial(state, each, counts, probs, dtype).reshape(shape)[()]


@op("RandomIndexShuffle", nondifferentiable=NO_INPUT)
def random_index_shuffle(xp, index, seed, max_index, *, shape):
    """Places of indices in a permutation."""

    def draw(index, seed, max_index):
        index, limit = (np.asarray(a) for a in (index, max_index))
        beyond = np.flatnonzero(index > limit)
        if beyond.size:
            i, m = (
                np.broadcast_to(a, (index > limit).shape).flat[beyond[0]] for a in (index, limit)
            )
            raise invalid("RandomIndexShuffle", f"max_index must be >= index, but {m} < {i}")
        return permuted_index(index, np.asarray(seed), limit)[()]

    return xp.sample((index, seed, max_index), draw, shape, index.dtype)


@export("random.stateless_gamma")
def stateless_gamma(
    shape: Any,
    seed: Any,
    alpha: Any,
    beta: Any = None,
    dtype: Any = dtypes.float32,
    name: str | None = None,
) -> Any:
    """Numbers of gamma distributions determined by ``seed``.

    ``shape`` is that of the result and ends with the shape of ``alpha`` broadcast with ``beta``.
    Differentiable with respect to both parameters.

    >>> import tensortape as tf
    >>> tf.random.stateless_gamma([3, 2], seed=[1, 2], alpha=[0.5, 1.5]).shape
    TensorShape([3, 2])

    Raises InvalidArgumentError when ``shape`` does not end so. Source:
    ``tf.random.stateless_gamma``.
    """
    lengths, _ = shape_argument(shape, "StatelessRandomGammaV3")
    alpha, beta = broadcast_alpha(alpha, beta, dtype)
    key, counter, _ = key_counter(seed, "auto_select")
    standard = execute(stateless_gamma_v3, (key, counter, alpha), {"shape": lengths})
    return scaled_gamma(standard, beta)


@export("random.stateless_poisson")
def stateless_poisson(
    shape: Any, seed: Any, lam: Any, dtype: Any = dtypes.int32, name: str | None = None
) -> Any:
    """Numbers of Poisson distributions determined by ``seed``; ``shape`` ends with ``lam.shape``.

    >>> import tensortape as tf
    >>> tf.random.stateless_poisson([3, 2], seed=[1, 2], lam=[0.5, 4.0]).shape
    TensorShape([3, 2])

    Source: ``tf.random.stateless_poisson``.
    """
    lengths, _ = shape_argument(shape, "StatelessRandomPoisson")
    seed = seed_tensor(seed, "StatelessRandomPoisson")
    attrs = {"shape": lengths, "dtype": as_dtype(dtype)}
    return execute(stateless_poisson_v1, (seed, convert_to_tensor(lam)), attrs)


@export("random.stateless_binomial")
def stateless_binomial(
    shape: Any,
    seed: Any,
    counts: Any,
    probs: Any,
    output_dtype: Any = dtypes.int32,
    name: str | None = None,
) -> Any:
    """Numbers of successes in ``counts`` trials of probability ``probs``, determined by ``seed``.

    ``counts`` and ``probs`` broadcast; ``shape`` ends with their common shape.

    >>> import tensortape as tf
    >>> tf.random.stateless_binomial([2], seed=[1, 2], counts=[10.0, 20.0], probs=0.8).shape
    TensorShape([2])

    Source: ``tf.random.stateless_binomial``.
    """
    lengths, _ = shape_argument(shape, "StatelessRandomBinomial")
    probs = convert_to_tensor(probs, dtype_hint=dtypes.float32)
    counts = convert_to_tensor(counts, dtype_hint=probs.dtype)
    seed = seed_tensor(seed, "StatelessRandomBinomial")
    attrs = {"shape": lengths, "dtype": as_dtype(output_dtype)}
    return execute(stateless_binomial_v1, (seed, counts, probs), attrs)


@export("random.experimental.index_shuffle")
def index_shuffle(index: Any, seed: Any, max_index: Any) -> Any:
    """The place of ``index`` in a permutation of ``0 .. max_index`` that ``seed`` determines.

    ``index`` and ``max_index``: integers or vectors of them, ``seed``: ``(2,)`` or ``(n, 2)``.

    >>> import tensortape as tf
    >>> tf.random.experimental.index_shuffle(tf.range(4), seed=[5, 9], max_index=3).numpy()
    array([2, 0, 1, 3], dtype=int32)

    Raises InvalidArgumentError for other shapes and for an index beyond ``max_index``. Source:
    ``tf.random.experimental.index_shuffle``.
    """
    index = convert_to_tensor(index)
    seed, limit = convert_to_tensor(seed), convert_to_tensor(max_index, dtype=index.dtype)
    kind = "RandomIndexShuffle"
    if index.ndim > 1 or limit.ndim > 1:
        raise invalid(kind, "index and max_index must be scalars or vectors.")
    if seed.ndim not in (1, 2) or seed.shape[-1] != 2:
        raise invalid(kind, f"seed must have shape [2] or [n, 2], not {list(seed.shape)}")
    try:
        shape = np.broadcast_shapes(tuple(index.shape), tuple(seed.shape[:-1]), tuple(limit.shape))
    except ValueError:
        raise invalid(kind, "index, seed and max_index must have the same length") from None
    return execute(random_index_shuffle, (index, seed, limit), {"shape": shape})
