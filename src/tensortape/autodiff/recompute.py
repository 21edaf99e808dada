"""``tf.recompute_grad``: compute again in the backward pass rather than keep."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from tensortape.autodiff.custom_gradient import (
    VariableWatcher,
    recorded_as_one,
    variables_besides,
)
from tensortape.autodiff.endpoints import source_of
from tensortape.autodiff.tape import GradientTape
from tensortape.core import nest
from tensortape.core.registry import PUBLIC, export
from tensortape.core.state import paused, state
from tensortape.core.tensor import Tensor


@export("recompute_grad")
def recompute_grad(f: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap ``f`` so that tapes keep its arguments only, and run it again when differentiated.

    A tape then holds nothing of what ``f`` computes in between: for a stack of layers, each
    wrapped, the memory is that of the layers' inputs and of one layer's inside. Tensors in
    positional and keyword arguments and variables that ``f`` uses get their gradients; what ``f``
    draws at random is drawn again.

    >>> import tensortape as tf
    >>> x = tf.Variable(2.0)
    >>> with tf.GradientTape() as tape:
    ...     y = tf.recompute_grad(lambda x: x**3)(x)
    >>> float(tape.gradient(y, x))
    12.0

    Source: ``tf.recompute_grad``.
    """

    @functools.wraps(f, updated=())
    def recomputed(*args: Any, **kwargs: Any) -> Any:
        if hasattr(state.xp, "evaluate"):  # a graph is built: its plan decides what to keep
            return f(*args, **kwargs)
        with paused(), VariableWatcher() as watcher:
            result = f(*args, **kwargs)
        leaves = nest.flatten((args, kwargs))
        places = [i for i, a in enumerate(leaves) if _is_input(a)]
        variables = variables_besides(watcher, leaves)
        rule = _rule(f, (args, kwargs), leaves, places)
        inputs = [_value(leaves[i]) for i in places]
        name = getattr(f, "__name__", "f")
        return recorded_as_one(name, rule, inputs, variables, result, saves=("inputs",))

    return recomputed


def _rule(f: Any, call: Any, leaves: list[Any], places: list[int]) -> Callable[..., Any]:
    """The rule that runs ``f`` again on the same arguments, this time under a tape."""

    def rule(*upstream: Any, variables: Any = None) -> Any:
        identity = PUBLIC["identity"]
        fresh, inputs = list(leaves), []
        with GradientTape(watch_accessed_variables=False) as tape:
            for i in places:
                fresh[i] = identity(leaves[i]) if isinstance(leaves[i], Tensor) else leaves[i]
                inputs.append(fresh[i])
            tape.watch([t for t in inputs if source_of(t)._a.dtype.kind in "fcV"])
            tape.watch(list(variables or ()))
            args, kwargs = nest.pack_sequence_as(call, fresh)
            result = f(*args, **kwargs)
        sources = [*inputs, *(variables or ())]
        found = tape.gradient(result, sources, output_gradients=list(upstream))
        found = _once(sources, found)
        of_inputs, of_variables = found[: len(inputs)], found[len(inputs) :]
        return (of_inputs, of_variables) if variables else of_inputs

    return rule


def _once(sources: list[Any], found: list[Any]) -> list[Any]:
    """The gradient of a variable that was given twice counts once."""
    seen: set[int] = set()
    once = []
    for s, g in zip(sources, found, strict=True):
        key = source_of(s)._id
        once.append(None if key in seen else g)
        seen.add(key)
    return once


def _is_input(value: Any) -> bool:
    return hasattr(source_of(value), "_id")


def _value(value: Any) -> Any:
    return value if isinstance(value, Tensor) else source_of(value)._read()
