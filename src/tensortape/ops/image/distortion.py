"""Random boxes for cropping images: ``tf.image.sample_distorted_bounding_box``."""

from __future__ import annotations

import secrets
from typing import Any, NamedTuple

import numpy as np

from tensortape.core import dtypes
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import execute
from tensortape.core.errors import InvalidArgumentError, of_op
from tensortape.core.op import op
from tensortape.core.registry import PUBLIC, export
from tensortape.ops.random.algorithm import seed_tensor
from tensortape.ops.random.arguments import operation_stream, reserve
from tensortape.ops.random.philox import MASK64, Philox, block
from tensortape.ops.random.seeds import scramble

F = np.float32
NO_INPUT = "random numbers do not depend on the inputs"
STATEFUL, STATELESS = "SampleDistortedBoundingBoxV2", "StatelessSampleDistortedBoundingBox"


class Words:
    """The 32-bit words of a stream, one after the other."""

    def __init__(self, position: Philox) -> None:
        self.position = position
        self.words: list[int] = []

    def word(self) -> int:
        """The next word."""
        if not self.words:
            self.words = list(block(self.position))[::-1]
            self.position = self.position.skip(1)
        return self.words.pop()

    def number(self) -> Any:
        """A number in [0, 1) from the low bits of a word."""
        return F((self.word() & 0x7FFFFF) / 2**23)

    def below(self, n: int) -> int:
        """An integer in ``[0, n)``, all equally likely; 0 if there is none."""
        if n & (n - 1) == 0:
            return self.word() & max(n - 1, 0)
        rejected = 0xFFFFFFFF % n + 1
        word = self.word()
        while word < rejected:
            word = self.word()
        return word % n


class Limits(NamedTuple):
    """What a box must fulfil."""

    covered: float
    aspect: tuple[float, float]
    area: tuple[float, float]
    attempts: int


def nearest(value: Any) -> int:
    """The nearest integer, the even one of two."""
    return int(np.rint(value))


def tallest(height: int, width: int, aspect: Any, area: Any) -> int:
    """The height of the largest box of an aspect ratio that fits."""
    high = nearest(np.sqrt(area / aspect))
    if nearest(F(high) * aspect) > width:
        high = int((width + 0.5 - float(F(1e-7))) / float(aspect))
    return min(high, height)


def proposal(height: int, width: int, aspect: Any, area: Any, words: Words) -> Any:
    """A box (top, left, bottom, right) of an aspect ratio, or ``None`` where that fails."""
    low, high = (F(F(part) * F(width)) * F(height) for part in area)
    if area[1] <= 0 or aspect <= 0 or height <= 0 or width <= 0 or area[0] > area[1]:
        return None
    most = tallest(height, width, aspect, high)
    tall = min(nearest(np.sqrt(low / aspect)), most)
    if tall < most:
        tall += words.below(most - tall + 1)
    wide = nearest(F(tall) * aspect)
    if tall * wide < low:
        tall += 1
        wide = nearest(F(tall) * aspect)
    if tall * wide > high:
        tall -= 1
        wide = nearest(F(tall) * aspect)
    if not low <= tall * wide <= high or not 0 < wide <= width or not 0 < tall <= height:
        return None
    top = words.below(height - tall) if tall < height else 0
    left = words.below(width - wide) if wide < width else 0
    return top, left, top + tall, left + wide


def area_of(box: Any) -> int:
    """The number of pixels in a box."""
    return max(box[2] - box[0], 0) * max(box[3] - box[1], 0)


def covers(box: Any, objects: Any, share: float) -> bool:
    """Whether a box covers enough of one of the objects."""
    for other in objects:
        common = (
            max(box[0], other[0]), max(box[1], other[1]),
            min(box[2], other[2]), min(box[3], other[3]),
        )  # fmt: skip
        if area_of(other) >= 1 and F(area_of(common)) / F(area_of(other)) >= F(share):
            return True
    return False


def sampled(size: Any, objects: Any, limits: Limits, position: Philox) -> Any:
    """A box that fulfils the limits: top, left, bottom, right; the whole image if none is found."""
    height, width = (int(n) for n in size[:2])
    words = Words(position)
    low, high = (F(a) for a in limits.aspect)
    for _ in range(limits.attempts):
        aspect = F(words.number() * (high - low) + low)
        box = proposal(height, width, aspect, limits.area, words)
        if box is not None and covers(box, objects, limits.covered):
            return np.array(box, np.int32)
    return np.array([0, 0, height, width], np.int32)


