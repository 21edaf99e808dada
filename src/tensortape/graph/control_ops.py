"""The operations of control flow: ``If`` chooses a branch, ``While`` repeats a body.

In a graph their attributes are graph functions; in a program they are programs. They compute in
NumPy (with plans for the programs), and node by node in other namespaces; XLA has lowerings of its
own. ``While`` can keep values of every iteration, stacked: derivatives and maps read them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.arrays.abstract import Abstract, placeholder
from tensortape.arrays.namespace import numpy_namespace
from tensortape.arrays.unranked import AnyShape, same_shape, shape_of, unranked, value_of_shape
from tensortape.core.lazy import lazy_import
from tensortape.core.op import op
from tensortape.core.state import state
from tensortape.graph.graph_function import GraphFunction
from tensortape.graph.lower import LOWERINGS, Lowering, lower

plan = lazy_import("tensortape.graph.plan")
plan_control = lazy_import("tensortape.graph.plan.control")

EFFECTS = "control flow with side effects"


@op("If", outputs=0, family="call", nondifferentiable=None)
def if_op(xp, index, *args, branches, stateful=False):
    """The results of ``branches[index]`` (the last one for other numbers)."""
    chosen = int(index)
    if not 0 <= chosen < len(branches):
        chosen = len(branches) - 1
    return plan.run_program(xp, branches[chosen], args)


@op("While", outputs=0, family="call", nondifferentiable=None)
def while_op(
    xp, *args, cond, body, variables, stacked, maximum=None, count=None, padded=(), stateful=False
):
    """The values of the first ``variables`` arguments after the loop, then stacks of the rest.

    ``cond`` and ``body`` take all arguments; the body gives the new variables, then ``stacked``
    values to keep. ``count``: the number of iterations, where it is known beforehand.
    """
    values, fixed = list(args[:variables]), args[variables:]
    rows: list[list[Any]] = [[] for _ in range(stacked)]
    left = -1 if maximum is None else int(maximum)
    while left != 0:
        (go,) = plan.run_program(xp, cond, (*values, *fixed))
        if not bool(go):
            break
        outs = plan.run_program(xp, body, (*values, *fixed))
        values = list(outs[:variables])
        for row, value in zip(rows, outs[variables:], strict=True):
            row.append(value)
        left -= 1
    kept = [body.avals[i] for i in body.results[variables:]]
    pads = padded or (False,) * stacked
    return (*values, *[_stacked(xp, *row) for row in zip(rows, kept, pads, strict=True)])


def _stacked(xp: Any, rows: list[Any], aval: Any, padded: bool) -> Any:
    here = xp is numpy_namespace or not rows
    return plan_control.stack_of(rows, aval, padded) if here else xp.stack(rows, 0)


_SIZES = 16
"""As many integers as may be the sizes of something."""

# -- into programs -------------------------------------------------------------------------


def program_of(function: GraphFunction, values: Any, changing: int = 0) -> Any:
    """A part as a program for arguments of which ``values`` is known.

    The first ``changing`` may have others in another iteration, of the same shapes.
    """
    known = [_known(v, i >= changing) for i, v in enumerate(values)]
    known = [t._a if unranked(v) else v for v, t in zip(known, function.inputs, strict=True)]
    return lower(
        function.name,
        function.graph._operations,
        function.inputs,
        function.outputs,
        function.span,
        known,
    )


def _known(value: Any, fixed: bool) -> Any:
    """What a part may take as known of an argument: its shape, and a few integers themselves."""
    if not isinstance(value, Abstract):
        sizes = fixed and np.size(value) <= _SIZES and value.dtype.kind == "i"
        return Abstract([value], sizes) if sizes else placeholder(np.shape(value), value.dtype)
    if not value.derived or (fixed and len(value.witnesses) == 1 and value.dtype.kind == "i"):
        return value
    return placeholder(value.shape, value.dtype)


def _lower_if(lowering: Lowering, node: Any, ids: Any, values: Any) -> Any:
    functions = node._attrs["branches"]
    programs = tuple(program_of(f, values[1:]) for f in functions)
    results = [
        same_shape([p.avals[p.results[i]] for p in programs]) for i in range(len(node.outputs))
    ]
    outs = lowering.builder.emit(node, ids, {"branches": programs}, results)
    return list(zip(outs, results, strict=True))


def _lower_while(lowering: Lowering, node: Any, ids: Any, values: Any) -> Any:
    attrs = node._attrs
    n, body = attrs["variables"], attrs["body"]
    given = list(values)
    for i in range(n):  # shapes may change from one iteration to the next
        if unranked(body.inputs[i]._a):
            given[i] = body.inputs[i]._a
            continue
        static = body.inputs[i]._a.shape
        now = static if unranked(given[i]) else shape_of(given[i])
        later = static if unranked(body.outputs[i]._a) else body.outputs[i]._a.shape
        shape = tuple(
            k if s is not None or k == o else None
            for k, s, o in zip(now, static, later, strict=True)
        )
        given[i] = placeholder(shape, body.inputs[i]._a.dtype)
    given = _settle(body, given, n)
    cond, step = program_of(attrs["cond"], given, n), program_of(body, given, n)
    avals = [step.avals[i] for i in step.results]
    finals = [value_of_shape(shape_of(given[i]), given[i].dtype) for i in range(n)]
    known = lowering.known({"maximum": attrs["maximum"], "count": attrs["count"]})
    count = known["count"] if isinstance(known["count"], int) else None
    stacks = [stacked_value(a, count) for a in avals[n:]]
    programs = {
        "cond": cond,
        "body": step,
        "variables": n,
        "stacked": attrs["stacked"],
        "maximum": known["maximum"],
        "count": count,
        "padded": tuple(attrs.get("padded") or (False,) * attrs["stacked"]),
    }
    results = [*finals, *stacks]
    outs = lowering.builder.emit(node, ids, programs, results)
    return list(zip(outs, results, strict=True))


def stacked_value(row: Any, count: int | None) -> Abstract:
    """What is known of a stack of rows like this one."""
    shape = row.shape
    return value_of_shape(shape if isinstance(shape, AnyShape) else (count, *shape), row.dtype)


def _settle(body: GraphFunction, given: list[Any], n: int) -> list[Any]:
    """Shapes of the variables that hold in every iteration."""
    for _ in range(n + 1):
        step = program_of(body, given, n)
        changed = False
        for i in range(n):
            found = step.avals[step.results[i]].shape
            if unranked(given[i]) or isinstance(found, AnyShape):
                continue
            shape = tuple(a if a == b else None for a, b in zip(given[i].shape, found, strict=True))
            if shape != tuple(given[i].shape):
                given[i], changed = placeholder(shape, given[i].dtype), True
        if not changed:
            break
    return given


LOWERINGS["If"], LOWERINGS["While"] = _lower_if, _lower_while


def in_graph() -> bool:
    """Whether a function is being traced."""
    return state.graph is not None and state.graph.building_function
