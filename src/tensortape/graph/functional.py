"""Functions that apply a function along the first axis: maps, folds and scans.

Elements are taken apart, the function runs on each, and its results are stacked; gradients pass
as through any Python code. Source: ``tf.map_fn`` and its kin.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from tensortape.core import nest
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dtypes import DType, as_dtype
from tensortape.core.errors import OutOfRangeError
from tensortape.core.registry import PUBLIC, export
from tensortape.graph.control_flow import without_gradient
from tensortape.graph.traced_maps import (
    is_ragged_spec,
    result_of,
    traced_map,
    traced_scan,
    tracing,
)
from tensortape.graph.vectorize import Sequential, vectorized

_log = logging.getLogger("tensortape")


def _rows(elems: Any, what: str) -> tuple[list[Any], int]:
    """The elements along the first axis, each in the structure of ``elems``, and their number.

    Raises ``ValueError`` for scalars, nothing at all, or tensors of different lengths.
    """
    flat = [e if is_composite(e) else convert_to_tensor(e) for e in nest.flatten(elems)]
    if not flat:
        raise ValueError(
            f"elems must be a Tensor or (possibly nested) sequence of Tensors. Got {elems}"
        )
    if any(t.shape.rank == 0 for t in flat):
        raise ValueError(f"Elements in elems must be 1+ dimensional Tensors, not scalars ({what})")
    sizes = {t.shape[0] for t in flat}
    if len(sizes) > 1:
        raise ValueError(
            f"{what}: elems have different lengths {sorted(sizes)} along the first axis."
        )
    parts = [_unstacked(t) for t in flat]
    count = sizes.pop()
    return [nest.pack_sequence_as(elems, [p[i] for p in parts]) for i in range(count)], count


def is_composite(value: Any) -> bool:
    """Whether a value is a sparse or a ragged tensor."""
    return hasattr(value, "dense_shape") or hasattr(value, "row_splits")


def _unstacked(t: Any) -> list[Any]:
    """The elements along the first axis; of a sparse or ragged tensor they are such, too."""
    if hasattr(t, "row_splits"):
        return list(t)
    if not hasattr(t, "dense_shape"):
        return PUBLIC["unstack"](t)
    cut, drop, inner = PUBLIC["sparse.slice"], PUBLIC["sparse.reshape"], t.shape.as_list()[1:]
    starts = ([i, *[0] * len(inner)] for i in range(t.shape[0]))
    return [drop(cut(t, start, [1, *inner]), inner) for start in starts]


def _need_callable(fn: Any) -> None:
    if not callable(fn):
        raise TypeError(f"The provided function {fn!r} is not callable.")


def _stack(results: list[Any]) -> Any:
    """A list of structures as one structure of stacked tensors."""
    columns = zip(*[[convert_to_tensor(t) for t in nest.flatten(r)] for r in results], strict=True)
    stacked = [PUBLIC["stack"](list(column)) for column in columns]
    return nest.pack_sequence_as(results[0], stacked)


@export("map_fn")
def map_fn(
    fn: Callable[..., Any],
    elems: Any,
    dtype: Any = None,
    parallel_iterations: int | None = None,
    back_prop: bool = True,
    swap_memory: bool = False,
    infer_shape: bool = True,
    name: str | None = None,
    fn_output_signature: Any = None,
) -> Any:
    """Apply ``fn`` to each element of ``elems`` along the first axis, and stack the results.

    ``elems`` may be a nest of tensors of one length; ``fn`` then gets the nest of their rows.
    ``fn_output_signature`` (dtype or ``TensorSpec``, nested) is needed if ``fn`` returns another
    structure or dtype than it gets.

    >>> import tensortape as tf
    >>> tf.map_fn(lambda x: x * x, tf.constant([1.0, 2.0, 3.0])).numpy()
    array([1., 4., 9.], dtype=float32)

    A ``tf.RaggedTensorSpec`` stacks results of different lengths to a ragged tensor.

    Raises ``TypeError`` for what is not callable, ``InvalidArgumentError`` for results of another
    dtype, ``ValueError`` for scalars or results of different shapes. Source: ``tf.map_fn``.
    """
    _need_callable(fn)
    signature = fn_output_signature if fn_output_signature is not None else dtype
    if tracing():
        return without_gradient(traced_map(fn, elems, signature), back_prop)
    rows, count = _rows(elems, "map_fn")
    if count == 0:
        return _empty(elems if signature is None else signature)
    if signature is None and hasattr(elems, "row_splits"):
        return PUBLIC["ragged.stack"]([fn(row) for row in rows])
    if signature is None:
        signature = nest.map_structure(lambda e: convert_to_tensor(e).dtype, elems)
    results = [fn(row) for row in rows]
    nest.assert_same_structure(signature, results[0])
    columns = zip(*[nest.flatten(r) for r in results], strict=True)
    kinds = nest.flatten(signature)
    stacked = [_column(kind, list(c)) for kind, c in zip(kinds, columns, strict=True)]
    return nest.pack_sequence_as(results[0], stacked)


def _column(kind: Any, values: list[Any]) -> Any:
    """The results for one leaf of the signature, stacked."""
    if is_ragged_spec(kind):
        found = PUBLIC["ragged.stack"](values)
        return found.with_row_splits_dtype(kind.row_splits_dtype)
    tensors = [result_of(kind, v) for v in values]
    for t in tensors:
        if t._a.shape != tensors[0]._a.shape:
            raise ValueError(
                f"Incompatible shape for value ({t.shape}), expected ({tensors[0].shape}): "
                "fn must return results of one shape."
            )
    return PUBLIC["stack"](tensors)


def _empty(signature: Any) -> Any:
    """What a map over no elements gives."""

    def one(s: Any) -> Any:
        kind = as_dtype(getattr(s, "dtype", s))
        inner = getattr(s, "shape", None)
        sizes = [] if inner is None or isinstance(s, DType) else [n or 0 for n in inner]
        return PUBLIC["zeros"]([0, *sizes[1 if hasattr(s, "_a") else 0 :]], kind)

    return nest.map_structure(one, signature)


@export("vectorized_map")
def vectorized_map(
    fn: Callable[..., Any], elems: Any, fallback_to_while_loop: bool = True, warn: bool = True
) -> Any:
    """Apply ``fn`` to each element along the first axis, and stack the results.

    ``fn`` runs once, for all elements together, where it can: its operations then work on one more
    axis, and gradients pass. Where it cannot (random draws and assignments, which happen for each
    element; loops and branches decided by values; very few elements), it runs for one element
    after the other, and the log (``tensortape``, level ``INFO``) says why. With
    ``fallback_to_while_loop=False`` that is an error. Results may have another structure and dtype
    than the elements.

    >>> import tensortape as tf
    >>> x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    >>> tf.vectorized_map(lambda row: row / tf.reduce_sum(row), x).numpy().sum(axis=1)
    array([1., 1.], dtype=float32)

    Raises ``ValueError`` for scalars. Source: ``tf.vectorized_map``.
    """
    _need_callable(fn)
    if not any(is_composite(e) for e in nest.flatten(elems)):
        flat = [convert_to_tensor(e) for e in nest.flatten(elems)]
        if any(t.ndim == 0 for t in flat):
            raise ValueError(
                "vectorized_map: elems must have at least one axis, received a scalar."
            )
        elems = nest.pack_sequence_as(elems, _of_one_length(flat))
        if flat and flat[0].shape[0] == 0:
            return _none_of(fn, elems)
        try:
            found, looped = vectorized(fn, elems)
            if looped:
                _one_by_one(fallback_to_while_loop, f"no batched form of {', '.join(looped)}")
            return found
        except Sequential as reason:
            _one_by_one(fallback_to_while_loop, str(reason))
    if tracing():
        return traced_map(fn, elems, any_result=True)
    rows, _ = _rows(elems, "vectorized_map")
    return _stack([fn(row) for row in rows])


def _of_one_length(flat: list[Any]) -> list[Any]:
    """Tensors with a single row repeat it as often as the others have rows."""
    sizes = [t.shape[0] for t in flat]
    count = next((n for n in sizes if n != 1), 1)
    if count in (0, 1, None):
        return flat
    spread = PUBLIC["broadcast_to"]
    return [
        spread(t, PUBLIC["concat"]([[count], PUBLIC["shape"](t)[1:]], 0)) if n == 1 else t
        for t, n in zip(flat, sizes, strict=True)
    ]


def _none_of(fn: Any, elems: Any) -> Any:
    """What a map over no elements gives: the shapes are those of an element of zeros."""
    zeros = PUBLIC["zeros"]
    row = nest.map_structure(lambda t: zeros(PUBLIC["shape"](t)[1:], t.dtype), elems)
    result = nest.map_structure(convert_to_tensor, fn(row))
    return nest.map_structure(lambda t: PUBLIC["stack"]([t])[:0], result)


def _one_by_one(allowed: bool, reason: str) -> None:
    """Say why elements are taken one after the other, or refuse to."""
    if not allowed:
        raise ValueError(
            f"vectorized_map cannot run on all elements at once: {reason}. "
            "fallback_to_while_loop=True takes one after the other."
        )
    _log.info("vectorized_map takes one element after the other: %s", reason)


def _folded(
    fn: Any, elems: Any, initializer: Any, backward: bool, what: str, back_prop: bool
) -> Any:
    _need_callable(fn)
    if tracing():
        found = traced_scan(fn, elems, initializer, backward, False)
        return without_gradient(found, back_prop)
    rows, count = _rows(elems, what)
    if backward:
        rows = rows[::-1]
    if initializer is None:
        total, rows = _first(rows, count, what), rows[1:]
    else:
        total = nest.map_structure(convert_to_tensor, initializer)
    for row in rows:
        result = fn(total, row)
        nest.assert_same_structure(total, result)
        total = nest.map_structure(convert_to_tensor, result)
    return total


def _first(rows: list[Any], count: int, what: str) -> Any:
    """The element that stands for the initializer. Raises ``OutOfRangeError`` if there is none."""
    if count == 0:
        raise OutOfRangeError(
            None, None, f"{what}: elems have no elements to begin with: give an initializer."
        )
    return nest.map_structure(convert_to_tensor, rows[0])


@export("foldl")
def foldl(
    fn: Callable[..., Any],
    elems: Any,
    initializer: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    name: str | None = None,
) -> Any:
    """Combine the elements from the first to the last: ``total = fn(total, element)``.

    >>> import tensortape as tf
    >>> int(tf.foldl(lambda a, x: a * 10 + x, tf.constant([1, 2, 3])))
    123

    Source: ``tf.foldl``.
    """
    return _folded(fn, elems, initializer, False, "foldl", back_prop)


@export("foldr")
def foldr(
    fn: Callable[..., Any],
    elems: Any,
    initializer: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    name: str | None = None,
) -> Any:
    """Combine the elements from the last to the first: ``total = fn(total, element)``.

    >>> import tensortape as tf
    >>> int(tf.foldr(lambda a, x: a * 10 + x, tf.constant([1, 2, 3])))
    321

    Source: ``tf.foldr``.
    """
    return _folded(fn, elems, initializer, True, "foldr", back_prop)


@export("scan")
def scan(
    fn: Callable[..., Any],
    elems: Any,
    initializer: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    infer_shape: bool = True,
    reverse: bool = False,
    name: str | None = None,
) -> Any:
    """As :func:`foldl`, keeping every intermediate total, stacked.

    >>> import tensortape as tf
    >>> tf.scan(lambda a, x: a + x, tf.constant([1, 2, 3])).numpy()
    array([1, 3, 6], dtype=int32)

    Raises ``TypeError`` for what is not callable, ``ValueError`` for scalars. Source: ``tf.scan``.
    """
    _need_callable(fn)
    if tracing():
        return without_gradient(traced_scan(fn, elems, initializer, reverse, True), back_prop)
    rows, count = _rows(elems, "scan")
    if reverse:
        rows = rows[::-1]
    if initializer is None:
        total, rest = _first(rows, count, "scan"), rows[1:]
        totals = [total]
    else:
        total, rest, totals = nest.map_structure(convert_to_tensor, initializer), rows, []
        if count == 0:
            return nest.map_structure(lambda t: PUBLIC["stack"]([t])[:0], total)
    for row in rest:
        result = fn(total, row)
        nest.assert_same_structure(total, result)
        total = nest.map_structure(convert_to_tensor, result)
        nest.map_structure(_same_shape, total, totals[0] if totals else total)
        totals.append(total)
    return _stack(totals[::-1] if reverse else totals)


def _same_shape(t: Any, first: Any) -> None:
    if t._a.shape != first._a.shape:
        raise ValueError(f"Incompatible shape for value ({t.shape}), expected ({first.shape})")


@export("tuple")
def tuple_(tensors: Any, control_inputs: Any = None, name: str | None = None) -> list[Any]:
    """The tensors as a list of identities (``None`` stays); all are computed before any is used.

    Raises ``ValueError`` for an empty list. Source: ``tf.tuple``.
    """
    if not [t for t in tensors if t is not None]:
        raise ValueError(f"Input argument `tensors` has no tensors: {tensors!r}")
    return [t if t is None else PUBLIC["identity"](t) for t in tensors]
