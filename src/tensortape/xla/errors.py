"""What XLA cannot compile."""

from __future__ import annotations


class Unsupported(NotImplementedError):
    """The program, or one operation of it, has no form that XLA could compile.

    ``reason`` says why, in words for the user; ``op`` is the type of the operation.
    """

    def __init__(self, reason: str, op: str = "") -> None:
        super().__init__(f"{op}: {reason}" if op else reason)
        self.reason, self.op = reason, op
