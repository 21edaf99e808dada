"""Keras and datasets: `fit` sees the batches that it sees on TensorFlow, in their order."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import tensortape

HERE = Path(__file__).parent
RECORDED = json.loads((HERE / "keras_data.json").read_text())


@pytest.fixture(scope="module")
def said():
    environment = {**os.environ, "PYTHONPATH": str(Path(tensortape.__file__).parents[1])}
    command = [sys.executable, str(HERE / "keras_data.py"), "tensortape"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def numbers(value):
    if isinstance(value, list):
        return [number for part in value for number in numbers(part)]
    return [value]


@pytest.mark.parametrize("name", RECORDED)
def test_keras_sees_what_it_sees_on_tensorflow(said, name):
    assert numbers(said[name]) == pytest.approx(numbers(RECORDED[name]), rel=1e-5, abs=1e-6)
