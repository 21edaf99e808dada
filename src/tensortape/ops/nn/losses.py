"""Cross-entropies of logits."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tensortape.arrays.namespace import numpy_namespace
from tensortape.arrays.recorded import recorded as xp
from tensortape.core import dtypes, errors
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import apply, execute
from tensortape.core.families import differ, elementwise
from tensortape.core.op import op
from tensortape.core.operators import same_dtype
from tensortape.core.public import tensor
from tensortape.core.registry import PUBLIC, export
from tensortape.core.state import state
from tensortape.ops.layout.attributes import one_axis


@op("SoftmaxCrossEntropyBackprop", primitive="softmax_less_labels", saves=("inputs",),
    samples=[(((2, 3), (2, 3)), {"axis": 1}, [0])])  # fmt: skip
def softmax_less_labels(xp, features, labels, *, axis):
    """The derivative of the cross-entropy, for labels that sum to 1."""
    return xp.softmax_less_labels(features, labels, axis)


# TensorFlow lets no gradient of a gradient reach the labels this way.
@softmax_less_labels.vjp
def _(xp, g, y, features, labels, *, axis):
    p = xp.softmax(features, axis)
    d = p * (g - xp.sum(g * p, axis=axis, keepdims=True))
    return fitted(xp, d, features), xp.zeros_like(labels)


def fitted(xp: Any, d: Any, x: Any) -> Any:
    """``d`` summed over the axes along which ``x`` was broadcast."""
    return xp.sum_to(d, shape=tuple(x.shape)) if differ(d.shape, x.shape) else d


def explain_cross_entropy(record: Any, tensors: Any, attrs: Any, exc: Exception) -> Exception:
    """Shapes that do not fit, in TensorFlow's words."""
    a, b = ("[" + ",".join(map(str, t.shape)) + "]" for t in tensors)
    text = f"logits and labels must be broadcastable: logits_size={a} labels_size={b}"
    return errors.of_op(errors.InvalidArgumentError, record.type, text)


@op("SoftmaxCrossEntropyWithLogits", saves=("inputs",), check=explain_cross_entropy,
    samples=[(((2, 3), np.array([[0.2, 0.5, 0.3], [0.1, 0.1, 0.8]])), {"axis": 1}, [0]),
             (((3, 2), (3, 2)), {"axis": 0}, [1])])  # fmt: skip
def softmax_cross_entropy(xp, features, labels, *, axis):
    """Cross-entropy of distributions: minus the sum of labels times log-softmax."""
    return -xp.sum(labels * xp.log_softmax(features, axis), axis=axis)


@softmax_cross_entropy.vjp(0)
def _(xp, g, y, features, labels, *, axis):
    return fitted(
        xp, xp.expand_dims(g, axis) * xp.softmax_less_labels(features, labels, axis), features
    )


@softmax_cross_entropy.vjp(1)
def _(xp, g, y, features, labels, *, axis):
    return fitted(xp, -(xp.expand_dims(g, axis) * xp.log_softmax(features, axis)), labels)


def _labels_in_range(labels: Any, count: int) -> None:
    """Refuse labels that name none of ``count`` classes."""
    if not labels.size:
        return
    low, high = int(labels.min()), int(labels.max())
    if low < 0 or high >= count:
        bad = low if low < 0 else high
        raise errors.InvalidArgumentError(
            None,
            None,
            f"Received a label value of {bad} which is outside the valid range of [0, {count}). "
            f"Label values: {' '.join(map(str, labels.reshape(-1)[:10].tolist()))}",
        )


@op("LabelsInRange", nondifferentiable="integer result",
    samples=[((np.array([2, 0]),), {"count": 3})])  # fmt: skip
def labels_in_range(xp, labels, *, count):
    """The labels, all of which must name one of ``count`` classes."""
    if xp is numpy_namespace and not hasattr(state.xp, "evaluate"):
        _labels_in_range(labels, count)
    return labels


def is_label(xp: Any, labels: Any, features: Any) -> Any:
    """Whether a class is the one that the label names."""
    classes = xp.arange(0, features.shape[-1], 1, labels.dtype)
    return xp.equal(xp.expand_dims(labels, labels.ndim), classes)


@op("SparseSoftmaxCrossEntropyWithLogits", saves=("inputs",),
    samples=[(((2, 3), np.array([2, 0])), {})])  # fmt: skip
def sparse_softmax_cross_entropy(xp, features, labels):
    """Cross-entropy where each label is the index of the class."""
    if xp is numpy_namespace and not hasattr(state.xp, "evaluate"):
        _labels_in_range(labels, features.shape[-1])
    axis = features.ndim - 1
    logs = xp.log_softmax(features, axis)
    return -xp.sum(xp.where(is_label(xp, labels, features), logs, xp.zeros_like(logs)), axis=axis)


@sparse_softmax_cross_entropy.vjp(0)
def _(xp, g, y, features, labels):
    axis = features.ndim - 1
    hit = xp.astype(is_label(xp, labels, features), features.dtype)
    return xp.expand_dims(g, axis) * (xp.softmax(features, axis) - hit)


@elementwise("SigmoidCrossEntropyWithLogits", domain=(-3, 3), saves=("inputs",))
def sigmoid_cross_entropy(xp, logits, labels):
    """Cross-entropy of independent yes-no decisions."""
    return (
        xp.maximum(logits, xp.zeros_like(logits))
        - logits * labels
        + xp.log1p(xp.exp(-xp.absolute(logits)))
    )


