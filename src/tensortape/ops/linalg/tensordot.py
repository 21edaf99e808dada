"""Sums of products over several axes."""

from __future__ import annotations

import math
import string
from typing import Any

import numpy as np

from tensortape.arrays.recorded import recorded as xp
from tensortape.core.convert import convert_to_tensor
from tensortape.core.public import tensor
from tensortape.core.registry import export
from tensortape.ops.layout.attributes import ints, is_tensor
from tensortape.ops.layout.order import transpose
from tensortape.ops.layout.shaping import reshape
from tensortape.ops.linalg.matmul import matmul


@export("tensordot", "linalg.tensordot")
def tensordot(a: Any, b: Any, axes: Any, name: str | None = None) -> Any:
    """Sum the products of ``a`` and ``b`` over pairs of axes.

    >>> import tensortape as tf
    >>> tf.tensordot([[1.0, 2.0], [3.0, 4.0]], [10.0, 1.0], axes=1).numpy()
    array([12., 34.], dtype=float32)

    Args:
        a, b: tensors of one dtype.
        axes: how many of the last axes of ``a`` and first axes of ``b`` to sum over, or a pair:
            axes of ``a``, axes of ``b`` (each an int or a list).
        name: ignored.

    Returns a tensor whose axes are those of ``a``, then those of ``b``, that are not summed over.
    Raises ``ValueError`` for axes that do not pair up, ``tf.errors.InvalidArgumentError`` for
    lengths that do not fit. Source: ``tf.tensordot``.
    """
    a = tensor(a)
    b = convert_to_tensor(b, dtype_hint=a.dtype)
    first, second = paired(a, axes)
    first = [i % max(a.shape.rank, 1) for i in first]
    second = [i % max(b.shape.rank, 1) for i in second]
    left, rows = arranged(a, first, flipped=False)
    right, columns = arranged(b, second, flipped=True)
    sizes = rows + columns
    if left is None or right is None or sizes.count(None) > 1:
        return by_labels(a, b, first, second)
    product = matmul(left, right)
    if len(rows) == len(columns) == 1:
        return product
    return reshape(product, [-1 if n is None else n for n in sizes])


def arranged(x: Any, axes: list[int], flipped: bool) -> tuple[Any, list[Any]]:
    """``x`` as a matrix, the axes summed over last (first if ``flipped``), and the other lengths.

    No matrix (``None``) where unknown lengths leave both of its sizes open.
    """
    free = [i for i in range(x.shape.rank) if i not in axes]
    sizes = [x.shape[i] for i in free]
    order = axes + free if flipped else free + axes
    target = [_product(sizes), _product([x.shape[i] for i in axes])]
    if target == [-1, -1]:
        return None, sizes
    if order != list(range(x.shape.rank)):
        x = transpose(x, order)
    plain = len(sizes) == len(axes) == 1
    return (x if plain else reshape(x, target[::-1] if flipped else target)), sizes


def _product(sizes: list[Any]) -> int:
    return -1 if None in sizes else math.prod(sizes)


def by_labels(a: Any, b: Any, first: list[int], second: list[int]) -> Any:
    """The same sum written as an Einstein sum, which needs no lengths."""
    letters = string.ascii_letters
    left = letters[: a.shape.rank]
    right = list(letters[a.shape.rank : a.shape.rank + b.shape.rank])
    for i, j in zip(first, second, strict=True):
        right[j] = left[i]
    free = [x for i, x in enumerate(left) if i not in first]
    free += [x for j, x in enumerate(right) if j not in second]
    return xp.einsum(f"{left},{''.join(right)}->{''.join(free)}", a, b)


def paired(a: Any, axes: Any) -> tuple[list[int], list[int]]:
    """The axes of both factors that are summed over."""
    if isinstance(axes, (int, np.integer)):
        if axes < 0:
            raise ValueError(f"`axes` must be at least 0. Received: {axes}.")
        rank = a.shape.rank
        if axes > rank:
            raise ValueError(
                f"`axes` must not be larger than the number of dimensions of tensor {a}.  "
                f"Received {axes}, vs tensor dimensions {rank}."
            )
        return list(range(rank - axes, rank)), list(range(axes))
    if is_tensor(axes) or isinstance(axes, np.ndarray):
        axes = [list(ints(row)) for row in np.asarray(tensor(axes)._a)]
    if len(axes) != 2:
        raise ValueError(f"`axes` must be an integer or have length 2. Received {axes}.")
    first, second = list(ints(axes[0])), list(ints(axes[1]))
    if len(first) != len(second):
        raise ValueError(
            f"Different number of contraction axes `a` and `b`, {len(first)} != {len(second)}."
        )
    return first, second
