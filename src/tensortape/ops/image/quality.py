"""How much two images differ: PSNR, SSIM."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tensortape.core import dtypes
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import execute
from tensortape.core.op import op
from tensortape.core.public import tensor
from tensortape.core.registry import PUBLIC, export
from tensortape.ops.elementwise.casting import cast
from tensortape.ops.image.convert import convert_image_dtype
from tensortape.ops.image.resampling import linear
from tensortape.ops.image.sums import mean
from tensortape.ops.layout.attributes import fits, invalid
from tensortape.ops.layout.padding import pad


def same_shapes(a: Any, b: Any) -> None:
    """Raises ``ValueError`` unless two images, or batches of them, fit together."""
    for x in (a, b):
        if x._a.ndim < 3:
            raise ValueError(f"Shape {x.shape} must have rank at least 3")
    one, other = tuple(a._a.shape), tuple(b._a.shape)
    if not fits(one[-3:], other[-3:]):
        raise ValueError(f"Shapes {one[-3:]} and {other[-3:]} are incompatible")
    for n, m in zip(one[-4::-1], other[-4::-1], strict=False):
        if n != m and 1 not in (n, m) and None not in (n, m):
            raise ValueError(f"Two images are not compatible: {a.shape} and {b.shape}")


def floats(a: Any, b: Any, max_val: Any) -> tuple[Any, Any, Any]:
    """Two images and their largest value in float32."""
    top = convert_image_dtype(cast(max_val, a.dtype), dtypes.float32)
    return convert_image_dtype(a, dtypes.float32), convert_image_dtype(b, dtypes.float32), top


@export("image.psnr")
def psnr(a: Any, b: Any, max_val: Any, name: str | None = None) -> Any:
    """Peak signal-to-noise ratio of each pair of images, in decibels.

    >>> import tensortape as tf
    >>> tf.image.psnr(tf.zeros([2, 2, 1]), tf.fill([2, 2, 1], 0.1), max_val=1.0).numpy().round(4)
    np.float32(20.0)

    ``a``, ``b``: ``[..., height, width, channels]``; ``max_val``: the largest value a pixel can
    have. Raises ``tf.errors.InvalidArgumentError`` for shapes that do not fit.
    Source: ``tf.image.psnr``.
    """
    a, b = tensor(a), tensor(b)
    a, b, top = floats(a, b, max_val)
    error = mean(PUBLIC["math.squared_difference"](a, b))[..., 0, 0, 0]
    log = PUBLIC["math.log"]
    same_shapes(a, b)
    return 20 * log(top) / log(convert_to_tensor(10.0)) - np.float32(10 / np.log(10)) * log(error)


def gaussian_weights(h: int, w: int, *, size: int, sigma: float) -> Any:
    """The moving windows along height and width, as matrices ``[windows, pixels]``."""
    at = np.arange(size) - (size - 1) / 2
    window = np.exp(-0.5 * np.square(at / sigma))
    out = []
    for n in (h, w):
        rows = np.arange(n - size + 1)[:, None]
        matrix = np.zeros((len(rows), n), np.float32)
        matrix[rows, rows + np.arange(size)] = window / window.sum()
        out.append(matrix)
    return tuple(out)


@op("GaussianWindowMean", saves=(), samples=[(((1, 4, 5, 2),), {"size": 3, "sigma": 1.5})])
def gaussian_window_mean(xp, images, *, size, sigma):
    """Means weighted by a Gaussian under every window of ``size`` by ``size`` pixels."""
    _, h, w, _ = tuple(images.shape)
    return xp.resample(images, *gaussian_weights(h, w, size=size, sigma=sigma))


linear(gaussian_window_mean, gaussian_weights)


def similarity(
    a: Any, b: Any, top: Any, size: int, sigma: float, k1: float, k2: float
) -> tuple[Any, Any]:
    """Maps of luminance and of contrast with structure, compared under a moving window."""
    for x in (a, b):
        if any(n is not None and n < size for n in tuple(x._a.shape)[-3:-1]):
            raise invalid(
                f"Expected images of at least filter_size={size} pixels along each axis. "
                f"Received shape {x.shape}: give larger images or a smaller filter_size"
            )
    attrs = {"size": size, "sigma": sigma}

    def mean(x: Any) -> Any:
        lead = list(x.shape)[:-3]
        flat = PUBLIC["reshape"](x, [-1, *list(x.shape)[-3:]]) if len(lead) != 1 else x
        y = execute(gaussian_window_mean, (flat,), attrs)
        return PUBLIC["reshape"](y, [*lead, *list(y.shape)[1:]]) if len(lead) != 1 else y

    c1, c2 = (k1 * top) ** 2, (k2 * top) ** 2
    first, second = mean(a), mean(b)
    product = first * second * 2.0
    squares = first * first + second * second
    luminance = (product + c1) / (squares + c1)
    both, each = mean(a * b) * 2.0, mean(a * a + b * b)
    return luminance, (both - product + c2) / (each - squares + c2)


@export("image.ssim")
def ssim(
    img1: Any,
    img2: Any,
    max_val: Any,
    filter_size: int = 11,
    filter_sigma: float = 1.5,
    k1: float = 0.01,
    k2: float = 0.03,
    return_index_map: bool = False,
) -> Any:
    """Structural similarity of each pair of images, 1 for equal ones.

    >>> import tensortape as tf
    >>> image = tf.random.uniform([1, 16, 16, 3])
    >>> tf.image.ssim(image, image, max_val=1.0).numpy()
    array([1.], dtype=float32)

    Args:
        img1, img2: ``[..., height, width, channels]``.
        max_val: the largest value a pixel can have.
        filter_size, filter_sigma: of the Gaussian window under which they are compared.
        k1, k2: keep denominators from vanishing.
        return_index_map: answer a map ``[..., rows, columns]`` instead of its mean.

    Raises ``ValueError`` for shapes that do not fit, ``tf.errors.InvalidArgumentError`` for images
    smaller than the window. Source: ``tf.image.ssim``.
    """
    a, b = tensor(img1), tensor(img2)
    same_shapes(a, b)
    luminance, structure = similarity(*floats(a, b, max_val), filter_size, filter_sigma, k1, k2)
    found = luminance * structure
    if not return_index_map:
        found = PUBLIC["reduce_mean"](found, [-3, -2])
    return PUBLIC["reduce_mean"](found, [-1])


def halved(x: Any) -> Any:
    """Means of two by two pixels, an odd last one repeated."""
    shape = list(x.shape)
    flat = PUBLIC["reshape"](x, [-1, *shape[-3:]])
    odd = [n % 2 for n in shape[-3:-1]]
    if any(odd):
        flat = pad(flat, [[0, 0], [0, odd[0]], [0, odd[1]], [0, 0]], mode="SYMMETRIC")
    small = PUBLIC["nn.avg_pool"](flat, [1, 2, 2, 1], [1, 2, 2, 1], "VALID")
    return PUBLIC["reshape"](small, [*shape[:-3], *list(small.shape)[1:]])


@export("image.ssim_multiscale")
def ssim_multiscale(
    img1: Any,
    img2: Any,
    max_val: Any,
    power_factors: Sequence[float] = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333),
    filter_size: int = 11,
    filter_sigma: float = 1.5,
    k1: float = 0.01,
    k2: float = 0.03,
) -> Any:
    """Structural similarity over several scales, each half as large as the one before.

    >>> import tensortape as tf
    >>> image = tf.random.uniform([1, 32, 32, 1])
    >>> tf.image.ssim_multiscale(image, image, 1.0, power_factors=(0.5, 0.5)).numpy()
    array([1.], dtype=float32)

    ``power_factors``: the weight of each scale; the rest as for ``tf.image.ssim``. Raises
    ``ValueError`` for shapes that do not fit, ``tf.errors.InvalidArgumentError`` for images smaller
    than the window at some scale. Source: ``tf.image.ssim_multiscale``.
    """
    a, b = tensor(img1), tensor(img2)
    same_shapes(a, b)
    a, b, top = floats(a, b, max_val)
    mean, relu = PUBLIC["reduce_mean"], PUBLIC["nn.relu"]
    scales: list[Any] = []
    for i in range(len(power_factors)):
        if i:
            a, b = halved(a), halved(b)
        luminance, structure = similarity(a, b, top, filter_size, filter_sigma, k1, k2)
        last = i == len(power_factors) - 1
        scales.append(relu(mean(luminance * structure if last else structure, [-3, -2])))
    weights = convert_to_tensor(power_factors, dtype=dtypes.float32)
    product = PUBLIC["reduce_prod"](PUBLIC["stack"](scales, -1) ** weights, [-1])
    return mean(product, [-1])