def objects_of(kind: str, size: Any, boxes: Any, whole: bool) -> Any:
    """Boxes of objects in pixels; the whole image if there are none, where that is allowed."""
    outside = boxes[~((boxes >= 0) & (boxes <= 1))]
    if outside.size:
        message = f"All bounding box coordinates must be in [0.0, 1.0]: {outside[0]}"
        raise of_op(InvalidArgumentError, kind, message)
    height, width = F(size[0]), F(size[1])
    scale = np.array([height, width, height, width], F)
    found = (boxes.reshape(-1, 4).astype(F) * scale).astype(np.int64).tolist()
    if found or whole:
        return found or [[0, 0, int(height), int(width)]]
    raise of_op(
        InvalidArgumentError,
        kind,
        "No bounding boxes provided as input. One must enable use_image_if_no_bounding_boxes if "
        "you wish to not provide any bounding boxes.",
    )


@op(STATEFUL, family="random", nondifferentiable=NO_INPUT)
def sample_distorted_bounding_box_op(xp, image_size, bounding_boxes, *, limits, whole, stream):
    """A random box that covers part of an object."""

    def draw(size, boxes):
        objects = objects_of(STATEFUL, size, boxes, whole)
        if stream is None:
            position = Philox(secrets.randbits(64) & MASK64, 0)
        else:
            position = reserve(stream, limits.attempts)
        return sampled(size, objects, limits, position)

    return xp.sample_stream((image_size, bounding_boxes), draw, (4,), dtypes.int32)


@op(STATELESS, nondifferentiable=NO_INPUT)
def stateless_sample_distorted_bounding_box_op(
    xp, image_size, bounding_boxes, seed, *, limits, whole
):
    """A random box that covers part of an object, from a seed."""

    def draw(size, boxes, seed):
        objects = objects_of(STATELESS, size, boxes, whole)
        return sampled(size, objects, limits, scramble(seed))

    return xp.sample((image_size, bounding_boxes, seed), draw, (4,), dtypes.int32)


class SampleDistortedBoundingBox(NamedTuple):
    """What ``tf.image.sample_distorted_bounding_box`` answers."""

    begin: Any
    size: Any
    bboxes: Any


def answer(size: Any, box: Any) -> SampleDistortedBoundingBox:
    """A box in pixels as a slice and as parts of the image."""
    stack, concat = PUBLIC["stack"], PUBLIC["concat"]
    height_width = PUBLIC["cast"](size[:2], dtypes.float32)
    parts = PUBLIC["cast"](box, dtypes.float32) / concat([height_width, height_width], 0)
    zero, all_channels = (PUBLIC["constant"]([n], dtypes.int32) for n in (0, -1))
    begin, extent = concat([box[:2], zero], 0), concat([box[2:] - box[:2], all_channels], 0)
    begin, extent = (PUBLIC["cast"](v, size.dtype) for v in (begin, extent))
    return SampleDistortedBoundingBox(begin, extent, stack([stack([parts], 0)], 0))


def arguments(
    kind: str, size: Any, boxes: Any, covered: float, aspect: Any, area: Any, attempts: Any
) -> tuple[Any, Any, Limits]:
    """The arguments, checked, with TensorFlow's defaults."""
    size, boxes = convert_to_tensor(size), convert_to_tensor(boxes, dtype=dtypes.float32)
    aspect, area = aspect or (0.75, 1.33), area or (0.05, 1.0)
    attempts = 100 if attempts is None else attempts
    if size._a.ndim != 1 or size._a.shape[0] != 3:
        raise of_op(
            InvalidArgumentError, kind, f"image_size must have 3 elements, got {size.shape}"
        )
    if boxes._a.ndim != 3 or boxes._a.shape[2] != 4:
        message = f"input boxes must have shape [batch, boxes, 4], got {boxes.shape}"
        raise of_op(InvalidArgumentError, kind, message)
    if attempts <= 0:
        raise of_op(InvalidArgumentError, kind, f"Max attempts must be non-negative: {attempts}")
    for what, bounds in (("Aspect ratio", aspect), ("Area", area)):
        if len(bounds) != 2 or min(bounds) <= 0:
            message = f"{what} range must be two positive numbers, got {list(bounds)}"
            raise of_op(InvalidArgumentError, kind, message)
    if max(area) > 1:
        message = f"Area range must be less than or equal to 1.0: {list(area)}"
        raise of_op(InvalidArgumentError, kind, message)
    return size, boxes, Limits(float(covered), tuple(aspect), tuple(area), int(attempts))


