"""Operations without a form: their kernels, written out where that is possible.

A kernel that only passes its inputs to primitives is called as those primitives. To find out, it
is run once on stand-ins that know shapes and dtypes and write down what is done to them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.arrays.namespace import numpy_namespace
from tensortape.core.dispatch import evaluate
from tensortape.core.dtypes import EXTENSION_FLOATS
from tensortape.core.registry import OPS
from tensortape.graph.ir import Aval, Node, attributes


class Opaque(Exception):
    """A kernel does something that cannot be written down."""


class Globals:
    """The names that written code uses, and what they mean."""

    RESERVED = (
        "plan quiet unquiet explained take give work one_thread threads_as_before token error "
        "low high scratch side"
    )

    def __init__(self) -> None:
        self.values: dict[str, Any] = dict.fromkeys(self.RESERVED.split())
        self._names: dict[int, str] = {}

    def name(self, value: Any, stem: str) -> str:
        """A name for an object: the stem, numbered if it means something else already."""
        if id(value) in self._names:
            return self._names[id(value)]
        name, n = stem, 1
        while name in self.values:
            n += 1
            name = f"{stem}_{n}"
        self.values[name] = value
        self._names[id(value)] = name
        return name

    def literal(self, value: Any, stem: str = "attr") -> str:
        """An attribute as code."""
        return repr(value) if plain(value) else self.name(value, stem)


def plain(value: Any) -> bool:
    """Whether the text of a value means the value."""
    kind = type(value)
    if value is None or kind in (bool, int, str):
        return True
    if kind is float:
        return value - value == 0
    if kind is slice:
        return all(map(plain, (value.start, value.stop, value.step)))
    return kind in (tuple, list) and all(map(plain, value))


class Written:
    """A stand-in for an array: an expression, and for inputs a shape and a dtype."""

    __slots__ = ("_aval", "text")

    def __init__(self, text: str, aval: Aval | None = None) -> None:
        self.text, self._aval = text, aval

    def _known(self) -> Aval:
        if self._aval is None or None in self._aval.shape:
            raise Opaque
        return self._aval

    @property
    def shape(self) -> Any:
        """The sizes."""
        return tuple(self._known().shape)

    @property
    def dtype(self) -> Any:
        """The element type."""
        return np.dtype(self._known().dtype)

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self._known().shape)

    def __neg__(self) -> Written:
        return Written(f"(-{self.text})")

    def __bool__(self) -> bool:
        raise Opaque

    def __iter__(self) -> Any:
        raise Opaque


def _operator(symbol: str) -> Any:
    def left(self: Written, other: Any) -> Written:
        return Written(f"({self.text} {symbol} {operand(other)})")

    def right(self: Written, other: Any) -> Written:
        return Written(f"({operand(other)} {symbol} {self.text})")

    return left, right


def operand(value: Any) -> str:
    """The other side of an operator."""
    if isinstance(value, Written):
        return value.text
    if type(value) in (int, float) and plain(value):
        return repr(value)
    raise Opaque


for _name, _symbol in (("add", "+"), ("sub", "-"), ("mul", "*"), ("truediv", "/")):
    _left, _right = _operator(_symbol)
    setattr(Written, f"__{_name}__", _left)
    setattr(Written, f"__r{_name}__", _right)


class Writing:
    """A namespace whose primitives write their own call."""

    def __init__(self, names: Globals) -> None:
        self._names = names

    def __getattr__(self, name: str) -> Any:
        function = getattr(numpy_namespace, name, None)
        if function is None:
            raise Opaque

        def call(*args: Any, **kwargs: Any) -> Written:
            called = self._names.name(function, name)
            parts = [self._argument(a) for a in args]
            parts += [f"{k}={self._argument(v)}" for k, v in kwargs.items()]
            return Written(f"{called}({', '.join(parts)})")

        return call

    def _argument(self, value: Any) -> str:
        if isinstance(value, Written):
            return value.text
        if type(value) in (list, tuple) and any(isinstance(v, Written) for v in value):
            return f"[{', '.join(map(self._argument, value))}]"
        return self._names.literal(value)


def kernel_call(node: Node, args: list[str], avals: dict[int, Aval], names: Globals) -> str:
    """An expression for the result (or results) of a node without a form."""
    op = node.op
    if node.late:
        late = names.name(late_runner(node), f"late_{op.type}")
        return f"{late}({', '.join(args)})"
    if any(avals[i].dtype in EXTENSION_FLOATS for i in node.inputs) and not op.native_dtypes:
        wide = names.name(wide_runner(node), f"in_float32_{op.type}")
        return f"{wide}({', '.join(args)})"
    if op.outputs is None and OPS.get(op.type) is op and not node.stateful:
        try:
            values = [Written(a, avals[i]) for a, i in zip(args, node.inputs, strict=True)]
            written = op.kernel(Writing(names), *values, **node.attrs)
            if isinstance(written, Written) and written.text not in args:
                return written.text
        except Exception:
            pass
    kernel = names.name(op.kernel, op.type)
    given = [f"{k}={names.literal(v, k)}" for k, v in node.attrs.items()]
    return f"{kernel}({', '.join([names.name(numpy_namespace, 'xp'), *args, *given])})"


def late_runner(node: Node) -> Any:
    """A function of inputs and of what late attributes are computed from."""
    count = len(node.inputs)

    def run(*values: Any) -> Any:
        known = dict(zip(node.uses(), values, strict=True))
        attrs = attributes(node, known.__getitem__)
        return evaluate(node.op, numpy_namespace, list(values[:count]), attrs)

    return run


def wide_runner(node: Node) -> Any:
    """A kernel on values of extension dtypes, computed in float32."""

    def run(*values: Any) -> Any:
        return evaluate(node.op, numpy_namespace, list(values), node.attrs)

    return run
