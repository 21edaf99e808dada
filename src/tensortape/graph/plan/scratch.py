"""The functions that compute a block of a chain or a part of a lane, and the arrays they need."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.graph.ir import Node
from tensortape.graph.plan.chains import Chain
from tensortape.graph.plan.forms import factors, form_of
from tensortape.graph.plan.lanes import REDUCTIONS, Lane, is_product, read_by


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


def write_lane(writer: Any, scope: Any, name: str, lane: Lane, first: int) -> None:
    """Write the function of a lane; ``first``: the place of its first scratch array."""
    given = arguments(lane)
    writer.line(f"def {name}({', '.join(['low', 'high', 'scratch', *[f'v{i}' for i in given]])}):")
    for item in lane.items:
        if isinstance(item, Chain):
            chain = f"chain{scope.chains.index(item)}"
            each, step = item.rows // lane.rows, item.step
            args = [flattened(item, i, scope.avals) for i in (*item.operands, *item.outputs)]
            many = "" if each == 1 else f" * {each}"
            writer.line(f"    last = high{many}")
            writer.line(f"    for at in range(low{many}, last, {step}):")
            call = f"at, min(at + {step}, last), scratch[{first}], {', '.join(args)}"
            writer.line(f"        {chain}({call})")
            first += 1
        else:
            for text in by_rows(item, lane.rows, scope.avals):
                writer.line("    " + text, item, scope)
    writer.line("")


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
