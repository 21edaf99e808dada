"""The graph of one gradient: what was computed, and what came back, operation by operation."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tensortape.core import nest
from tensortape.core.events import GradientCall
from tensortape.examine.derivation import Derivation, derive
from tensortape.examine.diagnosis import Diagnosis, Place
from tensortape.examine.journal import Asked, Journal
from tensortape.examine.model import Group, Rule, Value
from tensortape.examine.notation import latex_of
from tensortape.examine.recorder import handle_of
from tensortape.examine.rulebook import key_of, rule_of
from tensortape.examine.snapshot import Snapshot, take
from tensortape.examine.structure import structure
from tensortape.examine.trace import Pass, trace
from tensortape.examine.views import Views
from tensortape.examine.why import why

MOST = 20_000
"""Operations of a flow; of a longer computation the last ones are shown."""


@dataclass
class Operand:
    """A tensor of an operation: its name, value, and the gradient at it.

    ``gradient`` is what arrived at an output, and what the rule sent to an input. ``number`` is
    its position in ``Flow.group.values``.
    """

    name: str
    role: str
    shape: tuple[int | None, ...]
    dtype: str
    value: Any
    gradient: Any
    number: int = -1


@dataclass
class Step:
    """One operation, with its formula and that of its gradient.

    Attributes:
        number: 1 for the first that ran.
        op: TensorFlow's operation type.
        place: the user's line.
        formula, derivative: what it computes, and what its rule sends, as text; ``latex`` has
            both as LaTeX.
        attrs: its attributes.
        inputs, outputs: the tensors.
        backward: whether its rule ran.
        scope: the name scopes and layers it ran in; ``function``: the user's function.
        time, back_time: seconds the operation and its rule took; ``None`` where not measured.
    """

    number: int
    op: str
    place: Place
    formula: str
    derivative: str
    attrs: dict[str, str]
    inputs: list[Operand]
    outputs: list[Operand]
    backward: bool
    latex: tuple[str, str] = ("", "")
    scope: str = ""
    function: str = ""
    time: float | None = None
    back_time: float | None = None
    record: Any = field(default=None, repr=False)

    @property
    def bytes(self) -> int:
        """Bytes of its outputs."""
        return sum(getattr(o.value, "nbytes", 0) for o in self.outputs)

    @property
    def back_bytes(self) -> int:
        """Bytes of the gradients that its rule sent."""
        return sum(getattr(i.gradient, "nbytes", 0) for i in self.inputs)

    @property
    def rule(self) -> Rule:
        """Its derivative rule: formulas, and the file and line where it is written."""
        return rule_of(self.record)


class Flow(Views):
    """The gradient of targets with respect to sources, as it was recorded.

    Printing it gives a table; iterating over it gives its :class:`Step` s in the order they ran.
    In a notebook it shows itself as a page to walk through; :meth:`html` writes that page,
    :meth:`svg`, :meth:`dot`, :meth:`model_explorer` and :meth:`tensorboard` other forms.
    """

    def __init__(self, journal: Journal, asked: Asked | None, target: Any, source: Any) -> None:
        self.journal, self.asked = journal, asked
        self.targets, self.sources = several(target), several(source)
        self.target, self.source = self.targets[0], self.sources[0]
        self.run = pass_for(asked, self.targets, self.sources)
        self.trace = trace(journal.log, self.run, walk=MOST, shown=MOST)
        self.group: Group = structure(journal.log, self.run, self.trace, 0)
        self.group.count = 1
        self.results = [result_of(asked, one) for one in self.sources]
        self.result = self.results[0]
        named = asked.names if asked is not None else {}
        for value, tensor in zip(self.group.values, self.trace.ids, strict=True):
            value.name = value.name or named.get(tensor, "")
        self.steps = steps_of(self)

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

    def __len__(self) -> int:
        return len(self.steps)

    def snapshot(self) -> Snapshot:
        """The values and gradients, in the order of ``group.values`` and ``group.ops``."""
        return take(0, self.trace, self.run, list(self.results))

    def why(self, source: Any = None) -> Diagnosis:
        """Why the gradient of the source is as it is; see :meth:`Examination.why`."""
        source = self.source if source is None else source
        return why(self.journal, self.target, source)

    def derivation(self, source: Any = None) -> Derivation:
        r"""The chain rule of a small computation, written out in LaTeX with the numbers filled in.

        Printing it gives plain text, a notebook shows the formulas; see :class:`Derivation`.
        Raises ``ValueError`` for more than 40 operations or 16 elements.
        """
        return derive(self, source)

    def __repr__(self) -> str:
        return f"<Flow of {len(self.steps)} operations: {self.why().message}>"


def several(given: Any) -> list[Any]:
    """Tensors in any structure as a list; ``ValueError`` for an empty one."""
    found = nest.flatten(given)
    if not found:
        raise ValueError("flow() needs at least one target and one source; received an empty list.")
    return found


def pass_for(asked: Asked | None, targets: list[Any], sources: list[Any]) -> Pass:
    """The recorded pass with these targets and sources, or one without rules."""
    handles = [handle_of(source) for source in sources]
    if asked is None:
        call = GradientCall("gradient", None, targets, sources)
        return Pass(call, None, [], None, None, [handle_of(t) for t in targets], handles)
    call = dataclasses.replace(asked.run.call, targets=targets, sources=sources)
    return dataclasses.replace(
        asked.run, call=call, targets=[handle_of(t) for t in targets], sources=handles
    )


def result_of(asked: Asked | None, source: Any) -> Any:
    """What the call returned for a source."""
    if asked is None or asked.results is None:
        return None
    wanted = handle_of(source)._id
    pairs = zip(asked.run.sources, asked.results, strict=False)
    return next((result for s, result in pairs if s._id == wanted), None)


def steps_of(flow: Flow) -> list[Step]:
    """The operations with their operands."""
    group, shot, places = flow.group, flow.snapshot(), flow.journal.sources.positions

    def operand(v: int, gradient: Any) -> Operand:
        value: Value = group.values[v]
        shape = tuple(value.shape)
        return Operand(value.name, value.role, shape, value.dtype, shot.forward[v], gradient, v)

    steps = []
    for number, (op, node) in enumerate(zip(group.ops, flow.trace.nodes, strict=True)):
        sent = zip(op.inputs, shot.sent[number], strict=False)
        steps.append(
            Step(
                *(number + 1, op.type, flow.journal.place(op.type, op.position)),
                *(op.formula, op.derivative, op.attrs),
                [operand(v, g) for v, g in sent],
                [operand(v, shot.backward[v]) for v in op.outputs],
                *(op.backward, latex_of(node.op), op.scope),
                "" if op.position is None else places[op.position].function,
                *(seconds(shot.times[number]), seconds(shot.back_times[number]), node.op),
            )
        )
    return steps


def seconds(nanoseconds: int | None) -> float | None:
    """Nanoseconds as seconds."""
    return None if nanoseconds is None else nanoseconds * 1e-9


def rules_of(flow: Flow) -> dict[str, Rule]:
    """The rules of a flow's operations."""
    records = {key_of(step.record): step.record for step in flow.steps}
    return {key: rule_of(record) for key, record in records.items()}
