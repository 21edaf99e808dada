"""Executing operations: the one path every value takes.

``execute`` is the hot path: evaluate the kernel in the current namespace, wrap, tell the
listeners. Everything rare (errors, extension dtypes) is kept out of it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core import errors
from tensortape.core.dtypes import EXTENSION_FLOATS, ExtensionDtypes
from tensortape.core.op import Op
from tensortape.core.state import quiet_floats, state
from tensortape.core.tensor import Tensor, eager

State_set, State_reset = quiet_floats.set, quiet_floats.reset
NO_ATTRS: dict[str, Any] = {}

type_of = type

BY_RANK: list[Any] = []
"""``execute`` for tensors of which not even the rank is known; set by ``graph/by_rank.py``."""

LIFT: list[Any] = []
"""``(function, args, kwargs)``: a call that needs such a rank, made when the graph runs."""


class Rare:
    """What makes evaluation less than direct: looked at once per operation."""

    __slots__ = ("evaluators",)

    def __init__(self) -> None:
        self.evaluators = 0
        """Namespaces in force, in any thread, that evaluate operations themselves."""


rare = Rare()


def execute(op: Op, tensors: tuple[Tensor, ...], attrs: dict[str, Any] = NO_ATTRS) -> Any:
    """Run ``op`` on tensors with normalised attributes; returns its output tensor(s).

    Raises what TensorFlow raises for bad input; then nothing was recorded.
    """
    xp, make, listeners = state.now
    token = State_set()
    try:
        if ExtensionDtypes.active or rare.evaluators:
            if rare.evaluators and any([getattr(t._a, "unranked", False) for t in tensors]):
                return BY_RANK[0](op, tensors, attrs)
            value = evaluate(op, xp, [t._a for t in tensors], attrs)
        elif len(tensors) == 2:  # a comprehension and empty keywords cost as much as the kernel
            x, y = tensors
            a, b = x._a, y._a
            value = op.kernel(xp, a, b, **attrs) if attrs else op.kernel(xp, a, b)
        elif len(tensors) == 1:
            a = tensors[0]._a
            value = op.kernel(xp, a, **attrs) if attrs else op.kernel(xp, a)
        else:
            value = op.kernel(xp, *[t._a for t in tensors], **attrs)
    except Exception as exc:
        raise in_graph(translate(op, tensors, attrs, exc)) from None
    finally:
        State_reset(token)
    if op.outputs is None:
        out = make(value)
        if listeners:  # an empty loop would take longer than asking
            for listener in listeners:
                listener.record(op, tensors, (out,), attrs)
        return out
    outs = tuple([make(v) for v in value])
    if listeners:
        tell(listeners, op, tensors, outs, attrs)
    return outs


def apply(op: Op, tensors: tuple[Tensor, ...], attrs: dict[str, Any]) -> Any:
    """Normalise the attributes, then :func:`execute`."""
    if op.normalise is not None:
        if rare.evaluators and hasattr(state.xp, "evaluate"):
            return execute(op, tensors, Normalised(attrs))
        attrs = op.normalise(tensors, attrs)
    return execute(op, tensors, attrs)


def tell(listeners: Any, op: Op, tensors: Any, outputs: Any, attrs: Any) -> None:
    """Report an executed operation to everybody who listens."""
    for listener in listeners:
        listener.record(op, tensors, outputs, attrs)


class Normalised(dict[str, Any]):
    """Attributes that are normalised as the operation is evaluated, where shapes may be unknown.

    ``raw`` are the ones they came from, which other shapes may normalise to others.
    """

    raw: dict[str, Any] | None = None

    def replace(self, normalised: dict[str, Any]) -> None:
        """Keep the present attributes as ``raw``, and put the normalised ones in their place."""
        self.raw = dict(self)
        self.clear()
        self.update(normalised)

    def __reduce__(self) -> Any:
        return dict, (dict(self),)


def evaluate(op: Op, xp: Any, values: list[Any], attrs: dict[str, Any]) -> Any:
    """Run a kernel on abstract values, or on bfloat16 and float8 values (in float32)."""
    if hasattr(xp, "evaluate"):
        return xp.evaluate(op, values, attrs, type(attrs) is Normalised)
    low = None
    if not op.native_dtypes:
        low = next((v.dtype for v in values if v.dtype in EXTENSION_FLOATS), None)
    if low is None:
        return op.kernel(xp, *values, **attrs)
    wide = [v.astype(np.float32) if v.dtype == low else v for v in values]
    result = op.kernel(xp, *wide, **attrs)
    if op.outputs is None:
        return narrow(result, low)
    return [narrow(r, low) for r in result]


def narrow(value: Any, low: Any) -> Any:
    """Round a float32 result back to the extension dtype it was computed for."""
    return value.astype(low) if value.dtype == np.float32 else value


def in_graph(exc: Exception) -> Exception:
    """The exception as building a graph raises it: what does not fit is a ``ValueError`` there."""
    if state.graph is None or not isinstance(exc, errors.InvalidArgumentError) or exc._of_values:
        return exc
    return ValueError(exc.message)


def out_of_scope(tensor: Any, kind: type[Exception] = TypeError) -> Exception:
    """What to raise for a tensor of a graph that is used where the graph is not being built."""
    line = getattr(tensor._operation, "line", None)
    made = f" at {line}" if line else ""
    return kind(
        f"{tensor!r} is out of scope and cannot be used here: it was made{made} while a function, "
        "a branch or a loop's body was traced, and has no value outside of it. Return it from "
        "there, or pass it as an argument; values that a loop over tensors collects go into a "
        "tf.TensorArray, not into a Python list."
    )


def translate(op: Op, tensors: Any, attrs: dict[str, Any], exc: Exception) -> Exception:
    """The exception TensorFlow's users expect for what a kernel raised."""
    if state.graph is None:
        for t in tensors:
            if hasattr(t, "_graph"):
                return out_of_scope(t)
    if isinstance(exc, (errors.OpError, TypeError, NotImplementedError, MemoryError, LookupError)):
        return exc
    if op.check is not None:
        better = op.check(op, tensors, attrs, exc)
        if better is not None:
            return better
    received = ", ".join(f"{t.dtype.name}{list(t.shape)}" for t in tensors)
    detail = f" with {attrs}" if attrs else ""
    return errors.InvalidArgumentError(
        None, None, f"{exc} [Op:{op.type}] received {received}{detail}"
    )


def install_eager(xp: Any) -> None:
    """Make ``xp`` the namespace every thread starts with."""
    type_of(state).begin_with(xp=xp, tensor=staticmethod(eager))
