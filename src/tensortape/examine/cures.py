"""The stable form to use, where the operations around an accident show what was meant."""

from __future__ import annotations

from typing import Any

from tensortape.examine.backflow import Backflow
from tensortape.examine.forward import made_of
from tensortape.examine.reasons import Reason

SOFTPLUS = "Use tf.nn.softplus(x) for log(1 + exp(x))."
LOGSUMEXP = "Use tf.reduce_logsumexp(x) for log(sum(exp(x)))."
LOG_SOFTMAX = "Use tf.nn.log_softmax(x), or a loss with from_logits=True."
LOG_SIGMOID_OF_MINUS = "Use tf.math.log_sigmoid(-x), or a loss with from_logits=True."
LOG_SIGMOID = "Use tf.math.log_sigmoid(x), or a loss with from_logits=True."
SOFTMAX = "Use tf.nn.softmax(x), which subtracts the maximum before exp."
XLOGY = "Use tf.math.xlogy(a, b) for a * log(b), or keep the 0 away with a double where."
SAFE = " Or differentiate within tf.autodiff.safe_gradients()."
HELPED = frozenset(
    (Reason.MASKED_BRANCH, Reason.SQRT_AT_ZERO, Reason.NORM_AT_ZERO, Reason.STD_OF_CONSTANT)
    + (Reason.POWER_AT_ZERO, Reason.DOMAIN_EDGE)
)
"""Where a subgradient is what was meant."""

LOW_PRECISION = "Too large for {dtype}: compute this in float32, or scale the loss down."


def cure_of(flow: Backflow, tensor: int, reason: Reason, met: int | None = None) -> str:
    """The cure: the stable form of what was meant, or the general one of ``reason``."""
    for around in (tensor, met):
        form = None if around is None else stable_form(flow, around)
        if form is not None:
            return form
    if reason is Reason.ZERO_TIMES_INFINITY:
        node = flow.lineage.producer(tensor)
        below = [] if node is None else [node, *(made_of(flow, i) for i in node.inputs)]
        return XLOGY if any(b is not None and b.op.type == "Log" for b in below) else reason.cure
    if reason is Reason.OVERFLOW:
        dtype = getattr(flow.value(tensor), "dtype", None)
        if dtype is not None and dtype.name in ("float16", "bfloat16"):
            return LOW_PRECISION.format(dtype=dtype.name)
    return reason.cure + (SAFE if reason in HELPED else "")


def stable_form(flow: Backflow, tensor: int) -> str | None:
    """What to write in place of the operations that met at ``tensor``."""
    node = made_of(flow, tensor)
    if node is None:
        return None
    if node.op.type in ("Exp", "AddV2", "Sum", "Softmax", "Sigmoid"):
        return next((form for form in map(log_form, consumers(flow, node)) if form), None) or (
            quotient(flow, node)
        )
    if node.op.type in ("Log", "Log1p"):
        return log_of(flow, node)
    return quotient(flow, node) if node.op.type == "RealDiv" else None


def consumers(flow: Backflow, node: Any) -> list[tuple[Backflow, Any]]:
    """Logarithms taken of what ``node`` made, one or two steps on."""
    found, front = [], set(node.outputs)
    for other in sorted(
        {id(n): n for t in flow.lineage.cone if (n := flow.lineage.producer(t))}.values(),
        key=lambda n: n.order,
    ):
        if front.intersection(other.inputs):
            if other.op.type in ("AddV2", "Sum", "Squeeze", "Reshape"):
                front.update(other.outputs)
            elif other.op.type in ("Log", "Log1p"):
                found.append((flow, other))
    return found


def log_form(pair: tuple[Backflow, Any]) -> str | None:
    """The stable form of a logarithm."""
    return log_of(*pair)


def log_of(flow: Backflow, node: Any) -> str | None:
    """The stable form of a logarithm, by what it was taken of."""
    inner = made_of(flow, node.inputs[0])
    if inner is None:
        return None
    kind = inner.op.type
    if kind in ("Softmax", "Sigmoid"):
        return LOG_SOFTMAX if kind == "Softmax" else LOG_SIGMOID
    if node.op.type == "Log1p" and kind == "Exp":
        return SOFTPLUS
    below = [made_of(flow, i) for i in inner.inputs]
    kinds = [b.op.type for b in below if b is not None]
    if kind == "Sub" and "Sigmoid" in kinds:
        return LOG_SIGMOID_OF_MINUS
    if kind == "AddV2" and "Exp" in kinds:
        return SOFTPLUS
    if kind == "Sum" and "Exp" in kinds:
        return LOGSUMEXP
    if kind == "RealDiv" and "Exp" in kinds:
        return LOG_SOFTMAX
    return None


def quotient(flow: Backflow, node: Any) -> str | None:
    """Exponentials divided by their sum."""
    for tensor in flow.lineage.cone:
        made = flow.lineage.producer(tensor)
        if made is None or made.op.type != "RealDiv":
            continue
        above, below = (made_of(flow, i) for i in made.inputs)
        kinds = [n.op.type for n in (above, below) if n is not None]
        if kinds == ["Exp", "Sum"] and any(node is n for n in (above, below, made)):
            return SOFTMAX
    return None
