"""What is computed of every call, kept or not: a point of its curves, and whether it is sound."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tensortape.examine.model import Series
from tensortape.examine.summary import is_float, norm, plain, rounded

POINTS = 400


class Curve:
    """Figures over the calls, thinned evenly to at most ``POINTS``."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, Any, Any]] = []
        self.last: tuple[int, Any, Any] | None = None
        self.stride = 1

    def add(self, index: int, target: Any, gradient: Any) -> None:
        """Enter the figures of a call."""
        self.last = (index, target, gradient)
        if index % self.stride == 0:
            self.rows.append(self.last)
        if len(self.rows) > POINTS:
            self.stride *= 2
            self.rows = [row for row in self.rows if row[0] % self.stride == 0]

    def series(self, target_is: str) -> Series:
        """The curve, with its last point."""
        rows = list(self.rows)
        if self.last is not None and (not rows or rows[-1][0] != self.last[0]):
            rows.append(self.last)
        index, target, gradient = (
            (list(column) for column in zip(*rows, strict=True)) if rows else ([], [], [])
        )
        return Series(index, target, gradient, target_is)


def together(norms: list[float]) -> Any:
    """The norm of several arrays taken as one, as a JSON value."""
    total = math.hypot(*norms)
    return rounded(total) if not any(map(math.isnan, norms)) else "NaN"


def kinds_of(results: list[Any], norms: list[float], targets: list[Any]) -> set[str]:
    """The kinds of findings that the results and targets show by themselves."""
    kinds: set[str] = set()
    for a, size in zip(results, norms, strict=True):
        if a is None:
            kinds.add("none")
        elif not size:
            kinds.update(["zero"] if np.size(a) else [])
        elif not math.isfinite(size):
            kinds.add("nan" if math.isnan(size) else "inf")
    for size in map(norm, targets):
        if not math.isfinite(size):
            kinds.add("forward-nan" if math.isnan(size) else "forward-inf")
    return kinds


def target_figure(targets: list[Any]) -> Any:
    """A number for a curve: the value of a single scalar target, else the mean of all."""
    arrays = [np.asarray(a).reshape(-1) for a in targets]
    arrays = [a for a in arrays if a.size and (a.dtype.kind in "ciu" or is_float(a.dtype))]
    if not arrays:
        return None
    if len(arrays) == 1 and arrays[0].size == 1 and arrays[0].dtype.kind != "c":
        value = plain(arrays[0][0])
        return rounded(value) if isinstance(value, float) else value
    with np.errstate(all="ignore"):
        real = [np.abs(a) if a.dtype.kind == "c" else a for a in arrays]
        total = sum(float(np.sum(a, dtype=np.float64)) for a in real)
        return rounded(total / sum(a.size for a in real))
