"""Runs example programs one after the other in this process; writes what each one found.

`run_all.py OUT.json [NAME...]`: on TensorFlow this records the expectations, on TensorTape the
test compares. A program says what it found in a line `result: name=number ...`.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import runpy
import sys
from collections.abc import Mapping
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
HELPERS = {"drawn_digits"}


def names() -> list[str]:
    """The example programs, in alphabetical order."""
    return sorted(path.stem for path in EXAMPLES.glob("*.py") if path.stem not in HELPERS)


def numbers(text: str) -> dict[str, float]:
    """What the line `result: ...` says."""
    line = next(line for line in text.splitlines() if line.startswith("result: "))
    pairs = (word.split("=") for word in line.removeprefix("result: ").split())
    return {name: float(value) for name, value in pairs}


def run(name: str) -> Mapping[str, float | str]:
    """The numbers of one program; a `problem` if it failed."""
    keras.backend.clear_session()
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said):
            runpy.run_path(str(EXAMPLES / f"{name}.py"), run_name="__main__")
        return numbers(said.getvalue())
    except Exception as problem:  # the test shows it
        return {"problem": f"{type(problem).__name__}: {problem}"[:2000] + said.getvalue()}


def main() -> None:
    out, chosen = sys.argv[1], sys.argv[2:] or names()
    sys.path.insert(0, str(EXAMPLES))  # as for a program that is started there
    results = {name: run(name) for name in chosen}
    Path(out).write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
