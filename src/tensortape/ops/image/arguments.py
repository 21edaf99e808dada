"""What the functions of ``tf.image`` ask of their arguments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tensortape.arrays.recorded import recorded as xp
from tensortape.core.public import tensor
from tensortape.core.untraceable import Untraceable


def image_tensor(image: Any) -> Any:
    """``image`` as a tensor with at least three axes, none of the last three empty.

    Raises ``ValueError`` otherwise.
    """
    x = tensor(image)
    if x._a.ndim < 3:
        raise ValueError(f"'image' (shape {x.shape}) must be at least three-dimensional.")
    if 0 in tuple(x._a.shape)[-3:]:
        raise ValueError(f"inner 3 dims of 'image.shape' must be > 0: {x.shape}")
    return x


def one_or_many(image: Any) -> Any:
    """``image`` as a tensor of an image or of a batch of images."""
    x = image_tensor(image)
    if x._a.ndim > 4:
        raise ValueError(f"'image' (shape {x.shape}) must have either 3 or 4 dimensions.")
    return x


def with_batch(x: Any, function: Callable[[Any], Any]) -> Any:
    """``function`` of ``x`` as a batch of images; the result has a batch axis if ``x`` has."""
    if x._a.ndim == 4:
        return function(x)
    return xp.squeeze(function(xp.expand_dims(x, 0)), (0,))


def height_width(x: Any) -> tuple[int, int]:
    """The size of the images of ``x``.

    Raises ``Untraceable`` while it is unknown, as it may be when a function is traced.
    """
    h, w = tuple(x._a.shape)[-3:-1]
    if h is None or w is None:
        raise Untraceable(
            f"the height and width of images of shape {x.shape} must be known here: give them in "
            "the input_signature, or call the function eagerly"
        )
    return h, w


def require(condition: bool, message: str) -> None:
    """Raise ``ValueError`` with ``message`` unless ``condition`` holds."""
    if not condition:
        raise ValueError(message)
