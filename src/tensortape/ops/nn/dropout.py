"""Dropout: a random part of the elements is set to zero."""

from __future__ import annotations

import numbers
from collections.abc import Callable
from functools import partial
from typing import Any

from tensortape.arrays.recorded import recorded as xp
from tensortape.core.convert import convert_to_tensor
from tensortape.core.public import tensor
from tensortape.core.registry import export
from tensortape.core.shapes import TensorShape
from tensortape.core.tensor import Tensor
from tensortape.ops.layout.inspect import shape as dynamic_shape
from tensortape.ops.random.stateful import uniform
from tensortape.ops.random.stateless import stateless_uniform


@export("nn.dropout")
def dropout(
    x: Any, rate: Any, noise_shape: Any = None, seed: int | None = None, name: str | None = None
) -> Any:
    """Set each element to 0 with probability ``rate`` and scale the others by ``1 / (1 - rate)``.

    >>> import tensortape as tf
    >>> tf.nn.dropout([1.0, 2.0], rate=0).numpy()
    array([1., 2.], dtype=float32)

    Args:
        x: floating tensor.
        rate: probability in ``[0, 1)``, a number or scalar tensor.
        noise_shape: shape of the random choice, which broadcasts to that of ``x``.
        seed: a Python int, see ``tf.random.set_seed``.
        name: ignored.

    Raises ``ValueError`` for another ``rate`` or dtype. Source: ``tf.nn.dropout``.
    """
    return dropped(x, rate, noise_shape, partial(uniform, seed=seed))


@export("nn.experimental.stateless_dropout")
def stateless_dropout(
    x: Any,
    rate: Any,
    seed: Any,
    rng_alg: Any = "auto_select",
    noise_shape: Any = None,
    name: str | None = None,
) -> Any:
    """As ``tf.nn.dropout``; the random choice is determined by ``seed``, two integers.

    >>> import tensortape as tf
    >>> tf.nn.experimental.stateless_dropout(tf.ones([4]), 0.5, seed=[1, 2]).numpy()
    array([2., 0., 2., 0.], dtype=float32)

    Raises ``ValueError`` for a rate outside ``[0, 1)`` or a dtype that is not floating.
    Source: ``tf.nn.experimental.stateless_dropout``.
    """
    return dropped(x, rate, noise_shape, partial(stateless_uniform, seed=seed, alg=rng_alg))


@export("nn.experimental.general_dropout")
def general_dropout(
    x: Any,
    rate: Any,
    uniform_sampler: Callable[..., Any],
    noise_shape: Any = None,
    name: str | None = None,
) -> Any:
    """As ``tf.nn.dropout``, with random numbers from ``uniform_sampler(shape=, dtype=)``.

    Raises ``ValueError`` for a rate outside ``[0, 1)`` or a dtype that is not floating.
    Source: ``tf.nn.experimental.general_dropout``.
    """
    return dropped(x, rate, noise_shape, uniform_sampler)


def dropped(x: Any, rate: Any, noise_shape: Any, sampler: Callable[..., Any]) -> Any:
    """What all kinds of dropout share."""
    number = isinstance(rate, numbers.Real)
    if number and not 0 <= rate < 1:
        raise ValueError(
            f"`rate` must be a scalar tensor or a float in the range [0, 1). Received: rate={rate}"
        )
    x = tensor(x)
    if not x.dtype.is_floating:
        raise ValueError(
            "`x.dtype` must be a floating point tensor as `x` will be scaled. "
            f"Received: x_dtype={x.dtype!r}"
        )
    if number and rate == 0:
        sampler(
            shape=[1], dtype=x.dtype
        )  # so that what follows draws the same numbers as otherwise
        return x
    rate, scaled = _scaled(x, rate, number)
    keep = sampler(shape=choice_shape(x, noise_shape), dtype=x.dtype) >= rate
    return xp.where(keep, scaled, convert_to_tensor(0, dtype=x.dtype))


def _scaled(x: Any, rate: Any, number: bool) -> tuple[Any, Any]:
    """The rate in the dtype of ``x``, and ``x`` scaled up."""
    if number:
        return rate, x * convert_to_tensor(1 / (1 - rate), dtype=x.dtype)
    if not isinstance(rate, Tensor) and not hasattr(type(rate), "_to_tensor"):
        raise ValueError(f"`rate` must be a scalar or scalar tensor. Received: rate={rate}")
    rate = tensor(rate)
    if rate.shape.rank not in (0, None):
        raise ValueError(f"Shape {rate.shape} must have rank 0")
    if rate.dtype is not x.dtype:
        raise ValueError(
            "`x.dtype` must be compatible with `rate.dtype`. "
            f"Received: x.dtype={x.dtype!r} and rate.dtype={rate.dtype!r}"
        )
    return rate, x / (convert_to_tensor(1, dtype=x.dtype) - rate)


def choice_shape(x: Any, noise_shape: Any) -> Any:
    """The shape to draw in; unknown entries of ``noise_shape`` are those of ``x``."""
    if noise_shape is None:
        return dynamic_shape(x)
    try:
        wanted = TensorShape(noise_shape)
    except (TypeError, ValueError):
        return noise_shape
    if wanted.rank is not None and wanted.rank == x.shape.rank:
        return [
            n if n is not None else m
            for n, m in zip(wanted.as_list(), x.shape.as_list(), strict=True)
        ]
    return noise_shape
