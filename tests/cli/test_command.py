"""The command itself: help, version, info."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tensortape.arrays import blas
from tensortape.cli import main
from tensortape.compat import info


def test_version(tensortape):
    assert tensortape("--version").stdout == "tensortape 0.1.0\n"


@pytest.mark.parametrize("arguments", [(), ("run",), ("info",)])
def test_help_is_worth_reading(tensortape, arguments):
    result = tensortape(*arguments, "--help")
    assert result.returncode == 0
    assert len(result.stdout.splitlines()) > 5
    if arguments != ("info",):
        assert "Examples:\n  tensortape run" in result.stdout


def test_info_names_versions_and_engines(tensortape):
    result = tensortape("info")
    assert result.returncode == 0, result.stderr
    for word in (
        "tensortape  0.1.0",
        "numpy",
        "keras",
        "a default install: ",
        "NumPy: always",
        "XLA: ",
    ):
        assert word in result.stdout


def test_info_names_slow_kernels(monkeypatch):
    monkeypatch.setattr(blas, "kernels", lambda: "haswell")
    monkeypatch.setattr(blas, "is_narrow", lambda: False)
    assert info.kernels() == ", kernels: haswell"
    monkeypatch.setattr(blas, "is_narrow", lambda: True)
    monkeypatch.delenv("OPENBLAS_CORETYPE", raising=False)
    assert info.kernels().endswith("take twice as long: set OPENBLAS_CORETYPE=SkylakeX")
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    assert info.kernels().endswith("take twice as long: unset OPENBLAS_CORETYPE")


def test_no_command_is_a_usage_error(tensortape):
    result = tensortape()
    assert result.returncode == 2 and "usage: tensortape" in result.stderr


def test_script_and_module_are_the_same_command(tensortape):
    script = Path(sys.executable).with_name("tensortape")
    if not script.exists():
        pytest.skip("the package is not installed beside this interpreter")
    shown = subprocess.run([script, "--help"], capture_output=True, text=True, check=True).stdout
    assert shown == tensortape("--help").stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["train.py", "--lr", "1"], "say what to do with train.py: tensortape run train.py --lr 1"),
        (
            ["run", "train.py", "--epochs", "3"],
            "run does not know --epochs 3. Arguments for the program itself go after `--`:"
            " tensortape run train.py -- --epochs 3",
        ),
        (["run", "nb.ipynb", "--reprot", "x"], "--reprot x. Did you mean --report?"),
        (["why", "train.py", "--report", "x"], "tensortape why train.py -- --report x"),
        (["info", "numpy"], "info does not know numpy. See `tensortape info --help`."),
    ],
)
def test_unknown_words_are_told_what_to_do_with(words, said, capsys):
    assert main(words) == 2
    told = capsys.readouterr().err
    assert told.startswith("tensortape: ") and told.endswith(f"{said}\n") and told.count("\n") == 1
