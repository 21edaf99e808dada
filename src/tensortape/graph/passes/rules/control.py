"""Branches that are chosen while the program is made."""

from __future__ import annotations

from typing import Any

from tensortape.graph.ir import Node, Program
from tensortape.graph.passes.rules.table import rule
from tensortape.graph.passes.scan import Scan, renamed


@rule("If")
def known_branch(scan: Scan, node: Node) -> Any:
    """The branch itself, where the index is a constant."""
    index = scan.constants.get(node.inputs[0])
    branches = node.attrs["branches"]
    if index is None or node.late:
        return None
    chosen = int(index)
    if not 0 <= chosen < len(branches):
        chosen = len(branches) - 1
    return inlined(scan, branches[chosen], node.inputs[1:])


def inlined(scan: Scan, program: Program, args: Any) -> list[int]:
    """The nodes of a program, taken over with new ids; returns its results."""
    ids = dict(zip(program.params, args, strict=True))
    for i, array in program.constants.items():
        ids[i] = scan.constant(array)
    for node in program.nodes:
        for i in node.outputs:
            ids[i] = scan.fresh(program.avals[i])
        attrs = renamed(node.attrs, ids) if node.late else node.attrs
        inputs = tuple(ids[i] for i in node.inputs)
        outputs = tuple(ids[i] for i in node.outputs)
        scan.keep(Node(node.op, inputs, outputs, attrs, node.name, node.line))
    return [ids[i] for i in program.results]
