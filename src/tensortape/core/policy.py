"""The ``safe`` policy: useful subgradients where TensorFlow answers NaN or infinity.

Off (the default) it costs one look per gradient. On, the backward walk takes another rule for each
elementwise operation and for norms; ``docs/gradients-at-kinks.md`` shows what that changes.
"""

from __future__ import annotations

import contextlib
import copy
import threading
from collections.abc import Iterator
from typing import Any

from tensortape.core.families import reduced
from tensortape.core.op import Op, Rule
from tensortape.core.registry import export


class Safety(threading.local):
    """Whether this thread's gradients are to be safe."""

    on: bool = False


safety = Safety()
_TWINS: dict[int, tuple[Op, Op]] = {}
_NORMS = frozenset({"EuclideanNorm"})


@export("autodiff.safe_gradients")
@contextlib.contextmanager
def safe_gradients() -> Iterator[None]:
    """Context (or decorator) in which gradients at kinks are useful subgradients, not NaN.

    Three rules hold for elementwise operations: what gets no cotangent gives none (``0 * inf`` is
    0, so the branch that ``tf.where`` left out stays out); where the derivative is 0 so is the
    gradient; and where the value is finite but the derivative is not (``sqrt`` at 0), it is 0.
    Poles, where the value itself is infinite, stay infinite. It must surround the call of
    ``gradient`` or ``jacobian``, or the operations under a ``ForwardAccumulator``.

    >>> import tensortape as tf
    >>> x = tf.Variable([0.0, 0.0])
    >>> with tf.GradientTape(persistent=True) as tape:
    ...     y = tf.norm(x)
    >>> tape.gradient(y, x).numpy()
    array([nan, nan], dtype=float32)
    >>> with tf.autodiff.safe_gradients():
    ...     tape.gradient(y, x).numpy()
    array([0., 0.], dtype=float32)
    """
    before = safety.on
    safety.on = True
    try:
        yield
    finally:
        safety.on = before


def safe_entries(entries: Any) -> list[Any]:
    """The entries of a tape with the rules of the safe policy."""
    return [(safe_op(op), *rest) for op, *rest in entries]


def safe_op(op: Op) -> Op:
    """The operation with its safe rule; itself where none is needed."""
    if op.pullback is None or not (op.family == "elementwise" or op.type in _NORMS):
        return op
    found = _TWINS.get(id(op))
    if found is None:
        twin = copy.copy(op)
        twin.pullback = _norm_rule(op) if op.type in _NORMS else _elementwise_rule(op)
        twin.pushforward = None  # the transposed rule is as safe
        found = _TWINS[id(op)] = (op, twin)
    return found[1]


def _norm_rule(op: Op) -> Rule:
    """A norm's gradient is a multiple of ``x``, hence 0 at 0."""
    rule: Any = op.pullback

    def pullback(xp: Any, g: Any, y: Any, inputs: Any, attrs: Any, needed: Any) -> Any:
        (d,) = rule(xp, g, y, inputs, attrs, needed)
        return (xp.where(inputs[0] == 0, xp.zeros_like(d), d),)

    return pullback


def _elementwise_rule(op: Op) -> Rule:
    rule: Any = op.pullback
    whole = op.saves is None or "inputs" in op.saves
    has_value = op.saves is None or "outputs" in op.saves

    def pullback(xp: Any, g: Any, y: Any, inputs: Any, attrs: Any, needed: Any) -> Any:
        if not (whole or has_value):  # linear: nothing to mend
            return rule(xp, g, y, inputs, attrs, needed)
        value = y if has_value else op.kernel(xp, *inputs, **attrs)
        spread = [_spread(xp, x, y) if whole else x for x in inputs]
        down = rule(xp, g, y, spread, attrs, needed)
        ones = xp.ones_like(value)
        slopes = rule(xp, ones, y, spread, attrs, needed)
        return [
            None if d is None else reduced(xp, mended(xp, g, d, slope, value), x)
            for d, slope, x in zip(down, slopes, inputs, strict=False)
        ]

    return pullback


def mended(xp: Any, g: Any, d: Any, slope: Any, value: Any) -> Any:
    """The product ``d`` of cotangent and slope: 0 where a factor is 0, or the slope alone wild."""
    if tuple(d.shape) != tuple(g.shape) or tuple(slope.shape) != tuple(value.shape):
        return d
    zero = xp.zeros_like(d)
    d = xp.where(finite(slope), d, xp.where(finite(value), zero, d))
    return xp.where(slope == 0, zero, xp.where(g == 0, zero, d))


def finite(x: Any) -> Any:
    """Where ``x`` is neither infinite nor NaN, in the kernel language."""
    return x - x == 0


def _spread(xp: Any, x: Any, y: Any) -> Any:
    shape = tuple(y.shape)
    return x if tuple(x.shape) == shape else xp.broadcast_to(x, shape)
