"""`tensortape run SCRIPT` is `python SCRIPT` with another TensorFlow."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest


@pytest.fixture
def script(tmp_path):
    def write(text):
        (tmp_path / "prog.py").write_text(text)
        return "prog.py"

    return write


def as_python_prints(tmp_path):
    return subprocess.run(
        [sys.executable, "prog.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    ).stderr


def test_script_gets_its_arguments_and_folder(tensortape, script, tmp_path):
    (tmp_path / "beside.py").write_text("value = 7\n")
    file = script(
        "import sys, beside, tensorflow as tf\n"
        "print(sys.argv, __name__, beside.value, tf.__version__)\n"
    )
    result = tensortape("run", file, "--", "--epochs", "3", "--help")
    assert result.returncode == 0, result.stderr
    assert result.stdout == "['prog.py', '--epochs', '3', '--help'] __main__ 7 2.21.0\n"


@pytest.mark.parametrize(
    ("text", "code", "told"),
    [
        ("import sys; sys.exit(7)", 7, ""),
        ("import sys; sys.exit('bye')", 1, "bye\n"),
        ("raise SystemExit", 0, ""),
    ],
)
def test_exit_codes_are_the_scripts_own(tensortape, script, text, code, told):
    result = tensortape("run", script(text))
    assert (result.returncode, result.stderr) == (code, told)


@pytest.mark.parametrize(
    "text",
    [
        "def f():\n    raise ValueError('no')\nf()\n",
        "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    raise KeyError('k') from e\n",
        "x = (\n",
    ],
)
def test_traceback_is_pythons_own(tensortape, script, tmp_path, text):
    result = tensortape("run", script(text))
    assert result.returncode == 1
    assert result.stderr == as_python_prints(tmp_path)


def test_script_module_outlives_the_run(tensortape, script):
    file = script(
        "import atexit, pickle\n"
        "class Point:\n    pass\n"
        "atexit.register(lambda: print(type(pickle.loads(pickle.dumps(Point()))).__name__))\n"
    )
    assert tensortape("run", file).stdout == "Point\n"


def test_timeout_shows_the_line(tensortape, script):
    result = tensortape("run", script("import time\n\ntime.sleep(60)\n"), "--timeout", "0.5")
    assert result.returncode == 124
    assert 'prog.py", line 3' in result.stderr and "within 0.5 seconds" in result.stderr


@pytest.mark.skipif(os.name != "posix", reason="SIGINT is not inherited elsewhere")
def test_timeout_in_the_background(tensortape, script):
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # as a shell does for `command &`
    try:
        result = tensortape("run", script("import time\n\ntime.sleep(60)\n"), "--timeout", "0.5")
    finally:
        signal.signal(signal.SIGINT, before)
    assert result.returncode == 124
    assert 'prog.py", line 3' in result.stderr


def test_script_in_time_is_not_disturbed(tensortape, script):
    result = tensortape("run", script("print('done')"), "--timeout", "60")
    assert (result.returncode, result.stdout, result.stderr) == (0, "done\n", "")
