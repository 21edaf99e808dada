"""A flow as a table in the terminal."""

from __future__ import annotations

import io
import shutil
from typing import Any

import numpy as np

from tensortape.core.lazy import lazy_import
from tensortape.examine.cotangents import Blocks

rich_console = lazy_import("rich.console")
rich_table = lazy_import("rich.table")
rich_box = lazy_import("rich.box")
rich_text = lazy_import("rich.text")

MOST_ROWS = 200
WIDEST = 160


def render(flow: Any, verdict: str) -> str:
    """The table of ``flow`` as text, with the verdict below it."""
    table = rich_table.Table(box=rich_box.SIMPLE_HEAD, pad_edge=False)
    for title in ("#", "operation", "line", "inputs", "value", "gradient in", "gradient out"):
        table.add_column(title, overflow="fold", justify="right" if title == "#" else "left")
    steps = flow.steps[-MOST_ROWS:]
    for step in steps:
        table.add_row(*[rich_text.Text(cell) for cell in cells(step)])
    out = io.StringIO()
    width = min(WIDEST, max(100, shutil.get_terminal_size((120, 24)).columns))
    console = rich_console.Console(file=out, width=width, no_color=True)
    if steps:
        console.print(table)
    if len(steps) < len(flow.steps):
        out.write(f"({len(flow.steps) - len(steps)} operations before these)\n")
    rows = [row.rstrip() for row in out.getvalue().splitlines()]
    return "\n".join([*rows, verdict]).strip("\n")


def cells(step: Any) -> list[str]:
    """The cells of one operation."""
    arrived = ", ".join(figure(o.gradient) for o in step.outputs)
    sent = ", ".join(figure(i.gradient) for i in step.inputs)
    return [
        str(step.number),
        step.op,
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
