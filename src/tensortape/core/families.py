"""Family constructors: what operations of one kind share is written once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from tensortape.core import errors
from tensortape.core.generated import generate
from tensortape.core.op import NUMBERS, Op, Rule, register
from tensortape.core.state import state


class Elementwise(Op):
    """An operation on each element, with broadcasting.

    ``partial(i)`` gives the partial derivative with respect to input ``i``; the family multiplies
    by the incoming cotangent, conjugates, and sums over what was broadcast.
    """

    def partial(self, position: int = 0, constant: Any = None) -> Any:
        """Decorator for ``rule(xp, y, *inputs, **attrs)``, or a constant partial (1, -1, ...).

        Partials of several inputs: one decorator each. ``constant`` registers at once.
        """
        if constant is not None:
            self.partials[position] = constant
            self._refresh()
            return self

        def decorate(rule: Rule) -> Rule:
            self.partials[position] = rule
            self._refresh()
            return rule

        return decorate

    def _refresh(self) -> None:
        count = len(self.array_names)
        makers = {1: unary_pullback, 2: binary_pullback}
        self.pullback = makers.get(count, nary_pullback)(self.partials)
        self.pushforward = elementwise_pushforward(self.partials)


def differ(shape: Any, other: Any) -> bool:
    """Whether shapes differ, or may: sizes that are not known yet look the same."""
    return shape != other or (state.graph is not None and any(type(n) is not int for n in other))


def term(partial: Any) -> Rule:
    """``term(xp, g, y, inputs, attrs)``: ``g`` times the conjugate of a partial."""
    if callable(partial):

        def product(xp: Any, g: Any, y: Any, inputs: Any, attrs: Any) -> Any:
            d = partial(xp, y, *inputs, **attrs) if attrs else partial(xp, y, *inputs)
            return g * (xp.conj(d) if y.dtype.kind == "c" else d)

        return product
    if partial == 1:
        return lambda xp, g, y, inputs, attrs: g
    if partial == -1:
        return lambda xp, g, y, inputs, attrs: -g
    return lambda xp, g, y, inputs, attrs: g * partial


def unary_pullback(partials: dict[int, Any]) -> Rule:
    """The backward rule of a map of one value."""
    partial = partials[0]
    if not callable(partial):
        only = term(partial)
        return lambda xp, g, y, inputs, attrs, needed: (only(xp, g, y, inputs, attrs),)

    def pullback(xp: Any, g: Any, y: Any, inputs: Any, attrs: Any, needed: Any) -> Any:
        d = partial(xp, y, *inputs, **attrs) if attrs else partial(xp, y, inputs[0])
        return (g * (d if type(y) in NUMBERS or y.dtype.kind != "c" else xp.conj(d)),)

    return pullback


def binary_pullback(partials: dict[int, Any]) -> Rule:
    """The backward rule of a map of two values."""
    lines = ["    a, b = inputs", "    left = right = None"]
    for i, (side, x) in enumerate((("left", "a"), ("right", "b"))):
        if i in partials:
            lines += [f"    if needed[{i}]:", *cotangent_lines(partials[i], i, side, x)]
    scope = {f"partial{i}": partial for i, partial in partials.items()}
    scope.update(differ=differ, state=state, NUMBERS=NUMBERS)
    body = "\n".join([*lines, "    return left, right"])
    return generate("pullback", ["xp", "g", "y", "inputs", "attrs", "needed"], (), body, scope)


def cotangent_lines(partial: Any, i: int, side: str, x: str) -> list[str]:
    """Statements: the cotangent of input ``x``. Written out, since calls cost as much as these."""
    if not callable(partial):
        product = {1: "g", -1: "-g"}.get(partial, f"g * partial{i}")
        lines = [f"{side} = {product}"]
    else:
        call = f"partial{i}(xp, y, a, b"
        lines = [
            f"d = {call}, **attrs) if attrs else {call})",
            f"{side} = g * (d if type(y) in NUMBERS or y.dtype.kind != 'c' else xp.conj(d))",
        ]
    lines += [
        f"if type({side}) is not type({x}) or type({x}) not in NUMBERS:",
        f"    shape = {x}.shape",
        f"    if {side}.shape != shape or state.graph and differ({side}.shape, shape):",
        f"        {side} = xp.sum_to({side}, shape=tuple(shape))",
    ]
    return [f"        {line}" for line in lines]


def reduced(xp: Any, d: Any, x: Any) -> Any:
    """``d`` summed over the axes along which ``x`` was broadcast."""
    return xp.sum_to(d, shape=tuple(x.shape)) if differ(d.shape, x.shape) else d


def nary_pullback(partials: dict[int, Any]) -> Rule:
    """The backward rule of a map of several values."""
    terms = {i: term(partial) for i, partial in partials.items()}

    def pullback(xp: Any, g: Any, y: Any, inputs: Any, attrs: Any, needed: Any) -> Any:
        return [
            reduced(xp, terms[i](xp, g, y, inputs, attrs), x) if needed[i] and i in terms else None
            for i, x in enumerate(inputs)
        ]

    return pullback


def elementwise_pushforward(partials: dict[int, Any]) -> Rule:
    """Forward rule from the partials: sum of partial times tangent."""

    def pushforward(xp: Any, tangents: Any, y: Any, *inputs: Any, **attrs: Any) -> Any:
        total = None
        for i, t in enumerate(tangents):
            if t is None or i not in partials:
                continue
            partial = partials[i]
            if callable(partial):
                t = t * partial(xp, y, *inputs, **attrs)
            elif partial != 1:
                t = t * partial
            total = t if total is None else total + t
        if total is not None and total.shape != y.shape:
            total = xp.broadcast_to(total, shape=tuple(y.shape))
        return total

    return pushforward


def explain_elementwise(op: Op, tensors: Any, attrs: Any, exc: Exception) -> Exception | None:
    """Incompatible shapes, in TensorFlow's words."""
    shapes = [tuple(t.shape) for t in tensors]
    if len(shapes) < 2 or "broadcast" not in str(exc):
        return None
    listed = " vs. ".join("[" + ",".join(map(str, s)) + "]" for s in shapes)
    return errors.InvalidArgumentError(
        None, None, f"Incompatible shapes: {listed} [Op:{op.type}] name: "
    )


def elementwise(
    type: str, *, api: str | Iterable[str] = (), **fields: Any
) -> Callable[[Rule], Elementwise]:
    """Decorator: register ``kernel(xp, *arrays, **attrs)`` as an elementwise operation."""

    def decorate(kernel: Rule) -> Elementwise:
        fields.setdefault("check", explain_elementwise)
        record = Elementwise(type, kernel, family="elementwise", **fields)
        register(record, api)
        return record

    return decorate
