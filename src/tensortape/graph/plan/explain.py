"""Errors of a running plan, as eager execution would raise them, with the user's line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tensortape.core import errors
from tensortape.core.dispatch import translate
from tensortape.core.dtypes import from_numpy
from tensortape.core.shapes import TensorShape
from tensortape.core.tensor import EagerTensor
from tensortape.graph.ir import Aval, resolve


class Shown:
    """What an error message says of a value that is not at hand."""

    def __init__(self, aval: Aval) -> None:
        self.shape, self.dtype = TensorShape(aval.shape), from_numpy(aval.dtype)
        self.ndim = len(aval.shape)


def explainer(filename: str, origins: dict[int, Any]) -> Callable[[Exception], Exception]:
    """``explained(error)`` for a plan: the exception to raise in its place.

    ``origins``: what each line of the plan computes (``node``, ``names`` of its inputs, ``avals``).
    """

    def explained(error: Exception) -> Exception:
        origin, values = None, {}
        trace = error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == filename:
                found = origins.get(trace.tb_lineno)
                if found is not None:
                    origin, values = found, trace.tb_frame.f_locals
            trace = trace.tb_next
        return error if origin is None else explain(origin, values, error)

    return explained


def known(attrs: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """Attributes with what was computed, as far as the plan still holds it."""
    try:
        return resolve(attrs, lambda i: values[f"v{i}"])
    except Exception:
        return attrs


def explain(origin: Any, values: dict[str, Any], error: Any) -> Exception:
    """The exception for a node whose kernel raised."""
    node, avals = origin.node, origin.avals
    tensors = tuple(
        shown(values.get(name), avals[i]) for i, name in zip(node.inputs, origin.names, strict=True)
    )
    try:
        better = translate(node.op, tensors, known(node.attrs, values), error)
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


def shown(value: Any, aval: Aval) -> Any:
    """A value of the failed call, or what is known of it."""
    if value is not None and tuple(value.shape) == tuple(aval.shape):
        return EagerTensor(value)
    return Shown(aval)
