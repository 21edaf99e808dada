"""Why a target was not computed from a source at all."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from tensortape.examine.diagnosis import Diagnosis
from tensortape.examine.journal import Gap
from tensortape.examine.oplog import Logged
from tensortape.examine.reasons import Reason


def unconnected(question: Any) -> Diagnosis:
    """The diagnosis for a source that the target was not computed from."""
    steps = (after_target, linear, left, recomputed, replaced, unused)
    found = next((found for step in steps if (found := step(question)) is not None), None)
    found = apart(question) if found is None else found
    forgotten = question.journal.log.forgotten
    if not forgotten:
        return found
    text = f"{found.message} (The first {forgotten} operations are no longer on record.)"
    return dataclasses.replace(found, message=text)


def after_target(question: Any) -> Diagnosis | None:
    """The source was computed from the target."""
    lineage = question.lineage
    if lineage.target not in lineage.ancestors(lineage.starts) - lineage.starts:
        return None
    text = "it was computed from the target, not the target from it"
    return question.answer(Reason.SOURCE_AFTER_TARGET, text, question.made())


def recomputed(question: Any) -> Diagnosis | None:
    """The target was computed from another tensor with the same operation and inputs."""
    lineage = question.lineage
    node = lineage.producer(question.source._id)
    if node is None:
        return None
    wanted = form(lineage, node)
    for tensor in sorted(lineage.cone):
        other = lineage.producer(tensor)
        if other is None or other is node or other.op is not node.op:
            continue
        if form(lineage, other) == wanted:
            place = question.journal.place_of(other)
            text = f"it is a new tensor; the target was computed from another {node.op.type}"
            made = question.journal.place_of(node)
            return question.answer(Reason.RECOMPUTED, text, made, origin=place)
    return None


def form(lineage: Any, node: Logged, depth: int = 8) -> Any:
    """An operation and what it was computed from, so that equal computations are equal."""
    if depth == 0:
        return node.inputs
    parts = [
        leaf(lineage, i)
        if (made := lineage.producer(i)) is None
        else form(lineage, made, depth - 1)
        for i in node.inputs
    ]
    return (node.op.type, repr(node.attrs), tuple(parts))


def linear(question: Any) -> Diagnosis | None:
    """The target is a gradient that does not depend on the source any more."""
    wanted = question.lineage.target
    for asked in question.journal.asked:
        made = {getattr(r, "_id", None) for r in asked.results or ()}
        if wanted in made and wanted is not None:
            text = "the target is a gradient that does not depend on it (it enters linearly)"
            place = question.journal.place("", asked.run.position)
            return question.answer(Reason.LINEAR, text, place)
    return None


def leaf(lineage: Any, tensor: int) -> Any:
    """What a value that nothing made is known by: its variable, or itself."""
    read = lineage.log.reads.get(tensor)
    return tensor if read is None else ("variable", read.variable)


def left(question: Any) -> Diagnosis | None:
    """The value left for NumPy or Python, and came back as a constant."""
    lineage, journal = question.lineage, question.journal
    reached, _ = lineage.descendants()
    gone = [g for g in journal.gaps if not g.outputs and reached.intersection(g.inputs)]
    if lineage.target is not None:
        leaves = [t for t in lineage.leaves() if t not in lineage.starts]
        gone = [g for g in gone if any(t > g.time for t in leaves)]
    gone = [g for g in gone if not shown(journal.place("", g.position).code)]
    if not gone:
        return None
    gap = gone[0]
    text = WORDS[gap.kind].format(op=gap.op.strip("_"))
    return question.answer(Reason[gap.kind], text, journal.place(gap.op, gap.position))


WORDS = {
    "NUMPY_METHOD": "the value left TensorFlow by .{op}() and came back as a constant",
    "NUMPY_FUNCTION_USED": "a NumPy function took the value and gave back a constant",
    "PYTHON_NUMBER": "the value became a Python number by {op}(…) and came back as a constant",
    "TF_DATA": "the value was copied into a dataset by {op}",
}


def shown(code: str) -> bool:
    """Whether a line only looks at a value."""
    return code.startswith(("print(", "assert ", "logging.", "log.", "logger."))


def replaced(question: Any) -> Diagnosis | None:
    """The source is a tensor made of a variable, and the target used the variable."""
    lineage = question.lineage
    if lineage.producer(question.source._id) is None:
        return None
    common = lineage.variables_behind({question.source._id})
    if lineage.target is None or not common & lineage.variables_behind({lineage.target}):
        return None
    asked = question.asked
    if asked is None or question.source._id in asked.tracked:
        return None
    place = question.made()
    text = f"this is no variable but a tensor that {place.op} made of one"
    return question.answer(Reason.VARIABLE_REPLACED, text, place)


def unused(question: Any) -> Diagnosis | None:
    """Nothing was computed from the source."""
    _, nodes = question.lineage.descendants()
    if nodes:
        return None
    if not hasattr(question.source, "assign"):
        text = "nothing was computed from it"
        return question.answer(Reason.UNCONNECTED, text, question.made())
    if hasattr(question.original, "path"):
        return question.answer(Reason.UNUSED_WEIGHT, "the model did not use this weight")
    return question.answer(Reason.UNUSED_VARIABLE, "nothing was computed from this variable")


def apart(question: Any) -> Diagnosis:
    """Something was computed from the source, but not the target."""
    lineage, journal = question.lineage, question.journal
    reached, nodes = lineage.descendants()
    last = nodes[-1]
    beside = lineage.ancestors(reached) - lineage.starts
    trunk = {t for t in beside & lineage.cone if floating(lineage, t)}
    if trunk and hasattr(question.source, "assign"):
        text = f"it leads to another output, which ends in {last.op.type}, and not to the target"
        return question.answer(Reason.UNUSED_HEAD, text, journal.place_of(last))
    text = f"what was computed from it ends in {last.op.type} and does not reach the target"
    return question.answer(Reason.UNCONNECTED, text, journal.place_of(last))


def floating(lineage: Any, tensor: int) -> bool:
    """Whether a tensor is a computed array of floats (shared constants connect nothing)."""
    node = lineage.producer(tensor)
    if node is None or isinstance(node, Gap) or not node.arrays:
        return False
    array = node.arrays[len(node.inputs) + node.outputs.index(tensor)]
    return bool(np.asarray(array).dtype.kind in "fcV")
