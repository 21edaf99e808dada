"""How much boxes overlap, and the choice of those that do not."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import Any

import numpy as np

Overlap = Callable[[int, Any], Any]
"""The overlaps of one candidate with others, by their positions."""


def areas(boxes: Any) -> Any:
    """The areas of boxes ``[n, 4]`` given as (y1, x1, y2, x2)."""
    return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])


def overlap_of(boxes: Any) -> Overlap:
    """Intersection over union of boxes ``[n, 4]``; 0 for boxes without area."""
    low, high = np.minimum(boxes[:, :2], boxes[:, 2:]), np.maximum(boxes[:, :2], boxes[:, 2:])
    area = (high - low).prod(-1)

    def overlap(i: int, others: Any) -> Any:
        start, end = np.maximum(low[i], low[others]), np.minimum(high[i], high[others])
        shared = np.maximum(end - start, 0).prod(-1)
        empty = (area[others] <= 0) | (area[i] <= 0)
        return np.where(empty, 0, shared / np.where(empty, 1, area[i] + area[others] - shared))

    return overlap


def suppress(
    overlap: Overlap, scores: Any, size: int, threshold: float, least: float, sigma: float = 0.0
) -> Any:
    """Greedy choice by score among candidates that overlap: positions, and the scores then.

    Candidates that overlap a chosen one by more than ``threshold`` are dropped, those with a score
    not above ``least`` too. With ``sigma`` above 0 scores decay with the overlap instead.
    """
    if sigma > 0:
        return decay(overlap, scores, size, least, sigma)
    order = np.argsort(-scores, kind="stable")
    order = order[scores[order] > least]
    chosen: list[int] = []
    while len(order) and len(chosen) < size:
        first, order = int(order[0]), order[1:]
        chosen.append(first)
        order = order[~(overlap(first, order) > threshold)]
    return np.array(chosen, np.int32), scores[np.array(chosen, int)]


def decay(overlap: Overlap, scores: Any, size: int, least: float, sigma: float) -> Any:
    """Greedy choice where overlapping chosen candidates costs score."""
    kind = scores.dtype.type
    scale = kind(-0.5 / sigma)
    queue = [(-s, i, 0) for i, s in enumerate(scores) if s > least]
    heapq.heapify(queue)
    chosen: list[int] = []
    final: list[Any] = []
    while queue and len(chosen) < size:
        negative, i, begin = heapq.heappop(queue)
        score = -negative
        if begin < len(chosen):
            for common in overlap(i, np.array(chosen[begin:][::-1])):
                score = score * kind(np.exp(scale * common * common))
                if score <= least:
                    break
        if score == -negative:
            chosen.append(i)
            final.append(score)
        elif score > least:
            heapq.heappush(queue, (-score, i, len(chosen)))
    return np.array(chosen, np.int32), np.array(final, scores.dtype)
