"""Choosing the best of overlapping boxes: non-maximum suppression."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from tensortape.core.convert import convert_to_tensor
from tensortape.core.errors import InvalidArgumentError, of_op
from tensortape.core.registry import export
from tensortape.core.state import state
from tensortape.ops.image.overlap import areas, overlap_of, suppress
from tensortape.ops.layout.attributes import one_int, static_value


class CombinedNonMaxSuppression(NamedTuple):
    """What ``tf.image.combined_non_max_suppression`` answers."""

    nmsed_boxes: Any
    nmsed_scores: Any
    nmsed_classes: Any
    valid_detections: Any


def values(x: Any) -> Any:
    """A tensor's numbers: at least in single precision."""
    array = static_value(convert_to_tensor(x))
    return array if array.dtype in (np.float32, np.float64) else array.astype(np.float32)


def scalar(x: Any) -> float:
    """A number, also from a tensor."""
    return float(values(x))


def refuse(kind: str, message: str) -> Exception:
    """The error for arguments that an operation cannot take."""
    return of_op(InvalidArgumentError, kind, message)


def candidates(kind: str, boxes: Any, scores: Any, threshold: Any) -> tuple[Any, Any, float]:
    """Boxes ``[n, 4]``, scores ``[n]`` and the threshold, checked."""
    corners, points, limit = values(boxes), values(scores), scalar(threshold)
    if corners.ndim != 2 or corners.shape[1] != 4:
        raise refuse(kind, f"boxes must have 4 columns, got shape {list(corners.shape)}")
    if points.shape != corners.shape[:1]:
        raise refuse(
            kind,
            f"scores has incompatible shape {list(points.shape)} for {len(corners)} boxes",
        )
    if not 0 <= limit <= 1:
        raise refuse(kind, f"iou_threshold must be in [0, 1], got {limit}")
    return corners, points, limit


@export("image.non_max_suppression")
def non_max_suppression(
    boxes: Any,
    scores: Any,
    max_output_size: Any,
    iou_threshold: Any = 0.5,
    score_threshold: Any = float("-inf"),
    name: str | None = None,
) -> Any:
    """The best of overlapping boxes: their positions, highest score first.

    >>> import tensortape as tf
    >>> boxes = [[0.0, 0.0, 1.0, 1.0], [0.0, 0.0, 1.0, 0.9], [2.0, 2.0, 3.0, 3.0]]
    >>> tf.image.non_max_suppression(boxes, [0.5, 0.9, 0.2], 3).numpy()
    array([1, 2], dtype=int32)

    Args:
        boxes: floats ``[n, 4]``: y1, x1, y2, x2, any two opposite corners.
        scores: floats ``[n]``.
        max_output_size: how many boxes to choose at most.
        iou_threshold: what part of two boxes' union their intersection may be, in [0, 1].
        score_threshold: only boxes with a higher score are chosen.
        name: ignored.

    Raises ``tf.errors.InvalidArgumentError`` for shapes that do not fit and other thresholds.
    Source: ``tf.image.non_max_suppression``.
    """
    corners, points, limit = candidates("NonMaxSuppressionV3", boxes, scores, iou_threshold)
    size, least = one_int(max_output_size), scalar(score_threshold)
    chosen, _ = suppress(overlap_of(corners), points, size, limit, least)
    return state.tensor(chosen)


@export("image.non_max_suppression_with_scores")
def non_max_suppression_with_scores(
    boxes: Any,
    scores: Any,
    max_output_size: Any,
    iou_threshold: Any = 0.5,
    score_threshold: Any = float("-inf"),
    soft_nms_sigma: Any = 0.0,
    name: str | None = None,
) -> tuple[Any, Any]:
    """As ``tf.image.non_max_suppression``, with the scores of the chosen boxes.

    With ``soft_nms_sigma`` above 0 overlapping boxes are not dropped, but lose score.

    >>> import tensortape as tf
    >>> boxes = [[0.0, 0.0, 1.0, 1.0], [0.0, 0.0, 1.0, 0.9], [2.0, 2.0, 3.0, 3.0]]
    >>> found, scores = tf.image.non_max_suppression_with_scores(
    ...     boxes, [0.5, 0.9, 0.2], 3, iou_threshold=1.0, soft_nms_sigma=0.5)
    >>> found.numpy(), scores.numpy().round(3)
    (array([1, 0, 2], dtype=int32), array([0.9  , 0.222, 0.2  ], dtype=float32))

    Raises ``tf.errors.InvalidArgumentError`` as that does.
    Source: ``tf.image.non_max_suppression_with_scores``.
    """
    corners, points, limit = candidates("NonMaxSuppressionV5", boxes, scores, iou_threshold)
    size, least, sigma = one_int(max_output_size), scalar(score_threshold), scalar(soft_nms_sigma)
    if sigma < 0:
        raise refuse("NonMaxSuppressionV5", f"soft_nms_sigma_ must be non-negative, got {sigma}")
    found = suppress(overlap_of(corners), points, size, limit, least, sigma)
    return state.tensor(found[0]), state.tensor(found[1])


