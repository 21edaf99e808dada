"""`tensortape run NOTEBOOK` executes it in a kernel and keeps it if asked."""

from __future__ import annotations

import importlib.util
import json

import pytest

psutil = pytest.importorskip("psutil")


def processes(folder):
    """Return the processes that work in a test's folder: kernels, and what their cells started."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.cwd() == str(folder):
                found.append(process)
        except psutil.Error:
            continue
    return found


def test_cells_run_in_a_kernel_of_this_python(tensortape, notebook, texts, tmp_path):
    import sys

    file = notebook(
        "%pip install -q tensorflow==2.15 keras\nimport tensorflow as tf\nprint(tf.__version__)",
        "x = 20 + 1",
        "import sys, os\nprint(os.getcwd(), sys.executable)\nx * 2",
        "sorted(n for n in globals() if 'tape' in n.lower())",
    )
    result = tensortape("run", file.name, "--output", "out.ipynb")
    assert result.returncode == 0, result.stderr
    assert "4 cells" in result.stderr and "wrote out.ipynb" in result.stderr
    answered, empty, third, names = texts(tmp_path / "out.ipynb")
    assert answered == (
        "TensorTape serves tensorflow, keras in this notebook: nothing to install for it.\n2.21.0\n"
    )
    assert empty == ""
    assert third.endswith("\n42") and str(tmp_path) in third and sys.executable in third
    assert names == "[]"
    counts = [
        cell["execution_count"]
        for cell in json.loads((tmp_path / "out.ipynb").read_text())["cells"]
    ]
    assert counts == [1, 2, 3, 4]
    assert not processes(tmp_path)


def test_other_pip_lines_are_pips(tensortape, notebook, texts, tmp_path):
    file = notebook("%pip --version\n!pip --version\n%pip install tensorflow")
    result = tensortape("run", file.name, "--output", "out.ipynb")
    assert result.returncode == 0, result.stderr
    (told,) = texts(tmp_path / "out.ipynb")
    assert told.startswith("pip ") and told.count("\npip ") == 1
    assert "TensorTape serves tensorflow" in told


def test_tensorboard_that_is_not_there_is_answered(tensortape, notebook, texts, tmp_path):
    if importlib.util.find_spec("tensorboard"):
        pytest.skip("TensorBoard is installed")
    file = notebook(
        "%load_ext tensorboard\n%reload_ext tensorboard",
        "%tensorboard --logdir logs",
        "%load_ext autoreload\n%autoreload 2",
    )
    result = tensortape("run", file.name, "--output", "out.ipynb")
    assert result.returncode == 0, result.stderr
    assert "TensorBoard is not installed" in texts(tmp_path / "out.ipynb")[0]


def test_one_cell_is_one_cell(tensortape, notebook):
    assert "nb.ipynb: 1 cell in " in tensortape("run", notebook("1").name).stderr


def test_plots_come_out_as_pictures(tensortape, notebook, tmp_path):
    file = notebook("import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()")
    result = tensortape("run", file.name, "--output", "out.ipynb")
    assert result.returncode == 0, result.stderr
    (output,) = json.loads((tmp_path / "out.ipynb").read_text())["cells"][0]["outputs"]
    assert output["output_type"] == "display_data" and "image/png" in output["data"]


def test_notebook_gets_arguments(tensortape, notebook, texts, tmp_path):
    file = notebook("import sys\nsys.argv")
    tensortape("run", file.name, "--output", "out.ipynb", "--", "-n", "3")
    assert texts(tmp_path / "out.ipynb") == ["['nb.ipynb', '-n', '3']"]


def test_failing_cell_is_shown_and_the_rest_kept(tensortape, notebook, texts, tmp_path):
    file = notebook("print('first')", "def f(a):\n    return a / 0\nf(1)", "print('never')")
    result = tensortape("run", file.name, "--output", "out.ipynb")
    assert result.returncode == 1
    assert "cell [2] of nb.ipynb raised an exception" in result.stderr
    assert "return a / 0" in result.stderr
    assert result.stderr.rstrip().endswith("ZeroDivisionError: division by zero")
    assert "\x1b" not in result.stderr
    assert texts(tmp_path / "out.ipynb") == ["first\n", "", ""]
    assert not processes(tmp_path)


def test_cell_that_may_raise_does_not_stop_the_run(tensortape, notebook):
    file = notebook("1 / 0", "print('on')")
    content = json.loads(file.read_text())
    content["cells"][0]["metadata"]["tags"] = ["raises-exception"]
    file.write_text(json.dumps(content))
    assert tensortape("run", file.name).returncode == 0


def test_hanging_cell_is_stopped(tensortape, notebook, texts, tmp_path):
    file = notebook("print('first')", "import time\ntime.sleep(600)")
    result = tensortape("run", file.name, "--output", "out.ipynb", "--timeout", "1.5")
    assert result.returncode == 124
    assert "cell [2] of nb.ipynb did not finish within 1.5 seconds" in result.stderr
    assert "KeyboardInterrupt" in result.stderr
    assert texts(tmp_path / "out.ipynb") == ["first\n", ""]
    assert not processes(tmp_path)


def test_cell_that_ignores_the_interrupt_is_killed_with_its_children(
    tensortape, notebook, tmp_path
):
    file = notebook(
        "import signal, subprocess, time\n"
        "subprocess.Popen(['sleep', '61.75'])\n"
        "signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "time.sleep(600)"
    )
    result = tensortape("run", file.name, "--timeout", "1.5")
    assert result.returncode == 124
    assert not processes(tmp_path)


def test_dying_kernel_is_told(tensortape, notebook, texts, tmp_path):
    file = notebook("print('first', flush=True)", "import os\nos._exit(3)")
    result = tensortape("run", file.name, "--output", "out.ipynb")
    assert result.returncode == 1
    assert "cell [2] of nb.ipynb ended the kernel process" in result.stderr
    assert texts(tmp_path / "out.ipynb") == ["first\n", ""]


def test_kernel_with_the_real_tensorflow_is_refused(tensortape, notebook, tmp_path):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "tensorflow.py").write_text("__version__ = '2.19.1'\n")
    (tmp_path / "site" / "sitecustomize.py").write_text("import tensorflow\n")
    file = notebook("open('ran', 'w').close()")
    result = tensortape("run", file.name, "--output", "out.ipynb", PYTHONPATH="site")
    assert result.returncode == 1
    told = "tensortape: could not switch on TensorTape in the notebook's kernel: RuntimeError: "
    assert result.stderr.startswith(told) and result.stderr.count("\n") == 1
    assert "real TensorFlow 2.19.1" in result.stderr
    assert not (tmp_path / "ran").exists() and not (tmp_path / "out.ipynb").exists()
