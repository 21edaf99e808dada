"""Operations, tensors and gradient calls made by hand, to drive a recorder without a tape."""

from __future__ import annotations

import itertools
from types import SimpleNamespace
from typing import Any

import numpy as np

_ids = itertools.count(1)


class FakeTensor:
    def __init__(self, array: Any) -> None:
        self._a = np.asarray(array)[()] if np.ndim(array) == 0 else np.asarray(array)
        self._id = next(_ids)


class FakeVariable(FakeTensor):
    _should_act_as_resource_variable = True
    trainable = True

    def __init__(self, array: Any, name: str = "Variable:0") -> None:
        super().__init__(array)
        self.name = name
        self._t = FakeTensor(array)

    @property
    def handle(self) -> FakeVariable:
        return self


class FakeTape:
    def __init__(self, tracked: set[int]) -> None:
        self._tracked = tracked


def op(type: str, reason: str | None = None) -> Any:
    return SimpleNamespace(type=type, name=type.lower(), nondifferentiable=reason, formula="")


class Program:
    """Runs fake operations and one gradient call through a recorder."""

    def __init__(self, recorder: Any) -> None:
        self.recorder = recorder
        self.entries: list[Any] = []

    def read(self, variable: FakeVariable) -> FakeTensor:
        self.recorder.log_read(variable, variable._t)
        read = SimpleNamespace(
            op=op("ReadVariableOp"), inputs=(variable,), outputs=(variable._t,), attrs={}
        )
        self.entries.append(read)
        return variable._t

    def run(
        self, record: Any, value: Any, *inputs: FakeTensor, taped: bool = True, **attrs: Any
    ) -> FakeTensor:
        out = FakeTensor(value)
        self.recorder.log_op(record, inputs, (out,), attrs)
        if taped:
            self.entries.append(
                SimpleNamespace(op=record, inputs=inputs, outputs=(out,), attrs=attrs)
            )
        return out

    def gradient(
        self,
        targets: list[Any],
        sources: list[Any],
        rules: dict[int, tuple[Any, list[Any]]],
        results: list[Any],
        kind: str = "gradient",
    ) -> None:
        """``rules``: output identity to what arrived there and what was sent to the inputs."""
        tracked = {s._id for s in sources} | {o._id for e in self.entries for o in e.outputs}
        call = SimpleNamespace(kind=kind, targets=targets, sources=sources, tape=FakeTape(tracked))
        self.recorder.gradient_begin(call)
        for entry in reversed(self.entries):
            if entry.outputs[0]._id in rules:
                self.recorder.rule(call, entry, *rules[entry.outputs[0]._id])
        self.recorder.gradient_end(call, [None if r is None else FakeTensor(r) for r in results])


def square_step(recorder: Any, variable: FakeVariable) -> None:
    """y = x·x; the gradient is 2x."""
    program = Program(recorder)
    x = program.read(variable)
    y = program.run(op("Mul"), x._a * x._a, x, x)
    one = np.ones_like(y._a)
    rules = {y._id: (one, [one * x._a, one * x._a]), x._id: (2 * x._a, [2 * x._a])}
    program.gradient([y], [variable], rules, [2 * x._a])
