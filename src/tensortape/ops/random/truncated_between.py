"""``tf.random.stateless_parameterized_truncated_normal``: normal numbers between bounds."""

from __future__ import annotations

from typing import Any

import ml_dtypes
import numpy as np

from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import execute
from tensortape.core.op import op
from tensortape.core.registry import export
from tensortape.ops.random.algorithm import seed_tensor
from tensortape.ops.random.arguments import invalid, shape_argument
from tensortape.ops.random.seeds import scramble
from tensortape.ops.random.stateful_counts import IMPLICIT
from tensortape.ops.random.stateless_parameters import samples_each
from tensortape.ops.random.truncated import truncated_normal_between

_TYPE = "StatelessParameterizedTruncatedNormal"


_PARAMETERS = [(0.3, -0.2), 1.5, (-0.5, -1.0), 2.5]
_SAMPLE = [np.array([1, 2]), *(np.array(p) for p in _PARAMETERS)]


@op(
    _TYPE,
    not_derivative=IMPLICIT,
    samples=[(_SAMPLE, {"shape": (3, 2)}, (1, 2, 3, 4))],
)
def stateless_between(xp, seed, means, stddevs, minvals, maxvals, *, shape):
    """Normal numbers between bounds from a seed."""

    def draw(seed, *parameters):
        rows = np.broadcast_arrays(*parameters)
        each = samples_each(_TYPE, shape, rows[0].shape)
        columns = np.stack([row.reshape(-1) for row in rows])
        try:
            values = truncated_normal_between(scramble(seed), each, columns)
        except ValueError as exc:
            raise invalid(_TYPE, str(exc)) from None
        return values.reshape(shape)[()]

    return xp.sample((seed, means, stddevs, minvals, maxvals), draw, shape, means.dtype)


def _ndtr(xp: Any, x: Any) -> Any:
    """The normal distribution function."""
    return 0.5 * xp.erfc(-x * 0.7071067811865476)


@stateless_between.vjp
def _(xp, g, y, seed, mean, stddev, low, high, *, shape):
    """Implicit reparameterisation: the sample keeps its probability (Figurnov et al., 2018)."""
    bottom, top, z = (low - mean) / stddev, (high - mean) / stddev, (y - mean) / stddev
    start = _ndtr(xp, bottom)
    share = (_ndtr(xp, z) - start) / (_ndtr(xp, top) - start)
    finfo = ml_dtypes.finfo(y.dtype if isinstance(y.dtype, np.dtype) else y.dtype.as_numpy_dtype)
    share = xp.minimum(xp.maximum(share, float(finfo.tiny)), float(1 - finfo.eps))
    to_high = xp.exp(0.5 * (z * z - top * top)) * share
    to_low = xp.exp(0.5 * (z * z - bottom * bottom)) * (1.0 - share)
    partials = (g, g * z, g * to_low, g * to_high)
    sums = (
        xp.sum_to(p, tuple(x.shape))
        for p, x in zip(partials, (mean, stddev, low, high), strict=True)
    )
    return (None, *sums)


@export("random.stateless_parameterized_truncated_normal")
def stateless_parameterized_truncated_normal(
    shape: Any,
    seed: Any,
    means: Any = 0.0,
    stddevs: Any = 1.0,
    minvals: Any = -2.0,
    maxvals: Any = 2.0,
    name: str | None = None,
) -> Any:
    """Normal numbers between ``minvals`` and ``maxvals``, determined by ``seed``.

    The parameters broadcast; ``shape`` is that of the result and ends with their common shape.
    One of the bounds may be infinite. Differentiable with respect to all four parameters.

    >>> import tensortape as tf
    >>> x = tf.random.stateless_parameterized_truncated_normal([100], [1, 2], minvals=1.0)
    >>> bool(tf.reduce_all((x >= 1.0) & (x <= 2.0)))
    True

    Raises InvalidArgumentError for an empty interval, a deviation that is not positive, or a
    shape that does not end so. Source: ``tf.random.stateless_parameterized_truncated_normal``.
    """
    lengths, _ = shape_argument(shape, _TYPE)
    parameters = [convert_to_tensor(p) for p in (means, stddevs, minvals, maxvals)]
    tensors = (seed_tensor(seed, _TYPE), *parameters)
    return execute(stateless_between, tensors, {"shape": lengths})
