"""What is known of datasets, iterators and optionals before they exist."""

from __future__ import annotations

from typing import Any

from tensortape.core.registry import export
from tensortape.core.shapes import TensorShape, as_shape
from tensortape.core.specs import TypeSpec
from tensortape.core.tensor import EagerTensor
from tensortape.core.untraceable import Untraceable
from tensortape.data.structure import leaves, map_leaves, refill

OPTIONAL: list[Any] = []
"""The class of optionals, which is defined after its specification."""


class _ElementSpec(TypeSpec):
    """A specification made of that of an element."""

    __slots__ = ("_element_spec",)

    def __init__(self, element_spec: Any) -> None:
        self._element_spec = element_spec

    @property
    def element_spec(self) -> Any:
        """The type of an element."""
        return self._element_spec

    def _serialize(self) -> tuple[Any, ...]:
        return (self._element_spec,)

    def __hash__(self) -> int:
        return hash((type(self), tuple(leaves(self._element_spec))))

    def is_compatible_with(self, spec_or_value: Any) -> bool:
        """Whether a value, or what another specification describes, has such elements."""
        spec = spec_or_value
        if not isinstance(spec, TypeSpec):
            spec = getattr(spec, "_type_spec", None)
        return type(spec) is type(self) and fits(self._element_spec, spec._element_spec)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._element_spec!r},)"


def fits(wanted: Any, given: Any) -> bool:
    """Whether two structures of specifications are compatible, leaf by leaf."""
    found: list[bool] = []
    try:
        map_leaves(lambda a, b: found.append(_fits_leaf(a, b)), wanted, given)
    except (TypeError, ValueError, AttributeError):
        return False
    return all(found)


def _fits_leaf(wanted: Any, given: Any) -> bool:
    """Whether two specifications are compatible; nothing fits nothing."""
    return given is None if wanted is None else wanted.is_compatible_with(given)


@export("data.DatasetSpec")
class DatasetSpec(_ElementSpec):
    """Describes datasets: the type of an element.

    >>> import tensortape as tf
    >>> tf.data.DatasetSpec(tf.TensorSpec([], tf.int64))
    DatasetSpec(TensorSpec(shape=(), dtype=tf.int64, name=None), TensorShape([]))

    Source: `tf.data.DatasetSpec`.
    """

    __slots__ = ("_dataset_shape",)

    def __init__(self, element_spec: Any, dataset_shape: Any = ()) -> None:
        super().__init__(element_spec)
        self._dataset_shape = as_shape(dataset_shape)

    @staticmethod
    def from_value(value: Any) -> DatasetSpec:
        """The specification of a dataset."""
        return DatasetSpec(value.element_spec)

    @property
    def shape(self) -> TensorShape:
        """The shape of a tensor of datasets; a single one has rank 0."""
        return self._dataset_shape

    def _serialize(self) -> tuple[Any, ...]:
        return (self._element_spec, self._dataset_shape)

    def __repr__(self) -> str:
        return f"DatasetSpec({self._element_spec!r}, {self._dataset_shape!r})"


@export("data.IteratorSpec")
class IteratorSpec(_ElementSpec):
    """Describes iterators over datasets: the type of an element.

    >>> import tensortape as tf
    >>> tf.type_spec_from_value(iter(tf.data.Dataset.range(2)))
    IteratorSpec(TensorSpec(shape=(), dtype=tf.int64, name=None),)

    Source: `tf.data.IteratorSpec`.
    """

    __slots__ = ()


@export("OptionalSpec")
class OptionalSpec(_ElementSpec):
    """Describes optionals: the type of the value.

    >>> import tensortape as tf
    >>> tf.OptionalSpec(tf.TensorSpec([]))
    OptionalSpec(TensorSpec(shape=(), dtype=tf.float32, name=None),)

    Source: `tf.OptionalSpec`.
    """

    __slots__ = ()

    @staticmethod
    def from_value(value: Any) -> OptionalSpec:
        """The specification of an optional."""
        return OptionalSpec(value.element_spec)

    def _to_components(self, value: Any) -> tuple[Any, ...]:
        """The tensors of the value, which traced functions return.

        Raises ``Untraceable`` for an optional that is empty: a graph has no form for it.
        """
        if value._present is not True:
            raise Untraceable("an optional that may be empty")
        return tuple(leaves(value._value))

    def _from_components(self, components: Any) -> Any:
        value = refill(self._element_spec, list(components))
        if all(isinstance(part, EagerTensor) for part in components):
            return OPTIONAL[0](value, True)
        return OPTIONAL[0].from_value(value)