@export("image.non_max_suppression_overlaps")
def non_max_suppression_overlaps(
    overlaps: Any,
    scores: Any,
    max_output_size: Any,
    overlap_threshold: Any = 0.5,
    score_threshold: Any = float("-inf"),
    name: str | None = None,
) -> Any:
    """The best of ``n`` candidates whose overlaps are given as a matrix ``[n, n]``.

    >>> import tensortape as tf
    >>> overlaps = [[1.0, 0.8, 0.0], [0.8, 1.0, 0.0], [0.0, 0.0, 1.0]]
    >>> tf.image.non_max_suppression_overlaps(overlaps, [0.5, 0.9, 0.2], 3).numpy()
    array([1, 2], dtype=int32)

    Otherwise as ``tf.image.non_max_suppression``.
    Source: ``tf.image.non_max_suppression_overlaps``.
    """
    kind = "NonMaxSuppressionWithOverlaps"
    matrix, points = values(overlaps), values(scores)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise refuse(kind, f"overlaps must be square, got shape {list(matrix.shape)}")
    if points.shape != matrix.shape[:1]:
        raise refuse(
            kind, f"scores has incompatible shape {list(points.shape)} for {len(matrix)} candidates"
        )
    limits = scalar(overlap_threshold), scalar(score_threshold)
    chosen, _ = suppress(
        lambda i, others: matrix[i, others], points, one_int(max_output_size), *limits
    )
    return state.tensor(chosen)


@export("image.non_max_suppression_padded")
def non_max_suppression_padded(
    boxes: Any,
    scores: Any,
    max_output_size: Any,
    iou_threshold: Any = 0.5,
    score_threshold: Any = float("-inf"),
    pad_to_max_output_size: bool = False,
    name: str | None = None,
    sorted_input: bool = False,
    canonicalized_coordinates: bool = False,
    tile_size: int = 512,
) -> tuple[Any, Any]:
    """As ``tf.image.non_max_suppression``, also of batches, with how many boxes were chosen.

    >>> import tensortape as tf
    >>> boxes = tf.constant([[0.0, 0.0, 1.0, 1.0], [0.0, 0.0, 1.0, 0.9], [2.0, 2.0, 3.0, 3.0]])
    >>> found, count = tf.image.non_max_suppression_padded(
    ...     boxes, [0.5, 0.9, 0.2], 3, pad_to_max_output_size=True)
    >>> found.numpy(), count.numpy()
    (array([1, 2, 0], dtype=int32), np.int32(2))

    Args:
        boxes: floats ``[..., n, 4]``; boxes without a positive coordinate do not count.
        scores: floats ``[..., n]``.
        max_output_size: how many boxes to choose at most.
        iou_threshold: boxes whose overlap reaches it exclude each other.
        score_threshold: only boxes with a higher score are chosen.
        pad_to_max_output_size: fill the positions up with 0; required for batches.
        name: ignored.
        sorted_input: whether boxes come by falling score.
        canonicalized_coordinates: whether boxes are given as (min, min, max, max).
        tile_size: ignored.

    Returns positions and the number of valid ones. Raises ``ValueError`` for batches without
    padding. Source: ``tf.image.non_max_suppression_padded``.
    """
    corners, points = values(boxes).astype(np.float32), values(scores).astype(np.float32)
    size, limit, least = one_int(max_output_size), scalar(iou_threshold), scalar(score_threshold)
    lead = corners.shape[:-2]
    if lead and not pad_to_max_output_size:
        raise ValueError(
            f"'pad_to_max_output_size' (value {pad_to_max_output_size}) must be True for batched "
            f"input, got boxes of shape {corners.shape}"
        )
    flat = corners.reshape(-1, *corners.shape[-2:])
    if not canonicalized_coordinates and flat.size:
        flat = canonical(flat)
    rows = points.reshape(len(flat), -1)
    found = [
        chosen(b, s, size, limit, least, sorted_input) for b, s in zip(flat, rows, strict=True)
    ]
    counts = np.array([len(f) for f in found], np.int32).reshape(lead)[()]
    if not pad_to_max_output_size:
        return state.tensor(found[0]), state.tensor(counts)
    padded = np.zeros((len(found), size), np.int32)
    for row, positions in zip(padded, found, strict=True):
        row[: len(positions)] = positions
    return state.tensor(padded.reshape(*lead, size)), state.tensor(counts)


