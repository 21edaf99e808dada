"""Errors of a running plan, as eager execution would raise them, with the user's line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tensortape.core import errors
from tensortape.core.dispatch import translate
from tensortape.core.dtypes import from_numpy
from tensortape.core.shapes import TensorShape
from tensortape.core.tensor import EagerTensor
from tensortape.graph.ir import Aval, Node


class Shown:
    """What an error message says of a value that is not at hand."""

    def __init__(self, aval: Aval) -> None:
        self.shape, self.dtype = TensorShape(aval.shape), from_numpy(aval.dtype)
        self.ndim = len(aval.shape)


def explainer(
    filename: str, node_of: dict[int, Node], avals: dict[int, Aval]
) -> Callable[[Exception], Exception]:
    """``explained(error)`` for a plan: the exception to raise in its place."""

    def explained(error: Exception) -> Exception:
        node, values = None, {}
        trace = error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == filename:
                found = node_of.get(trace.tb_lineno)
                if found is not None:
                    node, values = found, trace.tb_frame.f_locals
            trace = trace.tb_next
        return error if node is None else explain(node, values, avals, error)

    return explained


def explain(node: Node, values: dict[str, Any], avals: dict[int, Aval], error: Any) -> Exception:
    """The exception for a node whose kernel raised."""
    tensors = tuple(shown(i, values, avals) for i in node.inputs)
    try:
        better = translate(node.op, tensors, node.attrs, error)
    except Exception:
        better = error
    if not node.line or getattr(better, "_in_user_line", False):
        return better
    where = f"\n\nIn {node.name or node.op.type!r}, of: {node.line}"
    if isinstance(better, errors.OpError):
        better = type(better)(None, None, better.message + where)  # type: ignore[call-arg]
    elif better.args and type(better.args[0]) is str:
        better.args = (better.args[0] + where, *better.args[1:])
    better._in_user_line = True  # type: ignore[attr-defined]
    return better


def shown(i: int, values: dict[str, Any], avals: dict[int, Aval]) -> Any:
    """A value of the failed call, or what is known of it."""
    value = values.get(f"v{i}")
    if value is not None and tuple(value.shape) == tuple(avals[i].shape):
        return EagerTensor(value)
    return Shown(avals[i])
