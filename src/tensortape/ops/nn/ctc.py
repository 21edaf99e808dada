"""Connectionist temporal classification: losses of sequences without an alignment."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core import errors
from tensortape.core.dispatch import execute
from tensortape.core.op import op
from tensortape.core.public import tensor
from tensortape.core.registry import PUBLIC, export
from tensortape.core.tensor import EagerTensor
from tensortape.ops.layout.order import transpose

ALMOST_ZERO = -706.8936235490121
"""The logarithm TensorFlow takes for 0 with dense labels: impossible labels have a finite loss."""

LABELS = np.array([[0, 1], [2, 2]])


@op("CTCDerivative", primitive="ctc_derivative", missing_gradient=True)
def ctc_derivative(xp, x):
    """The derivative of the loss, which has no derivative of its own, as in TensorFlow."""
    return xp.ctc_derivative(x)


@op("CTCLoss", primitive="ctc", outputs=2, saves=("outputs",),
    not_derivative="the derivative that comes along as an output has none of its own",
    samples=[(((5, 2, 4), LABELS, np.array([2, 1]), np.array([5, 4])), {"blank": 3})])  # fmt: skip
def ctc_op(xp, logits, labels, label_length, logit_length, *, blank, zero=-np.inf):
    """Losses and their derivatives."""
    return xp.ctc(logits, labels, label_length, logit_length, blank, zero)


@ctc_op.vjp
def _(xp, g, y, logits, labels, label_length, logit_length, *, blank, zero):
    scale = xp.reshape(g[0], (1, g[0].shape[0], 1))
    return scale * xp.ctc_derivative(y[1]), None, None, None


def known(x: Any, what: str) -> Any:
    """The value of a tensor, which must not be traced."""
    if not isinstance(x, EagerTensor):
        raise NotImplementedError(
            f"{what} must have values; inside tf.function they have none yet."
        )
    return np.asarray(x._a)


def dense_labels(labels: Any, batch: int) -> tuple[Any, Any]:
    """Labels and their numbers, from a sparse tensor."""
    rows = known(labels.indices, "sparse labels")[:, 0]
    values = known(labels.values, "sparse labels")
    length = np.bincount(rows, minlength=batch).astype(np.int32)
    out = np.zeros((batch, max(int(length.max(initial=0)), 1)), values.dtype)
    places = np.concatenate([np.arange(n) for n in length]) if len(rows) else rows
    out[rows, places] = values
    return tensor(out), tensor(length)


@export("nn.ctc_loss")
def ctc_loss(
    labels: Any,
    logits: Any,
    label_length: Any,
    logit_length: Any,
    logits_time_major: bool = True,
    unique: Any = None,
    blank_index: int | None = None,
    name: str | None = None,
) -> Any:
    """Minus the logarithm of the probability that a network's outputs spell ``labels``.

    >>> import tensortape as tf
    >>> loss = tf.nn.ctc_loss([[1]], tf.zeros([1, 1, 2]), [1], [1])
    >>> print(round(float(loss[0]), 4))
    0.6931

    Args:
        labels: int tensor ``[batch, places]``, or a ``tf.SparseTensor``.
        logits: floating tensor ``[frames, batch, classes]``.
        label_length: how many labels each example has; not used with sparse labels.
        logit_length: how many frames each example has.
        logits_time_major: whether frames come first in ``logits``; otherwise the batch does.
        unique: not needed.
        blank_index: the class of the blank; 0 by default, counted from the end if negative.
        name: ignored.

    The loss has a gradient, but that has none. Labels that cannot be spelt in so few frames have
    an infinite loss if they are sparse, and one of about 707 if they are dense, as in TensorFlow.
    Raises ``ValueError`` for sparse labels without ``blank_index``. Source: ``tf.nn.ctc_loss``.
    """
    sparse = hasattr(labels, "dense_shape")
    if sparse and blank_index is None:
        raise ValueError(
            "Argument `blank_index` must be provided when `labels` is a `SparseTensor`."
        )
    logits = tensor(logits)
    if not logits_time_major:
        logits = transpose(logits, (1, 0, 2))
    blank = blank_index or 0
    blank += logits.shape[2] if blank < 0 else 0
    if sparse:
        labels, label_length = dense_labels(labels, logits.shape[1])
    elif blank:
        labels = _without_blank(tensor(labels), blank)
    arrays = (logits, tensor(labels), tensor(label_length), tensor(logit_length))
    check(*arrays)
    return execute(ctc_op, arrays, {"blank": blank, "zero": -np.inf if sparse else ALMOST_ZERO})[0]


def _without_blank(labels: Any, blank: int) -> Any:
    """Dense labels, the blank taken for the class before it, as in TensorFlow."""
    return PUBLIC["where"](PUBLIC["equal"](labels, blank), labels - 1, labels)


def check(logits: Any, labels: Any, label_length: Any, logit_length: Any) -> None:
    """Refuse shapes and lengths that do not fit."""
    batch, places = labels.shape
    if logits.shape.rank != 3 or not logits.dtype.is_floating:
        raise errors.of_op(
            errors.InvalidArgumentError,
            "CTCLoss",
            "inputs must be floating, of shape [frames, batch, classes]; received "
            f"{logits.dtype.name} {logits.shape}",
        )
    for what, x in (
        ("logits", logits.shape[1]),
        ("label_length", label_length.shape[0]),
        ("logit_length", logit_length.shape[0]),
    ):
        if None not in (x, batch) and x != batch:
            raise errors.of_op(
                errors.InvalidArgumentError,
                "CTCLoss",
                f"{what} has batch size {x}, labels have {batch}",
            )
    for length, most in ((logit_length, logits.shape[0]), (label_length, places)):
        if (
            isinstance(length, EagerTensor)
            and most is not None
            and np.any(np.asarray(length._a) > most)
        ):
            raise errors.of_op(
                errors.InvalidArgumentError,
                "CTCLoss",
                f"sequence_length {length.numpy()} must be <= {most}",
            )


@export("nn.ctc_unique_labels")
def ctc_unique_labels(labels: Any, name: str | None = None) -> tuple[Any, Any]:
    """The different labels of each example, padded with 0, and where each label stands among them.

    >>> import tensortape as tf
    >>> values, places = tf.nn.ctc_unique_labels([[3, 4, 3]])
    >>> values.numpy().tolist(), places.numpy().tolist()
    ([[3, 4, 0]], [[0, 1, 0]])

    Source: ``tf.nn.ctc_unique_labels``.
    """
    given = known(tensor(labels), "labels")
    values = np.zeros(given.shape, np.int64)
    places = np.zeros(given.shape, np.int32)
    for i, row in enumerate(given.tolist()):
        order = {label: k for k, label in enumerate(dict.fromkeys(row))}
        values[i, : len(order)] = list(order)
        places[i] = [order[label] for label in row]
    return tensor(values), tensor(places)


@export("nn.collapse_repeated")
def collapse_repeated(labels: Any, seq_length: Any, name: str | None = None) -> tuple[Any, Any]:
    """Labels with repeated ones next to each other merged, and how many are left in each row.

    >>> import tensortape as tf
    >>> merged, length = tf.nn.collapse_repeated([[1, 1, 2]], [3])
    >>> merged.numpy().tolist(), length.numpy().tolist()
    ([[1, 2]], [2])

    Source: ``tf.nn.collapse_repeated``.
    """
    given, lengths = known(tensor(labels), "labels"), known(tensor(seq_length), "seq_length")
    rows = [merged(row[:n].tolist()) for row, n in zip(given, lengths, strict=True)]
    out = np.zeros((len(rows), max(map(len, rows), default=0)), given.dtype)
    for line, row in zip(out, rows, strict=True):
        line[: len(row)] = row
    return tensor(out), tensor(np.array([len(r) for r in rows], lengths.dtype))


def merged(row: list[int]) -> list[int]:
    """A row without repetitions next to each other."""
    return [x for i, x in enumerate(row) if i == 0 or x != row[i - 1]]


@export("nn.ctc_greedy_decoder")
def ctc_greedy_decoder(
    inputs: Any, sequence_length: Any, merge_repeated: bool = True, blank_index: int | None = None
) -> tuple[list[Any], Any]:
    """The most likely class of each frame, without blanks (and repetitions, if merged).

    ``inputs``: ``[frames, batch, classes]``; the blank is the last class by default. Returns a list
    with one ``tf.SparseTensor`` and minus the sums of the largest logits, ``[batch, 1]``.

    >>> import tensortape as tf
    >>> (decoded,), score = tf.nn.ctc_greedy_decoder([[[0.0, 2.0, 1.0]], [[3.0, 0.0, 0.0]]], [2])
    >>> decoded.values.numpy().tolist(), score.numpy().tolist()
    ([1, 0], [[-5.0]])

    Source: ``tf.nn.ctc_greedy_decoder``.
    """
    x, lengths = known(tensor(inputs), "inputs"), known(tensor(sequence_length), "sequence_length")
    classes = x.shape[2]
    blank = classes - 1 if blank_index is None else blank_index % classes
    best = x.argmax(2)
    rows, scores = [], np.zeros((x.shape[1], 1), x.dtype)
    for b, n in enumerate(lengths.tolist()):
        path = best[:n, b].tolist()
        scores[b] = -x[:n, b].max(1, initial=-np.inf).sum() if n else 0
        rows.append([c for c in (merged(path) if merge_repeated else path) if c != blank])
    return [sparse_rows(rows)], tensor(scores)


def sparse_rows(rows: list[list[int]]) -> Any:
    """Rows of labels as a sparse tensor."""
    indices = [(b, i) for b, row in enumerate(rows) for i in range(len(row))]
    values = np.array([label for row in rows for label in row], np.int64)
    shape = np.array([len(rows), max(map(len, rows), default=0)], np.int64)
    places = np.array(indices, np.int64).reshape(-1, 2)
    return PUBLIC["SparseTensor"](tensor(places), tensor(values), tensor(shape))
