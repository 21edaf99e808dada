"""Every example program runs, reaches its quality, and finds what it finds on TensorFlow.

`recorded.json` was written by `python run_all.py recorded.json` in an environment with TensorFlow
2.21 and Keras 3.15 on one processor (`TF_ENABLE_ONEDNN_OPTS=0`). The random streams are the same,
so most numbers are too; where long sums of float32 in another order, or two models against each
other, let runs part, the difference is noise, and `NOISE` says how much. (The loss
of `metric_learning` on TensorFlow: 0.151 to 0.189 where its pictures differ in the seventh digit.)
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
RECORDED = json.loads((HERE / "recorded.json").read_text())
DIGITS = 2e-3  # relative: the numbers are the same but for rounding
NOISE = {"autoencoder": 0.05, "digits_cnn": 0.2, "gan": 0.2, "metric_learning": 0.05,
         "metric_learning loss": 0.15, "neural_ode": 0.2}  # fmt: skip
LAST_DIGIT = 2e-6  # of numbers that are printed with six


@pytest.fixture(scope="session")
def results(tmp_path_factory):
    out = tmp_path_factory.mktemp("examples") / "results.json"
    command = [sys.executable, "-m", "tensortape", "run", str(HERE / "run_all.py"), "--", str(out)]
    env = {k: v for k, v in os.environ.items() if k != "KERAS_BACKEND"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, env=env)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(out.read_text())


@pytest.mark.parametrize("name", RECORDED)
def test_a_program_finds_what_it_finds_on_tensorflow(name, results):
    found = results[name]
    assert "problem" not in found, found["problem"]
    for key, expected in RECORDED[name].items():
        noise = NOISE.get(f"{name} {key}", NOISE.get(name, DIGITS))
        near = pytest.approx(expected, rel=noise, abs=LAST_DIGIT)
        assert found[key] == near, f"{key} is {found[key]}, on TensorFlow {expected}"


def test_every_program_is_recorded():
    programs = {path.stem for path in (ROOT / "examples").glob("*.py")} - {"drawn_digits"}
    assert programs == set(RECORDED)


def test_programs_are_written_for_tensorflow():
    """They name TensorTape nowhere, so they run on TensorFlow as they are."""
    for path in (ROOT / "examples").glob("*.py"):
        assert "tensortape" not in path.read_text().lower(), path


def test_the_page_has_the_recorded_numbers():
    page = (ROOT / "docs" / "examples.md").read_text()
    rows = dict(re.findall(r"^\| `(\w+)` \|(.*)$", page, re.M))
    assert set(rows) == set(RECORDED)
    for name, found in RECORDED.items():
        assert ", ".join(f"{key} {value:g}" for key, value in found.items()) in rows[name]
