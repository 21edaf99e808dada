"""Arguments and results of a traced function, as nested structures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tensortape.core import nest
from tensortape.core.containers import is_namedtuple, sorted_keys
from tensortape.core.indexed_slices import IndexedSlices
from tensortape.core.tracking import TensorLike


def in_parts(value: Any, function: Callable[[Any], Any]) -> Any:
    """``function`` of each leaf; ragged and sparse tensors become lists of their parts."""

    def one(leaf: Any) -> Any:
        spec: Any = getattr(leaf, "_type_spec", None)
        if isinstance(leaf, TensorLike) or not hasattr(spec, "_to_components"):
            return function(leaf)
        parts = [one(part) for part in spec._to_components(leaf) if part is not None]
        return tuple(parts) if isinstance(leaf, IndexedSlices) else parts

    return nest.map_structure(one, value)


def paths(value: Any) -> Iterator[str]:
    """For each leaf where it is, ``"_a_0"``, in the order of ``nest.flatten``."""
    if isinstance(value, dict):
        parts = [(key, value[key]) for key in sorted_keys(value)]
    elif is_namedtuple(type(value)):
        parts = list(zip(value._fields, value, strict=True))
    elif isinstance(value, (list, tuple)):
        parts = list(enumerate(value))
    else:
        yield ""
        return
    for key, part in parts:
        yield from (f"_{key}{rest}" for rest in paths(part))
