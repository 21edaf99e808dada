"""Boxes drawn on images, and boxes chosen among overlapping ones."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core import dtypes
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import execute
from tensortape.core.errors import InvalidArgumentError, of_op
from tensortape.core.op import op
from tensortape.core.public import tensor
from tensortape.core.registry import export

COLOURS = (
    (1, 1, 0, 1), (0, 0, 1, 1), (1, 0, 0, 1), (0, 1, 0, 1), (0.5, 0, 0.5, 1), (0.5, 0.5, 0, 1),
    (0.5, 0, 0, 1), (0, 0, 0.5, 1), (0, 1, 1, 1), (1, 0, 1, 1),
)  # fmt: skip
"""What boxes are drawn with unless told: red, green, blue, opacity."""


@op("DrawBoundingBoxesV2", nondifferentiable="TensorFlow declares it so")
def draw_bounding_boxes_op(xp, images, boxes, colors):
    """Outlines of boxes drawn on images."""
    kind = "DrawBoundingBoxesV2"
    depth = images.shape[-1]
    if images.ndim != 4:
        message = f"The rank of the images should be 4, got shape {list(images.shape)}"
    elif boxes.ndim != 3 or boxes.shape[2] != 4:
        message = f"boxes should have shape [batch, boxes, 4], got {list(boxes.shape)}"
    elif colors.ndim != 2 or colors.shape[1] < depth:
        message = (
            f"colors must have equal or more channels than the image: {colors.shape[-1]}, {depth}"
        )
    else:
        return xp.draw_boxes(images, boxes, xp.getitem(colors, (slice(None), slice(depth))))
    raise of_op(InvalidArgumentError, kind, message)


@op("DrawBoxes", primitive="draw_boxes", nondifferentiable="TensorFlow declares it so")
def draw_boxes_op(xp, images, boxes, colours):
    """Outlines of boxes in colours of as many channels as the images."""
    return xp.draw_boxes(images, boxes, colours)


@export("image.draw_bounding_boxes")
def draw_bounding_boxes(images: Any, boxes: Any, colors: Any, name: str | None = None) -> Any:
    """``images`` with the outlines of boxes drawn on them.

    >>> import tensortape as tf
    >>> image, box = tf.zeros([1, 3, 3, 1]), tf.constant([[[0.0, 0.0, 1.0, 1.0]]])
    >>> tf.image.draw_bounding_boxes(image, box, [[7.0]]).numpy()[0, ..., 0]
    array([[7., 7., 7.],
           [7., 0., 7.],
           [7., 7., 7.]], dtype=float32)

    Args:
        images: floating ``[batch, height, width, channels]``.
        boxes: float32 ``[batch, boxes, 4]``: y1, x1, y2, x2 as parts of the image.
        colors: ``[colors, channels]``, taken in turn; ``None`` for ten different ones.
        name: ignored.

    There is no gradient (``None``), as in TensorFlow. Raises ``tf.errors.InvalidArgumentError`` for
    shapes that do not fit. Source: ``tf.image.draw_bounding_boxes``.
    """
    x, corners = tensor(images), convert_to_tensor(boxes, dtype=dtypes.float32)
    if colors is None:
        one = x._a.ndim == 4 and x._a.shape[3] == 1
        colors = np.ones((1, 1)) if one else np.array(COLOURS)
    palette = convert_to_tensor(colors, dtype=x.dtype if colors is not None else None)
    return execute(draw_bounding_boxes_op, (x, corners, palette))
