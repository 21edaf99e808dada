"""`%load_ext tensortape` and `%%examine`, in IPython."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tensortape.compat.magics import words_of

PROGRAM = """
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
for cell in CELLS:
    shell.run_cell(cell, store_history=True)
"""
START = ["import tensortape as tf\nx = tf.Variable([1.0, 0.0])", "%load_ext tensortape"]
BODY = """
with tf.GradientTape() as tape:
    h = tf.math.log(x)
    y = tf.reduce_sum(tf.where(x > 0, h, 0.0))
slope = tape.gradient(y, x)
"""


def told(*cells: str) -> str:
    program = f"CELLS = {[*START, *cells]!r}\n{PROGRAM}"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout


def test_a_cell_is_examined() -> None:
    text = told("%%examine\n" + BODY, "print(examination.why(y, x).reason)")
    assert "The gradient of x is NaN: 0 × inf in the gradient of Log" in text
    assert "h = tf.math.log(x)" in text and "where  Log at In [3]:4" in text
    assert "1 gradient call on 1 line: 1 NaN." in text
    assert text.rstrip().endswith("Reason.MASKED_BRANCH")


def test_the_flow_is_shown_and_the_examination_named() -> None:
    text = told("%%examine y x --name ex --all\n" + BODY, "print(len(ex.flow(y, x)))")
    assert "SelectV2" in text and text.rstrip().endswith("4")


def test_a_cell_that_fails_and_a_wrong_name() -> None:
    text = told("%%examine\n" + BODY + "1 / 0", "%%examine nothing x\n" + BODY)
    assert "ZeroDivisionError" in text and "1 NaN" in text
    assert "'nothing' is not defined" in text


def test_a_wrong_line() -> None:
    with pytest.raises(ValueError, match="name the source too"):
        words_of("loss")
    with pytest.raises(ValueError, match="unrecognized arguments"):
        words_of("loss x --nonsense")
    assert words_of("").target is None
