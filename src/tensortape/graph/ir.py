"""The intermediate representation of traced functions: typed, static single assignment, pure.

A :class:`Program` is what a trace becomes for given input shapes. Values are numbered; a node
runs one operation of the registry on values and gives new ones. Variables are no part of it: their
values come in as parameters and go out as results, so a program has no side effects but those of
its ``stateful`` nodes (random numbers, printing, Python calls), which keep their order.

Programs are made by ``graph/lower.py``, improved by ``graph/passes``, executed by ``graph/plan``
and ``xla``. ``verify`` is the grammar; the tests check it between passes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from tensortape.arrays.unranked import AnyShape
from tensortape.core.op import Op
from tensortape.core.tensor import EagerTensor

STATEFUL = frozenset({"random", "effect"})
"""Families of operations that must run once, in order, whoever uses their results."""
CHECKS = "check"
"""The family of what only looks at values, and raises: it must run, when and how often is free."""


class Aval(NamedTuple):
    """What is known of a value: sizes (``None`` where data decides) and NumPy dtype."""

    shape: tuple[int | None, ...]
    dtype: Any

    def __str__(self) -> str:
        sizes = ",".join("?" if n is None else str(n) for n in self.shape)
        sizes = "..." if isinstance(self.shape, AnyShape) else sizes
        return f"{np.dtype(self.dtype).name}[{sizes}]"


def sizes(aval: Aval) -> tuple[int, ...]:
    """The shape of a value of which all sizes are known."""
    return aval.shape  # type: ignore[return-value]


class Late:
    """An attribute that depends on values: ``compute(*arrays)`` gives it at run time."""

    __slots__ = ("compute", "ids")

    def __init__(self, ids: tuple[int, ...], compute: Callable[..., Any]) -> None:
        self.ids, self.compute = ids, compute

    def __repr__(self) -> str:
        return f"Late({', '.join(f'%{i}' for i in self.ids)})"


class Node:
    """One operation: ``outputs = op(*inputs, **attrs)``.

    ``attrs`` are normalised, but for nodes with ``late`` attributes: those are resolved, then
    normalised, at run time. ``line`` and ``name`` say where the user's program asked for it.
    """

    __slots__ = ("attrs", "inputs", "late", "line", "name", "op", "outputs")

    def __init__(
        self,
        op: Op,
        inputs: tuple[int, ...],
        outputs: tuple[int, ...],
        attrs: dict[str, Any],
        name: str = "",
        line: str | None = None,
    ) -> None:
        self.op, self.inputs, self.outputs, self.attrs = op, inputs, outputs, attrs
        self.name, self.line = name, line
        self.late = tuple(dict.fromkeys(_late_ids(attrs)))

    @property
    def stateful(self) -> bool:
        """Whether it must run exactly once, in its place."""
        return self.op.family in STATEFUL or any(p.stateful for p in self.programs())

    @property
    def must_run(self) -> bool:
        """Whether it runs also where nothing reads its results."""
        return self.stateful or self.op.family == CHECKS or any(p.must_run for p in self.programs())

    def programs(self) -> Iterator[Program]:
        """Programs among the attributes: branches and loop bodies."""
        return _programs(self.attrs.values())

    def uses(self) -> tuple[int, ...]:
        """The values it reads, as inputs or for late attributes."""
        return self.inputs + self.late


class Program:
    """A straight-line computation: ``results`` as a function of ``params``.

    Attributes:
        params: ids of the parameters, in the order of the arguments.
        constants: id -> array.
        nodes: in an order in which every value is computed before it is used.
        results: ids of the results (parameters and constants may be among them; ids may repeat).
        avals: id -> :class:`Aval`, for every id.
    """

    __slots__ = ("avals", "cache", "constants", "name", "nodes", "params", "results")

    def __init__(
        self,
        name: str,
        params: tuple[int, ...],
        constants: dict[int, Any],
        nodes: list[Node],
        results: tuple[int, ...],
        avals: dict[int, Aval],
    ) -> None:
        self.name, self.params, self.constants = name, params, constants
        self.nodes, self.results, self.avals = nodes, results, avals
        self.cache: dict[str, Any] = {}
        """What executors made of the program; a new program has an empty one."""

    @property
    def stateful(self) -> bool:
        """Whether any node is."""
        return any(node.stateful for node in self.nodes)

    @property
    def must_run(self) -> bool:
        """Whether something in it runs also where nobody reads results."""
        return any(node.must_run for node in self.nodes)

    def __str__(self) -> str:
        return "\n".join(text(self))

    def __repr__(self) -> str:
        return f"<Program {self.name!r}: {len(self.nodes)} nodes>"


def text(program: Program, indent: str = "") -> list[str]:
    """A program as lines of text, nested programs indented."""
    params = ", ".join(f"%{i}: {program.avals[i]}" for i in program.params)
    lines = [f"{indent}{program.name}({params}):"]
    for i, array in program.constants.items():
        value = f" {np.asarray(array).tolist()}" if array.size <= 4 else ""
        lines.append(f"{indent}  %{i}: {program.avals[i]} = constant{value}")
    for node in program.nodes:
        lines += _node_text(program, node, indent + "  ")
    results = ", ".join(f"%{i}" for i in program.results)
    return [*lines, f"{indent}  return {results}"]


def _node_text(program: Program, node: Node, indent: str) -> list[str]:
    outs = ", ".join(f"%{i}: {program.avals[i]}" for i in node.outputs)
    plain = {n: a for n, a in node.attrs.items() if next(_programs((a,)), None) is None}
    attrs = " " + " ".join(f"{n}={a!r:.60}" for n, a in plain.items()) if plain else ""
    ins = ", ".join(f"%{i}" for i in node.inputs)
    where = f"  # {node.line}" if node.line else ""
    lines = [f"{indent}{outs} = {node.op.type}({ins}){attrs}{where}"]
    for inner in node.programs():
        lines += text(inner, indent + "    ")
    return lines


def _programs(values: Any) -> Iterator[Program]:
    for value in values:
        if isinstance(value, Program):
            yield value
        elif isinstance(value, (tuple, list)):
            yield from _programs(value)


def _late_ids(value: Any) -> Iterator[int]:
    if isinstance(value, Late):
        yield from value.ids
    elif isinstance(value, dict):
        for item in value.values():
            yield from _late_ids(item)
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from _late_ids(item)
    elif isinstance(value, slice):
        yield from _late_ids((value.start, value.stop, value.step))


def resolve(value: Any, lookup: Callable[[int], Any]) -> Any:
    """``value`` with every :class:`Late` computed from the arrays that ``lookup`` finds."""
    if isinstance(value, Late):
        return value.compute(*[lookup(i) for i in value.ids])
    if isinstance(value, dict):
        return {n: resolve(v, lookup) for n, v in value.items()}
    if isinstance(value, (tuple, list)) and not hasattr(value, "_fields"):
        return type(value)(resolve(v, lookup) for v in value)
    if isinstance(value, slice):
        return slice(*(resolve(v, lookup) for v in (value.start, value.stop, value.step)))
    return value


def attributes(node: Node, lookup: Callable[[int], Any]) -> dict[str, Any]:
    """The attributes a kernel gets: late ones resolved and normalised."""
    if not node.late:
        return node.attrs
    attrs = resolve(node.attrs, lookup)
    if node.op.normalise is None:
        return attrs
    return node.op.normalise(tuple(EagerTensor(lookup(i)) for i in node.inputs), attrs)


def interpret(program: Program, xp: Any, args: Any) -> list[Any]:
    """Run a program node by node in a namespace: the executor all others are tested against."""
    env: dict[int, Any] = dict(program.constants)
    env.update(zip(program.params, args, strict=True))
    for node in program.nodes:
        attrs = attributes(node, env.__getitem__)
        value = node.op.kernel(xp, *[env[i] for i in node.inputs], **attrs)
        if node.op.outputs is None:
            env[node.outputs[0]] = value
        else:
            env.update(zip(node.outputs, value, strict=True))
    return [env[i] for i in program.results]


def verify(program: Program) -> None:
    """The grammar. Raises ``ValueError`` that names the node which breaks it.

    Every id is defined once and before its use, has an aval, and nodes give as many outputs as
    their operation; nested programs are verified too.
    """
    defined = [*program.params, *program.constants]
    known = set(defined)
    if len(known) != len(defined):
        raise ValueError(f"{program.name}: a parameter or constant is defined twice: {defined}")
    for node in program.nodes:
        label = f"{program.name}: {node.op.type} {node.name!r}"
        for i in node.uses():
            if i not in known:
                raise ValueError(f"{label} uses %{i} before it is defined")
        for i in node.outputs:
            if i in known:
                raise ValueError(f"{label} defines %{i} a second time")
            if i not in program.avals:
                raise ValueError(f"{label} gives %{i}, of which no shape and dtype is known")
            known.add(i)
        expected = 1 if node.op.outputs is None else node.op.outputs
        if expected > 0 and len(node.outputs) != expected:
            raise ValueError(f"{label} has {len(node.outputs)} outputs, {expected} expected")
        for inner in node.programs():
            verify(inner)
    for i in [*program.params, *program.constants, *program.results]:
        if i not in known or i not in program.avals:
            raise ValueError(f"{program.name}: %{i} is not defined or has no aval")
