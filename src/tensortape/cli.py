"""The command `tensortape`."""

from __future__ import annotations

import argparse
import difflib
import os
import shlex
import sys
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

from tensortape.compat import check_command, why_command
from tensortape.compat.failure import BAD_INPUT, INTERRUPTED, PROGRAM_FAILED, BadInput, RunFailure
from tensortape.compat.output import check_writable

OPTIONS = {
    "run": ("--report", "--output", "--timeout", "--every-call"),
    "check-api": (),
    "info": (),
    "check": ("--shapes", "--dtype", "--order", "--seed"),
    "why": ("--json", "--all", "--timeout"),
}
DESCRIPTION = """\
Run code written for TensorFlow's gradients (GradientTape, Variable, custom_gradient, Keras
models) on NumPy, without TensorFlow, and read how its gradients came about.

Examples:
  tensortape run train.py -- --epochs 3
  tensortape run lesson.ipynb --report flow.html
  tensortape why train.py                why its gradients are None, zero, NaN, vanishing
  tensortape check losses.py:huber
  tensortape check-api train.py          which TensorFlow names it uses are missing here
  tensortape info
"""
RUN = """\
Run a Python script or a Jupyter notebook in which `import tensorflow` is TensorTape and
`import keras` is the real Keras running on it. The file itself is not changed.

A script runs as under `python FILE ARGS…`. A notebook runs in a fresh Jupyter kernel of this
Python (whichever kernel it names), in the notebook's folder, cell by cell; `%pip install
tensorflow` (or keras) in it is answered instead of executed.

Examples:
  tensortape run train.py -- --epochs 3      arguments after -- go to the script
  tensortape run lesson.ipynb                run every cell, say which one fails
  tensortape run lesson.ipynb --output done.ipynb --report flow.html --timeout 60
"""
RUN_END = """\
Exit codes: 0 all went well; 1 the program failed, or a result could not be written (a script's
own exit code is passed on); 2 the input or the command line is wrong, and nothing ran; 124 the
time ran out; 130 Ctrl-C. --output and --report are written whole or not at all. A notebook whose
cell fails or runs out of time is written with the cells that ran; Ctrl-C writes nothing.
"""
CHECK_API = """\
Say, without running anything, which TensorFlow and Keras names of scripts and notebooks are
missing here, where they are used, and the nearest names that work.

Imports, `from … import`, `as` names, assignments such as `K = tf.keras.backend` and chains of
attributes are followed. Methods of values that only a run makes (`tape.gradient`) are not looked
at, nor are names in a `try:` that handles their absence.

Examples:
  tensortape check-api train.py
  tensortape check-api lesson.ipynb src/*.py
  tensortape check-api train.py && tensortape run train.py
"""
CHECK_API_END = """\
Exit codes: 0 every name exists; 1 some are missing; 2 a file cannot be read.
"""
INFO = """\
Print the versions and sizes on disk of TensorTape and the packages it works with, and which
engines compute here: NumPy (and whether its BLAS suits the processor), and XLA where JAX is
installed.
"""


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line (what stands after `--` is split off before)."""
    plain = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        "tensortape", description=DESCRIPTION, formatter_class=plain, allow_abbrev=False
    )
    version = metadata.version("tensortape")
    parser.add_argument("--version", action="version", version=f"tensortape {version}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    run = commands.add_parser(
        "run",
        help="run a script or a notebook",
        description=RUN,
        epilog=RUN_END,
        usage="tensortape run FILE [--report REPORT.html] [--output OUT.ipynb]"
        " [--timeout SECONDS] [-- ARGS…]",
        formatter_class=plain,
        allow_abbrev=False,
    )
    _add_run_arguments(run)
    check = commands.add_parser(
        "check-api",
        help="say which names of a program are missing, without running it",
        description=CHECK_API,
        epilog=CHECK_API_END,
        formatter_class=plain,
        allow_abbrev=False,
    )
    check.add_argument(
        "files", metavar="FILE", type=Path, nargs="+", help="a script (.py) or notebook (.ipynb)"
    )
    commands.add_parser(
        "info",
        help="print versions, sizes and engines",
        description=INFO,
        formatter_class=plain,
        allow_abbrev=False,
    )
    check_command.add_parser(commands)
    why_command.add_parser(commands, _seconds)
    return parser


def _add_run_arguments(run: argparse.ArgumentParser) -> None:
    run.add_argument("file", metavar="FILE", type=Path, help="a script (.py) or notebook (.ipynb)")
    run.add_argument(
        "--report",
        metavar="REPORT.html",
        type=Path,
        help="write one HTML page on every gradient and Jacobian the run computed",
    )
    run.add_argument(
        "--every-call",
        action="store_true",
        help="let the report see each call of compiled training steps; without it, the first 64,"
        " then about one in 17, and where a number stops being finite",
    )
    run.add_argument(
        "--output",
        metavar="OUT.ipynb",
        type=Path,
        help="write the executed notebook, outputs and plots included",
    )
    run.add_argument(
        "--timeout",
        metavar="SECONDS",
        type=_seconds,
        help="the longest time one cell (or the whole script) may take; no limit unless given",
    )


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"must be a positive number of seconds, not {text!r}")
    return value


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    cut = words.index("--") if "--" in words else len(words)
    if words and words[0] not in OPTIONS and words[0].endswith((".py", ".ipynb")):
        told = f"say what to do with {words[0]}: tensortape run {shlex.join(words)}"
        print(f"tensortape: {told}", file=sys.stderr)
        return BAD_INPUT
    options, unknown = build_parser().parse_known_args(words[:cut])
    try:
        if unknown:
            raise BadInput(_unknown(options, unknown))
        if options.command == "info":
            return _info()
        if options.command == "check-api":
            return _check_api(options.files)
        if options.command == "check":
            return check_command.check(options)
        if options.command == "why":
            return why_command.why(options, words[cut + 1 :])
        return _run(options, words[cut + 1 :])
    except RunFailure as failure:
        print(f"tensortape: {failure}", file=sys.stderr)
        return failure.exit_code
    except KeyboardInterrupt:
        print("tensortape: interrupted.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PROGRAM_FAILED


def _unknown(options: argparse.Namespace, words: list[str]) -> str:
    """What to say of words on the command line that have no meaning."""
    told = f"{options.command} does not know {shlex.join(words)}."
    near = difflib.get_close_matches(words[0].partition("=")[0], OPTIONS[options.command], 1, 0.8)
    if near:
        return f"{told} Did you mean {near[0]}?"
    if options.command in ("run", "why"):
        example = shlex.join([str(options.file), "--", *words])
        return (
            f"{told} Arguments for the program itself go after `--`:"
            f" tensortape {options.command} {example}"
        )
    return f"{told} See `tensortape {options.command} --help`."


def _info() -> int:
    from tensortape.compat.info import print_info

    print_info()
    return 0


def _check_api(files: list[Path]) -> int:
    from tensortape.compat.api_check import check_files, print_result

    return print_result(check_files(files), len(files))


def _run(options: argparse.Namespace, arguments: list[str]) -> int:
    file: Path = options.file
    kind = _check(options)
    if kind == ".py":
        from tensortape.compat.script import run_script

        return run_script(
            file,
            arguments,
            timeout=options.timeout,
            report=options.report,
            every_call=options.every_call,
        )
    from tensortape.compat.notebook import run_notebook

    run_notebook(
        file,
        arguments,
        timeout=options.timeout,
        report=options.report,
        target=options.output,
        every_call=options.every_call,
    )
    return 0


def _check(options: argparse.Namespace) -> str:
    """Check the file and the places to write to before anything runs; return the file's kind."""
    file: Path = options.file
    kind = file.suffix.lower()
    if not file.exists():
        raise BadInput(f"{file}: no such file.")
    if file.is_dir():
        raise BadInput(f"{file}: this is a directory; give a script (.py) or notebook (.ipynb).")
    if kind not in (".py", ".ipynb"):
        raise BadInput(f"{file}: neither a script (.py) nor a notebook (.ipynb).")
    if options.output and kind == ".py":
        raise BadInput("--output keeps an executed notebook; a script has none to keep.")
    for option, path in (("--output", options.output), ("--report", options.report)):
        if path is not None:
            check_writable(path, option)
    _check_distinct(options)
    return kind


def _check_distinct(options: argparse.Namespace) -> None:
    if options.report is None:
        if options.every_call:
            raise BadInput("--every-call says what a report sees: give --report REPORT.html too.")
        return
    report = options.report.resolve()
    for path, what in ((options.file, "FILE"), (options.output, "--output")):
        if path is not None and path.resolve() == report:
            raise BadInput(f"--report {options.report} is {what} too; give it a name of its own.")
