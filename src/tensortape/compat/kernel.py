"""What happens inside a notebook's kernel: an IPython extension and the requests of the runner."""

from __future__ import annotations

import contextlib
import importlib
import json
import sys
import time
from collections.abc import Callable
from typing import Any

from tensortape.compat import pip_magic, tensorboard_magic
from tensortape.compat.alias import install

PROGRESS = "keras.src.utils.io_utils"
"""The module that prints Keras' progress bars."""

PAUSE = 0.2
"""Seconds between two flushes of a progress bar."""

_session: Any = None


def load_ipython_extension(shell: Any) -> None:
    """Switch on the alias and the answers to `%pip install tensorflow`."""
    with contextlib.suppress(RuntimeError):  # `ready` tells the runner
        install()
    pip_magic.register(shell)
    tensorboard_magic.register(shell)
    for stream in (sys.stdout, sys.stderr):
        stream.flush = seldom_for_progress(stream.flush)  # type: ignore[method-assign]


def seldom_for_progress(flush: Callable[[], None]) -> Callable[[], None]:
    """``flush`` that leaves out most of those that a Keras progress bar asks for.

    In a kernel each one waits for another thread; a thousand short epochs spend half their time
    so. What was written is shown a little later, and before anything else, in the same order.
    """
    last = 0.0

    def gathered() -> None:
        nonlocal last
        now = time.monotonic()
        if sys._getframe(1).f_globals.get("__name__") == PROGRESS and now - last < PAUSE:
            return
        last = now
        flush()

    return gathered


def ready(arguments: list[str]) -> None:
    """Raise unless the alias is on; give the notebook its arguments, if there are any."""
    install()
    if arguments:
        sys.argv[:] = arguments


def start_report(title: str, every_call: bool) -> None:
    """Begin to record the gradient computations of this kernel."""
    global _session
    examine = importlib.import_module("tensortape.examine.session")
    _session = examine.ReportSession(title=title, every_call=every_call)
    _session.start()


def start_why(title: str) -> None:
    """Begin to judge the gradient calls of this kernel."""
    global _session
    _session = importlib.import_module("tensortape.examine.patrol").Patrol()
    _session.__enter__()


def write_why(path: str) -> None:
    """Write what was found as JSON."""
    with open(path, "w", encoding="utf-8") as file:
        json.dump(_session.summary(), file)


def set_cell(number: int) -> None:
    """Tell the session which cell runs next (its number in `In [n]`)."""
    _session.set_cell(number)


def write_report(path: str) -> None:
    """Write the report of what was recorded."""
    _session.write(path)
