"""How a run ends when it does not end well: one exception, one exit code each."""

from __future__ import annotations

PROGRAM_FAILED = 1
BAD_INPUT = 2
TIMED_OUT = 124
INTERRUPTED = 130
TERMINATED = 143


class RunFailure(Exception):
    """A run that cannot start or go on; carries the message and the exit code for the shell."""

    def __init__(self, message: str, exit_code: int = PROGRAM_FAILED) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class BadInput(RunFailure):
    """The command line names something that cannot be run or written."""

    def __init__(self, message: str) -> None:
        super().__init__(message, BAD_INPUT)
