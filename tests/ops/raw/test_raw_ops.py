"""`tf.raw_ops` against recorded results of TensorFlow."""

from __future__ import annotations

import importlib.util
import inspect
import json
from pathlib import Path

import numpy as np
import pytest

import tensortape as tf

HERE = Path(__file__).parent
_spec = importlib.util.spec_from_file_location("raw_cases", HERE / "raw_cases.py")
raw_cases = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(raw_cases)

RECORDED = json.loads((HERE / "raw_ops.json").read_text())
CASES = raw_cases.cases(tf)


@pytest.mark.parametrize("name", sorted(RECORDED))
def test_as_tensorflow(name):
    made = [raw_cases.stored(a) for a in raw_cases.flat(CASES[name]())]
    expected = RECORDED[name]
    assert [(m["dtype"], m["shape"]) for m in made] == [(e["dtype"], e["shape"]) for e in expected]
    for m, e in zip(made, expected, strict=True):
        np.testing.assert_allclose(m["values"], e["values"], rtol=2e-4, atol=2e-5)


def test_every_type_can_be_made():
    for type in dir(tf.raw_ops):
        function = getattr(tf.raw_ops, type)
        kinds = {p.kind for p in inspect.signature(function).parameters.values()}
        assert inspect.Parameter.VAR_KEYWORD not in kinds
    assert len(dir(tf.raw_ops)) > 450


def test_arguments_are_given_by_keyword():
    with pytest.raises(TypeError):
        tf.raw_ops.AddV2(1.0, 2.0)


def test_an_unknown_type_names_the_nearest():
    with pytest.raises(AttributeError, match=r"Tanhh is not implemented.*Tanh"):
        tf.raw_ops.Tanhh  # noqa: B018


@pytest.mark.parametrize(
    ("call", "slope"),
    [
        (lambda x: tf.raw_ops.ReluGrad(gradients=x * x, features=x), 4.0),
        (lambda x: tf.raw_ops.TanhGrad(y=x, dy=x), 1 - 3 * 4.0),
        (lambda x: tf.raw_ops.Pad(input=x[None], paddings=[[1, 1]]), 1.0),
        (lambda x: tf.raw_ops.Select(condition=True, x=x * 3.0, y=x), 3.0),
        (lambda x: tf.raw_ops.TensorListStack(
            input_handle=tf.raw_ops.TensorListPushBack(
                input_handle=tf.raw_ops.EmptyTensorList(
                    element_shape=[], max_num_elements=3, element_dtype=tf.float32), tensor=x * x),
            element_shape=[], element_dtype=tf.float32), 4.0),
    ],
)  # fmt: skip
def test_gradients_pass(call, slope):
    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = call(x)
    assert tape.gradient(y, x).numpy() == pytest.approx(slope)


def test_preventing_a_gradient():
    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.raw_ops.PreventGradient(input=x, message="on purpose")
    with pytest.raises(LookupError, match="on purpose"):
        tape.gradient(y, x)
