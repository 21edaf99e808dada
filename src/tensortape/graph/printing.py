"""``tf.print``."""

from __future__ import annotations

import builtins
import sys
from typing import Any

import numpy as np

from tensortape.core.public import tensor
from tensortape.core.registry import export
from tensortape.graph.deferred import later, undecided


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

    >>> import sys
    >>> import tensortape as tf
    >>> tf.print("values", tf.range(10), output_stream=sys.stdout)
    values [0 1 2 ... 7 8 9]

    Source: ``tf.print``.
    """
    if undecided(inputs):
        later(
            lambda *values: print_(
                *values, output_stream=output_stream, summarize=summarize, sep=sep, end=end
            ),
            inputs,
        )
        return
    shown = sep.join(_shown(x, summarize) for x in inputs) + end
    if isinstance(output_stream, str):
        if not output_stream.startswith("file://"):
            raise ValueError(
                f"output_stream must be a stream or 'file://PATH', got {output_stream!r}"
            )
        with open(output_stream[7:], "a", encoding="utf-8") as file:
            file.write(shown)
        return
    builtins.print(shown, end="", file=output_stream or sys.stderr)


def _shown(x: Any, summarize: int) -> str:
    if not hasattr(x, "_a"):
        return str(x)
    a = np.asarray(tensor(x)._a)
    if a.ndim == 0:
        return a[()].decode() if isinstance(a[()], bytes) else str(a[()])
    edge = a.size if summarize < 0 else summarize
    return np.array2string(a, threshold=2 * edge, edgeitems=edge, separator=" ")
