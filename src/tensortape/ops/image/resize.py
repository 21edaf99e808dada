"""Resizing images: ``tf.image.resize`` and its kin."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core import dtypes
from tensortape.core.dispatch import execute
from tensortape.core.public import tensor
from tensortape.core.registry import export
from tensortape.ops.elementwise.casting import cast
from tensortape.ops.image import resampling
from tensortape.ops.image.arguments import height_width, one_or_many, require, with_batch
from tensortape.ops.image.crop import pad_to_bounding_box
from tensortape.ops.layout.attributes import ints, one_int

F = np.float32


@export("image.ResizeMethod")
class ResizeMethod:
    """The methods of ``tf.image.resize``.

    Source: ``tf.image.ResizeMethod``.
    """

    BILINEAR = "bilinear"
    NEAREST_NEIGHBOR = "nearest"
    BICUBIC = "bicubic"
    AREA = "area"
    LANCZOS3 = "lanczos3"
    LANCZOS5 = "lanczos5"
    GAUSSIAN = "gaussian"
    MITCHELLCUBIC = "mitchellcubic"


PLAIN = {
    "bilinear": resampling.resize_bilinear,
    "bicubic": resampling.resize_bicubic,
    "area": resampling.resize_area,
}
KERNELS = {"bilinear": "triangle", "bicubic": "keyscubic"} | {
    name: name for name in ("lanczos3", "lanczos5", "gaussian", "mitchellcubic")
}


def resized(x: Any, size: Any, method: str, antialias: bool) -> Any:
    """A batch of images resized by a method; float32 unless the method takes pixels as they are."""
    if method == "nearest":
        return execute(resampling.resize_nearest_neighbor, (x,), {"size": size})
    if method not in PLAIN and method not in KERNELS:
        raise ValueError(f"Resize method is not implemented: {method}")
    record, attrs = PLAIN.get(method), {"size": size}  # type: Any, dict[str, Any]
    if record is None or (antialias and method in KERNELS):
        record = resampling.scale_and_translate
        attrs |= {"kernel_type": KERNELS[method], "antialias": antialias}
    if x.dtype is not dtypes.float64:
        x = cast(x, dtypes.float32)
    elif record is resampling.resize_bilinear:
        record = resampling.resize_bilinear_double
    return cast(execute(record, (x,), attrs), dtypes.float32)


def new_size(size: Any) -> tuple[int, int]:
    """A size argument as two ints."""
    try:
        sizes = ints(size)
    except TypeError:
        raise ValueError(f"'size' must be a 1-D int32 Tensor, got {size!r}") from None
    if len(sizes) != 2:
        raise ValueError(
            "'size' must be a 1-D Tensor of 2 elements: new_height, new_width. "
            f"Received {len(sizes)} of them"
        )
    return sizes[0], sizes[1]


def within(size: tuple[int, int], image: tuple[int, int]) -> tuple[int, int]:
    """The largest size of the same shape as ``image`` that is not larger than ``size``."""
    factor = min(F(size[0]) / F(image[0]), F(size[1]) / F(image[1]))
    return int(np.rint(factor * F(image[0]))), int(np.rint(factor * F(image[1])))


@export("image.resize")
def resize(
    images: Any,
    size: Any,
    method: str = ResizeMethod.BILINEAR,
    preserve_aspect_ratio: bool = False,
    antialias: bool = False,
    name: str | None = None,
) -> Any:
    """``images`` with another height and width.

    >>> import tensortape as tf
    >>> tf.image.resize([[[0.0], [4.0]]], [1, 4]).numpy().ravel()
    array([0., 1., 3., 4.], dtype=float32)

    Args:
        images: tensor ``[batch, height, width, channels]`` or ``[height, width, channels]``.
        size: two ints, the new height and width.
        method: one of ``tf.image.ResizeMethod``: ``"bilinear"``, ``"nearest"``, ``"bicubic"``,
            ``"area"``, ``"lanczos3"``, ``"lanczos5"``, ``"gaussian"``, ``"mitchellcubic"``.
        preserve_aspect_ratio: take the largest size of the old shape within ``size``.
        antialias: use a wider kernel where the images get smaller.
        name: ignored.

    Returns float32, or the dtype of ``images`` for ``"nearest"``. ``"area"`` has no derivative, as
    in TensorFlow. Raises ``ValueError`` for other ranks, sizes and methods.
    Source: ``tf.image.resize``.
    """
    x = tensor(images)
    if x._a.ndim not in (3, 4):
        raise ValueError(f"'images' must have either 3 or 4 dimensions. Received shape {x.shape}")
    sizes = new_size(size)
    if preserve_aspect_ratio:
        sizes = within(sizes, height_width(x))
    return with_batch(x, lambda batch: resized(batch, sizes, method, antialias))


@export("image.resize_with_pad")
def resize_with_pad(
    image: Any,
    target_height: Any,
    target_width: Any,
    method: str = ResizeMethod.BILINEAR,
    antialias: bool = False,
) -> Any:
    """Images resized to fit into a size in their old shape, with zeros around.

    >>> import tensortape as tf
    >>> tf.image.resize_with_pad(tf.ones([1, 2, 1]), 4, 4).numpy()[..., 0]
    array([[0., 0., 0., 0.],
           [1., 1., 1., 1.],
           [1., 1., 1., 1.],
           [0., 0., 0., 0.]], dtype=float32)

    Raises ``ValueError`` for other ranks and sizes. Source: ``tf.image.resize_with_pad``.
    """
    x = one_or_many(image)
    target = one_int(target_height), one_int(target_width)
    require(target[1] > 0, f"target_width must be > 0. Received {target[1]}")
    require(target[0] > 0, f"target_height must be > 0. Received {target[0]}")
    size = height_width(x)
    ratio = max(F(size[1]) / F(target[1]), F(size[0]) / F(target[0]))
    exact = [F(n) / ratio for n in size]
    before = [max(0, int(np.floor((F(t) - e) / 2))) for t, e in zip(target, exact, strict=True)]
    inner = [int(np.floor(e)) for e in exact]
    return pad_to_bounding_box(resize(x, inner, method, False, antialias), *before, *target)
