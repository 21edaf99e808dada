"""Images turned and mirrored."""

from __future__ import annotations

from typing import Any

from tensortape.arrays.recorded import recorded as xp
from tensortape.core.registry import export
from tensortape.ops.image.arguments import one_or_many
from tensortape.ops.layout.attributes import one_int


def mirrored(x: Any, *axes: int) -> Any:
    """The images of ``x`` reversed along axes: 0 is their height, 1 their width."""
    return xp.flip(x, tuple(x._a.ndim - 3 + axis for axis in axes))


def swapped(x: Any) -> Any:
    """The images of ``x`` with height and width exchanged."""
    return xp.transpose(x, (1, 0, 2) if x._a.ndim == 3 else (0, 2, 1, 3))


@export("image.flip_left_right")
def flip_left_right(image: Any) -> Any:
    """Images mirrored along their width.

    >>> import tensortape as tf
    >>> tf.image.flip_left_right([[[1], [2], [3]]]).numpy().ravel()
    array([3, 2, 1], dtype=int32)

    ``image``: ``[batch, height, width, channels]`` or ``[height, width, channels]``. Raises
    ``ValueError`` for other ranks. Source: ``tf.image.flip_left_right``.
    """
    return mirrored(one_or_many(image), 1)


@export("image.flip_up_down")
def flip_up_down(image: Any) -> Any:
    """Images mirrored along their height.

    >>> import tensortape as tf
    >>> tf.image.flip_up_down([[[1]], [[2]]]).numpy().ravel()
    array([2, 1], dtype=int32)

    Raises ``ValueError`` for other ranks. Source: ``tf.image.flip_up_down``.
    """
    return mirrored(one_or_many(image), 0)


@export("image.transpose")
def transpose(image: Any, name: str | None = None) -> Any:
    """Images with height and width exchanged.

    >>> import tensortape as tf
    >>> tf.image.transpose(tf.ones([2, 3, 1])).shape
    TensorShape([3, 2, 1])

    Raises ``ValueError`` for other ranks. Source: ``tf.image.transpose``.
    """
    return swapped(one_or_many(image))


@export("image.rot90")
def rot90(image: Any, k: Any = 1, name: str | None = None) -> Any:
    """Images turned counter-clockwise by ``k`` quarters.

    >>> import tensortape as tf
    >>> tf.image.rot90([[[1], [2]], [[3], [4]]]).numpy()[..., 0]
    array([[2, 4],
           [1, 3]], dtype=int32)

    Raises ``ValueError`` for other ranks. Source: ``tf.image.rot90``.
    """
    x, turns = one_or_many(image), one_int(k) % 4
    if turns == 1:
        return swapped(mirrored(x, 1))
    if turns == 2:
        return mirrored(x, 0, 1)
    return mirrored(swapped(x), 1) if turns == 3 else x
