"""Where the user wrote what rewritten code does."""

from __future__ import annotations

import linecache
from typing import Any

from tensortape.core.errors import OpError

_origins: dict[str, dict[int, tuple[str, int, str]]] = {}


def remember(source_map: Any) -> None:
    """Keep the origins of the lines of a rewritten function."""
    for place, origin in source_map.items():
        if origin.loc.filename:
            lines = _origins.setdefault(place.filename, {})
            lines[place.lineno] = (origin.loc.filename, origin.loc.lineno, origin.function_name)


def origin(path: str, line: int) -> tuple[str, int, str] | None:
    """The user's file, line and function for a line of rewritten code."""
    lines = _origins.get(path)
    if lines is None:
        return None
    return lines.get(line) or next((lines[n] for n in range(line, 0, -1) if n in lines), None)


def is_rewritten(path: str) -> bool:
    """Whether a file holds rewritten code."""
    return path in _origins


def explain(exc: BaseException) -> None:
    """Add to an exception where in the user's code it arose."""
    rows = []
    tb = exc.__traceback__
    while tb is not None:
        found = origin(tb.tb_frame.f_code.co_filename, tb.tb_lineno)
        if found is not None:
            path, number, name = found
            text = linecache.getline(path, number).strip()
            rows.append(
                f'    File "{path}", line {number}, in {name or "<lambda>"}\n        {text}'
            )
        tb = tb.tb_next
    unique = list(dict.fromkeys(rows))
    if unique and not any("in user code:" in n for n in getattr(exc, "__notes__", ())):
        _add_note(exc, "in user code:\n\n" + "\n".join(unique))


def _add_note(exc: BaseException, note: str) -> None:
    """A note of the exception; before Python 3.11, which shows none, the end of its message."""
    if hasattr(exc, "add_note"):
        exc.add_note(note)
        return
    exc.__notes__ = [note]  # type: ignore[attr-defined]
    if isinstance(exc, OpError):
        exc._message = f"{exc._message}\n\n{note}"
    elif exc.args and type(exc.args[0]) is str:
        exc.args = (f"{exc.args[0]}\n\n{note}", *exc.args[1:])
