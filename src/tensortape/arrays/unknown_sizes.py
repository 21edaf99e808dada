"""Abstract results of operations whose shape depends on data.

A rule gives the witnesses of the result, in which a dimension that data decides has the sizes of an
unknown one, or ``None`` where shapes decide after all.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.arrays.abstract import UNKNOWN_SIZES, Abstract, pick
from tensortape.arrays.varying import FILLERS, Varying


def is_data(value: Any) -> bool:
    """Whether a value is abstract and not computed from shapes."""
    return isinstance(value, Abstract) and not value.derived


def filled(shape: Any, dtype: Any, k: int) -> Any:
    """A witness of a shape with ``None`` for what is unknown."""
    zero = np.full((), b"", object) if np.dtype(dtype).kind == "O" else np.zeros((), dtype)
    return np.broadcast_to(zero, tuple(FILLERS[k] if n is None else n for n in shape))


def _range(values: Any, attrs: Any, data: bool) -> Any:
    if not any(is_data(v) for v in values):
        return None
    return [filled((None,), values[0].dtype, k) for k in range(2)]


def _where(values: Any, attrs: Any, data: bool) -> Any:
    if not is_data(values[0]):
        return None
    return [filled((None, values[0].ndim), np.int64, k) for k in range(2)]


def _reshape(values: Any, attrs: Any, data: bool) -> Any:
    if not data:
        return None
    shape = [None if n == -1 or getattr(n, "data", False) else n for n in attrs["shape"]]
    return [filled([pick(n, k) for n in shape], values[0].dtype, k) for k in range(2)]


def _strided_slice(values: Any, attrs: Any, data: bool) -> Any:
    """Slices with bounds that are data; ints that are data are taken by ``GatherV2``."""
    if not data:
        return None
    x, index = values[0], attrs["index"]
    plain = tuple(_without_data(item) for item in index)
    results = [_shape_of_part(np.shape(pick(x, k)), pick(plain, k)) for k in range(2)]
    axes = _sliced_axes(index, x.ndim)
    return [
        filled([None if i in axes else n for i, n in enumerate(shape)], x.dtype, k)
        for k, shape in enumerate(results)
    ]


def _shape_of_part(shape: Any, index: Any) -> Any:
    """The shape that an index reads; bounds are checked when the values are there."""
    try:
        return np.empty(shape)[index].shape
    except IndexError:
        return np.empty([max(n, 1) for n in shape])[index].shape


def _without_data(item: Any) -> Any:
    if isinstance(item, slice) and _has_data(item):
        return slice(None)
    return 0 if isinstance(item, Varying) and item.data else item


def _has_data(item: slice) -> bool:
    return any(getattr(v, "data", False) for v in (item.start, item.stop, item.step))


def _sliced_axes(index: Any, rank: int) -> set[int]:
    """Axes of the result whose size is decided by data."""
    used = sum(1 for i in index if i is not None and i is not Ellipsis)
    axes, out = set(), 0
    for item in index:
        if item is Ellipsis:
            out += rank - used
        elif isinstance(item, slice):
            if _has_data(item):
                axes.add(out)
            out += 1
        elif item is None:
            out += 1
    return axes


UNKNOWN_SIZES.update(
    {"Range": _range, "Reshape": _reshape, "StridedSlice": _strided_slice, "Where": _where}
)