@sigmoid_cross_entropy.partial(0)
def _(xp, y, logits, labels):
    return xp.sigmoid(logits) - labels


@sigmoid_cross_entropy.partial(1)
def _(xp, y, logits, labels):
    return -logits


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
    dtype = logits.dtype
    check_floating(softmax_cross_entropy, logits)
    logits = widened(logits)
    labels = convert_to_tensor(labels, dtype_hint=logits.dtype)
    if labels.dtype is not logits.dtype:
        labels = xp.astype(labels, logits.dtype)
    if logits.ndim == 0:
        raise errors.InvalidArgumentError(
            None, None, "logits must have at least one axis, received a scalar"
        )
    cost = apply(softmax_cross_entropy, (logits, labels), {"axis": one_axis(axis, logits.ndim)})
    return cost if cost.dtype is dtype else xp.astype(cost, dtype)


def widened(logits: Any) -> Any:
    """``logits``, as float32 if they have 16 bits."""
    return xp.astype(logits, dtypes.float32) if logits.dtype.size == 2 else logits


def check_floating(record: Any, x: Any) -> None:
    """Refuse what is not floating, in TensorFlow's words."""
    if not x.dtype.is_floating:
        text = (
            f"Value for attr 'T' of {x.dtype.name} is not in the list of allowed values: half, "
            "bfloat16, float, double"
        )
        raise errors.of_op(errors.InvalidArgumentError, record.type, text)


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
    if labels.dtype not in (dtypes.int32, dtypes.int64):
        text = (
            f"Value for attr 'Tlabels' of {labels.dtype.name} is not in the list of allowed "
            "values: int32, int64"
        )
        raise errors.of_op(errors.InvalidArgumentError, sparse_softmax_cross_entropy.type, text)
    check_floating(sparse_softmax_cross_entropy, logits)
    cost = apply(sparse_softmax_cross_entropy, (widened(logits), labels), {})
    return cost if cost.dtype is logits.dtype else xp.astype(cost, logits.dtype)


@export("nn.sigmoid_cross_entropy_with_logits")
def sigmoid_cross_entropy_with_logits(labels=None, logits=None, name=None):
    """Cross-entropy of probabilities ``labels`` and the sigmoid of ``logits``, element by element.

    >>> import tensortape as tf
    >>> print(round(float(tf.nn.sigmoid_cross_entropy_with_logits(1.0, 0.0)), 4))
    0.6931

    Raises ``ValueError`` when the shapes differ.
    Source: ``tf.nn.sigmoid_cross_entropy_with_logits``.
    """
    logits = tensor(logits)
    labels = convert_to_tensor(labels, dtype_hint=logits.dtype)
    _same_shape(logits, labels)
    if labels.dtype is not logits.dtype:
        same_dtype(sigmoid_cross_entropy, logits, labels)
    return execute(sigmoid_cross_entropy, (logits, labels), {})


@export("nn.weighted_cross_entropy_with_logits")
def weighted_cross_entropy_with_logits(labels, logits, pos_weight, name=None):
    """Sigmoid cross-entropy where positive labels count ``pos_weight`` times.

    >>> import tensortape as tf
    >>> print(round(float(tf.nn.weighted_cross_entropy_with_logits(1.0, 0.0, 2.0)), 4))
    1.3863

    Raises ``ValueError`` when the shapes differ.
    Source: ``tf.nn.weighted_cross_entropy_with_logits``.
    """
    logits = tensor(logits)
    labels = convert_to_tensor(labels, dtype_hint=logits.dtype)
    _same_shape(logits, labels)
    weight = 1 + (tensor_like(pos_weight, logits) - 1) * labels
    softplus = xp.log1p(PUBLIC["math.exp"](-PUBLIC["abs"](logits))) + PUBLIC["nn.relu"](-logits)
    return (1 - labels) * logits + weight * softplus


def tensor_like(value: Any, other: Any) -> Any:
    """``value`` as a tensor, of the dtype of ``other`` where it has none."""
    return convert_to_tensor(value, dtype_hint=other.dtype)


@export("nn.log_poisson_loss")
def log_poisson_loss(
    targets: Any, log_input: Any, compute_full_loss: bool = False, name: str | None = None
) -> Any:
    """Minus the logarithm of the likelihood of ``targets`` under Poisson distributions.

    ``log_input`` holds the logarithms of their means. Without ``compute_full_loss`` a term that
    depends on the targets only is left out, else it is approximated (by Stirling).

    >>> import tensortape as tf
    >>> tf.nn.log_poisson_loss([2.0], [0.0]).numpy()
    array([1.], dtype=float32)

    Raises ``ValueError`` when the shapes differ. Source: ``tf.nn.log_poisson_loss``.
    """
    log_input = tensor(log_input)
    targets = tensor_like(targets, log_input)
    if not log_input.shape.is_compatible_with(targets.shape):
        raise ValueError(
            "`log_input` and `targets` must have the same shape, received "
            f"({log_input.shape} vs {targets.shape})."
        )
    result = PUBLIC["math.exp"](log_input) - log_input * targets
    if not compute_full_loss:
        return result
    missing = (
        targets * PUBLIC["math.log"](targets)
        - targets
        + 0.5 * PUBLIC["math.log"](2 * math.pi * targets)
    )
    small = xp.logical_and(targets >= 0, targets <= 1)
    return result + xp.where(small, xp.zeros_like(targets), missing)
