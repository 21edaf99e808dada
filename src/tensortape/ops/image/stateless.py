"""Random changes of images from a seed: ``tf.image.stateless_random_flip_left_right`` and its kin.

The same seed (two integers) always makes the same change.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from tensortape.core.registry import export
from tensortape.ops.image import changes
from tensortape.ops.random.stateless import stateless_uniform


def drawing(seed: Any) -> Callable[..., Any]:
    """``tf.random.stateless_uniform`` with a seed."""
    return partial(stateless_uniform, seed=seed)


@export("image.stateless_random_flip_left_right")
def stateless_random_flip_left_right(image: Any, seed: Any) -> Any:
    """``tf.image.random_flip_left_right`` determined by ``seed``, two integers.

    >>> import tensortape as tf
    >>> tf.image.stateless_random_flip_left_right([[[1], [2]]], seed=(1, 2)).numpy().ravel()
    array([1, 2], dtype=int32)

    Source: ``tf.image.stateless_random_flip_left_right``.
    """
    return changes.flip(image, 1, drawing(seed))


@export("image.stateless_random_flip_up_down")
def stateless_random_flip_up_down(image: Any, seed: Any) -> Any:
    """``tf.image.random_flip_up_down`` determined by ``seed``, two integers.

    >>> import tensortape as tf
    >>> tf.image.stateless_random_flip_up_down([[[1]], [[2]]], seed=(1, 2)).numpy().ravel()
    array([1, 2], dtype=int32)

    Source: ``tf.image.stateless_random_flip_up_down``.
    """
    return changes.flip(image, 0, drawing(seed))


@export("image.stateless_random_brightness")
def stateless_random_brightness(image: Any, max_delta: float, seed: Any) -> Any:
    """``tf.image.random_brightness`` determined by ``seed``, two integers.

    >>> import tensortape as tf
    >>> tf.image.stateless_random_brightness([[[1.0]]], 0.2, seed=(1, 2)).numpy().round(4).ravel()
    array([1.1376], dtype=float32)

    Source: ``tf.image.stateless_random_brightness``.
    """
    return changes.brightness(image, max_delta, drawing(seed))


@export("image.stateless_random_contrast")
def stateless_random_contrast(image: Any, lower: float, upper: float, seed: Any) -> Any:
    """``tf.image.random_contrast`` determined by ``seed``, two integers.

    >>> import tensortape as tf
    >>> tf.image.stateless_random_contrast(tf.ones([2, 2, 1]), 0.5, 1.5, seed=(1, 2)).shape
    TensorShape([2, 2, 1])

    Source: ``tf.image.stateless_random_contrast``.
    """
    return changes.contrast(image, lower, upper, drawing(seed))


@export("image.stateless_random_saturation")
def stateless_random_saturation(image: Any, lower: float, upper: float, seed: Any = None) -> Any:
    """``tf.image.random_saturation`` determined by ``seed``, two integers.

    >>> import tensortape as tf
    >>> tf.image.stateless_random_saturation(tf.ones([2, 2, 3]), 0.5, 1.5, seed=(1, 2)).shape
    TensorShape([2, 2, 3])

    Source: ``tf.image.stateless_random_saturation``.
    """
    return changes.saturation(image, lower, upper, drawing(seed))


@export("image.stateless_random_hue")
def stateless_random_hue(image: Any, max_delta: float, seed: Any) -> Any:
    """``tf.image.random_hue`` determined by ``seed``, two integers.

    >>> import tensortape as tf
    >>> tf.image.stateless_random_hue(tf.ones([2, 2, 3]), 0.5, seed=(1, 2)).shape
    TensorShape([2, 2, 3])

    Source: ``tf.image.stateless_random_hue``.
    """
    return changes.hue(image, max_delta, drawing(seed))


@export("image.stateless_random_crop")
def stateless_random_crop(value: Any, size: Any, seed: Any, name: str | None = None) -> Any:
    """``tf.image.random_crop`` determined by ``seed``, two integers.

    >>> import tensortape as tf
    >>> tf.image.stateless_random_crop(tf.range(9), [3], seed=(1, 2)).numpy()
    array([5, 6, 7], dtype=int32)

    Source: ``tf.image.stateless_random_crop``.
    """
    return changes.crop(value, size, drawing(seed))
