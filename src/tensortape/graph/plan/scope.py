"""One program in the text of a plan: the plan's own, or one of its loops and branches."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from tensortape.arrays.blocks import cores
from tensortape.graph.ir import Aval, Node, Program
from tensortape.graph.plan import control, products
from tensortape.graph.plan.chains import Chain, Schedule
from tensortape.graph.plan.forms import Form, form_of
from tensortape.graph.plan.gates import joined
from tensortape.graph.plan.kernels import kernel_call
from tensortape.graph.plan.lanes import Group, grouped
from tensortape.graph.plan.memory import Memory
from tensortape.graph.plan.outer import column_and_row, column_times_row
from tensortape.graph.plan.scratch import arguments, outside


class Origin(NamedTuple):
    """What a line of a plan computes, and the names of its inputs there."""

    node: Node
    names: list[str]
    avals: dict[int, Aval]


class Scope:
    """Writes the items of a program; ``local`` names its values.

    The names of a program within another one start with a ``prefix``.
    """

    def __init__(self, writer: Any, program: Program, prefix: str, indent: str) -> None:
        self.writer, self.program, self.avals = writer, program, program.avals
        self.prefix, self.indent = prefix, indent
        self.items = joined(grouped(Schedule(program).items, self.avals), self.avals)
        self.memory = Memory(program, self.items)
        self.groups = [item for item in self.items if isinstance(item, Group)]
        self.chains = [
            chain
            for item in self.items
            for chain in (item.chains if isinstance(item, Group) else [item])
            if isinstance(chain, Chain)
        ]
        self.lists: dict[int, control.List] = {}
        self.numbers: dict[int, str] = {}
        self.local: dict[int, str] = {i: f"{prefix}v{i}" for i in program.params}
        for i, value in program.constants.items():
            self.local[i] = f"{prefix}c{i}"
            writer.names.values[f"{prefix}c{i}"] = value

    @property
    def needs_workspace(self) -> bool:
        """Whether the program computes anything in blocks or in places of a workspace."""
        m = self.memory
        return bool(self.chains or self.groups or m.views or m.handed or m.machines)

    def line(self, text: str, node: Node | None = None) -> None:
        """Add a line."""
        self.writer.line(self.indent + text, node, self)

    def write(self) -> None:
        """All items, and after each the end of what it used last."""
        for t, item in enumerate(self.items):
            if isinstance(item, Group):
                self.call_group(self.groups.index(item), item)
            elif isinstance(item, Chain):
                self.call_chain(self.chains.index(item), item)
            else:
                self.write_node(item)
            gone = [
                self.known(i)
                for i in self.memory.dropped.get(t, ())
                if i in self.local or i in self.lists
            ]
            if gone:
                self.line(f"del {', '.join(gone)}")
        for i in self.program.results:
            self.value(i)

    def value(self, i: int) -> str:
        """The name of a value; a list becomes an array here."""
        if i in self.lists:
            control.stacked_value(self, i)
        return self.local[i]

    def known(self, i: int) -> str:
        """The name of a value, or of the list it is as yet."""
        return self.lists[i].name if i in self.lists else self.local[i]

    def name(self, i: int) -> str:
        """The name under which a value is known from here on."""
        self.local[i] = f"{self.prefix}v{i}"
        return self.local[i]

    def target(self, i: int) -> str | None:
        """Where a planned result is written; new arrays are made here."""
        m = self.memory
        if i in m.place:
            return f"b{m.place[i]}"
        if i not in m.fresh:
            return None
        if i in m.inherits:
            return self.local[m.inherits[i]]
        k = m.fresh[i]
        dtype, shape = m.handed[k]
        self.line(f"v{i} = recycled(kept{k}, {shape!r}, {dtype.name!r})")
        return f"v{i}"

    # -- nodes -----------------------------------------------------------------------------

    def write_node(self, node: Node) -> None:
        """One node."""
        read = control.reads_list(self, node)
        if read is not None:
            self.assign(node, read)
            return
        if control.write(self, node):
            return
        form = form_of(node, self.avals)
        args = [self.operand(i, node, form) for i in node.inputs]
        if node.outputs and node.outputs[0] in self.memory.machines:
            self.run_machine(node, args)
        elif form is None:
            late = [self.value(i) for i in node.late]
            self.assign(node, kernel_call(node, [*args, *late], self.avals, self.writer.names))
        else:
            self.write_form(node, form, args)

    def operand(self, i: int, node: Node, form: Form | None) -> str:
        """The name of a value as an input of a node; numbers beside arrays are 0-d arrays there.

        A ufunc takes those as they are, which saves up to half a microsecond.
        """
        aval = self.avals[i]
        plain = form is None or not form.chain or len(node.inputs) != 2 or aval.shape
        if plain or not self.avals[node.outputs[0]].shape or np.dtype(aval.dtype).kind not in "fiu":
            return self.value(i)
        if i not in self.numbers:
            name = self.value(i)
            if i in self.program.constants:
                number = np.asarray(self.program.constants[i])
                self.numbers[i] = self.writer.names.name(number, "number")
            else:
                self.numbers[i] = f"{self.prefix}n{i}"
                self.line(f"{self.prefix}n{i} = asarray({name})")
        return self.numbers[i]

    def write_form(self, node: Node, form: Form, args: list[str]) -> None:
        """A node that is written as NumPy calls."""
        (i,) = node.outputs
        out = self.target(i)
        if out is None:
            self.assign(node, form.value(args, node, self.avals))
            return
        if products.worth_sharing(node, self.avals):
            statements = products.call(self.writer.names, args, out, node, self.avals)
        elif node.op.type == "Mul" and (k := column_times_row(node, self.avals)) is not None:
            call = self.writer.names.name(column_and_row, "column_and_row")
            statements = [f"{call}({args[k]}, {args[1 - k]}, {out})"]
        else:
            statements = form.into(args, out, node, self.avals)  # type: ignore[misc]
        for text in statements:
            self.line(text, node)
        self.known_as(i, out)

    def assign(self, node: Node, text: str) -> None:
        """The value, or values, of an expression."""
        names = [f"{self.prefix}v{i}" for i in node.outputs]
        if node.op.outputs is None:
            self.line(f"{names[0]} = {text}", node)
        else:
            self.line(f"{''.join(f'{n}, ' for n in names).rstrip() or '()'} = {text}", node)
        for i in node.outputs:
            self.name(i)

    def run_machine(self, node: Node, args: list[str]) -> None:
        """A node that a machine of the workspace computes."""
        (i,) = node.outputs
        k = list(self.memory.machines).index(i)
        out = self.target(i)
        self.line(f"machine{k}({', '.join([*args, str(out)])})", node)
        self.known_as(i, out)

    def known_as(self, i: int, out: str | None) -> None:
        """A value that was written into a place gets its name."""
        name = self.name(i)
        if out != name:
            self.line(f"{name} = {out}")

    def call_chain(self, k: int, chain: Chain) -> None:
        """Run a chain on all blocks."""
        args = []
        for i in chain.operands:
            flat = chain.flat and tuple(self.avals[i].shape) == chain.shape
            args.append(f"{self.value(i)}.reshape(-1)" if flat else self.value(i))
        for i in chain.outputs:
            self.known_as(i, self.target(i))
            args.append(f"v{i}.reshape(-1)" if chain.flat else f"v{i}")
        joined = "".join(f"{a}, " for a in args).rstrip()
        self.line(f"run_blocks(chain{k}, {chain.rows}, {chain.step}, scratch{k}, ({joined}))")

    def call_group(self, k: int, group: Group) -> None:
        """Run all lanes of a group, and its small operations before the last of them."""
        for i in group.filled:
            self.known_as(i, self.target(i))
        args = [
            f"({''.join(f'{self.value(i)}, ' for i in arguments(lane)).rstrip()})"
            for lane in group.lanes
        ]
        kept: list[int] = []
        if group.asides:
            given, kept = outside(group, self)
            self.line("side = []")
            args.insert(-1, f"({', '.join(['side', *map(self.value, given)])},)")
        scratches = "".join(f"scratch{self.chains.index(chain)}, " for chain in group.chains)
        threads = f"tuple(zip({scratches.rstrip(', ')}))" if scratches else f"((),) * {cores()}"
        self.line(f"parts{k}({threads}, {', '.join(args)})")
        if kept:
            self.line(f"{''.join(f'{self.name(i)}, ' for i in kept).rstrip()} = side")
