"""Programs compiled with XLA."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from itertools import starmap
from typing import Any

import numpy as np

from tensortape.core.device_tensor import MOVERS, Pending, to_numpy
from tensortape.graph.ir import Program
from tensortape.graph.passes import optimise
from tensortape.xla import control  # noqa: F401  (the lowerings of control flow)
from tensortape.xla.assured import Assured
from tensortape.xla.checks import Failure, assuring, collecting
from tensortape.xla.errors import Unsupported
from tensortape.xla.host import struct
from tensortape.xla.notes import noting
from tensortape.xla.prelude import Prelude
from tensortape.xla.runtime import jax, jnp, require, x64
from tensortape.xla.stacks import Stack, room_of
from tensortape.xla.tracing import trace


def moved(array: Any) -> Any:
    """An array as an argument that JAX need not look at again."""
    with x64():
        return jax.device_put(array)


MOVERS[:] = [moved]


class Executable:
    """A program as a function of arrays; it is compiled when it is called first.

    Attributes:
        program: what is compiled.
        traces: how often the program was traced.
        trace_seconds, compile_seconds: what the last of them cost in Python, and XLA's first call.
        hosted: what runs on the host (random streams, functions that XLA lacks).
        calls: how often it was called.
    """

    def __init__(self, program: Program, updates: Mapping[int, int] | None = None) -> None:
        require()
        self.program = program
        self.updates = dict(updates or {})
        self.trace_seconds = self.compile_seconds = 0.0
        self.hosted: list[str] = []
        self.calls = self.traces = 0
        self._failures: list[Failure] = []
        self._prelude = Prelude(program)
        self._assured = Assured(program, list(self.updates))
        self._arrange()
        self._prepared = self._ready = False
        self._shared: list[int] | None = None

    def _arrange(self) -> None:
        """Which parameters the compiled function takes and which results it gives."""
        program, prelude = self.program, self._prelude
        used = {i for node in program.nodes for i in node.uses()} | {*prelude.drawn}
        kept = {*program.params, *program.constants, *prelude.fixed}
        outs = dict.fromkeys(i for i in program.results if i not in kept)
        self._takes = [k for k, i in enumerate(program.params) if i in used]
        if calls_back(program):  # somebody may look at variables while the program runs
            self.updates = {}
        self._reuse(outs)
        # JAX pairs donated memory with results of its shape in order: each with its own update,
        # or XLA has to copy all of them.
        self._outs = list(dict.fromkeys([*self._reused.values(), *outs]))
        place = {i: n for n, i in enumerate(self._outs)}
        at = {i: k for k, i in enumerate(program.params)}
        known = {**program.constants, **prelude.fixed}
        self._gives: list[Any] = [
            (place[i], None, None) if i in place else (None, at.get(i), known.get(i))
            for i in program.results
        ]
        self._plain = all(p is not None for p, _, _ in self._gives)
        self._large = [program.constants[i] for i in prelude.large]
        donated = tuple(n for n, k in enumerate(self._takes) if k in self._reused)

        def compiled(*args: Any) -> Any:
            return self._traced(*args)

        compiled.__name__ = program.name  # what XLA's text and profiles call it
        self._function = jax.jit(compiled, donate_argnums=donated)

    def _reuse(self, outs: Mapping[int, None]) -> None:
        """Which results stay on the device, and which of them take their parameter's memory."""
        program = self.program
        results = {*program.results}
        given = [program.results[r] for r in self.updates.values()]
        self._kept = {
            r
            for r in self.updates.values()  # what is shared by two variables cannot be donated
            if program.results[r] in outs and given.count(program.results[r]) == 1
        }
        self._reused = {
            k: program.results[self.updates[k]]
            for k in self._takes
            if self.updates.get(k) in self._kept
            and program.params[k] not in results
            and program.avals[program.params[k]] == program.avals[program.results[self.updates[k]]]
        }

    def _traced(self, *args: Any) -> Any:
        """What JAX compiles: results, and the number of what went wrong."""
        start = time.perf_counter()
        program, prelude = self.program, self._prelude
        params = [program.params[k] for k in self._takes]
        env = dict(prelude.fixed)
        env.update(zip([*params, *prelude.large, *prelude.drawn], args, strict=True))
        with collecting() as checks, noting() as hosted, assuring(self._assured.nodes):
            env = trace(program, env)
            outs = {i: _strong(env[i]) for i in self._outs}
            code = checks.code() if checks.codes else None
        if code is not None:  # a program that failed changes no variable
            failed = code != 0
            for k, i in self._reused.items():
                outs[i] = jnp.where(failed, env[program.params[k]], outs[i])
        self._failures, self.hosted = checks.failures, hosted
        self.trace_seconds = time.perf_counter() - start
        self.traces += 1
        return [outs[i] for i in self._outs], code

    def __call__(self, *arrays: Any) -> list[Any]:
        """The results for NumPy or JAX arrays; those in ``updates`` as JAX arrays, else NumPy's."""
        return self._complete(arrays, self._as_numpy)

    def _as_numpy(self, arrays: Any, outs: list[Any], code: Any) -> list[Any]:
        found, kept = self._checked(arrays, outs, code), self._kept
        return [out if r in kept else to_numpy(out) for r, out in enumerate(found)]

    def prepare(self, arrays: Any) -> None:
        """Trace the program for arguments like these, so that ``Unsupported`` is raised now.

        Nothing is computed: no number is drawn, nothing is printed.
        """
        given = [struct(np.shape(arrays[k]), arrays[k].dtype) for k in self._takes]
        if any(s.dtype == object for s in given):
            raise Unsupported("XLA has no strings")
        with x64():
            self._function.lower(*given, *self._structs_inside())
        self._prepared = True

    def _structs_inside(self) -> list[Any]:
        """What the compiled function takes besides parameters."""
        prelude, avals = self._prelude, self.program.avals
        return [struct(avals[i].shape, avals[i].dtype) for i in (*prelude.large, *prelude.drawn)]

    def run(self, arrays: Any) -> list[Any]:
        """The results, those that were computed as JAX arrays."""
        return self._complete(arrays, self._checked)

    def _checked(self, arrays: Any, outs: list[Any], code: Any) -> list[Any]:
        if code is not None and (number := int(np.asarray(code))):  # int(code) takes 20 µs
            raise self._failures[number - 1]()
        return self._arranged(outs, arrays)

    def begin(self, arrays: Any, updated: int) -> tuple[list[Any], Pending | None]:
        """As ``run``, without waiting: the checks are left for later where that is safe.

        It is when a program that failed gives all ``updated`` variables their old values.
        """

        def use(arrays: Any, outs: list[Any], code: Any) -> tuple[list[Any], Pending | None]:
            pending = None
            if code is not None and not self.hosted and len(self._reused) == updated:
                failures = self._failures
                pending, code = Pending(code, lambda number: failures[number - 1]()), None
            found = self._checked(arrays, outs, code)
            for r in self._looked_at(updated):
                found[r] = to_numpy(found[r])
            return found, pending

        return self._complete(arrays, use)

    def _complete(self, arrays: Any, use: Callable[..., Any]) -> Any:
        """``use(arrays, outs, code)`` of what the compiled function gives.

        Memory that was donated is gone, so what ends this (an error, or Ctrl-C) has ``updates``:
        the values that take its place, which are the old ones if the program failed.
        """
        box: list[Any] = []
        try:
            self._start(arrays, box)
            return use(arrays, *box[0])
        except BaseException as error:
            if box:
                places = {i: n for n, i in enumerate(self._outs)}
                error.updates = {  # type: ignore[attr-defined]
                    self.updates[k]: box[0][0][places[i]] for k, i in self._reused.items()
                }
            raise

    def _looked_at(self, updated: int) -> list[int]:
        """Results that cannot stay on the device: variables are donated, and these are shared."""
        if self._shared is None:
            first = len(self._gives) - updated
            taken = {place for place, _, _ in self._gives[first:]}
            self._shared = [
                r
                for r, (place, _, _) in enumerate(self._gives)
                if (r >= first or place is None or place in taken) and r not in self._kept
            ]
        return self._shared

    def _start(self, arrays: Any, box: list[Any]) -> None:
        """Put into the box what the compiled function gives: results, and what went wrong.

        No Python runs between the function and the box, so a signal cannot part them.
        """
        if not self._prepared:
            self.prepare(arrays)
        if self._assured.nodes:
            self._assured.check(arrays)
        args = [arrays[k] for k in self._takes]
        if self._large:
            args += self._large
        if self._prelude.draws:
            args += self._prelude.draw(arrays)
        with x64():
            if self._ready:
                box.extend(starmap(self._function, (args,)))
            else:
                self._first(args, box)
        self.calls += 1

    def _arranged(self, outs: list[Any], arrays: Any) -> list[Any]:
        """The program's results from those that were computed."""
        if self._plain:
            return [outs[place] for place, _, _ in self._gives]
        return [
            outs[place] if place is not None else arrays[k] if k is not None else value
            for place, k, value in self._gives
        ]

    def _first(self, args: list[Any], box: list[Any]) -> None:
        """The first call: large constants are moved to the device, and XLA compiles."""
        self._large = [jax.device_put(a) for a in self._large]
        start = time.perf_counter()
        box.extend(starmap(self._function, (args,)))
        self.compile_seconds = time.perf_counter() - start
        self._ready = True

    def text(self) -> str:
        """The program in StableHLO."""
        with x64():
            return self.lowered().as_text()

    def lowered(self) -> Any:
        """JAX's object for the program before it is compiled, for parameters of known shapes."""
        avals = [self.program.avals[self.program.params[k]] for k in self._takes]
        given = [struct(a.shape, a.dtype) for a in avals]
        return self._function.lower(*given, *self._structs_inside())


def _strong(value: Any) -> Any:
    """A result whose dtype is that of its next use as an argument, not a Python number's."""
    if isinstance(value, Stack):
        raise Unsupported(
            "as many values as a loop has iterations, which depends on data, are a result (for its "
            "gradient from outside, or of a tf.TensorArray)"
        )
    found = jnp.asarray(room_of(value))
    return jnp.asarray(found, found.dtype)


def calls_back(program: Program) -> bool:
    """Whether a program runs Python code of the user's."""
    return any(
        node.op.type in ("PyFunc", "HostCall") or any(map(calls_back, node.programs()))
        for node in program.nodes
    )


def compile_xla(program: Program, updates: Mapping[int, int] | None = None) -> Executable:
    """``program`` compiled with XLA, as a function of NumPy or JAX arrays.

    ``updates`` says which results are the new values of which parameters (``{parameter: result}``,
    by position): their memory is reused, and they are given as JAX arrays, to be wrapped in a
    ``DeviceTensor``. All passes run before.

    Raises ``ImportError`` without JAX and, when called first, ``Unsupported`` (with ``reason``) for
    programs that XLA cannot compile. Errors of operations are raised as in eager execution; then
    no parameter has changed.
    """
    return Executable(optimise(program), updates)
