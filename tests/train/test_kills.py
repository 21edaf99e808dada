"""What a killed process leaves of what it was saving; `kill.py` does it 100 times."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
KILLS = 4


def test_a_kill_while_saving_leaves_the_old_or_the_new() -> None:
    # a process of its own: it forks, and its `keras` is the one on the alias
    script = Path(__file__).with_name("kill.py")
    done = subprocess.run(
        [sys.executable, str(script), str(KILLS)],
        capture_output=True,
        text=True,
        env={**os.environ, "KERAS_BACKEND": "tensorflow"},
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(f"{KILLS} kills, all loadable") == 5
