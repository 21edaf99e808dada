"""`tensortape check`: the verdict, the exit code, and what is said about a wrong name."""

from __future__ import annotations

import pytest

from tensortape.cli import main

PROGRAM = """
import tensorflow as tf

def right(x, y, scale=2.0):
    return scale * tf.sin(x) * y

@tf.custom_gradient
def wrong(x):
    return x**2, lambda upstream: upstream * x

def whole(x):
    return 3

def needing(x, *, factor):
    return x * factor

def raising(x):
    return tf.matmul(x, x)
"""


@pytest.fixture
def program(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.path", list(__import__("sys").path))
    file = tmp_path / "functions_to_check.py"
    file.write_text(PROGRAM)
    yield str(file)
    __import__("sys").modules.pop("functions_to_check", None)


def test_a_right_gradient(program, capsys):
    assert main(["check", f"{program}:right"]) == 0
    assert "gradients agree" in capsys.readouterr().out
    assert main(["check", f"{program}:right", "--shapes", "2,3", "3", "--order", "1"]) == 0


def test_a_wrong_gradient_is_named(program, capsys):
    assert main(["check", f"{program}:wrong"]) == 1
    assert "FAIL gradient by argument 0" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nothing"], "MODULE:FUNCTION"),
        (["no_such_module:f"], "cannot be imported"),
        (["PROGRAM:nothing"], "has no 'nothing'"),
        (["PROGRAM:right", "--shapes", "2"], "takes 2 arguments"),
        (["PROGRAM:right", "--shapes", "a,b", "2"], "sizes with commas"),
        (["PROGRAM:right", "--dtype", "nonsense"], "no such dtype"),
        (["missing.py:f"], "no such file"),
        (["PROGRAM:right", "--dtype", "int32"], "derivatives need floating numbers"),
        (["PROGRAM:whole"], "no floating result"),
        (["PROGRAM:needing"], "keyword-only argument: 'factor'"),
        (["PROGRAM:raising"], "return tf.matmul(x, x)"),
    ],
)
def test_wrong_words(program, capsys, words, said):
    assert main(["check", *[w.replace("PROGRAM", program) for w in words]]) == 2
    told = capsys.readouterr().err
    assert said in told and told.startswith("tensortape: ") and "checking.py" not in told


def test_a_file_that_is_not_python(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("sys.path", list(__import__("sys").path))
    (tmp_path / "half_written.py").write_text("def f(x):\n    return (x\n")
    assert main(["check", f"{tmp_path / 'half_written.py'}:f"]) == 2
    told = capsys.readouterr().err
    assert "half_written.py" in told and "was never closed" in told and "importlib" not in told
