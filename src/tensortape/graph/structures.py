"""Arguments and results of a traced function, as nested structures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tensortape.core import nest
from tensortape.core.containers import is_namedtuple, sorted_keys
from tensortape.core.indexed_slices import IndexedSlices
from tensortape.core.specs import TensorSpec, TypeSpec
from tensortape.core.tracking import TensorLike
from tensortape.graph.signature import describe


def structured(signature: Any, names: list[str], args: Any, kwargs: Any) -> list[Any] | None:
    """The tensors of a call that gives all arguments that were traced; ``None`` if it does not.

    ``signature`` is ``(args, kwargs)`` of the trace, with a ``tf.TensorSpec`` for each tensor; the
    Python values in it must come again.
    """
    wanted, named = signature
    left = dict(kwargs)
    given = [*args, *(left.pop(n) for n in names[len(args) : len(wanted)] if n in left)]
    if len(given) != len(wanted) or left.keys() != named.keys():
        return None
    told = [list(wanted), *[named[n] for n in sorted(named)]]
    found = [given, *[left[n] for n in sorted(named)]]
    try:
        nest.assert_same_structure(told, found)
    except (TypeError, ValueError):
        return None
    tensors = []
    for spec, value in zip(nest.flatten(told), nest.flatten(found), strict=True):
        if isinstance(spec, TensorSpec):
            tensors.append(value)
        elif isinstance(spec, TypeSpec):
            if not spec.is_compatible_with(value):
                return None
            describe(value, tensors)
        elif value is not spec and (isinstance(value, TensorLike) or not _equal(spec, value)):
            return None
    return tensors


def _equal(a: Any, b: Any) -> bool:
    try:
        return a is b or (type(a) is type(b) and bool(a == b))
    except (TypeError, ValueError):
        return False


def as_spec(value: Any) -> Any:
    """The specification of a tensor, ragged ones and such included; what is none stays."""
    tensor: Any = value
    if isinstance(value, TensorLike):
        return TensorSpec(tensor.shape, tensor.dtype)
    return getattr(tensor, "_type_spec", tensor)


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
