"""Type specifications: what is known of a value before it exists.

Which specification describes the instances of a class is registered with `register_value_type`:
below for tensors and variables, and by the modules that define further classes for theirs.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from typing import Any

from tensortape.core import dtypes
from tensortape.core.convert import convert_to_tensor
from tensortape.core.indexed_slices import IndexedSlices
from tensortape.core.registry import export
from tensortape.core.shapes import TensorShape, as_shape
from tensortape.core.tensor import Tensor
from tensortape.core.variable import Variable

SAVED_SPECS: Any = weakref.WeakValueDictionary()
"""Specifications of types that programs define, by the names that files have for them."""
_SPEC_OF_VALUE: dict[type, tuple[type[TypeSpec], Callable[[Any], TypeSpec | None]]] = {}


@export("TypeSpec")
class TypeSpec:
    """Describes the type of values: tensors of a shape and dtype, and what is built of them.

    A subclass gives `_serialize`, the tuple its constructor takes; comparison, generalisation,
    hashing and printing follow from it.

    Source: `tf.TypeSpec`.
    """

    __slots__ = ()

    def _serialize(self) -> tuple[Any, ...]:
        raise NotImplementedError(f"{type(self).__name__}._serialize")

    @classmethod
    def _deserialize(cls, serialization: tuple[Any, ...]) -> TypeSpec:
        return cls(*serialization)

    @property
    def value_type(self) -> type:
        """The Python type of the values described."""
        for kind, (spec_type, _) in _SPEC_OF_VALUE.items():
            if spec_type is type(self):
                return kind
        raise NotImplementedError(f"{type(self).__name__} describes no registered Python type.")

    def is_compatible_with(self, spec_or_value: Any) -> bool:
        """Whether a value (or what another specification describes) can be of this type."""
        spec = spec_or_value
        if not isinstance(spec, TypeSpec):
            spec = _spec_of(spec_or_value)
        if type(spec) is not type(self):
            return False
        pairs = zip(self._serialize(), spec._serialize(), strict=True)
        return all(_fits(mine, its) for mine, its in pairs)

    def is_subtype_of(self, other: Any) -> bool:
        """Whether every value of this type is of the type `other`."""
        if type(other) is not type(self):
            return False
        pairs = zip(self._serialize(), other._serialize(), strict=True)
        return all(
            mine.is_subtype_of(its) if hasattr(mine, "is_subtype_of") else mine == its
            for mine, its in pairs
        )

    def most_specific_common_supertype(self, others: Sequence[Any]) -> TypeSpec | None:
        """The most specific type that covers this one and all `others`, `None` if none does.

        >>> TensorSpec([1]).most_specific_common_supertype([TensorSpec([2])])
        TensorSpec(shape=(None,), dtype=tf.float32, name=None)
        """
        if any(type(other) is not type(self) for other in others):
            return None
        columns = zip(self._serialize(), *[other._serialize() for other in others], strict=True)
        parts = []
        for mine, *rest in columns:
            if isinstance(mine, (TypeSpec, TensorShape)):
                covering = mine.most_specific_common_supertype(rest)
                if covering is None:
                    return None
                parts.append(covering)
            elif all(mine == part for part in rest):
                parts.append(mine)
            else:
                return None
        return self._deserialize(tuple(parts))

    def most_specific_compatible_type(self, other: TypeSpec) -> TypeSpec:
        """The most specific type that covers this one and `other`; `ValueError` if none does."""
        covering = self.most_specific_common_supertype([other])
        if covering is None:
            raise ValueError(f"No TypeSpec is compatible with both {self} and {other}")
        return covering

    def __eq__(self, other: object) -> Any:
        return type(other) is type(self) and self._serialize() == other._serialize()

    def __hash__(self) -> int:
        return hash((type(self), self._serialize()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(repr(part) for part in self._serialize())})"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), self._serialize()


def _fits(mine: Any, its: Any) -> bool:
    if isinstance(mine, (TypeSpec, TensorShape)):
        return mine.is_compatible_with(its)
    return mine == its


class DenseSpec(TypeSpec):
    """What specifications of arrays share: a shape, a dtype and perhaps a name."""

    __slots__ = ("_dtype", "_name", "_shape")

    def __init__(self, shape: Any, dtype: Any = dtypes.float32, name: str | None = None) -> None:
        self._shape = as_shape(shape)
        self._dtype = dtypes.as_dtype(dtype)
        self._name = name

    @property
    def shape(self) -> TensorShape:
        """The shape, as far as it is known."""
        return self._shape

    @property
    def dtype(self) -> dtypes.DType:
        """The dtype of the elements."""
        return self._dtype

    @property
    def name(self) -> str | None:
        """The name, or `None`; functions name their arguments by it."""
        return self._name

    def __hash__(self) -> int:
        return hash((self._shape, self._dtype))


@export("TensorSpec")
class TensorSpec(DenseSpec):
    """Describes tensors: `TensorSpec(shape, dtype=tf.float32, name=None)`.

    `shape` is anything `tf.TensorShape` takes.

    >>> TensorSpec([None, 3], "float64", name="x")
    TensorSpec(shape=(None, 3), dtype=tf.float64, name='x')
    >>> TensorSpec([None]).is_compatible_with(TensorSpec([2]))
    True

    Source: `tf.TensorSpec`.
    """

    __slots__ = ()

    @classmethod
    def from_spec(cls, spec: Any, name: str | None = None) -> TensorSpec:
        """The same shape and dtype as `spec`, under another name if one is given."""
        return cls(spec.shape, spec.dtype, name or spec.name)

    @classmethod
    def from_tensor(cls, tensor: Any, name: str | None = None) -> TensorSpec:
        """The specification of a tensor; `ValueError` for anything else.

        >>> TensorSpec.from_tensor(convert_to_tensor([1.0, 2.0]))
        TensorSpec(shape=(2,), dtype=tf.float32, name=None)
        """
        if type(_spec_of(tensor)) is not TensorSpec:
            raise ValueError(f"`tensor` should be a tf.Tensor, but got type {type(tensor)}.")
        return cls(tensor.shape, tensor.dtype, name)

    def _serialize(self) -> tuple[Any, ...]:
        return self._shape, self._dtype, self._name

    # A name says nothing about the values.
    def is_compatible_with(self, spec_or_value: Any) -> bool:
        """Whether a tensor, or what another specification describes, has this shape and dtype."""
        spec = spec_or_value
        if not isinstance(spec, DenseSpec):
            spec = _spec_of(spec)
            if not isinstance(spec, TensorSpec):
                return False
        return self._dtype == spec._dtype and self._shape.is_compatible_with(spec._shape)

    def is_subtype_of(self, other: Any) -> bool:
        """Whether every tensor this describes is described by `other`, a `TensorSpec`."""
        return (
            type(other) is type(self)
            and self._name in (None, other._name)
            and self._dtype == other._dtype
            and self._shape.is_subtype_of(other._shape)
        )

    def __repr__(self) -> str:
        return f"TensorSpec(shape={self._shape}, dtype={self._dtype!r}, name={self._name!r})"


class VariableSpec(DenseSpec):
    """Describes variables.

    >>> VariableSpec([3, 1])
    VariableSpec(shape=(3, 1), dtype=tf.float32, trainable=True, alias_id=None)

    Source: `tensorflow.python.ops.resource_variable_ops.VariableSpec`.
    """

    __slots__ = ("alias_id", "trainable")

    def __init__(
        self,
        shape: Any,
        dtype: Any = dtypes.float32,
        trainable: bool | None = True,
        alias_id: int | None = None,
    ) -> None:
        super().__init__(shape, dtype)
        self.trainable = trainable
        self.alias_id = alias_id

    @classmethod
    def from_value(cls, value: Any) -> VariableSpec:
        """The specification of a variable."""
        return cls(value.shape, value.dtype, value.trainable)

    def _serialize(self) -> tuple[Any, ...]:
        return self._shape, self._dtype, self.trainable, self.alias_id

    def __repr__(self) -> str:
        return (
            f"VariableSpec(shape={self._shape}, dtype={self._dtype!r}, "
            f"trainable={self.trainable!r}, alias_id={self.alias_id!r})"
        )


@export("IndexedSlicesSpec")
class IndexedSlicesSpec(TypeSpec):
    """Describes `tf.IndexedSlices`: the shape and dtype of the dense tensor, and the indices.

    >>> IndexedSlicesSpec([2])
    IndexedSlicesSpec(TensorShape([2]), tf.float32, tf.int64, None, TensorShape([None]))

    Source: `tf.IndexedSlicesSpec`.
    """

    __slots__ = (
        "_dense_shape_dtype",
        "_indices_dtype",
        "_indices_shape",
        "_shape",
        "_values_dtype",
    )

    def __init__(
        self,
        shape: Any = None,
        dtype: Any = dtypes.float32,
        indices_dtype: Any = dtypes.int64,
        dense_shape_dtype: Any = None,
        indices_shape: Any = None,
    ) -> None:
        self._shape = as_shape(shape)
        self._values_dtype = dtypes.as_dtype(dtype)
        self._indices_dtype = dtypes.as_dtype(indices_dtype)
        self._dense_shape_dtype = (
            None if dense_shape_dtype is None else dtypes.as_dtype(dense_shape_dtype)
        )
        self._indices_shape = as_shape((None,) if indices_shape is None else indices_shape)

    def _serialize(self) -> tuple[Any, ...]:
        return (
            self._shape,
            self._values_dtype,
            self._indices_dtype,
            self._dense_shape_dtype,
            self._indices_shape,
        )

    @classmethod
    def from_value(cls, value: Any) -> IndexedSlicesSpec:
        """The specification of given rows."""
        whole = value.dense_shape
        return cls(
            value.shape,
            value.dtype,
            value.indices.dtype,
            None if whole is None else whole.dtype,
            value.indices.shape,
        )

    @property
    def _component_specs(self) -> list[TensorSpec]:
        rank = self._shape.rank
        inner = TensorShape(None) if rank is None else self._shape[1:]
        specs = [
            TensorSpec(self._indices_shape.concatenate(inner), self._values_dtype),
            TensorSpec(self._indices_shape, self._indices_dtype),
        ]
        if self._dense_shape_dtype is not None:
            specs.append(TensorSpec([rank], self._dense_shape_dtype))
        return specs

    def _to_components(self, value: Any) -> tuple[Any, ...]:
        whole = value.dense_shape
        return (value.values, value.indices) + (() if whole is None else (whole,))

    def _from_components(self, components: Any) -> Any:
        return IndexedSlices(*components)


class NoneTensorSpec(TypeSpec):
    """Describes `None`. Source: `tensorflow.python.framework.none_tensor.NoneTensorSpec`."""

    __slots__ = ()

    def _serialize(self) -> tuple[Any, ...]:
        return ()


def register_value_type(
    value_type: type, spec_type: type[TypeSpec], spec_of: Callable[[Any], TypeSpec | None]
) -> None:
    """Tell that `spec_of(value)`, a `spec_type`, describes the instances of `value_type`.

    Subclasses of `value_type` are described by it too, unless they are registered themselves.
    """
    _SPEC_OF_VALUE[value_type] = (spec_type, spec_of)


def _spec_of(value: Any) -> TypeSpec | None:
    for kind in type(value).__mro__:
        if kind in _SPEC_OF_VALUE:
            return _SPEC_OF_VALUE[kind][1](value)
    spec = getattr(value, "_type_spec", None)
    return spec if isinstance(spec, TypeSpec) else None


IndexedSlices._type_spec = property(IndexedSlicesSpec.from_value)  # type: ignore[attr-defined]
register_value_type(IndexedSlices, IndexedSlicesSpec, IndexedSlicesSpec.from_value)
register_value_type(type(None), NoneTensorSpec, lambda value: NoneTensorSpec())
register_value_type(Tensor, TensorSpec, lambda value: TensorSpec(value.shape, value.dtype))
register_value_type(Variable, VariableSpec, VariableSpec.from_value)


@export("type_spec_from_value")
def type_spec_from_value(value: Any) -> TypeSpec:
    """The specification that describes `value`; numbers and arrays are described as tensors.

    Raises `TypeError` for a type that no specification describes.

    >>> type_spec_from_value([[1, 2]])
    TensorSpec(shape=(1, 2), dtype=tf.int32, name=None)

    Source: `tf.type_spec_from_value`.
    """
    spec = _spec_of(value)
    if spec is not None:
        return spec
    try:
        tensor = convert_to_tensor(value)
    except (TypeError, ValueError):
        raise TypeError(
            f"Could not build a TypeSpec for {value!r} of unsupported type {type(value)}."
        ) from None
    return TensorSpec(tensor.shape, tensor.dtype)
