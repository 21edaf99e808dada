"""Losses of a batch as one number."""

from __future__ import annotations

from typing import Any

from tensortape.arrays.recorded import recorded as xp
from tensortape.core import dtypes, errors
from tensortape.core.convert import convert_to_tensor
from tensortape.core.public import tensor
from tensortape.core.registry import PUBLIC, export
from tensortape.core.tensor import EagerTensor
from tensortape.ops.layout.shaping import expand_dims, squeeze
from tensortape.ops.reduce.sums import reduce_sum


def replicas() -> int:
    """How many copies of a model train together."""
    return PUBLIC["distribute.get_strategy"]().num_replicas_in_sync


@export("nn.compute_average_loss")
def compute_average_loss(
    per_example_loss: Any,
    sample_weight: Any = None,
    global_batch_size: Any = None,
    name: str | None = None,
) -> Any:
    """The sum of ``per_example_loss`` divided by the batch size: 0 for an empty batch.

    >>> import tensortape as tf
    >>> float(tf.nn.compute_average_loss([3.0, 4.0], global_batch_size=4))
    1.75

    Args:
        per_example_loss: tensor of at least one axis, the first over examples.
        sample_weight: weight of each example. Products are formed in float32, as in TensorFlow.
        global_batch_size: an integer; the number of examples by default.
        name: ignored.

    Raises ``ValueError`` for a scalar loss, ``TypeError`` or
    ``tf.errors.InvalidArgumentError`` for a batch size that is no integer or negative.
    Source: ``tf.nn.compute_average_loss``.
    """
    loss = tensor(per_example_loss)
    if loss.shape.rank == 0:
        raise ValueError(
            "Invalid value passed for `per_example_loss`. Expected a tensor with at least rank 1. "
            f"Received per_example_loss={per_example_loss} with rank 0"
        )
    dtype = loss.dtype
    if sample_weight is not None:
        loss = _cast(weighted(loss, tensor(sample_weight)), dtype)
    size = PUBLIC["shape"](loss)[0] * replicas() if global_batch_size is None else global_batch_size
    return xp.divide_no_nan(reduce_sum(loss), _cast(_batch_size(size), dtype))


def _batch_size(value: Any) -> Any:
    size = convert_to_tensor(value)
    if not size.dtype.is_integer:
        raise TypeError(
            f"global_batch_size must be an integer. Expected an integer type, received {size!r}"
        )
    if size.shape.rank != 0:
        raise ValueError(f"global_batch_size must be scalar, received shape {size.shape}")
    if isinstance(size, EagerTensor) and size._a < 0:
        raise errors.InvalidArgumentError(
            None, None, f"global_batch_size must be non-negative, received {value}"
        )
    return size


def _cast(x: Any, dtype: Any) -> Any:
    return x if x.dtype is dtype else xp.astype(x, dtype)


def weighted(loss: Any, weight: Any) -> Any:
    """Losses times weights, whose rank may differ by one axis of length 1 at the end."""
    loss, weight = _cast(loss, dtypes.float32), _cast(weight, dtypes.float32)
    extra = weight.shape.rank - loss.shape.rank
    if weight.shape.rank and extra == 1:
        weight = squeeze(weight, [-1])
    elif weight.shape.rank and extra == -1:
        weight = expand_dims(weight, -1)
    return loss * weight


@export("nn.scale_regularization_loss")
def scale_regularization_loss(regularization_loss: Any) -> Any:
    """The sum of ``regularization_loss``, divided by the number of replicas.

    >>> import tensortape as tf
    >>> float(tf.nn.scale_regularization_loss([3.0, 4.0]))
    7.0

    Source: ``tf.nn.scale_regularization_loss``.
    """
    return reduce_sum(regularization_loss) / replicas()
