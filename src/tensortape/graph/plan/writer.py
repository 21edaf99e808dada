"""The text of a plan: a function of straight-line Python, one statement or a few per node."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.graph.ir import Node, Program
from tensortape.graph.plan import blas, products
from tensortape.graph.plan.blocks import run_blocks
from tensortape.graph.plan.chains import Chain, Schedule
from tensortape.graph.plan.forms import NAMES, form_of
from tensortape.graph.plan.kernels import Globals, kernel_call
from tensortape.graph.plan.memory import Memory, Workspace
from tensortape.graph.plan.recycling import recycled

INDENT = "        "


class Writer:
    """Writes the text of a plan, line by line, and notes which node each line is for."""

    def __init__(self, program: Program) -> None:
        self.program, self.avals = program, program.avals
        self.names = Globals()
        for name, value in NAMES.items():
            self.names.name(value, name)
        self.names.name(run_blocks, "run_blocks")
        self.names.name(recycled, "recycled")
        self.items = Schedule(program).items
        self.memory = Memory(program, self.items)
        self.chains = [item for item in self.items if isinstance(item, Chain)]
        self.scratches: list[Any] = []
        self.lines: list[str] = []
        self.node_of: dict[int, Node] = {}
        self.local: dict[int, str] = {}
        for i in program.params:
            self.local[i] = f"v{i}"
        for i, value in program.constants.items():
            self.local[i] = f"c{i}"
            self.names.values[f"c{i}"] = value
        self.write()

    # -- lines -----------------------------------------------------------------------------

    def line(self, text: str, node: Node | None = None) -> None:
        """Add a line."""
        self.lines.append(text)
        if node is not None:
            self.node_of[len(self.lines)] = node

    def write(self) -> None:
        """The whole text: first the chains, then the plan."""
        for k, chain in enumerate(self.chains):
            self.write_chain(k, chain)
        self.workspace = Workspace(self.memory, self.scratches)
        multiplies = any(
            isinstance(item, Node) and products.uses_threads(item, self.avals)
            for item in self.items
        )
        self.line(f"def plan({', '.join(self.local[i] for i in self.program.params)}):")
        self.line("    token = quiet()")
        if multiplies:
            self.line("    one_thread()")
        self.line("    try:")
        self.write_workspace()
        for t, item in enumerate(self.items):
            self.write_item(t, item)
        if self.uses_workspace:
            self.line(INDENT + "give(work)")
        self.line(f"{INDENT}return [{', '.join(self.value(i) for i in self.program.results)}]")
        self.line("    except Exception as error:")
        self.line(INDENT + "raise explained(error) from None")
        self.line("    finally:")
        if multiplies:
            self.line(INDENT + "threads_as_before()")
        self.line(INDENT + "unquiet(token)")
        self.names.values |= {
            "take": self.workspace.take,
            "give": self.workspace.give,
            "one_thread": blas.one_thread.enter,
            "threads_as_before": blas.one_thread.leave,
        }

    def value(self, i: int) -> str:
        """The name of a value."""
        return self.local[i]

    def write_workspace(self) -> None:
        """Take a workspace and name its parts."""
        m = self.memory
        parts = [f"b{k}" for k in range(len(m.views))]
        parts += [f"kept{k}" for k in range(len(m.handed))]
        parts += [f"machine{k}" for k in range(len(m.machines))]
        parts += [f"scratch{k}" for k in range(len(self.scratches))]
        self.uses_workspace = bool(parts)
        if parts:
            self.line(INDENT + "work = take()")
            self.line(f"{INDENT}{', '.join(parts)}, = work")

    # -- nodes -----------------------------------------------------------------------------

    def write_item(self, t: int, item: Any) -> None:
        """A node or a chain, and the end of what it used last."""
        if isinstance(item, Chain):
            self.call_chain(self.chains.index(item), item)
        else:
            self.write_node(item)
        gone = self.memory.dropped.get(t)
        if gone:
            self.line(f"{INDENT}del {', '.join(self.value(i) for i in gone if i in self.local)}")

    def target(self, i: int) -> str | None:
        """Where a planned result is written; new arrays are made here."""
        m = self.memory
        if i in m.place:
            return f"b{m.place[i]}"
        if i not in m.fresh:
            return None
        k = m.fresh[i]
        dtype, shape = m.handed[k]
        self.line(f"{INDENT}v{i} = recycled(kept{k}, {shape!r}, {dtype.name!r})")
        return f"v{i}"

    def write_node(self, node: Node) -> None:
        """One node."""
        args = [self.value(i) for i in node.inputs]
        for i in node.outputs:
            self.local[i] = f"v{i}"
        form = form_of(node, self.avals)
        first = node.outputs[0] if node.outputs else None
        out = self.target(first) if form is not None and first is not None else None
        if first in self.memory.machines:
            self.run_machine(node, args)
            return
        if form is not None and out is not None:
            split = products.by_rows(node, self.avals)
            statements = (
                products.call(self, args, out, node)
                if split
                else form.into(args, out, node, self.avals)  # type: ignore[misc]
            )
            for text in statements:
                self.line(INDENT + text, node)
            if out != f"v{first}":
                self.line(f"{INDENT}v{first} = {out}", node)
            return
        if form is not None:
            text = form.value(args, node, self.avals)
        else:
            text = kernel_call(node, [*args, *map(self.value, node.late)], self.avals, self.names)
        outs = f"v{first}" if node.op.outputs is None else "".join(f"v{i}, " for i in node.outputs)
        self.line(f"{INDENT}{outs.rstrip() or '()'} = {text}", node)

    def run_machine(self, node: Node, args: list[str]) -> None:
        """A node that a machine of the workspace computes."""
        (i,) = node.outputs
        k = list(self.memory.machines).index(i)
        out = self.target(i)
        self.line(f"{INDENT}machine{k}({', '.join([*args, str(out)])})", node)
        if out != f"v{i}":
            self.line(f"{INDENT}v{i} = {out}")

    # -- chains ----------------------------------------------------------------------------

    def call_chain(self, k: int, chain: Chain) -> None:
        """Run a chain on all blocks."""
        args = []
        for i in chain.operands:
            flat = chain.flat and tuple(self.avals[i].shape) == chain.shape
            args.append(f"{self.value(i)}.reshape(-1)" if flat else self.value(i))
        for i in chain.outputs:
            self.local[i] = f"v{i}"
            out = self.target(i)
            if out != f"v{i}":
                self.line(f"{INDENT}v{i} = {out}")
            args.append(f"v{i}.reshape(-1)" if chain.flat else f"v{i}")
        joined = "".join(f"{a}, " for a in args).rstrip()
        self.line(
            f"{INDENT}run_blocks(chain{k}, {chain.rows}, {chain.step}, scratch{k}, ({joined}))"
        )

    def write_chain(self, k: int, chain: Chain) -> None:
        """The function that computes one block of a chain."""
        inside = {i: f"v{i}" for i in chain.operands}
        params = ["low", "high", "scratch", *inside.values(), *[f"o{i}" for i in chain.outputs]]
        self.line(f"def chain{k}({', '.join(params)}):")
        for i in chain.operands:
            shape = tuple(self.avals[i].shape)
            if shape and (chain.flat or (len(shape) == len(chain.shape) and shape[0] != 1)):
                self.line(f"    v{i} = v{i}[low:high]")
        for i in chain.outputs:
            self.line(f"    o{i} = o{i}[low:high]")
        room = Scratch(chain, self.avals)
        self.scratches.append((chain.threads(), room.parts))
        if room.parts:
            names = "".join(f"t{n}, " for n in range(len(room.parts))).rstrip()
            self.line(f"    {names} = scratch")
            self.line(f"    if high - low != {chain.step}:")
            for n in range(len(room.parts)):
                self.line(f"        t{n} = t{n}[:high - low]")
        for node in chain.nodes:
            out = room.place[node.outputs[0]]
            args = [
                room.place.get(i) or (inside[i] if i in inside else self.value(i))
                for i in node.inputs
            ]
            form = form_of(node, self.avals)
            for text in form.into(args, out, node, self.avals):  # type: ignore[union-attr,misc]
                self.line("    " + text, node)
        self.line("")


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
