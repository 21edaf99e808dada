"""Recording the gradient computations of a run and writing the report of them."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Iterator
from pathlib import Path

from tensortape.compat.output import replacing


@contextlib.contextmanager
def script_report(path: Path | None, title: str, every_call: bool) -> Iterator[None]:
    """Record what the block computes and write the report, whether the block ends well or not."""
    if path is None:
        yield
        return
    examine = importlib.import_module("tensortape.examine.session")
    session = examine.ReportSession(title=title, every_call=every_call)
    session.start()
    try:
        yield
    finally:
        with replacing(path) as temporary:
            session.write(str(temporary))
