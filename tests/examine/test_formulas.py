"""The formulas of operations: in LaTeX, as MathML, as text."""

from __future__ import annotations

import xml.dom.minidom
from types import SimpleNamespace
from typing import Any

import pytest

from tensortape.core.registry import OPS
from tensortape.examine.formulas import FORMULAS
from tensortape.examine.latex import parse
from tensortape.examine.mathml import mathml
from tensortape.examine.notation import formula_of, latex_of
from tensortape.examine.plaintext import plain_text
from tensortape.examine.rulebook import rule_of


@pytest.mark.parametrize("name", FORMULAS)
def test_every_formula_can_be_shown(name: str) -> None:
    record: Any = SimpleNamespace(type=name, name=name)
    for latex, text in zip(latex_of(record), formula_of(record), strict=True):
        if latex:
            xml.dom.minidom.parseString(mathml(latex))
            assert text and "\\" not in text


def test_every_operation_of_everyday_use_has_a_formula() -> None:
    everyday = """Add AddV2 Sub Mul RealDiv Pow Neg Exp Log Sqrt Square Sin Cos Tanh Sigmoid Relu
        Softmax MatMul Conv2D MaxPool AvgPool BiasAdd Sum Mean Max Reshape Transpose ConcatV2
        GatherV2 SelectV2 Cast Maximum SoftmaxCrossEntropyWithLogits""".split()
    assert not [name for name in everyday if name not in FORMULAS]


def test_every_rule_says_where_it_is_written() -> None:
    for record in OPS.values():
        if record.pullback is not None:
            rule = rule_of(record)
            assert rule.line > 0 and rule.file.startswith("tensortape/"), record
            assert not rule.file.startswith("tensortape/core/families")


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"\mathrm{d}x = -\frac{g}{\sqrt{1 - x^2}}", "dx = −g / √(1 − x²)"),
        (r"\frac{a + b}{c \cdot d}", "(a + b) / (c · d)"),
        (r"x_1 + \ldots + x_n", "x₁ + … + xₙ"),
        (
            r"\begin{cases} x & \text{if } x > 0 \\ 0 & \text{else} \end{cases}",
            "x if x > 0, 0 else",
        ),
        (r"\sum_{i} \log p_i", "Σᵢ log pᵢ"),
        (r"\left\lfloor x \right\rfloor", "⌊x⌋"),
        (r"a^\top\,b", "aᵀ b"),
    ],
)
def test_formulas_as_text(latex: str, text: str) -> None:
    assert plain_text(latex).replace("⊤", "ᵀ") == text


@pytest.mark.parametrize(
    "latex", [r"\unknown{x}", r"\frac{a}", "{a", "a}", r"\begin{tikz}a\end{tikz}"]
)
def test_what_is_not_understood_is_named(latex: str) -> None:
    with pytest.raises(ValueError, match=r"formula|understood|missing"):
        parse(latex)


def test_markup_in_texts_is_escaped() -> None:
    assert "<b>" not in mathml(r"\text{<b>} < x")
    assert mathml("a < b") == "<math><mi>a</mi><mo>&lt;</mo><mi>b</mi></math>"
