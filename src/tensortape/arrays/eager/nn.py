"""Primitives of neural networks that are not elementwise."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.arrays.kernels import softmax_rows

SOFTMAX = "softmax log_softmax"
CROSS_ENTROPY = "softmax_less_labels"
SEQUENCE = "ctc ctc_derivative isotonic piece_means"

_largest: Any = np.maximum.reduce
_sum: Any = np.add.reduce


def softmax(x: Any, axis: int = -1) -> Any:
    """Exponentials along ``axis``, divided by their sum; of no elements, nothing."""
    if not x.size:
        return x
    if softmax_rows.worth(x, axis):
        return softmax_rows.softmax(x)
    e = x - _largest(x, axis, None, None, True)
    np.exp(e, out=e)
    e /= _sum(e, axis, None, None, True)
    return e


def log_softmax(x: Any, axis: int = -1) -> Any:
    """The logarithm of ``softmax``, where that may be too small for a float."""
    if not x.size:
        return x
    if softmax_rows.worth(x, axis):
        return softmax_rows.log_softmax(x)
    shifted = x - _largest(x, axis, None, None, True)
    shifted -= np.log(_sum(np.exp(shifted), axis, None, None, True))
    return shifted


def softmax_less_labels(features: Any, labels: Any, axis: int) -> Any:
    """The derivative of the cross-entropy of ``features`` and ``labels``."""
    return softmax(features, axis) - labels


def ctc(
    logits: Any,
    labels: Any,
    label_length: Any,
    logit_length: Any,
    blank: int,
    zero: float = -np.inf,
) -> Any:
    """Connectionist temporal classification: loss of each example and its derivative.

    ``logits``: ``(frames, batch, classes)``, ``labels``: ``(batch, places)``. By the forward and
    backward recursions over the labels with blanks between them (Graves et al., 2006). ``zero`` is
    the logarithm of the probability of starting or ending where one must not.
    """
    frames, batch, classes = logits.shape
    logs = log_softmax(logits.astype(np.float64))
    states = np.full((batch, 2 * labels.shape[1] + 1), blank)
    states[:, 1::2] = np.clip(labels, 0, classes - 1)
    emitted = np.take_along_axis(logs, np.broadcast_to(states, (frames, *states.shape)), 2)
    count = 2 * np.asarray(label_length)[:, None] + 1
    if zero == -np.inf:
        emitted = np.where(np.arange(states.shape[1]) < count, emitted, zero)
    skips = np.zeros(states.shape, bool)
    skips[:, 3::2] = labels[:, 1:] != labels[:, :-1]
    before = _ctc_forward(emitted, skips, zero)
    after = _ctc_backward(emitted, skips, count, np.asarray(logit_length), zero)
    joint = before + after
    total = _log_sum((emitted[0] + after[0])[:, :2]) if frames else np.zeros(batch)
    shares = _log_sum(joint)[..., None]
    weight = np.where(np.isfinite(shares), np.exp(joint - shares), 0)
    weight[:, :, 1::2] *= labels != blank  # as in TensorFlow, where such a label is padding
    seen = np.zeros(logits.shape)
    rows = np.arange(batch)[:, None]
    for t in range(frames):
        np.add.at(seen[t], (rows, states), weight[t])
    inside = (np.arange(frames)[:, None] < np.asarray(logit_length))[..., None]
    derivative = np.where(inside, np.exp(logs) - seen, 0)
    return (-total).astype(logits.dtype), derivative.astype(logits.dtype)


def ctc_derivative(x: Any) -> Any:
    """The derivative of the loss as it is; a name of its own, so that it may lack a rule."""
    return x


def _log_sum(x: Any) -> Any:
    """Logarithm of the sum of exponentials along the last axis, also of nothing but zeros."""
    top = x.max(-1, keepdims=True)
    top = np.where(np.isfinite(top), top, 0)
    return np.log(np.exp(x - top).sum(-1)) + top[..., 0]


def _ctc_steps(x: Any, skips: Any) -> Any:
    """Ways into each state: from itself, from the one before, past a blank."""
    one = np.full(x.shape, -np.inf)
    one[:, 1:] = x[:, :-1]
    two = np.full(x.shape, -np.inf)
    two[:, 2:] = np.where(skips[:, 2:], x[:, :-2], -np.inf)
    return np.logaddexp(np.logaddexp(x, one), two)


def _ctc_forward(emitted: Any, skips: Any, zero: float) -> Any:
    out = np.full(emitted.shape, -np.inf)
    for t in range(len(emitted)):
        if t:
            out[t] = _ctc_steps(out[t - 1], skips) + emitted[t]
        else:
            start = np.full(emitted.shape[1:], zero)
            start = _ctc_steps(start, skips)
            start[:, :2] = 0
            out[0] = start + emitted[0]
    return out


def _ctc_backward(emitted: Any, skips: Any, count: Any, logit_length: Any, zero: float) -> Any:
    """What follows each state, its own frame left out; frames after the last one stand still."""
    frames, _, places = emitted.shape
    at = np.arange(places)
    end = np.where((at == count - 1) | (at == count - 2), 0.0, zero)
    out = np.full(emitted.shape, -np.inf)
    turned = np.zeros(skips.shape, bool)
    turned[:, 2:] = skips[:, ::-1][:, :-2] if places > 2 else turned[:, 2:]
    for t in range(frames - 1, -1, -1):
        last = (t >= logit_length - 1)[:, None]
        if t + 1 < frames:
            ahead = (out[t + 1] + emitted[t + 1])[:, ::-1]
            out[t] = _ctc_steps(ahead, turned)[:, ::-1]
        out[t] = np.where(last, end, out[t])
    return out


def isotonic(x: Any) -> Any:
    """Nearest decreasing sequences along the last axis and the numbers of their pieces (int32)."""
    flat = x.reshape(-1, x.shape[-1]) if x.size else x.reshape(0, x.shape[-1])
    out, pieces = np.empty_like(flat), np.zeros(flat.shape, np.int32)
    for row, line in enumerate(flat.tolist()):
        blocks: list[list[float]] = []  # sum and count of each piece, pooled while they ascend
        for value in line:
            blocks.append([value, 1])
            while len(blocks) > 1 and blocks[-2][0] * blocks[-1][1] < blocks[-1][0] * blocks[-2][1]:
                total, count = blocks.pop()
                blocks[-1][0] += total
                blocks[-1][1] += count
        counts = [int(count) for _, count in blocks]
        out[row] = np.repeat([total / count for total, count in blocks], counts)
        pieces[row] = np.repeat(np.arange(len(blocks)), counts)
    return out.reshape(x.shape), pieces.reshape(x.shape)


def piece_means(x: Any, pieces: Any) -> Any:
    """Elements replaced by the mean of their piece of the last axis."""
    flat, numbers = x.reshape(-1, x.shape[-1]), pieces.reshape(-1, x.shape[-1])
    out = np.empty_like(flat)
    for row, (line, at) in enumerate(zip(flat, numbers, strict=True)):
        means = np.bincount(at, line) / np.bincount(at)
        out[row] = means[at]
    return out.reshape(x.shape)
