"""What happens inside a notebook's kernel: an IPython extension and the requests of the runner."""

from __future__ import annotations

import contextlib
import importlib
import sys
from typing import Any

from tensortape.compat import pip_magic
from tensortape.compat.alias import install

_session: Any = None


def load_ipython_extension(shell: Any) -> None:
    """Switch on the alias and the answers to `%pip install tensorflow`."""
    with contextlib.suppress(RuntimeError):  # `ready` tells the runner
        install()
    pip_magic.register(shell)


def ready(arguments: list[str]) -> None:
    """Raise unless the alias is on; give the notebook its arguments, if there are any."""
    install()
    if arguments:
        sys.argv[:] = arguments


def start_report(title: str) -> None:
    """Begin to record the gradient computations of this kernel."""
    global _session
    examine = importlib.import_module("tensortape.examine.session")
    _session = examine.ReportSession(title=title)
    _session.start()


def set_cell(number: int) -> None:
    """Tell the session which cell runs next (its number in `In [n]`)."""
    _session.set_cell(number)


def write_report(path: str) -> None:
    """Write the report of what was recorded."""
    _session.write(path)
