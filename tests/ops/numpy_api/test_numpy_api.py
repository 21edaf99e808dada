"""`tf.experimental.numpy`, against what real TensorFlow gave; and its examples."""

import doctest
import json
import pathlib
import runpy

import numpy as np
import pytest

import tensortape as tf
from tensortape.core.registry import PUBLIC

HERE = pathlib.Path(__file__).parent
RECORDED = json.loads((HERE / "expressions.json").read_text())
RECORDER = runpy.run_path(str(HERE / "record_numpy_expressions.py"))
FUNCTIONS = [
    path
    for path, value in PUBLIC.items()
    if path.startswith("experimental.numpy.") and ".numpy_api." in getattr(value, "__module__", "")
]


@pytest.fixture(scope="module")
def names():
    return RECORDER["scope"](tf)


@pytest.mark.parametrize(("expression", "expected"), RECORDED.items(), ids=list(RECORDED))
def test_expression_gives_what_tensorflow_gives(expression, expected, names):
    compare(RECORDER["outcome"](expression, names), expected)


def compare(got, expected):
    if isinstance(expected, list) and isinstance(got, list):
        assert len(got) == len(expected)
        for one, other in zip(got, expected, strict=True):
            compare(one, other)
    elif isinstance(expected, dict) and expected.get("dtype", "").startswith("float"):
        assert {**got, "values": None} == {**expected, "values": None}
        np.testing.assert_allclose(got["values"], expected["values"], rtol=1e-6, atol=1e-6)
    else:
        assert got == expected


@pytest.mark.parametrize("path", FUNCTIONS)
def test_docstring(path):
    doc = PUBLIC[path].__doc__
    assert "Source: ``tf.experimental.numpy." in doc
    test = doctest.DocTestParser().get_doctest(doc, {}, path, None, 0)
    assert test.examples
    assert doctest.DocTestRunner(verbose=False).run(test).failed == 0


def test_gradients_pass_through_promotion():
    x, y = tf.constant([1, 2]), tf.constant([0.5, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(y)
        z = tf.experimental.numpy.multiply(x, y)
    assert z.dtype is tf.float64
    gradient = tape.gradient(z, y)
    assert gradient.dtype is tf.float32
    assert gradient.numpy().tolist() == [1.0, 2.0]
