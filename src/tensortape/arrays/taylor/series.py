"""Polynomials in one variable: the values ``c[0] + c[1] t + ... + c[K] t**K``.

An operation with a forward rule is the solution of ``y' = rule(x; x')``: its coefficients follow
one from the other, the rule evaluated on series that are one order shorter. The common maps
have recurrences of their own, which cost K² products.
"""

from __future__ import annotations

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
        return Series(self.xp, [k * c for k, c in enumerate(self.c)][1:])


class SeriesNamespace(TaylorNamespace):
    """Series up to ``order``."""

    def __init__(self, order: int) -> None:
        self.order = order
        self.rules = RULES

    def coefficients(self, x: Any) -> list[Any]:
        """All coefficients of a series or constant."""
        if isinstance(x, Series):
            return x.c
        return [x]

    def each(self, name: str, x: Any, rest: Any, attrs: Any) -> Any:
        """Linear: coefficient by coefficient."""
        function = getattr(numpy_namespace, name)
        return Series(self, [function(c, *rest, **attrs) for c in x.c])

    def join(self, function: Any, parts: Any, rest: Any, attrs: Any) -> Any:
        """Joining: the coefficients of each order are joined."""
        count = max(len(self.coefficients(p)) for p in parts)
        rows = [[self._nth(p, k) for p in parts] for k in range(count)]
        return Series(self, [function(row, *rest, **attrs) for row in rows])

    def _nth(self, part: Any, k: int) -> Any:
        c = self.coefficients(part)
        return c[k] if k < len(c) else numpy_namespace.zeros_like(c[0])

    def mapped(self, op: Op, args: Any, attrs: Any) -> Any:
        """``y' = rule(x; x')``, solved coefficient by coefficient."""
        y = [op.kernel(numpy_namespace, *[primal(a) for a in args], **attrs)]
        count = max(len(a.c) for a in args if isinstance(a, Series))
        for k in range(1, count):
            short = [cut(a, k) for a in args]
            tangents = [cut(a.derivative(), k) if isinstance(a, Series) else None for a in args]
            slope = op.pushforward(self, tangents, Series(self, y[:k]), *short, **attrs)  # type: ignore[misc]
            c = self.coefficients(slope)
            y.append(c[k - 1] / k if k - 1 < len(c) else numpy_namespace.zeros_like(y[0]))
        return Series(self, y)


def cut(x: Any, count: int) -> Any:
    """The first ``count`` coefficients."""
    return Series(x.xp, x.c[:count]) if isinstance(x, Series) else x


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
    return Series(ns, [convolved(a, b, k, product) for k in range(max(len(a), len(b)))])


@rule
def multiply(ns: Any, x: Any, y: Any) -> Series:
    return bilinear(ns, x, y, lambda a, b: a * b)


@rule
def square(ns: Any, x: Any) -> Series:
    return Series(ns, [_square(x.c, m) for m in range(len(x.c))])


@rule
def matmul(ns: Any, x: Any, y: Any, *flags: Any, **attrs: Any) -> Series:
    return bilinear(ns, x, y, lambda a, b: numpy_namespace.matmul(a, b, *flags, **attrs))


@rule
def einsum(ns: Any, equation: str, x: Any, y: Any = None) -> Series:
    if y is None:
        return Series(ns, [numpy_namespace.einsum(equation, c) for c in x.c])
    return bilinear(ns, x, y, lambda a, b: numpy_namespace.einsum(equation, a, b))


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
        out.append(term if term.shape == shape else numpy_namespace.broadcast_to(term, shape))
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
    for k in range(max(len(a), len(b))):
        rest = convolved(out, [0 * b[0], *b[1:]], k, lambda p, q: p * q) if k else None
        top = a[k] if k < len(a) else None
        numerator = top if rest is None else -rest if top is None else top - rest
        out.append(numerator / b[0])
    return Series(ns, out)


@rule
def reciprocal(ns: Any, x: Any) -> Series:
    return divide(ns, 1.0, x)


