"""Where two gradients part: two flows, two runs, or a flow and finite differences."""

from __future__ import annotations

import difflib
import io
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from tensortape.core.lazy import lazy_import
from tensortape.examine.backflow import plain
from tensortape.examine.diagnosis import Place
from tensortape.examine.flow import Flow, Step
from tensortape.examine.table import figure

rich_console = lazy_import("rich.console")
rich_table = lazy_import("rich.table")
rich_box = lazy_import("rich.box")
rich_text = lazy_import("rich.text")

MOST_ROWS = 40
TOLERANCES = {"float64": 1e-9, "float32": 1e-4, "float16": 1e-2, "bfloat16": 5e-2}
"""Largest relative difference that is taken for rounding, by the coarser dtype."""


@dataclass
class Difference:
    """One place where the two part.

    ``kind`` is ``"graph"`` (an operation only one of them has), ``"value"`` (forward),
    ``"gradient"`` (what arrived at the operation's output, or was sent by its rule) or
    ``"result"``. ``error`` is the largest difference in parts of the largest element.
    """

    kind: str
    op: str
    place: Place
    other: Place
    error: float
    first: Any = None
    second: Any = None

    def __str__(self) -> str:
        sides = f"{figure(self.first)} | {figure(self.second)}"
        return f"{self.kind} of {self.place}: {sides} (error {self.error:.2g})"


class Comparison:
    """The differences of two gradients, in the order they arose: forward, then backward.

    Its length is their number, so that it is false where there are none; ``first`` is where the
    two part. Printing shows a table.
    """

    def __init__(self, differences: list[Difference], compared: int, what: str) -> None:
        self.differences, self.compared, self.what = differences, compared, what

    @property
    def first(self) -> Difference | None:
        """The first difference; ``None`` where there is none."""
        return self.differences[0] if self.differences else None

    def __len__(self) -> int:
        return len(self.differences)

    def __iter__(self) -> Iterator[Difference]:
        return iter(self.differences)

    def __str__(self) -> str:
        if not self.differences:
            return f"No difference in {self.compared} {self.what}."
        table = rich_table.Table(box=rich_box.SIMPLE_HEAD, pad_edge=False)
        for title in ("", "what", "operation", "line", "first", "second", "error"):
            table.add_column(title, overflow="fold")
        for row in self.differences[:MOST_ROWS]:
            mark = "→" if row is self.first else ""
            where = f"{row.place.line or ''} {row.place.code}".strip()
            cells = [mark, row.kind, row.op, where, figure(row.first), figure(row.second)]
            table.add_row(*[rich_text.Text(c) for c in [*cells, f"{row.error:.2g}"]])
        out = io.StringIO()
        rich_console.Console(file=out, width=130, no_color=True, force_jupyter=False).print(table)
        rows = [row.rstrip() for row in out.getvalue().splitlines()]
        more = len(self.differences) - MOST_ROWS
        rows += [f"({more} more)"] if more > 0 else []
        word = "difference" if len(self) == 1 else "differences"
        count = f"{len(self)} {word} in {self.compared} {self.what}"
        return "\n".join([*rows, f"{count}; the first: {self.first}"]).strip("\n")


def compare(first: Any, second: Any, tolerance: float | None = None) -> Comparison:
    """Where two flows, or the runs of two examinations, part.

    Flows are compared operation by operation: forward values in the order they were computed, then
    gradients in the order they flowed back; operations that only one has are differences of the
    graph. Examinations are compared gradient call by gradient call; of the first call whose
    results differ the flows are compared.

    Args:
        first: a flow or an examination.
        second: another of the same kind.
        tolerance: largest relative difference that is none; by default one that rounding explains
            in the coarser of the two dtypes.

    >>> import tensortape as tf
    >>> flows = []
    >>> for power in (2.0, 3.0):
    ...     x = tf.Variable(1.5)
    ...     with tf.examine() as ex:
    ...         with tf.GradientTape() as tape:
    ...             y = tf.sin(x ** power) * 2.0
    ...         slope = tape.gradient(y, x)
    ...     flows.append(ex.flow(y, x))
    >>> difference = compare(*flows).first
    >>> difference.kind, difference.op
    ('value', 'Pow')
    """
    if isinstance(first, Flow) and isinstance(second, Flow):
        return compare_flows(first, second, tolerance)
    if hasattr(first, "journal") and hasattr(second, "journal"):
        return compare_runs(first, second, tolerance)
    raise TypeError(
        "compare() takes two flows or two examinations; received "
        f"{type(first).__name__} and {type(second).__name__}."
    )


