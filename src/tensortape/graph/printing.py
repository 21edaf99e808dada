"""``tf.print``."""

from __future__ import annotations

import builtins
import sys
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import numpy as np

from tensortape.core import nest
from tensortape.core.convert import convert_to_tensor
from tensortape.core.lazy import lazy_import
from tensortape.core.registry import PUBLIC, export
from tensortape.core.tensor import Tensor
from tensortape.core.tracking import CompositeTensor, TensorLike
from tensortape.graph.deferred import later, undecided
from tensortape.ops.strings.formatting import summary

pprint = lazy_import("pprint")


@export("print")
def print_(
    *inputs: Any,
    output_stream: Any = None,
    summarize: int = 3,
    sep: str = " ",
    end: str = "\n",
    name: str | None = None,
) -> None:
    """Print tensors and other values; of long axes ``summarize`` elements at each end (-1: all).

    ``output_stream`` is a stream (``sys.stderr`` by default) or ``"file://PATH"`` to append to.
    Tensors within lists, dictionaries and the like are printed there.

    >>> import sys
    >>> import tensortape as tf
    >>> tf.print("values", tf.range(10), {"a": tf.constant([0.5])}, output_stream=sys.stdout)
    values [0 1 2 ... 7 8 9] {'a': [0.5]}

    Raises ``ValueError`` for another stream. Source: ``tf.print``.
    """
    if isinstance(output_stream, str) and not output_stream.startswith("file://"):
        raise ValueError(
            f"Unsupported output stream {output_stream!r}: give a stream or 'file://PATH'."
        )
    summarize = 3 if summarize is None else summarize
    mark = _mark_for(inputs)
    leaves: list[Any] = []
    template = sep.join(_template(x, mark, leaves) for x in inputs).replace(f"'{mark}'", mark)
    parts = [_part(leaf, summarize) for leaf in leaves]
    alone = len(inputs) == 1 and isinstance(inputs[0], TensorLike)

    def emit(*tensors: Any) -> None:
        given = iter(tensors)
        texts = [write([next(given) for _ in components]) for write, components in parts]
        if alone and tensors[0].dtype.name == "string" and tensors[0]._a.ndim == 0:
            texts = [tensors[0].numpy().decode(errors="replace")]
        first, *others = template.split(mark)
        _write(first + "".join(t + o for t, o in zip(texts, others, strict=True)) + end)

    def _write(text: str) -> None:
        if isinstance(output_stream, str):
            with open(output_stream[7:], "a", encoding="utf-8") as file:
                file.write(text)
        else:
            builtins.print(text, end="", file=output_stream or sys.stderr)

    tensors = [t for _, components in parts for t in components]
    if undecided(tensors):
        later(emit, tensors)
    elif not PUBLIC["inside_function"]():
        emit(*tensors)
    else:
        later(emit, tensors)


def _mark_for(inputs: Any) -> str:
    """What stands for a tensor while the text is laid out: nothing the text has itself."""
    free = " ".join(pprint.pformat(x) for x in nest.map_structure(_without, list(inputs)))
    mark = "{}"
    while mark in free:
        mark = mark[0] + "_" + mark[1:]
    return mark


def _without(value: Any) -> Any:
    return "" if _is_tensor(value) else value


def _is_tensor(value: Any) -> bool:
    return isinstance(value, (TensorLike, CompositeTensor))


def _template(value: Any, mark: str, leaves: list[Any]) -> str:
    """The text of an argument with marks for its tensors, which are appended to ``leaves``."""
    if isinstance(value, str):
        return value
    if isinstance(value, OrderedDict):
        value = OrderedDict(sorted(value.items()))
    shown = []
    for leaf in nest.flatten(value):
        if hasattr(leaf, "dense_shape") and hasattr(leaf, "indices"):
            leaves += [leaf.indices, leaf.values, leaf.dense_shape]
            shown.append(f"SparseTensor(indices={mark}, values={mark}, shape={mark})")
        elif _is_tensor(leaf):
            leaves.append(leaf)
            shown.append(mark)
        else:
            shown.append(leaf)
    return pprint.pformat(nest.pack_sequence_as(value, shown))


def _part(leaf: Any, edge: int) -> tuple[Callable[[Any], str], list[Any]]:
    """How a tensor is written, and the tensors it consists of."""
    if isinstance(leaf, CompositeTensor) and hasattr(leaf, "row_splits"):
        spec: Any = getattr(leaf, "_type_spec")  # noqa: B009 (ragged tensors have one)
        parts = list(spec._to_components(leaf))
        return lambda found: _ragged(spec._from_components(found).to_list(), edge), parts
    tensor = leaf if isinstance(leaf, Tensor) else convert_to_tensor(leaf)
    return lambda found: summary(np.asarray(found[0]._a), edge), [tensor]


def _ragged(value: Any, edge: int) -> str:
    """Nested lists as a ragged tensor is written."""
    if isinstance(value, list):
        rows = [_ragged(v, edge) for v in value]
        if 0 <= 2 * edge < len(rows):
            rows = [*rows[:edge], "...", *rows[-edge:]]
        return f"[{', '.join(rows)}]"
    if isinstance(value, bytes):
        text = value.decode(errors="replace").replace("\\", "\\\\").replace("'", "\\'")
        return f"'{text}'"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:f}" if isinstance(value, float) else str(value)
