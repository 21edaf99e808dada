"""The functions that compute a block of a chain or a part of a lane, and the arrays they need."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from tensortape.graph.ir import Node
from tensortape.graph.plan.chains import Chain
from tensortape.graph.plan.forms import factors, form_of
from tensortape.graph.plan.kernels import kernel_call
from tensortape.graph.plan.lanes import REDUCTIONS, Group, Lane, is_product, read_by


def write_chain(writer: Any, scope: Any, k: int, chain: Chain) -> tuple[int, Any]:
    """Write the function of a chain; returns its number of threads, and its scratch arrays."""
    avals = scope.avals
    inside = {i: f"v{i}" for i in chain.operands}
    params = ["low", "high", "scratch", *inside.values(), *[f"o{i}" for i in chain.outputs]]
    writer.line(f"def chain{k}({', '.join(params)}):")
    for i in chain.operands:
        shape = tuple(avals[i].shape)
        if shape and (chain.flat or (len(shape) == len(chain.shape) and shape[0] != 1)):
            writer.line(f"    v{i} = v{i}[low:high]")
    for i in chain.outputs:
        writer.line(f"    o{i} = o{i}[low:high]")
    room = Scratch(chain, avals)
    if room.parts:
        names = [f"t{n}" for n in range(len(room.parts))]
        writer.line(f"    {', '.join(names)}, = scratch")
        writer.line(f"    if high - low != {chain.step}:")
        for name in names:
            writer.line(f"        {name} = {name}[:high - low]")
    for node in chain.nodes:
        args = [room.place.get(i) or inside[i] for i in node.inputs]
        form = form_of(node, avals)
        for text in form.into(args, room.place[node.outputs[0]], node, avals):  # type: ignore[union-attr,misc]
            writer.line("    " + text, node, scope)
    writer.line("")
    return chain.threads(), room.parts


def arguments(lane: Lane) -> list[int]:
    """The values that the function of a lane is given: whole arrays, also those it fills."""
    return list(dict.fromkeys(i for item in lane.items for i in (*read_by(item), *item.outputs)))


def write_lane(writer: Any, scope: Any, name: str, lane: Lane, cuts: Any, first: int) -> None:
    """Write the functions of a lane, one for each part of it that ends at one of the ``cuts``.

    ``first``: the place of its first scratch array.
    """
    given = ", ".join(["low", "high", "scratch", *[f"v{i}" for i in arguments(lane)]])
    for k, (start, end) in enumerate(itertools.pairwise([0, *cuts])):
        writer.line(f"def {name}_{k}({given}):")
        for item in lane.items[start:end]:
            if isinstance(item, Chain):
                write_chain_call(writer, scope, item, lane, first)
                first += 1
            else:
                for text in by_rows(item, lane.rows, scope.avals):
                    writer.line("    " + text, item, scope)
        writer.line("")


def write_chain_call(writer: Any, scope: Any, chain: Chain, lane: Lane, place: int) -> None:
    """Run a chain on the rows of a lane's part."""
    name = f"chain{scope.chains.index(chain)}"
    each, step = chain.rows // lane.rows, chain.step
    args = [flattened(chain, i, scope.avals) for i in (*chain.operands, *chain.outputs)]
    many = "" if each == 1 else f" * {each}"
    writer.line(f"    last = high{many}")
    writer.line(f"    for at in range(low{many}, last, {step}):")
    call = f"at, min(at + {step}, last), scratch[{place}], {', '.join(args)}"
    writer.line(f"        {name}({call})")


def write_asides(writer: Any, scope: Any, name: str, group: Group) -> None:
    """Write the function that computes a group's small operations, and adds them to ``side``."""
    given, kept = outside(group, scope)
    writer.line(f"def {name}({', '.join(['low', 'high', 'scratch', 'side', *map(named, given)])}):")
    for node in group.asides:
        form = form_of(node, scope.avals)
        args = [
            scope.operand(i, node, form) if i in scope.program.constants else named(i)
            for i in node.inputs
        ]
        if form is None:
            text = kernel_call(node, args, scope.avals, writer.names)
        else:
            text = form.value(args, node, scope.avals)
        writer.line(f"    {named(node.outputs[0])} = {text}", node, scope)
    writer.line(f"    side += ({''.join(f'{named(i)}, ' for i in kept).rstrip()})")
    writer.line("")