def compare_flows(first: Flow, second: Flow, tolerance: float | None) -> Comparison:
    """Operation by operation."""
    pairs = list(aligned(first.steps, second.steps))
    found = [d for a, b in pairs for d in forward_differences(a, b, tolerance)]
    for a, b in reversed(pairs):
        if a is not None and b is not None:
            found += backward_differences(a, b, tolerance)
    for one, other in zip(first.results, second.results, strict=False):
        error = distance(plain(one), plain(other))
        if error > allowed(plain(one), plain(other), tolerance):
            place = Place("result")
            found.append(Difference("result", "", place, place, error, plain(one), plain(other)))
    return Comparison(found, len(pairs), "operations")


def aligned(first: list[Step], second: list[Step]) -> Iterator[tuple[Step | None, Step | None]]:
    """Operations that correspond; ``None`` where one has none."""
    matcher = difflib.SequenceMatcher(
        None, [s.op for s in first], [s.op for s in second], autojunk=False
    )
    for tag, a0, a1, b0, b1 in matcher.get_opcodes():
        if tag == "equal":
            yield from zip(first[a0:a1], second[b0:b1], strict=True)
        else:
            yield from ((a, None) for a in first[a0:a1])
            yield from ((None, b) for b in second[b0:b1])


def forward_differences(
    a: Step | None, b: Step | None, tolerance: float | None
) -> Iterator[Difference]:
    """An operation that only one has, or whose values differ."""
    if a is None or b is None:
        one = a or b
        assert one is not None
        value = one.outputs[0].value
        sides = (value, None) if b is None else (None, value)
        yield Difference("graph", one.op, one.place, one.place, float("inf"), *sides)
        return
    for x, y in zip(a.outputs, b.outputs, strict=False):
        error = distance(x.value, y.value)
        if error > allowed(x.value, y.value, tolerance):
            yield Difference("value", a.op, a.place, b.place, error, x.value, y.value)


def backward_differences(a: Step, b: Step, tolerance: float | None) -> Iterator[Difference]:
    """Gradients that arrived the same and were sent on differently, or arrived differently."""
    pairs = [
        *zip(a.outputs, b.outputs, strict=False),
        *zip(a.inputs, b.inputs, strict=False),
    ]
    for x, y in pairs:
        one, other = unwrapped(x.gradient), unwrapped(y.gradient)
        error = distance(one, other)
        if error > allowed(one, other, tolerance):
            yield Difference("gradient", a.op, a.place, b.place, error, one, other)
            return


def compare_runs(first: Any, second: Any, tolerance: float | None) -> Comparison:
    """Gradient call by gradient call."""
    calls = list(zip(first.journal.asked, second.journal.asked, strict=False))
    for a, b in calls:
        pairs = itertools.zip_longest(a.results or (), b.results or ())
        arrays = [(plain(x), plain(y)) for x, y in pairs]
        if any(distance(x, y) > allowed(x, y, tolerance) for x, y in arrays):
            one, other = (
                Flow(e.journal, c, list(c.run.targets), list(c.run.call.sources))
                for e, c in ((first, a), (second, b))
            )
            return compare_flows(one, other, tolerance)
    counts = len(first.journal.asked), len(second.journal.asked)
    found = []
    if counts[0] != counts[1]:
        where = Place("gradient calls")
        found = [Difference("graph", "", where, where, float("inf"), *counts)]
    return Comparison(found, len(calls), "gradient calls")


def unwrapped(array: Any) -> Any:
    """The array of a gradient, or the stored part of a structured one."""
    return getattr(array, "array", array)


def distance(a: Any, b: Any) -> float:
    """The largest difference in parts of the largest element; infinite for what is unlike.

    >>> distance(np.array([1.0, 2.0]), np.array([1.0, 2.2]))
    0.09...
    """
    if a is None or b is None:
        return 0.0 if a is b else float("inf")
    x, y = np.asarray(a), np.asarray(b)
    if x.shape != y.shape:
        return float("inf")
    if x.dtype.kind in "OSUb" or y.dtype.kind in "OSUb":
        return 0.0 if bool(np.all(x == y)) else float("inf")
    wide = np.complex128 if "c" in (x.dtype.kind, y.dtype.kind) else np.float64
    x, y = x.astype(wide), y.astype(wide)
    same = (x == y) | (np.isnan(x) & np.isnan(y))
    if bool(same.all()):
        return 0.0
    with np.errstate(all="ignore"):
        apart = np.abs(np.where(same, 0, x - y))
        scale = np.max(np.where(np.isfinite(x), np.abs(x), 0), initial=0.0)
        scale = max(scale, np.max(np.where(np.isfinite(y), np.abs(y), 0), initial=0.0))
    worst = float(np.max(apart))
    return worst / float(scale) if np.isfinite(worst) and scale else float("inf")


def allowed(a: Any, b: Any, tolerance: float | None) -> float:
    """The largest difference that counts as none."""
    if tolerance is not None:
        return tolerance
    names = [str(getattr(x, "dtype", "float64")) for x in (a, b)]
    return max(TOLERANCES.get(name, 1e-4 if name == "complex64" else 1e-9) for name in names)
