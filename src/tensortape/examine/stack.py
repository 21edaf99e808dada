"""Which line of the user's code the program stands on, out of library frames.

Walking out of TensorTape, Keras, the standard library and installed packages, the first frame
left is the user's. Frames are sorted once per code object, so that a walk through the forty
frames of a ``fit`` costs a few microseconds.
"""

from __future__ import annotations

import os
import sysconfig
from sys import _getframe
from types import CodeType, FrameType

from tensortape.examine.footprints import Footprint, Mark, owner_of
from tensortape.examine.sources import Sources, is_cell

OWN, LIBRARY, PART, USER = range(4)
"""Kinds of frames; ``PART`` is one worth naming: a Keras layer's ``call``, a tape's gradient."""

PARTS = ("layers", "losses", "activations", "metrics", "optimizers", "regularizers", "initializers")
GRADIENTS = ("gradient", "jacobian", "batch_jacobian")
PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
INSTALLED = tuple(
    {
        os.path.abspath(sysconfig.get_path(name)) + os.sep
        for name in ("stdlib", "platstdlib", "purelib", "platlib")
    }
)
MAX_CALLERS = 4
MAX_FOOTPRINTS = 20_000


class Stack:
    """Finds positions; numbers them through ``sources``."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self.kinds: dict[int, int] = {}  # by identity: a code object's own hash is slow
        self._codes: list[CodeType] = []  # keeps those identities from being reused
        self._numbers: dict[tuple[int, int, str, int | None], int] = {}
        self._footprints: dict[object, Footprint] = {}
        self._latest: Footprint | None = None

    def kind(self, frame: FrameType) -> int:
        """``OWN``, ``LIBRARY``, ``PART`` or ``USER``."""
        code = frame.f_code
        known = self.kinds.get(id(code))
        if known is None:
            known = kind_of_file(code.co_filename)
            if known == USER and code.co_filename.startswith("<") and is_generated(frame):
                known = LIBRARY
            if known == OWN and code.co_name in GRADIENTS:
                known = PART
            self.kinds[id(code)] = known
            self._codes.append(code)
        return known

    def user_frame(self, frame: FrameType | None) -> tuple[FrameType | None, str]:
        """The innermost user frame from ``frame`` outward, and the library function it called."""
        part: FrameType | None = None
        outermost: FrameType | None = None
        kinds = self.kinds
        while frame is not None:
            kind = kinds.get(id(frame.f_code))
            if kind is None:
                kind = self.kind(frame)
            if kind == USER:
                return frame, name_of(part or outermost)
            if kind == PART and part is None:
                part = frame
            elif kind == LIBRARY:
                outermost = frame
            frame = frame.f_back
        return None, name_of(part or outermost)

    def locate(self, frame: FrameType | None) -> int | None:
        """The number of the user's position, ``None`` where no user frame is on the stack."""
        user, via = self.user_frame(frame)
        if user is None:
            return None
        key = (id(user.f_code), user.f_lasti, via, self.sources.cell)
        known = self._numbers.get(key)
        if known is None:
            known = self._numbers[key] = self.number(user, via)
        return known

    def locate_caller(self) -> int | None:
        """As :meth:`locate` of the caller's frame, at a fraction of the cost in a loop."""
        latest, cell = self._latest, self.sources.cell
        if latest is not None:
            for guess in latest.follow:
                user, near, named = guess.user, guess.near, guess.named
                try:
                    frame = _getframe(user.depth)
                except ValueError:  # the stack is not that deep
                    continue
                if frame.f_code is not user.code or frame.f_lasti != user.lasti:
                    continue
                frame = _getframe(near.depth)
                if frame.f_code is not near.code or frame.f_lasti != near.lasti:
                    continue
                if guess.cell != cell:
                    continue
                if named is not None:
                    frame = _getframe(named.depth)
                    if frame.f_code is not named.code or owner_of(frame) != named.owner:
                        continue
                self._latest = guess
                return guess.number
        return self._walk(_getframe(1))

    def _walk(self, frame: FrameType | None) -> int | None:
        """Locate the caller's caller the long way, and remember what was decisive."""
        near: Mark | None = None
        part: Mark | None = None
        outermost: FrameType | None = None
        start, depth, outer = frame, 1, 0
        while frame is not None:
            kind = self.kind(frame)
            if near is None and kind != OWN:
                near = Mark(frame, depth)
            if kind == USER:
                break
            if kind == PART and part is None:
                part = Mark(frame, depth, owner_of(frame))
            elif kind == LIBRARY:
                outermost, outer = frame, depth
            frame, depth = frame.f_back, depth + 1
        number = self.locate(start)
        if frame is None or near is None:
            self._latest = None
            return number
        if part is None and outermost is not None:
            part = Mark(outermost, outer, owner_of(outermost))
        self._remember(Footprint(number, near, Mark(frame, depth), part, self.sources.cell))
        return number

    def _remember(self, made: Footprint) -> None:
        """Enter a footprint as what follows on the one before it."""
        if len(self._footprints) > MAX_FOOTPRINTS:
            self._footprints.clear()
        here = self._footprints.setdefault(made.key(), made)
        if self._latest is not None:
            self._latest.then(here)
        self._latest = here

    def outside(self, frame: FrameType | None) -> FrameType | None:
        """The innermost frame that is not TensorTape's: the user's or a library's."""
        while frame is not None and frame.f_code.co_filename.startswith(PACKAGE):
            frame = frame.f_back
        return frame

    def number(self, frame: FrameType, via: str = "") -> int:
        """The number of the position ``frame`` stands on."""
        code = frame.f_code
        function = "" if code.co_name == "<module>" else getattr(code, "co_qualname", code.co_name)
        return self.sources.number(
            code.co_filename, frame.f_lineno, function.replace("<locals>.", ""), via
        )

    def callers(self, frame: FrameType) -> list[int]:
        """The positions of the user frames outside of ``frame``, innermost first."""
        found: list[int] = []
        outer = frame.f_back
        while outer is not None and len(found) < MAX_CALLERS:
            if self.kind(outer) == USER:
                found.append(self.number(outer))
            outer = outer.f_back
        return found


