"""How reductions are written."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tensortape.arrays.eager.sums import (
    ALONE,
    MANY,
    SHORT,
    Arrangement,
    arrangement,
    extreme_of_short_rows,
    ones,
)
from tensortape.graph.ir import Node, sizes
from tensortape.graph.plan.forms import FORMS, NAMES, Form, form_of

NAMES["ones"] = ones
NAMES["extreme_of_short_rows"] = extreme_of_short_rows


def _of_something(node: Node, avals: Any) -> bool:
    return all(avals[node.inputs[0]].shape) and not isinstance(node.attrs.get("axis"), int)


def _axes(node: Node) -> tuple[Any, bool]:
    return node.attrs["axis"], bool(node.attrs["keepdims"])


def by_product(node: Node, avals: Any) -> Arrangement | None:
    """How a sum is computed as a product with ones, if it is."""
    aval, (axis, keep) = avals[node.inputs[0]], _axes(node)
    return arrangement(sizes(aval), axis, keep, np.dtype(aval.dtype).char)


def uses_threads(node: Node, avals: Any) -> bool:
    """Whether the product that a reduction is may make the BLAS start threads."""
    if node.op.type != "Sum" or form_of(node, avals) is None or by_product(node, avals) is None:
        return False
    return math.prod(sizes(avals[node.inputs[0]])) > ALONE


def product(x: str, way: Arrangement, char: str, out: str = "") -> str:
    """The product with ones."""
    place = f", {out}.reshape(-1)" if out else ""
    if way.leading:
        return f"ones({way.rows}, {char!r}).dot({x}.reshape({way.rows}, {way.columns}){place})"
    return f"{x}.reshape(-1, {way.columns}).dot(ones({way.columns}, {char!r}){place})"


def of_short_rows(node: Node, avals: Any) -> bool:
    """Whether a maximum or minimum is one of many short rows."""
    aval, (axis, _) = avals[node.inputs[0]], _axes(node)
    shape = sizes(aval)
    if axis != (len(shape) - 1,) or len(shape) < 2 or np.dtype(aval.dtype).kind not in "fiu":
        return False
    return 1 < shape[-1] <= SHORT and math.prod(shape) >= MANY * shape[-1]


def _form(type: str, name: str, typed: bool) -> Form:
    def plain(args: Any, out: Any, node: Node, avals: Any) -> str:
        dtype = f"{np.dtype(avals[node.inputs[0]].dtype).name!r}" if typed else "None"
        axis, keep = _axes(node)
        return f"{name}({args[0]}, {axis!r}, {dtype}, {out}, {keep})"

    def value(args: Any, node: Node, avals: Any) -> str:
        keep = _axes(node)[1]
        way = by_product(node, avals) if type == "Sum" else None
        if way is not None:
            total = product(args[0], way, np.dtype(avals[node.inputs[0]].dtype).char)
            return total if len(way.shape) == 1 else f"{total}.reshape({way.shape!r})"
        if type in ("Max", "Min") and of_short_rows(node, avals):
            return f"extreme_of_short_rows({name}, {args[0]}, {keep})"
        return plain(args, None, node, avals)

    def into(args: Any, out: str, node: Node, avals: Any) -> list[str]:
        way = by_product(node, avals) if type == "Sum" else None
        if way is not None:
            return [product(args[0], way, np.dtype(avals[node.inputs[0]].dtype).char, out)]
        if type in ("Max", "Min") and of_short_rows(node, avals):
            return [f"copyto({out}, {value(args, node, avals)})"]
        return [plain(args, out, node, avals)]

    return Form(value, into, accepts=_of_something)


FORMS["Sum"] = _form("Sum", "add_reduce", True)
FORMS["Prod"] = _form("Prod", "multiply_reduce", True)
FORMS["Max"] = _form("Max", "maximum_reduce", False)
FORMS["Min"] = _form("Min", "minimum_reduce", False)
