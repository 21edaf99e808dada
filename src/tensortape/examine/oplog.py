"""The operations a program executed lately: where each tensor came from.

The log is bounded twice: by the number of operations, and by the bytes of the arrays it holds.
Beyond the first the oldest operations are forgotten, beyond the second their values are.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

import numpy as np

from tensortape.core.naming import get_current_name_scope
from tensortape.examine.clock import latest

MAX_OPS = 50_000
MAX_BYTES = 256 * 2**20
PLAIN = (np.ndarray, np.generic)


class Logged:
    """One executed operation. Arrays are ``None`` where they were released."""

    __slots__ = (
        "arrays",
        "attrs",
        "elapsed",
        "inputs",
        "nbytes",
        "op",
        "order",
        "outputs",
        "position",
        "scope",
        "specs",
    )

    def __init__(
        self, op: Any, inputs: Any, outputs: Any, attrs: Any, position: int | None
    ) -> None:
        self.op = op
        self.inputs: tuple[int, ...] = tuple([t._id for t in inputs])
        self.outputs: tuple[int, ...] = tuple([t._id for t in outputs])
        self.arrays: tuple[Any, ...] = tuple([t._a for t in (*inputs, *outputs)])
        self.specs: tuple[Any, ...] = ()
        self.attrs = attrs
        self.position = position
        self.order = self.outputs[0]  # identities grow with time
        self.nbytes = 0
        self.scope = get_current_name_scope()
        self.elapsed = latest.elapsed

    def values(self) -> Any:
        """Pairs of a tensor's identity and its array."""
        return zip(self.inputs + self.outputs, self.arrays, strict=False)

    def release(self) -> None:
        """Let go of the arrays, keep their shapes and dtypes."""
        self.specs = tuple((a.shape, a.dtype) for a in self.arrays)
        self.arrays = ()


class Read:
    """A variable's value that was used: which variable, under which name."""

    __slots__ = ("name", "variable")

    def __init__(self, variable: int, name: str) -> None:
        self.variable, self.name = variable, name


class OpLog:
    """Operations by the tensors they made, and variables by the values read from them."""

    def __init__(self, max_ops: int = MAX_OPS, max_bytes: int = MAX_BYTES) -> None:
        self.max_ops, self.max_bytes = max_ops, max_bytes
        self.producer: dict[int, Logged] = {}
        self.reads: dict[int, Read] = {}
        self.values_of: dict[int, deque[int]] = {}
        self.names: dict[int, str] = {}  # of variables
        self.rules: dict[str, Any] = {}
        self.bytes = self.forgotten = 0
        self._ops: deque[Logged] = deque()
        self._held: deque[Logged] = deque()

    def add(self, op: Any, inputs: Any, outputs: Any, attrs: Any, position: int | None) -> None:
        """Log an executed operation; those on symbolic values are left out."""
        if not outputs:
            return
        for t in outputs:
            if not isinstance(t._a, PLAIN):
                return
        logged = Logged(op, inputs, outputs, attrs, position)
        for t in outputs:
            logged.nbytes += t._a.nbytes
            self.producer[t._id] = logged
        for t in inputs:
            if t._id not in self.producer:
                logged.nbytes += getattr(t._a, "nbytes", 0)
        self._ops.append(logged)
        self._held.append(logged)
        self.bytes += logged.nbytes
        if self.bytes > self.max_bytes or len(self._ops) > self.max_ops:
            self._trim()

    def read(self, variable: Any, tensor: Any) -> None:
        """Remember that ``tensor`` is a value of ``variable``."""
        if tensor._id in self.reads:
            return
        known = variable._id
        if known not in self.names:
            self.names[known] = variable_name(variable)
            self.values_of[known] = deque(maxlen=4)
        self.reads[tensor._id] = Read(known, self.names[known])
        self.values_of[known].append(tensor._id)
        if len(self.reads) > self.max_ops:
            del self.reads[next(iter(self.reads))]

    def in_order(self) -> Iterator[Logged]:
        """The operations, the oldest first."""
        return iter(tuple(self._ops))

    def oldest_value(self, source: int) -> int:
        """The identity of the oldest tensor that may stand for a source."""
        return min(self.values_of.get(source, (source,)))

    def _trim(self) -> None:
        while len(self._ops) > self.max_ops:
            old = self._ops.popleft()
            self.forgotten += 1
            for made in old.outputs:
                self.producer.pop(made, None)
            if self._held and self._held[0] is old:
                self._held.popleft()
                self.bytes -= old.nbytes
        while self.bytes > self.max_bytes and len(self._held) > 1:
            old = self._held.popleft()
            old.release()
            self.bytes -= old.nbytes


def variable_name(variable: Any) -> str:
    """A variable's own name without TensorFlow's ``:0``; empty for the default name.

    Keras' variables say where they belong: ``dense/kernel``.
    """
    name = str(getattr(variable, "path", None) or getattr(variable, "name", ""))
    name = "/".join(name.removesuffix(":0").split("/")[-2:])
    return "" if name == "Variable" else name
