"""Each derivative rule of a flow against finite differences of its own operation."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.arrays.namespace import numpy_namespace
from tensortape.core.state import quiet_floats
from tensortape.examine.comparing import Comparison, Difference, unwrapped
from tensortape.examine.oplog import Logged

STEP = 1e-6
"""Relative step; values are taken in float64, so that halves of it are not lost."""

MOST_REPLAYED = 1_000


class Replay:
    """Computes outputs again from other inputs, by the operations on record."""

    def __init__(self, flow: Any) -> None:
        self.log = flow.journal.log
        self.inner = inner_results(self.log)

    def producer(self, tensor: int) -> Logged | None:
        """What computed a tensor; of a function with its own rule, its last operation."""
        return self.log.producer.get(self.inner.get(tensor, tensor))

    def run(self, wanted: int, given: dict[int, Any]) -> Any:
        """The value of a tensor; ``None`` where an operation on the way cannot be run again."""
        known, left = dict(given), [wanted]
        for _ in range(MOST_REPLAYED):
            if not left:
                return known[self.inner.get(wanted, wanted)]
            tensor = left[-1]
            if self.inner.get(tensor, tensor) in known:
                left.pop()
                continue
            node = self.producer(tensor)
            if node is None or not node.arrays:
                return None
            missing = [i for i in node.inputs if i not in known and self.depends(i, given)]
            if missing:
                left += missing
                continue
            values = [
                known[i] if i in known else wide(a)
                for i, a in zip(node.inputs, node.arrays, strict=False)
            ]
            if not self.compute(node, values, known):
                return None
        return None

    def depends(self, tensor: int, given: dict[int, Any]) -> bool:
        """Whether a tensor was computed from those given."""
        left, seen = [tensor], {tensor}
        while left and len(seen) < MOST_REPLAYED:
            node = self.producer(left.pop())
            for i in () if node is None else node.inputs:
                if i in given:
                    return True
                if i not in seen:
                    seen.add(i)
                    left.append(i)
        return False

    def compute(self, node: Logged, values: list[Any], known: dict[int, Any]) -> bool:
        """Run one operation again; false where it cannot."""
        token = quiet_floats.set()
        try:
            result = node.op.kernel(numpy_namespace, *values, **(node.attrs or {}))
        except Exception:  # a kernel that takes no float64, or needs what is no longer there
            return False
        finally:
            quiet_floats.reset(token)
        outputs = [result] if len(node.outputs) == 1 and node.op.outputs is None else list(result)
        known.update(zip(node.outputs, outputs, strict=False))
        return True


def inner_results(log: Any) -> dict[int, int]:
    """Results of functions with a rule of their own, to the same values inside of them."""
    made: dict[int, int] = {}
    found: dict[int, int] = {}
    for node in log.in_order():
        if not node.arrays:
            continue
        for tensor, array in zip(node.outputs, node.arrays[len(node.inputs) :], strict=True):
            if node.op.type == "CustomGradient":
                if id(array) in made:
                    found[tensor] = made[id(array)]
            else:
                made[id(array)] = tensor
    return found


def check(flow: Any, tolerance: float = 1e-2) -> Comparison:
    """Compare each rule that ran with central differences of its operation.

    One random direction per input is looked at; where the slopes of the two sides differ (a kink),
    anything between them is right. Rules of ``@tf.custom_gradient`` are compared with what their
    function computed; gradients that differ on purpose are differences here.

    >>> import tensortape as tf
    >>> @tf.custom_gradient
    ... def square(a):
    ...     return a * a, lambda upstream: upstream * a  # the 2 is missing
    >>> x = tf.Variable(3.0)
    >>> with tf.examine() as ex:
    ...     with tf.GradientTape() as tape:
    ...         y = tf.sin(square(x))
    ...     slope = tape.gradient(y, x)
    >>> [difference.op for difference in tf.examine.check(ex.flow(y, x))]
    ['CustomGradient']
    """
    replay, found, compared = Replay(flow), [], 0
    random = np.random.default_rng(0)
    for step, node in reversed(list(zip(flow.steps, flow.trace.nodes, strict=True))):
        if not step.backward or flow.trace.rules.get(id(node)) is None:
            continue
        for i, sent in sent_to(step, node).items():
            slopes = sides(replay, step, node, i, random)
            if slopes is None:
                continue
            compared += 1
            direction, left, right = slopes
            ours = float(np.sum(wide(sent) * direction))
            scale = max(abs(left), abs(right), abs(ours), 1e-12)
            low, high = min(left, right) - tolerance * scale, max(left, right) + tolerance * scale
            if not low <= ours <= high:
                middle = (left + right) / 2
                error = abs(ours - middle) / scale
                found.append(
                    Difference("rule", step.op, step.place, step.place, error, ours, middle)
                )
    return Comparison(found, compared, "rules and finite differences")


def sent_to(step: Any, node: Logged) -> dict[int, Any]:
    """Positions of inputs to what they were sent; of one that stands twice, both together."""
    found: dict[int, Any] = {}
    for i, operand in enumerate(step.inputs):
        sent = unwrapped(operand.gradient)
        if sent is None or operand.value is None or np.shape(sent) != np.shape(operand.value):
            continue
        if np.asarray(sent).dtype.kind == "f":
            first = node.inputs.index(node.inputs[i])
            found[first] = wide(sent) + found.get(first, 0.0)
    return found


def sides(replay: Replay, step: Any, node: Logged, i: int, random: Any) -> Any:
    """A random direction, and the slopes of an operation from its two sides."""
    values = {t: wide(o.value) for t, o in zip(node.inputs, step.inputs, strict=True)}
    x = values[node.inputs[i]]
    direction = random.choice([-1.0, 1.0], size=np.shape(x))
    size = STEP * max(1.0, float(np.max(np.abs(x), initial=0.0)))
    points = []
    for shift in (-size, 0.0, size):
        moved = {**values, node.inputs[i]: x + shift * direction}
        total = 0.0
        for tensor, output in zip(node.outputs, step.outputs, strict=True):
            arrived = unwrapped(output.gradient)
            if arrived is None:
                continue
            again = replay.run(tensor, moved)
            if again is None or np.shape(again) != np.shape(arrived):
                return None
            total += float(np.sum(wide(arrived) * wide(again)))
        points.append(total)
    left, right = (points[1] - points[0]) / size, (points[2] - points[1]) / size
    return (direction, left, right) if np.isfinite([left, right]).all() else None


def wide(array: Any) -> Any:
    """Floats in float64, the rest as it is."""
    a = np.asarray(array)
    return a.astype(np.float64) if a.dtype.kind in "fV" else a
