"""Sparse gradients of an embedding through Keras' optimizers, against real TensorFlow's losses."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest

SCRIPT = pathlib.Path(__file__).with_name("sparse_training.py")


def test_losses_are_tensorflows():
    environment = {**os.environ, "KERAS_BACKEND": "tensorflow"}
    run = subprocess.run(
        [sys.executable, str(SCRIPT), "here"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert run.returncode == 0, run.stderr
    given, expected = json.loads(run.stdout), json.loads(SCRIPT.with_suffix(".json").read_text())
    assert given.keys() == expected.keys()
    assert np.float32(given["Adam"][0]) == pytest.approx(expected["Adam"][0], abs=6e-8)  # 1 ulp
    for name, row in expected.items():
        np.testing.assert_allclose(given[name], row, rtol=3e-6, err_msg=name)
