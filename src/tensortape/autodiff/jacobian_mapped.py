"""Jacobians of targets whose sizes are not known while a function is traced.

How many cotangents there are is seen when the function runs: a loop of the graph pulls one back
after the other, and stacks what arrives.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tensortape.arrays.unranked import unranked
from tensortape.autodiff.endpoints import zeros
from tensortape.core.convert import convert_to_tensor
from tensortape.core.registry import PUBLIC
from tensortape.core.shapes import TensorShape
from tensortape.core.state import state


def is_open(target: Any) -> bool:
    """Whether a function is traced, and a size of ``target`` is not known."""
    if state.graph is None:
        return False
    return unranked(target._a) or not TensorShape(target._a.shape).is_fully_defined()


def mapped_jacobian(tape: Any, entries: Any, target: Any, handles: list[Any]) -> list[Any]:
    """The Jacobian for each source, ``None`` where there is no connection."""
    shape = PUBLIC["shape"](target)
    count = PUBLIC["size"](target)

    def cotangent(k: Any) -> Any:
        return PUBLIC["reshape"](PUBLIC["one_hot"](k, count, dtype=target.dtype), shape)

    found = _stacks(_pulling(tape, entries, target, handles), cotangent, count)
    return [
        None if g is None else _shaped(g, [shape, PUBLIC["shape"](g)[1:]], [target, h])
        for g, h in zip(found, handles, strict=True)
    ]


def mapped_batch_jacobian(tape: Any, entries: Any, target: Any, source: Any) -> Any:
    """The Jacobian of each row for its row of the source; ``None`` without connection."""
    shape, sizes = PUBLIC["shape"](target), PUBLIC["shape"](source)
    PUBLIC["debugging.assert_equal"](shape[0], sizes[0], "target and source have as many rows")
    count = PUBLIC["reduce_prod"](shape[1:])

    def cotangent(k: Any) -> Any:
        row = PUBLIC["one_hot"](k, count, dtype=target.dtype)
        rows = PUBLIC["broadcast_to"](row, PUBLIC["stack"]([shape[0], count]))
        return PUBLIC["reshape"](rows, shape)

    (found,) = _stacks(_pulling(tape, entries, target, [source]), cotangent, count)
    if found is None:
        return None
    rank = TensorShape(source._a.shape).rank or 0
    rows = PUBLIC["transpose"](found, [1, 0, *range(2, rank + 1)])
    return _shaped(rows, [shape, sizes[1:]], [target, source], 1)


def zeros_of_jacobian(target: Any, source: Any, first: int = 0) -> Any:
    """Zeros as the Jacobian of what is not connected; of a batch with ``first=1``."""
    shapes = [TensorShape(target.shape), TensorShape(source.shape)[first:]]
    if all(s.is_fully_defined() for s in shapes):
        return zeros(tuple(shapes[0]) + tuple(shapes[1]), source.dtype)
    given = convert_to_tensor(source)
    sizes = PUBLIC["concat"]([PUBLIC["shape"](target), PUBLIC["shape"](given)[first:]], 0)
    return PUBLIC["zeros"](sizes, source.dtype)


def _pulling(tape: Any, entries: Any, target: Any, handles: list[Any]) -> Callable[[Any], Any]:
    """What one cotangent becomes for each of the sources."""

    def pull(cotangent: Any) -> list[Any]:
        return list(tape._pull(list(entries), [target], handles, [cotangent], None))

    return pull


def _stacks(pull: Any, cotangent: Any, count: Any) -> list[Any]:
    """The results of all cotangents, one after the other."""
    first = pull(cotangent(PUBLIC["constant"](0)))  # which are connected; the graph drops it
    kinds = [g.dtype for g in first if g is not None]
    if not kinds:
        return first

    def row(k: Any) -> Any:
        return [convert_to_tensor(g) for g in pull(cotangent(k)) if g is not None]

    found = iter(PUBLIC["map_fn"](row, PUBLIC["range"](count), fn_output_signature=kinds))
    return [None if g is None else next(found) for g in first]


def _shaped(stack: Any, parts: list[Any], tensors: list[Any], first: int = 0) -> Any:
    """A stack with the sizes of the target in place of its first axis."""
    shaped = PUBLIC["reshape"](stack, PUBLIC["concat"](parts, 0))
    target, source = [TensorShape(None if unranked(t._a) else t._a.shape) for t in tensors]
    shaped.set_shape(target.concatenate(source[first:]))
    return shaped
