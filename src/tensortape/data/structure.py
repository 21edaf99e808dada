"""Structures of dataset elements: tuples, dictionaries and the like, of tensors.

Lists are no structure here: where a structure is expected they become tensors, as in `tf.data`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from tensortape.core.containers import CONTAINERS, is_namedtuple
from tensortape.core.convert import convert_to_tensor
from tensortape.core.shapes import TensorShape
from tensortape.core.specs import NoneTensorSpec, TensorSpec, TypeSpec, type_spec_from_value
from tensortape.core.state import state
from tensortape.core.tensor import EagerTensor, Tensor
from tensortape.core.tracking import CompositeTensor
from tensortape.core.untraceable import Untraceable
from tensortape.ops.ragged.spec import RaggedTensorSpec

RAGGED_ROW = "_row_splits_dtype"
"""Attribute of a tensor that is a row of a ragged one: batches of such rows are ragged again."""


def map_leaves(fn: Callable[..., Any], first: Any, *others: Any) -> Any:
    """Apply `fn` to corresponding leaves of structures of one shape.

    Raises `TypeError` or `ValueError` where the structures differ.
    """
    kind = type(first)
    if kind is EagerTensor:
        return fn(first, *others)
    if isinstance(first, tuple):
        for other in others:
            _same_length(first, other)
        parts = [map_leaves(fn, *group) for group in zip(first, *others, strict=True)]
        return kind(*parts) if is_namedtuple(kind) else tuple(parts)
    if isinstance(first, dict):
        for other in others:
            _same_keys(first, other)
        pairs = [(k, map_leaves(fn, v, *[o[k] for o in others])) for k, v in first.items()]
        return dict(pairs) if kind is dict else _mapping_like(first, pairs)
    if hasattr(kind, "__attrs_attrs__"):
        container = CONTAINERS[kind]
        assert container is not None
        columns = zip(*[container.children(part) for part in (first, *others)], strict=True)
        return container.rebuild(first, [map_leaves(fn, *column) for column in columns])
    return fn(first, *others)


def _mapping_like(first: Any, pairs: list[tuple[Any, Any]]) -> Any:
    if hasattr(first, "default_factory"):
        return type(first)(first.default_factory, pairs)
    return type(first)(pairs)


def _same_length(first: Any, other: Any) -> None:
    if not isinstance(other, (tuple, list)) or len(other) != len(first):
        raise ValueError(f"The structure {other!r} does not match {first!r}.")


def _same_keys(first: Any, other: Any) -> None:
    if not isinstance(other, dict) or set(other) != set(first):
        raise ValueError(f"The structure {other!r} does not match {first!r}.")


def leaves(structure: Any) -> list[Any]:
    """The leaves, dictionaries in the order of their keys."""
    if isinstance(structure, tuple):
        return [leaf for part in structure for leaf in leaves(part)]
    if isinstance(structure, dict):
        return [leaf for key in sorted(structure) for leaf in leaves(structure[key])]
    if hasattr(type(structure), "__attrs_attrs__"):
        container = CONTAINERS[type(structure)]
        assert container is not None
        return [leaf for part in container.children(structure) for leaf in leaves(part)]
    return [structure]


def refill(structure: Any, values: list[Any]) -> Any:
    """A structure like the given one with other leaves, in the order of `leaves`."""
    return _refill(structure, iter(values))


def _refill(structure: Any, values: Iterator[Any]) -> Any:
    kind = type(structure)
    if isinstance(structure, dict):
        by_key = {key: _refill(structure[key], values) for key in sorted(structure)}
        pairs = [(key, by_key[key]) for key in structure]
        return dict(pairs) if kind is dict else _mapping_like(structure, pairs)
    if isinstance(structure, tuple):
        parts = [_refill(part, values) for part in structure]
        return kind(*parts) if is_namedtuple(kind) else tuple(parts)
    if hasattr(kind, "__attrs_attrs__"):
        container = CONTAINERS[kind]
        assert container is not None
        parts = [_refill(part, values) for part in container.children(structure)]
        return container.rebuild(structure, parts)
    return next(values)


def to_element(structure: Any) -> Any:
    """A structure whose leaves are tensors (`None`, composite tensors and datasets stay)."""
    return map_leaves(_leaf, structure)


def to_result(value: Any) -> Any:
    """What a function returned, as an element: a list counts as a tuple, leaves become tensors."""
    kind = type(value)
    if kind is EagerTensor:
        return value
    if kind is list:
        value = tuple(value)
    elif kind is tuple:
        for part in value:
            if type(part) is not EagerTensor:
                break
        else:
            return value
    return to_element(value)


def _leaf(value: Any) -> Any:
    kind = type(value)
    if kind is EagerTensor or value is None or is_plain(value):
        return value
    if isinstance(value, (Tensor, CompositeTensor)):
        return value
    return convert_to_tensor(value)


def is_plain(value: Any) -> bool:
    """Objects that pass through a pipeline as they are: datasets, optionals, tensor arrays."""
    kind = type(value)  # asking the value would compute the specification
    return hasattr(kind, "element_spec") or hasattr(kind, "flow") or hasattr(value, "_flow")


def spec_of(structure: Any) -> Any:
    """The specification of every leaf."""
    return map_leaves(_spec, structure)


def _spec(value: Any) -> Any:
    if isinstance(value, TypeSpec):
        return value
    if value is None:
        return NoneTensorSpec()
    if isinstance(value, Tensor):
        splits = getattr(value, RAGGED_ROW, None)
        if splits is not None:
            return ragged_row_spec(value.shape, value.dtype, splits)
        return TensorSpec(value.shape, value.dtype)
    return type_spec_from_value(value)


def ragged_row_spec(shape: Any, dtype: Any, splits: Any) -> Any:
    """The specification of rows of a ragged tensor of one ragged axis: plain tensors."""
    inner = TensorShape(shape)
    return RaggedTensorSpec(TensorShape([None]).concatenate(inner[1:]), dtype, 0, splits)


def scalar(value: Any) -> Any:
    """A NumPy scalar or 0-d array as a tensor."""
    return state.tensor(value)


def int64(value: int) -> Any:
    """A Python integer as an int64 tensor."""
    return state.tensor(np.int64(value))


def need_values(what: str, *tensors: Any) -> None:
    """`Untraceable` for tensors of a function being traced: it runs as plain Python then."""
    if state.graph is not None and state.graph.building_function:
        for tensor in tensors:
            if isinstance(tensor, Tensor) and not isinstance(tensor, EagerTensor):
                raise Untraceable(f"{what} in a traced function")


def number(value: Any) -> int:
    """A Python integer of what counts as one: numbers and scalar tensors.

    Raises `TypeError` for floats and `ValueError` for tensors that are not int64, as converting
    them does.
    """
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        raise TypeError(f"Cannot convert {value!r} to EagerTensor of dtype int64")
    if isinstance(value, Tensor):
        need_values("a dataset that depends on a tensor", value)
    if isinstance(value, Tensor) and value.dtype.name != "int64":
        raise ValueError(
            f"Tensor conversion requested dtype int64 for Tensor with dtype {value.dtype.name}: "
            f"{value!r}"
        )
    return int(value)
