"""Dead code: nodes that no result needs are left out; stateful ones and checks stay."""

from __future__ import annotations

from tensortape.graph.ir import Program


def remove_dead(program: Program) -> Program:
    """The nodes and constants that results, stateful nodes and checks need, in their order."""
    needed = set(program.results)
    kept = []
    for node in reversed(program.nodes):
        if needed.isdisjoint(node.outputs) and not node.must_run:
            continue
        needed.update(node.inputs)
        needed.update(node.late)
        kept.append(node)
    constants = {i: a for i, a in program.constants.items() if i in needed}
    if len(kept) == len(program.nodes) and len(constants) == len(program.constants):
        return program
    kept.reverse()
    known = {*program.params, *constants}
    known.update(i for node in kept for i in node.outputs)
    avals = {i: aval for i, aval in program.avals.items() if i in known}
    return Program(program.name, program.params, constants, kept, program.results, avals)
