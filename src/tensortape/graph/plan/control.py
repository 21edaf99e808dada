"""Loops and branches written into the plan: Python's own, around the statements of their parts.

Only parts that need no workspace are written in: small values, where a call would cost more than
what it computes. Others are run by the kernels of ``If`` and ``While``, with plans of their own.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from tensortape.core.registry import OPS
from tensortape.graph.ir import Aval, Node, Program
from tensortape.graph.passes import optimise_for_numpy
from tensortape.graph.plan.forms import form_of

LOOP, BRANCH = "While", "If"


def write(scope: Any, node: Node) -> bool:
    """Write a loop or branch; ``False`` for other operations, and what is better called."""
    kind = node.op.type
    if kind not in (LOOP, BRANCH) or node.late or OPS.get(kind) is not node.op:
        return False
    attrs = node.attrs
    if kind == LOOP:
        parts = inner_scopes(scope, (attrs["cond"], attrs["body"]))
        return parts is not None and write_loop(scope, node, *parts)
    parts = inner_scopes(scope, attrs["branches"])
    return parts is not None and write_branches(scope, node, parts)


def inner_scopes(scope: Any, programs: tuple[Program, ...]) -> Any:
    """Scopes for parts of a node; ``None`` if one of them needs a workspace."""
    writer, indent = scope.writer, scope.indent + "    "
    found = []
    for program in programs:
        inner = type(scope)(writer, optimise_for_numpy(program), writer.prefix(), indent)
        if inner.needs_workspace:
            return None
        found.append(inner)
    return found


def write_loop(scope: Any, node: Node, cond: Any, body: Any) -> bool:
    """A loop: its variables have names of their own, which each iteration assigns anew."""
    n, stacked = node.attrs["variables"], node.attrs["stacked"]
    limit = node.attrs.get("maximum")
    start = scope.writer.prefix()
    args = [scope.value(i) for i in node.inputs[:n]]
    for k, i in enumerate(node.inputs[n:], n):
        rows_only = all(rows_alone(part.program, part.program.params[k]) for part in (cond, body))
        args.append(scope.lists[i].name if i in scope.lists and rows_only else scope.value(i))
    variables = [f"{start}x{k}" for k in range(n)]
    rows = [f"{start}rows{k}" for k in range(stacked)]
    given = [*variables, *args[n:]]
    if n:
        scope.line(f"{joined(variables)} = {joined(args[:n])}", node)
    for name in rows:
        scope.line(f"{name} = []")
    scope.line("while True:" if limit is None else f"for _ in range({int(limit)}):")
    enter(cond, given, scope, node.inputs[n:])
    cond.write()
    cond.line(f"if not {cond.local[cond.program.results[0]]}:", node)
    cond.line("    break")
    enter(body, given, scope, node.inputs[n:])
    body.write()
    results = [body.local[i] for i in body.program.results]
    for name, value in zip(rows, results[n:], strict=True):
        body.line(f"{name}.append({value})")
    if n:
        body.line(f"{joined(variables)} = {joined(results[:n])}")
    for i, value in zip(node.outputs[:n], variables, strict=True):
        scope.line(f"{scope.name(i)} = {value}")
    kept = [body.avals[i] for i in body.program.results[n:]]
    for i, name, aval in zip(node.outputs[n:], rows, kept, strict=True):
        scope.lists[i] = List(name, aval)
    return True


class List(NamedTuple):
    """Values of each iteration in a list; they become one array when something needs it."""

    name: str
    row: Aval


def stacked_value(scope: Any, i: int) -> None:
    """Make an array of a list."""
    rows = scope.lists.pop(i)
    stack = scope.writer.names.name(stack_of, "stack_of")
    like = scope.writer.names.name(rows.row, "row")
    scope.line(f"{scope.name(i)} = {stack}({rows.name}, {like})")


def reads_list(scope: Any, node: Node) -> str | None:
    """The expression for a node that reads a row, or the shape, of a list."""
    if not node.inputs or node.inputs[0] not in scope.lists or not reads_rows(node, scope.avals):
        return None
    rows = scope.lists[node.inputs[0]]
    if node.op.type == "Shape":
        shape = scope.writer.names.name(shape_of, "shape_of")
        like = scope.writer.names.name(rows.row, "row")
        dtype = np.dtype(scope.avals[node.outputs[0]].dtype).name
        return f"{shape}({rows.name}, {like}, {dtype!r})"
    return f"row_of({rows.name}, {scope.value(node.inputs[1])})"


def reads_rows(node: Node, avals: Any) -> bool:
    """Whether a node reads one row, or the shape, of its first input."""
    if node.op.type == "Shape":
        return None not in avals[node.inputs[0]].shape[1:]
    form = form_of(node, avals)
    return node.op.type == "GatherV2" and form is not None and form.view


def rows_alone(program: Program, i: int) -> bool:
    """Whether a program reads only rows of a value."""
    if i in program.results:
        return False
    for node in program.nodes:
        if i in node.uses() and (node.uses().count(i) > 1 or node.uses()[0] != i):
            return False
        if i in node.uses() and not reads_rows(node, program.avals):
            return False
    return True


def write_branches(scope: Any, node: Node, branches: list[Any]) -> bool:
    """A choice between branches; numbers that name none mean the last one."""
    index, *given = [scope.value(i) for i in node.inputs]
    names = [f"{scope.prefix}v{i}" for i in node.outputs]
    for k, branch in enumerate(branches):
        last = k == len(branches) - 1
        if len(branches) == 1:
            scope.line("if True:", node)
        else:
            test = f"{'el' if k else ''}if {index} == {k}:"
            scope.line("else:" if last else test, node)
        enter(branch, given, scope, ())
        branch.write()
        if names:
            values = [branch.local[i] for i in branch.program.results]
            branch.line(f"{joined(names)} = {joined(values)}")
        else:
            branch.line("pass")
    for i in node.outputs:
        scope.name(i)
    return True


def enter(inner: Any, given: list[str], scope: Any, last: Any) -> None:
    """The parameters of a part are values of the program around it; ``last`` ones may be lists."""
    params = inner.program.params
    inner.local.update(zip(params, given, strict=True))
    for param, i in zip(params[len(params) - len(last) :], last, strict=True):
        if i in scope.lists:
            inner.lists[param] = scope.lists[i]


def joined(names: list[str]) -> str:
    """Names with commas between, one with a comma behind."""
    return ", ".join(names) if len(names) > 1 else f"{names[0]},"


def stack_of(rows: list[Any], aval: Aval) -> Any:
    """Values along a new first axis; of none an empty array.

    Values of different shapes are kept apart, as the objects of an array.
    """
    if not rows:
        return np.zeros((0, *[n or 0 for n in aval.shape]), aval.dtype)
    if None in aval.shape and len({np.shape(row) for row in rows}) > 1:
        apart = np.empty(len(rows), object)
        for i, row in enumerate(rows):
            apart[i] = row
        return apart
    return np.stack(rows) if aval.shape or aval.dtype == object else np.array(rows, aval.dtype)


def shape_of(rows: list[Any], aval: Aval, dtype: str) -> Any:
    """The shape of the array that a list would become."""
    return np.array((len(rows), *aval.shape), dtype)
