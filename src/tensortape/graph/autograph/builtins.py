"""Python's built-in functions on tensors and datasets."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import Any

from tensortape.core.registry import PUBLIC
from tensortape.graph.autograph.known import as_tensor, tracing, undecided


def _is_dataset(value: Any) -> bool:
    return hasattr(type(value), "element_spec") and hasattr(value, "_start")


def _all_datasets(values: Any) -> bool:
    return tracing() and bool(values) and all(_is_dataset(value) for value in values)


def enumerate_(iterable: Any, start: Any = 0) -> Any:
    """``enumerate``, or that of a dataset: int64 indices."""
    if _all_datasets([iterable]):
        return iterable.enumerate(start)
    return enumerate(iterable, start)


def zip_(*iterables: Any, strict: bool = False) -> Any:
    """``zip``, or a dataset of tuples."""
    if _all_datasets(iterables):
        return type(iterables[0]).zip(iterables)
    return zip(*iterables, strict=strict)


def map_(function: Any, *iterables: Any) -> Any:
    """``map``, or a dataset of results."""
    if not _all_datasets(iterables):
        return map(function, *iterables)
    single = len(iterables) == 1
    return (iterables[0] if single else type(iterables[0]).zip(iterables)).map(function)


def filter_(function: Any, iterable: Any) -> Any:
    """``filter``, or the elements of a dataset for which ``function`` is true."""
    return iterable.filter(function) if _all_datasets([iterable]) else filter(function, iterable)


def any_(iterable: Any) -> Any:
    """``any``, or whether an element of a dataset of booleans is true."""
    if not _all_datasets([iterable]):
        return any(iterable)
    return iterable.reduce(PUBLIC["constant"](False), PUBLIC["logical_or"])


def all_(iterable: Any) -> Any:
    """``all``, or whether every element of a dataset of booleans is true."""
    if not _all_datasets([iterable]):
        return all(iterable)
    return iterable.reduce(PUBLIC["constant"](True), PUBLIC["logical_and"])


def len_(value: Any) -> Any:
    """The length of a tensor: known, or as a tensor; of a dataset an int64 tensor."""
    if _all_datasets([value]):
        return PUBLIC["constant"](len(value), "int64")
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
    builtins.all: all_,
    builtins.any: any_,
    builtins.enumerate: enumerate_,
    builtins.filter: filter_,
    builtins.len: len_,
    builtins.map: map_,
    builtins.range: range_,
    builtins.int: int_,
    builtins.float: float_,
    builtins.bool: bool_,
    builtins.min: min_,
    builtins.max: max_,
    builtins.sorted: sorted_,
    builtins.zip: zip_,
}
