"""Values of different shapes side by side, as programs have them when they run."""

from __future__ import annotations

from typing import Any

import numpy as np


class Apart(np.ndarray):
    """Rows of different shapes. They can be taken one by one; as a whole they are no tensor.

    The number zero (Python's) stands for a row that was never written, and for zeros of whatever
    shape: so rows add up.
    """

    @property
    def dtype(self) -> Any:
        """The element type of the rows, as the tensor of them has it."""
        for i in range(len(self)):
            row = self[i]
            if not is_blank(row):
                return row.dtype
        return np.dtype(np.float32)

    def __array_function__(self, func: Any, kinds: Any, args: Any, kwargs: Any) -> Any:
        if func is np.take:
            return args[0][int(args[1])]
        if func is np.zeros_like:
            return apart([0] * len(args[0]))
        raise NotImplementedError(
            "values that a loop keeps have different shapes from one iteration to the next, and "
            "are needed as one tensor (derivatives beyond the second, for example): differentiate "
            "outside of tf.function, or pad them to one shape"
        )


def apart(rows: Any) -> Any:
    """Rows of different shapes as the objects of an array."""
    found = np.empty(len(rows), object).view(Apart)
    for i, row in enumerate(rows):
        found[i] = row
    return found


def rows_of(value: Any) -> list[Any]:
    """The rows of such an array, or of one along whose first axis rows of one shape lie.

    Plain numbers in their place are the zeros that somebody made in its likeness.
    """
    if isinstance(value, Apart):
        return [value[i] for i in range(len(value))]
    return [0] * len(value) if value.ndim == 1 else list(value)


def is_blank(row: Any) -> bool:
    """Whether a row was never written, or is zero of no particular shape."""
    return type(row) is int
