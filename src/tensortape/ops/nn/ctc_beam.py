"""Decoding of sequences by a search over prefixes."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.arrays.eager.nn import log_softmax
from tensortape.core import errors
from tensortape.core.public import tensor
from tensortape.core.registry import export
from tensortape.ops.nn.ctc import known, sparse_rows

NOTHING = (-np.inf, -np.inf)


def step(beams: dict[Any, Any], logs: Any, blank: int) -> dict[Any, Any]:
    """All prefixes after one more frame: logarithms of ending in a blank and in a label."""
    new: dict[Any, Any] = {}

    def add(prefix: Any, in_blank: float, in_label: float) -> None:
        old = new.get(prefix, NOTHING)
        new[prefix] = (np.logaddexp(old[0], in_blank), np.logaddexp(old[1], in_label))

    for prefix, (in_blank, in_label) in beams.items():
        total = np.logaddexp(in_blank, in_label)
        add(prefix, total + logs[blank], -np.inf)
        if prefix:
            add(prefix, -np.inf, in_label + logs[prefix[-1]])
        for label, log in enumerate(logs.tolist()):
            if label != blank:
                repeats = prefix and prefix[-1] == label
                add((*prefix, label), -np.inf, (in_blank if repeats else total) + log)
    return new


def best(beams: dict[Any, Any], count: int) -> dict[Any, Any]:
    """The most likely prefixes, the likeliest first."""
    order = sorted(beams.items(), key=lambda item: -np.logaddexp(*item[1]))
    return dict(order[:count])


@export("nn.ctc_beam_search_decoder")
def ctc_beam_search_decoder(
    inputs: Any, sequence_length: Any, beam_width: int = 100, top_paths: int = 1
) -> tuple[list[Any], Any]:
    """The most likely label sequences, all their alignments counted; the blank is the last class.

    ``inputs``: logits ``[frames, batch, classes]``. Returns a list of ``top_paths``
    ``tf.SparseTensor`` and the logarithms of the probabilities, ``[batch, top_paths]``.

    >>> import tensortape as tf
    >>> logits = [[[0.0, 2.0, 1.0]], [[3.0, 0.0, 0.0]]]
    >>> (decoded,), _ = tf.nn.ctc_beam_search_decoder(logits, [2])
    >>> decoded.values.numpy().tolist()
    [1, 0]

    Raises ``tf.errors.InvalidArgumentError`` for more paths than ``beam_width``.
    Source: ``tf.nn.ctc_beam_search_decoder``.
    """
    if top_paths > beam_width:
        raise errors.InvalidArgumentError(
            None, None, f"requested more paths than the beam width: {top_paths} > {beam_width}"
        )
    x, lengths = known(tensor(inputs), "inputs"), known(tensor(sequence_length), "sequence_length")
    logs = log_softmax(x.astype(np.float64))
    paths: list[list[Any]] = [[] for _ in range(top_paths)]
    scores = np.zeros((x.shape[1], top_paths), x.dtype)
    for b, frames in enumerate(lengths.tolist()):
        beams: dict[Any, Any] = {(): (0.0, -np.inf)}
        for t in range(frames):
            beams = best(step(beams, logs[t, b], x.shape[2] - 1), beam_width)
        if len(beams) < top_paths:
            raise errors.InvalidArgumentError(
                None, None, "Less leaves in the beam search than requested."
            )
        for k, (prefix, ends) in enumerate(list(best(beams, top_paths).items())):
            paths[k].append(list(prefix))
            scores[b, k] = np.logaddexp(*ends)
    return [sparse_rows(rows) for rows in paths], tensor(scores)
