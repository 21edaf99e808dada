"""Operations that do something besides computing: they run once per call, in their order."""

from __future__ import annotations

from typing import Any

from tensortape.core.op import Op
from tensortape.core.state import state
from tensortape.graph.symbolic import SymbolicTensor


def effect(op: Op, tensors: Any, attrs: dict[str, Any], results: Any) -> list[Any]:
    """Add an operation of the family "effect" to the graph being built.

    ``results``: the abstract values of its outputs. Returns them as tensors.
    """
    graph = state.graph
    outs = [SymbolicTensor(r) for r in results]
    inputs = [graph.capture(t) for t in tensors]
    graph.add(op, inputs, outs, attrs)
    for listener in state.listeners:
        if listener is not graph and outs:
            listener.record(op, tuple(tensors), tuple(outs), attrs)
    return outs


def call_for_effects(function: Any, tensors: Any, attrs: dict[str, Any]) -> None:
    """Add a call that gives nothing anew to the graph, if the function prints, checks or the like.

    ``function`` is a ``GraphFunction``; what it returns are constants, which need no call.
    """
    if not function.checks:
        return
    made = type(function)(function.name, function.graph, function.inputs, [], function.span)
    inputs = [state.graph.capture(t) for t in tensors]
    state.graph.add(made.part_of(function).op, inputs, (), attrs)
