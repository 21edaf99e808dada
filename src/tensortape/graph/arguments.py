"""Binding the arguments of a traced function to its parameters."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tensortape.core import nest
from tensortape.core.convert import convert_to_tensor
from tensortape.core.shapes import TensorShape
from tensortape.core.specs import TensorSpec, TypeSpec
from tensortape.core.tensor import Tensor
from tensortape.core.tracking import CompositeTensor
from tensortape.graph.signature import (
    Shaped,
    component_specs,
    describe,
    is_described_by_spec,
    outer_specs,
    shapes_in,
)
from tensortape.graph.stand_ins import said_name
from tensortape.graph.structures import paths


class Binder:
    """The parameters of a function, and its ``input_signature`` if there is one."""

    def __init__(self, function: Callable[..., Any], input_signature: Any) -> None:
        try:
            self._signature: Any = inspect.signature(function)
        except (TypeError, ValueError):
            self._signature = None
        self._name = getattr(function, "__name__", type(function).__name__)
        self._given = None if input_signature is None else _checked(input_signature)
        self._read_parameters()

    def _read_parameters(self) -> None:
        kinds = inspect.Parameter
        parameters = [] if self._signature is None else list(self._signature.parameters.values())
        simple = (kinds.POSITIONAL_ONLY, kinds.POSITIONAL_OR_KEYWORD)
        self.names = [p.name for p in parameters]
        self.plain = sum(1 for p in parameters if p.kind in simple)
        named = any(p.kind is kinds.KEYWORD_ONLY for p in parameters)
        self.particular = self._given is not None or self._signature is None or named
        """Whether calls cannot take the short way: positional arguments as they are."""
        self.key = None if self._given is None else tuple(_key_of(s) for s in self._given)
        if self.key is not None and any(_unknown_rank(s) for s in nest.flatten(self._given)):
            self.key = None

    @property
    def signature(self) -> inspect.Signature | None:
        """The parameters as Python describes them, if it can."""
        return self._signature

    def skip_self(self, function: Callable[..., Any]) -> None:
        """The first parameter of ``function`` is bound already."""
        signature = inspect.signature(function)
        parameters = list(signature.parameters.values())[1:]
        self._signature = signature.replace(parameters=parameters)
        self._read_parameters()

    def bind(self, args: Any, kwargs: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Arguments in the order of the parameters, defaults filled in.

        Raises ``TypeError`` for arguments that fit neither parameters nor ``input_signature``.
        """
        if self._signature is not None:
            try:
                bound = self._signature.bind(*args, **kwargs)
            except TypeError as exc:
                raise self._unbound(exc, args, kwargs) from None
            if self._given is not None:
                self._need_defaults(bound.arguments)
            bound.apply_defaults()
            args, kwargs = bound.args, bound.kwargs
        if self._given is not None:
            args = self._cast(args)
        return tuple(args), dict(kwargs)

    def _need_defaults(self, arguments: Any) -> None:
        """Parameters beyond ``input_signature`` keep their defaults, which a trace has fixed."""
        varied = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
        parameters = list(self._signature.parameters.values())
        if any(p.kind in varied for p in parameters):
            return
        for p in parameters[len(self._given or ()) :]:
            if p.default is p.empty:
                raise TypeError(
                    f"input_signature missing type constraint for {p.name}: {self._name}"
                    f"{self._signature} needs an entry for each parameter without a default."
                )
            value = arguments.get(p.name, p.default)
            if value is not p.default and not _same(value, p.default):
                raise TypeError(
                    f"Binding inputs to tf.function failed due to `Can not cast {_short(value)} to "
                    f"Literal[{p.default!r:.40}]`: input_signature has no entry for {p.name!r}, "
                    "which keeps its default."
                )

    def _unbound(self, why: Any, args: Any, kwargs: Any) -> TypeError:
        """The error for arguments that do not fit the parameters."""
        shown = [_short(a) for a in args] + [f"{n}={_short(a)}" for n, a in kwargs.items()]
        return TypeError(
            f"Binding inputs to tf.function failed due to `{why}`. Received ({', '.join(shown)}) "
            f"for {self._name}{self._signature}."
        )

    def _cast(self, args: Any) -> tuple[Any, ...]:
        """Arguments as tensors of the signature's dtypes."""
        given: Any = self._given
        if len(args) < len(given):
            raise TypeError(
                f"Binding inputs to tf.function failed due to `missing a required argument`: "
                f"input_signature has {len(given)} entries, received {len(args)} arguments."
            )
        cast = [_cast_nest(s, a) for s, a in zip(given, args, strict=False)]
        return (*cast, *args[len(given) :])

    def from_signature(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The specifications themselves as arguments."""
        return tuple(self._given or ()), {}

    def flat_names(self, args: Any, kwargs: Any) -> list[str]:
        """A name for each tensor among the arguments: its specification's, or its parameter's."""
        names = []
        for i, a in enumerate(args):
            base = self.names[min(i, len(self.names) - 1)] if self.names else "args"
            given = None if self._given is None or i >= len(self._given) else self._given[i]
            names += _names(base, a, given)
        for n in sorted(kwargs):
            names += _names(n, kwargs[n], None)
        return names

    def specifications(self, args: Any, kwargs: Any, key: Any) -> Any:
        """``(args, kwargs)`` with a ``tf.TensorSpec`` for each tensor."""

        def all_of(value: Any, base: str, given: Any, first: Any) -> Any:
            if isinstance(value, (Tensor, np.ndarray, np.generic)):
                return _specified(value, base, given, first)
            said = iter([s for s in nest.flatten(given) if isinstance(s, TensorSpec)])
            plain = not any(isinstance(leaf, CompositeTensor) for leaf in nest.flatten(value))
            shapes = shapes_in(first if plain else None)
            ways = paths(value)

            def one(leaf: Any) -> Any:
                way = next(ways, "")
                if not isinstance(leaf, (Tensor, np.ndarray, np.generic)):
                    return next(composite, leaf) if is_described_by_spec(leaf) else leaf
                return _specified(leaf, base + way, next(said, None), next(shapes, None))

            return nest.map_structure(one, value)

        composite = outer_specs(key)  # of what a specification describes, as the trace has it
        told = (*(self._given or ()), *[None] * len(args))
        specs = [
            all_of(a, self._base(i), told[i], key[i] if i < len(key) else None)
            for i, a in enumerate(args)
        ]
        return tuple(specs), {n: all_of(kwargs[n], n, None, None) for n in sorted(kwargs)}

    def _base(self, i: int) -> str:
        """What tensors of argument ``i`` are called after; those of ``*args`` are numbered."""
        if not self.names:
            return "args"
        if i < self.plain:
            return self.names[i]
        return f"{self.names[min(self.plain, len(self.names) - 1)]}_{i - self.plain}"

    def described(self, key: Any) -> str:
        """A signature as text."""
        parts = []
        for i, part in enumerate(key):
            name = self.names[i] if i < len(self.names) else f"argument {i}"
            parts.append(f"{name}: {_words(part)}")
        return ", ".join(parts)


def _names(base: str, value: Any, given: Any) -> list[str]:
    """A name for each tensor in one argument, for which ``given`` is the specification."""
    tensors: list[Any] = []
    describe(value, tensors)
    specs = [s for s in nest.flatten(given) if isinstance(s, TensorSpec)]
    said = (
        [s.name for s in specs] if len(specs) == len(tensors) else [said_name(t) for t in tensors]
    )
    return [
        name or (base if k == 0 else f"{base}_{k}") for k, name in enumerate(said[: len(tensors)])
    ]


def _specified(tensor: Any, name: str, given: Any, key: Any) -> TensorSpec:
    """The specification of one tensor among the arguments."""
    known = key if type(key) is Shaped else given
    shape = TensorShape(getattr(known, "shape", None))
    if shape.rank is None and type(key) is not Shaped:
        shape = tensor.shape
    return TensorSpec(
        shape, tensor.dtype, getattr(given, "name", None) or said_name(tensor) or name
    )


def _short(value: Any) -> str:
    """An argument in a message: tensors by dtype and shape."""
    return repr(_spec(value)) if isinstance(value, Tensor) else f"{value!r:.40}"


def _words(part: Any) -> str:
    if type(part) is tuple and len(part) > 1 and isinstance(part[1], TypeSpec):
        return repr(part[1])
    if type(part) is tuple and len(part) == 2:
        return f"{part[1]!r:.60}"
    return f"{part!r:.60}"


def _key_of(spec: Any) -> Any:
    """The description that a specification stands for."""
    if isinstance(spec, TensorSpec):
        if spec.shape.rank is None:
            return None
        return Shaped(spec.dtype._np, tuple(spec.shape.as_list()))
    parts = component_specs(spec)
    if parts is not None:
        return (spec.value_type, spec, *[_key_of(part) for part in parts])
    if nest.is_nested(spec):
        container: Any = nest.CONTAINERS[type(spec)]
        names = tuple(sorted(spec, key=str)) if isinstance(spec, dict) else len(spec)
        return (type(spec), names, *[_key_of(s) for s in container.children(spec)])
    return spec


def _unknown_rank(spec: Any) -> bool:
    parts = component_specs(spec)
    if parts is not None:
        return any(map(_unknown_rank, parts))
    return not isinstance(spec, TensorSpec) or spec.shape.rank is None


def _cast_nest(spec: Any, value: Any) -> Any:
    if not nest.is_nested(spec):
        return _cast_one(spec, value)
    if isinstance(spec, dict):
        if not isinstance(value, Mapping) or value.keys() != spec.keys():
            raise _unlike(spec, value, "has different keys than")
        return type(value)({k: _cast_nest(spec[k], value[k]) for k in value})  # type: ignore[call-arg]
    base = next((t for t in (list, tuple) if isinstance(spec, t)), type(spec))
    if not isinstance(value, base) or len(value) != len(spec):
        raise _unlike(spec, value, "is not of the structure")
    container: Any = nest.CONTAINERS[type(spec)]
    pairs = zip(container.children(spec), value, strict=True)
    return container.rebuild(spec, [_cast_nest(s, v) for s, v in pairs])


def _unlike(spec: Any, value: Any, how: str) -> TypeError:
    return TypeError(
        f"Binding inputs to tf.function failed due to `{value!r:.100} {how} {spec!r:.200}`."
    )


def _checked(signature: Any) -> tuple[Any, ...]:
    """An ``input_signature`` made of specifications. Raises ``TypeError`` for anything else."""
    if not isinstance(signature, (list, tuple)):
        raise TypeError(f"input_signature must be either a tuple or a list, got {type(signature)}.")
    wrong = [s for s in nest.flatten(list(signature)) if not isinstance(s, TypeSpec)]
    if wrong:
        raise TypeError(
            "input_signature must be a possibly nested sequence of TensorSpec objects, got invalid "
            f"args {wrong} with types {[type(s) for s in wrong]}."
        )
    return tuple(signature)


def _same(a: Any, b: Any) -> bool:
    """Whether two values of a parameter are equal."""
    try:
        return bool(a == b)
    except (TypeError, ValueError):
        return False


def _cast_one(spec: Any, value: Any) -> Any:
    if isinstance(value, TypeSpec):
        if not spec.is_compatible_with(value):
            raise TypeError(
                f"Binding inputs to tf.function failed due to `Can not cast {value} to {spec!r}`."
            )
        return value
    if component_specs(spec) is not None:
        return _cast_parts(spec, value)
    if not isinstance(spec, TensorSpec):
        return value
    try:
        tensor = value if isinstance(value, Tensor) else convert_to_tensor(value, dtype=spec.dtype)
    except (TypeError, ValueError) as exc:
        raise TypeError(f"Binding inputs to tf.function failed due to `{exc}`.") from None
    if tensor.dtype is not spec.dtype or not spec.shape.is_compatible_with(tensor.shape):
        raise TypeError(
            f"Binding inputs to tf.function failed due to `Can not cast {_spec(tensor)} to "
            f"{spec!r}`. Received {tensor.dtype.name}{tuple(tensor.shape)}; input_signature asks "
            f"for {spec.dtype.name}{spec.shape}."
        )
    return tensor


def _cast_parts(spec: Any, value: Any) -> Any:
    """A ragged tensor or such, which must be as its specification says."""
    if not spec.is_compatible_with(value) or getattr(value, "_type_spec", None) is None:
        found = getattr(value, "_type_spec", None) or f"{value!r:.100}"
        raise TypeError(
            f"Binding inputs to tf.function failed due to `Can not cast {found} to {spec!r}`."
        )
    return value


def _spec(tensor: Any) -> Any:
    return TensorSpec(TensorShape(tensor.shape), tensor.dtype)
