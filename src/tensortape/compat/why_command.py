"""`tensortape why FILE[:LINE]`: why are the gradients of a program as they are?"""

from __future__ import annotations

import argparse
import ast
import asyncio
import contextlib
import importlib
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from tensortape.compat.failure import BAD_INPUT, INTERRUPTED, TIMED_OUT, BadInput, RunFailure

FOUND, FAILED = 1, 3

DESCRIPTION = """\
Run a script or a notebook and say of every gradient it asks for whether it is sound; of one that
is None, zero, NaN, infinite, vanishing or exploding, and of a call that raised, say why: the
cause, the operation and the line of your code where it happened, and the cure.

The program itself is not changed. What it prints goes to the error output, the answers to the
standard output.

Examples:
  tensortape why train.py                    every gradient call
  tensortape why train.py:42                 the call on line 42, or what happened on line 42
  tensortape why lesson.ipynb:7              the calls of cell In [7]
  tensortape why train.py --json -- --epochs 3
"""
EPILOG = """\
Exit codes: 0 every gradient is sound; 1 at least one is not; 2 the input is wrong, or there is no
gradient call at LINE; 3 the program failed before its end (what was found until then is told);
124 the time ran out; 130 Ctrl-C.
"""


def add_parser(commands: Any, seconds: Any) -> None:
    """Add the subcommand to the command line; `seconds` reads a duration."""
    parser = commands.add_parser(
        "why",
        help="say why gradients are None, zero, NaN, vanishing or exploding",
        description=DESCRIPTION,
        epilog=EPILOG,
        usage="tensortape why FILE[:LINE] [--json] [--all] [--timeout SECONDS] [-- ARGS…]",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "file",
        metavar="FILE[:LINE]",
        help="a script (.py) or notebook (.ipynb); LINE of it, of a notebook the cell",
    )
    parser.add_argument("--json", action="store_true", help="print the answers as JSON")
    parser.add_argument("--all", action="store_true", help="name the sound gradients too")
    parser.add_argument(
        "--timeout",
        metavar="SECONDS",
        type=seconds,
        help="the longest time one cell (or the whole script) may take; no limit unless given",
    )


def why(options: argparse.Namespace, arguments: list[str]) -> int:
    """Run the program, print the answers, return the exit code."""
    file, line = split(options.file)
    if file.suffix.lower() == ".ipynb":
        found, code = of_notebook(file, arguments, options.timeout)
    else:
        found, code = of_script(file, arguments, options.timeout)
    calls = found["calls"] if line is None else at_line(found["calls"], file, line)
    if code in (TIMED_OUT, INTERRUPTED):
        ended = code
    elif code:
        ended = FAILED
    elif line is not None and not calls:
        ended = BAD_INPUT
    else:
        ended = FOUND if any(s["why"] for c in calls for s in c["sources"]) else 0
    found = {"file": str(file), "exit": ended, **found, "calls": calls}
    if options.json:
        print(json.dumps(found, indent=2, ensure_ascii=False))
    elif calls or line is None or found["failed"]:
        print(told(found, options.all))
    if line is not None and not calls:
        print(f"tensortape: {nowhere(file, line)}", file=sys.stderr)
    return ended


def split(text: str) -> tuple[Path, int | None]:
    """A file and the line named behind it; a file whose name ends so goes before."""
    name, _, tail = text.rpartition(":")
    whole = not (name and tail.isdigit()) or Path(text).exists()
    file, line = (Path(text), None) if whole else (Path(name), int(tail))
    if not file.exists():
        raise BadInput(f"{file}: no such file.")
    if file.suffix.lower() not in (".py", ".ipynb"):
        raise BadInput(f"{file}: neither a script (.py) nor a notebook (.ipynb).")
    return file, line


def of_script(file: Path, arguments: list[str], timeout: float | None) -> tuple[Any, int]:
    """What a script's gradients were, and its exit code."""
    from tensortape.compat.script import run_script

    patrol = importlib.import_module("tensortape.examine.patrol").Patrol()
    with contextlib.redirect_stdout(sys.stderr), patrol:
        code = run_script(file, arguments, timeout=timeout, report=None)
    return patrol.summary(), code


def of_notebook(file: Path, arguments: list[str], timeout: float | None) -> tuple[Any, int]:
    """What a notebook's gradients were, and 0 or the exit code of its failure."""
    from tensortape.compat.notebook import NotebookRun, read_notebook

    notebook = read_notebook(file)
    with tempfile.TemporaryDirectory(prefix="tensortape-") as folder:
        target = Path(folder) / "why.json"
        run = NotebookRun(file, notebook, arguments, timeout, target, "why")
        code = 0
        try:
            asyncio.run(run.execute())
        except RunFailure as failure:
            if not target.exists():
                raise
            print(f"tensortape: {failure}", file=sys.stderr)
            code = failure.exit_code
        return json.loads(target.read_text(encoding="utf-8")), code


