"""`tensortape check module:function`: is the gradient of a function of yours right?"""

from __future__ import annotations

import argparse
import importlib
import inspect
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tensortape.compat.failure import BadInput

DESCRIPTION = """\
Compare the derivatives of a function with finite differences: the gradient entry by entry,
forward mode against reverse mode, and the second order. Kinks are recognised.

The function is named as MODULE:FUNCTION or FILE.py:FUNCTION. Its arguments are random: one
vector of 3 numbers each, or of the shapes given. Defaults of the function are left alone.

Examples:
  tensortape check losses:huber
  tensortape check model.py:energy --shapes 4,2 3 --dtype float32
  tensortape check model.py:relu_net --order 1 --seed 7
"""
EPILOG = """\
Exit codes: 0 the gradients agree; 1 they do not (the worst entry is named); 2 the function
cannot be found, takes other arguments or raises an exception.
"""
PACKAGE = str(Path(__file__).parents[1])


def add_parser(commands: Any) -> None:
    """Add the subcommand to the command line."""
    parser = commands.add_parser(
        "check",
        help="check the gradient of a function against finite differences",
        description=DESCRIPTION,
        epilog=EPILOG,
        usage="tensortape check MODULE:FUNCTION [--shapes N,M …] [--dtype DTYPE]"
        " [--order {1,2}] [--seed SEED]",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("function", metavar="MODULE:FUNCTION", help="what to check")
    parser.add_argument(
        "--shapes",
        nargs="+",
        metavar="N,M",
        help="shape of each argument, such as 4,2 (scalar: 0d); 3 for each unless given",
    )
    parser.add_argument("--dtype", default="float64", help="dtype of the arguments (float64)")
    parser.add_argument("--order", type=int, choices=(1, 2), default=2, help="1 skips the second")
    parser.add_argument("--seed", type=int, default=0, help="of the random arguments (0)")


def check(options: argparse.Namespace) -> int:
    """Run the check; return the exit code."""
    from tensortape.autodiff.checking import check_gradients
    from tensortape.compat.alias import install

    install()
    function = find(options.function)
    shapes = [shape_of(s) for s in options.shapes] if options.shapes else None
    count = required_arguments(function)
    if shapes is not None and len(shapes) < count:
        raise BadInput(f"{options.function} takes {count} arguments, --shapes gives {len(shapes)}.")
    rng = np.random.default_rng(options.seed)
    dtype = dtype_of(options.dtype)
    args = tuple(rng.normal(size=s).astype(dtype) for s in shapes or [(3,)] * count)
    if not args:
        raise BadInput(f"{options.function} takes no argument to differentiate by.")
    try:
        verdict = check_gradients(function, args, order=options.order)
    except Exception as error:
        raise BadInput(f"{options.function} cannot be checked. {told(error)}") from None
    print(verdict)
    return 0 if verdict else 1


def find(name: str) -> Callable[..., Any]:
    """The function that MODULE:FUNCTION or FILE.py:FUNCTION names."""
    module_name, colon, path = name.rpartition(":")
    if not (colon and module_name and path):
        raise BadInput(f"{name!r} is not of the form MODULE:FUNCTION.")
    file = Path(module_name)
    if file.suffix == ".py":
        if not file.is_file():
            raise BadInput(f"{file}: no such file.")
        sys.path.insert(0, str(file.resolve().parent))
        module_name = file.stem
    else:
        sys.path.insert(0, "")
    try:
        found: Any = importlib.import_module(module_name)
    except ModuleNotFoundError as missing:
        raise BadInput(f"{module_name}: cannot be imported ({missing}).") from None
    except Exception as error:
        raise BadInput(f"{module_name}: cannot be imported: {told(error)}") from None
    for part in path.split("."):
        if not hasattr(found, part):
            raise BadInput(f"{module_name} has no {path!r}.")
        found = getattr(found, part)
    if not callable(found):
        raise BadInput(f"{name} is no function.")
    return found


def told(error: Exception) -> str:
    """An exception of the user's code as Python tells it, without the frames of this package."""
    frames = traceback.extract_tb(error.__traceback__)
    theirs = [f for f in frames if not f.filename.startswith((PACKAGE, "<frozen"))]
    while theirs and theirs[0].filename == importlib.__file__:
        del theirs[0]
    text = "".join(traceback.format_exception_only(error)).rstrip()
    if theirs:
        return "It raised:\n" + "".join(traceback.format_list(theirs)) + text
    return "\n" + text if text.startswith(" ") else text  # a SyntaxError shows the line itself


def dtype_of(text: str) -> np.dtype[Any]:
    """The floating or complex dtype that is named."""
    try:
        dtype = np.dtype(text)
    except TypeError:
        raise BadInput(f"--dtype {text}: no such dtype; use float64.") from None
    if dtype.kind not in "fcV":  # V: bfloat16
        raise BadInput(f"--dtype {text}: derivatives need floating numbers; use float64.")
    return dtype


def shape_of(text: str) -> tuple[int, ...]:
    """A shape from ``4,2``; ``0d`` is a scalar's."""
    if text == "0d":
        return ()
    try:
        return tuple(int(n) for n in text.split(",") if n)
    except ValueError:
        raise BadInput(f"--shapes {text}: write sizes with commas between, such as 4,2.") from None


def required_arguments(function: Callable[..., Any]) -> int:
    """How many arguments must be given."""
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    parameters = inspect.signature(function).parameters.values()
    return sum(1 for p in parameters if p.kind in kinds and p.default is p.empty)
