"""``tf.compat.v1.losses``: losses with weights, reduced to one number."""

from __future__ import annotations

from typing import Any

from tensortape.core import dtypes
from tensortape.core.convert import convert_to_tensor
from tensortape.core.registry import PUBLIC, export


@export("compat.v1.losses.Reduction")
class Reduction:
    """How a loss becomes one number. Source: ``tf.compat.v1.losses.Reduction``."""

    NONE = "none"
    SUM = "weighted_sum"
    SUM_OVER_BATCH_SIZE = "weighted_sum_over_batch_size"
    MEAN = "weighted_mean"
    SUM_BY_NONZERO_WEIGHTS = "weighted_sum_by_nonzero_weights"
    SUM_OVER_NONZERO_WEIGHTS = SUM_BY_NONZERO_WEIGHTS

    @classmethod
    def all(cls) -> tuple[str, ...]:
        """All ways."""
        by_batch = (cls.MEAN, cls.SUM_OVER_BATCH_SIZE)
        return (
            cls.NONE,
            cls.SUM,
            *by_batch,
            cls.SUM_OVER_NONZERO_WEIGHTS,
            cls.SUM_BY_NONZERO_WEIGHTS,
        )

    @classmethod
    def validate(cls, key: str) -> None:
        """Raise ``ValueError`` for what is none of them."""
        if key not in cls.all():
            raise ValueError(f"Invalid Reduction Key {key}.")


BY_NONZERO = Reduction.SUM_BY_NONZERO_WEIGHTS


def floats(x: Any) -> Any:
    """A tensor in single precision, as these losses compute."""
    return PUBLIC["cast"](convert_to_tensor(x), dtypes.float32)


def pair(labels: Any, predictions: Any) -> tuple[Any, Any]:
    """Labels and predictions as float32 tensors of one shape, else ``ValueError``."""
    for name, value in (("labels", labels), ("predictions", predictions)):
        if value is None:
            raise ValueError(f"Argument `{name}` must not be None.")
    predictions, labels = floats(predictions), floats(labels)
    predictions.shape.assert_is_compatible_with(labels.shape)
    return labels, predictions


@export("compat.v1.losses.compute_weighted_loss")
def compute_weighted_loss(
    losses: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: Any = None,
    reduction: str = BY_NONZERO,
) -> Any:
    """Losses times weights, reduced: by default their sum over the number of weights but zero.

    >>> import tensortape as tf
    >>> v1 = tf.compat.v1
    >>> v1.losses.compute_weighted_loss([1.0, 2.0, 5.0], [1.0, 1.0, 0.0]).numpy()
    np.float32(1.5)

    Raises ``ValueError`` for other reductions.
    Source: ``tf.compat.v1.losses.compute_weighted_loss``.
    """
    Reduction.validate(reduction)
    given = convert_to_tensor(losses)
    x, w = floats(given), floats(weights)
    check_weights(x, w)
    y = x * w
    if reduction != Reduction.NONE:
        total = PUBLIC["reduce_sum"](y)
        ones = PUBLIC["ones_like"](x)
        below = {
            Reduction.SUM: lambda: PUBLIC["constant"](1.0),
            Reduction.MEAN: lambda: PUBLIC["reduce_sum"](ones * w),
            Reduction.SUM_OVER_BATCH_SIZE: lambda: PUBLIC["reduce_sum"](ones),
            BY_NONZERO: lambda: PUBLIC["reduce_sum"](
                PUBLIC["where"](PUBLIC["equal"](ones * w, 0.0), 0.0, ones)
            ),
        }[reduction]()
        y = PUBLIC["math.divide_no_nan"](total, below)
    return PUBLIC["cast"](y, given.dtype)


def check_weights(x: Any, weights: Any) -> None:
    """Raise ``ValueError`` for weights that are neither one nor one for each element or row."""
    if weights.shape.rank == 0 or None in (weights.shape.rank, x.shape.rank):
        return
    sizes = zip(weights.shape, x.shape, strict=False)
    if weights.shape.rank != x.shape.rank or any(w not in (1, n, None) for w, n in sizes):
        raise ValueError(
            f"weights can not be broadcast to values. values.shape={x.shape}. "
            f"weights.shape={weights.shape}."
        )


def offered(name: str, doc: str) -> Any:
    """Decorator: the loss of each pair of elements, as ``tf.compat.v1.losses.<name>``."""

    def decorate(each: Any) -> Any:
        def loss(
            labels: Any,
            predictions: Any,
            weights: Any = 1.0,
            scope: str | None = None,
            loss_collection: Any = None,
            reduction: str = BY_NONZERO,
        ) -> Any:
            values = each(*pair(labels, predictions))
            return compute_weighted_loss(values, weights, scope, loss_collection, reduction)

        loss.__name__ = loss.__qualname__ = name
        loss.__doc__ = f"{doc} Source: ``tf.compat.v1.losses.{name}``."
        return export(f"compat.v1.losses.{name}")(loss)

    return decorate


@offered("mean_squared_error", "Squared differences of labels and predictions.")
def _squares(labels: Any, predictions: Any) -> Any:
    return PUBLIC["math.squared_difference"](predictions, labels)


