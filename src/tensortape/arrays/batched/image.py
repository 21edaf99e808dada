"""Rules of image primitives, which treat each example (first axis) alike."""

from __future__ import annotations

from typing import Any

from tensortape.arrays.batched.convolution import more_examples
from tensortape.arrays.batched.layout import tied_to
from tensortape.arrays.batched.value import Batched, rule


@rule
def resample(ns: Any, x: Any, rows: Any, columns: Any) -> Any:
    """Linear in the examples: the batch is so many more of them."""
    if type(rows) is Batched or type(columns) is Batched or type(x) is not Batched:
        return ns.looped("resample", x, rows, columns)
    return more_examples(ns, "resample", x, rows, columns)


@rule
def image_sum(ns: Any, x: Any) -> Any:
    """The batch is more images; ties to axes before the last three stay."""
    if type(x) is not Batched:
        return ns.base.image_sum(x)
    ndim = len(x.shape)
    x = ns.stored("image_sum", x, tied_to(x, range(ndim - 3, ndim)))
    return Batched(ns, ns.base.image_sum(x.data), x.ties)


@rule
def image_spread(ns: Any, x: Any, size: Any) -> Any:
    """The transpose of ``image_sum``, likewise."""
    if type(x) is not Batched:
        return ns.base.image_spread(x, size)
    return Batched(ns, ns.base.image_spread(x.data, size), x.ties)