def outside(group: Group, scope: Any) -> tuple[list[int], list[int]]:
    """What the small operations of a group read, and which of their results are read elsewhere."""
    own = {node.outputs[0]: None for node in group.asides}
    known = {*own, *scope.program.constants}
    given = dict.fromkeys(i for node in group.asides for i in read_by(node) if i not in known)
    read = {i for item in scope.items if item is not group for i in read_by(item)}
    return list(given), [i for i in own if i in read or i in scope.program.results]


def named(i: int) -> str:
    """The name of a value in such a function."""
    return f"v{i}"


def by_rows(node: Node, rows: int, avals: Any) -> list[str]:
    """The statements that compute the rows from ``low`` to ``high`` of a node's result."""

    def part(i: int) -> str:
        shape = avals[i].shape
        aligned = len(shape) == rank and shape[0] == rows
        return f"v{i}[low:high]" if aligned else f"v{i}"

    (out,) = node.outputs
    if is_product(node):
        a, b = factors([f"v{i}" for i in node.inputs], node, avals)
        return [f"matmul({a}[low:high], {b}, v{out}[low:high])"]
    reduces = node.op.type in REDUCTIONS
    rank = len(avals[node.inputs[0] if reduces else out].shape)
    form = form_of(node, avals)
    return form.into([part(i) for i in node.inputs], f"v{out}[low:high]", node, avals)  # type: ignore[union-attr,misc]


def flattened(chain: Chain, i: int, avals: Any) -> str:
    """A value as an argument of a chain's function."""
    return f"v{i}.reshape(-1)" if chain.flat and avals[i].shape == chain.shape else f"v{i}"


class Scratch:
    """Block-sized arrays for what a chain computes for itself alone.

    Attributes:
        place: id of a node's result -> name of its array.
        parts: dtype and shape of each block-sized array.
    """

    def __init__(self, chain: Chain, avals: Any) -> None:
        inner = () if chain.flat else chain.shape[1:]
        self.shape = (chain.step, *inner)
        self.place: dict[int, str] = {i: f"o{i}" for i in chain.outputs}
        self.parts: list[tuple[Any, Any]] = []
        self.avals = avals
        last: dict[int, int] = {}
        for k, node in enumerate(chain.nodes):
            for i in (*node.outputs, *node.inputs):
                last[i] = k
        free: list[int] = []
        number: dict[int, int] = {}
        for k, node in enumerate(chain.nodes):
            out = node.outputs[0]
            ending = [i for i in dict.fromkeys(node.inputs) if i in number and last[i] == k]
            if out not in self.place:
                over = self.overwritten(node, ending, number)
                n = number[over] if over is not None else self.room(free, out)
                number[out] = n
                self.place[out] = f"t{n}"
                ending = [i for i in ending if i != over]
            free += [number[i] for i in ending]
            if last[out] == k and out in number:
                free.append(number[out])

    def overwritten(self, node: Node, ending: list[int], number: dict[int, int]) -> int | None:
        """An input that ends here, and whose array the result may overwrite."""
        form = form_of(node, self.avals)
        over = range(len(node.inputs)) if form.over is None else form.over  # type: ignore[union-attr]
        dtype = self.avals[node.outputs[0]].dtype
        for i in ending:
            safe = all(k in over for k, j in enumerate(node.inputs) if i == j)
            if safe and self.avals[i].dtype == dtype:
                return i
        return None

    def room(self, free: list[int], i: int) -> int:
        """A free array of the right dtype, or a new one."""
        dtype = np.dtype(self.avals[i].dtype)
        for n in free:
            if self.parts[n][0] == dtype:
                free.remove(n)
                return n
        self.parts.append((dtype, self.shape))
        return len(self.parts) - 1
