"""Value, first derivatives in many directions, and the sum of the second ones.

The second derivatives enter every rule linearly but for squares of the first ones, so their sum
can be carried alone: one array in place of one for each direction. The first derivatives are a
batch (``arrays.batched``) that knows its structure: directions along the axes stay
diagonal as long as nothing mixes them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tensortape.arrays.batched import BatchedNamespace
from tensortape.arrays.batched.value import Batched
from tensortape.arrays.namespace import numpy_namespace
from tensortape.arrays.taylor.namespace import TaylorNamespace, primal
from tensortape.arrays.taylor.series import Series, SeriesNamespace
from tensortape.arrays.taylor.value import TaylorValue
from tensortape.core.op import Op


class Collapsed(TaylorValue):
    """A value, a batch of directional derivatives, and the sum of the second ones."""

    __slots__ = ("first", "primal", "second", "xp")

    def __init__(self, xp: Any, primal: Any, first: Any, second: Any) -> None:
        self.xp, self.primal, self.first, self.second = xp, primal, first, second

    def __repr__(self) -> str:
        return f"<Collapsed shape={self.shape} directions={self.xp.batched.batch}>"


class CollapsedNamespace(TaylorNamespace):
    """Second-order derivatives summed over ``directions`` directions.

    ``base`` computes: the NumPy namespace, or the recorded one where somebody listens.
    """

    def __init__(self, directions: int, base: Any = numpy_namespace) -> None:
        self.base = base
        self.batched = BatchedNamespace(base, (directions,))
        self.rules = RULES

    def along_last_axis(self, x: Any) -> Collapsed:
        """``x`` moving along each unit vector of its last axis, all rows together."""
        ones = self.base.ones((1, *tuple(x.shape)), x.dtype)
        return Collapsed(self, x, Batched(self.batched, ones, (-1,)), self.base.zeros_like(x))

    def each(self, name: str, x: Any, rest: Any, attrs: Any) -> Any:
        """Linear: each part by itself."""
        function = getattr(self.base, name)
        first = getattr(self.batched, name)(x.first, *rest, **attrs)
        return Collapsed(
            self, function(x.primal, *rest, **attrs), first, function(x.second, *rest, **attrs)
        )

    def join(self, name: str, parts: Any, rest: Any, attrs: Any) -> Any:
        """Joining: each part by itself; constants do not move."""
        function = getattr(self.base, name)
        firsts = [p.first if isinstance(p, Collapsed) else self._still(p) for p in parts]
        seconds = [p.second if isinstance(p, Collapsed) else self.base.zeros_like(p) for p in parts]
        return Collapsed(
            self,
            function([primal(p) for p in parts], *rest, **attrs),
            getattr(self.batched, name)(firsts, *rest, **attrs),
            function(seconds, *rest, **attrs),
        )

    def _still(self, x: Any) -> Batched:
        return Batched(self.batched, self.base.zeros((1, *tuple(x.shape)), x.dtype), (0,))

    def over_directions(self, x: Any) -> Any:
        """The sum of a batch over the directions."""
        if any(x.ties):
            return self.base.reshape(x.data, x.shape)
        if x.data.shape[0] == 1:
            return self.base.reshape(x.data, x.shape) * self.batched.batch[0]
        return self.base.sum(x.data, 0)

    def squares(self, x: Any, y: Any) -> Any:
        """The sum over the directions of the products of two batches."""
        if self.batched.raw and x is y and not any(x.ties) and x.data.shape[0] > 1:
            flat = x.data.reshape(x.data.shape[0], -1)
            return np.einsum("dm,dm->m", flat, flat).reshape(x.shape)
        return self.over_directions(self.batched.multiply(x, y))

    def mapped(self, op: Op, args: Any, attrs: Any) -> Any:
        """An elementwise operation, from its first and second partial derivatives."""
        if op.family != "elementwise":
            raise NotImplementedError(f"there is no rule for the Laplacian of {op.type}")
        values = [primal(a) for a in args]
        y = op.kernel(self.base, *values, **attrs)
        moving = [i for i, a in enumerate(args) if isinstance(a, Collapsed)]
        slopes = {i: _slope(self.base, op, i, y, values, attrs) for i in moving}
        first: Any = None
        second: Any = None
        for i in moving:
            first = _plus(first, args[i].first * slopes[i])
            second = _plus(second, args[i].second * slopes[i])
            for j in moving:
                if j < i:
                    continue
                bend = _bend(self.base, op, i, j, y, slopes[i], values, attrs)
                term = bend * self.squares(args[i].first, args[j].first)
                second = second + (term if i == j else 2 * term)
        return Collapsed(self, y, first, second)


def _plus(total: Any, term: Any) -> Any:
    return term if total is None else total + term


def _slope(xp: Any, op: Op, i: int, y: Any, values: Any, attrs: Any) -> Any:
    """The partial derivative by input ``i``."""
    tangents: list[Any] = [None] * len(values)
    tangents[i] = xp.ones_like(values[i])
    return op.pushforward(xp, tangents, y, *values, **attrs)  # type: ignore[misc]


def _bend(xp: Any, op: Op, i: int, j: int, y: Any, slope: Any, values: Any, attrs: Any) -> Any:
    """The second partial derivative by inputs ``i`` and ``j``: the slope by j along i."""
    ns = SeriesNamespace(1, xp)
    along = list(values)
    along[i] = Series(ns, [values[i], xp.ones_like(values[i])])
    tangents: list[Any] = [None] * len(values)
    tangents[j] = xp.ones_like(values[j])
    result = op.pushforward(ns, tangents, Series(ns, [y, slope]), *along, **attrs)  # type: ignore[misc]
    if isinstance(result, Series) and len(result.c) > 1:
        return result.c[1]
    return xp.zeros_like(y)


RULES: dict[str, Callable[..., Any]] = {}


def rule(function: Callable[..., Any]) -> Callable[..., Any]:
    """Decorator: the rule of the primitive of the function's name."""
    RULES[function.__name__] = function
    return function


