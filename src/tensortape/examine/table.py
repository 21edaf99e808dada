"""A flow as a table in the terminal."""

from __future__ import annotations

import io
import shutil
from typing import Any

import numpy as np

from tensortape.core.lazy import lazy_import
from tensortape.examine.cotangents import Blocks
from tensortape.examine.summary import shorten, summarize

rich_console = lazy_import("rich.console")
rich_table = lazy_import("rich.table")
rich_box = lazy_import("rich.box")
rich_text = lazy_import("rich.text")

MOST_ROWS = 200
WIDEST = 160
WIDTHS = {"operation": 18, "scope": 14, "line": 30}
WIDEST_LINE, SHORT = 46, 24
"""Lines may be this wide where the other cells are short."""

ROOM_FOR_SCOPES = 140
STATISTICS = (
    "min", "max", "norm", "‖gradient‖", "not finite", "zero gradients", "time", "rule", "bytes",
)  # fmt: skip


def build(flow: Any, statistics: bool = False, scopes: bool = True) -> Any:
    """The table of ``flow``, for rich to print."""
    table = rich_table.Table(box=rich_box.SIMPLE_HEAD, pad_edge=False)
    titles = ["#", "operation", "line", "inputs", "value", "gradient in", "gradient out"]
    if scopes and any(step.scope for step in flow.steps):
        titles.insert(2, "scope")
    for title in titles + list(STATISTICS if statistics else ()):
        right = title == "#" or title in STATISTICS
        table.add_column(
            title,
            overflow="fold",
            no_wrap=right or title in WIDTHS,
            justify="right" if right else "left",
        )
    rows = [(step, cells(step)) for step in flow.steps[-MOST_ROWS:]]
    longest = max((len(cell) for _, row in rows for cell in row[3:]), default=0)
    for step, row in rows:
        row[2] = shorten(row[2], WIDTHS["line"] if longest > SHORT else WIDEST_LINE)
        if "scope" in titles:
            row.insert(2, shorten(step.scope.rsplit("/", 1)[-1], WIDTHS["scope"]))
        if statistics:
            row += figures(step)
        table.add_row(*[rich_text.Text(cell) for cell in row])
    return table


def render(flow: Any, verdict: str) -> str:
    """The table of ``flow`` as text, with the verdict below it."""
    out = io.StringIO()
    width = min(WIDEST, max(100, shutil.get_terminal_size((120, 24)).columns))
    console = rich_console.Console(file=out, width=width, no_color=True, force_jupyter=False)
    if flow.steps:
        console.print(build(flow, scopes=width >= ROOM_FOR_SCOPES))
    if len(flow.steps) > MOST_ROWS:
        out.write(f"({len(flow.steps) - MOST_ROWS} operations before these)\n")
    rows = [row.rstrip() for row in out.getvalue().splitlines()]
    return "\n".join([*rows, verdict]).strip("\n")


def figures(step: Any) -> list[str]:
    """Statistics of the first output and its gradient, times and bytes."""
    value, gradient = (summary_of(a) for a in (step.outputs[0].value, step.outputs[0].gradient))
    return [
        *(short(getattr(value, key, None)) for key in ("min", "max", "norm")),
        *(short(getattr(gradient, "norm", None)), str(bad(value) + bad(gradient) or "")),
        str(getattr(gradient, "zeros", None) or ""),
        *(duration(step.time), duration(step.back_time), amount(step.bytes)),
    ]


def summary_of(value: Any) -> Any:
    """Statistics of an array of any size."""
    if value is None:
        return None
    return summarize(value.array if isinstance(value, Blocks) else value, full=-1)


def bad(summary: Any) -> int:
    """The number of elements that are not finite."""
    return 0 if summary is None else (summary.nans or 0) + (summary.infs or 0)


def short(number: Any) -> str:
    """A number in four digits."""
    return f"{number:.4g}" if isinstance(number, int | float) else str(number or "")


def duration(seconds: float | None) -> str:
    """A time for a reader.

    >>> duration(0.0000123), duration(0.5), duration(None)
    ('12.3 µs', '500 ms', '')
    """
    if seconds is None:
        return ""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.0f} ns"


def amount(count: int) -> str:
    """Bytes for a reader.

    >>> amount(12), amount(40_000), amount(5 * 2**20)
    ('12 B', '39.1 kB', '5 MB')
    """
    for unit, size in (("GB", 2**30), ("MB", 2**20), ("kB", 2**10)):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return f"{count} B"


def cells(step: Any) -> list[str]:
    """The cells of one operation."""
    arrived = ", ".join(figure(o.gradient) for o in step.outputs)
    sent = ", ".join(figure(i.gradient) for i in step.inputs)
    return [
        str(step.number),
        shorten(step.op, WIDTHS["operation"]),
        f"{step.place.line or ''} {step.place.code}".strip(),
        ", ".join(i.name or figure(i.value) for i in step.inputs),
        ", ".join((f"{o.name} = " if o.name else "") + figure(o.value) for o in step.outputs),
        arrived if step.backward else "–",
        sent if step.backward else "–",
    ]


def figure(value: Any) -> str:
    """An array in one cell: small ones written out, others by shape and range.

    >>> figure(np.float32(2.5)), figure(np.zeros((100, 3), np.float32)), figure(None)
    ('2.5', '[100, 3] 0 … 0', '–')
    """
    if value is None:
        return "–"
    a = np.asarray(value.array if isinstance(value, Blocks) else value)
    if a.size <= 3 and a.ndim <= 1 and a.dtype.kind in "fiub":
        texts = [f"{v.item():.4g}" for v in a.reshape(-1)]
        return texts[0] if a.ndim == 0 else f"[{', '.join(texts)}]"
    shape = f"[{', '.join(map(str, a.shape))}]"
    if a.dtype.kind not in "fiu" or not a.size:
        return f"{shape} {a.dtype.name}"
    finite = a[np.isfinite(a)]
    spread = f" {finite.min():.3g} … {finite.max():.3g}" if finite.size else ""
    bad = a.size - finite.size
    return shape + spread + (f", {bad} not finite" if bad else "")
