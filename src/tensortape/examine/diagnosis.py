"""What ``why`` answers: a reason, the place where it happened, and the cure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tensortape.examine.reasons import Reason


@dataclass(frozen=True)
class Place:
    """An operation of the program and the user's line that asked for it."""

    op: str = ""
    file: str = ""
    line: int = 0
    code: str = ""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else ""
        return " at ".join(part for part in (self.op, where) if part)


@dataclass(frozen=True)
class Diagnosis:
    """Why a gradient is as it is; false when it is healthy.

    Attributes:
        reason: the cause, a :class:`Reason`; ``reason.kind`` is what it explains.
        kind: what the gradient is: ``"none"``, ``"zero"``, ``"nan"``, ``"inf"``, ``"vanishing"``,
            ``"exploding"``, ``"dead"`` (some of its units), ``"target"`` (finite, and the target is
            not), ``"error"`` (the call was refused) or ``"healthy"``.
        source: the name of the source.
        message: what happened, in a sentence.
        cure: what to do about it, in a sentence.
        place: the operation and the line where it happened.
        index: the first element of the source's gradient, or of the operation, that is concerned.
        values: the operands there.
        origin: where the value that did the harm came from, if elsewhere.
        also: other obstacles that stand on other ways from the source.
    """

    reason: Reason
    kind: str
    source: str
    message: str
    cure: str
    place: Place = Place()
    index: tuple[int, ...] | None = None
    values: dict[str, Any] = field(default_factory=dict)
    origin: Place | None = None
    also: tuple[Reason, ...] = ()

    def __bool__(self) -> bool:
        return self.kind != "healthy"

    @property
    def op(self) -> str:
        """The type of the operation where it happened; empty where none is to blame."""
        return self.place.op

    @property
    def line(self) -> int:
        """The user's line where it happened; 0 where none is known."""
        return self.place.line

    def __str__(self) -> str:
        rows = [self.message]
        if str(self.place):
            rows.append(f"  where  {self.place}")
        if self.place.code:
            rows.append(f"         {self.place.code}")
        if self.origin is not None and str(self.origin):
            rows.append(f"  from   {self.origin}")
            if self.origin.code:
                rows.append(f"         {self.origin.code}")
        if self:
            rows.append(f"  cure   {self.cure}")
        if self.also:
            rows.append(f"  also   {', '.join(reason.name for reason in self.also)}")
        return "\n".join(rows)
