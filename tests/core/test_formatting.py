"""Printing, against what real TensorFlow printed (`record_printing.py`)."""

import json
import pathlib
import runpy

import numpy as np
import pytest

from tensortape.core import formatting

HERE = pathlib.Path(__file__).parent
RECORDED = json.loads((HERE / "printing.json").read_text())
SCOPE = runpy.run_path(str(HERE / "record_printing.py"))["numpy_scope"]()


@pytest.mark.parametrize(
    ("expression", "dtype", "text", "representation", "variable"),
    RECORDED["values"],
    ids=[row[0] for row in RECORDED["values"]],
)
def test_values_print_as_in_tensorflow(expression, dtype, text, representation, variable):
    value = eval(expression, SCOPE)
    assert formatting.tensor_str(value, dtype) == text
    assert formatting.tensor_repr(value, dtype) == representation
    shape = np.shape(value)
    assert formatting.variable_repr(value, dtype, shape, "x_train:0") == variable


@pytest.mark.parametrize(("expression", "spec", "text"), RECORDED["formats"])
def test_format(expression, spec, text):
    value = eval(expression, SCOPE)
    if text is None:
        with pytest.raises(TypeError):
            formatting.format_value(value, spec)
    else:
        assert formatting.format_value(value, spec) == text


def test_print_options_apply():
    with np.printoptions(precision=3):
        text = formatting.tensor_str(np.array([1.123456789]), "float64")
    assert text == "tf.Tensor([1.123], shape=(1,), dtype=float64)"


def test_symbolic_tensors_print_with_their_device():
    assert formatting.symbolic_str("float32", (), "Const:0", "/device:CPU:*") == (
        'Tensor("Const:0", shape=(), dtype=float32, device=/device:CPU:*)'
    )


@pytest.mark.parametrize(
    ("shape", "text"),
    [((), "()"), ([3], "(3,)"), ((None, 2), "(None, 2)"), (None, "<unknown>")],
)
def test_shapes(shape, text):
    assert formatting.shape_text(shape) == text
