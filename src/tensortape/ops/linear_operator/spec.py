"""How an operator is taken apart into tensors and put together, for ``tf.nest`` and functions."""

from __future__ import annotations

from typing import Any

from tensortape.core.specs import TypeSpec, type_spec_from_value


def _described(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return tuple(_described(v) for v in value)
    return type_spec_from_value(value)


def _hashable(value: Any) -> Any:
    return tuple(_hashable(v) for v in value) if isinstance(value, (list, tuple)) else value


class LinearOperatorSpec(TypeSpec):
    """The class of an operator, what describes its arrays, and its other arguments."""

    __slots__ = ("_fields", "_kind", "_others")

    def __init__(self, kind: type, fields: tuple[Any, ...], others: tuple[Any, ...]) -> None:
        self._kind, self._fields, self._others = kind, fields, others

    @classmethod
    def from_value(cls, operator: Any) -> LinearOperatorSpec:
        """The specification of an operator."""
        names = _array_names(operator)
        fields = tuple((n, _described(getattr(operator, n))) for n in names)
        given = {**operator.parameters, **operator._hints()}
        others = tuple((k, _hashable(v)) for k, v in given.items() if k not in names)
        return cls(type(operator), fields, others)

    @property
    def value_type(self) -> type:
        """The class of the operators described."""
        return self._kind

    def _serialize(self) -> tuple[Any, ...]:
        return self._kind, self._fields, self._others

    def _to_components(self, value: Any) -> tuple[Any, ...]:
        return tuple(getattr(value, name) for name, _ in self._fields)

    def _from_components(self, components: Any) -> Any:
        names = [name for name, _ in self._fields]
        arrays = dict(zip(names, components, strict=True))
        return self._kind(**arrays, **dict(self._others))


def _array_names(operator: Any) -> list[str]:
    ranks = operator._experimental_parameter_ndims_to_matrix_ndims
    return [name for name in ranks if operator.parameters.get(name) is not None]
