"""Traced functions as StableHLO."""

from __future__ import annotations

import pytest

import tensortape as tf


def test_stablehlo_of_a_traced_function():
    weight = tf.Variable([[1.0], [2.0]])

    @tf.function
    def layer(x):
        return tf.tanh(x @ weight)

    concrete = layer.get_concrete_function(tf.TensorSpec([3, 2], tf.float32))
    text = concrete.stablehlo()
    assert "stablehlo.tanh" in text and "tensor<3x2xf32>" in text and "tensor<2x1xf32>" in text
    assert "HloModule" in concrete.stablehlo(stage="hlo")
    assert isinstance(concrete.stablehlo(stage="hlo_serialized"), bytes)
    with pytest.raises(ValueError, match="stage must be one of"):
        concrete.stablehlo(stage="assembly")


def test_unknown_sizes_need_examples():
    f = tf.function(lambda x: x + 1.0)
    concrete = f.get_concrete_function(tf.TensorSpec([None], tf.float32))
    with pytest.raises(ValueError, match="pass example arguments"):
        concrete.stablehlo()
    assert "tensor<5xf32>" in concrete.stablehlo(tf.TensorSpec([5], tf.float32))
    with pytest.raises(ValueError, match="not known"):
        concrete.stablehlo(tf.TensorSpec([None], tf.float32))


def test_loops_and_branches():
    @tf.function
    def looped(x, n):
        i = 0
        while i < n:
            x = tf.sin(x) if tf.reduce_sum(x) > 0.0 else x * 2.0
            i += 1
        return x

    text = looped.get_concrete_function(tf.ones(3), tf.constant(2)).stablehlo()
    assert "stablehlo.while" in text and "stablehlo.sine" in text


def test_compiler_ir_as_tensorflow_names_it():
    f = tf.function(lambda x: tf.sin(x) + 1.0, jit_compile=True)
    text = f.experimental_get_compiler_ir(tf.constant([1.0, 2.0]))
    assert "sine(" in text(stage="hlo")
    assert "stablehlo.sine" in text("stablehlo")