@offered("absolute_difference", "Absolute differences of labels and predictions.")
def _differences(labels: Any, predictions: Any) -> Any:
    return PUBLIC["abs"](predictions - labels)


@export("compat.v1.losses.huber_loss")
def huber_loss(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    delta: float = 1.0,
    scope: str | None = None,
    loss_collection: Any = None,
    reduction: str = BY_NONZERO,
) -> Any:
    """Half of squared differences up to ``delta``, linear beyond.

    Source: ``tf.compat.v1.losses.huber_loss``.
    """
    labels, predictions = pair(labels, predictions)
    error = PUBLIC["abs"](predictions - labels)
    within = PUBLIC["minimum"](error, floats(delta))
    values = 0.5 * within * within + delta * (error - within)
    return compute_weighted_loss(values, weights, reduction=reduction)


@export("compat.v1.losses.log_loss")
def log_loss(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    epsilon: float = 1e-7,
    scope: str | None = None,
    loss_collection: Any = None,
    reduction: str = BY_NONZERO,
) -> Any:
    """Cross entropy of probabilities. Source: ``tf.compat.v1.losses.log_loss``."""
    labels, p = pair(labels, predictions)
    log = PUBLIC["math.log"]
    values = -labels * log(p + epsilon) - (1 - labels) * log(1 - p + epsilon)
    return compute_weighted_loss(values, weights, reduction=reduction)


@export("compat.v1.losses.hinge_loss")
def hinge_loss(
    labels: Any,
    logits: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: Any = None,
    reduction: str = BY_NONZERO,
) -> Any:
    """``max(0, 1 - y * logits)`` of labels 0 and 1. Source: ``tf.compat.v1.losses.hinge_loss``."""
    labels, logits = pair(labels, logits)
    values = PUBLIC["nn.relu"](1 - (2 * labels - 1) * logits)
    return compute_weighted_loss(values, weights, reduction=reduction)


@export("compat.v1.losses.softmax_cross_entropy")
def softmax_cross_entropy(
    onehot_labels: Any,
    logits: Any,
    weights: Any = 1.0,
    label_smoothing: float = 0,
    scope: str | None = None,
    loss_collection: Any = None,
    reduction: str = BY_NONZERO,
) -> Any:
    """Cross entropy of class probabilities.

    Source: ``tf.compat.v1.losses.softmax_cross_entropy``.
    """
    logits = convert_to_tensor(logits)
    labels = PUBLIC["cast"](onehot_labels, logits.dtype)
    logits.shape.assert_is_compatible_with(labels.shape)
    if label_smoothing > 0:
        labels = labels * (1 - label_smoothing) + label_smoothing / labels.shape[1]
    values = PUBLIC["nn.softmax_cross_entropy_with_logits"](PUBLIC["stop_gradient"](labels), logits)
    return compute_weighted_loss(values, weights, reduction=reduction)


@export("compat.v1.losses.sparse_softmax_cross_entropy")
def sparse_softmax_cross_entropy(
    labels: Any,
    logits: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: Any = None,
    reduction: str = BY_NONZERO,
) -> Any:
    """Cross entropy of class numbers.

    Source: ``tf.compat.v1.losses.sparse_softmax_cross_entropy``.
    """
    labels, logits = convert_to_tensor(labels), convert_to_tensor(logits)
    if labels.shape.rank == logits.shape.rank:
        labels = PUBLIC["squeeze"](labels, [-1])
    values = PUBLIC["nn.sparse_softmax_cross_entropy_with_logits"](labels, logits)
    return compute_weighted_loss(values, weights, reduction=reduction)


@export("compat.v1.losses.sigmoid_cross_entropy")
def sigmoid_cross_entropy(
    multi_class_labels: Any,
    logits: Any,
    weights: Any = 1.0,
    label_smoothing: float = 0,
    scope: str | None = None,
    loss_collection: Any = None,
    reduction: str = BY_NONZERO,
) -> Any:
    """Cross entropy of independent probabilities.

    Source: ``tf.compat.v1.losses.sigmoid_cross_entropy``.
    """
    logits = convert_to_tensor(logits)
    labels = PUBLIC["cast"](multi_class_labels, logits.dtype)
    if label_smoothing > 0:
        labels = labels * (1 - label_smoothing) + 0.5 * label_smoothing
    values = PUBLIC["nn.sigmoid_cross_entropy_with_logits"](labels=labels, logits=logits)
    return compute_weighted_loss(values, weights, reduction=reduction)


@export("compat.v1.losses.cosine_distance")
def cosine_distance(
    labels: Any,
    predictions: Any,
    axis: int | None = None,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: Any = None,
    reduction: str = BY_NONZERO,
    dim: int | None = None,
) -> Any:
    """One less the products of unit vectors. Source: ``tf.compat.v1.losses.cosine_distance``."""
    axis = dim if axis is None else axis
    if axis is None:
        raise ValueError("You must specify argument `axis`.")
    labels, predictions = pair(labels, predictions)
    values = 1 - PUBLIC["reduce_sum"](predictions * labels, axis, True)
    return compute_weighted_loss(values, weights, reduction=reduction)
