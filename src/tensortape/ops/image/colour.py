"""Linear changes of colour space: YUV, YIQ, grey."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core import dtypes
from tensortape.core.convert import convert_to_tensor
from tensortape.core.public import tensor
from tensortape.core.registry import PUBLIC, export
from tensortape.ops.image.convert import convert_image_dtype

YUV = (
    (0.299, -0.14714119, 0.61497538),
    (0.587, -0.28886916, -0.51496512),
    (0.114, 0.43601035, -0.10001026),
)
FROM_YUV = ((1, 1, 1), (0, -0.394642334, 2.03206185), (1.13988303, -0.58062185, 0))
YIQ = (
    (0.299, 0.59590059, 0.2115),
    (0.587, -0.27455667, -0.52273617),
    (0.114, -0.32134392, 0.31119955),
)
FROM_YIQ = ((1, 1, 1), (0.95598634, -0.27201283, -1.10674021), (0.6208248, -0.64720424, 1.70423049))
LUMA = (0.2989, 0.5870, 0.1140)


def mixed(images: Any, matrix: Any) -> Any:
    """The channels of ``images`` times a matrix."""
    x = tensor(images)
    weights = convert_to_tensor(np.array(matrix), dtype=x.dtype)
    return PUBLIC["tensordot"](x, weights, [[x._a.ndim - 1], [0]])


@export("image.rgb_to_yuv")
def rgb_to_yuv(images: Any) -> Any:
    """Luma and two colour differences (YUV) of red, green and blue.

    >>> import tensortape as tf
    >>> tf.image.rgb_to_yuv([[[1.0, 1.0, 1.0]]]).numpy().round(3).ravel()[0]
    np.float32(1.0)

    ``images``: floating tensor ``[..., 3]``. Source: ``tf.image.rgb_to_yuv``.
    """
    return mixed(images, YUV)


@export("image.yuv_to_rgb")
def yuv_to_rgb(images: Any) -> Any:
    """Red, green and blue of YUV; see ``tf.image.rgb_to_yuv``.

    >>> import tensortape as tf
    >>> tf.image.yuv_to_rgb([[[0.5, 0.0, 0.0]]]).numpy().ravel()
    array([0.5, 0.5, 0.5], dtype=float32)

    Source: ``tf.image.yuv_to_rgb``.
    """
    return mixed(images, FROM_YUV)


@export("image.rgb_to_yiq")
def rgb_to_yiq(images: Any) -> Any:
    """Luma, in-phase and quadrature (YIQ) of red, green and blue.

    >>> import tensortape as tf
    >>> tf.image.rgb_to_yiq([[[1.0, 1.0, 1.0]]]).numpy().round(3).ravel()[0]
    np.float32(1.0)

    ``images``: floating tensor ``[..., 3]``. Source: ``tf.image.rgb_to_yiq``.
    """
    return mixed(images, YIQ)


@export("image.yiq_to_rgb")
def yiq_to_rgb(images: Any) -> Any:
    """Red, green and blue of YIQ; see ``tf.image.rgb_to_yiq``.

    >>> import tensortape as tf
    >>> tf.image.yiq_to_rgb([[[0.5, 0.0, 0.0]]]).numpy().ravel()
    array([0.5, 0.5, 0.5], dtype=float32)

    Source: ``tf.image.yiq_to_rgb``.
    """
    return mixed(images, FROM_YIQ)


@export("image.rgb_to_grayscale")
def rgb_to_grayscale(images: Any, name: str | None = None) -> Any:
    """The luma of red, green and blue, as images of one channel of the same dtype.

    >>> import tensortape as tf
    >>> tf.image.rgb_to_grayscale(tf.constant([[[255, 255, 255]]], tf.uint8)).numpy().ravel()
    array([255], dtype=uint8)

    ``images``: tensor ``[..., 3]``. Source: ``tf.image.rgb_to_grayscale``.
    """
    x = tensor(images)
    floats = convert_image_dtype(x, dtypes.float32)
    weights = convert_to_tensor(LUMA, dtype=dtypes.float32)
    grey = PUBLIC["expand_dims"](PUBLIC["tensordot"](floats, weights, [-1, -1]), -1)
    return convert_image_dtype(grey, x.dtype)


@export("image.grayscale_to_rgb")
def grayscale_to_rgb(images: Any, name: str | None = None) -> Any:
    """Images of one channel as images of three equal ones.

    >>> import tensortape as tf
    >>> tf.image.grayscale_to_rgb([[[7]]]).numpy().ravel()
    array([7, 7, 7], dtype=int32)

    Raises ``ValueError`` unless the last of at least three axes is 1 long.
    Source: ``tf.image.grayscale_to_rgb``.
    """
    x = tensor(images)
    rank = x._a.ndim
    if rank < 2:
        raise ValueError(f"A grayscale image must be at least two-dimensional, got shape {x.shape}")
    if x.shape[-1] not in (1, None):
        raise ValueError(f"Last dimension of a grayscale image should be size 1, got {x.shape}")
    return PUBLIC["tile"](x, [1] * (rank - 1) + [3])
