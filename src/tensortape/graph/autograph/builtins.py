"""Python's built-in functions on tensors."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import Any

from tensortape.core.registry import PUBLIC
from tensortape.graph.autograph.known import as_tensor, undecided


def len_(value: Any) -> Any:
    """The length of a tensor: known, or as a tensor."""
    if undecided(value):
        tensor = as_tensor(value)
        if tensor._a.ndim == 0:
            raise ValueError("len requires a tensor of rank 1 or more")
        n = tensor._a.shape[0]
        return PUBLIC["shape"](tensor)[0] if n is None else n
    return len(value)


def range_(*bounds: Any) -> Any:
    """``range``, or ``tf.range`` of bounds that are tensors."""
    if any(undecided(b) for b in bounds):
        return PUBLIC["range"](*bounds)
    return range(*bounds)


def int_(*args: Any) -> Any:
    """An int, or a tensor cast to int32."""
    return PUBLIC["cast"](as_tensor(args[0]), "int32") if _first(args) else int(*args)


def float_(*args: Any) -> Any:
    """A float, or a tensor cast to float32."""
    return PUBLIC["cast"](as_tensor(args[0]), "float32") if _first(args) else float(*args)


def bool_(*args: Any) -> Any:
    """A bool, or a tensor cast to one."""
    return PUBLIC["cast"](as_tensor(args[0]), "bool") if _first(args) else bool(*args)


def _first(args: Any) -> bool:
    return len(args) == 1 and undecided(args[0])


def min_(*args: Any, **kwargs: Any) -> Any:
    """The least of several tensors, or of the elements of one."""
    return _extreme("minimum", "reduce_min", min, args, kwargs)


def max_(*args: Any, **kwargs: Any) -> Any:
    """The greatest of several tensors, or of the elements of one."""
    return _extreme("maximum", "reduce_max", max, args, kwargs)


def _extreme(pair: str, reduce: str, plain: Any, args: Any, kwargs: Any) -> Any:
    if kwargs or not any(undecided(a) for a in args):
        return plain(*args, **kwargs)
    if len(args) == 1:
        return PUBLIC[reduce](args[0], axis=0)
    found = args[0]
    for other in args[1:]:
        found = PUBLIC[pair](found, other)
    return found


def sorted_(value: Any, *, key: Any = None, reverse: bool = False) -> Any:
    """A sorted list, or a sorted tensor."""
    if not undecided(value):
        return sorted(value, key=key, reverse=reverse)
    direction = "DESCENDING" if reverse else "ASCENDING"
    if key is None:
        return PUBLIC["sort"](value, direction=direction)
    return PUBLIC["gather"](value, PUBLIC["argsort"](key(value), direction=direction))


OVERLOADS: dict[Any, Callable[..., Any]] = {
    builtins.len: len_,
    builtins.range: range_,
    builtins.int: int_,
    builtins.float: float_,
    builtins.bool: bool_,
    builtins.min: min_,
    builtins.max: max_,
    builtins.sorted: sorted_,
}
