"""What singular values tell: pseudo-inverses and ranks."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.arrays.recorded import recorded
from tensortape.core import dtypes
from tensortape.core.convert import convert_to_tensor
from tensortape.core.public import tensor
from tensortape.core.registry import PUBLIC, export
from tensortape.ops.layout.shaping import expand_dims
from tensortape.ops.linalg.decompositions import svd
from tensortape.ops.linalg.matmul import matmul
from tensortape.ops.reduce.extremes import reduce_max
from tensortape.ops.reduce.sums import reduce_sum


def matrices(a: Any, validate_args: bool) -> Any:
    """``a``, if it is floating and has at least two axes."""
    if not a.dtype.is_floating:
        raise TypeError(f"Input `a` must have `float`-like `dtype` (saw {a.dtype.name}).")
    if a.shape.rank is not None and a.shape.rank < 2:
        raise ValueError(f"Input `a` must have at least 2 dimensions (saw: {a.shape.rank}).")
    return PUBLIC["debugging.check_numerics"](a, "a") if validate_args else a


@export("linalg.pinv")
def pinv(a: Any, rcond: Any = None, validate_args: bool = False, name: str | None = None) -> Any:
    """The pseudo-inverses (Moore and Penrose) of the matrices in the last two axes.

    Singular values not above ``rcond`` times the largest count as zero.

    >>> import tensortape as tf
    >>> tf.linalg.pinv([[2.0, 0.0], [0.0, 0.0]]).numpy().round(3).tolist()
    [[0.5, 0.0], [0.0, 0.0]]

    Raises ``TypeError`` for a dtype that is not floating, ``ValueError`` for fewer than two axes.
    Source: ``tf.linalg.pinv``.
    """
    a = matrices(tensor(a), validate_args)
    dtype = a.dtype.as_numpy_dtype
    if rcond is None:
        rcond = 10.0 * max(a.shape[-2:]) * np.finfo(dtype).eps
    s, u, v = svd(a)
    limit = expand_dims(convert_to_tensor(rcond, dtype=a.dtype) * reduce_max(s, axis=-1), -1)
    infinite = convert_to_tensor(np.array(np.inf, dtype))
    kept = recorded.where(s > limit, s, infinite)
    return matmul(v / expand_dims(kept, -2), u, adjoint_b=True)


@export("linalg.matrix_rank")
def matrix_rank(
    a: Any, tol: Any = None, validate_args: bool = False, name: str | None = None
) -> Any:
    """How many singular values of each matrix are greater than ``tol``, an int32.

    >>> import tensortape as tf
    >>> int(tf.linalg.matrix_rank([[1.0, 2.0], [2.0, 4.0]]))
    1

    Raises ``TypeError`` for a dtype that is not floating, ``ValueError`` for fewer than two axes.
    Source: ``tf.linalg.matrix_rank``.
    """
    a = matrices(convert_to_tensor(a, dtype_hint=dtypes.float32), validate_args)
    s = svd(a, compute_uv=False)
    if tol is None:
        factor = np.finfo(a.dtype.as_numpy_dtype).eps * max(a.shape[-2:])
        tol = tensor(reduce_max(s, axis=-1, keepdims=True)) * float(factor)
    return reduce_sum(recorded.astype(s > tol, dtypes.int32), axis=-1)
