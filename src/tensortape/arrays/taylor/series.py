"""Polynomials in one variable: the values ``c[0] + c[1] t + ... + c[K] t**K``.

An operation with a forward rule is the solution of ``y' = rule(x; x')``: its coefficients follow
one from the other, the rule evaluated on series that are one order shorter. The common maps
have recurrences of their own, which cost K² products. Coefficients that are not stored are zero.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from tensortape.arrays.namespace import numpy_namespace
from tensortape.arrays.taylor.namespace import TaylorNamespace, primal
from tensortape.arrays.taylor.value import TaylorValue
from tensortape.core.op import Op


class Series(TaylorValue):
    """A truncated power series with coefficient arrays ``c`` of one shape."""

    __slots__ = ("c", "xp")

    def __init__(self, xp: Any, c: list[Any]) -> None:
        self.xp = xp
        self.c = c

    @property
    def primal(self) -> Any:
        """The value itself: the coefficient of order 0."""
        return self.c[0]

    def __repr__(self) -> str:
        return f"<Series shape={self.shape} order={len(self.c) - 1}>"

    def derivative(self) -> Series:
        """The series of the derivative, one order shorter."""
        return Series(self.xp, [k * c for k, c in enumerate(self.c)][1:] or [0 * self.c[0]])

    def known(self, k: int) -> Any:
        """Coefficient ``k``, ``None`` where it is not stored."""
        return self.c[k] if k < len(self.c) else None


class SeriesNamespace(TaylorNamespace):
    """Series up to ``order``, with coefficients that ``base`` computes with."""

    def __init__(self, order: int, base: Any = numpy_namespace) -> None:
        self.order = order
        self.base = base
        self.rules = RULES

    def coefficients(self, x: Any) -> list[Any]:
        """All coefficients of a series or constant."""
        if isinstance(x, Series):
            return x.c
        return [x]

    def each(self, name: str, x: Any, rest: Any, attrs: Any) -> Any:
        """Linear: coefficient by coefficient."""
        function = getattr(self.base, name)
        return Series(self, [function(c, *rest, **attrs) for c in x.c])

    def join(self, name: str, parts: Any, rest: Any, attrs: Any) -> Any:
        """Joining: the coefficients of each order are joined."""
        function = getattr(self.base, name)
        count = max(len(self.coefficients(p)) for p in parts)
        rows = [[self._nth(p, k) for p in parts] for k in range(count)]
        return Series(self, [function(row, *rest, **attrs) for row in rows])

    def _nth(self, part: Any, k: int) -> Any:
        c = self.coefficients(part)
        return c[k] if k < len(c) else self.base.zeros_like(c[0])

    def mapped(self, op: Op, args: Any, attrs: Any) -> Any:
        """``y' = rule(x; x')``, solved coefficient by coefficient."""
        y = [op.kernel(self.base, *[primal(a) for a in args], **attrs)]
        for k in range(1, self.order + 1):
            ns = SeriesNamespace(k - 1, self.base)
            short = [cut(ns, a) for a in args]
            tangents = [cut(ns, a.derivative()) if isinstance(a, Series) else None for a in args]
            slope = op.pushforward(ns, tangents, Series(ns, y[:k]), *short, **attrs)  # type: ignore[misc]
            c = self.coefficients(slope)
            y.append(c[k - 1] / k if k - 1 < len(c) else self.base.zeros_like(y[0]))
        return Series(self, y)


def cut(ns: Any, x: Any) -> Any:
    """The coefficients that a namespace of lower order knows."""
    return Series(ns, x.c[: ns.order + 1]) if isinstance(x, Series) else x


RULES: dict[str, Callable[..., Any]] = {}


def rule(function: Callable[..., Any]) -> Callable[..., Any]:
    """Decorator: the rule of the primitive of the function's name."""
    RULES[function.__name__.rstrip("_")] = function
    return function


