"""A flow as JSON for Google's Model Explorer: a collection of one graph."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tensortape.examine.export.graph import Node, nodes_of, rules_of

if TYPE_CHECKING:
    from tensortape.examine.flow import Flow


def render(flow: Flow) -> str:
    """The text of the file."""
    nodes = nodes_of(flow)
    graph = {"id": "gradient", "nodes": [entry(n) for n in [*nodes, *rules_of(flow, nodes)]]}
    return json.dumps({"label": "TensorTape flow", "graphs": [graph]}, ensure_ascii=False, indent=1)


def entry(node: Node) -> dict[str, Any]:
    """One node."""
    found: dict[str, Any] = {
        "id": node.name,
        "label": node.label,
        "namespace": node.scope,
        "attrs": pairs({**node.details, "value": node.value, "gradient": node.gradient}),
        "incomingEdges": [
            {
                "sourceNodeId": source,
                "sourceNodeOutputId": str(output),
                "targetNodeInputId": str(number),
            }
            for number, (source, output) in enumerate(node.inputs)
        ],
        "outputsMetadata": [
            {"id": str(k), "attrs": pairs({"tensor_shape": f"{dtype}{list(shape)}"})}
            for k, (shape, dtype) in enumerate(node.outputs)
        ],
    }
    return {key: value for key, value in found.items() if value or key in ("label", "namespace")}


def pairs(texts: dict[str, str]) -> list[dict[str, str]]:
    """Attributes as Model Explorer lists them."""
    return [{"key": key, "value": text} for key, text in texts.items() if text]
