"""Random changes of images from a stream: ``tf.image.random_flip_left_right`` and its kin."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from tensortape.core.registry import export
from tensortape.ops.image import changes
from tensortape.ops.random.stateful import uniform


def drawing(seed: int | None) -> Callable[..., Any]:
    """``tf.random.uniform`` with a seed."""
    return partial(uniform, seed=seed)


@export("image.random_flip_left_right")
def random_flip_left_right(image: Any, seed: int | None = None) -> Any:
    """Images mirrored along their width with probability 1/2, each of a batch by itself.

    >>> import tensortape as tf
    >>> tf.image.random_flip_left_right(tf.ones([2, 3, 1]), seed=1).shape
    TensorShape([2, 3, 1])

    Raises ``ValueError`` for other ranks. Source: ``tf.image.random_flip_left_right``.
    """
    return changes.flip(image, 1, drawing(seed))


@export("image.random_flip_up_down")
def random_flip_up_down(image: Any, seed: int | None = None) -> Any:
    """Images mirrored along their height with probability 1/2, each of a batch by itself.

    >>> import tensortape as tf
    >>> tf.image.random_flip_up_down(tf.ones([2, 3, 1]), seed=1).shape
    TensorShape([2, 3, 1])

    Raises ``ValueError`` for other ranks. Source: ``tf.image.random_flip_up_down``.
    """
    return changes.flip(image, 0, drawing(seed))


@export("image.random_brightness")
def random_brightness(image: Any, max_delta: float, seed: int | None = None) -> Any:
    """``tf.image.adjust_brightness`` by a number in ``[-max_delta, max_delta)``.

    >>> import tensortape as tf
    >>> tf.image.random_brightness(tf.ones([2, 3, 1]), 0.0).numpy().min()
    np.float32(1.0)

    Raises ``ValueError`` for a negative ``max_delta``. Source: ``tf.image.random_brightness``.
    """
    return changes.brightness(image, max_delta, drawing(seed))


@export("image.random_contrast")
def random_contrast(image: Any, lower: float, upper: float, seed: int | None = None) -> Any:
    """``tf.image.adjust_contrast`` by a number in ``[lower, upper)``.

    >>> import tensortape as tf
    >>> tf.image.random_contrast(tf.ones([2, 3, 1]), 0.5, 1.5).numpy().min()
    np.float32(1.0)

    Raises ``ValueError`` unless ``0 <= lower < upper``. Source: ``tf.image.random_contrast``.
    """
    return changes.contrast(image, lower, upper, drawing(seed))


@export("image.random_saturation")
def random_saturation(image: Any, lower: float, upper: float, seed: int | None = None) -> Any:
    """``tf.image.adjust_saturation`` by a number in ``[lower, upper)``.

    >>> import tensortape as tf
    >>> tf.image.random_saturation(tf.ones([2, 3, 3]), 0.5, 1.5).numpy().min()
    np.float32(1.0)

    Raises ``ValueError`` unless ``0 <= lower < upper``. Source: ``tf.image.random_saturation``.
    """
    return changes.saturation(image, lower, upper, drawing(seed))


@export("image.random_hue")
def random_hue(image: Any, max_delta: float, seed: int | None = None) -> Any:
    """``tf.image.adjust_hue`` by a number in ``[-max_delta, max_delta)``.

    >>> import tensortape as tf
    >>> tf.image.random_hue(tf.ones([2, 3, 3]), 0.5).numpy().min()
    np.float32(1.0)

    Raises ``ValueError`` for a ``max_delta`` outside [0, 0.5]. Source: ``tf.image.random_hue``.
    """
    return changes.hue(image, max_delta, drawing(seed))


@export("image.random_crop")
def random_crop(value: Any, size: Any, seed: int | None = None, name: str | None = None) -> Any:
    """A part of ``value`` of the given size, at a random place.

    >>> import tensortape as tf
    >>> tf.image.random_crop(tf.ones([4, 4, 3]), [2, 3, 3]).shape
    TensorShape([2, 3, 3])

    Raises ``tf.errors.InvalidArgumentError`` for a size larger than ``value``.
    Source: ``tf.image.random_crop``.
    """
    return changes.crop(value, size, drawing(seed))
