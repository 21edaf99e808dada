"""What is zero and what is ``None`` where a function has several results.

A function is differentiated as a whole: a source that any of its results of floats is connected to
has a gradient, which is zero where the target needs only the others; a source that none of them is
connected to has none. Tangents of results likewise. Nothing is computed for such zeros.
"""

from __future__ import annotations

from typing import Any

from tensortape.arrays.recorded import recorded
from tensortape.arrays.unranked import unranked
from tensortape.autodiff.backward import reachable
from tensortape.core.registry import PUBLIC
from tensortape.core.rows import Rows
from tensortape.core.untraceable import Untraceable
from tensortape.graph.lower import attribute_tensors, needed_nodes
from tensortape.graph.uneven import zeros_for

_FLOATS = frozenset("fcV")
_PRODUCTS = frozenset({"Mul", "MatMul", "BatchMatMulV2", "RealDiv", "Einsum", "Conv2D"})
"""TensorFlow's graphs hold on to both factors, whichever is differentiated."""


def floats(tensors: Any) -> tuple[bool, ...]:
    """Which tensors can have derivatives."""
    return tuple([t._a.dtype.kind in _FLOATS for t in tensors])


def all_gradients(function: Any, found: Any, wanted: Any, seeds: Any) -> Any:
    """The gradients from all results, if some may be connected to inputs ``found`` lacks.

    ``None`` if not: mostly nothing lacks, which costs next to nothing to see.
    """
    whole = function.whole
    every = floats(whole.outputs)
    unused = [t for t, f, s in zip(whole.outputs, every, seeds, strict=False) if f and not s]
    if not unused or function.is_gradient:
        return None
    lacking = [t._id for t, w in zip(function.inputs, wanted, strict=True) if w]
    lacking = [i for i in lacking if i not in found]
    if not lacking or not _reaches(whole, lacking, unused):
        return None
    try:
        return whole.backward(function.asked or wanted, every)
    except (Untraceable, LookupError):
        return None


def _reaches(function: Any, sources: Any, outputs: Any) -> bool:
    """Whether some of the outputs depend on some of the sources, as far as one can see."""
    ids = reachable(function.entries(), sources)
    return any(t._id in ids for t in outputs)


def connected(function: Any, chosen: tuple[bool, ...], cotangents: int) -> tuple[bool, ...]:
    """Which of the chosen inputs of a function's gradient have zeros where they have no gradient.

    Its last ones are ``cotangents``: these have; and if the gradient depends on values at all, the
    function's results, and its inputs that lead to one.
    """
    if not _captures(function):
        count = len(chosen) - cotangents
        return (False,) * count + chosen[count:]
    results = [t for t, f in zip(function.outputs, floats(function.outputs), strict=True) if f]
    count = len(function.inputs)
    pairs = zip(function.inputs, chosen, strict=False)
    return tuple([c and _reaches(function, [t._id], results) for t, c in pairs]) + chosen[count:]


def _captures(function: Any) -> bool:
    """Whether the gradient reads values; that of a product does, by a constant, too."""
    if any(entry.op.type in _PRODUCTS for entry in function.entries()):
        return True
    try:
        backward, _ = function.backward(floats(function.inputs), floats(function.outputs))
    except (Untraceable, LookupError):
        return True
    given = {t._id for t in backward.inputs[: len(backward.inputs) - len(backward.cotangents)]}
    stop = backward.span[1]
    nodes = needed_nodes(backward.graph._operations, backward.inputs, backward.outputs, stop, stop)
    read = {t._id for node in nodes for t in (*node.inputs, *attribute_tensors(node._attrs))}
    return bool(given & (read | {t._id for t in backward.outputs}))


def add_zeros(whole: Any, inputs: Any, wanted: Any, found: dict[int, Any]) -> None:
    """Zeros for the inputs that have a gradient in ``whole`` and not in ``found``."""
    backward, kinds = whole
    grads = iter(backward.outputs)
    for t, kind, is_wanted in zip(inputs, kinds, wanted, strict=True):
        if kind is None:
            continue
        g = next(grads)
        indices = None if kind == "dense" else next(grads)
        if t._id in found or not is_wanted:
            continue
        if indices is None or _made_of_cotangents(backward, indices):
            found[t._id] = zeros_for(t)
        else:
            found[t._id] = Rows(recorded, _blank(g, indices, t), indices, kind)


def _made_of_cotangents(backward: Any, indices: Any) -> bool:
    """Whether the places of rows depend on what comes from the results, and not on inputs."""
    stop = backward.span[1]
    nodes = needed_nodes(backward.graph._operations, backward.inputs, [indices], stop, stop)
    read = {t._id for node in nodes for t in node.inputs} | {indices._id}
    return any(t._id in read for t in backward.cotangents)


def _blank(values: Any, indices: Any, t: Any) -> Any:
    """Zeros in the place of ``values``, of which only the shape counts."""
    if not unranked(values._a) and values.shape.is_fully_defined():
        return PUBLIC["zeros"](values.shape, values.dtype)
    shape = PUBLIC["shape"]
    return PUBLIC["zeros"](PUBLIC["concat"]([shape(indices), shape(t)[1:]], 0), values.dtype)


def also_moved(function: Any, given: tuple[bool, ...], moving: Any) -> tuple[bool, ...]:
    """Which results have no tangent, but would if all inputs had one: theirs are zero."""
    whole, none = function.whole, (False,) * len(given)
    if function.is_gradient:  # of cotangents, all of it
        return tuple([f and not g for f, g in zip(floats(function.outputs), given, strict=True)])
    every = floats(whole.inputs)
    outputs = zip(whole.outputs, floats(whole.outputs), given, strict=False)
    lacking = [t for t, f, g in outputs if f and not g]
    others = [t._id for t, f, m in zip(whole.inputs, every, moving, strict=True) if f and not m]
    if not lacking or not others or not _reaches(whole, [t._id for t in whole.inputs], lacking):
        return none
    try:
        _, could = whole.forward(every)
    except (Untraceable, LookupError):
        return none
    more = (False,) * (len(given) - len(could))
    return tuple([c and not g for c, g in zip(could + more, given, strict=True)])
