"""Why a gradient is ``None``."""

from __future__ import annotations

from typing import Any

from tensortape.examine.diagnosis import Diagnosis, Place
from tensortape.examine.journal import Asked, Gap, Journal, latest
from tensortape.examine.lineage import Lineage
from tensortape.examine.oplog import Logged
from tensortape.examine.reasons import Reason, family_of
from tensortape.examine.recorder import handle_of
from tensortape.examine.unconnected import unconnected

WEAK = (Reason.COMPARISON, Reason.SHAPE, Reason.CONSTANT_LIKE, Reason.INTEGER_RESULT)
"""Reasons that harmless side ways have too: named last."""

FLOATS = "fcV"
NOWHERE = Place()


class NoneQuestion:
    """One question why the gradient of ``target`` with respect to ``source`` is ``None``."""

    def __init__(
        self, journal: Journal, asked: Asked | None, target: Any, source: Any, name: str
    ) -> None:
        self.journal, self.asked, self.name = journal, asked, name
        self.target, self.original = target, source
        self.source = handle_of(source)
        self.lineage = Lineage(journal, asked, self.source, target)

    def answer(self, reason: Reason, why: str, place: Place = NOWHERE, **more: Any) -> Diagnosis:
        """The diagnosis for a reason."""
        message = f"The gradient of {self.name} is None: {why}."
        return Diagnosis(reason, "none", self.name, message, reason.cure, place, **more)

    def ask(self) -> Diagnosis:
        """The reason, from the source's side to the target's."""
        for step in (self.dtype, self.refused, self.unwatched, self.blocked):
            found = step()
            if found is not None:
                return found
        if not self.lineage.connected():
            return unconnected(self)
        return self.late()

    def dtype(self) -> Diagnosis | None:
        """The source's dtype has no gradients."""
        kind = self.source._a.dtype.kind
        if kind in FLOATS:
            return None
        what = "VARIABLE" if hasattr(self.source, "assign") else "CONSTANT"
        reason = {"b": f"BOOL_{what}"}.get(kind, f"INTEGER_{what}")
        reason = reason if kind in "biu" else "STRING_SOURCE"
        text = f"its dtype is {self.source.dtype.name}, and only floating point has gradients"
        return self.answer(Reason[reason], text, self.made())

    def made(self) -> Place:
        """Where the source was computed, if it was."""
        return self.journal.place_of(self.lineage.producer(self.source._id))

    def refused(self) -> Diagnosis | None:
        """The call for this gradient raised."""
        if self.asked is not None and self.asked.results is not None:
            return None
        mine = self.source._id
        call = latest(
            self.journal.refused,
            lambda r: (
                any(t is self.target for t in r.targets)
                and any(getattr(handle_of(s), "_id", None) == mine for s in r.sources)
            ),
        )
        if call is None:
            return None
        place = self.journal.place("", call.position)
        if isinstance(call.error, LookupError):
            return self.blocked() or self.answer(Reason.MISSING_RULE, str(call.error), place)
        if "non-persistent" in str(call.error):
            text = "the tape was used up by an earlier call and raised RuntimeError"
            return self.answer(Reason.TAPE_USED_TWICE, text, place)
        return None

    def unwatched(self) -> Diagnosis | None:
        """No tape watched the source."""
        asked = self.asked
        if asked is None or self.source._id in asked.tracked or not self.lineage.connected():
            return None
        if not hasattr(self.source, "assign"):
            if self.replaced():
                place = self.made()
                text = f"this is no variable but a tensor that {place.op} made of one"
                return self.answer(Reason.VARIABLE_REPLACED, text, place)
            return self.answer(Reason.NOT_WATCHED, "the tape did not watch it", self.first_use())
        if not getattr(self.source, "trainable", True):
            text = "it is a variable with trainable=False"
            return self.answer(Reason.NOT_TRAINABLE, text, self.first_use())
        if not asked.watches_variables:
            text = "the tape watches no variables by itself"
            return self.answer(Reason.VARIABLES_NOT_WATCHED, text, self.first_use())
        return None

    def replaced(self) -> bool:
        """Whether the source was made of a variable."""
        made = self.lineage.producer(self.source._id) is not None
        return made and bool(self.lineage.variables_behind({self.source._id}))

    def first_use(self) -> Place:
        """The first operation on the way from the source."""
        uses = [m for m, _ in self.uses() if isinstance(m, Logged)]
        return self.journal.place_of(min(uses, key=lambda n: n.order, default=None))

    def uses(self) -> list[tuple[Logged | Gap, int]]:
        """What the source was given to on its way to the target."""
        edges = self.lineage.edges()
        return [edge for start in self.lineage.starts for edge in edges.get(start, ())]

    def blocked(self) -> Diagnosis | None:
        """Operations that let nothing pass, or that the tape did not record."""
        found = self.lineage.frontier(self.obstacle)
        if not found:
            return None
        found = [self.beyond_shape(reason, maker) for reason, maker in found]
        found.sort(key=lambda item: (item[0] in WEAK, order_of(item[1])))
        reason, maker = self.whole_target(*found[0])
        also = tuple(sorted({r for r, _ in found} - {reason}, key=lambda r: r.name))
        return self.answer(reason, self.story(reason, maker), self.at(maker), also=also)

    def beyond_shape(self, reason: Reason, maker: Any) -> tuple[Reason, Any]:
        """Random numbers drawn in the shape of the source: name the draw."""
        if reason is Reason.SHAPE and isinstance(maker, Logged):
            for gap in self.journal.gaps:
                drawn = gap.kind == "RANDOM" and set(maker.outputs) & set(gap.inputs)
                if drawn and self.lineage.cone.intersection(gap.outputs):
                    return Reason.RANDOM, gap
        return reason, maker

    def whole_target(self, reason: Reason, maker: Any) -> tuple[Reason, Any]:
        """The operation that makes the target makes integers: the target itself is the mistake."""
        makes_integers = reason in (Reason.INTEGER_CAST, Reason.INTEGER_RESULT)
        if makes_integers and isinstance(maker, Logged) and self.target._id in maker.outputs:
            return Reason.TARGET_NOT_FLOAT, maker
        return reason, maker

    def at(self, maker: Logged | Gap) -> Place:
        """Where an obstacle stands."""
        if isinstance(maker, Gap):
            return self.journal.place(maker.op, maker.position)
        return self.journal.place_of(maker)

    def obstacle(self, maker: Logged | Gap, given: int, made: int) -> Reason | None:
        """Why nothing passes from ``given`` to ``made``."""
        if isinstance(maker, Gap):
            return Reason[maker.kind]
        op = maker.op
        if op.pullback is None and not op.user_pullback:
            if op.missing_gradient:
                return Reason.MISSING_RULE
            return family_of(op.type) or Reason.NO_DERIVATIVE
        if kind_of(maker, made) not in FLOATS:
            return family_of(op.type) or Reason.INTEGER_RESULT
        return self.unrecorded(maker) or self.silent(maker, given)

    def unrecorded(self, node: Logged) -> Reason | None:
        """Why the tape did not record an operation that has a derivative."""
        asked = self.asked
        if asked is None or asked.kept.intersection(node.outputs):
            return None
        tape, time = asked.tape, node.order
        if tape is None or not tape.spans:
            return None
        if tape.paused(time):
            return Reason.STOPPED_RECORDING
        if time < tape.spans[0][0]:
            return Reason.BEFORE_TAPE
        if not tape.recording(time):
            return Reason.AFTER_TAPE
        late = any(time < tape.watched.get(start, 0) for start in self.lineage.starts)
        return Reason.WATCHED_TOO_LATE if late else None

    def silent(self, node: Logged, given: int) -> Reason | None:
        """A rule that ran and returned ``None`` for an input."""
        if self.asked is None:
            return None
        for run in self.asked.run.rules:
            entry = run.entry
            if entry.outputs[0]._id in node.outputs:
                pairs = zip(entry.inputs, run.downstream, strict=False)
                if any(t._id == given and d is None for t, d in pairs):
                    return Reason.RULE_GAVE_NONE
        return None

    def story(self, reason: Reason, maker: Logged | Gap) -> str:
        """What happened at an obstacle, in words."""
        if isinstance(maker, Gap):
            return STORIES.get(reason.name, "{op} computes without recording").format(op=maker.op)
        why = maker.op.nondifferentiable
        text = STORIES.get(reason.name)
        if text is None:
            text = "{op} passes none back" + (f", since {why}" if why else "")
        return text.format(op=maker.op.type)

    def late(self) -> Diagnosis:
        """Connected, open, and still ``None``."""
        if self.target._a.dtype.kind not in FLOATS:
            text = f"the target's dtype is {self.target.dtype.name}"
            return self.answer(Reason.TARGET_NOT_FLOAT, text)
        asked, starts = self.asked, self.lineage.starts
        if asked is not None and hasattr(self.source, "assign") and not starts & asked.tracked:
            text = "its value was read before the tape recorded"
            return self.answer(Reason.BEFORE_TAPE, text, self.first_use())
        text = "the tape did not record the operations on the way"
        return self.answer(Reason.NOT_RECORDED, text, self.first_use())


