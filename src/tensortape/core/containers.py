"""Which Python types are containers for `tf.nest`, how to take them apart and put them together.

Containers are lists, tuples, named tuples, other sequences that are not text, mappings and their
views, attrs classes, and classes with `__tf_flatten__` and `__tf_unflatten__`. Everything else,
sets and arrays included, is a leaf. Whether a type is a container depends on the type alone, so
each type is looked at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, MappingView, MutableMapping, Sequence
from typing import Any, NamedTuple


class Container(NamedTuple):
    """How the values of one type come apart and together again."""

    children: Callable[[Any], Iterable[Any]]
    """The parts of a value, mappings by sorted key."""

    rebuild: Callable[[Any, list[Any]], Any]
    """A value like the given one with other parts, given as a new list."""


def sorted_keys(mapping: Any) -> list[Any]:
    """The keys of a mapping in the order `tf.nest` visits them; `TypeError` if they have none."""
    try:
        return sorted(mapping)
    except TypeError as error:
        raise TypeError(
            f"tf.nest visits the values of a mapping in the order of its keys; the keys "
            f"{list(mapping)!r} cannot be ordered: {error}. Use keys of one type."
        ) from None


def _mapping_children(mapping: Any) -> list[Any]:
    return [mapping[key] for key in sorted_keys(mapping)]


def _rebuild_mapping(mapping: Any, parts: list[Any]) -> Any:
    by_key = dict(zip(sorted_keys(mapping), parts, strict=True))
    if not isinstance(mapping, MutableMapping):
        return type(mapping)((key, by_key[key]) for key in mapping)
    if isinstance(mapping, defaultdict):
        rebuilt: Any = type(mapping)(mapping.default_factory)
    else:
        rebuilt = type(mapping)()
    for key in mapping:
        rebuilt[key] = by_key[key]
    return rebuilt


def _attrs_children(value: Any) -> list[Any]:
    return [getattr(value, field.name) for field in type(value).__attrs_attrs__]


def _rebuild_sequence(value: Any, parts: list[Any]) -> Any:
    return type(value)(parts)


def _rebuild_from_fields(value: Any, parts: list[Any]) -> Any:
    return type(value)(*parts)


def _rebuild_list(value: Any, parts: list[Any]) -> Any:
    return parts


def _rebuild_custom(value: Any, parts: list[Any]) -> Any:
    metadata, _ = value.__tf_flatten__()
    return type(value).__tf_unflatten__(metadata, tuple(parts))


_SEQUENCE = Container(iter, _rebuild_sequence)
_AS_LIST = Container(iter, _rebuild_list)
_FIELDS = Container(iter, _rebuild_from_fields)
_ATTRS = Container(_attrs_children, _rebuild_from_fields)
_MAPPING = Container(_mapping_children, _rebuild_mapping)
_CUSTOM = Container(lambda value: value.__tf_flatten__()[1], _rebuild_custom)


def is_namedtuple(kind: type) -> bool:
    """Whether a type is a named tuple (`collections.namedtuple` or `typing.NamedTuple`)."""
    return issubclass(kind, tuple) and isinstance(getattr(kind, "_fields", None), tuple)


def _classify(kind: type) -> Container | None:
    if hasattr(kind, "__tf_flatten__") and hasattr(kind, "__tf_unflatten__"):
        return _CUSTOM
    if is_namedtuple(kind):
        return _FIELDS
    if hasattr(kind, "__attrs_attrs__"):
        return _ATTRS
    if issubclass(kind, Mapping):
        return _MAPPING
    if kind is list or issubclass(kind, (range, MappingView)):
        return _AS_LIST
    if issubclass(kind, Sequence) and not issubclass(kind, (str, bytes, bytearray, memoryview)):
        return _SEQUENCE
    return None


class _Containers(dict[type, "Container | None"]):
    """Type -> how to take it apart, `None` for leaves; types are entered as they are met."""

    def __missing__(self, kind: type) -> Container | None:
        found = self[kind] = _classify(kind)
        return found


CONTAINERS = _Containers()
