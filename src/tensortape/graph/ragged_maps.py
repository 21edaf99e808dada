"""Maps over the rows of ragged tensors, and maps to rows of different lengths, while tracing.

The rows that a map makes are put one after the other as it goes; what is stacked is how long each
of them is.
"""

from __future__ import annotations

from typing import Any

from tensortape.core.convert import convert_to_tensor
from tensortape.core.dtypes import int64
from tensortape.core.errors import InvalidArgumentError
from tensortape.core.registry import PUBLIC
from tensortape.core.shapes import TensorShape
from tensortape.core.untraceable import Untraceable
from tensortape.ops.ragged.spec import RaggedTensorSpec
from tensortape.ops.ragged.tensor import RaggedTensor, divided
from tensortape.ops.ragged.unplaced import splits_of, total_of


class RaggedRows:
    """The results of a map for one leaf of its signature, which is ragged."""

    def __init__(self, spec: RaggedTensorSpec) -> None:
        inner = spec.shape[spec.ragged_rank + 1 :]
        if spec.shape.rank is None or not inner.is_fully_defined():
            raise Untraceable(f"a map to {spec}, of which the inner sizes are not known")
        self.spec = spec
        shapes = [TensorShape([None]).concatenate(inner)] + [TensorShape([None])] * spec.ragged_rank
        self.invariants = shapes
        kinds = [spec.dtype] + [int64] * spec.ragged_rank
        self.empty = [
            PUBLIC["zeros"]([0, *shape[1:]], kind)
            for shape, kind in zip(shapes, kinds, strict=True)
        ]

    def add(self, before: list[Any], value: Any) -> tuple[list[Any], Any]:
        """The rows so far with one more, and its length."""
        if not isinstance(value, RaggedTensor):
            value = convert_to_tensor(value, dtype_hint=self.spec.dtype)
        self._check(value)
        levels, lengths = value, []
        for _ in range(self.spec.ragged_rank):
            lengths.append(PUBLIC["cast"](levels.row_lengths(), int64))
            levels = levels.values
        concat = PUBLIC["concat"]
        news = [concat([a, b], 0) for a, b in zip(before, [levels, *lengths], strict=True)]
        return news, total_of(value)

    def _check(self, value: Any) -> None:
        if value.dtype is not self.spec.dtype:
            raise InvalidArgumentError(
                None,
                None,
                f"a map to {self.spec} got {value.dtype.name}: give fn_output_signature.",
            )
        depth = value.ragged_rank if isinstance(value, RaggedTensor) else 0
        if depth != self.spec.ragged_rank or not self.spec.shape.is_compatible_with(value.shape):
            raise ValueError(f"Inconsistent shapes: saw {value.shape} but expected {self.spec}")

    def whole(self, parts: list[Any], lengths: Any, rows: Any) -> Any:
        """All rows as a ragged tensor, of how long they are."""
        values, *inner = parts
        for one in reversed(inner):
            values = divided(values, splits_of(one), None, self.spec.row_splits_dtype)
        splits = splits_of(lengths)
        if type(rows) is int:
            splits.set_shape([rows + 1])
        size = self.spec.shape[0] if self.spec.shape.rank else None
        return divided(values, splits, size, self.spec.row_splits_dtype)


def row_spec(value: Any) -> Any:
    """What a row of a ragged tensor is."""
    spec = value._type_spec
    if spec.ragged_rank == 1 and spec.shape[1] is not None:
        return spec.dtype
    shape, depth = spec.shape[1:], spec.ragged_rank - 1
    return RaggedTensorSpec(shape, spec.dtype, depth, spec.row_splits_dtype)


def flat_or_ragged(value: Any) -> Any:
    """A ragged tensor as it is, anything else as a tensor."""
    return value if isinstance(value, RaggedTensor) else convert_to_tensor(value)
