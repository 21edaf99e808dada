"""Expressions of ragged tensors, against what real TensorFlow gave (`record_ragged.py`)."""

import json
import pathlib
import runpy

import pytest

import tensortape as tf

HERE = pathlib.Path(__file__).parent
RECORDER = runpy.run_path(str(HERE / "record_ragged.py"))
RECORDED = json.loads((HERE / "ragged.json").read_text())
SCOPE = RECORDER["names"](tf)


@pytest.mark.parametrize("expression", RECORDER["EXPRESSIONS"])
def test_expression_gives_what_tensorflow_gives(expression):
    assert RECORDER["outcome"](expression, SCOPE) == RECORDED[expression]