def kind_of_file(filename: str) -> int:
    """The kind of the frames of a file.

    >>> kind_of_file("/home/me/train.py") == USER, kind_of_file("<frozen runpy>") == LIBRARY
    (True, True)
    """
    if is_cell(filename):
        return USER
    if filename.startswith("<frozen") or "__autograph_generated" in filename:
        return LIBRARY
    if filename.startswith("<"):
        return USER
    path = os.path.abspath(filename)
    if path.startswith(PACKAGE):
        return OWN
    folders = path.split(os.sep)
    if "keras" in folders and any(part in folders for part in PARTS):
        return PART
    if path.startswith(INSTALLED) or "site-packages" in folders or "dist-packages" in folders:
        return LIBRARY
    return USER


def is_generated(frame: FrameType) -> bool:
    """Whether code without a file was made by a library, and not typed by the user."""
    module = str(frame.f_globals.get("__name__", ""))
    return not is_cell(frame.f_code.co_filename) and module.partition(".")[0] in (
        "",
        "tensortape",
        "keras",
    )


def name_of(frame: FrameType | None) -> str:
    """A library function as a reader knows it: ``keras Dense.call (dense_1)``."""
    if frame is None:
        return ""
    code = frame.f_code
    package = package_of(frame)
    if package == "tensortape":
        return f"tape.{code.co_name}"
    if package in ("", "runpy", "IPython", "ipykernel"):
        return ""
    name = getattr(code, "co_qualname", code.co_name)
    owner = owner_of(frame)
    return f"{package} {name}" + ("" if owner is None else f" ({owner})")


def package_of(frame: FrameType) -> str:
    """The top-level package a frame's module belongs to."""
    return str(frame.f_globals.get("__name__", "")).partition(".")[0]
