"""Importing the library does not import JAX, and its absence is an error that says what to do."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tensortape.xla import runtime


def run(code):
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
    return found.stdout


def test_importing_imports_no_jax():
    code = "import sys, tensortape, tensortape.xla.engine; print('jax' in sys.modules)"
    assert run(code).strip() == "False"


def test_jit_compile_without_jax(monkeypatch):
    monkeypatch.setattr(runtime, "installed", lambda: False)
    with pytest.raises(ImportError, match=r"pip install 'tensortape\[xla\]'"):
        runtime.require()
