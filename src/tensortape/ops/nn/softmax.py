"""Softmax and its logarithm along an axis."""

from __future__ import annotations

from typing import Any

from tensortape.core import errors
from tensortape.core.dispatch import apply
from tensortape.core.op import op
from tensortape.core.public import tensor
from tensortape.core.registry import export


def normalise_axis(tensors: Any, attrs: dict[str, Any]) -> dict[str, Any]:
    """``axis`` as a non-negative int; ``InvalidArgumentError`` when the tensor has no such axis."""
    rank = tensors[0].ndim
    axis = int(attrs["axis"])
    if not -rank <= axis < max(rank, 1):
        raise errors.InvalidArgumentError(
            None,
            None,
            f"axis {axis} is out of range for logits of rank {rank}: give -{rank} to {rank - 1}",
        )
    return {**attrs, "axis": axis % max(rank, 1)}


@op("Softmax", primitive="softmax", saves=("outputs",), normalise=normalise_axis,
    samples=[(((2, 3),), {"axis": -1}), (((4,),), {"axis": 0})])  # fmt: skip
def softmax(xp, logits, *, axis=-1):
    """Softmax along one axis."""
    return xp.softmax(logits, axis)


@softmax.vjp
def _(xp, g, y, logits, *, axis):
    return y * (g - xp.sum(g * y, axis=axis, keepdims=True))


@op("LogSoftmax", primitive="log_softmax", saves=("outputs",), normalise=normalise_axis,
    samples=[(((2, 3),), {"axis": -1}), (((4,),), {"axis": 0})])  # fmt: skip
def log_softmax(xp, logits, *, axis=-1):
    """Logarithm of softmax, without leaving the range of the floats."""
    return xp.log_softmax(logits, axis)


@log_softmax.vjp
def _(xp, g, y, logits, *, axis):
    return g - xp.exp(y) * xp.sum(g, axis=axis, keepdims=True)


def _along(record: Any, logits: Any, axis: Any) -> Any:
    logits = tensor(logits)
    if not (logits.dtype.is_floating):
        raise errors.InvalidArgumentError(
            None,
            None,
            f"Value for attr 'T' of {logits.dtype.name} is not in the list of allowed values: "
            "half, "
            f"bfloat16, float, double [Op:{record.type}]",
        )
    return apply(record, (logits,), {"axis": -1 if axis is None else axis})


@export("nn.softmax", "math.softmax")
def public_softmax(logits, axis=None, name=None):
    """Softmax of ``logits`` along ``axis`` (the last by default): positive, summing to 1.

    ``logits``: floating, of rank 1 or more; the result has its shape and dtype.

    >>> import tensortape as tf
    >>> tf.nn.softmax([0.0, 0.0]).numpy()
    array([0.5, 0.5], dtype=float32)

    Raises ``InvalidArgumentError`` for other dtypes or an axis that does not exist.
    Source: ``tf.nn.softmax``.
    """
    return _along(softmax, logits, axis)


@export("nn.log_softmax", "math.log_softmax")
def public_log_softmax(logits, axis=None, name=None):
    """The logarithm of :func:`softmax`, exact also where softmax itself is too small.

    >>> import tensortape as tf
    >>> tf.nn.log_softmax([0.0, 1000.0]).numpy()
    array([-1000.,     0.], dtype=float32)

    Raises ``InvalidArgumentError`` for other dtypes or an axis that does not exist.
    Source: ``tf.nn.log_softmax``.
    """
    return _along(log_softmax, logits, axis)


public_softmax.__name__ = "softmax"
public_log_softmax.__name__ = "log_softmax"
