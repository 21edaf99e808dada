"""Primitives that multiply and sum: matrix products and Einstein sums."""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np

from tensortape.arrays.blas import one_thread
from tensortape.arrays.shared_product import THREADED, multiply, of_two

PRODUCT = "matmul einsum"
SMALL = 4096
"""Below so many products NumPy's own loop is quicker than arranging a matrix product."""


def matmul(x: Any, y: Any, transpose_a: bool = False, transpose_b: bool = False) -> Any:
    """The product of the matrices in the last two axes, each transposed first where asked."""
    if x.ndim == 2 == y.ndim:
        if transpose_a:
            x = x.T
        if transpose_b:
            y = y.T
        return of_two(x, y)
    if transpose_a:
        x = np.swapaxes(x, -1, -2)
    if transpose_b:
        y = np.swapaxes(y, -1, -2)
    if x.ndim > 1 < y.ndim and x.shape[-1] == 1 == y.shape[-2]:
        return x * y  # one product each: quicker than a matrix product that sums over one term
    if y.ndim == 2 < x.ndim and x.flags.c_contiguous:  # one product of all rows
        return of_two(x.reshape(-1, x.shape[-1]), y).reshape(*x.shape[:-1], y.shape[1])
    if x.size * y.shape[-1] <= THREADED:
        return np.matmul(x, y)
    return multiply(x, y)


def einsum(equation: str, *arrays: Any) -> Any:
    """The sum of products that ``equation`` describes, with an explicit output ("ij,jk->ik")."""
    low = arrays[0].dtype
    if low.kind == "V":  # bfloat16 and the like, which NumPy's einsum does not know
        wide = einsum(equation, *[a.astype(np.float32) for a in arrays])
        return np.asarray(wide).astype(low)[()]
    if len(arrays) == 1 or sum(a.size for a in arrays) < SMALL:
        return np.einsum(equation, *arrays)
    if len(arrays) > 2:
        one_thread.enter()
        try:
            return np.einsum(equation, *arrays, optimize=True)
        finally:
            one_thread.leave()
    return by_matmul(equation, *arrays)


def by_matmul(equation: str, a: Any, b: Any) -> Any:
    """Einstein sum of two operands as one stacked matrix product."""
    plan = matmul_plan(equation)
    if plan is None or not shapes_agree(equation, a.shape, b.shape):
        return np.einsum(equation, a, b)
    first, second, (t, m, c), result = plan
    a, b = arranged(first, a), arranged(second, b)
    batch, rows = a.shape[:t], a.shape[t : t + m]
    inner, columns = a.shape[t + m :], b.shape[t + c :]
    if m != 1 or c != 1:
        a = a.reshape(*batch, math.prod(rows), math.prod(inner))
    if c != 1 or len(columns) != 1:
        b = b.reshape(*batch, math.prod(inner), math.prod(columns))
    product = multiply(a, b)
    if m != 1 or len(columns) != 1:
        product = product.reshape(batch + rows + columns)
    return arranged(result, product)[()]


def arranged(order: Any, x: Any) -> Any:
    """``x`` with its axes in another order, or as a term of ``np.einsum`` says."""
    return x.transpose(order) if type(order) is tuple else np.einsum(order, x)


@functools.lru_cache(maxsize=512)
def matmul_plan(equation: str) -> Any:
    """How to bring two operands into the form (batch, rows, inner) and (batch, inner, columns)."""
    terms, out = equation.split("->")
    a, b = terms.split(",")
    if "." in equation:
        return None
    together = "".join(x for x in dict.fromkeys(a) if x in b and x in out)
    contracted = "".join(x for x in dict.fromkeys(a) if x in b and x not in out)
    left = "".join(x for x in dict.fromkeys(a) if x not in b and x in out)
    right = "".join(x for x in dict.fromkeys(b) if x not in a and x in out)
    return (
        order_of(a, together + left + contracted),
        order_of(b, together + contracted + right),
        (len(together), len(left), len(contracted)),
        order_of(together + left + right, out),
    )


def order_of(term: str, wanted: str) -> Any:
    """The order of axes that turns one term into another; an equation where that is not enough."""
    if sorted(term) == sorted(wanted) and len(set(term)) == len(term):
        return tuple([term.index(label) for label in wanted])
    return f"{term}->{wanted}"


def shapes_agree(equation: str, a: Any, b: Any) -> bool:
    """Whether equal labels mean equal sizes (an ellipsis may broadcast)."""
    first, second = equation.split("->")[0].split(",")
    sizes = dict(zip(first, a, strict=True))
    return all(sizes.get(label, n) == n for label, n in zip(second, b, strict=True))