def at_line(calls: list[Any], file: Path, line: int) -> list[Any]:
    """The calls that stand on a line, or those whose gradient was harmed there."""
    wanted, label = statement(file, line), label_of(file, line)
    here = [c for c in calls if label(c["file"]) and c["line"] in wanted]
    if here:
        return here
    harmed = []
    for call in calls:
        sources = [
            s
            for s in call["sources"]
            if s["why"] and label(s["why"]["file"]) and s["why"]["line"] in wanted
        ]
        if sources:
            harmed.append({**call, "sources": sources})
    return harmed


def label_of(file: Path, line: int) -> Any:
    """Whether a label names the file, or the cell."""
    if file.suffix.lower() == ".ipynb":
        return lambda label: label == f"In [{line}]"
    return lambda label: Path(label).name == file.name


def statement(file: Path, line: int) -> Any:
    """The lines of the innermost statement around a line; of a cell all of them."""
    if file.suffix.lower() == ".ipynb":
        return range(1, 1_000_000)
    try:
        tree = ast.parse(file.read_text(encoding="utf-8-sig"))
    except (OSError, SyntaxError, ValueError):
        return range(line, line + 1)
    best = range(line, line + 1)
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt) and not hasattr(node, "body"):
            end = node.end_lineno or node.lineno
            if node.lineno <= line <= end:
                best = range(node.lineno, end + 1)
    return best


def nowhere(file: Path, line: int) -> str:
    """What to say where no gradient is asked for."""
    where = f"cell In [{line}]" if file.suffix.lower() == ".ipynb" else f"line {line}"
    return f"{file}: {where} asks for no gradient, and none was harmed there."


def told(found: Any, everything: bool) -> str:
    """The answers as text."""
    rows: list[str] = []
    for call in found["calls"]:
        rows += told_call(call, everything)
    if found["failed"]:
        rows.append(f"The examination ended early: {found['failed']}")
    return "\n".join([*rows, total(found["calls"])])


def told_call(call: Any, everything: bool) -> list[str]:
    """One line of the program."""
    bad = [s for s in call["sources"] if s["why"]]
    sound = [s for s in call["sources"] if not s["why"]]
    if not bad and not everything:
        return []
    where = f"{call['file']}:{call['line']}" if call["line"] else f"tape.{call['kind']}"
    often = f"  ({call['count']} calls)" if call["count"] > 1 else ""
    rows = [f"{where}{often}", f"    {call['code']}"]
    for source, others in grouped(bad):
        rows += [f"  {row}" for row in source["why"]["text"].splitlines()]
        if others:
            rows.append(f"    same   {', '.join(others)}")
        if call["count"] > 1:
            rows.append(f"    in     {source['count']} of them, first in call {source['first']}")
    if everything and sound:
        names = list(dict.fromkeys(s["source"] for s in sound))
        rows.append(f"  Sound: {', '.join(names)}.")
    return [*rows, ""]


def grouped(bad: list[Any]) -> list[tuple[Any, list[str]]]:
    """Findings of one cause and place told once, with the names of the other sources."""
    groups: dict[Any, tuple[Any, list[str]]] = {}
    for source in bad:
        why = source["why"]
        key = (why["reason"], why["kind"], why["op"], why["line"], source["count"])
        if key in groups:
            groups[key][1].append(source["source"])
        else:
            groups[key] = source, []
    return list(groups.values())


def total(calls: list[Any]) -> str:
    """The last line: how many there were."""
    if not calls:
        return "No gradient was asked for."
    kinds: dict[str, int] = {}
    for source in (s for c in calls for s in c["sources"] if s["why"]):
        kinds[source["why"]["kind"]] = kinds.get(source["why"]["kind"], 0) + 1
    words = {"none": "None", "nan": "NaN", "inf": "infinite", "target": "of a broken target"}
    listed = ", ".join(f"{n} {words.get(kind, kind)}" for kind, n in kinds.items())
    count = sum(c["count"] for c in calls)
    asked = (
        f"{count} gradient call{'s' * (count != 1)} on {len(calls)} line{'s' * (len(calls) != 1)}"
    )
    return f"{asked}: {listed or 'every gradient is sound'}."
