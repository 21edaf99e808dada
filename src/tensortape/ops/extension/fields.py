"""Fields of extension types: what an annotation admits, and the parts that are tensors."""

from __future__ import annotations

import collections.abc
import types
import typing
from collections.abc import Callable, Iterator
from typing import Any

from tensortape.core.convert import convert_to_tensor
from tensortape.core.dtypes import DType, as_dtype
from tensortape.core.shapes import TensorShape
from tensortape.core.specs import TypeSpec, type_spec_from_value
from tensortape.core.tensor import Tensor
from tensortape.core.tracking import CompositeTensor

PLAIN = (int, float, str, bytes, bool, type(None))
_UNIONS = (typing.Union, types.UnionType)


class ImmutableDict(collections.abc.Mapping):
    """A dictionary that does not change."""

    def __init__(self, items: Any) -> None:
        self._items = dict(items)

    def __getitem__(self, key: Any) -> Any:
        return self._items[key]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __hash__(self) -> int:
        return hash(tuple(self._items))

    def __repr__(self) -> str:
        return f"ImmutableDict({self._items})"


def supported(annotation: Any) -> bool:
    """Whether a field can be of a type."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in _UNIONS:
        return all(map(supported, arguments))
    if origin is tuple:
        return all(a is Ellipsis or supported(a) for a in arguments)
    if origin is collections.abc.Mapping:
        return all(map(supported, arguments))
    if not isinstance(annotation, type):
        return False
    held = (Tensor, DType, TensorShape, CompositeTensor)
    return annotation in PLAIN or issubclass(annotation, held)


def name_of(annotation: Any) -> str:
    """An annotation as errors show it."""
    return getattr(annotation, "__name__", str(annotation))


def wrong(path: str, annotation: Any, value: Any) -> TypeError:
    """The error for a value of another type."""
    kind = type(value).__name__
    if annotation is Tensor:
        return TypeError(f"{path}: expected a Tensor, got {kind!r}")
    return TypeError(f"{path}: expected {name_of(annotation)!r}, got {kind!r}")


def converted(value: Any, annotation: Any, path: str) -> Any:
    """A value as its field holds it.

    Raises ``TypeError`` for values that are not of the annotated type.
    """
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in _UNIONS:
        return _one_of(value, arguments, path)
    if origin is tuple:
        return _tuple(value, arguments, path)
    if origin is collections.abc.Mapping:
        return _mapping(value, arguments, path)
    if annotation is Tensor:
        return _tensor(value, path)
    if annotation is DType:
        return _made(as_dtype, value, annotation, path)
    if annotation is TensorShape:
        return _made(TensorShape, value, annotation, path)
    exact = type(value) is annotation if annotation in PLAIN else isinstance(value, annotation)
    if not exact:
        raise wrong(path, annotation, value)
    return value


def _tensor(value: Any, path: str) -> Any:
    if isinstance(value, (Tensor, TypeSpec)):
        return value
    try:
        return convert_to_tensor(value)
    except (TypeError, ValueError):
        raise wrong(path, Tensor, value) from None


def _made(make: Callable[[Any], Any], value: Any, annotation: Any, path: str) -> Any:
    try:
        return make(value)
    except (TypeError, ValueError):
        raise wrong(path, annotation, value) from None


def _one_of(value: Any, arguments: Any, path: str) -> Any:
    for annotation in arguments:
        if isinstance(annotation, type) and type(value) is annotation:
            return value
    for annotation in arguments:
        try:
            return converted(value, annotation, path)
        except TypeError:
            continue
    names = [name_of(a) for a in arguments]
    raise TypeError(f"{path}: expected one of {names}, got {type(value).__name__!r}")


def _tuple(value: Any, arguments: Any, path: str) -> Any:
    if not isinstance(value, (list, tuple)):
        raise wrong(path, tuple, value)
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        arguments = (arguments[0],) * len(value)
    if len(arguments) != len(value):
        raise TypeError(f"{path}: expected {len(arguments)} values, got {len(value)}")
    pairs = enumerate(zip(value, arguments, strict=True))
    return tuple(converted(one, kind, f"{path}[{i}]") for i, (one, kind) in pairs)


def _mapping(value: Any, arguments: Any, path: str) -> Any:
    if not isinstance(value, collections.abc.Mapping):
        raise wrong(path, collections.abc.Mapping, value)
    keys, values = arguments
    return ImmutableDict(
        (converted(k, keys, f"{path}.keys()"), converted(v, values, f"{path}[{k!r}]"))
        for k, v in value.items()
    )


def tensors_in(value: Any) -> list[Any]:
    """The tensors, and values that consist of some, in a field."""
    if isinstance(value, (Tensor, CompositeTensor)):
        return [value]
    if isinstance(value, tuple) and not isinstance(value, TypeSpec):
        return [t for one in value for t in tensors_in(one)]
    if isinstance(value, ImmutableDict):
        return [t for key in sorted(value) for t in tensors_in(value[key])]
    return []


def specs_in(part: Any) -> list[Any]:
    """The specifications of what :func:`tensors_in` finds, in the same order."""
    if isinstance(part, TypeSpec):
        return [part]
    if isinstance(part, tuple):
        return [spec for one in part for spec in specs_in(one)]
    if isinstance(part, ImmutableDict):
        return [spec for key in sorted(part) for spec in specs_in(part[key])]
    return []


def spec_of(value: Any) -> Any:
    """What describes a field: specifications of tensors, and other values as they are."""
    if isinstance(value, (Tensor, CompositeTensor)):
        return type_spec_from_value(value)
    if isinstance(value, tuple):
        return tuple(map(spec_of, value))
    if isinstance(value, ImmutableDict):
        return ImmutableDict((k, spec_of(v)) for k, v in value.items())
    return value


def refilled(spec: Any, tensors: Iterator[Any]) -> Any:
    """A field as its specification says, with other tensors."""
    if isinstance(spec, TypeSpec):
        return next(tensors)
    if isinstance(spec, tuple):
        return tuple(refilled(one, tensors) for one in spec)
    if isinstance(spec, ImmutableDict):
        found = {key: refilled(spec[key], tensors) for key in sorted(spec)}
        return ImmutableDict((key, found[key]) for key in spec)
    return spec


def same(a: Any, b: Any) -> list[Any] | None:
    """Tensors that are all true if two fields are equal; ``None`` if they cannot be."""
    if isinstance(a, Tensor) and isinstance(b, Tensor):
        if a.dtype is not b.dtype or not a.shape.is_compatible_with(b.shape):
            return None
        return [a == b]
    if isinstance(a, tuple) and isinstance(b, tuple) and len(a) == len(b):
        return _joined([same(x, y) for x, y in zip(a, b, strict=True)])
    if isinstance(a, ImmutableDict) and isinstance(b, ImmutableDict) and set(a) == set(b):
        return _joined([same(a[key], b[key]) for key in a])
    if isinstance(a, CompositeTensor):
        equal = a == b
        return None if equal is False else [equal]
    return [] if type(a) is type(b) and a == b else None


def _joined(parts: list[Any]) -> list[Any] | None:
    return None if any(p is None for p in parts) else [t for part in parts for t in part]
