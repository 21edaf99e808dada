"""The table of a training in the terminal: printed once, or live."""

from __future__ import annotations

import io
import math
import shutil
from time import monotonic
from typing import Any

from tensortape.core.lazy import lazy_import
from tensortape.examine.health.measures import LayerStep

rich_console = lazy_import("rich.console")
rich_live = lazy_import("rich.live")
rich_table = lazy_import("rich.table")
rich_box = lazy_import("rich.box")
rich_text = lazy_import("rich.text")

SECONDS = 0.25
"""The live table is drawn anew at most so often."""

TITLES = (
    *("layer", "|gradient|", "|weights|", "update/weights", "zeros"),
    *("dead", "saturated", "not finite", "alert"),
)


class LiveTable:
    """The table, drawn anew while the training runs."""

    def __init__(self, monitor: Any) -> None:
        self.monitor = monitor
        self._live: Any = None
        self._drawn = 0.0

    def start(self) -> None:
        """Show it."""
        self._live = rich_live.Live(table_of(self.monitor), auto_refresh=False)
        self._live.start()

    def update(self) -> None:
        """Draw it anew, unless that was done just now."""
        if self._live is not None and monotonic() - self._drawn > SECONDS:
            self._live.update(table_of(self.monitor), refresh=True)
            self._drawn = monotonic()

    def stop(self) -> None:
        """Leave the last state standing."""
        if self._live is not None:
            self._live.update(table_of(self.monitor), refresh=True)
            self._live.stop()
            self._live = None


def table_text(monitor: Any) -> str:
    """The table and the alerts as plain text."""
    out = io.StringIO()
    width = min(160, max(110, shutil.get_terminal_size((120, 24)).columns))
    console = rich_console.Console(file=out, width=width, no_color=True, force_jupyter=False)
    console.print(table_of(monitor))
    rows = [row.rstrip() for row in out.getvalue().splitlines()]
    rows += [str(alert) for alert in monitor.alerts()]
    return "\n".join(rows)


def table_of(monitor: Any) -> Any:
    """One row per layer, with its newest figures."""
    table = rich_table.Table(box=rich_box.SIMPLE_HEAD, title=title(monitor), pad_edge=False)
    for name in TITLES:
        left = name in ("layer", "alert")
        table.add_column(name, justify="left" if left else "right", overflow="fold")
    kinds: dict[str, list[str]] = {}
    levels: dict[str, str] = {}
    for alert in monitor.alerts():
        for layer in alert.layers:
            kinds.setdefault(layer, []).append(alert.kind)
            levels.setdefault(layer, alert.level)
    for layer, step in monitor.latest().items():
        style = {"error": "bold red", "warning": "yellow"}.get(levels.get(layer, ""), "")
        cells = [layer, *cells_of(step), ", ".join(kinds.get(layer, []))]
        table.add_row(*[rich_text.Text(cell, style=style) for cell in cells])
    return table


def title(monitor: Any) -> str:
    """Which step, and the loss there."""
    if not monitor.steps:
        return "no step yet"
    step = max(monitor.steps)
    loss = monitor.losses.get(step, math.nan)
    return f"step {step}" + ("" if math.isnan(loss) else f", loss {loss:.4g}")


def cells_of(step: LayerStep) -> list[str]:
    """The figures of a layer as text."""
    zeros = f"{step.zeros / step.elements:.0%}" if step.elements else "–"
    own = number(step.gradient) if step.elements else "None" if step.missing else "–"
    return [
        own,
        number(step.weight) if step.weight else "–",
        number(step.ratio),
        zeros,
        "–" if step.dead is None else f"{step.dead:.0%}",
        "–" if step.saturated is None else f"{step.saturated:.0%}",
        str(step.nonfinite) if step.nonfinite else "–",
    ]


def number(value: float) -> str:
    """Three digits.

    >>> number(0.0012345), number(float("nan"))
    ('0.00123', '–')
    """
    return "–" if math.isnan(value) else f"{value:.3g}"