def convolved(a: list[Any], b: list[Any], k: int, product: Callable[..., Any]) -> Any:
    """Coefficient ``k`` of a product."""
    total = None
    for j in range(max(0, k - len(b) + 1), min(k, len(a) - 1) + 1):
        term = product(a[j], b[k - j])
        total = term if total is None else total + term
    return total


def bilinear(ns: Any, x: Any, y: Any, product: Callable[..., Any]) -> Series:
    """The product of two series (or a series and a constant)."""
    a, b = ns.coefficients(x), ns.coefficients(y)
    count = min(ns.order + 1, len(a) + len(b) - 1)
    return Series(ns, [convolved(a, b, k, product) for k in range(count)])


@rule
def multiply(ns: Any, x: Any, y: Any) -> Series:
    return bilinear(ns, x, y, lambda a, b: a * b)


@rule
def square(ns: Any, x: Any) -> Series:
    return Series(ns, [_square(x.c, m) for m in range(min(ns.order + 1, 2 * len(x.c) - 1))])


@rule
def matmul(ns: Any, x: Any, y: Any, *flags: Any, **attrs: Any) -> Series:
    return bilinear(ns, x, y, lambda a, b: ns.base.matmul(a, b, *flags, **attrs))


@rule
def einsum(ns: Any, equation: str, x: Any, y: Any = None) -> Series:
    if y is None:
        return Series(ns, [ns.base.einsum(equation, c) for c in x.c])
    return bilinear(ns, x, y, lambda a, b: ns.base.einsum(equation, a, b))


def _added(ns: Any, x: Any, y: Any, sign: int) -> Series:
    a, b = ns.coefficients(x), ns.coefficients(y)
    first: Any = a[0] + b[0] if sign > 0 else a[0] - b[0]
    out = [first]
    for k in range(1, max(len(a), len(b))):
        left = a[k] if k < len(a) else None
        right = None if k >= len(b) else (b[k] if sign > 0 else -b[k])
        term = right if left is None else left if right is None else left + right
        shape = first.shape
        assert term is not None
        out.append(term if term.shape == shape else ns.base.broadcast_to(term, shape))
    return Series(ns, out)


@rule
def add(ns: Any, x: Any, y: Any) -> Series:
    return _added(ns, x, y, 1)


@rule
def subtract(ns: Any, x: Any, y: Any) -> Series:
    return _added(ns, x, y, -1)


@rule
def divide(ns: Any, x: Any, y: Any) -> Series:
    a, b = ns.coefficients(x), ns.coefficients(y)
    if len(b) == 1:
        return Series(ns, [c / b[0] for c in a])
    out: list[Any] = []
    for k in range(ns.order + 1):
        rest = _taken(out, b, k)
        top = a[k] if k < len(a) else None
        numerator = top if rest is None else -rest if top is None else top - rest
        out.append(0 * out[0] if numerator is None else numerator / b[0])
    return Series(ns, out)


def _taken(out: list[Any], b: list[Any], k: int) -> Any:
    """What coefficient ``k`` of ``out * b`` has from those of ``out`` that are known."""
    terms = [out[k - j] * b[j] for j in range(1, min(k, len(b) - 1) + 1)]
    return functools.reduce(operator.add, terms) if terms else None


@rule
def reciprocal(ns: Any, x: Any) -> Series:
    return divide(ns, 1.0, x)


def _moved(x: Any) -> list[Any]:
    """The coefficients of ``t x'`` from the first on: ``j c[j]``."""
    return [c if j == 1 else j * c for j, c in enumerate(x.c[1:], 1)] or [0 * x.c[0]]


def _grown(moved: list[Any], d: list[Any], k: int) -> Any:
    """Coefficient ``k`` of the solution of ``y' = d x'``, with ``moved`` that of ``t x'``."""
    total = moved[0] * d[k - 1]
    for j in range(2, min(k, len(moved)) + 1):
        total += moved[j - 1] * d[k - j]
    return total / k


