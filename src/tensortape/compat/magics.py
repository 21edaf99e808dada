"""`%load_ext tensortape`: the cell magic `%%examine` for notebooks and IPython."""

from __future__ import annotations

import argparse
import importlib
import shlex
from typing import Any

from tensortape.compat import why_command

USAGE = """\
%%examine [TARGET SOURCE [SOURCE …]] [--name NAME] [--all]

Run the cell, and say of every gradient it asks for whether it is sound, and why not. With TARGET
and SOURCE, names in the cell, the flow of that gradient is shown as well. The examination stays
under NAME (`examination` unless given) for further questions.
"""


class Words(argparse.ArgumentParser):
    """Reads the magic's line; a mistake there is an exception and not the end of the kernel."""

    def error(self, message: str) -> Any:
        """Raise `ValueError` with the usage."""
        raise ValueError(f"%%examine: {message}\n\n{USAGE}")


def load_ipython_extension(shell: Any) -> None:
    """Register the magic."""
    shell.register_magic_function(lambda line, cell: examine(shell, line, cell), "cell", "examine")


def unload_ipython_extension(shell: Any) -> None:
    """Take the magic away again."""
    shell.magics_manager.magics["cell"].pop("examine", None)


def words_of(line: str) -> argparse.Namespace:
    """The magic's line, read."""
    parser = Words(prog="%%examine", add_help=False)
    parser.add_argument("target", nargs="?")
    parser.add_argument("sources", nargs="*")
    parser.add_argument("--name", default="examination")
    parser.add_argument("--all", action="store_true")
    options = parser.parse_args(shlex.split(line))
    if options.target and not options.sources:
        parser.error(f"name the source too: %%examine {options.target} x")
    return options


def examine(shell: Any, line: str, cell: str) -> None:
    """Run a cell under examination and tell what was found."""
    options = words_of(line)
    patrol = importlib.import_module("tensortape.examine.patrol").Patrol()
    entered = shell.user_ns.get("In") or ()
    patrol.set_cell(len(entered) - 1 if len(entered) > 1 else shell.execution_count)
    if not cell.lstrip().startswith("%%"):
        cell = f"# %%examine\n{cell}"  # so that lines keep their numbers
    with patrol:
        result = shell.run_cell(cell, store_history=False)
    shell.push({options.name: patrol})
    print(why_command.told(patrol.summary(), options.all))
    if not options.target or not result.success:
        return
    target = value_of(shell, options.target)
    sources = [value_of(shell, name) for name in options.sources]
    flow = patrol.flow(target, sources if len(sources) > 1 else sources[0])
    importlib.import_module("IPython.display").display(flow)


def value_of(shell: Any, name: str) -> Any:
    """The value of an expression in the notebook."""
    try:
        return eval(name, shell.user_ns)
    except NameError:
        raise ValueError(f"%%examine: {name!r} is not defined in the cell.\n\n{USAGE}") from None
