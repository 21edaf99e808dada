"""Eigenvalues of matrices given by their main diagonal and the one next to it."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core import errors
from tensortape.core.convert import convert_to_tensor
from tensortape.core.public import tensor
from tensortape.core.registry import PUBLIC, export
from tensortape.ops.layout.attributes import is_tensor, one_int
from tensortape.ops.linalg.decompositions import eigh, eigvalsh
from tensortape.ops.linalg.diagonals import diag


def chosen(values: Any, select: str, select_range: Any) -> slice:
    """Which of the ascending eigenvalues are asked for."""
    if select == "a":
        return slice(None)
    if select not in ("i", "v"):
        raise ValueError("'select must have a value in {'a', 'i', 'v'}.")
    if select == "i":
        first, last = (one_int(x) for x in select_range)
        if first > last:
            raise _empty(f"Got empty index range in select_range: {first} > {last}")
        return slice(first, last + 1)
    low, high = (float(tensor(x)._a) if is_tensor(x) else float(x) for x in select_range)
    if low >= high:
        raise _empty(f"Got empty interval in select_range: {low} >= {high}")
    known = np.asarray(values._a)
    return slice(
        int(np.searchsorted(known, low, "right")), int(np.searchsorted(known, high, "right"))
    )


def _empty(message: str) -> Exception:
    return errors.InvalidArgumentError(None, None, message)


@export("linalg.eigh_tridiagonal")
def eigh_tridiagonal(
    alpha: Any,
    beta: Any,
    eigvals_only: bool = True,
    select: str = "a",
    select_range: Any = None,
    tol: Any = None,
    name: str | None = None,
) -> Any:
    """Ascending eigenvalues (and eigenvectors) of a self-adjoint tridiagonal matrix.

    >>> import tensortape as tf
    >>> tf.linalg.eigh_tridiagonal([0.0, 0.0], [1.0]).numpy().round(3).tolist()
    [-1.0, 1.0]

    Args:
        alpha: the main diagonal, shape ``[n]``.
        beta: the diagonal below it, shape ``[n - 1]``.
        eigvals_only: leave the eigenvectors out.
        select: ``"a"`` for all, ``"i"`` for those with indices, ``"v"`` for those with values in
            ``select_range``.
        select_range: lowest and highest index, or lower (excluded) and upper bound.
        tol: not needed: the values are exact to rounding.
        name: ignored.

    Raises ``ValueError`` for another ``select``, ``tf.errors.InvalidArgumentError`` for an empty
    range. Source: ``tf.linalg.eigh_tridiagonal``.
    """
    alpha = tensor(alpha)
    beta = convert_to_tensor(beta, dtype_hint=alpha.dtype)
    whole = diag(alpha)
    if alpha.shape[0] > 1:
        whole = whole + diag(beta, k=-1)
    if eigvals_only:
        values = PUBLIC["math.real"](eigvalsh(whole))
        return values[chosen(values, select, select_range)]
    values, vectors = eigh(whole)
    values = PUBLIC["math.real"](values)
    at = chosen(values, select, select_range)
    return values[at], vectors[:, at]
