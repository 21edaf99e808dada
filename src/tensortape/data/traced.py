"""Iterators inside of traced functions: taking an element is an operation of the graph."""

from __future__ import annotations

from typing import Any

from tensortape.arrays.abstract import placeholder
from tensortape.core.op import op
from tensortape.core.specs import TensorSpec
from tensortape.core.state import state
from tensortape.core.untraceable import Untraceable
from tensortape.data.iterator import TRACED, OwnedIterator
from tensortape.data.structure import leaves, map_leaves
from tensortape.graph.effects import effect
from tensortape.graph.signature import RESOURCES


@op("IteratorGetNext", outputs=0, family="effect", nondifferentiable="a step of an iterator")
def iterator_get_next(xp, iterator, *, spec):
    """The next element's tensors; ``OutOfRangeError`` at the end."""
    return [t._a for t in leaves(iterator[()].get_next())]


class TracedIterator(OwnedIterator):
    """Stands for an iterator while a function is traced."""

    def __init__(self, iterator: Any, tensor: Any) -> None:
        self._dataset = iterator
        self._tensor = tensor

    def __next__(self) -> Any:
        spec = self.element_spec
        for leaf in leaves(spec):
            if type(leaf) is not TensorSpec or leaf.shape.rank is None:
                raise Untraceable(f"elements of the type {leaf!r} in a traced function")
        outs = effect(
            iterator_get_next,
            (self._tensor,),
            {"spec": spec},
            [placeholder(tuple(s.shape.as_list()), s.dtype._np) for s in leaves(spec)],
        )
        by_spec = {id(s): t for s, t in zip(leaves(spec), outs, strict=True)}
        return map_leaves(lambda s: by_spec[id(s)], spec)

    def get_next(self, name: str | None = None) -> Any:
        """The next element."""
        return self.__next__()

    def get_next_as_optional(self, name: str | None = None) -> Any:
        """Untraceable: whether there is one more is not known."""
        raise Untraceable("get_next_as_optional in a traced function")

    @property
    def element_spec(self) -> Any:
        """The type of an element."""
        return self._dataset.element_spec


def next_of(iterator: Any) -> Any:
    """The next element of an iterator of the surroundings."""
    return next(TracedIterator(iterator, state.graph.resource(iterator)))


TRACED.append(next_of)
RESOURCES.append((OwnedIterator, TracedIterator))
