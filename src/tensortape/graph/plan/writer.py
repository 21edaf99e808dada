"""The text of a plan: a function of straight-line Python, one statement or a few per node."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tensortape.arrays import blas
from tensortape.arrays.blocks import cores, run_blocks
from tensortape.arrays.parts import Parts
from tensortape.graph.ir import Aval, Node, Program
from tensortape.graph.plan import products, reductions
from tensortape.graph.plan.chains import Chain
from tensortape.graph.plan.forms import NAMES
from tensortape.graph.plan.gates import gates_of
from tensortape.graph.plan.kernels import Globals
from tensortape.graph.plan.lanes import Group
from tensortape.graph.plan.memory import Workspace
from tensortape.graph.plan.recycling import recycled
from tensortape.graph.plan.scope import Origin, Scope
from tensortape.graph.plan.scratch import write_asides, write_chain, write_lane

INDENT = "        "


class Writer:
    """Writes the text of a plan, line by line, and notes which node each line is for.

    ``compile`` makes plans of parts that are called.
    """

    def __init__(self, program: Program, compile: Callable[[Program], Any]) -> None:
        self.compile = compile
        self.names = Globals()
        for name, value in NAMES.items():
            self.names.name(value, name)
        self.names.name(run_blocks, "run_blocks")
        self.names.name(recycled, "recycled")
        self.lines: list[str] = []
        self.origins: dict[int, Origin] = {}
        self.scratches: list[Any] = []
        self.prefixes = 0
        self.program, self.scope = program, Scope(self, program, "", INDENT)
        self.write()

    def line(self, text: str, node: Node | None = None, scope: Any = None) -> None:
        """Add a line, which computes a node of a scope."""
        self.lines.append(text)
        if node is not None:
            names = [scope.local.get(i, "") for i in node.inputs]
            self.origins[len(self.lines)] = Origin(node, names, scope.avals)

    def prefix(self) -> str:
        """The start of the names of one more program within."""
        self.prefixes += 1
        return f"p{self.prefixes}_"

    def write(self) -> None:
        """The whole text: first the chains, then the plan."""
        scope = self.scope
        for k, chain in enumerate(scope.chains):
            self.scratches.append(write_chain(self, scope, k, chain))
        for k, group in enumerate(scope.groups):
            self.write_group(k, group)
        workspace = Workspace(scope.memory, self.scratches)
        multiplies = any(may_start_threads(item, scope.avals) for item in scope.items)
        self.line(f"def plan({', '.join(scope.local[i] for i in self.program.params)}):")
        self.line("    token = quiet()")
        if multiplies:
            self.line("    one_thread()")
        self.line("    try:")
        parts = self.parts()
        if parts:
            self.line(INDENT + "work = take()")
            self.line(f"{INDENT}{', '.join(parts)}, = work")
        scope.write()
        if parts:
            self.line(INDENT + "give(work)")
        self.line(f"{INDENT}return [{', '.join(scope.local[i] for i in self.program.results)}]")
        self.line("    except Exception as error:")
        self.line(INDENT + "raise explained(error) from None")
        self.line("    finally:")
        if multiplies:
            self.line(INDENT + "threads_as_before()")
        self.line(INDENT + "unquiet(token)")
        self.names.values |= {
            "take": workspace.take,
            "give": workspace.give,
            "one_thread": blas.one_thread.enter,
            "threads_as_before": blas.one_thread.leave,
        }

    def write_group(self, k: int, group: Group) -> None:
        """The functions of a group's lanes, whose chains have scratch memory for every thread."""
        gates, first = gates_of(group), 0
        lanes = []
        for n, lane in enumerate(group.lanes):
            write_lane(self, self.scope, f"lane{k}_{n}", lane, gates.cuts[n], first)
            first += sum(isinstance(item, Chain) for item in lane.items)
            bodies = "".join(f"lane{k}_{n}_{m}, " for m in range(len(gates.cuts[n]))).rstrip()
            bounds = lane.bounds(last=lane is group.lanes[-1])
            lanes.append(f"(({bodies}), {bounds}, {gates.opens[n]}, {gates.needs[n]})")
        if group.asides:
            write_asides(self, self.scope, f"aside{k}", group)
            lanes.insert(-1, f"((aside{k},), (0, 1), 0, {gates.aside})")
        self.line(f"parts{k} = {self.names.name(Parts, 'Parts')}(")
        for text in lanes:
            self.line(f"    {text},")
        self.line(").run")
        self.line("")
        for chain in group.chains:
            at = self.scope.chains.index(chain)
            self.scratches[at] = (cores(), self.scratches[at][1])

    def parts(self) -> list[str]:
        """The names of the parts of the workspace."""
        m = self.scope.memory
        return [
            *[f"b{k}" for k in range(len(m.views))],
            *[f"kept{k}" for k in range(len(m.handed))],
            *[f"machine{k}" for k in range(len(m.machines))],
            *[f"scratch{k}" for k in range(len(self.scratches))],
        ]


def may_start_threads(item: Any, avals: dict[int, Aval]) -> bool:
    """Whether a product in an item, or in a program of its own, may start the BLAS's threads."""
    if not isinstance(item, Node):
        return isinstance(item, Group)
    return any(kind.uses_threads(item, avals) for kind in (products, reductions)) or any(
        may_start_threads(node, p.avals) for p in item.programs() for node in p.nodes
    )