def _moved(x: Any) -> list[Any]:
    """The coefficients of ``t x'`` from the first to the last that is not zero: ``j c[j]``."""
    last = len(x.c) - 1
    while last > 1 and not np.any(x.c[last]):
        last -= 1
    return [c if j == 1 else j * c for j, c in enumerate(x.c[1 : last + 1], 1)]


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
    total = y[0] * y[m]
    for j in range(1, (m + 1) // 2):
        total += y[j] * y[m - j]
    total = 2 * total
    return total if m % 2 else total + y[m // 2] * y[m // 2]


@rule
def exp(ns: Any, x: Any) -> Series:
    moved, out = _moved(x), [numpy_namespace.exp(x.c[0])]
    for k in range(1, len(x.c)):
        out.append(_grown(moved, out, k))
    return Series(ns, out)


@rule
def log(ns: Any, x: Any) -> Series:
    c = x.c
    out = [numpy_namespace.log(c[0])]
    for k in range(1, len(c)):
        rest = sum((j * out[j] * c[k - j] for j in range(1, k)), 0 * c[0])
        out.append((c[k] - rest / k) / c[0])
    return Series(ns, out)


@rule
def sqrt(ns: Any, x: Any) -> Series:
    c = x.c
    out = [numpy_namespace.sqrt(c[0])]
    for k in range(1, len(c)):
        rest = sum((out[j] * out[k - j] for j in range(1, k)), 0 * c[0])
        out.append((c[k] - rest) / (2 * out[0]))
    return Series(ns, out)


def _turning(ns: Any, x: Any, first: Any, second: Any, sign: int) -> tuple[Series, Series]:
    """The pair s' = c x', c' = sign s x' (sine and cosine, hyperbolic or not)."""
    moved = _moved(x)
    s, t = [first(x.c[0])], [second(x.c[0])]
    for k in range(1, len(x.c)):
        up, down = _grown(moved, t, k), _grown(moved, s, k)
        s.append(up)
        t.append(down if sign > 0 else -down)
    return Series(ns, s), Series(ns, t)


@rule
def sin(ns: Any, x: Any) -> Series:
    return _turning(ns, x, numpy_namespace.sin, numpy_namespace.cos, -1)[0]


@rule
def cos(ns: Any, x: Any) -> Series:
    return _turning(ns, x, numpy_namespace.sin, numpy_namespace.cos, -1)[1]


@rule
def sinh(ns: Any, x: Any) -> Series:
    return _turning(ns, x, numpy_namespace.sinh, numpy_namespace.cosh, 1)[0]


@rule
def cosh(ns: Any, x: Any) -> Series:
    return _turning(ns, x, numpy_namespace.sinh, numpy_namespace.cosh, 1)[1]


def _self_made(ns: Any, x: Any, start: Any, slope: Callable[[list[Any], int], Any]) -> Series:
    """Y' = d(y) x', where ``slope(y, m)`` is coefficient m of d(y)."""
    moved, out, d = _moved(x), [start], []
    for k in range(1, len(x.c)):
        d.append(slope(out, k - 1))
        out.append(_grown(moved, d, k))
    return Series(ns, out)


@rule
def tanh(ns: Any, x: Any) -> Series:
    def slope(y: list[Any], m: int) -> Any:
        return 1 - _square(y, m) if m == 0 else -_square(y, m)

    return _self_made(ns, x, numpy_namespace.tanh(x.c[0]), slope)


@rule
def sigmoid(ns: Any, x: Any) -> Series:
    start = numpy_namespace.sigmoid(x.c[0])
    return _self_made(ns, x, start, lambda y, m: y[m] - _square(y, m))


@rule
def power(ns: Any, x: Any, y: Any) -> Series:
    if isinstance(y, Series):
        return (
            exp(ns, multiply(ns, y, log(ns, x)))
            if isinstance(x, Series)
            else exp(ns, multiply(ns, y, numpy_namespace.log(x)))
        )
    exponent = float(y) if getattr(y, "ndim", 0) == 0 else None
    if exponent is not None and exponent == int(exponent) and 0 <= exponent <= 64:
        return _repeated(ns, x, int(exponent))
    c = x.c
    out = [c[0] ** y]
    for k in range(1, len(c)):
        total = sum((j * y - (k - j)) * c[j] * out[k - j] for j in range(1, k + 1))
        out.append(total / (k * c[0]))
    return Series(ns, out)


def _repeated(ns: Any, x: Series, n: int) -> Any:
    """An integer power by squaring, exact at 0 too."""
    if n == 0:
        return numpy_namespace.ones_like(x.c[0])
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
    zero = 0 * numpy_namespace.where(chosen, a[0], b[0])
    return Series(ns, [
        numpy_namespace.where(chosen, a[k] if k < len(a) else zero, b[k] if k < len(b) else zero)
        for k in range(max(len(a), len(b)))
    ])  # fmt: skip


def _extreme(ns: Any, x: Any, y: Any, name: str) -> Series:
    best = getattr(numpy_namespace, name)(primal(x), primal(y))
    takes_x = numpy_namespace.equal(best, primal(x))
    return where(ns, takes_x, x, y)


@rule
def maximum(ns: Any, x: Any, y: Any) -> Series:
    return _extreme(ns, x, y, "maximum")


@rule
def minimum(ns: Any, x: Any, y: Any) -> Series:
    return _extreme(ns, x, y, "minimum")


@rule
def absolute(ns: Any, x: Any) -> Series:
    sign = numpy_namespace.sign(x.c[0])
    return Series(ns, [sign * c for c in x.c])


@rule
def relu(ns: Any, x: Any) -> Series:
    positive = x.c[0] > 0
    return Series(ns, [numpy_namespace.where(positive, c, 0 * c) for c in x.c])


def _reduced(ns: Any, x: Any, name: str, axis: Any, keepdims: bool) -> Series:
    """The largest or smallest element: that of the coefficients stands where it stands."""
    best = getattr(numpy_namespace, name)(x.c[0], axis, True)
    mask = (x.c[0] == best).astype(x.dtype)
    count = numpy_namespace.sum(mask, axis, keepdims)
    rest = [numpy_namespace.sum(mask * c, axis, keepdims) / count for c in x.c[1:]]
    return Series(ns, [getattr(numpy_namespace, name)(x.c[0], axis, keepdims), *rest])


@rule
def max_(ns: Any, x: Any, axis: Any = None, keepdims: bool = False) -> Series:
    return _reduced(ns, x, "max", axis, keepdims)


@rule
def min_(ns: Any, x: Any, axis: Any = None, keepdims: bool = False) -> Series:
    return _reduced(ns, x, "min", axis, keepdims)


@rule
def softmax(ns: Any, logits: Any, axis: int = -1) -> Series:
    e = exp(ns, subtract(ns, logits, numpy_namespace.max(logits.c[0], axis, True)))
    return divide(ns, e, ns.sum(e, axis=axis, keepdims=True))


@rule
def log_softmax(ns: Any, logits: Any, axis: int = -1) -> Series:
    shifted = subtract(ns, logits, numpy_namespace.max(logits.c[0], axis, True))
    return subtract(ns, shifted, log(ns, ns.sum(exp(ns, shifted), axis=axis, keepdims=True)))
