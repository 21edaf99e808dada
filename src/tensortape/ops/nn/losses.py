"""Cross-entropies of logits."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core import errors
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import apply, execute
from tensortape.core.families import elementwise
from tensortape.core.op import op
from tensortape.core.public import tensor
from tensortape.core.registry import export


def _log_softmax(xp, logits, axis):
    shifted = logits - xp.max(logits, axis=axis, keepdims=True)
    return shifted - xp.log(xp.sum(xp.exp(shifted), axis=axis, keepdims=True))


@op("SoftmaxCrossEntropyWithLogits", samples=[(((2, 3), (2, 3)), {"axis": 1})])
def softmax_cross_entropy(xp, features, labels, *, axis):
    """Cross-entropy of distributions: minus the sum of labels times log-softmax."""
    return -xp.sum(labels * _log_softmax(xp, features, axis), axis=axis)


# As in TensorFlow: the labels are taken to sum to 1 (Bishop, Pattern Recognition, 4.109).
@softmax_cross_entropy.vjp(0)
def _(xp, g, y, features, labels, *, axis):
    d = xp.expand_dims(g, axis) * (xp.softmax(features, axis=axis) - labels)
    return d if d.shape == features.shape else xp.sum_to(d, shape=tuple(features.shape))


@softmax_cross_entropy.vjp(1)
def _(xp, g, y, features, labels, *, axis):
    d = -(xp.expand_dims(g, axis) * xp.log_softmax(features, axis=axis))
    return d if d.shape == labels.shape else xp.sum_to(d, shape=tuple(labels.shape))


def _labels_in_range(tensors: Any, attrs: dict[str, Any]) -> dict[str, Any]:
    """Refuse labels that name no class."""
    features, labels = tensors
    known = labels._a
    if isinstance(known, (np.ndarray, np.generic)) and known.size:
        count, low, high = features.shape[-1], int(known.min()), int(known.max())
        if low < 0 or high >= count:
            bad = low if low < 0 else high
            raise errors.InvalidArgumentError(
                None,
                None,
                f"Received a label value of {bad} which is outside the valid range of [0, {count}). "
                f"Label values: {' '.join(map(str, known.reshape(-1)[:10].tolist()))}",
            )
    return attrs


def _one_hot(xp, labels, features):
    classes = xp.arange(0, features.shape[-1], 1, labels.dtype)
    return xp.astype(xp.equal(xp.expand_dims(labels, labels.ndim), classes), features.dtype)


@op("SparseSoftmaxCrossEntropyWithLogits", normalise=_labels_in_range,
    samples=[(((2, 3), np.array([2, 0])), {})])  # fmt: skip
def sparse_softmax_cross_entropy(xp, features, labels):
    """Cross-entropy where each label is the index of the class."""
    axis = features.ndim - 1
    return -xp.sum(_one_hot(xp, labels, features) * _log_softmax(xp, features, axis), axis=axis)


@sparse_softmax_cross_entropy.vjp(0)
def _(xp, g, y, features, labels):
    axis = features.ndim - 1
    return xp.expand_dims(g, axis) * (xp.softmax(features, axis=axis) - _one_hot(xp, labels, features))


def _softplus_negative(xp, x):
    """log(1 + exp(-x)) without overflow."""
    return xp.log1p(xp.exp(-xp.absolute(x))) + xp.maximum(-x, xp.zeros_like(x))


def _sigmoid(xp, x):
    e = xp.exp(-xp.absolute(x))
    return xp.where(x >= 0, 1 / (1 + e), e / (1 + e))


@elementwise("SigmoidCrossEntropyWithLogits", domain=(-3, 3), saves=("inputs",))
def sigmoid_cross_entropy(xp, logits, labels):
    """Cross-entropy of independent yes-no decisions."""
    return logits - logits * labels + _softplus_negative(xp, logits)


@sigmoid_cross_entropy.partial(0)
def _(xp, y, logits, labels):
    return _sigmoid(xp, logits) - labels


@sigmoid_cross_entropy.partial(1)
def _(xp, y, logits, labels):
    return -logits


@elementwise("WeightedCrossEntropyWithLogits", domain=(-3, 3), saves=("inputs",))
def weighted_cross_entropy(xp, logits, labels, pos_weight):
    """Sigmoid cross-entropy with the positive class weighted."""
    weight = 1 + (pos_weight - 1) * labels
    return (1 - labels) * logits + weight * _softplus_negative(xp, logits)


@weighted_cross_entropy.partial(0)
def _(xp, y, logits, labels, pos_weight):
    return (1 - labels) + (1 + (pos_weight - 1) * labels) * (_sigmoid(xp, logits) - 1)


@weighted_cross_entropy.partial(1)
def _(xp, y, logits, labels, pos_weight):
    return (pos_weight - 1) * _softplus_negative(xp, logits) - logits


@weighted_cross_entropy.partial(2)
def _(xp, y, logits, labels, pos_weight):
    return labels * _softplus_negative(xp, logits)


def _same_shape(logits: Any, labels: Any) -> None:
    if not labels.shape.is_compatible_with(logits.shape):
        raise ValueError(
            "`logits` and `labels` must have the same shape, received "
            f"({logits.shape} vs {labels.shape})."
        )


@export("nn.softmax_cross_entropy_with_logits")
def softmax_cross_entropy_with_logits(labels, logits, axis=-1, name=None):
    """Cross-entropy between ``labels`` (distributions along ``axis``) and softmax of ``logits``.

    Both have one shape and a floating dtype; the result lacks ``axis``. Gradients flow to both.

    >>> import tensortape as tf
    >>> loss = tf.nn.softmax_cross_entropy_with_logits([[1.0, 0.0]], [[0.0, 0.0]])
    >>> print(round(float(loss[0]), 4))
    0.6931

    Raises ``InvalidArgumentError`` for shapes that do not fit.
    Source: ``tf.nn.softmax_cross_entropy_with_logits``.
    """
    logits = tensor(logits)
    labels = convert_to_tensor(labels, dtype_hint=logits.dtype)
    axis = int(axis)
    if logits.ndim == 0:
        raise errors.InvalidArgumentError(None, None, "logits must have at least one axis, received a scalar")
    return apply(softmax_cross_entropy, (logits, labels), {"axis": axis % logits.ndim})


@export("nn.sparse_softmax_cross_entropy_with_logits")
def sparse_softmax_cross_entropy_with_logits(labels, logits, name=None):
    """Cross-entropy of class indices ``labels`` (int32 or int64) and softmax of ``logits``.

    ``logits`` has one axis more than ``labels``, the last, over classes.

    >>> import tensortape as tf
    >>> loss = tf.nn.sparse_softmax_cross_entropy_with_logits([1], [[0.0, 0.0]])
    >>> print(round(float(loss[0]), 4))
    0.6931

    Raises ``ValueError`` for ranks that do not fit, ``InvalidArgumentError`` for a label that
    names no class. Source: ``tf.nn.sparse_softmax_cross_entropy_with_logits``.
    """
    labels, logits = tensor(labels), tensor(logits)
    if logits.ndim == 0:
        raise ValueError(f"`logits` cannot be a scalar. Received logits={logits}`")
    if labels.ndim != logits.ndim - 1:
        raise ValueError(
            "`labels.shape.rank` must equal `logits.shape.rank - 1`. Received: "
            f"labels.shape={labels.shape} of rank {labels.ndim} and logits.shape={logits.shape} of "
            f"rank {logits.ndim}"
        )
    if not labels.shape.is_compatible_with(logits.shape[:-1]):
        raise ValueError(
            f"`labels.shape` must equal `logits.shape` except for the last dimension. Received: "
            f"labels.shape={labels.shape} and logits.shape={logits.shape}"
        )
    return apply(sparse_softmax_cross_entropy, (logits, labels), {})


@export("nn.sigmoid_cross_entropy_with_logits")
def sigmoid_cross_entropy_with_logits(labels=None, logits=None, name=None):
    """Cross-entropy of probabilities ``labels`` and the sigmoid of ``logits``, element by element.

    >>> import tensortape as tf
    >>> print(round(float(tf.nn.sigmoid_cross_entropy_with_logits(1.0, 0.0)), 4))
    0.6931

    Raises ``ValueError`` when the shapes differ. Source: ``tf.nn.sigmoid_cross_entropy_with_logits``.
    """
    logits = tensor(logits)
    labels = convert_to_tensor(labels, dtype_hint=logits.dtype)
    _same_shape(logits, labels)
    return execute(sigmoid_cross_entropy, (logits, labels), {})


@export("nn.weighted_cross_entropy_with_logits")
def weighted_cross_entropy_with_logits(labels, logits, pos_weight, name=None):
    """Sigmoid cross-entropy where positive labels count ``pos_weight`` times.

    >>> import tensortape as tf
    >>> print(round(float(tf.nn.weighted_cross_entropy_with_logits(1.0, 0.0, 2.0)), 4))
    1.3863

    Raises ``ValueError`` when the shapes differ. Source: ``tf.nn.weighted_cross_entropy_with_logits``.
    """
    logits = tensor(logits)
    labels = convert_to_tensor(labels, dtype_hint=logits.dtype)
    _same_shape(logits, labels)
    weight = convert_to_tensor(pos_weight, dtype_hint=logits.dtype)
    return execute(weighted_cross_entropy, (logits, labels, weight), {})
