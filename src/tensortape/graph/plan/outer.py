"""Outer products: a column times a row, where the BLAS is quicker than NumPy's short loops."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tensortape.arrays.shared_product import THREADED
from tensortape.graph.ir import Node

FEWEST_ROWS = 512
"""Rows from which a look at the factors, for zeros, is worth its time."""

MOST_COLUMNS = 256
"""Columns up to which a loop over one row is short."""


def column_times_row(node: Node, avals: Any) -> int | None:
    """Which factor of an elementwise product is the column; ``None`` if it is no outer product."""
    out = avals[node.outputs[0]]
    if len(node.inputs) != 2 or np.dtype(out.dtype).char not in "fd" or len(out.shape) < 2:
        return None
    rows, columns = out.shape[0], math.prod(out.shape[1:])
    if rows < FEWEST_ROWS or not 1 < columns <= min(MOST_COLUMNS, THREADED // rows):
        return None
    for k in (0, 1):
        column, row = (avals[i].shape for i in (node.inputs[k], node.inputs[1 - k]))
        row = (1,) * (len(out.shape) - len(row)) + tuple(row)
        if tuple(column) == (rows, *(1,) * (len(out.shape) - 1)) and row == (1, *out.shape[1:]):
            return k
    return None


def column_and_row(column: Any, row: Any, out: Any) -> None:
    """``np.multiply(column, row, out)``, to the bit.

    The BLAS adds to a zero, so a product of ``-0.0`` would lose its sign there: where there may be
    one, NumPy multiplies.
    """
    least = np.minimum.reduce(np.absolute(column), None) * np.minimum.reduce(np.absolute(row), None)
    if least:
        column.reshape(-1, 1).dot(row.reshape(1, -1), out.reshape(len(out), -1))
    else:
        np.multiply(column, row, out)
