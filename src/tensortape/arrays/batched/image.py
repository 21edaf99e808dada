"""Rules of image primitives, which treat each example (first axis) alike."""

from __future__ import annotations

from typing import Any

from tensortape.arrays.batched.convolution import more_examples
from tensortape.arrays.batched.value import Batched, rule


@rule
def resample(ns: Any, x: Any, rows: Any, columns: Any) -> Any:
    """Linear in the examples: the batch is so many more of them."""
    if type(rows) is Batched or type(columns) is Batched or type(x) is not Batched:
        return ns.looped("resample", x, rows, columns)
    return more_examples(ns, "resample", x, rows, columns)
