"""`tensortape why`: the answers, the exit codes, and what is said about wrong input."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from tensortape.cli import main
from tensortape.compat import why_command

BROKEN = """\
import tensorflow as tf
print("a word from the program")
x, w = tf.Variable([1.5, 2.5]), tf.Variable(2.0)
with tf.GradientTape() as tape:
    steps = tf.round(x * w)
    loss = tf.reduce_sum(steps * 3.0)
g = tape.gradient(loss, [x, w])
v = tf.Variable(3.0)
for i in range(300):
    with tf.GradientTape() as tape:
        y = tf.sqrt(v) if i > 290 else v * v
    s = tape.gradient(
        y,
        v,
    )
    v.assign(v * 0.99 if i < 290 else 0.0)
"""
SOUND = """\
import sys
import tensorflow as tf
x = tf.Variable(float(sys.argv[1]) if len(sys.argv) > 1 else 2.0)
with tf.GradientTape() as tape:
    y = tf.sqrt(x)
g = tape.gradient(y, x)
"""
RAISES = """\
import tensorflow as tf
v = tf.Variable(1.0)
with tf.GradientTape() as tape:
    y = v * 2
tape.gradient(y, v)
tape.gradient(y, v)
"""


def why(
    folder: Path, program: str, *words: str, line: str = ""
) -> subprocess.CompletedProcess[str]:
    (folder / "train.py").write_text(program)
    command = [sys.executable, "-m", "tensortape", "why", f"train.py{line}", *words]
    return subprocess.run(command, cwd=folder, env=dict(os.environ), capture_output=True, text=True)


def test_every_call_is_judged_even_those_long_ago(tmp_path: Path) -> None:
    done = why(tmp_path, BROKEN)
    assert done.returncode == 1
    assert "a word from the program" in done.stderr and "a word" not in done.stdout
    assert "The gradient of x is None: Round passes none back" in done.stdout
    assert "where  Round at train.py:5" in done.stdout
    assert "same   w" in done.stdout
    assert "9 of them, first in call 292" in done.stdout
    assert done.stdout.endswith("301 gradient calls on 2 lines: 2 None, 1 infinite.\n")


@pytest.mark.parametrize(
    ("line", "code", "reasons"),
    [
        (":7", 1, ["ROUNDING", "ROUNDING"]),
        (":13", 1, ["SQRT_AT_ZERO"]),  # within the statement of several lines
        (":11", 1, ["SQRT_AT_ZERO"]),  # the operation, not the call
        (":2", 2, []),
    ],
)
def test_one_line(tmp_path: Path, line: str, code: int, reasons: list[str]) -> None:
    done = why(tmp_path, BROKEN, "--json", line=line)
    found = json.loads(done.stdout)
    assert done.returncode == found["exit"] == code
    causes = [s["why"]["reason"] for c in found["calls"] for s in c["sources"] if s["why"]]
    assert causes == reasons
    assert ("asks for no gradient" in done.stderr) == (code == 2)


def test_sound_gradients_and_arguments(tmp_path: Path) -> None:
    done = why(tmp_path, SOUND, "--all")
    assert done.returncode == 0
    assert "Sound: x." in done.stdout and "every gradient is sound" in done.stdout
    done = why(tmp_path, SOUND, "--", "0.0")
    assert done.returncode == 1 and "√x at 0" in done.stdout


def test_a_call_that_raised(tmp_path: Path) -> None:
    done = why(tmp_path, RAISES, "--json")
    found = json.loads(done.stdout)
    assert done.returncode == found["exit"] == 3
    (verdict,) = found["calls"][1]["sources"]
    assert verdict["why"]["reason"] == "TAPE_USED_TWICE" and verdict["source"] == "v"
    assert "RuntimeError" in found["calls"][1]["error"]


def test_a_notebook(tmp_path: Path) -> None:
    cells = [
        "import tensorflow as tf\nx = tf.Variable([1.0, 0.0])",
        "with tf.GradientTape() as t:\n    y = tf.where(x > 0, tf.math.log(x), 0.0)\n"
        "t.gradient(y, x)",
        "with tf.GradientTape() as t:\n    y = x * x\nt.gradient(y, x)",
    ]
    made: Any = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    nbformat.write(made, tmp_path / "lesson.ipynb")
    command = [sys.executable, "-m", "tensortape", "why", "lesson.ipynb"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1
    assert "where  Log at In [2]:2" in done.stdout
    assert "2 gradient calls on 2 lines: 1 NaN." in done.stdout


@pytest.mark.parametrize(
    ("name", "said"), [("missing.py", "no such file"), ("data.txt", "neither a script")]
)
def test_wrong_files(tmp_path: Path, capsys: Any, name: str, said: str) -> None:
    (tmp_path / "data.txt").write_text("")
    assert main(["why", str(tmp_path / name)]) == 2
    assert said in capsys.readouterr().err


def test_a_file_name_with_a_colon(tmp_path: Path) -> None:
    file = tmp_path / "odd:3.py"
    file.write_text("")
    assert why_command.split(f"{file}:12") == (file, 12)
    assert why_command.split(str(file)) == (file, None)
