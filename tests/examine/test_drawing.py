"""Pictures and text of traced functions."""

from __future__ import annotations

import pathlib
import xml.etree.ElementTree as ET

import pytest

import tensortape as tf

SVG = "{http://www.w3.org/2000/svg}"


@tf.function
def looped(x, n):
    i = 0
    while i < n:
        if tf.reduce_sum(x) > 3.0:  # noqa: SIM108
            x = x * 0.5
        else:
            x = tf.sin(x)
        i += 1
    return tf.reduce_sum(x)


@pytest.fixture
def concrete():
    return looped.get_concrete_function(
        tf.TensorSpec([None], tf.float32), tf.TensorSpec([], tf.int32)
    )


def test_svg_shows_each_operation_with_its_line(concrete, tmp_path):
    text = tf.examine.draw(concrete, tmp_path / "loop.svg")
    assert (tmp_path / "loop.svg").read_text() == text
    shown = {t.text for t in ET.fromstring(text).iter(f"{SVG}text")}
    assert {"x", "n", "While", "If", "Sin", "float32[?]"} <= shown
    tips = " ".join(t.text or "" for t in ET.fromstring(text).iter(f"{SVG}title"))
    assert "x = tf.sin(x)" in tips and "test_drawing.py" in tips


def test_dot_has_a_cluster_per_branch_and_body(concrete, tmp_path):
    text = tf.examine.draw(concrete, tmp_path / "loop.dot")
    for part in ("while_cond", "while_body", "if_body", "else"):
        assert f'label="{part}"' in text
    assert text == tf.examine.draw(concrete, form="dot")
    assert text.count("{") == text.count("}")


def test_variables_and_scopes_are_named():
    weight = tf.Variable([1.0, 2.0], name="weight")

    @tf.function
    def scaled(x):
        with tf.name_scope("scaling"):
            return x * weight

    scaled(tf.constant([1.0, 1.0]))
    text = tf.examine.draw(scaled, form="dot")
    assert "weight" in text and "cluster/scaling" in text


def test_optimised_graphs_are_smaller_and_args_give_shapes():
    def function(x):
        return x * 1.0 + (2.0 * 3.0)

    whole = tf.function(function).get_concrete_function(tf.TensorSpec([None], tf.float32))
    fixed = tf.function(function).get_concrete_function(tf.TensorSpec([2], tf.float32))
    assert "Mul" in tf.examine.draw(fixed)
    assert "Mul" not in tf.examine.draw(fixed, optimised=True)
    assert "float32[7]" in tf.examine.draw(whole, args=(tf.TensorSpec([7], tf.float32),))


def test_large_graphs_are_folded():
    @tf.function
    def long(x):
        for _ in range(300):
            x = tf.sin(x)
        return x

    long(tf.constant(1.0))
    assert tf.examine.draw(long).count("<rect") < 100


def test_what_cannot_be_drawn():
    with pytest.raises(TypeError, match="needs a"):
        tf.examine.draw(len)
    with pytest.raises(ValueError, match="no graph yet"):
        tf.examine.draw(tf.function(lambda x: x))
    with pytest.raises(ValueError, match="svg"):
        f = tf.function(lambda x: x).get_concrete_function(tf.TensorSpec([2]))
        tf.examine.draw(f, form="png")


def test_text_of_graph_and_program(concrete):
    graph, program = str(concrete.graph), str(concrete.program())
    for text in (graph, program):
        assert "float32[?]" in text and "test_drawing.py:" in text
        assert text.count("while_body") == 1 and text.count("Sin(") == 1
    assert "x: float32[?] = Placeholder()" in graph
    example = concrete.program(tf.ones(3), 2)
    assert "%0: float32[3]" in str(example)
    with pytest.raises(ValueError, match="takes 2 tensors"):
        concrete.program(tf.ones(3))
    assert pathlib.Path(__file__).name in graph


def test_export_without_jax(concrete, monkeypatch):
    from tensortape.xla import runtime

    monkeypatch.setattr(runtime, "installed", lambda: False)
    with pytest.raises(ImportError, match=r"pip install 'tensortape\[xla\]'"):
        looped.get_concrete_function(tf.ones(3), 2).stablehlo()
