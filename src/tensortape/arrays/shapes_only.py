"""The NumPy namespace with products and convolutions that give shapes and dtypes alone.

Stand-ins for values of unknown sizes hold nothing worth multiplying, and where many sizes are
unknown their products would take seconds and gigabytes.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tensortape.arrays.eager.convolution import output_sizes
from tensortape.arrays.namespace import Namespace, numpy_namespace

EMPTY = np.array(b"", object)
SMALL = 1_000_000
"""Products of so few multiplications are computed."""

shapes_only: Any = Namespace("shapes only")
vars(shapes_only).update({**vars(numpy_namespace), "name": "shapes only"})


def nothing(shape: Any, *operands: Any) -> Any:
    """Zeros of this shape, and of the operands' common dtype, that take no memory."""
    return np.broadcast_to(np.zeros((), np.result_type(*operands)), tuple(shape))


def matmul(x: Any, y: Any, transpose_a: bool = False, transpose_b: bool = False) -> Any:
    """Shape and dtype of the product of the matrices in the last two axes."""
    rows, inner = x.shape[-2:][::-1] if transpose_a else x.shape[-2:]
    summed, columns = y.shape[-2:][::-1] if transpose_b else y.shape[-2:]
    batch = np.broadcast_shapes(x.shape[:-2], y.shape[:-2])
    if inner != summed or math.prod(batch) * rows * inner * columns <= SMALL:
        return numpy_namespace.matmul(x, y, transpose_a, transpose_b)
    return nothing((*batch, rows, columns), x, y)


def conv(x: Any, w: Any, strides: Any, pads: Any, dilations: Any, groups: int = 1) -> Any:
    """Shape and dtype of a convolution."""
    if x.shape[-1] != w.shape[-2] * groups:
        return numpy_namespace.conv(x, w, strides, pads, dilations, groups)
    sizes = output_sizes(x.shape[1:-1], w.shape[:-2], strides, pads, dilations)
    return nothing((x.shape[0], *sizes, w.shape[-1]), x)


def conv_input_grad(
    g: Any, w: Any, strides: Any, pads: Any, dilations: Any, groups: int, size: Any
) -> Any:
    """Shape and dtype of the cotangent of a convolution's input."""
    return nothing((g.shape[0], *size, w.shape[-2] * groups), g)


def conv_filter_grad(
    x: Any, g: Any, strides: Any, pads: Any, dilations: Any, groups: int, kernel: Any
) -> Any:
    """Shape and dtype of the cotangent of a convolution's filter."""
    return nothing((*kernel, x.shape[-1] // groups, g.shape[-1]), x)


def sample(arrays: Any, draw: Any, shape: Any, dtype: Any) -> Any:
    """What is made of texts; those that stand in may be no numbers, messages or long enough."""
    if shape is None or None in shape or all(a.dtype.kind != "O" for a in arrays):
        return numpy_namespace.sample(arrays, draw, shape, dtype)
    kind = np.dtype(dtype)
    return np.broadcast_to(EMPTY if kind.kind == "O" else np.zeros((), kind), tuple(shape))


for _rule in (matmul, conv, conv_input_grad, conv_filter_grad, sample):
    setattr(shapes_only, _rule.__name__, _rule)