STORIES = {
    "ASSIGNED": "the value went into a variable by {op}, which keeps the value and not its history",
    "TF_NUMPY_FUNCTION": "the value went through tf.numpy_function, which tapes do not follow",
    "AFTER_TAPE": "{op} ran after the tape had closed",
    "BEFORE_TAPE": "{op} ran before the tape recorded",
    "WATCHED_TOO_LATE": "{op} ran before tape.watch was called",
    "STOPPED_RECORDING": "{op} ran inside of tape.stop_recording()",
    "MISSING_RULE": "no gradient is defined for {op}",
    "RULE_GAVE_NONE": "the rule of {op} returned None for this input",
    "RANDOM": "{op} draws numbers that do not depend on the values",
    "INTEGER_RESULT": "{op} gives integers or truth values",
    "TARGET_NOT_FLOAT": "{op} makes the target integers, which do not change smoothly",
    "INTEGER_CAST": "{op} makes integers or truth values of it",
}


def order_of(maker: Logged | Gap) -> int:
    """When something was computed."""
    return maker.time if isinstance(maker, Gap) else maker.order


def kind_of(node: Logged, tensor: int) -> str:
    """NumPy's kind of the dtype of an operation's output."""
    place = len(node.inputs) + node.outputs.index(tensor)
    if node.specs:
        return str(node.specs[place][1].kind)
    return str(node.arrays[place].dtype.kind)
