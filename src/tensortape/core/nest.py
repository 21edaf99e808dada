"""`tf.nest`: nested structures of lists, tuples, dictionaries and the like.

`tape.gradient` and Keras flatten a structure at each call, nearly always a single tensor or a list
of them. Looking a type up in a table decides what it is, which is faster than a call into a
general tree library and has TensorFlow's idea of a container.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from tensortape.core.containers import CONTAINERS, Container, is_namedtuple, sorted_keys
from tensortape.core.registry import export


@export("nest.is_nested")
def is_nested(seq: Any) -> bool:
    """Whether a value is a container of `tf.nest` rather than a leaf.

    >>> is_nested([1]), is_nested({}), is_nested("text"), is_nested({1, 2})
    (True, True, False, False)

    Source: `tf.nest.is_nested`.
    """
    return CONTAINERS[type(seq)] is not None


@export("nest.flatten")
def flatten(structure: Any, expand_composites: bool = False) -> list[Any]:
    """The leaves of a structure, dictionaries in the order of their keys.

    With `expand_composites` the tensors that `IndexedSlices` and the like consist of are leaves.

    >>> flatten({"b": [1, (2, 3)], "a": None})
    [None, 1, 2, 3]
    >>> flatten("leaf")
    ['leaf']

    Source: `tf.nest.flatten`.
    """
    if expand_composites:
        return list(_expanded_leaves(structure))
    container = CONTAINERS[type(structure)]
    if container is None:
        return [structure]
    leaves: list[Any] = []
    _collect(container.children(structure), leaves)
    return leaves


def _collect(parts: Iterable[Any], leaves: list[Any]) -> None:
    for part in parts:
        container = CONTAINERS[type(part)]
        if container is None:
            leaves.append(part)
        else:
            _collect(container.children(part), leaves)


def _composite(value: Any) -> Container:
    spec = value._type_spec  # made once: that takes longer than taking apart and putting together

    def rebuild(value: Any, parts: list[Any]) -> Any:
        return spec._from_components(tuple(parts))

    return Container(lambda value: tuple(spec._to_components(value)), rebuild)


def _container_of(value: Any, expand_composites: bool) -> Container | None:
    container = CONTAINERS[type(value)]
    if container is None and expand_composites and _is_composite(value):
        return _composite(value)
    return container


def _is_leaf(value: Any, expand_composites: bool) -> bool:
    return CONTAINERS[type(value)] is None and not (expand_composites and _is_composite(value))


_COMPOSITES: dict[type, bool] = {}  # making a specification just to look at it would be slow


def _is_composite(value: Any) -> bool:
    kind = type(value)
    known = _COMPOSITES.get(kind)
    if known is None:
        known = hasattr(getattr(value, "_type_spec", None), "_to_components")
        _COMPOSITES[kind] = known
    return known


def _expanded_leaves(structure: Any) -> Iterator[Any]:
    container = _container_of(structure, True)
    if container is None:
        yield structure
    else:
        for part in container.children(structure):
            yield from _expanded_leaves(part)


@export("nest.pack_sequence_as")
def pack_sequence_as(structure: Any, flat_sequence: Any, expand_composites: bool = False) -> Any:
    """A structure like `structure` with the leaves of `flat_sequence`.

    Raises `TypeError` when `flat_sequence` is no sequence and `ValueError` when it has more or
    fewer items than `structure` has leaves.

    >>> pack_sequence_as({"b": 0, "a": [0, 0]}, [1, 2, 3])
    {'b': 3, 'a': [1, 2]}

    Source: `tf.nest.pack_sequence_as`.
    """
    if not is_nested(flat_sequence):
        raise TypeError(
            f"Attempted to pack value:\n  {flat_sequence}\ninto a structure, but found "
            f"incompatible type `{type(flat_sequence)}` instead."
        )
    if _is_leaf(structure, expand_composites) and len(flat_sequence) != 1:
        raise ValueError(
            f"The target structure is of type `{type(structure)}`\n  {structure}\nHowever the "
            f"input is a sequence ({type(flat_sequence)}) of length {len(flat_sequence)}.\n  "
            f"{flat_sequence}\nnest cannot guarantee that it is safe to map one to the other."
        )
    leaves = iter(flat_sequence)
    try:
        packed = _map_leaves(lambda _: next(leaves), structure, expand_composites)
    except StopIteration:
        packed = _MISSING
    if packed is _MISSING or next(leaves, _MISSING) is not _MISSING:
        raise ValueError(
            f"Could not pack sequence. Structure had {len(flatten(structure, expand_composites))} "
            f"atoms, but flat_sequence had {len(flat_sequence)} items.  Structure: {structure}, "
            f"flat_sequence: {flat_sequence}."
        )
    return packed


_MISSING = object()


def _map_leaves(function: Callable[[Any], Any], structure: Any, expand_composites: bool) -> Any:
    container = _container_of(structure, expand_composites)
    if container is None:
        return function(structure)
    parts = []
    for part in container.children(structure):
        if CONTAINERS[type(part)] is None and not expand_composites:
            parts.append(function(part))
        else:
            parts.append(_map_leaves(function, part, expand_composites))
    return container.rebuild(structure, parts)


@export("nest.map_structure")
def map_structure(func: Callable[..., Any], *structure: Any, **kwargs: Any) -> Any:
    """A structure with `func` of the corresponding leaves of one or more equal structures.

    `check_types=False` lets a list correspond to a tuple; `expand_composites=True` takes
    `IndexedSlices` and the like apart. The result is built like the first structure.

    Raises `TypeError` or `ValueError` when the structures differ.

    >>> map_structure(lambda x, y: x + y, {"a": [1, 2]}, {"a": [10, 20]})
    {'a': [11, 22]}

    Source: `tf.nest.map_structure`.
    """
    check_types = kwargs.pop("check_types", True)
    expand_composites = kwargs.pop("expand_composites", False)
    if not callable(func):
        raise TypeError(f"func must be callable, got: {func}")
    if not structure:
        raise ValueError("Must provide at least one structure")
    if kwargs:
        raise ValueError(
            "Only valid keyword arguments are `check_types` and `expand_composites`, "
            f"not: `{'`, `'.join(kwargs)}`"
        )
    first, *others = structure
    if not others:
        return _map_leaves(func, first, expand_composites)
    for other in others:
        assert_same_structure(first, other, check_types, expand_composites)
    columns = zip(*[flatten(one, expand_composites) for one in structure], strict=True)
    return pack_sequence_as(first, [func(*leaves) for leaves in columns], expand_composites)


@export("nest.assert_same_structure")
def assert_same_structure(
    nest1: Any, nest2: Any, check_types: bool = True, expand_composites: bool = False
) -> None:
    """Raise unless two structures differ in nothing but their leaves.

    `ValueError` where the nesting, a length or the keys of dictionaries differ; `TypeError` where
    two containers have different types, unless `check_types=False`.

    >>> assert_same_structure([1, {"a": 2}], [3, {"a": 4}])

    Source: `tf.nest.assert_same_structure`.
    """
    try:
        _compare(nest1, nest2, check_types, expand_composites)
    except (TypeError, ValueError) as difference:
        raise type(difference)(
            "The two structures don't have the same nested structure.\n\n"
            f"First structure: {_described(nest1)}\n\n"
            f"Second structure: {_described(nest2)}\n\n"
            f"More specifically: {difference}"
        ) from None


def _described(value: Any) -> str:
    return f"type={type(value).__name__} str={value}"


def _compare(a: Any, b: Any, check_types: bool, expand_composites: bool) -> None:
    container_a = _container_of(a, expand_composites)
    container_b = _container_of(b, expand_composites)
    if container_a is None or container_b is None:
        if container_a is not container_b:
            inner, leaf = (a, b) if container_b is None else (b, a)
            raise ValueError(
                f'Substructure "{_described(inner)}" is a sequence, '
                f'while substructure "{_described(leaf)}" is not'
            )
        return
    if check_types:
        _compare_types(a, b)
    parts_a, parts_b = list(container_a.children(a)), list(container_b.children(b))
    if len(parts_a) != len(parts_b):
        raise ValueError(
            "The two structures don't have the same number of elements. "
            f"First structure: {_described(a)}. Second structure: {_described(b)}"
        )
    for part_a, part_b in zip(parts_a, parts_b, strict=True):
        _compare(part_a, part_b, check_types, expand_composites)


def _compare_types(a: Any, b: Any) -> None:
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        if set(a) != set(b):
            raise ValueError(
                "The two dictionaries don't have the same set of keys. First structure has keys "
                f"{sorted_keys(a)}, while second structure has keys {sorted_keys(b)}"
            )
    elif not _same_type(type(a), type(b)):
        raise TypeError(
            f"The two containers don't have the same type. First structure {_described(a)} has "
            f"type {type(a).__name__}, while second structure {_described(b)} has type "
            f"{type(b).__name__}. Pass check_types=False to allow this."
        )


def _same_type(a: type, b: type) -> bool:
    if a is b or (issubclass(a, list) and issubclass(b, list)):
        return True
    if is_namedtuple(a) and is_namedtuple(b):  # two definitions of the same named tuple will do
        return a.__name__ == b.__name__ and a._fields == b._fields  # type: ignore[attr-defined]
    return False
