"""What a tape keeps of an operation: the values its rule will read, and no others.

Small values are kept as they are; looking at them would cost more than it saves. Of large ones
those that the rule does not read (``Op.saves``) are replaced by a stand-in that knows identity,
shape and dtype, so their memory is free as soon as the program drops them.
"""

from __future__ import annotations

import sys
from typing import Any

from tensortape.core.dtypes import DType, from_numpy
from tensortape.core.op import Op
from tensortape.core.shapes import TensorShape

LARGE = 1 << 12
"""Elements from which on a value is worth looking at."""


class Extent:
    """The shape and dtype of an array that is not kept."""

    __slots__ = ("dtype", "shape")
    size = 0
    nbytes = 0

    def __init__(self, array: Any) -> None:
        self.shape, self.dtype = array.shape, array.dtype

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)


class Unsaved:
    """Stands for a tensor whose value no rule reads."""

    __slots__ = ("_a", "_id")

    def __init__(self, tensor: Any) -> None:
        self._id = tensor._id
        self._a = Extent(tensor._a)

    @property
    def dtype(self) -> DType:
        """The element type."""
        return from_numpy(self._a.dtype)

    @property
    def shape(self) -> TensorShape:
        """The static shape."""
        return TensorShape(self._a.shape)

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self._a.ndim


def is_large(tensors: Any) -> bool:
    """Whether any value is worth looking at."""
    for t in tensors:  # noqa: SIM110 (on the hot path)
        if t._a.size > LARGE:
            return True
    return False


def slim(op: Op, inputs: Any, outputs: Any) -> tuple[Any, Any]:
    """Inputs and outputs with stand-ins for large values that the rules of ``op`` do not read."""
    saves = op.saves or ()
    if "inputs" not in saves:
        inputs = tuple(
            [t if t._a.size <= LARGE or i in saves else Unsaved(t) for i, t in enumerate(inputs)]
        )
    if "outputs" not in saves:
        outputs = tuple([t if t._a.size <= LARGE else Unsaved(t) for t in outputs])
    return inputs, outputs


ORIGIN: list[Any] = []
"""``(path, line) -> (path, line, function)`` of the user's, for rewritten code; of AutoGraph."""


def user_line() -> str:
    """The nearest line outside of this package and Keras, as ``"file:line"``."""
    frame: Any = sys._getframe(2)
    while frame is not None:
        path = frame.f_code.co_filename
        if is_outside(path):
            for origin in ORIGIN:
                found = origin(path, frame.f_lineno)
                if found is not None:
                    return f"{found[0]}:{found[1]}"
            return f"{path}:{frame.f_lineno}"
        frame = frame.f_back
    return "unknown"


_OUTSIDE: dict[str, bool] = {}
"""Path of a program's file -> whether it is the user's: asked for each large value."""


def is_outside(path: str) -> bool:
    """Whether a file is neither of this package nor of Keras."""
    outside = _OUTSIDE.get(path)
    if outside is None:
        outside = _OUTSIDE[path] = _looks_outside(path)
    return outside


def _looks_outside(path: str) -> bool:
    ours = ("/tensortape/", "/keras/", "/optree/", "/malt/")
    return not path.startswith("<string") and not any([part in path for part in ours])


def memory(entries: Any) -> list[dict[str, Any]]:
    """Bytes that a tape's entries hold, by operation and line, the largest first.

    A value that several entries hold counts once, where it appears first.
    """
    seen: set[int] = set()
    table: dict[tuple[str, str], dict[str, Any]] = {}
    for op, inputs, outputs, _, line in entries:
        size = 0
        for t in (*inputs, *outputs):
            array = getattr(t, "_a", None)
            base = getattr(array, "base", None)
            base = array if base is None else base
            if array is None or id(base) in seen:
                continue
            seen.add(id(base))
            size += int(getattr(array, "nbytes", 0))
        key = (op.type, line or "")
        row = table.setdefault(key, {"op": key[0], "line": key[1], "entries": 0, "bytes": 0})
        row["entries"] += 1
        row["bytes"] += size
    return sorted(table.values(), key=lambda row: -row["bytes"])
