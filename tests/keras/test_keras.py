"""Keras on TensorTape: the numbers of whole programs against TensorFlow's.

`recorded.json` was written by `python programs.py recorded.json` in an environment with
TensorFlow 2.21 and Keras 3.15. The programs run here in one process of their own, as a user runs
them.
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
RECORDED = json.loads((HERE / "recorded.json").read_text())


@pytest.fixture(scope="session")
def results(tmp_path_factory):
    out = tmp_path_factory.mktemp("keras") / "results.json"
    command = [sys.executable, "-m", "tensortape", "run", str(HERE / "programs.py"), "--", str(out)]
    env = {k: v for k, v in os.environ.items() if k != "KERAS_BACKEND"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, env=env)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(out.read_text())


def numbers(value):
    if isinstance(value, dict):
        return [n for key in sorted(value) for n in numbers(value[key])]
    if isinstance(value, list):
        return [n for item in value for n in numbers(item)]
    return [value]


@pytest.mark.parametrize("name", RECORDED)
def test_numbers_are_tensorflows(name, results):
    assert "problem" not in results[name], results[name]["problem"]
    assert results[name].keys() == RECORDED[name].keys()
    got, want = np.array(numbers(results[name])), np.array(numbers(RECORDED[name]))
    assert np.all(np.isfinite(want))
    np.testing.assert_allclose(got, want, rtol=2e-4, atol=2e-6)
