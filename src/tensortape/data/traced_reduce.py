"""`Dataset.reduce` within a traced function: a loop of the graph, whose body is traced."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tensortape.core import nest
from tensortape.core.registry import PUBLIC
from tensortape.core.shapes import TensorShape
from tensortape.core.tensor import Tensor
from tensortape.core.untraceable import Untraceable
from tensortape.data.structure import to_result
from tensortape.data.traced import elements
from tensortape.graph.autograph import convert
from tensortape.graph.control_graph import loop


class _Wider(Exception):
    """The state takes shapes that it had not at first."""

    def __init__(self, shapes: list[TensorShape]) -> None:
        super().__init__("shapes")
        self.shapes = shapes


def traced_reduce(dataset: Any, first: Any, reduce: Callable[..., Any], check: Any) -> Any:
    """The last state; `check(old, new)` raises for a state of other types.

    Sizes of the state that change from element to element become unknown, and the function is
    traced again. No gradient passes.
    """
    leaves = nest.flatten(first)
    if not all(isinstance(leaf, Tensor) for leaf in leaves):
        raise Untraceable("Dataset.reduce of a state that is not made of tensors")
    found = elements(dataset)
    if found is None:
        raise Untraceable("Dataset.reduce of this dataset")
    (has, element), more, shapes = found
    function, sizes = convert(reduce), [leaf.shape for leaf in leaves]
    while True:
        step = _step(function, more, sizes, check)
        invariants = [*shapes, *sizes]
        try:
            (_, _, last), _ = loop(lambda h, e, s: h, step, (has, element, first), invariants)
        except _Wider as wider:
            sizes = wider.shapes
            continue
        return nest.map_structure(PUBLIC["stop_gradient"], last)


def _step(function: Any, more: Any, sizes: list[TensorShape], check: Any) -> Any:
    def step(has: Any, element: Any, state: Any) -> Any:
        new = to_result(function(state, element))
        check(state, new)
        given = [leaf.shape for leaf in nest.flatten(new)]
        wide = [_cover(a, b) for a, b in zip(sizes, given, strict=True)]
        if any(a.as_list() != b.as_list() for a, b in zip(sizes, wide, strict=True)):
            raise _Wider(wide)
        return (*more(), new), []

    return step


def _cover(a: TensorShape, b: TensorShape) -> TensorShape:
    if a.rank is None or b.rank != a.rank:
        raise Untraceable("Dataset.reduce of a state whose rank changes")
    return TensorShape([x if x == y else None for x, y in zip(a, b, strict=True)])
