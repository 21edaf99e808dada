"""Resizing as operations: linear in the images, so that the gradient is the transpose."""

from __future__ import annotations

from typing import Any

from tensortape.core import dtypes
from tensortape.core.op import Op, op
from tensortape.ops.image import interpolation
from tensortape.ops.layout.attributes import invalid

UP = {"size": (5, 4)}
DOWN = {"size": (2, 3)}


def transposed(weights: Any) -> Any:
    """Weights as the transpose needs them."""
    return tuple(w.transpose() for w in weights)


def linear(record: Op, weights: Any) -> None:
    """The derivatives of resampling with ``weights(height, width, **attributes)``."""

    @record.vjp
    def _(xp, g, y, x, **attrs):
        _, h, w, _ = tuple(x.shape)
        return xp.resample(g, *transposed(weights(h, w, **attrs)))

    @record.jvp
    def _(xp, tangents, y, x, **attrs):
        t = tangents[0]
        return None if t is None else record.kernel(xp, t, **attrs)


def checked(images: Any, size: Any) -> tuple[int, int]:
    """The height and width of ``images``.

    Raises ``InvalidArgumentError`` unless they and the new ``size`` are positive.
    """
    _, h, w, _ = tuple(images.shape)
    if min(size) <= 0:
        raise invalid(f"output dimensions must be positive, got {list(size)}")
    if not h or not w:
        raise invalid(f"input image must be of non-zero size, got shape {list(images.shape)}")
    return h, w


@op("Resample", primitive="resample", saves=("inputs",),
    samples=[(((2, 3, 2, 2), (4, 3), (3, 2)), {}, (0,))])  # fmt: skip
def resample_op(xp, images, rows, columns):
    """Weighted sums along height and width; the weights are constants."""
    return xp.resample(images, rows, columns)


@resample_op.vjp(0)
def _(xp, g, y, images, rows, columns):
    return xp.resample(g, xp.transpose(rows), xp.transpose(columns))


@resample_op.jvp
def _(xp, tangents, y, images, rows, columns):
    t = tangents[0]
    return None if t is None else xp.resample(t, rows, columns)


def bilinear_weights(h, w, *, size):
    """Weights of the two nearest pixels, along height and width."""
    return interpolation.bilinear(size[0], h), interpolation.bilinear(size[1], w)


@op("ResizeBilinear", saves=(), samples=[(((1, 3, 5, 2),), UP), (((2, 4, 3, 1),), DOWN)])
def resize_bilinear(xp, images, *, size):
    """Bilinear interpolation at the centres of the new pixels."""
    h, w = checked(images, size)
    return xp.resample(images, *bilinear_weights(h, w, size=size))


@op(
    "ResizeBilinearDouble",
    saves=(),
    not_derivative="rounded to single precision",
    samples=[(((1, 2, 3, 2),), {"size": (3, 4)})],
)
def resize_bilinear_double(xp, images, *, size):
    """Bilinear interpolation of float64 images, whose gradient is rounded as TensorFlow does it."""
    h, w = checked(images, size)
    return xp.resample(images, *bilinear_weights(h, w, size=size))


@resize_bilinear_double.vjp
def _(xp, g, y, x, *, size):
    _, h, w, _ = tuple(x.shape)
    total = 0.0
    for pick_rows, row_shares in interpolation.bilinear_corners(size[0], h):
        for pick_columns, column_shares in interpolation.bilinear_corners(size[1], w):
            part = xp.astype(g, dtypes.float32) * row_shares[:, None, None]
            part = xp.astype(part * column_shares[:, None], dtypes.float64)
            total = total + xp.resample(part, *transposed((pick_rows, pick_columns)))
    return total


def bicubic_weights(h, w, *, size):
    """Weights of the four nearest pixels, along height and width."""
    return interpolation.bicubic(size[0], h), interpolation.bicubic(size[1], w)


@op("ResizeBicubic", saves=(), samples=[(((1, 3, 5, 2),), UP), (((2, 4, 3, 1),), DOWN)])
def resize_bicubic(xp, images, *, size):
    """Bicubic interpolation at the centres of the new pixels."""
    h, w = checked(images, size)
    return xp.resample(images, *bicubic_weights(h, w, size=size))


def nearest_weights(h, w, *, size):
    """Weights of the nearest pixel, along height and width."""
    return interpolation.nearest_weights(size[0], h), interpolation.nearest_weights(size[1], w)


@op("ResizeNearestNeighbor", saves=(), native_dtypes=True,
    samples=[(((1, 3, 5, 2),), UP), (((2, 4, 3, 1),), DOWN)])  # fmt: skip
def resize_nearest_neighbor(xp, images, *, size):
    """The pixels nearest to the centres of the new ones."""
    h, w = checked(images, size)
    rows = xp.take(images, interpolation.nearest(size[0], h), 1)
    return xp.take(rows, interpolation.nearest(size[1], w), 2)


@op("ResizeArea", missing_gradient=True)
def resize_area(xp, images, *, size):
    """Averages over what each new pixel covers."""
    h, w = checked(images, size)
    weights = interpolation.area(size[0], h), interpolation.area(size[1], w)
    return xp.resample(images, *weights)


def kernel_weights(h, w, *, size, kernel_type, antialias, scale=None, translation=(0.0, 0.0)):
    """Weights of any kernel; without a ``scale`` that of the sizes."""
    factors = scale or (size[0] / h, size[1] / w)
    return tuple(
        interpolation.scaled(*one, kernel_type, antialias)
        for one in zip(size, (h, w), map(float, factors), translation, strict=True)
    )


@op("ScaleAndTranslate", saves=(),
    samples=[(((1, 3, 5, 2),), UP | {"kernel_type": "lanczos3", "antialias": True}),
             (((2, 4, 3, 1),), DOWN | {"kernel_type": "triangle", "antialias": True})])  # fmt: skip
def scale_and_translate(xp, images, *, size, kernel_type, antialias):
    """Resampling with any kernel, widened where the images get smaller against aliases."""
    h, w = checked(images, size)
    weights = kernel_weights(h, w, size=size, kernel_type=kernel_type, antialias=antialias)
    return xp.resample(images, *weights)


linear(resize_bilinear, bilinear_weights)
linear(resize_bicubic, bicubic_weights)
linear(resize_nearest_neighbor, nearest_weights)
linear(scale_and_translate, kernel_weights)
