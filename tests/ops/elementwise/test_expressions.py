"""Operators, conversions, functions and gradients at kinks, against what TensorFlow gave."""

import json
import pathlib
import runpy

import numpy as np
import pytest

import tensortape as tf

HERE = pathlib.Path(__file__).parent
RECORDED = json.loads((HERE / "expressions.json").read_text())
RECORDER = runpy.run_path(str(HERE / "record_expressions.py"))
MEANT = {"NotFoundError": "InvalidArgumentError"}  # a kernel that lacks only on one device
ATOL = {"float16": 4e-3, "float32": 2e-6, "complex64": 2e-6}


@pytest.fixture(scope="module")
def names():
    return RECORDER["scope"](tf)


def numbers(values, dtype):
    if dtype == "string":
        return values
    if dtype.startswith("complex"):
        return [complex(float(re), float(im)) for re, im in values]
    return [float(v) if isinstance(v, str) else v for v in values]


@pytest.mark.parametrize(("expression", "expected"), RECORDED.items(), ids=list(RECORDED))
def test_expression_gives_what_tensorflow_gives(expression, expected, names):
    got = RECORDER["outcome"](expression, names)
    if "values" not in expected:
        assert got == {k: MEANT.get(v, v) for k, v in expected.items()}
        return
    assert got.get("error") is None
    dtype = expected["dtype"]
    assert (got["dtype"], got["shape"]) == (dtype, expected["shape"])
    left, right = numbers(got["values"], dtype), numbers(expected["values"], dtype)
    if dtype in ATOL or dtype == "float64":
        np.testing.assert_allclose(left, right, rtol=1e-5, atol=ATOL.get(dtype, 1e-12))
    else:
        assert left == right
