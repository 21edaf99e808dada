"""Symbolic tensors that stand for specifications among the arguments of a function."""

from __future__ import annotations

from typing import Any

from tensortape.core.specs import TensorSpec
from tensortape.core.state import state
from tensortape.graph.func_graph import Graph
from tensortape.graph.signature import component_specs


class spec_graph:
    """Context in which stand-ins for specifications are made."""

    def __enter__(self) -> None:
        graph = Graph("specifications")
        graph.given_names = {}  # type: ignore[attr-defined]
        self._context = graph.as_default()
        self._context.__enter__()

    def __exit__(self, *exc: object) -> None:
        self._context.__exit__(None, None, None)


def stand_in(value: Any) -> Any:
    """A symbolic tensor for a specification."""
    if isinstance(value, TensorSpec):
        made = state.graph.placeholder(value.shape, value.dtype, value.name or "spec")
        state.graph.given_names[made._id] = value.name
        return made
    parts = component_specs(value)
    return value if parts is None else value._from_components(tuple(map(stand_in, parts)))


def said_name(tensor: Any) -> str | None:
    """The name of the specification that a tensor stands for."""
    known: dict[int, str] = getattr(getattr(tensor, "_graph", None), "given_names", {})
    return known.get(tensor._id) if known else None
