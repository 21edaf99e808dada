"""A program, node by node, on traced values."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from typing import Any

import numpy as np

from tensortape.arrays.namespace import numpy_namespace
from tensortape.core import dispatch
from tensortape.core.state import quiet
from tensortape.core.tensor import EagerTensor
from tensortape.graph.ir import Node, Program, attributes
from tensortape.xla.checks import ignoring, is_assured
from tensortape.xla.errors import Unsupported
from tensortape.xla.evaluate import LITERAL, evaluate
from tensortape.xla.host import struct, witness
from tensortape.xla.namespace import xla_namespace
from tensortape.xla.runtime import is_traced, jnp, traced_errors
from tensortape.xla.stacks import Same, Stack, on_stack, one_of, room_of

LOWERINGS: dict[str, Callable[..., Any]] = {}
"""Op type -> ``rule(program, node, values, attrs) -> list of outputs``: control flow."""


def lowering(*types: str) -> Callable[[Any], Any]:
    """Decorator: the rule of operations that are no kernel of the kernel language."""

    def decorate(rule: Any) -> Any:
        LOWERINGS.update(dict.fromkeys(types, rule))
        return rule

    return decorate


def trace(program: Program, env: dict[int, Any]) -> dict[int, Any]:
    """All values of ``program``, from those of its parameters and what else is known already."""
    env = {**program.constants, **env}
    for node in program.nodes:
        if not (node.outputs and node.outputs[0] in env):
            env.update(zip(node.outputs, run(program, node, env), strict=True))
    return env


def results(
    program: Program, args: Sequence[Any], more: Mapping[int, Any] | None = None
) -> list[Any]:
    """The results of a program within another one; ``more``: values of it that are given, too."""
    env = trace(program, {**dict(zip(program.params, args, strict=True)), **(more or {})})
    return [env[i] for i in program.results]


def used(program: Program) -> frozenset[int]:
    """Ids of the values that something reads."""
    found = program.cache.get("used")
    if found is None:
        found = {i for node in program.nodes for i in node.uses()} | {*program.results}
        found = program.cache["used"] = frozenset(found)
    return found


def run(program: Program, node: Node, env: dict[int, Any]) -> Sequence[Any]:
    """The outputs of one node."""
    attrs = attributes_of(node, env)
    values = [env[i] for i in node.inputs]
    row = one_of(node, values, attrs)
    if row is not None:
        return [row]
    rule = LOWERINGS.get(node.op.type)
    if rule is None:
        values = [v.rows if isinstance(v, Same) else v for v in values]
    if any(isinstance(v, Stack) for v in values) and node.op.family != "call":
        rule = on_stack
    try:
        if rule is not None:
            return rule(program, node, values, attrs)
        with ignoring() if is_assured(node) else nullcontext():
            result = evaluate(node.op, values, attrs, lambda: structs(program, node))
    except Unsupported as exc:
        raise located(exc, node) from None
    except Exception as exc:
        raise dispatch.translate(
            node.op, tuple(EagerTensor(v) for v in values), attrs, exc
        ) from exc
    return [result] if node.op.outputs is None else result


@lowering("Shape", "Size", "Rank")
def static_size(program: Program, node: Node, values: Any, attrs: dict[str, Any]) -> list[Any]:
    """Sizes of arrays are known while a program is made."""
    with quiet():
        return [node.op.kernel(numpy_namespace, witness(values[0]), **attrs)]


@lowering("HostInteger")
def host_integer(program: Program, node: Node, values: Any, attrs: dict[str, Any]) -> list[Any]:
    """A size, which is data where it counts the iterations of a loop."""
    value, dtype = attrs["value"], np.dtype(attrs["dtype"])
    return [jnp.asarray(value, dtype) if is_traced(value) else dtype.type(value)]


@lowering("HostConstant")
def host_constant(program: Program, node: Node, values: Any, attrs: dict[str, Any]) -> list[Any]:
    """Large constants are made by the compiled program, small ones now."""
    size = math.prod(n or 0 for n in program.avals[node.outputs[0]].shape)
    xp = xla_namespace if size > LITERAL else numpy_namespace
    return [getattr(xp, attrs["make"])(*attrs["args"], **dict(attrs["kwargs"]))]


def attributes_of(node: Node, env: dict[int, Any]) -> dict[str, Any]:
    """The attributes, where no traced value decides them."""
    sizes = node.op.type == "HostInteger"  # others make room for all rows of a stack
    try:
        return attributes(node, lambda i: env[i] if sizes else room_of(env[i]))
    except traced_errors():
        names = ", ".join(n for n, a in node.attrs.items() if "Late" in repr(a))
        reason = f"its attribute {names} is computed from data, and shapes may depend on it"
        raise located(Unsupported(reason, node.op.type), node) from None


def structs(program: Program, node: Node) -> Any:
    """Shapes and dtypes of a node's outputs, ``None`` when one of them is open."""
    avals = [program.avals[i] for i in node.outputs]
    if any(n is None for aval in avals for n in aval.shape):
        return None
    found = [struct(aval.shape, aval.dtype) for aval in avals]
    return found[0] if node.op.outputs is None else tuple(found)


def located(exc: Unsupported, node: Node) -> Unsupported:
    """The same with the type of the operation and the user's line."""
    where = f" ({node.line})" if node.line and node.line not in exc.reason else ""
    return Unsupported(exc.reason + where, exc.op or node.op.type)
