"""Say before a program runs which TensorFlow and Keras names it asks for are missing."""

from __future__ import annotations

import ast
import functools
import importlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from tensortape.compat import alias
from tensortape.compat.api_names import Aliases, find_uses
from tensortape.compat.failure import BadInput
from tensortape.core.face import complete, explain_missing
from tensortape.core.registry import PUBLIC

_NOT_PYTHON = re.compile(r"^(\s*)[%!?].*$", re.MULTILINE)  # lines for Jupyter, not for Python
_OTHER_LANGUAGE = re.compile(r"\s*%%(?!time|timeit|capture|prun|python)")


class Source(NamedTuple):
    """A piece of a program: a script, or a cell of a notebook."""

    place: str
    tree: ast.Module


class Missing(NamedTuple):
    """A name that is not there: what the program writes, why, and where."""

    written: str
    reason: str
    places: list[str]


class Result(NamedTuple):
    """What came of checking some files."""

    names: int
    missing: list[Missing]
    unread: list[str]


def check_files(files: list[Path]) -> Result:
    """Check scripts and notebooks; `BadInput` for one that cannot be read."""
    found: dict[str, Missing] = {}
    names: set[str] = set()
    unread: list[str] = []
    for file in files:
        aliases: Aliases = {}
        for source in _sources(file, unread):
            for use in find_uses(source.tree, aliases):
                names.add(use.path)
                reason = why_missing(use.path)
                if reason:
                    entry = found.setdefault(use.path, Missing(use.written, reason, []))
                    entry.places.append(f"{source.place}:{use.line}")
    return Result(len(names), list(found.values()), unread)


def print_result(result: Result, files: int) -> int:
    """Print what is missing; return the exit code."""
    for missing in result.missing:
        first, *more = missing.places
        print(f"{first}: {missing.written}: {missing.reason}")
        if more:
            shown = ", ".join(more[:8]) + (", …" if len(more) > 8 else "")
            print(f"    also at {shown}")
    for place in result.unread:
        print(f"{place}: not Python, left out")
    many = f"{files} file{'s' if files != 1 else ''}"
    count = len(result.missing)
    names = f"{result.names} name{'s' if result.names != 1 else ''}"
    print(f"{many}: {names} of tensorflow and keras, {count or 'none'} missing")
    return 1 if result.missing else 0


def _sources(file: Path, unread: list[str]) -> Iterator[Source]:
    content = _content(file)
    if file.suffix.lower() != ".ipynb":
        try:
            yield Source(str(file), ast.parse(content))  # bytes: Python knows the encoding
        except (SyntaxError, ValueError) as error:
            line, told = getattr(error, "lineno", None) or 1, getattr(error, "msg", error)
            raise BadInput(f"{file}:{line}: this is not valid Python: {told}.") from None
        return
    for number, code in enumerate(_cells(file, content), 1):
        place = f"{file} cell [{number}]"
        try:
            yield Source(place, ast.parse(_python_of(code)))
        except (SyntaxError, ValueError):
            unread.append(place)


def _content(file: Path) -> bytes:
    if not file.exists():
        raise BadInput(f"{file}: no such file.")
    if file.suffix.lower() not in (".py", ".ipynb"):
        raise BadInput(f"{file}: neither a script (.py) nor a notebook (.ipynb).")
    try:
        return file.read_bytes()
    except OSError as error:
        raise BadInput(f"{file}: cannot be read: {error.strerror or error}.") from error


def _cells(file: Path, content: bytes) -> list[str]:
    """The cells with code (format 3 too), without the empty ones, which a run does not number."""
    try:
        notebook = json.loads(content)
        sheets = notebook.get("worksheets") or [notebook]
        cells = [c for sheet in sheets for c in sheet["cells"] if c["cell_type"] == "code"]
        texts = ["".join(c["source"] if "source" in c else c["input"]) for c in cells]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        why = f"{type(error).__name__}: {error}"
        raise BadInput(f"{file}: this is not a Jupyter notebook ({why}).") from error
    return [text for text in texts if text.strip()]


def _python_of(code: str) -> str:
    """A cell without what is meant for Jupyter; lines keep their numbers."""
    if _OTHER_LANGUAGE.match(code):
        return ""
    return _NOT_PYTHON.sub(r"\1pass", code)


@functools.cache
def why_missing(path: str) -> str | None:
    """Why the name `path` (`tensorflow.math.tanh`) does not exist here; `None` if it does.

    Attributes of what is neither a module nor a class are not looked at: these are values that
    only a run makes.

    >>> why_missing("tensorflow.math.tanh")
    >>> why_missing("tensorflow.math.tan_h")
    'tf.math.tan_h is not implemented in TensorTape. The nearest that works: tf.math.tanh, ...'
    """
    alias.install()
    complete()
    root, *parts = path.split(".")
    value: Any = importlib.import_module("tensortape" if root == "tensortape" else _module(root))
    seen = root
    for part in parts:
        if not isinstance(value, (ModuleType, type)):
            return None
        below = f"{seen}.{part}"
        value, error = _step(value, part, below)
        if error is not None:
            return _explain(below, error)
        seen = below
    return _refusal(value, path)


def _module(root: str) -> str:
    return {"tf_keras": "keras"}.get(root, root)


def _step(value: Any, part: str, path: str) -> tuple[Any, Exception | None]:
    """The attribute, or the module of that name; and the error if there is neither."""
    try:
        return getattr(value, part), None
    except (AttributeError, ImportError, NotImplementedError) as error:
        if not isinstance(value, ModuleType):
            return None, error
        try:
            return importlib.import_module(path), None
        except (ImportError, AttributeError):
            return None, error


def _explain(path: str, error: Exception) -> str:
    root, _, below = path.partition(".")
    if root in ("tensorflow", "tensortape") and not below.startswith(("keras", "python.")):
        return explain_missing(below, PUBLIC)
    if "keras" in path.split(".")[:2]:
        return f"Keras 3 has no {path}."
    return str(error)


def _refusal(value: Any, path: str) -> str | None:
    """Whether a class is there only for `isinstance`."""
    if isinstance(value, type) and "unavailable_class" in getattr(
        value.__dict__.get("__new__"), "__qualname__", ""
    ):
        below = path.partition(".")[2]
        return f"tf.{below}: {(value.__doc__ or 'not implemented').partition('. It exists')[0]}."
    return None
