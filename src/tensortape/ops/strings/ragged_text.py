"""Functions of text on rows of different lengths: those of each element, splitting, joining."""

from __future__ import annotations

from typing import Any

from tensortape.core.registry import PUBLIC
from tensortape.ops.ragged.elementwise import elementwise
from tensortape.ops.ragged.overloads import for_ragged, of_one, overload
from tensortape.ops.ragged.tensor import RaggedTensor, axis_of, row_count
from tensortape.ops.strings import case, characters, fingerprint, joining, numbers, patterns

# Imported for the functions that they enter into PUBLIC, which must be there to be overloaded.
OVERLOADED = (case, characters, fingerprint, joining, numbers, patterns)
EACH = (
    "lower upper strip length substr regex_replace regex_full_match to_number as_string split "
    "bytes_split unicode_split unicode_decode unicode_script unicode_transcode "
    "to_hash_bucket to_hash_bucket_fast to_hash_bucket_strong"
)


def _joined(inputs: Any, separator: str = "", name: Any = None) -> Any:
    return elementwise(lambda *flat: PUBLIC["strings.join"](list(flat), separator), inputs)


def _joined_rows(
    inputs: Any, axis: Any = None, keepdims: bool = False, separator: str = "", name: Any = None
) -> Any:
    """The texts of each row in one; along other axes than the last, of the whole, refused."""
    rank = inputs.shape.rank
    if axis is None or axis_of(axis, rank) != rank - 1 or inputs.ragged_rank != rank - 1:
        return NotImplemented
    if isinstance(inputs.values, RaggedTensor):
        inner = _joined_rows(inputs.values, -1, keepdims, separator)
        return inputs.with_values(inner)
    joined = PUBLIC["strings.unsorted_segment_join"](
        inputs.values, inputs.value_rowids(), row_count(inputs), separator
    )
    return PUBLIC["expand_dims"](joined, 1) if keepdims else joined


for _name in EACH.split():
    if f"strings.{_name}" in PUBLIC:
        overload(f"strings.{_name}", of_one(f"strings.{_name}"))
overload("strings.join", for_ragged(_joined))
overload("strings.reduce_join", for_ragged(_joined_rows))
