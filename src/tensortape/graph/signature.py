"""What distinguishes one call of a traced function from another.

Tensors count by dtype and shape, Python values by value, other objects by identity. ``describe``
makes a hashable key of arguments and collects the tensors among them, ``substitute`` puts symbolic
tensors in their place.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from tensortape.arrays.unranked import unranked
from tensortape.core.containers import CONTAINERS
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dtypes import DType
from tensortape.core.shapes import TensorShape
from tensortape.core.specs import TensorSpec, TypeSpec
from tensortape.core.tensor import EagerTensor, Tensor
from tensortape.core.tracking import CompositeTensor, TensorLike

_LITERALS = frozenset({bool, int, float, complex, str, bytes, type(None), type, DType, type(...)})
_RANKS = 64
"""As many sizes as a shape has at most."""
RESOURCES: list[tuple[type, Callable[[Any, Any], Any]]] = []
"""Classes of objects that are given anew at each call (iterators), and what stands for one of them
while a function is traced: ``stand_in(thing, placeholder)``."""


class Identity:
    """An object by identity, or by what it calls equal; not kept alive if it need not be.

    Raises ``TypeError`` for one that is equal to others and has no hash: it may change.
    """

    __slots__ = ("_by_value", "_hash", "_ref")

    def __init__(self, thing: Any) -> None:
        kind = type(thing)
        plain = kind.__eq__ is object.__eq__ or isinstance(thing, TensorLike)
        self._by_value = not plain and not hasattr(kind, "__array__")
        if self._by_value and kind.__hash__ is None:
            raise TypeError(
                f"Could not generate a generic TraceType for {thing!r:.200}. An argument of a "
                "tf.function that is no tensor must have a hash: what can change would not be "
                "noticed."
            )
        self._hash = hash(thing) if self._by_value else id(thing)
        try:
            self._ref: Callable[[], Any] = weakref.ref(thing)
        except TypeError:
            self._ref = lambda: thing

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Identity):
            return False
        mine, theirs = self._ref(), other._ref()
        if mine is None or mine is theirs:
            return mine is not None
        return self._by_value and type(mine) is type(theirs) and bool(mine == theirs)

    def __repr__(self) -> str:
        thing = self._ref()
        name = getattr(thing, "name", None) or getattr(thing, "__name__", None)
        kind = type(thing).__name__
        return f"{kind} {name!r}" if isinstance(name, str) else f"{kind} at {self._hash:#x}"


class Shaped(NamedTuple):
    """A tensor's dtype and shape, as part of a key."""

    dtype: Any
    shape: tuple[int | None, ...] | None

    def __repr__(self) -> str:
        if self.shape is None:
            return f"{np.dtype(self.dtype).name}[of any rank]"
        sizes = ", ".join("None" if n is None else str(n) for n in self.shape)
        return f"{np.dtype(self.dtype).name}[{sizes}]"


def resource_of(value: Any) -> Any:
    """What stands for ``value`` while tracing, if it is given anew at each call."""
    for kind, stand_in in RESOURCES:
        if isinstance(value, kind):
            return stand_in
    return None


_NO_SPECS: Iterator[Any] = iter(())


def held(thing: Any) -> Any:
    """A tensor that holds a Python object."""
    array = np.empty((), object)
    array[()] = thing
    return EagerTensor(array)


def describe(value: Any, tensors: list[Any]) -> Any:
    """A hashable description of ``value``; the tensors it contains are appended to ``tensors``."""
    kind = type(value)
    if isinstance(value, Tensor):
        tensors.append(value)
        return Shaped(value._a.dtype, None if unranked(value._a) else value._a.shape)
    if kind in _LITERALS:
        return (kind, value if value == value else "nan")
    container = CONTAINERS[kind]
    if container is not None:
        parts = [describe(child, tensors) for child in container.children(value)]
        names = tuple(sorted(value, key=str)) if isinstance(value, dict) else len(parts)
        return (kind, names, *parts)
    if isinstance(value, (np.ndarray, np.generic)):
        return describe(convert_to_tensor(value), tensors)
    if isinstance(value, TensorShape):
        return (kind, str(value))
    if isinstance(value, CompositeTensor) and hasattr(value, "_type_spec"):
        return _described(value, tensors)
    if resource_of(value) is not None:
        tensors.append(held(value))
        described = getattr(value, "_described", None)  # iterators keep it: Keras' steps ask often
        return (kind, repr(value._type_spec) if described is None else described)
    return Identity(value)


def component_specs(spec: Any) -> list[Any] | None:
    """The specifications of the parts of a ragged tensor or such; ``None`` for other things."""
    found = getattr(spec, "_component_specs", None) if isinstance(spec, TypeSpec) else None
    return None if found is None else list(found)


