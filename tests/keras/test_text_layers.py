"""Keras' layers of texts in functions, saved and exported: TensorFlow's numbers.

`text_layers.json` was written by `python text_layers.py text_layers.json` in an environment with
TensorFlow 2.21 and Keras 3.15.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

HERE = Path(__file__).parent
RECORDED = json.loads((HERE / "text_layers.json").read_text())


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    out = tmp_path_factory.mktemp("texts") / "results.json"
    program = str(HERE / "text_layers.py")
    command = [sys.executable, "-m", "tensortape", "run", program, "--", str(out)]
    env = {k: v for k, v in os.environ.items() if k != "KERAS_BACKEND"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, env=env)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(out.read_text())


@pytest.mark.parametrize("name", RECORDED)
def test_what_a_layer_gives(results, name):
    values, dtype = RECORDED[name]
    found, found_dtype = results[name]
    assert found_dtype == dtype
    if dtype.startswith("float"):
        np.testing.assert_allclose(found, values, rtol=1e-6)
    else:
        assert found == values
