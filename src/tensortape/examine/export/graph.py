"""A flow as nodes and edges: operations, the leaves that feed them, and their rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tensortape.examine.table import figure

if TYPE_CHECKING:
    from tensortape.examine.flow import Flow, Operand, Step


@dataclass
class Node:
    """A node: what it is, where it belongs, and which outputs of which nodes it takes."""

    name: str
    label: str
    kind: str  # "op" | "source" | "target" | "variable" | "constant" | "rule"
    scope: str = ""
    value: str = ""
    gradient: str = ""
    passes: bool = True
    inputs: list[tuple[str, int]] = field(default_factory=list)  # node and output
    flows: list[bool] = field(default_factory=list)  # per input: a gradient went there
    details: dict[str, str] = field(default_factory=dict)
    outputs: list[tuple[tuple[int | None, ...], str]] = field(default_factory=list)


def scope_of(step: Step) -> str:
    """Where an operation belongs: its name scopes and layers, else the user's function."""
    return step.scope or step.function


def nodes_of(flow: Flow) -> list[Node]:
    """Leaves and operations, in the order of the computation."""
    made: dict[int, tuple[str, int]] = {}
    found: list[Node] = []
    for step in flow.steps:
        for operand in step.inputs:
            if operand.number not in made:
                made[operand.number] = (f"value_{operand.number}", 0)
                found.append(leaf(flow, operand))
        name = f"{step.op}_{step.number}"
        found.append(operation(step, name, [made[i.number] for i in step.inputs]))
        made.update((o.number, (name, k)) for k, o in enumerate(step.outputs))
    settle(found)
    return found


def settle(nodes: list[Node]) -> None:
    """Put constants, and the weights of layers, into the scope of what uses them."""
    scopes: dict[str, set[str]] = {}
    for node in nodes:
        for source, _ in node.inputs:
            scopes.setdefault(source, set()).add(node.scope)
    for node in nodes:
        owned = node.kind in ("constant", "variable") or "/" in node.label
        if node.kind not in ("op", "target") and owned and len(scopes[node.name]) == 1:
            (node.scope,) = scopes[node.name]


def leaf(flow: Flow, operand: Operand) -> Node:
    """What the computation starts from."""
    return Node(
        *(f"value_{operand.number}", operand.name or operand.role, operand.role),
        value=figure(operand.value),
        gradient=leaf_gradient(flow, operand),
        details={"dtype": operand.dtype, "shape": str(list(operand.shape))},
        outputs=[(operand.shape, operand.dtype)],
    )


def leaf_gradient(flow: Flow, operand: Operand) -> str:
    """What the call returned for a source."""
    place = flow.group.values[operand.number].source
    if place is None:
        return ""
    result = flow.results[place]
    return "None" if result is None else figure(getattr(result, "_a", None))


def operation(step: Step, name: str, inputs: list[tuple[str, int]]) -> Node:
    """One operation."""
    out = step.outputs[0]
    target = any(o.role == "target" for o in step.outputs)
    named = next((o.name for o in step.outputs if o.name), "")
    return Node(
        *(name, f"{step.op} {named}".strip(), "target" if target else "op", scope_of(step)),
        *(figure(out.value), figure(out.gradient) if step.backward else "", step.backward),
        inputs,
        [i.gradient is not None for i in step.inputs],
        details_of(step),
        [(o.shape, o.dtype) for o in step.outputs],
    )


def details_of(step: Step) -> dict[str, str]:
    """What is known of an operation, as text."""
    found = {
        "operation": step.op,
        "computes": step.formula,
        "derivative": step.derivative,
        "line": f"{step.place.file}:{step.place.line}" if step.place.line else "",
        "code": step.place.code,
        "function": step.function,
        "value": figure(step.outputs[0].value),
        "gradient in": figure(step.outputs[0].gradient) if step.backward else "",
        "gradient out": ", ".join(figure(i.gradient) for i in step.inputs if step.backward),
        "time (µs)": "" if step.time is None else f"{step.time * 1e6:.1f}",
        "time of its rule (µs)": "" if step.back_time is None else f"{step.back_time * 1e6:.1f}",
        "bytes": str(step.bytes),
        **step.attrs,
    }
    return {key: text for key, text in found.items() if text}


def rules_of(flow: Flow, nodes: list[Node]) -> list[Node]:
    """The rules that ran, as nodes of the backward pass: the last operation's first."""
    names = {node.name for node in nodes}
    users: dict[int, list[tuple[str, int]]] = {}
    found = []
    for step in reversed(flow.steps):
        if not step.backward:
            continue
        name = f"gradients/{step.op}_{step.number}_grad"
        arrived = [source for o in step.outputs for source in users.get(o.number, ())]
        forward = f"{step.op}_{step.number}"
        inputs = [*arrived, *([(forward, 0)] if forward in names else [])]
        found.append(rule_node(step, name, inputs, len(arrived)))
        for k, operand in enumerate(step.inputs):
            if operand.gradient is not None:
                users.setdefault(operand.number, []).append((name, k))
    return found


def rule_node(step: Step, name: str, inputs: Any, arrived: int) -> Node:
    """One rule."""
    scope = "/".join(part for part in ("gradients", scope_of(step)) if part)
    sent = ", ".join(figure(i.gradient) for i in step.inputs)
    details = {
        "derivative": step.derivative,
        "of": f"{step.op}_{step.number}",
        "line": f"{step.place.file}:{step.place.line}" if step.place.line else "",
        "code": step.place.code,
        "arrived": figure(step.outputs[0].gradient),
        "sent": sent,
    }
    return Node(
        *(name, f"{step.op} gradient", "rule", scope, sent),
        inputs=inputs,
        flows=[True] * arrived + [False] * (len(inputs) - arrived),
        details={key: text for key, text in details.items() if text},
        outputs=[(i.shape, i.dtype) for i in step.inputs],
    )
