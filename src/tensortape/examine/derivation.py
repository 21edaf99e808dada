r"""The chain rule of one gradient, written out step by step in LaTeX with the numbers filled in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tensortape.examine.mathml import mathml
from tensortape.examine.plaintext import plain_text
from tensortape.examine.symbols import added, number, parts_of, substitute, symbol

MOST_OPERATIONS = 40
MOST_ELEMENTS = 16


@dataclass
class Term:
    """What one operation contributes to a derivative: as a formula, with numbers, and its value."""

    op: str
    line: int
    formula: str
    filled: str
    value: Any


@dataclass
class Line:
    """One value and how it comes about; ``terms`` are empty in the forward part."""

    name: str
    formula: str
    filled: str
    value: Any
    terms: list[Term] = field(default_factory=list)

    @property
    def latex(self) -> str:
        """The whole line: what = formula = numbers = value."""
        parts = [self.name, self.formula, self.filled, number(self.value)]
        shown: list[str] = []
        for part in parts:
            if part and (not shown or part != shown[-1]):
                shown.append(part)
        return " &= ".join(shown[:1] + [" = ".join(shown[1:])])


class Derivation:
    """The chain rule of a small computation: ``forward`` and ``backward`` are its lines.

    Printing gives plain text; a notebook shows the formulas; ``latex`` is the whole as one
    ``aligned`` block, :meth:`mathml` for web pages.
    """

    def __init__(self, target: str, source: str, forward: list[Line], backward: list[Line]) -> None:
        self.target, self.source = target, source
        self.forward, self.backward = forward, backward

    @property
    def value(self) -> Any:
        """The derivative."""
        return self.backward[-1].value

    @property
    def latex(self) -> str:
        """Everything as LaTeX, without dollar signs."""
        rows = [line.latex for line in self.forward] + [line.latex for line in self.backward]
        return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"

    def mathml(self) -> str:
        """Everything as MathML, which browsers draw by themselves."""
        return mathml(self.latex, display=True)

    def __iter__(self) -> Iterator[Line]:
        return iter([*self.forward, *self.backward])

    def __str__(self) -> str:
        rows = [line.latex.replace(" &= ", " = ") for line in self]
        texts = [plain_text(row) for row in rows]
        return "\n".join([*texts[: len(self.forward)], "", *texts[len(self.forward) :]]).strip()

    def __repr__(self) -> str:
        return f"<Derivation of ∂{self.target}/∂{self.source}, {len(self.backward)} lines>"

    def _repr_latex_(self) -> str:
        return f"$$\n{self.latex}\n$$"


def derive(flow: Any, source: Any = None) -> Derivation:
    r"""The derivation of a flow's gradient.

    >>> import tensortape as tf
    >>> x = tf.Variable(2.0)
    >>> with tf.examine() as ex:
    ...     with tf.GradientTape() as tape:
    ...         y = tf.sin(x) * x
    ...     slope = tape.gradient(y, x)
    >>> print(derive(ex.flow(y, x)))
    v₁ = sin(x) = sin(2) = 0.9093
    y = v₁ · x = 0.9093 · 2 = 1.819
    <BLANKLINE>
    ∂y / ∂y = 1
    ∂y / ∂v₁ = ∂y / ∂y · x = 1 · 2 = 2
    ∂y / ∂x = ∂y / ∂y · v₁ + ∂y / ∂v₁ · cos(x) = 1 · 0.9093 + 2 · cos(2) = 0.077

    Raises ``ValueError`` for computations too large to be written out, and for gradients that did
    not come about.
    """
    return Writer(flow, source).write()


class Writer:
    """Writes one derivation."""

    def __init__(self, flow: Any, source: Any) -> None:
        self.flow = flow
        self.source = flow.source if source is None else source
        self.steps = [s for s in flow.steps if s.backward]
        self.check()
        self.names: dict[int, str] = {}
        self.values: dict[int, Any] = {}
        self.arrived: dict[int, Any] = {}
        self.terms: dict[int, list[Term]] = {}
        self.target_name = ""

    def check(self) -> None:
        """Refuse what cannot be written out."""
        if not self.steps:
            raise ValueError(
                f"derivation() writes out a gradient that came about. {self.flow.why().message}"
            )
        if len(self.flow.steps) > MOST_OPERATIONS:
            raise ValueError(
                f"derivation() writes out up to {MOST_OPERATIONS} operations; this gradient has "
                f"{len(self.flow.steps)}. Print the flow instead."
            )
        sizes = [np.size(o.value) for s in self.steps for o in (*s.inputs, *s.outputs)]
        if max(sizes) > MOST_ELEMENTS:
            raise ValueError(
                f"derivation() writes out arrays of up to {MOST_ELEMENTS} elements; the largest "
                f"here has {max(sizes)}. Print the flow instead."
            )

    def write(self) -> Derivation:
        """The derivation."""
        self.collect()
        forward = [self.forward_line(step) for step in self.steps]
        for step in reversed(self.steps):
            self.contribute(step)
        last = self.steps[-1].outputs[0].number
        backward = [Line(self.partial(last), "", "", self.arrived.get(last))]
        for step in reversed(self.steps):
            for operand in step.outputs:
                if operand.number != last and operand.number in self.terms:
                    backward.append(self.backward_line(operand.number))
        wanted = self.source_key()
        if wanted in self.terms:
            backward.append(self.backward_line(wanted))
        return Derivation(self.target_name, plain_text(self.names[wanted]), forward, backward)

    def source_key(self) -> int:
        """The number of the source's value."""
        place = next((i for i, s in enumerate(self.flow.sources) if s is self.source), 0)
        for step in self.steps:
            for operand in step.inputs:
                if self.flow.group.values[operand.number].source == place:
                    return int(operand.number)
        raise ValueError("derivation() is of a source that the target was computed from.")

    def collect(self) -> None:
        """Names and values of every tensor, and what arrived at it."""
        taken: set[str] = set()
        for step in self.steps:
            for operand in (*step.inputs, *step.outputs):
                self.name(operand, taken)
                self.values[operand.number] = operand.value
            for operand in step.outputs:
                self.arrived[operand.number] = operand.gradient
        self.target_name = plain_text(self.names[self.steps[-1].outputs[0].number])

    def name(self, operand: Any, taken: set[str]) -> None:
        """The user's name for a tensor, its number for a constant, or a numbered v."""
        if operand.number in self.names:
            return
        if operand.name:
            found = symbol(operand.name)
        elif operand.role == "constant":
            found = number(operand.value)
            self.names[operand.number] = found
            return
        else:
            found = f"v_{{{sum(n.startswith('v_') for n in taken) + 1}}}"
        while found in taken:
            found += "'"
        taken.add(found)
        self.names[operand.number] = found

    def partial(self, key: int) -> str:
        """``∂target/∂this``."""
        target = self.names[self.steps[-1].outputs[0].number]
        return rf"\frac{{\partial {target}}}{{\partial {self.names[key]}}}"

    def forward_line(self, step: Any) -> Line:
        """An operation's value."""
        output = step.outputs[0]
        letters = parts_of(step, self.names, None)
        numbers = {key: number(v.value) for key, v in letters.operands.items()}
        right = letters.forward
        formula = substitute(right, letters.names) if right else ""
        filled = substitute(right, numbers) if right and "\\text" not in right else ""
        return Line(self.names[output.number], formula, filled, output.value)

    def contribute(self, step: Any) -> None:
        """What an operation sends to each of its inputs."""
        output = step.outputs[0].number
        for i, operand in enumerate(step.inputs):
            if operand.gradient is None:
                continue
            letters = parts_of(step, self.names, i)
            names = {**letters.names, "g": self.partial(output)}
            numbers = {key: number(v.value) for key, v in letters.operands.items()}
            numbers["g"] = number(step.outputs[0].gradient)
            formula, filled = "", ""
            rule = letters.backward
            if np.ndim(step.outputs[0].gradient):
                rule = rule.replace(r"g \cdot", r"g \odot")
            if rule:
                formula, filled = substitute(rule, names), substitute(rule, numbers)
            else:
                inner = rf"\frac{{\partial {self.names[output]}}}{{\partial {names['x']}}}"
                formula = rf"{names['g']} \cdot {inner}"
            if re.search(r"\\text\{", filled):
                filled = ""
            term = Term(step.op, step.place.line, formula, filled, operand.gradient)
            self.terms.setdefault(operand.number, []).append(term)

    def backward_line(self, key: int) -> Line:
        """A derivative as the sum of what the operations sent."""
        terms = self.terms[key]
        formula = added([term.formula for term in terms])
        filled = added([term.filled or number(term.value) for term in terms])
        value = terms[0].value
        for term in terms[1:]:
            value = value + term.value
        return Line(self.partial(key), formula, filled, value, terms)
