"""Functions of images and their gradients, against what TensorFlow gave."""

import json
import pathlib
import runpy

import numpy as np
import pytest

import tensortape as tf

HERE = pathlib.Path(__file__).parent
RECORDED = json.loads((HERE / "images.json").read_text())
RECORDER = runpy.run_path(str(HERE / "record_images.py"))


@pytest.fixture(scope="module")
def names():
    return RECORDER["scope"](tf)


@pytest.mark.parametrize(("expression", "expected"), RECORDED.items(), ids=list(RECORDED))
def test_expression_gives_what_tensorflow_gives(expression, expected, names):
    got = RECORDER["outcome"](expression, names)
    if "values" not in expected:
        assert got == expected
        return
    assert got.get("error") is None
    assert (got["dtype"], got["shape"]) == (expected["dtype"], expected["shape"])
    exact = expected["dtype"] in ("uint8", "int16", "int32")
    tolerance = {"rtol": 0} if exact else {"rtol": 2e-5, "atol": 2e-5}
    np.testing.assert_allclose(got["values"], expected["values"], **tolerance)
    np.testing.assert_allclose(got["sum"], expected["sum"], rtol=1e-5, atol=1e-4)
