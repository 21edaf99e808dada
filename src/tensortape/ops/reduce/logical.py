"""Reductions of booleans and counts."""

from __future__ import annotations

from typing import Any

from tensortape.arrays.recorded import recorded as xp
from tensortape.core import dtypes
from tensortape.core.convert import convert_to_tensor
from tensortape.core.op import op
from tensortape.core.operators import of_dtypes
from tensortape.core.public import tensor
from tensortape.core.registry import export
from tensortape.ops.layout.attributes import is_tensor
from tensortape.ops.reduce.axes import normalise, reduce
from tensortape.ops.reduce.sums import reduce_mean, reduce_sum


@op("Any", primitive="any", normalise=normalise, nondifferentiable="boolean result")
def any_op(xp, input, *, axis=None, keepdims=False):
    """Whether some element along axes is true."""
    return xp.any(input, axis, keepdims)


@op("All", primitive="all", normalise=normalise, nondifferentiable="boolean result")
def all_op(xp, input, *, axis=None, keepdims=False):
    """Whether all elements along axes are true."""
    return xp.all(input, axis, keepdims)


def _booleans(op: Any, value: Any) -> Any:
    x = tensor(value) if is_tensor(value) else convert_to_tensor(value, dtype=dtypes.bool)
    if not x.dtype.is_bool:
        word = {"float32": "float", "float64": "double"}.get(x.dtype.name, x.dtype.name)
        raise of_dtypes(
            f"cannot compute {op.type} as input #0(zero-based) was expected to be a bool tensor "
            f"but is a {word} tensor [Op:{op.type}] name: "
        )
    return x


@export("math.reduce_any", "reduce_any")
def reduce_any(
    input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Any:
    """Whether some element along ``axis`` is true.

    >>> import tensortape as tf
    >>> tf.reduce_any([[True, False], [False, False]], axis=1).numpy()
    array([ True, False])

    Raises ``tf.errors.InvalidArgumentError`` for tensors that are not boolean.
    Source: ``tf.reduce_any``.
    """
    return reduce(any_op, _booleans(any_op, input_tensor), axis, keepdims)


@export("math.reduce_all", "reduce_all")
def reduce_all(
    input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Any:
    """Whether all elements along ``axis`` are true.

    >>> import tensortape as tf
    >>> tf.reduce_all([[True, False], [True, True]], axis=1).numpy()
    array([False,  True])

    Raises ``tf.errors.InvalidArgumentError`` for tensors that are not boolean.
    Source: ``tf.reduce_all``.
    """
    return reduce(all_op, _booleans(all_op, input_tensor), axis, keepdims)


def _nonzero(value: Any) -> Any:
    x = tensor(value)
    if x.dtype is dtypes.bool:
        return x
    zero = b"" if x.dtype is dtypes.string else 0
    return xp.not_equal(x, zero)


@export("math.count_nonzero")
def count_nonzero(
    input: Any,
    axis: Any = None,
    keepdims: Any = None,
    dtype: Any = dtypes.int64,
    name: str | None = None,
) -> Any:
    """How many elements along ``axis`` are not zero (not empty, for strings).

    >>> import tensortape as tf
    >>> tf.math.count_nonzero([1, 0, 2]).numpy()
    np.int64(2)

    Source: ``tf.math.count_nonzero``.
    """
    ones = xp.astype(_nonzero(input), dtypes.int64)
    return xp.astype(reduce_sum(ones, axis, bool(keepdims)), dtypes.as_dtype(dtype))


@export("nn.zero_fraction", "math.zero_fraction")
def zero_fraction(value: Any, name: str | None = None) -> Any:
    """The share of zeros, as float32.

    >>> import tensortape as tf
    >>> tf.math.zero_fraction([0.0, 1.0, 0.0, 0.0]).numpy()
    np.float32(0.75)

    Source: ``tf.math.zero_fraction``.
    """
    x = tensor(value)
    zeros = xp.astype(xp.logical_not(_nonzero(x)), dtypes.float32)
    return reduce_mean(zeros)
