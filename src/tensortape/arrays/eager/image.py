"""Primitives of images: resampling along two axes, and choosing boxes that do not overlap."""

from __future__ import annotations

import heapq
from typing import Any

import numpy as np

IMAGE = "resample suppress"


def resample(x: Any, rows: Any, columns: Any) -> Any:
    """Weighted sums along height and width of ``x`` ``[batch, height, width, channels]``.

    ``rows`` ``[new_height, height]`` and ``columns`` ``[new_width, width]`` hold the weights. The
    transpose is the same with transposed weights. A pixel of weight 0 has no influence, also when
    it is infinite or NaN.
    """
    rows, columns = rows.astype(x.dtype, copy=False), columns.astype(x.dtype, copy=False)
    n, h, w, c = x.shape
    y = np.matmul(rows, x.reshape(n, h, w * c)).reshape(n, len(rows), w, c)
    y = np.matmul(columns, y)
    if np.isfinite(y).all():
        return y
    return _along(_along(x, rows, 1), columns, 2)


def _along(x: Any, weights: Any, axis: int) -> Any:
    """Weighted sums along one axis that only touch what has a weight."""
    used = weights != 0
    order = np.argsort(~used, axis=1, kind="stable")[:, : max(int(used.sum(1).max(initial=0)), 1)]
    values = np.take_along_axis(weights, order, 1)
    shape = [1] * x.ndim
    shape[axis] = len(weights)
    total: Any = 0
    for at, weight in zip(order.T, values.T, strict=True):
        factor = weight.reshape(shape)
        total = total + np.where(factor != 0, factor * x.take(at, axis), 0)
    return total.astype(x.dtype, copy=False)


def suppress(
    overlaps: Any, scores: Any, size: int, threshold: float, least: float, sigma: float = 0.0
) -> Any:
    """Greedy choice by score among candidates that overlap: positions, and the scores then.

    Candidates that overlap a chosen one by more than ``threshold`` are dropped, those with a score
    not above ``least`` too. With ``sigma`` above 0 scores decay with the overlap instead.
    """
    kind = scores.dtype.type
    scale = kind(-0.5 / sigma) if sigma > 0 else kind(0)
    queue = [(-s, i, 0) for i, s in enumerate(scores) if s > least]
    heapq.heapify(queue)
    chosen: list[int] = []
    final: list[Any] = []
    while queue and len(chosen) < size:
        negative, i, begin = heapq.heappop(queue)
        score, dropped = -negative, False
        for j in reversed(chosen[begin:]):
            overlap = overlaps[i, j]
            dropped = not sigma > 0 and overlap > threshold
            score = score * (np.exp(scale * overlap * overlap) if overlap <= threshold else kind(0))
            if dropped or score <= least:
                break
        if dropped:
            continue
        if score == -negative:
            chosen.append(i)
            final.append(score)
        elif score > least:
            heapq.heappush(queue, (-score, i, len(chosen)))
    return np.array(chosen, np.int32), np.array(final, scores.dtype)
