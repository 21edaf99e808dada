"""Run a Python script as `python FILE` does, with `tensorflow` resolving to TensorTape."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, TracebackType

from tensortape.compat import alias
from tensortape.compat.failure import INTERRUPTED, PROGRAM_FAILED, TIMED_OUT, BadInput
from tensortape.compat.report import script_report

GRACE = 5.0  # seconds a script that has timed out may take to clean up


def run_script(
    path: Path,
    arguments: list[str],
    *,
    timeout: float | None,
    report: Path | None,
    every_call: bool = False,
) -> int:
    """Run the script and return the exit code its process shall have."""
    full = path.resolve()
    try:
        with io.open_code(str(full)) as file:
            source = file.read()
    except OSError as error:
        raise BadInput(f"{path}: cannot be read: {error.strerror or error}.") from error
    alias.install()
    sys.argv[:] = [str(path), *arguments]
    if not getattr(sys.flags, "safe_path", False):
        sys.path[0:1] = [str(full.parent)]
    with script_report(report, path.name, every_call), _deadline(timeout) as clock:
        return _execute(source, full, clock)


def _execute(source: bytes, path: Path, clock: _Clock) -> int:
    module = ModuleType("__main__")
    module.__dict__.update(__file__=str(path), __builtins__=__builtins__, __cached__=None)
    sys.modules["__main__"] = module
    try:
        exec(compile(source, str(path), "exec", dont_inherit=True), module.__dict__)
    except SystemExit as stop:
        return _exit_code(stop)
    except KeyboardInterrupt as stop:
        if clock.expired:
            return _timed_out(path, clock, stop.__traceback__)
        _show(stop, path)
        return INTERRUPTED
    except BaseException as error:
        _show(error, path)
        return PROGRAM_FAILED
    return 0


def _exit_code(stop: SystemExit) -> int:
    if stop.code is None or isinstance(stop.code, int):
        return stop.code or 0
    print(stop.code, file=sys.stderr)
    return PROGRAM_FAILED


def _show(error: BaseException, path: Path) -> None:
    """Print the traceback Python itself would print: from the script's first frame on."""
    error = error.with_traceback(_own_frames(error.__traceback__, path))
    sys.stdout.flush()
    sys.excepthook(type(error), error, error.__traceback__)


def _own_frames(trace: TracebackType | None, path: Path) -> TracebackType | None:
    """Drop our frames: those before the script's first, and those of the alias within."""
    while trace is not None and trace.tb_frame.f_code.co_filename != str(path):
        trace = trace.tb_next
    links = []
    while trace is not None:
        if trace.tb_frame.f_code.co_filename != alias.__file__:
            links.append(trace)
        trace = trace.tb_next
    kept = None
    for link in reversed(links):
        kept = TracebackType(kept, link.tb_frame, link.tb_lasti, link.tb_lineno)
    return kept


def _timed_out(path: Path, clock: _Clock, trace: TracebackType | None) -> int:
    sys.stdout.flush()
    frames = "".join(traceback.format_tb(_own_frames(trace, path)))
    print(
        f"{frames}tensortape: {path.name} did not finish within {clock.seconds:g} seconds"
        " (--timeout) and was stopped at the line above.",
        file=sys.stderr,
    )
    return TIMED_OUT


class _Clock:
    """Interrupts the script when its time is up; ends the process if that does not help."""

    def __init__(self, seconds: float | None) -> None:
        self.seconds = seconds
        self.expired = False
        self._stopped = threading.Event()
        if seconds is not None:
            threading.Thread(target=self._watch, daemon=True).start()

    def stop(self) -> None:
        """Stop the clock: the script has ended."""
        self._stopped.set()

    def _watch(self) -> None:
        if self._stopped.wait(self.seconds):
            return
        self.expired = True
        if os.name == "posix":
            os.kill(os.getpid(), signal.SIGINT)  # a real signal also ends a sleep
        else:
            signal.raise_signal(signal.SIGINT)
        time.sleep(GRACE)
        if not self._stopped.is_set():
            os.write(2, b"tensortape: the script timed out and did not react; process ended.\n")
            os._exit(TIMED_OUT)


@contextlib.contextmanager
def _deadline(timeout: float | None) -> Iterator[_Clock]:
    if timeout is not None and signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)  # started in the background
    clock = _Clock(timeout)
    try:
        yield clock
    finally:
        clock.stop()
