"""``tf.experimental.ExtensionType``: a class with typed fields, some of which are tensors."""

from __future__ import annotations

import inspect
import sys
import typing
from typing import Any, ClassVar

from tensortape.core.registry import PUBLIC, export
from tensortape.core.specs import SAVED_SPECS, TypeSpec
from tensortape.core.tracking import CompositeTensor
from tensortape.ops.extension.fields import (
    ImmutableDict,
    converted,
    name_of,
    refilled,
    same,
    spec_of,
    specs_in,
    supported,
    tensors_in,
)

RESERVED = ("self", "Spec")


class ExtensionTypeSpec(TypeSpec):
    """Describes an extension type: a specification or a value for each field."""

    __slots__ = ("_parts",)
    _kind: ClassVar[type]
    saved_name: ClassVar[str] = ""
    """The name in files: the ``__name__`` that the type gives itself, or where it is defined."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        bound = inspect.Signature(
            [p.replace(default=p.empty) for p in _parameters(self._kind)]
        ).bind(*args, **kwargs)
        self._parts = tuple(
            ImmutableDict(v) if isinstance(v, dict) else v for v in bound.arguments.values()
        )

    @property
    def value_type(self) -> type:
        """The class described."""
        return self._kind

    @classmethod
    def from_value(cls, value: Any) -> ExtensionTypeSpec:
        """The specification of a value."""
        return cls(*[spec_of(getattr(value, name)) for name in cls._kind._fields])  # type: ignore[attr-defined]

    def _serialize(self) -> tuple[Any, ...]:
        return self._parts

    @property
    def _component_specs(self) -> list[Any]:
        return specs_in(self._parts)

    def _to_components(self, value: Any) -> tuple[Any, ...]:
        return tuple(t for name in type(value)._fields for t in tensors_in(getattr(value, name)))

    def _from_components(self, components: Any) -> Any:
        tensors = iter(components)
        made: Any = object.__new__(self._kind)
        for name, spec in zip(self._kind._fields, self._parts, strict=True):  # type: ignore[attr-defined]
            made.__dict__[name] = refilled(spec, tensors)
        return made

    def __getattr__(self, name: str) -> Any:
        fields = list(type(self)._kind._fields) if not name.startswith("_") else ()  # type: ignore[attr-defined]
        if name in fields:
            return self._parts[list(fields).index(name)]
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __repr__(self) -> str:
        pairs = zip(self._kind._fields, self._parts, strict=True)  # type: ignore[attr-defined]
        return f"{self._kind.__name__}.Spec({', '.join(f'{n}={p!r}' for n, p in pairs)})"


def _parameters(cls: Any) -> list[inspect.Parameter]:
    """The parameters of the constructor: the fields, with their defaults."""
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    return [
        inspect.Parameter(name, kind, default=getattr(cls, name, inspect.Parameter.empty))
        for name in cls._fields
    ]


class ExtensionTypeMeta(type):
    """Makes objects whose fields are set while they are made, and not any more after that."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        """A new object, its fields converted and checked."""
        self: Any = object.__new__(cls)  # type: ignore[arg-type]
        self.__dict__["_making"] = True
        self.__init__(*args, **kwargs)
        for name, annotation in cls._fields.items():  # type: ignore[attr-defined]
            if name not in self.__dict__:
                raise AttributeError(f"{cls.__name__}: the constructor sets no field {name!r}")
            self.__dict__[name] = converted(self.__dict__[name], annotation, name)
        del self.__dict__["_making"]
        self.__validate__()
        return self


@export("experimental.ExtensionType")
class ExtensionType(CompositeTensor, metaclass=ExtensionTypeMeta):
    """Base of classes that hold tensors and can be used where TensorFlow takes structures of them.

    Fields are annotated; their types are ``tf.Tensor``, other extension types and composite
    tensors, ``int``, ``float``, ``bool``, ``str``, ``bytes``, ``tf.DType``, ``tf.TensorShape``, and
    tuples, mappings, unions and options of these.

    >>> import tensortape as tf
    >>> class Interval(tf.experimental.ExtensionType):
    ...     low: tf.Tensor
    ...     high: tf.Tensor
    >>> x = Interval([1.0, 2.0], 3.0)
    >>> (x.high - x.low).numpy()
    array([2., 1.], dtype=float32)
    >>> tf.type_spec_from_value(x).low
    TensorSpec(shape=(2,), dtype=tf.float32, name=None)

    Raises ``TypeError`` for values and annotations of other types, ``AttributeError`` when a field
    is changed. Source: ``tf.experimental.ExtensionType``.
    """

    _fields: ClassVar[dict[str, Any]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        own = inspect.get_annotations(cls)
        place = sys._getframe(1)  # annotations may be texts that name what is known there
        known = {**place.f_globals, **place.f_locals}
        hints = typing.get_type_hints(cls, localns=known) if own else {}
        fields = {name: hints[name] for name in own if name in hints}
        for name, annotation in fields.items():
            if name in RESERVED or name.startswith("_tf_extension_type"):
                raise ValueError(
                    f"The field annotations for {cls.__name__} are invalid. Field {name!r} is "
                    "reserved."
                )
            if not supported(annotation):
                raise TypeError(
                    f"In field {name!r}: Unsupported type annotation {name_of(annotation)!r}"
                )
        cls._fields = {**cls._fields, **fields}
        if "__init__" not in cls.__dict__:
            cls.__signature__ = inspect.Signature(_parameters(cls))  # type: ignore[attr-defined]
        own_name = cls.__dict__.get("__name__")
        place_of = f"{cls.__module__}.{cls.__qualname__}"
        parts = {"_kind": cls, "__slots__": (), "saved_name": own_name or place_of}
        spec: Any = type("Spec", (ExtensionTypeSpec,), parts)
        cls.Spec = spec  # type: ignore[attr-defined]
        SAVED_SPECS[spec.saved_name] = spec

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        bound = inspect.Signature(_parameters(type(self))).bind(*args, **kwargs)
        bound.apply_defaults()
        self.__dict__.update(bound.arguments)

    def __validate__(self) -> None:
        """Called when an object was made; a class may check its fields here."""

    def __setattr__(self, name: str, value: Any) -> None:
        if "_making" not in self.__dict__:
            raise AttributeError(
                f"Cannot mutate attribute `{name}` outside the custom constructor of ExtensionType."
            )
        self.__dict__[name] = value

    def __delattr__(self, name: str) -> None:
        self.__setattr__(name, None)
        del self.__dict__[name]

    @property
    def _type_spec(self) -> Any:
        return type(self).Spec.from_value(self)  # type: ignore[attr-defined]

    def __eq__(self, other: object) -> Any:
        if type(other) is not type(self):
            return False
        equal = same(*[tuple(getattr(x, name) for name in self._fields) for x in (self, other)])
        if equal is None:
            return False
        tests = [PUBLIC["reduce_all"](t) for t in equal]
        return PUBLIC["reduce_all"](PUBLIC["stack"](tests)) if tests else True

    def __ne__(self, other: object) -> Any:
        equal = self == other
        return not equal if isinstance(equal, bool) else PUBLIC["math.logical_not"](equal)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in self._fields)
        return f"{type(self).__name__}({fields})"
