"""``tf.Graph.gradient_override_map``: another derivative for the operations built within."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from tensortape.autodiff.overrides import Override
from tensortape.core.state import add_listener, remove_listener
from tensortape.graph.func_graph import Graph


@contextlib.contextmanager
def gradient_override_map(self: Graph, op_type_map: dict[str, str]) -> Iterator[None]:
    """Context in which operations of the given types take the gradient functions of the others.

    >>> import tensortape as tf
    >>> @tf.RegisterGradient("GuidedReluOfAnExample")
    ... def _guided(op, dy):
    ...     return tf.where((op.outputs[0] > 0) & (dy > 0), dy, 0.0)
    >>> graph = tf.Graph()
    >>> with graph.as_default(), graph.gradient_override_map({"Relu": "GuidedReluOfAnExample"}):
    ...     x = tf.compat.v1.placeholder(tf.float32, [3])
    ...     (dx,) = tf.gradients(tf.nn.relu(x), x)
    >>> dx.op.type
    'SelectV2'

    Raises ``TypeError`` unless a dict of strings is given; ``LookupError`` when such an operation
    is differentiated and no gradient function has the other's name. Source:
    ``tf.Graph.gradient_override_map``.
    """
    check_map(op_type_map)
    listener = Override(dict(op_type_map))
    add_listener(listener)
    try:
        yield
    finally:
        remove_listener(listener)


def check_map(op_type_map: Any) -> None:
    """Refuse what is not a dict of strings."""
    if not isinstance(op_type_map, dict):
        raise TypeError(f"op_type_map must be a dictionary of strings, received {op_type_map!r}")
    for key, value in op_type_map.items():
        if not (isinstance(key, str) and isinstance(value, str)):
            raise TypeError(f"op_type_map must map strings to strings, received {key!r}: {value!r}")


Graph.gradient_override_map = gradient_override_map  # type: ignore[attr-defined]