@export("image.sample_distorted_bounding_box")
def sample_distorted_bounding_box(
    image_size: Any,
    bounding_boxes: Any,
    seed: int = 0,
    min_object_covered: float = 0.1,
    aspect_ratio_range: Any = None,
    area_range: Any = None,
    max_attempts: int | None = None,
    use_image_if_no_bounding_boxes: bool | None = None,
    name: str | None = None,
) -> SampleDistortedBoundingBox:
    """A random box that covers part of an object, for cropping images.

    >>> import tensortape as tf
    >>> image = tf.ones([20, 30, 3])
    >>> box = tf.constant([[[0.2, 0.2, 0.8, 0.8]]])
    >>> begin, size, _ = tf.image.sample_distorted_bounding_box(tf.shape(image), box, seed=1)
    >>> tf.slice(image, begin, size).shape.rank
    3

    Args:
        image_size: ints ``[3]``: height, width, channels.
        bounding_boxes: floats ``[batch, boxes, 4]``: y1, x1, y2, x2 of objects.
        seed: of the stream; 0 for new numbers in every run.
        min_object_covered: the part of some object that must be covered.
        aspect_ratio_range: of width to height; (0.75, 1.33) unless given.
        area_range: parts of the image that may be covered; (0.05, 1) unless given.
        max_attempts: after so many (100) the whole image is the answer.
        use_image_if_no_bounding_boxes: take the image as the object if there is none.
        name: ignored.

    Returns a tuple (begin ``[3]``, size ``[3]``, bboxes ``[1, 1, 4]``). Raises
    ``tf.errors.InvalidArgumentError`` for arguments out of range, or without objects.
    Source: ``tf.image.sample_distorted_bounding_box``.
    """
    size, boxes, limits = arguments(
        STATEFUL, image_size, bounding_boxes, min_object_covered, aspect_ratio_range, area_range,
        max_attempts,
    )  # fmt: skip
    attrs = {
        "limits": limits,
        "whole": bool(use_image_if_no_bounding_boxes),
        "stream": operation_stream(STATEFUL, seed, size.dtype) if seed else None,
    }
    return answer(size, execute(sample_distorted_bounding_box_op, (size, boxes), attrs))


@export("image.stateless_sample_distorted_bounding_box")
def stateless_sample_distorted_bounding_box(
    image_size: Any,
    bounding_boxes: Any,
    seed: Any,
    min_object_covered: float = 0.1,
    aspect_ratio_range: Any = None,
    area_range: Any = None,
    max_attempts: int | None = None,
    use_image_if_no_bounding_boxes: bool | None = None,
    name: str | None = None,
) -> SampleDistortedBoundingBox:
    """``tf.image.sample_distorted_bounding_box`` determined by ``seed``, two integers.

    >>> import tensortape as tf
    >>> box = tf.constant([[[0.2, 0.2, 0.8, 0.8]]])
    >>> begin, size, _ = tf.image.stateless_sample_distorted_bounding_box(
    ...     [20, 30, 3], box, seed=(1, 2))
    >>> size.shape
    TensorShape([3])

    Source: ``tf.image.stateless_sample_distorted_bounding_box``.
    """
    size, boxes, limits = arguments(
        STATELESS, image_size, bounding_boxes, min_object_covered, aspect_ratio_range, area_range,
        max_attempts,
    )  # fmt: skip
    attrs = {"limits": limits, "whole": bool(use_image_if_no_bounding_boxes)}
    inputs = (size, boxes, seed_tensor(seed, STATELESS))
    return answer(size, execute(stateless_sample_distorted_bounding_box_op, inputs, attrs))
