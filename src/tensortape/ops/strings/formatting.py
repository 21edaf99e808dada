"""`tf.strings.format`: tensors written into a text."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core import nest
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import execute
from tensortape.core.op import Op, register
from tensortape.core.registry import export
from tensortape.ops.strings.elements import TEXT, strings

_DIGITS = {"float64": (15, 17)}  # what mostly suffices to read the number back, what always does
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "'": "\\'"}


def written(value: Any) -> str:
    """One element: text in quotes, truth values as 0 and 1, floats with the digits they need.

    >>> written(np.float32(0.1)), written(np.float32(1 / 3))
    ('0.1', '0.333333343')
    """
    if isinstance(value, bytes):
        return f'"{"".join(_ESCAPES.get(c, c) for c in value.decode(errors="replace"))}"'
    if isinstance(value, (bool, np.bool_)):
        return str(int(value))
    kind = np.asarray(value).dtype
    if kind.kind in "iuO" or kind.name.startswith(("int", "uint")):
        return str(value)
    if kind.kind == "c":
        return "?"
    few, all_ = _DIGITS.get(kind.name, (6, 9))
    short = f"{float(value):.{few}g}"
    read = np.float64(short) if few > 6 else np.float32(short)
    return short if read == value or value != value else f"{float(value):.{all_}g}"


def summary(array: Any, edge: int, depth: int = 0) -> str:
    """An array in brackets, of long axes `edge` elements at each end (all of them if negative).

    >>> summary(np.arange(9), 2)
    '[0 1 ... 7 8]'
    """
    array = np.asarray(array)
    if array.ndim == 0:
        return written(array[()])
    if array.size == 0 and array.ndim > 1:
        return "[" + "\n" * (array.ndim - 1) + " ...]"
    size = len(array)
    whole = edge < 0 or size <= 2 * edge
    first, last = (range(size), range(0)) if whole else (range(edge), range(size - edge, size))
    parts = [summary(array[i], edge, depth + 1) for i in first]
    parts += [] if whole else ["..."]
    parts += [summary(array[i], edge, depth + 1) for i in last]
    between = " " if array.ndim == 1 else "\n" * (array.ndim - 1) + " " * (depth + 1)
    return f"[{between.join(parts)}]"


def _format(xp: Any, *arrays: Any, template: str, placeholder: str, edge: int) -> Any:
    """The template, each placeholder replaced by an array."""

    def fill(*values: Any) -> Any:
        first, *others = template.split(placeholder)
        pairs = zip(values, others, strict=True)
        whole = first + "".join(summary(v, edge) + other for v, other in pairs)
        result = np.empty((), object)
        result[()] = whole.encode()
        return result

    return xp.sample(arrays, fill, (), np.dtype(object))


_op = register(Op("StringFormat", _format, variadic=True, nondifferentiable=TEXT))


@export("strings.format")
def format(
    template: str,
    inputs: Any,
    placeholder: str = "{}",
    summarize: int = 3,
    name: str | None = None,
) -> Any:
    """The template with each placeholder replaced by one of the tensors; a string scalar.

    Of long axes `summarize` elements are written at each end (all of them with -1).

    >>> tf.strings.format("so far {}", tf.range(10)).numpy()
    b'so far [0 1 2 ... 7 8 9]'

    Raises `ValueError` for another number of placeholders than tensors.
    Source: `tf.strings.format`.
    """
    values = inputs if isinstance(inputs, (list, tuple)) else [inputs]
    tensors = tuple(convert_to_tensor(value) for value in nest.flatten(values))
    places = template.count(placeholder)
    if places != len(tensors):
        raise ValueError(
            f"The template expects {places} tensors, but the inputs only has {len(tensors)}. "
            "Please ensure the number of placeholders in template matches inputs length."
        )
    if not tensors:
        return strings([template.encode()], ())
    attributes = {"template": template, "placeholder": placeholder, "edge": summarize}
    return execute(_op, tensors, attributes)