def tensor_specs(spec: Any) -> list[TensorSpec]:
    """The specifications of the tensors that a value consists of."""
    parts = component_specs(spec)
    if parts is None:
        return [spec] if isinstance(spec, TensorSpec) else []
    return [one for part in parts for one in tensor_specs(part)]


def of_tensors(spec: Any, tensors: Iterator[Any]) -> Any:
    """The value of a specification that consists of the next tensors."""
    parts = component_specs(spec)
    if parts is None:
        return next(tensors)
    return spec._from_components(tuple([of_tensors(part, tensors) for part in parts]))


def _described(value: Any, tensors: list[Any]) -> Any:
    """The description of a ragged tensor or such: what its specification says of its parts."""
    spec = value._type_spec
    parts = list(spec._to_components(value))
    specs = component_specs(spec)
    if specs is None or len(specs) != len(parts):
        return (type(value), repr(spec), *[describe(p, tensors) for p in parts])
    found = []
    for part, its in zip(parts, specs, strict=True):
        if isinstance(part, Tensor) and isinstance(its, TensorSpec):
            tensors.append(part)
            known = part.shape if its.shape.rank is None else its.shape
            found.append(Shaped(part._a.dtype, tuple(known)))
        else:
            found.append(describe(part, tensors))
    return (type(value), spec if _hashable(spec) else repr(spec), *found)


def _hashable(spec: Any) -> bool:
    try:
        hash(spec)
    except TypeError:
        return False
    return True


def specs_in(key: Any) -> Iterator[Any]:
    """The specifications of ragged tensors and such in a key, in order, the outer ones first."""
    if type(key) is tuple:
        if len(key) > 1 and isinstance(key[1], TypeSpec):
            yield key[1]
        for part in key:
            yield from specs_in(part)


def outer_specs(key: Any) -> Iterator[Any]:
    """As :func:`specs_in`, without those of parts of others."""
    if type(key) is tuple:
        if len(key) > 1 and isinstance(key[1], TypeSpec):
            yield key[1]
            return
        for part in key:
            yield from outer_specs(part)


def is_described_by_spec(value: Any) -> bool:
    """Whether a key has the specification of ``value``, a ragged tensor or such."""
    if not isinstance(value, CompositeTensor) or isinstance(value, TensorLike):
        return False
    spec = getattr(value, "_type_spec", None)
    return component_specs(spec) is not None and _hashable(spec)


def substitute(value: Any, tensors: Iterator[Any], specs: Any = _NO_SPECS) -> Any:
    """``value`` with other tensors in the places of its own, in the order of :func:`describe`.

    ``specs``: what the key says of ragged tensors and such, which may be less than they say.
    """
    kind = type(value)
    if isinstance(value, (Tensor, np.ndarray, np.generic)):
        return next(tensors)
    if kind in _LITERALS:
        return value
    container = CONTAINERS[kind]
    if container is not None:
        children = container.children(value)
        return container.rebuild(value, [substitute(c, tensors, specs) for c in children])
    if isinstance(value, CompositeTensor) and hasattr(value, "_type_spec"):
        spec = value._type_spec
        wanted = (
            next(specs, spec) if _hashable(spec) and hasattr(spec, "_component_specs") else spec
        )
        parts = tuple(substitute(p, tensors, specs) for p in spec._to_components(value))
        return wanted._from_components(parts)
    stand_in = resource_of(value)
    return value if stand_in is None else stand_in(value, next(tensors))


def generalised(a: Any, b: Any) -> Any:
    """A description that covers both: sizes that differ are unknown; ``None`` if there is none."""
    if type(a) is type(b) and a == b:
        return a
    if type(a) is Shaped and type(b) is Shaped:
        if a.dtype != b.dtype:
            return None
        if a.shape is None or b.shape is None:
            return Shaped(a.dtype, None)
        if len(a.shape) != len(b.shape):
            return None
        pairs = zip(a.shape, b.shape, strict=True)
        return Shaped(a.dtype, tuple(m if m == n else None for m, n in pairs))
    if isinstance(a, TypeSpec) and isinstance(b, TypeSpec):
        return a.most_specific_common_supertype([b])
    if type(a) is tuple and type(b) is tuple and len(a) == len(b):
        parts = [generalised(x, y) for x, y in zip(a, b, strict=True)]
        return None if any(p is None for p in parts) else tuple(parts)
    return None


def covers(a: Any, b: Any) -> bool:
    """Whether a trace for the description ``a`` serves for ``b``, too."""
    return bool(generalised(a, b) == a)


def openness(key: Any) -> int:
    """How many sizes a description leaves open."""
    sizes = [(None,) * _RANKS if s.shape is None else s.shape for s in shapes_in(key)]
    return sum(shape.count(None) for shape in sizes)


def shapes_in(key: Any) -> Iterator[Any]:
    """The descriptions of tensors in a key, in order."""
    if type(key) is Shaped:
        yield key
    elif type(key) is tuple:
        for part in key:
            yield from shapes_in(part)
