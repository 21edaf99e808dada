"""One trace: the Python function runs on symbolic tensors, and its graph is kept."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tensortape.core import nest
from tensortape.core.random_state import SeedScope, global_seed, seed_scope
from tensortape.core.shapes import TensorShape
from tensortape.core.state import state
from tensortape.graph.concrete import ConcreteFunction
from tensortape.graph.results import Result
from tensortape.graph.signature import Shaped, shapes_in, specs_in, substitute
from tensortape.graph.trace_graph import TraceGraph

_number = itertools.count(1).__next__


def trace(
    name: str,
    function: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    key: Any,
    tensors: list[Any],
    names: list[str],
    *,
    autograph: bool = True,
    may_create: bool = True,
    parameters: Sequence[str] = (),
    jit_compile: bool | None = None,
) -> ConcreteFunction:
    """Run ``function`` with placeholders of the shapes in ``key``; what it did is the result.

    ``tensors`` are the arguments of this call; initial values of variables may depend on them.
    """
    label = f"__inference_{name}_{_number()}"
    graph = TraceGraph(label, outer=state.graph, autograph=autograph)
    graph.may_create, graph.jit_compile = may_create, jit_compile
    seeds = SeedScope(global_seed())
    with graph.as_default(), seed_scope(seeds):
        places = _placeholders(graph, key, tensors, names)
        graph.arguments = {
            p._id: t._a for p, t in zip(places, tensors, strict=False) if state.graph.outer is None
        }
        given, specs = iter(places), specs_in(key)
        traced_args = [substitute(a, given, specs) for a in args]
        traced_kwargs = {n: substitute(kwargs[n], given, specs) for n in sorted(kwargs)}
        given_args: dict[Any, Any] = {**dict(enumerate(traced_args)), **traced_kwargs}
        before = {n: nest.map_structure(_same, a) for n, a in given_args.items()}
        value = function(*traced_args, **traced_kwargs)
        _refuse_changes(name, before, given_args, parameters)
        with graph.alone():
            result = Result(value, graph, name)
    graph.arguments = {}
    concrete = ConcreteFunction(label, graph, places, result, seeds)
    concrete.flat_names = [p._name.split(":")[0] for p in places]
    return concrete


def _same(leaf: Any) -> Any:
    return leaf


def _refuse_changes(name: str, before: Any, after: Any, parameters: Sequence[str]) -> None:
    """Raise ``ValueError`` if the function changed lists or dictionaries that it was given.

    They are copies of the caller's, which would stay as they are.
    """
    changed = [n for n in before if _changed(before[n], after[n])]
    if changed:
        named = [parameters[n] if type(n) is int and n < len(parameters) else n for n in changed]
        raise ValueError(
            f"{name}() should not modify its Python input arguments. The following parameter(s) "
            f"were modified: {', '.join(map(str, named))}. Modifying a copy is allowed."
        )


def _changed(before: Any, after: Any) -> bool:
    try:
        nest.assert_same_structure(before, after)
    except (TypeError, ValueError):
        return True
    pairs = zip(nest.flatten(before), nest.flatten(after), strict=True)
    return any(a is not b for a, b in pairs)


def _placeholders(graph: TraceGraph, key: Any, tensors: Any, names: list[str]) -> list[Any]:
    """A parameter for each tensor among the arguments."""
    shapes = [s for s in shapes_in(key)] or []
    places = []
    position = 0
    for i, tensor in enumerate(tensors):
        if tensor._a.dtype == object and _is_held(tensor):
            shape: Any = ()
        else:
            shape = shapes[position].shape if position < len(shapes) else tensor._a.shape
            position += 1
        name = names[i] if i < len(names) else "args"
        places.append(graph.placeholder(TensorShape(shape), tensor.dtype, name))
    return places


def _is_held(tensor: Any) -> bool:
    """Whether a tensor holds a Python object rather than text."""
    a = tensor._a
    return isinstance(a, np.ndarray) and a.ndim == 0 and not isinstance(a[()], (bytes, str))


__all__ = ["Shaped", "trace"]