def _bilinear(ns: Any, x: Any, y: Any, plain: Any, batched: Any) -> Collapsed:
    value = plain(primal(x), primal(y))
    if not isinstance(y, Collapsed):
        return Collapsed(ns, value, batched(x.first, y), plain(x.second, y))
    if not isinstance(x, Collapsed):
        return Collapsed(ns, value, batched(x, y.first), plain(x, y.second))
    first = batched(x.first, y.primal) + batched(x.primal, y.first)
    both = ns.over_directions(batched(x.first, y.first))
    second = plain(x.second, y.primal) + plain(x.primal, y.second) + 2 * both
    return Collapsed(ns, value, first, second)


@rule
def multiply(ns: Any, x: Any, y: Any) -> Collapsed:
    return _bilinear(ns, x, y, lambda a, b: a * b, ns.batched.multiply)


@rule
def square(ns: Any, x: Any) -> Collapsed:
    value = x.primal * x.primal
    second = 2 * (x.primal * x.second + ns.squares(x.first, x.first))
    return Collapsed(ns, value, x.first * (2 * x.primal), second)


@rule
def matmul(ns: Any, x: Any, y: Any, *flags: Any, **attrs: Any) -> Collapsed:
    def plain(a: Any, b: Any) -> Any:
        return ns.base.matmul(a, b, *flags, **attrs)

    def batched(a: Any, b: Any) -> Any:
        return ns.batched.matmul(a, b, *flags, **attrs)

    return _bilinear(ns, x, y, plain, batched)


def _added(ns: Any, x: Any, y: Any, sign: int) -> Collapsed:
    a, b = primal(x), primal(y)
    value = a + b if sign > 0 else a - b
    if not isinstance(y, Collapsed):
        first, second = x.first, x.second
    elif not isinstance(x, Collapsed):
        first, second = (y.first, y.second) if sign > 0 else (-y.first, -y.second)
    else:
        first = x.first + y.first if sign > 0 else x.first - y.first
        second = x.second + y.second if sign > 0 else x.second - y.second
    if tuple(second.shape) != tuple(value.shape):
        first = ns.batched.broadcast_to(first, value.shape)
        second = ns.base.broadcast_to(second, value.shape)
    return Collapsed(ns, value, first, second)


@rule
def add(ns: Any, x: Any, y: Any) -> Collapsed:
    return _added(ns, x, y, 1)


@rule
def subtract(ns: Any, x: Any, y: Any) -> Collapsed:
    return _added(ns, x, y, -1)


@rule
def softmax(ns: Any, logits: Any, axis: int = -1) -> Any:
    e = ns.exp(logits - ns.base.max(logits.primal, axis, True))
    return e / ns.sum(e, axis, True)


@rule
def log_softmax(ns: Any, logits: Any, axis: int = -1) -> Any:
    shifted = logits - ns.base.max(logits.primal, axis, True)
    return shifted - ns.log(ns.sum(ns.exp(shifted), axis, True))


def _extreme(name: str) -> Callable[..., Any]:
    """The largest or smallest element: what moves is the one that it is."""

    def apply(ns: Any, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        best = getattr(ns.base, name)(x.primal, axis, True)
        mask = ns.base.astype(ns.base.equal(x.primal, best), x.dtype)
        return ns.sum(x * (mask / ns.base.sum(mask, axis, True)), axis, keepdims)

    return apply


RULES["max"], RULES["min"] = _extreme("max"), _extreme("min")
