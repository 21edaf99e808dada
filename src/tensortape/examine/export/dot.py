"""A flow in the language of Graphviz."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tensortape.examine.export.graph import Node, nodes_of

if TYPE_CHECKING:
    from tensortape.examine.flow import Flow

COLOURS = {
    "source": ("#e6effd", "#1d5fd1"),
    "target": ("#f1e8fd", "#7a3ad0"),
    "op": ("#ffffff", "#8d95a5"),
}
LEAF = ("#eef0f4", "#8d95a5")


def render(flow: Flow) -> str:
    """The text of the graph; scopes are clusters, edges without a gradient are dashed."""
    return digraph(nodes_of(flow))


def digraph(nodes: list[Node]) -> str:
    """The text of nodes and the edges between them."""
    rows = [
        "digraph flow {",
        '  graph [rankdir=TB, fontname="Helvetica", nodesep=0.25, ranksep=0.35];',
        '  node [shape=box, style="rounded,filled", fontname="Helvetica", fontsize=11];',
        '  edge [color="#00735f", arrowsize=0.7];',
    ]
    rows += clusters(tree_of(nodes), "  ", "")
    for node in nodes:
        for (source, _), flows in zip(node.inputs, node.flows, strict=True):
            dashed = "" if flows else ' [style=dashed, color="#8d95a5"]'
            rows.append(f"  {quoted(source)} -> {quoted(node.name)}{dashed};")
    return "\n".join([*rows, "}", ""])


def tree_of(nodes: list[Node]) -> dict[str, Any]:
    """Nodes by the parts of their scopes; ``""`` holds those that belong to a scope itself."""
    tree: dict[str, Any] = {"": []}
    for node in nodes:
        here = tree
        for part in node.scope.split("/") if node.scope else ():
            here = here.setdefault(part, {"": []})
        here[""].append(node)
    return tree


def clusters(tree: dict[str, Any], indent: str, path: str) -> list[str]:
    """The rows of a scope and of those inside it."""
    rows = [indent + declared(node) for node in tree[""]]
    for name, inner in tree.items():
        if name:
            here = f"{path}/{name}"
            rows.append(f"{indent}subgraph {quoted('cluster' + here)} {{")
            rows.append(f'{indent}  label={quoted(name)}; color="#dfe3ea"; fontcolor="#5b6478";')
            rows += [*clusters(inner, indent + "  ", here), indent + "}"]
    return rows


def declared(node: Node) -> str:
    """A node with its label, colours and tooltip."""
    lines = [node.label, node.value, f"∇ {node.gradient}" if node.gradient else ""]
    fill, line = COLOURS.get(node.kind, LEAF)
    tip = "; ".join(f"{key}: {text}" for key, text in node.details.items())
    style = "" if node.passes else ', style="rounded,filled,dashed"'
    label = quoted("\n".join(text for text in lines if text))
    return (
        f"{quoted(node.name)} [label={label}, fillcolor={quoted(fill)}, color={quoted(line)}, "
        f"tooltip={quoted(tip)}{style}];"
    )


def quoted(text: str) -> str:
    r"""A text as Graphviz reads it.

    >>> print(quoted('a "b"'))
    "a \"b\""
    """
    safe = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{safe}"'
