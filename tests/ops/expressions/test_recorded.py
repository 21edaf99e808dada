"""Linear algebra and neural networks, derivatives and refusals, against what TensorFlow gave."""

import json
import pathlib
import runpy

import numpy as np
import pytest

import tensortape as tf

HERE = pathlib.Path(__file__).parent
RECORDED = json.loads((HERE / "recorded.json").read_text())
RECORDER = runpy.run_path(str(HERE / "record_expressions.py"))
RTOL = {"float16": 2e-3, "bfloat16": 2e-2, "float32": 2e-4, "complex64": 2e-4}


def numbers(values):
    return [float(v) for v in values]


@pytest.mark.parametrize(("expression", "expected"), RECORDED.items(), ids=list(RECORDED))
def test_expression(expression, expected):
    got = RECORDER["outcome"](tf, expression)
    if isinstance(expected, dict):
        assert got == expected
        return
    assert not isinstance(got, dict), got
    assert len(got) == len(expected)
    for one, want in zip(got, expected, strict=True):
        if want is None:
            assert one is None
            continue
        assert one[:2] == want[:2]
        want_numbers = numbers(want[2])
        finite = [abs(v) for v in want_numbers if np.isfinite(v)]
        rtol = RTOL.get(want[0], 1e-6)
        atol = rtol * max(finite, default=0.0)
        np.testing.assert_allclose(numbers(one[2]), want_numbers, rtol=rtol, atol=atol)