def _square(y: list[Any], m: int) -> Any:
    """Coefficient ``m`` of ``y * y``, each product that appears twice taken once."""
    if m == 0:
        return y[0] * y[0]
    pairs = [y[j] * y[m - j] for j in range(max(0, m - len(y) + 1), (m + 1) // 2)]
    total = 2 * functools.reduce(operator.add, pairs) if pairs else None
    if m % 2:
        return total
    middle = y[m // 2] * y[m // 2]
    return middle if total is None else total + middle


@rule
def exp(ns: Any, x: Any) -> Series:
    moved, out = _moved(x), [ns.base.exp(x.c[0])]
    for k in range(1, ns.order + 1):
        out.append(_grown(moved, out, k))
    return Series(ns, out)


@rule
def log(ns: Any, x: Any) -> Series:
    c = x.c
    out = [ns.base.log(c[0])]
    for k in range(1, ns.order + 1):
        terms = [j * out[j] * c[k - j] for j in range(max(1, k - len(c) + 1), k)]
        rest = functools.reduce(operator.add, terms) / k if terms else None
        out.append(_less(x.known(k), rest, c[0]) / c[0])
    return Series(ns, out)


@rule
def sqrt(ns: Any, x: Any) -> Series:
    out = [ns.base.sqrt(x.c[0])]
    for k in range(1, ns.order + 1):
        terms = [out[j] * out[k - j] for j in range(1, k)]
        rest = functools.reduce(operator.add, terms) if terms else None
        out.append(_less(x.known(k), rest, out[0]) / (2 * out[0]))
    return Series(ns, out)


def _less(top: Any, rest: Any, like: Any) -> Any:
    """``top - rest``, either of which may be missing."""
    if rest is None:
        return 0 * like if top is None else top
    return -rest if top is None else top - rest


def _turning(ns: Any, x: Any, first: Any, second: Any, sign: int) -> tuple[Series, Series]:
    """The pair s' = c x', c' = sign s x' (sine and cosine, hyperbolic or not)."""
    moved = _moved(x)
    s, t = [first(x.c[0])], [second(x.c[0])]
    for k in range(1, ns.order + 1):
        up, down = _grown(moved, t, k), _grown(moved, s, k)
        s.append(up)
        t.append(down if sign > 0 else -down)
    return Series(ns, s), Series(ns, t)


@rule
def sin(ns: Any, x: Any) -> Series:
    return _turning(ns, x, ns.base.sin, ns.base.cos, -1)[0]


@rule
def cos(ns: Any, x: Any) -> Series:
    return _turning(ns, x, ns.base.sin, ns.base.cos, -1)[1]


@rule
def sinh(ns: Any, x: Any) -> Series:
    return _turning(ns, x, ns.base.sinh, ns.base.cosh, 1)[0]


@rule
def cosh(ns: Any, x: Any) -> Series:
    return _turning(ns, x, ns.base.sinh, ns.base.cosh, 1)[1]


def _self_made(ns: Any, x: Any, start: Any, slope: Callable[[list[Any], int], Any]) -> Series:
    """Y' = d(y) x', where ``slope(y, m)`` is coefficient m of d(y)."""
    moved, out, d = _moved(x), [start], []
    for k in range(1, ns.order + 1):
        d.append(slope(out, k - 1))
        out.append(_grown(moved, d, k))
    return Series(ns, out)


@rule
def tanh(ns: Any, x: Any) -> Series:
    def slope(y: list[Any], m: int) -> Any:
        return 1 - _square(y, m) if m == 0 else -_square(y, m)

    return _self_made(ns, x, ns.base.tanh(x.c[0]), slope)


@rule
def sigmoid(ns: Any, x: Any) -> Series:
    start = ns.base.sigmoid(x.c[0])
    return _self_made(ns, x, start, lambda y, m: y[m] - _square(y, m))


@rule
def power(ns: Any, x: Any, y: Any) -> Series:
    if isinstance(y, Series):
        return (
            exp(ns, multiply(ns, y, log(ns, x)))
            if isinstance(x, Series)
            else exp(ns, multiply(ns, y, ns.base.log(x)))
        )
    exponent = number(y)
    if exponent is not None and exponent == int(exponent) and 0 <= exponent <= 64:
        return _repeated(ns, x, int(exponent))
    c = x.c
    out = [c[0] ** y]
    for k in range(1, ns.order + 1):
        terms = [(j * y - (k - j)) * c[j] * out[k - j] for j in range(1, min(k, len(c) - 1) + 1)]
        out.append(functools.reduce(operator.add, terms) / (k * c[0]) if terms else 0 * out[0])
    return Series(ns, out)


def number(y: Any) -> float | None:
    """The value of a constant scalar, if it is known."""
    y = getattr(y, "_a", y)
    return (
        float(y)
        if isinstance(y, (int, float, np.ndarray, np.generic)) and np.ndim(y) == 0
        else None
    )


def _repeated(ns: Any, x: Series, n: int) -> Any:
    """An integer power by squaring, exact at 0 too."""
    if n == 0:
        return ns.base.ones_like(x.c[0])
    result = None
    while n:
        if n & 1:
            result = x if result is None else multiply(ns, result, x)
        n >>= 1
        if n:
            x = multiply(ns, x, x)
    return result


@rule
def where(ns: Any, condition: Any, x: Any, y: Any) -> Series:
    a, b = ns.coefficients(x), ns.coefficients(y)
    chosen = primal(condition)
    zero = 0 * ns.base.where(chosen, a[0], b[0])
    return Series(ns, [
        ns.base.where(chosen, a[k] if k < len(a) else zero, b[k] if k < len(b) else zero)
        for k in range(max(len(a), len(b)))
    ])  # fmt: skip


def _extreme(ns: Any, x: Any, y: Any, name: str) -> Series:
    best = getattr(ns.base, name)(primal(x), primal(y))
    takes_x = ns.base.equal(best, primal(x))
    return where(ns, takes_x, x, y)


@rule
def maximum(ns: Any, x: Any, y: Any) -> Series:
    return _extreme(ns, x, y, "maximum")


@rule
def minimum(ns: Any, x: Any, y: Any) -> Series:
    return _extreme(ns, x, y, "minimum")


@rule
def absolute(ns: Any, x: Any) -> Series:
    sign = ns.base.sign(x.c[0])
    return Series(ns, [sign * c for c in x.c])


@rule
def relu(ns: Any, x: Any) -> Series:
    positive = x.c[0] > 0
    return Series(ns, [ns.base.where(positive, c, 0 * c) for c in x.c])


def _reduced(ns: Any, x: Any, name: str, axis: Any, keepdims: bool) -> Series:
    """The largest or smallest element: that of the coefficients stands where it stands."""
    best = getattr(ns.base, name)(x.c[0], axis, True)
    mask = ns.base.astype(ns.base.equal(x.c[0], best), x.dtype)
    count = ns.base.sum(mask, axis, keepdims)
    rest = [ns.base.sum(mask * c, axis, keepdims) / count for c in x.c[1:]]
    return Series(ns, [getattr(ns.base, name)(x.c[0], axis, keepdims), *rest])


@rule
def max_(ns: Any, x: Any, axis: Any = None, keepdims: bool = False) -> Series:
    return _reduced(ns, x, "max", axis, keepdims)


@rule
def min_(ns: Any, x: Any, axis: Any = None, keepdims: bool = False) -> Series:
    return _reduced(ns, x, "min", axis, keepdims)


@rule
def softmax(ns: Any, logits: Any, axis: int = -1) -> Series:
    e = exp(ns, subtract(ns, logits, ns.base.max(logits.c[0], axis, True)))
    return divide(ns, e, ns.sum(e, axis=axis, keepdims=True))


@rule
def log_softmax(ns: Any, logits: Any, axis: int = -1) -> Series:
    shifted = subtract(ns, logits, ns.base.max(logits.c[0], axis, True))
    return subtract(ns, shifted, log(ns, ns.sum(exp(ns, shifted), axis=axis, keepdims=True)))
