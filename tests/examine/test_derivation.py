"""The chain rule written out: its numbers are right, and its formulas give them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tensortape as tf
from tensortape.examine.derivation import Derivation
from tensortape.examine.mathml import mathml


def derived(function: Callable[..., Any], *values: Any) -> tuple[Derivation, Any]:
    x, *others = [tf.Variable(v) for v in values]
    with tf.examine() as ex:
        with tf.GradientTape() as tape:
            y = function(x, *others)
        slope = tape.gradient(y, x)
    return ex.flow(y, x).derivation(), slope.numpy()


def group(text: str, at: int) -> tuple[str, int]:
    """What stands in the braces that open at ``at``, and where they end."""
    depth = 0
    for i in range(at, len(text)):
        depth += {"{": 1, "}": -1}.get(text[i], 0)
        if depth == 0:
            return text[at + 1 : i], i + 1
    raise AssertionError(text)


def plain(text: str) -> str:
    """LaTeX as Python: fractions, roots and powers."""
    for start in (r"\frac", r"\sqrt", "^"):
        while (at := text.find(start + "{")) >= 0:
            first, end = group(text, at + len(start))
            if start == r"\frac":
                second, end = group(text, end)
                new = f"(({plain(first)})/({plain(second)}))"
            else:
                new = f"math.sqrt({plain(first)})" if start != "^" else f"**({plain(first)})"
            text = text[:at] + new + text[end:]
    return text.replace("^", "**")


def evaluated(latex: str) -> float:
    """The value of a scalar formula without letters."""
    text = plain(latex.replace(r"\left", "").replace(r"\right", ""))
    text = text.replace(r"\cdot", "*").replace(r"\times", "*")
    text = re.sub(r"\\(sin|cos|tan|exp|log|sinh|cosh|tanh)", r"math.\1", text)
    text = re.sub(r"\be\b", "math.e", text)
    text = re.sub(r"(\d) *(?=\(|math)", r"\1*", text)
    return float(eval(text, {"math": math}))


SCALARS: dict[str, tuple[Callable[[Any], Any], float]] = {
    "product": (lambda x: tf.sin(x) * x, 2.0),
    "parabola": (lambda x: x**2 - 6 * x + 5, 1.0),
    "negative": (lambda x: x**2 - 6 * x + 5, -1.5),
    "logistic": (lambda x: tf.sigmoid(-x) / (1 + tf.exp(x)), -0.5),
    "nested": (lambda x: tf.exp(tf.sin(x * x)), 0.7),
    "root": (lambda x: tf.sqrt(x * x + 1.0), -3.0),
    "twice": (lambda x: x * x * x, -1.2),
    "small": (lambda x: tf.tanh(x) * 1e-7, 0.3),
    "log": (lambda x: tf.math.log(x) / x, 2.5),
}


@pytest.mark.parametrize("name", SCALARS)
def test_scalars(name: str) -> None:
    found, slope = derived(*SCALARS[name])
    assert found.value == pytest.approx(slope)
    for line in found.backward[1:]:
        total = sum(float(term.value) for term in line.terms)
        assert total == pytest.approx(float(line.value))
        assert evaluated(line.filled) == pytest.approx(float(line.value), rel=5e-3), line.latex
    for line in found.forward:
        assert evaluated(line.filled) == pytest.approx(float(line.value), rel=5e-3), line.latex


def test_the_product_rule_in_latex() -> None:
    found, _ = derived(*SCALARS["product"])
    assert found.backward[-1].latex == (
        r"\frac{\partial y}{\partial x} &= \frac{\partial y}{\partial y} \cdot v_{1} + "
        r"\frac{\partial y}{\partial v_{1}} \cdot \cos(x) = "
        r"1 \cdot 0.9093 + 2 \cdot \cos(2) = 0.077"
    )
    assert found.latex.startswith("\\begin{aligned}\nv_{1} &= \\sin(x) = \\sin(2) = 0.9093")
    assert "\\begin{aligned}" in found._repr_latex_()
    assert "<mfrac>" in found.mathml()
    assert str(found).splitlines()[-1].endswith("= 0.077")


MATRICES: dict[str, tuple[Any, ...]] = {
    "squares": (
        lambda x, w: tf.reduce_sum(tf.square(tf.matmul(x, w) - 1.0)),
        [[1.0, 2.0]],
        [[0.5], [-1.0]],
    ),
    "logsumexp": (lambda x: tf.math.log(tf.reduce_sum(tf.exp(x))), [1.0, 2.0]),
    "where": (lambda x: tf.reduce_sum(tf.where(x > 0, x * x, 0.0 * x)), [3.0, -1.0]),
    "mean": (lambda x: tf.reduce_mean(tf.nn.relu(x)), [3.0, -1.0]),
    "softmax": (lambda x: tf.nn.softmax(x)[0], [1.0, 2.0]),
    "stack": (lambda x: tf.reduce_sum(tf.stack([x, 2 * x]) * [1.0, 5.0]), 1.5),
    "several": (lambda x: tf.add_n([x, x * x, x]), 1.5),
}


@pytest.mark.parametrize("name", MATRICES)
def test_matrices(name: str) -> None:
    found, slope = derived(*MATRICES[name])
    np.testing.assert_allclose(found.value, slope)
    for line in found.backward[1:]:
        np.testing.assert_allclose(sum(term.value for term in line.terms), line.value)
    assert "pmatrix" in found.latex or name == "several"
    assert mathml(found.latex).startswith("<math>")
    assert str(found)


def test_what_cannot_be_written_out() -> None:
    def long(x: Any) -> Any:
        for _ in range(50):
            x = tf.sin(x)
        return x

    with pytest.raises(ValueError, match="up to 40 operations"):
        derived(long, 1.0)
    with pytest.raises(ValueError, match="up to 16 elements"):
        derived(lambda x: tf.reduce_sum(x * x), np.ones(100, np.float32))
    x = tf.Variable(2.0)
    with tf.examine() as ex:
        with tf.GradientTape() as tape:
            y = tf.round(x)
        tape.gradient(y, x)
    with pytest.raises(ValueError, match="rounding is piecewise constant"):
        ex.flow(y, x).derivation()
