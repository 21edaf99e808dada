"""Saving Keras models; `keras_programs.py` says what."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROGRAMS = Path(__file__).with_name("keras_programs.py")
PASSED = 8


def test_keras_models_are_saved_and_restored() -> None:
    done = subprocess.run([sys.executable, str(PROGRAMS)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("passed") == PASSED
