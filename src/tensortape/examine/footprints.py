"""Where an operation was asked for, guessed from where the one before it was, and checked.

A training step asks for the same operations in the same order as the step before it. Walking out
of the forty frames of a ``fit`` for each of them would cost more than to compute it; looking at
the three frames by which the last walk was decided costs a fraction.
"""

from __future__ import annotations

from types import CodeType, FrameType
from typing import Any


class Mark:
    """A frame as a walk met it: how far out, what code it ran, and where in it."""

    __slots__ = ("code", "depth", "lasti", "owner")

    def __init__(self, frame: FrameType, depth: int, owner: Any = None) -> None:
        self.depth, self.owner = depth, owner
        self.code: CodeType = frame.f_code
        self.lasti = frame.f_lasti

    def key(self) -> tuple[Any, ...]:
        """What equal marks have in common."""
        return (self.depth, id(self.code), self.lasti, self.owner)


class Footprint:
    """What decided a walk: the first frame of others, the user's, and the one that names a part.

    ``follow`` are the footprints that came after it lately, the latest first.
    """

    __slots__ = ("cell", "follow", "named", "near", "number", "user")

    def __init__(
        self, number: int | None, near: Mark, user: Mark, named: Mark | None, cell: int | None
    ) -> None:
        self.number, self.near, self.user, self.named, self.cell = number, near, user, named, cell
        self.follow: tuple[Footprint, ...] = ()

    def key(self) -> tuple[Any, ...]:
        """What equal footprints have in common."""
        named = None if self.named is None else self.named.key()
        return (self.number, self.near.key(), self.user.key(), named, self.cell)

    def then(self, after: Footprint) -> None:
        """Remember what came next."""
        self.follow = (after, *[f for f in self.follow if f is not after][:2])


def owner_of(frame: FrameType) -> Any:
    """The name of the layer or optimizer a method runs for, if it has one."""
    code = frame.f_code
    if code.co_argcount and code.co_varnames[0] == "self":
        name = getattr(frame.f_locals.get("self"), "name", None)
        return name if isinstance(name, str) else None
    return None
