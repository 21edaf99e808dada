"""Common subexpressions: what is computed twice is computed once.

Forward and backward pass are one program here, so this is what they share.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np

from tensortape.graph.ir import Late, Node, Program
from tensortape.graph.passes.scan import Scan

COMMUTATIVE = frozenset(
    "AddV2 Mul Equal NotEqual LogicalAnd LogicalOr BitwiseAnd BitwiseOr BitwiseXor".split()
)
SMALL = 1 << 12
"""Elements up to which constants are compared by value."""


def share_common(program: Program) -> Program:
    """Equal constants, and equal operations on equal inputs, once each; stateful nodes stay."""
    seen: dict[Any, tuple[int, ...]] = {}
    scan = Scan(program)
    constants: dict[Any, int] = {}
    for i, array in program.constants.items():
        first = constants.setdefault(constant_key(array), i)
        if first != i:
            scan.replaced[i] = first
            scan.constants.pop(i)
            scan.changed = True

    def rule(scan: Scan, node: Node) -> Any:
        if node.stateful:
            return None
        key = node_key(node)
        earlier = seen.get(key)
        if earlier is None:
            seen[key] = node.outputs
        return earlier

    return scan.run(rule)


def constant_key(array: Any) -> Hashable:
    """Equal for constants that are the same bit by bit."""
    if array.size > SMALL or array.dtype == object:
        return id(array)
    return (array.dtype, array.shape, array.tobytes())


def node_key(node: Node) -> Hashable:
    """Equal for nodes that compute the same."""
    inputs = node.inputs
    if node.op.type in COMMUTATIVE and len(inputs) == 2 and inputs[0] > inputs[1]:
        inputs = (inputs[1], inputs[0])
    return (id(node.op), inputs, frozen(node.attrs) if node.attrs else ())


def frozen(value: Any) -> Hashable:
    """A hashable stand-in for an attribute; what is not understood equals itself alone."""
    kind = type(value)
    if value is None or kind in (bool, int, str, bytes):
        return (kind, value)
    if kind is float:
        return (float, value.hex())
    if isinstance(value, dict):
        return (dict, *[(n, frozen(v)) for n, v in sorted(value.items())])
    if isinstance(value, (tuple, list)):
        return (kind, *[frozen(v) for v in value])
    if isinstance(value, slice):
        return (slice, frozen(value.start), frozen(value.stop), frozen(value.step))
    if isinstance(value, Late):
        return (Late, value.ids, id(value.compute))
    if isinstance(value, (np.ndarray, np.generic)) and value.size <= SMALL and value.dtype != "O":
        return (np.ndarray, value.dtype, value.shape, value.tobytes())
    if isinstance(value, np.dtype):
        return value
    return (kind, id(value))
