"""Indicator tensors: ``tf.one_hot`` and ``tf.sequence_mask``."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core import dtypes
from tensortape.core.convert import convert_to_tensor, scalar
from tensortape.core.dispatch import execute
from tensortape.core.op import op
from tensortape.core.public import tensor
from tensortape.core.registry import export
from tensortape.ops import composed
from tensortape.ops.layout.attributes import invalid, is_tensor, one_int, static_value


@op("OneHot", nondifferentiable="piecewise constant, as in TensorFlow", native_dtypes=True)
def one_hot_op(xp, indices, on_value, off_value, *, depth, axis):
    """``on_value`` at the positions the indices name, ``off_value`` elsewhere."""
    steps = xp.arange(0, depth, 1, indices.dtype)
    shape = tuple(depth if i == axis else 1 for i in range(indices.ndim + 1))
    hit = xp.equal(xp.expand_dims(indices, axis), xp.reshape(steps, shape))
    return xp.where(hit, on_value, off_value)


def _fill_dtype(on_value: Any, off_value: Any, dtype: Any) -> Any:
    """The dtype of the result: given, or that of the values, or float32."""
    if dtype is not None:
        return dtypes.as_dtype(dtype)
    kinds = [tensor(value).dtype for value in (on_value, off_value) if value is not None]
    if len(kinds) == 2 and kinds[0] is not kinds[1]:
        raise TypeError(
            f"dtype {kinds[0]} of on_value does not match dtype {kinds[1]} of off_value"
        )
    return kinds[0] if kinds else dtypes.float32


def _value(value: Any, default: int, kind: Any, label: str) -> Any:
    if value is None:
        return scalar(bool(default) if kind is dtypes.bool else default, kind._np)
    t = tensor(value) if is_tensor(value) else convert_to_tensor(value, dtype=kind)
    if t.dtype is not kind:
        raise TypeError(
            f"dtype {t.dtype!r} of {label} does not match the dtype {kind!r} of the result"
        )
    return t


@export("one_hot")
def one_hot(
    indices: Any,
    depth: Any,
    on_value: Any = None,
    off_value: Any = None,
    axis: Any = None,
    dtype: Any = None,
    name: str | None = None,
) -> Any:
    """A new axis of length ``depth``: ``on_value`` (1) at the index, ``off_value`` (0) elsewhere.

    Indices outside of ``[0, depth)`` give ``off_value`` throughout.

    >>> import tensortape as tf
    >>> tf.one_hot([0, 2], 3).numpy()
    array([[1., 0., 0.],
           [0., 0., 1.]], dtype=float32)

    Raises ``tf.errors.InvalidArgumentError`` for indices that are no integers or a negative depth.
    Source: ``tf.one_hot``.
    """
    at = tensor(indices)
    if at.dtype.kind not in "iu":
        raise invalid(
            f"Value for attr 'TI' of {at.dtype.name} is not in the list of allowed values: "
            "uint8, int8, int32, int64 [Op:OneHot]"
        )
    size = one_int(depth)
    if size < 0:
        raise invalid(f"depth must be non-negative, got: {size} [Op:OneHot]")
    kind = _fill_dtype(on_value, off_value, dtype)
    on, off = _value(on_value, 1, kind, "on_value"), _value(off_value, 0, kind, "off_value")
    where = -1 if axis is None else one_int(axis)
    rank = at._a.ndim
    if not -1 <= where <= rank:
        raise invalid(
            f"Expected axis to be -1 or between [0, {rank}], but got {where} [Op:OneHot]",
        )
    return execute(
        one_hot_op, (at, on, off), {"depth": size, "axis": rank if where == -1 else where}
    )


@op("SequenceMask", nondifferentiable="boolean result")
def sequence_mask_op(xp, lengths, *, maxlen):
    """Whether a position lies before the length."""
    return xp.less(xp.arange(0, maxlen, 1, lengths.dtype), xp.expand_dims(lengths, lengths.ndim))


@export("sequence_mask")
def sequence_mask(
    lengths: Any, maxlen: Any = None, dtype: Any = dtypes.bool, name: str | None = None
) -> Any:
    """True at the first ``lengths[i]`` of ``maxlen`` (default: the longest) positions of row ``i``.

    >>> import tensortape as tf
    >>> tf.sequence_mask([1, 3]).numpy()
    array([[ True, False, False],
           [ True,  True,  True]])

    Source: ``tf.sequence_mask``.
    """
    t = tensor(lengths)
    kind = dtypes.as_dtype(dtype)
    if maxlen is None and composed.unknown(t):
        return composed.call("cast", composed.longest_mask(t), kind)
    if maxlen is None:
        size = int(np.max(static_value(t), initial=0))
    else:
        if (is_tensor(maxlen) and maxlen._a.ndim) or isinstance(maxlen, (list, tuple)):
            raise ValueError(
                f"Argument `maxlen` must be scalar for sequence_mask, received maxlen = {maxlen}"
            )
        size = one_int(maxlen)
    mask = execute(sequence_mask_op, (t,), {"maxlen": size})
    return mask if kind is dtypes.bool else composed.call("cast", mask, kind)
