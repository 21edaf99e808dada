"""Places worked out in NumPy: at once if all numbers are known, else by an operation of the graph.

What rows or sparse elements an operation keeps, joins or repeats is found from integers alone (row
splits, indices, masks). A *rule* finds them: a function of arrays. Where the arrays have values it
is called; in a function that is traced it becomes the operation ``FindPlaces``, which calls it when
the function runs. The elements themselves are gathered at the places that were found, so that
derivatives need no rule of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from tensortape.arrays.abstract import UNKNOWN_SIZES
from tensortape.arrays.unknown_sizes import filled, is_data
from tensortape.core import errors
from tensortape.core.dispatch import execute, in_graph
from tensortape.core.op import op
from tensortape.core.public import tensor
from tensortape.core.tensor import EagerTensor, Tensor

Sizes = Callable[..., list[Any]]


class Rule(NamedTuple):
    """How places are found, and what is known of them before."""

    find: Callable[..., Any]
    """``find(arrays, *given)``: a tuple of arrays."""
    sizes: Sizes
    """``sizes(shapes, *given)``: the shapes of the results, with ``None`` for unknown sizes."""
    kinds: Callable[..., list[Any]] | None = None
    """``kinds(dtypes, *given)``: the dtypes of the results; all int64 where it is missing."""


RULES: dict[str, Rule] = {}


def rule(name: str, sizes: Sizes, kinds: Any = None) -> Callable[[Any], Any]:
    """Decorator: enter a rule under a name."""

    def enter(find: Callable[..., Any]) -> Callable[..., Any]:
        RULES[name] = Rule(find, sizes, kinds)
        return find

    return enter


def _typed(results: Any, kinds: Any) -> tuple[Any, ...]:
    return tuple([np.asarray(r).astype(k, copy=False) for r, k in zip(results, kinds, strict=True)])


def _found(one: Rule, arrays: list[Any], given: Any) -> tuple[Any, ...]:
    results = one.find(arrays, *given)
    kinds = [np.int64] * len(results)
    if one.kinds is not None:
        kinds = one.kinds([a.dtype for a in arrays], *given)
    return _typed(results, kinds)


@op(
    "FindPlaces",
    outputs=0,
    variadic=True,
    nondifferentiable="places are found from integers, and are integers",
    samples=[(([0, 2, 2, 3], [2, 0]), {"rule": "select", "given": ()})],
)
def find_op(xp, *arrays, rule, given):
    """What a rule finds from arrays."""
    return _found(RULES[rule], [np.asarray(a) for a in arrays], given)


def _sizes(values: Any, attrs: Any, data: bool) -> Any:
    if not any(is_data(v) for v in values):
        return None
    one, given = RULES[attrs["rule"]], attrs["given"]
    shapes = one.sizes([v.shape if hasattr(v, "shape") else np.shape(v) for v in values], *given)
    kinds = [np.int64] * len(shapes)
    if one.kinds is not None:
        kinds = one.kinds([np.dtype(v.dtype) for v in values], *given)
    pairs = list(zip(shapes, kinds, strict=True))
    return [tuple([filled(shape, kind, k) for shape, kind in pairs]) for k in range(2)]


UNKNOWN_SIZES["FindPlaces"] = _sizes


def unplaced(*values: Any) -> bool:
    """Whether some of the numbers have no values yet."""
    return any(
        type(v) is not EagerTensor
        and not isinstance(v, (int, np.ndarray, np.generic))
        and type(tensor(v)) is not EagerTensor
        for v in values
    )


def find(name: str, arrays: Any, *given: Any) -> tuple[Any, ...]:
    """What the rule finds: NumPy arrays where all values are known, tensors otherwise."""
    if unplaced(*arrays):
        attrs = {"rule": name, "given": given}
        return execute(find_op, tuple([_tensor(a) for a in arrays]), attrs)
    try:
        return _found(RULES[name], [_array(a) for a in arrays], given)
    except errors.InvalidArgumentError as exc:
        raise (in_graph(exc) if name in OF_SHAPES else exc) from None


OF_SHAPES = ("reshaped", "inner sizes")
"""Rules that refuse shapes: where those are known while a graph is built, it is refused then."""


def _tensor(value: Any) -> Any:
    return value if isinstance(value, Tensor) else tensor(np.asarray(value))


def _array(value: Any) -> Any:
    return np.asarray(value._a) if type(value) is EagerTensor else np.asarray(tensor(value)._a)
