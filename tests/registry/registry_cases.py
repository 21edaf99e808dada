"""The cases on which every operation is walked, drawn from what its record says."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tensortape.core.registry import OPS
from tensortape.core.state import state

UNARY = {
    "plain": lambda draw: [draw(2, 3)],
    "scalar": lambda draw: [draw()],
    "empty": lambda draw: [draw(0, 3)],
    "strided": lambda draw: [draw(3, 4).T[::2]],
}
BINARY = {
    "plain": lambda draw: [draw(2, 3), draw(2, 3)],
    "broadcast": lambda draw: [draw(2, 1), draw(3)],
    "scalar": lambda draw: [draw(2), draw()],
    "empty": lambda draw: [draw(0, 3), draw(1, 1)],
    "strided": lambda draw: [draw(3, 4).T[::2], draw(6)[::2]],
}


@dataclass(eq=False)
class Case:
    """One operation on given arrays; ``wrt`` are the inputs to differentiate."""

    op: Any
    label: str
    arrays: list[np.ndarray]
    attrs: dict[str, Any] = field(default_factory=dict)
    wrt: list[int] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.op.type}-{self.label}"

    def normalised(self) -> dict[str, Any]:
        """All attributes, as kernel and rules see them."""
        op = self.op
        attrs = {**op.attribute_defaults, **self.attrs}
        tensors = tuple(state.tensor(a) for a in self.arrays)
        return op.normalise(tensors, attrs) if op.normalise is not None else attrs

    def rng(self) -> np.random.Generator:
        return np.random.default_rng(zlib.crc32(str(self).encode()))


def drawer(rng, domain):
    """``draw(*shape)``: distinct values, well inside the domain."""
    low, high = domain

    def draw(*shape):
        count = int(np.prod(shape))
        places = (rng.permutation(count) + rng.uniform(0.2, 0.8, count)) / max(count, 1)
        return (low + (high - low) * places).reshape(shape)[()]

    return draw


def elementwise_cases(op):
    count = len(op.array_names)
    makers = {1: UNARY, 2: BINARY}.get(count, {"plain": lambda draw: [draw(2, 3)] * count})
    if count > 2:
        makers = {
            "plain": lambda draw: [draw(2, 3) for _ in range(count)],
            "broadcast": lambda draw: [draw(*((2, 3), (3,), (2, 1))[i % 3]) for i in range(count)],
        }
    for label, make in makers.items():
        rng = np.random.default_rng(zlib.crc32(f"{op.type}{label}".encode()))
        yield finished(op, label, make(drawer(rng, op.domain)))


def special_cases(op):
    """Points worth a row of their own, where finite differences are no judge."""
    count = len(op.array_names)
    for point in op.special:
        values = list(point) if isinstance(point, tuple) else [point] * count
        yield finished(op, f"at {point}", [np.float64(v) for v in values])


def sample_cases(op):
    """``((input, ...), attrs)`` or ``((input, ...), attrs, positions to differentiate)``."""
    for i, (specs, attrs, *wrt) in enumerate(op.samples):
        rng = np.random.default_rng(zlib.crc32(f"{op.type}{i}".encode()))
        draw = drawer(rng, op.domain or (-2, 2))
        arrays = [draw(*s) if isinstance(s, tuple) else np.asarray(s)[()] for s in specs]
        yield finished(op, str(i), arrays, attrs, wrt[0] if wrt else None)


def finished(op, label, arrays, attrs=None, wrt=None):
    if wrt is None:
        wrt = [i for i, a in enumerate(arrays) if a.dtype.kind == "f"]
    return Case(op, label, arrays, dict(attrs or {}), list(wrt))


def cases(op):
    """All cases of an operation."""
    found = list(sample_cases(op))
    if op.family == "elementwise" and op.domain is not None:
        found += elementwise_cases(op)
    return found


def differentiable():
    return [op for op in OPS.values() if op.pullback is not None]