def canonical(boxes: Any) -> Any:
    """Boxes with the smaller coordinate first; the first box tells for all, as in TensorFlow."""
    y1, x1, y2, x2 = boxes[0, 0]
    order = [*((0, 2) if y1 <= y2 else (2, 0)), *((1, 3) if x1 <= x2 else (3, 1))]
    return boxes[..., [order[0], order[2], order[1], order[3]]]


def chosen(boxes: Any, scores: Any, size: int, limit: float, least: float, ordered: bool) -> Any:
    """The positions chosen among the boxes ``[n, 4]`` of one image."""
    order = np.arange(len(scores)) if ordered else np.argsort(-scores, kind="stable")
    usable = (boxes > 0).any(-1) & (scores > least)
    picked: list[int] = []
    y1, x1, y2, x2 = boxes.T
    area = areas(boxes)
    for i in order[usable[order]]:
        if len(picked) == size:
            break
        before = np.array(picked, int)
        high = np.minimum(y2[i], y2[before]) - np.maximum(y1[i], y1[before])
        wide = np.minimum(x2[i], x2[before]) - np.maximum(x1[i], x1[before])
        shared = np.maximum(high, 0) * np.maximum(wide, 0)
        if not (shared / (area[i] + area[before] - shared + np.float32(1e-8)) >= limit).any():
            picked.append(int(i))
    return np.array(picked, np.int32)


@export("image.combined_non_max_suppression")
def combined_non_max_suppression(
    boxes: Any,
    scores: Any,
    max_output_size_per_class: Any,
    max_total_size: Any,
    iou_threshold: Any = 0.5,
    score_threshold: Any = float("-inf"),
    pad_per_class: bool = False,
    clip_boxes: bool = True,
    name: str | None = None,
) -> Any:
    """Non-maximum suppression of each class by itself, for a batch of images.

    >>> import tensortape as tf
    >>> boxes = [[[[0.0, 0.0, 1.0, 1.0]], [[0.0, 0.0, 1.0, 0.9]]]]
    >>> found = tf.image.combined_non_max_suppression(boxes, [[[0.5], [0.9]]], 2, 2)
    >>> found.nmsed_scores.numpy(), found.valid_detections.numpy()
    (array([[0.9, 0. ]], dtype=float32), array([1], dtype=int32))

    Args:
        boxes: floats ``[batch, n, 1 or classes, 4]``.
        scores: floats ``[batch, n, classes]``.
        max_output_size_per_class: how many boxes to choose at most of each class.
        max_total_size: how many boxes to choose at most of an image.
        iou_threshold, score_threshold: see ``tf.image.non_max_suppression``.
        pad_per_class: whether the result is no longer than all classes together need.
        clip_boxes: whether to cut boxes off at 0 and 1.
        name: ignored.

    Returns a tuple (nmsed_boxes ``[batch, size, 4]``, nmsed_scores, nmsed_classes,
    valid_detections), filled up with zeros. Raises ``tf.errors.InvalidArgumentError`` for shapes
    that do not fit. Source: ``tf.image.combined_non_max_suppression``.
    """
    kind = "CombinedNonMaxSuppression"
    corners, points = values(boxes), values(scores)
    if corners.ndim != 4 or points.ndim != 3 or corners.shape[2] not in (1, points.shape[2]):
        raise refuse(kind, f"boxes and scores do not fit: {corners.shape}, {points.shape}")
    size, per_class = one_int(max_total_size), one_int(max_output_size_per_class)
    if pad_per_class:
        size = min(size, per_class * points.shape[2])
    limits = per_class, scalar(iou_threshold), scalar(score_threshold)
    found = [best_of_classes(b, s, size, limits) for b, s in zip(corners, points, strict=True)]
    columns = [np.stack(column) for column in zip(*found, strict=True)]
    if clip_boxes:
        columns[0] = np.clip(columns[0], 0, 1)
    return CombinedNonMaxSuppression(*map(state.tensor, columns))


def best_of_classes(boxes: Any, scores: Any, size: int, limits: Any) -> Any:
    """Boxes, scores, classes and the number of valid ones of one image."""
    found = []
    for label in range(scores.shape[1]):
        own = boxes[:, label if boxes.shape[1] > 1 else 0]
        picked, points = suppress(overlap_of(own), scores[:, label], *limits)
        found += [(-s, label, own[i]) for i, s in zip(picked, points, strict=True)]
    found.sort(key=lambda one: one[0])
    out = np.zeros((size, 4), np.float32), np.zeros(size, np.float32), np.zeros(size, np.float32)
    for k, (negative, label, box) in enumerate(found[:size]):
        out[0][k], out[1][k], out[2][k] = box, -negative, label
    return *out, np.int32(min(len(found), size))
