"""Evaluating one operation while a program is traced for XLA."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tensortape.arrays.namespace import numpy_namespace
from tensortape.core import dispatch
from tensortape.core.dtypes import EXTENSION_FLOATS
from tensortape.core.op import Op
from tensortape.core.state import quiet
from tensortape.core.tensor import EagerTensor
from tensortape.graph.ir import STATEFUL
from tensortape.xla.errors import Unsupported
from tensortape.xla.host import on_host
from tensortape.xla.namespace import xla_namespace
from tensortape.xla.notes import note_host
from tensortape.xla.runtime import jax, known, traced_errors

LITERAL = 1024
"""Most elements of a constant that is written into a program; larger ones are arguments."""

Structs = Any
"""The struct of an operation's result, a tuple of them, or ``None`` where data decides."""


def evaluate(
    op: Op,
    values: Sequence[Any],
    attrs: dict[str, Any],
    structs: Callable[[], Structs],
) -> Any:
    """The result of an operation on NumPy values and traced ones.

    What depends on no traced value is computed now. A kernel that looks at values runs on the host
    when the program runs; ``structs()`` says what it will give.
    """
    if op.family not in STATEFUL and all(known(v) for v in values) and _small(structs()):
        with quiet():
            return dispatch.evaluate(op, numpy_namespace, list(values), dict(attrs))
    refuse_text(op, values)
    if op.family == "effect" or op.type == "HostCall":
        note_host(op.type)
        return hosted(op, values, attrs, structs())
    try:
        return compiled(op, values, attrs)
    except traced_errors():
        note_host(op.type)
        return hosted(op, values, attrs, structs())


def _small(found: Structs) -> bool:
    """Whether a result may stand in a program as a literal; large ones are computed there."""
    if found is None:
        return True
    return sum(math.prod(s.shape) for s in (found if type(found) is tuple else (found,))) <= LITERAL


def compiled(op: Op, values: Sequence[Any], attrs: dict[str, Any]) -> Any:
    """The kernel in the XLA namespace; bfloat16 and float8 values in float32."""
    low = None
    if not op.native_dtypes:
        low = next((v.dtype for v in values if v.dtype in EXTENSION_FLOATS), None)
    if low is None:
        return op.kernel(xla_namespace, *values, **attrs)
    wide = [v.astype(np.float32) if v.dtype == low else v for v in values]
    result = op.kernel(xla_namespace, *wide, **attrs)
    if op.outputs is None:
        return dispatch.narrow(result, low)
    return [dispatch.narrow(r, low) for r in result]


def hosted(op: Op, values: Sequence[Any], attrs: dict[str, Any], structs: Structs) -> Any:
    """The kernel of NumPy, called when the program runs."""
    if structs is None:
        raise Unsupported("the shape of its result is known only at run time", op.type)

    def kernel(*arrays: Any) -> Any:
        try:
            return dispatch.evaluate(op, numpy_namespace, list(arrays), dict(attrs))
        except Exception as exc:
            tensors = tuple(EagerTensor(a) for a in arrays)
            raise dispatch.translate(op, tensors, attrs, exc) from exc

    return on_host(kernel, structs, values, ordered=op.family in STATEFUL)


def refuse_text(op: Op, values: Sequence[Any]) -> None:
    """XLA knows numbers only."""
    for v in values:
        if not isinstance(v, jax.Array) and v.dtype == object:
            raise Unsupported("XLA has no strings", op.type)
