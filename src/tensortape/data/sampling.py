"""The type of elements that a function makes, found out by making some."""

from __future__ import annotations

import contextlib
from typing import Any

from tensortape.core import errors
from tensortape.core.shapes import TensorShape
from tensortape.core.specs import TensorSpec
from tensortape.data.calls import Function
from tensortape.data.dataset import DatasetV2
from tensortape.data.ordering import common_spec
from tensortape.data.running import Run
from tensortape.data.seeds import looking
from tensortape.data.structure import leaves, map_leaves, spec_of
from tensortape.ops.ragged.spec import RaggedTensorSpec
from tensortape.ops.sparse.spec import SparseTensorSpec


def sampled_spec(start: Any) -> Any:
    """What covers the first two elements; `ValueError` when there is none."""
    found: list[Any] = []
    with looking(), contextlib.suppress(StopIteration):
        elements = start(Run())
        found.append(spec_of(next(elements)))
        with contextlib.suppress(errors.OpError):  # whoever iterates gets to know of it
            found.append(spec_of(next(elements)))
    return _covering(found)


def _covering(found: list[Any]) -> Any:
    if not found:
        raise ValueError(
            "The element_spec of this dataset is not known: it is empty, and its function does "
            "not run on tensors without a value."
        )
    try:
        return found[0] if len(found) == 1 else common_spec(*found)
    except TypeError:
        return found[0]


def mapped_spec(dataset: DatasetV2, function: Function) -> Any:
    """As `sampled_spec`, of a function of elements.

    Where batches are of unknown size, so is a first axis that is as long as the batch.
    """
    found: list[Any] = []
    open_size = _has_open_size(dataset.element_spec)
    with looking(), contextlib.suppress(StopIteration):
        run = Run()
        call, elements = function.started(run), dataset._start(run)
        for _ in range(2):
            with contextlib.suppress(*(() if not found else (errors.OpError,))):
                element = next(elements)
                spec = spec_of(call(element))
                size = leaves(element)[0].shape[0] if open_size else None
                found.append(spec if size is None else map_leaves(_opened(size), spec))
    return _covering(found)


def _has_open_size(spec: Any) -> bool:
    parts = leaves(spec)
    return bool(parts) and all(
        getattr(part, "shape", None) is not None and part.shape.rank and part.shape[0] is None
        for part in parts
    )


def _opened(size: int) -> Any:
    """Makes the first axis of a specification unknown where it is `size`."""

    def opened(spec: Any) -> Any:
        kind = type(spec)
        if kind not in (TensorSpec, SparseTensorSpec, RaggedTensorSpec):
            return spec
        if not spec.shape.rank or spec.shape[0] != size:
            return spec
        shape = TensorShape([None]).concatenate(spec.shape[1:])
        rest = spec._serialize()[2:] if kind is RaggedTensorSpec else ()
        return kind(shape, spec.dtype, *rest)

    return opened
