"""The graph of one gradient: what was computed, and what came back, operation by operation."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from tensortape.core.events import GradientCall
from tensortape.examine.diagnosis import Diagnosis, Place
from tensortape.examine.journal import Asked, Journal
from tensortape.examine.model import Group, Value
from tensortape.examine.recorder import handle_of
from tensortape.examine.snapshot import take
from tensortape.examine.structure import structure
from tensortape.examine.table import render
from tensortape.examine.trace import Pass, trace
from tensortape.examine.why import why


@dataclass
class Operand:
    """A tensor of an operation: its name, value, and the gradient at it.

    ``gradient`` is what arrived at an output, and what the rule sent to an input.
    """

    name: str
    role: str
    shape: tuple[int | None, ...]
    dtype: str
    value: Any
    gradient: Any


@dataclass
class Step:
    """One operation, with its formula and that of its gradient."""

    number: int
    op: str
    place: Place
    formula: str
    derivative: str
    attrs: dict[str, str]
    inputs: list[Operand]
    outputs: list[Operand]
    backward: bool


class Flow:
    """The gradient of one target with respect to one source, as it was recorded.

    Printing it gives a table; iterating over it gives its :class:`Step` s in the order they ran.
    """

    def __init__(self, journal: Journal, asked: Asked | None, target: Any, source: Any) -> None:
        self.journal, self.asked = journal, asked
        self.target, self.source = target, source
        run = pass_for(asked, target, source)
        graph = trace(journal.log, run)
        self.group: Group = structure(journal.log, run, graph, 0)
        self.result = result_of(asked, source)
        named = asked.names if asked is not None else {}
        for value, tensor in zip(self.group.values, graph.ids, strict=True):
            value.name = value.name or named.get(tensor, "")
        self.steps = steps_of(journal, self.group, take(0, graph, run, [self.result]))

    def __iter__(self) -> Any:
        return iter(self.steps)

    def __len__(self) -> int:
        return len(self.steps)

    def why(self, source: Any = None) -> Diagnosis:
        """Why the gradient of the source is as it is; see :meth:`Examination.why`."""
        source = self.source if source is None else source
        return why(self.journal, self.target, source)

    def __str__(self) -> str:
        return render(self, str(self.why()))

    def __repr__(self) -> str:
        return f"<Flow of {len(self.steps)} operations: {self.why().message}>"


def pass_for(asked: Asked | None, target: Any, source: Any) -> Pass:
    """The recorded pass with one target and one source, or one without rules."""
    handle = handle_of(source)
    if asked is None:
        call = GradientCall("gradient", None, [target], [source])
        return Pass(call, None, [], None, None, [target], [handle])
    call = dataclasses.replace(asked.run.call, targets=[target], sources=[source])
    return dataclasses.replace(asked.run, call=call, targets=[target], sources=[handle])


def result_of(asked: Asked | None, source: Any) -> Any:
    """What the call returned for a source."""
    if asked is None or asked.results is None:
        return None
    wanted = handle_of(source)._id
    pairs = zip(asked.run.sources, asked.results, strict=False)
    return next((result for s, result in pairs if s._id == wanted), None)


def steps_of(journal: Journal, group: Group, shot: Any) -> list[Step]:
    """The operations with their operands."""

    def operand(v: int, gradient: Any) -> Operand:
        value: Value = group.values[v]
        shape = tuple(value.shape)
        return Operand(value.name, value.role, shape, value.dtype, shot.forward[v], gradient)

    steps = []
    for number, op in enumerate(group.ops):
        sent = zip(op.inputs, shot.sent[number], strict=False)
        steps.append(
            Step(
                *(number + 1, op.type, journal.place(op.type, op.position)),
                *(op.formula, op.derivative, op.attrs),
                [operand(v, g) for v, g in sent],
                [operand(v, shot.backward[v]) for v in op.outputs],
                op.backward,
            )
        )
    return steps
