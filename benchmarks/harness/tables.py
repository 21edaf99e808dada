"""Prints rows: blocks for the terminal, one wide table in Markdown, everything in JSON."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from typing import Any

from harness.results import Measurement, Row

_UNITS = {
    "s": ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (0.0, "ns")),
    "B": ((2.0**30, "GiB"), (2.0**20, "MiB"), (0.0, "KiB")),
}
_SMALLEST = {"ns": 1e-9, "KiB": 2.0**10}


def quantity(value: float, unit: str) -> str:
    """`0.00123` as `1.23 ms`, three significant digits."""
    factor, name = next(pair for pair in _UNITS[unit] if value >= pair[0])
    scaled = value / (factor or _SMALLEST[name])
    digits = 2 if scaled < 10 else 1 if scaled < 100 else 0
    return f"{scaled:.{digits}f} {name}"


def times(ratio: float) -> str:
    """A ratio with two significant digits or more."""
    return f"{ratio:.2f}x" if ratio < 10 else f"{ratio:.0f}x"


def _aligned(lines: Sequence[Sequence[str]]) -> list[str]:
    """Columns padded to one width; the first is text, the others are numbers."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if 0 < place < 8 else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]


def block(row: Row) -> str:
    """The table of one workload, for a terminal; refused where the peers disagree."""
    workload = row.workload
    lines = [f"{workload.name}: {workload.title}"]
    if problems := row.disagreements():
        return "\n".join([*lines, "  no table, since the answers differ:", *_indented(problems)])
    if not row.measurements and not row.failures:
        return "\n".join([*lines, "  none of these peers has it"])
    if row.measurements:
        versus = f"vs {row.labels.get(row.baseline or '', '')}"
        titles = ("trace", "compile", "engine") if workload.stages else ()
        table = [("", "median", "best", "spread", versus, *titles, "")]
        for name, found in row.measurements.items():
            median, best = (quantity(x, workload.unit) for x in (found.median, found.best))
            spread, ratio = f"±{100 * found.spread:.0f}%", times(row.ratio(name))
            stages = [_stage(found.stages.get(title)) for title in titles]
            table.append((row.labels[name], median, best, spread, ratio, *stages, found.idiom))
        lines += _indented(_aligned(table))
    lines += _indented(f"{row.labels[name]} failed: {why}" for name, why in row.failures.items())
    return "\n".join([*lines, *_indented(_target_lines(row))])


def _stage(value: float | str | None) -> str:
    """A cell of the columns for what comes before the first result."""
    if isinstance(value, float) and value > 0:
        return quantity(value, "s")
    return str(value or "–")


def _indented(lines: Any) -> list[str]:
    return [f"  {line}" for line in lines]


def _target_lines(row: Row) -> list[str]:
    return [
        f"target: {row.labels[target.by]} {target.wanted:g}x better than"
        f" {row.labels[target.peer]}:"
        f" {times(target.reached)}, {'met' if target.met else 'MISSED'}"
        for target in row.targets()
    ]


def markdown(rows: Sequence[Row], info: dict[str, Any]) -> str:
    """All workloads in one table, with the machine and the versions below it."""
    labels = rows[0].labels if rows else {}
    lines = [
        "| workload | " + " | ".join(labels.values()) + " |",
        "|---|" + "---:|" * len(labels),
    ]
    for row in rows:
        cells = [_cell(row, name) for name in labels]
        lines.append(f"| {row.workload.name} | " + " | ".join(cells) + " |")
    lines += ["", "Medians; in brackets how many times the first column's (or the fastest's).", ""]
    lines += [f"- {row.workload.name}: {line}" for row in rows for line in _target_lines(row)]
    lines += [f"- {row.workload.name}: {line}" for row in rows for line in _stage_lines(row)]
    lines += ["", f"Machine: {machine()['summary']}", ""]
    lines += [f"- {labels[name]}: {_version(info[name])}" for name in labels if name in info]
    return "\n".join(lines) + "\n"


def _stage_lines(row: Row) -> list[str]:
    """What each peer needs before the first result."""
    return [
        f"{row.labels[name]}: "
        + ", ".join(f"{title} {_stage(value)}" for title, value in found.stages.items())
        for name, found in row.measurements.items()
        if found.stages
    ]


def _version(info: dict[str, Any]) -> str:
    settings = ", ".join(f"{name}={value}" for name, value in info.get("settings", {}).items())
    return f"{info['version']}, Python {info.get('python', '?')}" + (settings and f" ({settings})")


def _cell(row: Row, name: str) -> str:
    if row.disagreements():
        return "answers differ"
    if name in row.failures:
        return "failed"
    found: Measurement | None = row.measurements.get(name)
    if found is None:
        return "–"
    value = quantity(found.median, row.workload.unit)
    return value if name == row.baseline else f"{value} ({times(row.ratio(name))})"


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    cores = os.cpu_count()
    return {
        "summary": f"{platform.system()} {platform.machine()}, {cores} cores",
        "cores": cores,
        "platform": platform.platform(),
    }


def as_json(rows: Sequence[Row], info: dict[str, Any]) -> str:
    """Everything that was measured, every sample included."""
    return json.dumps(
        {
            "machine": machine(),
            "peers": info,
            "workloads": {row.workload.name: _row_data(row) for row in rows},
        },
        indent=1,
    )


def _row_data(row: Row) -> dict[str, Any]:
    return {
        "title": row.workload.title,
        "unit": row.workload.unit,
        "disagreements": row.disagreements(),
        "failures": row.failures,
        "targets": [vars(target) | {"met": target.met} for target in row.targets()],
        "peers": {
            name: {
                "median": found.median,
                "best": found.best,
                "spread": found.spread,
                "ratio": row.ratio(name),
                "idiom": found.idiom,
                "stages": found.stages,
                "samples": found.samples,
            }
            for name, found in row.measurements.items()
        },
    }
