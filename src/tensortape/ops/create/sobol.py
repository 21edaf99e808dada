"""Points that fill a cube evenly."""

from __future__ import annotations

import warnings
from typing import Any

from tensortape.core import dtypes
from tensortape.core.lazy import lazy_import
from tensortape.core.registry import export
from tensortape.core.state import state
from tensortape.ops.layout.attributes import invalid, one_int

_qmc: Any = lazy_import("scipy.stats.qmc")


@export("math.sobol_sample")
def sobol_sample(
    dim: Any, num_results: Any, skip: Any = 0, dtype: Any = dtypes.float32, name: str | None = None
) -> Any:
    """Points of the Sobol sequence (after the origin and ``skip`` more), ``[num_results, dim]``.

    >>> import tensortape as tf
    >>> tf.math.sobol_sample(2, 2).numpy()
    array([[0.5 , 0.5 ],
           [0.75, 0.25]], dtype=float32)

    Raises ``tf.errors.InvalidArgumentError`` for sizes that are not positive.
    Source: ``tf.math.sobol_sample``.
    """
    size, count, start = one_int(dim), one_int(num_results), one_int(skip)
    if size < 1 or count < 1 or start < 0:
        raise invalid(
            "dim and num_results must be positive and skip not negative; got "
            f"{size}, {count}, {start} [Op:SobolSample]"
        )
    sequence = _qmc.Sobol(size, scramble=False, bits=32)
    sequence.fast_forward(start + 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # any number of points is fine
        points = sequence.random(count)
    return state.tensor(points.astype(dtypes.as_dtype(dtype)._np))
