"""Iterators inside of traced functions: taking an element is an operation of the graph."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.arrays.abstract import placeholder
from tensortape.core import nest
from tensortape.core.op import op
from tensortape.core.shapes import TensorShape
from tensortape.core.specs import TensorSpec
from tensortape.core.state import state
from tensortape.core.tensor import Tensor
from tensortape.core.untraceable import Untraceable
from tensortape.data.dataset import BEGUN
from tensortape.data.iterator import TRACED, OwnedIterator
from tensortape.data.structure import leaves, refill
from tensortape.graph.autograph.looping import ELEMENTS
from tensortape.graph.effects import effect
from tensortape.graph.signature import RESOURCES, component_specs, of_tensors, tensor_specs


@op("IteratorGetNext", outputs=0, family="effect", nondifferentiable="a step of an iterator")
def iterator_get_next(xp, iterator, *, spec):
    """The next element's tensors; ``OutOfRangeError`` at the end."""
    return [t._a for t in _tensors(spec, iterator[()].get_next())]


_MOST = 10_000
"""Elements that one call takes of an iterator by Python code, which AutoGraph did not convert."""


class TracedIterator(OwnedIterator):
    """Stands for an iterator while a function is traced."""

    def __init__(self, iterator: Any, tensor: Any) -> None:
        self._dataset = iterator
        self._tensor = tensor
        self._taken = 0

    def __next__(self) -> Any:
        self._taken += 1
        if self._taken > _MOST:
            raise Untraceable("a Python loop over an iterator in a traced function has no end")
        spec = self.element_spec
        _check_spec(spec)
        outs = effect(
            iterator_get_next,
            (self._tensor,),
            {"spec": spec},
            [placeholder(tuple(s.shape.as_list()), s.dtype._np) for s in _specs(spec)],
        )
        return _element(spec, outs)

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


def _check_spec(spec: Any) -> None:
    for leaf in leaves(spec):
        parts = tensor_specs(leaf)
        if not parts or any(type(s) is not TensorSpec or s.shape.rank is None for s in parts):
            raise Untraceable(f"elements of the type {leaf!r} in a traced function")


def _specs(spec: Any) -> list[TensorSpec]:
    """The specifications of an element's tensors, those that ragged ones consist of included."""
    return [one for leaf in leaves(spec) for one in tensor_specs(leaf)]


def _tensors(spec: Any, element: Any) -> list[Any]:
    """The tensors of an element."""
    found: list[Any] = []
    for leaf, value in zip(leaves(spec), leaves(element), strict=True):
        composite = component_specs(leaf) is not None and not isinstance(value, Tensor)
        found += nest.flatten([value], expand_composites=True) if composite else [value]
    return found


def _element(spec: Any, tensors: Any) -> Any:
    """The element that consists of these tensors."""
    given = iter(tensors)
    return refill(spec, [of_tensors(leaf, given) for leaf in leaves(spec)])


def next_of(iterator: Any) -> Any:
    """The next element of an iterator of the surroundings."""
    return next(TracedIterator(iterator, state.graph.resource(iterator)))


TRACED.append(next_of)
RESOURCES.append((OwnedIterator, TracedIterator))


@op("MakeIterator", outputs=0, family="effect", nondifferentiable="an iterator")
def make_iterator(xp, dataset):
    """A fresh iterator over a dataset."""
    found = np.empty((), object)
    found[()] = iter(dataset[()])
    return (found,)


@op("IteratorNextOrEnd", outputs=0, family="effect", nondifferentiable="a step of an iterator")
def iterator_next_or_end(xp, iterator, *, spec):
    """Whether there is a next element, and its tensors (empty ones at the end)."""
    try:
        element = next(iterator[()])
    except StopIteration:
        blanks = [np.zeros([n or 0 for n in s.shape], s.dtype._np)[()] for s in _specs(spec)]
        return [np.False_, *blanks]
    return [np.True_, *[t._a for t in _tensors(spec, element)]]


def elements(iterated: Any) -> Any:
    """How AutoGraph loops over a dataset or an iterator; ``None`` for anything else.

    Returns ``(has, first element)``, a function that gives the next such pair, and the shapes that
    hold for all of them.
    """
    graph = state.graph
    if isinstance(iterated, TracedIterator):
        iterator = iterated._tensor
    elif isinstance(iterated, OwnedIterator):
        iterator = graph.resource(iterated)
    elif hasattr(iterated, "element_spec") and hasattr(iterated, "_start"):
        iterator = begun(iterated)._tensor
    else:
        return None
    spec = iterated.element_spec
    _check_spec(spec)
    shapes = [TensorShape([]), *[s.shape for s in _specs(spec)]]

    def more() -> Any:
        results = [placeholder((), np.dtype(bool))]
        results += [placeholder(tuple(s.shape.as_list()), s.dtype._np) for s in _specs(spec)]
        has, *parts = effect(iterator_next_or_end, (iterator,), {"spec": spec}, results)
        return has, _element(spec, parts)

    return more(), more, shapes


def begun(dataset: Any) -> TracedIterator:
    """``iter(dataset)`` in a traced function: an iterator that begins anew at each call."""
    given = state.graph.resource(dataset)
    (iterator,) = effect(make_iterator, (given,), {}, [placeholder((), np.dtype(object))])
    return TracedIterator(dataset, iterator)


ELEMENTS.append(elements)
BEGUN.append(begun)
