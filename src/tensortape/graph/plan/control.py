"""Loops and branches written into the plan: Python's own, around the statements of their parts.

Parts that need no workspace are written in: small values, where a call would cost more than what it
computes. Others are called, with plans of their own.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from tensortape.arrays.unranked import AnyShape
from tensortape.core.registry import OPS
from tensortape.graph.apart import Apart, apart
from tensortape.graph.ir import Aval, Node, Program
from tensortape.graph.passes import optimise_for_numpy
from tensortape.graph.plan.forms import form_of

LOOP, BRANCH = "While", "If"


def write(scope: Any, node: Node) -> bool:
    """Write a loop or branch; ``False`` for other operations."""
    kind = node.op.type
    if kind not in (LOOP, BRANCH) or node.late or OPS.get(kind) is not node.op:
        return False
    attrs = node.attrs
    if kind == LOOP:
        write_loop(scope, node, *inner_scopes(scope, (attrs["cond"], attrs["body"])))
    else:
        write_branches(scope, node, inner_scopes(scope, attrs["branches"]))
    return True


def inner_scopes(scope: Any, programs: tuple[Program, ...]) -> list[Any]:
    """The parts of a node: written in, or called where they need a workspace."""
    writer, indent = scope.writer, scope.indent + "    "
    found = []
    for program in programs:
        part = type(scope)(writer, optimise_for_numpy(program), writer.prefix(), indent)
        found.append(Called(part) if part.needs_workspace else part)
    return found


class Called:
    """A part with a plan of its own, which the plan around it calls."""

    def __init__(self, scope: Any) -> None:
        self.program, self.avals = scope.program, scope.program.avals
        self.line, self.prefix, self.writer = scope.line, scope.prefix, scope.writer
        self.local: dict[int, str] = {}
        self.lists: dict[int, Any] = {}

    def write(self) -> None:
        """The call."""
        part = self.writer.names.name(self.writer.compile(self.program), "part")
        call = f"{part}({', '.join(self.local[i] for i in self.program.params)})"
        outs = [f"{self.prefix}r{k}" for k in range(len(self.program.results))]
        self.line(f"{joined(outs)} = {call}" if outs else call)
        self.local.update(zip(self.program.results, outs, strict=True))


def write_loop(scope: Any, node: Node, cond: Any, body: Any) -> None:
    """A loop: its variables have names of their own, which each iteration assigns anew."""
    n, stacked = node.attrs["variables"], node.attrs["stacked"]
    limit = node.attrs.get("maximum")
    start = scope.writer.prefix()
    args = [scope.value(i) for i in node.inputs[:n]]
    for k, i in enumerate(node.inputs[n:], n):
        rows_only = all(rows_alone(part, part.program.params[k]) for part in (cond, body))
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
    padded = node.attrs.get("padded") or (False,) * stacked
    for i, name, aval, pad in zip(node.outputs[n:], rows, kept, padded, strict=True):
        scope.lists[i] = List(name, aval, pad)
        if pad:  # all rows must have one shape, also when they are taken one by one
            stacked_value(scope, i)


class List(NamedTuple):
    """Values of each iteration in a list; they become one array when something needs it."""

    name: str
    row: Aval
    padded: bool = False


def stacked_value(scope: Any, i: int) -> None:
    """Make an array of a list."""
    rows = scope.lists.pop(i)
    stack = scope.writer.names.name(stack_of, "stack_of")
    like = scope.writer.names.name(rows.row, "row")
    scope.line(f"{scope.name(i)} = {stack}({rows.name}, {like}, {rows.padded})")


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
    if node.op.type == "UnevenRead":
        return len(node.inputs) == 2
    if node.op.type == "Shape":
        return None not in avals[node.inputs[0]].shape[1:]
    form = form_of(node, avals)
    return node.op.type == "GatherV2" and form is not None and form.view


def rows_alone(part: Any, i: int) -> bool:
    """Whether a part reads only rows of a value (or its shape, where the part is written in)."""
    program = part.program
    if i in program.results:
        return False
    for node in program.nodes:
        uses = node.uses()
        if i not in uses:
            continue
        if uses.count(i) > 1 or uses[0] != i or not reads_rows(node, program.avals):
            return False
        if node.op.type == "Shape" and isinstance(part, Called):
            return False
    return True


def write_branches(scope: Any, node: Node, branches: list[Any]) -> None:
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


def stack_of(rows: list[Any], aval: Aval, padded: bool = False) -> Any:
    """Values along a new first axis; of none an empty array.

    Values of different shapes are filled up with zeros if ``padded`` (stacks of an inner loop with
    other numbers of iterations), or kept apart.
    """
    if isinstance(aval.shape, AnyShape):
        return apart(rows)
    if not rows:
        return np.zeros((0, *[n or 0 for n in aval.shape]), aval.dtype)
    if None in aval.shape and any(isinstance(row, Apart) for row in rows):
        return apart(rows)
    if None in aval.shape and len({np.shape(row) for row in rows}) > 1:
        return filled_up(rows) if padded else apart(rows)
    if not aval.shape:
        return np.stack(rows) if aval.dtype == object else np.array(rows, aval.dtype)
    return np.concatenate(rows).reshape(len(rows), *rows[0].shape)  # np.stack takes twice as long


def filled_up(rows: list[Any]) -> Any:
    """Rows of different shapes in one array, with zeros behind the shorter ones."""
    sizes = [max(column) for column in zip(*[np.shape(row) for row in rows], strict=True)]
    whole = np.zeros((len(rows), *sizes), rows[0].dtype)
    for place, row in zip(whole, rows, strict=True):
        place[tuple(slice(n) for n in row.shape)] = row
    return whole


def shape_of(rows: list[Any], aval: Aval, dtype: str) -> Any:
    """The shape of the array that a list would become."""
    return np.array((len(rows), *aval.shape), dtype)
