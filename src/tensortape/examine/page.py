"""The report as one HTML page that needs no network."""

from __future__ import annotations

import contextlib
import html
import json
import os
import re
import tempfile
from importlib import resources
from pathlib import Path

from tensortape.examine.model import Report, to_json

SCRIPTS = (
    "values.js", "chart.js", "layout.js", "tree.js", "graph.js", "table.js", "step.js", "ops.js",
    "workbench.js", "report.js",
)  # fmt: skip
"""The page's scripts, in the order they are put into it."""


def asset(name: str) -> str:
    """The text of a file under ``assets/``."""
    return (resources.files("tensortape.examine") / "assets" / name).read_text("utf-8")


def render(report: Report) -> str:
    """The HTML page of ``report``, with styles, scripts and data inside."""
    data = json.dumps(to_json(report), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    parts = {
        "TITLE": html.escape(report.title),
        "STYLE": asset("report.css"),
        "SCRIPT": "\n".join(asset(name) for name in SCRIPTS),
        "DATA": in_script(data),
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], asset("report.html"))


def in_script(data: str) -> str:
    """JSON that cannot end the ``<script>`` element it stands in."""
    escapes = {
        "<": "\\u003c",
        ">": "\\u003e",
        "&": "\\u0026",
        "\u2028": "\\u2028",
        "\u2029": "\\u2029",
    }
    for sign, escape in escapes.items():  # several times as fast as one translation
        data = data.replace(sign, escape)
    return data


def write_atomically(path: str | os.PathLike[str], text: str) -> None:
    """Write ``text`` so that ``path`` holds all of it or what it held before.

    Raises:
        OSError: the folder is missing or not writable, or the disk is full.
    """
    target = Path(path)
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, mode_for(target))
        os.replace(name, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


def mode_for(target: Path) -> int:
    """The permissions a newly written ``target`` gets: its own, or the process' default."""
    if target.exists():
        return target.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
