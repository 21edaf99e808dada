"""Differences between neighbouring pixels."""

from __future__ import annotations

from typing import Any

from tensortape.arrays.recorded import recorded as xp
from tensortape.core.public import tensor
from tensortape.core.registry import PUBLIC, export
from tensortape.ops.layout.padding import pad


def differences(x: Any) -> tuple[Any, Any]:
    """Each pixel taken from the next one, along height and along width."""
    return x[..., 1:, :, :] - x[..., :-1, :, :], x[..., 1:, :] - x[..., :-1, :]


@export("image.total_variation")
def total_variation(images: Any, name: str | None = None) -> Any:
    """The sum of absolute differences between neighbouring pixels, for each image.

    >>> import tensortape as tf
    >>> tf.image.total_variation(tf.constant([[[1.0], [4.0]], [[2.0], [2.0]]])).numpy()
    np.float32(6.0)

    ``images``: ``[height, width, channels]`` (the result is a scalar) or
    ``[batch, height, width, channels]``. Raises ``ValueError`` for other ranks.
    Source: ``tf.image.total_variation``.
    """
    x = tensor(images)
    if x._a.ndim not in (3, 4):
        raise ValueError(f"'images' must be either 3 or 4-dimensional. Received shape {x.shape}")
    axes = None if x._a.ndim == 3 else (1, 2, 3)
    down, across = (PUBLIC["reduce_sum"](xp.absolute(d), axes) for d in differences(x))
    return down + across


@export("image.image_gradients")
def image_gradients(image: Any) -> tuple[Any, Any]:
    """Differences to the next pixel along height and along width; 0 at the last.

    >>> import tensortape as tf
    >>> dy, dx = tf.image.image_gradients(tf.constant([[[[1.0], [4.0]], [[2.0], [2.0]]]]))
    >>> dy.numpy()[0, ..., 0]
    array([[ 1., -2.],
           [ 0.,  0.]], dtype=float32)

    ``image``: ``[batch, height, width, channels]``, as are both results. Raises ``ValueError`` for
    other ranks. Source: ``tf.image.image_gradients``.
    """
    x = tensor(image)
    if x._a.ndim != 4:
        raise ValueError(
            f"image_gradients expects a 4D tensor [batch_size, h, w, d], not {x.shape}."
        )
    down, across = differences(x)
    return (
        xp.pad(down, ((0, 0), (0, 1), (0, 0), (0, 0)), 0),
        xp.pad(across, ((0, 0), (0, 0), (0, 1), (0, 0)), 0),
    )


@export("image.sobel_edges")
def sobel_edges(image: Any) -> Any:
    """Sobel's smoothed differences along height and width, in a new last axis.

    >>> import tensortape as tf
    >>> edges = tf.image.sobel_edges(tf.reshape(tf.range(9.0), [1, 3, 3, 1]))
    >>> edges.shape, edges.numpy()[0, 1, 1, 0]
    (TensorShape([1, 3, 3, 1, 2]), array([24.,  8.], dtype=float32))

    ``image``: floating ``[batch, height, width, channels]``; at the borders it is mirrored. Raises
    ``tf.errors.InvalidArgumentError`` for other ranks. Source: ``tf.image.sobel_edges``.
    """
    padded = pad(tensor(image), [[0, 0], [1, 1], [1, 1], [0, 0]], mode="REFLECT")
    down = padded[:, 2:] - padded[:, :-2]
    across = padded[:, :, 2:] - padded[:, :, :-2]
    down = down[:, :, :-2] + 2 * down[:, :, 1:-1] + down[:, :, 2:]
    across = across[:, :-2] + 2 * across[:, 1:-1] + across[:, 2:]
    return PUBLIC["stack"]([down, across], -1)
