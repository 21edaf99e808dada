"""How much boxes overlap, and the choice of those that do not."""

from __future__ import annotations

import heapq
from typing import Any

import numpy as np


def areas(boxes: Any) -> Any:
    """The areas of boxes ``[n, 4]`` given as (y1, x1, y2, x2)."""
    return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])


def overlaps_of(boxes: Any) -> Any:
    """Intersection over union of each two of ``n`` boxes; 0 for boxes without area."""
    low, high = np.minimum(boxes[:, :2], boxes[:, 2:]), np.maximum(boxes[:, :2], boxes[:, 2:])
    area = (high - low).prod(-1)
    start, end = np.maximum(low[:, None], low[None]), np.minimum(high[:, None], high[None])
    shared = np.maximum(end - start, 0).prod(-1)
    union = area[:, None] + area[None] - shared
    empty = (area[:, None] <= 0) | (area[None] <= 0)
    return np.where(empty, 0, shared / np.where(empty, 1, union)).astype(boxes.dtype)


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
            score = score * np.exp(scale * overlap * overlap)
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
