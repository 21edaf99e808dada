"""Structures of dataset elements: tuples and dictionaries of tensors (lists become tensors)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tensortape.core.convert import convert_to_tensor
from tensortape.core.specs import TensorSpec, TypeSpec


def map_leaves(fn: Callable[..., Any], first: Any, *others: Any) -> Any:
    """Apply ``fn`` to corresponding leaves of structures of one shape."""
    if isinstance(first, tuple):
        parts = [map_leaves(fn, *group) for group in zip(first, *others, strict=True)]
        return type(first)(*parts) if hasattr(first, "_fields") else tuple(parts)
    if isinstance(first, dict):
        return type(first)(
            (k, map_leaves(fn, v, *(o[k] for o in others))) for k, v in first.items()
        )
    return fn(first, *others)


def leaves(structure: Any) -> list[Any]:
    """The leaves, dictionaries in the order of their keys."""
    if isinstance(structure, tuple):
        return [leaf for part in structure for leaf in leaves(part)]
    if isinstance(structure, dict):
        return [leaf for key in sorted(structure) for leaf in leaves(structure[key])]
    return [structure]


def to_element(structure: Any) -> Any:
    """A structure whose leaves are tensors (``None`` and datasets stay)."""
    return map_leaves(_leaf, structure)


def _leaf(value: Any) -> Any:
    return value if value is None or is_plain(value) else convert_to_tensor(value)


def is_plain(value: Any) -> bool:
    """Objects that pass through a pipeline as they are: datasets and the like."""
    return hasattr(value, "element_spec")


def spec_of(structure: Any) -> Any:
    """The ``TensorSpec`` of every leaf."""
    return map_leaves(_spec, structure)


def _spec(value: Any) -> Any:
    if value is None or isinstance(value, TypeSpec):
        return value
    return TensorSpec(value.shape, value.dtype)


def call(fn: Callable[..., Any], element: Any) -> Any:
    """Call ``fn`` as ``tf.data`` does: the parts of a tuple are separate arguments."""
    return fn(*element) if type(element) is tuple else fn(element)
