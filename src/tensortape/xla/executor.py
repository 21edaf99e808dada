"""Running a program on the engine that was asked for, or on the better one.

A program that XLA cannot compile runs on the plan, and the reason is kept and logged.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from tensortape.core.device_tensor import to_numpy
from tensortape.core.lazy import lazy_import
from tensortape.graph.engine import reasoned
from tensortape.graph.ir import Program
from tensortape.graph.plan import plan_of
from tensortape.xla.choice import Choice, choose
from tensortape.xla.errors import Unsupported
from tensortape.xla.runtime import require

engine: Any = lazy_import("tensortape.xla.engine")
"""Imported when the first program is compiled."""

_log = logging.getLogger("tensortape")

Updates = Mapping[int, int] | None


def executor(
    program: Program,
    jit_compile: bool | None = None,
    updates: Updates = None,
    beside: bool = False,
) -> Callable[..., list[Any]]:
    """A function of arrays that runs ``program``.

    ``jit_compile``: ``True`` compiles with XLA at the first call (``ImportError`` without JAX);
    ``False`` runs the plan; ``None`` runs the plan, and changes to XLA where JAX is installed and
    by estimate so many calls came that compiling pays. ``updates`` as in ``compile_xla``,
    ``beside`` as in ``choose``.
    """
    if jit_compile is False:
        return reasoned(program, "jit_compile=False")
    if jit_compile:
        require()
        return Switching(program, Choice("xla", "jit_compile=True"), updates)
    choice = choose(program, beside=beside)
    if choice.engine == "plan":
        return reasoned(program, choice.reason)
    return Switching(program, choice, updates)


class Switching:
    """A program that runs on the plan until XLA takes over, which may be at once.

    Attributes:
        engine: ``"plan"`` or ``"xla"``: what the next call runs on.
        reason: why.
        compiled: the :class:`Executable`, once there is one.
        on_device: whether arguments may be JAX arrays, and results in ``updates`` are.
    """

    on_device = True

    def __init__(self, program: Program, choice: Choice, updates: Updates) -> None:
        self.program, self.choice, self.updates = program, choice, updates
        self.reason = choice.reason
        self.compiled: Any = None
        self._left = choice.calls
        if self._left:
            plan_of(program)
        self._gave_up = False
        self._run: Callable[..., list[Any]] = self._begin

    @property
    def engine(self) -> str:
        """What the next call runs on."""
        return "plan" if self.compiled is None and (self._gave_up or self._left) else "xla"

    @property
    def calls_left(self) -> int:
        """How many calls run on the plan before XLA takes over."""
        return 0 if self._gave_up or self.compiled is not None else self._left

    def __call__(self, *arrays: Any) -> list[Any]:
        """The results, as NumPy arrays but for those in ``updates``."""
        return self._run(*arrays)

    def begin(self, arrays: Any, updated: int) -> tuple[list[Any], Any]:
        """As ``Executable.begin`` once there is one, else as calling it."""
        if self.compiled is None:
            return self._run(*arrays), None
        found: tuple[list[Any], Any] = self.compiled.begin(arrays, updated)
        return found

    def _begin(self, *arrays: Any) -> list[Any]:
        """One of the first calls."""
        if self._left > 0:
            self._left -= 1
            return self._on_plan(*arrays)
        try:
            compiled = engine.compile_xla(self.program, self.updates)
            compiled.prepare(arrays)
        except Unsupported as exc:
            return self._give_up(str(exc), arrays)
        except Exception as exc:  # a kernel that cannot be traced; errors of the user's come again
            return self._give_up(f"{type(exc).__name__}: {exc}", arrays)
        self.compiled = self._run = compiled
        return compiled(*arrays)

    @property
    def compile_seconds(self) -> float:
        """What XLA's tracing and compiling cost."""
        found = self.compiled
        return 0.0 if found is None else found.trace_seconds + found.compile_seconds

    def _on_plan(self, *arrays: Any) -> list[Any]:
        """The plan, with what another function may have left on the device."""
        given = [to_numpy(a) if hasattr(a, "addressable_shards") else a for a in arrays]
        return plan_of(self.program)(*given)

    def _give_up(self, reason: str, arrays: Any) -> list[Any]:
        """Run on the plan from now on."""
        self._gave_up, self.reason = True, reason
        self._run = self._on_plan
        found = self._run(*arrays)
        _log.warning("%s runs on NumPy: XLA cannot compile it. %s", self.program.name, reason)
        return found
