"""`tensortape check-api`: which names of a program are missing, said before it runs."""

from __future__ import annotations

import ast
import json

import pytest

from tensortape.cli import main
from tensortape.compat.api_names import find_uses


def paths(code: str) -> set[str]:
    return {use.path for use in find_uses(ast.parse(code))}


@pytest.mark.parametrize(
    ("code", "path"),
    [
        ("import tensorflow as tf\ntf.math.tanh(1.)", "tensorflow.math.tanh"),
        ("import tensorflow\ntensorflow.math.tanh(1.)", "tensorflow.math.tanh"),
        ("import tensorflow.keras.layers as L\nL.Dense(1)", "tensorflow.keras.layers.Dense"),
        ("from tensorflow import math as m\nm.tanh", "tensorflow.math.tanh"),
        ("from tensorflow.keras import backend as K\nK.sum(x)", "tensorflow.keras.backend.sum"),
        ("import tensorflow as tf\nK = tf.keras.backend\nK.sum", "tensorflow.keras.backend.sum"),
        ("import tensorflow as tf\n@tf.function\ndef f(): pass", "tensorflow.function"),
        ("import tensorflow as tf\nclass M(tf.Module): pass", "tensorflow.Module"),
        ("def f():\n  return tf.sin(1.)\nimport tensorflow as tf", "tensorflow.sin"),
        ("def f():\n  import tensorflow as tf\n  return tf.sin", "tensorflow.sin"),
        ("import tensorflow as tf\ng = lambda x: tf.sin(x)", "tensorflow.sin"),
        ("import tensorflow as tf\nwith tf.GradientTape() as t: tf.sin", "tensorflow.sin"),
        ("import tensorflow as tf\ndef f(x: tf.Tensor = tf.e): pass", "tensorflow.Tensor"),
        ("import keras\nkeras.layers.Dense", "keras.layers.Dense"),
    ],
)
def test_names_are_followed(code, path):
    assert path in paths(code)


@pytest.mark.parametrize(
    "code",
    [
        "from keras import layers\ndef f(layers):\n  layers.append(1)",
        "from keras import layers\ndef f():\n  layers = []\n  layers.append(1)",
        "from keras import layers\nlayers = []\nlayers.append(1)",
        "import tensorflow as tf\ntf = None\ntf.append",
        "from keras import layers\nfor layers in ([],): layers.append(1)",
        "try:\n  from keras.layers import append\nexcept ImportError:\n  pass",
        "from . import layers\nlayers.append",
    ],
)
def test_other_things_of_the_same_name_are_not(code):
    assert not any(path.endswith("append") for path in paths(code))


def test_a_script_that_is_covered(tensortape, tmp_path):
    script = tmp_path / "ok.py"
    script.write_text("import tensorflow as tf\nprint(tf.math.tanh(tf.constant(1.0)).numpy())\n")
    result = tensortape("check-api", "ok.py")
    assert result.returncode == 0, result.stderr
    assert result.stdout == "1 file: 3 names of tensorflow and keras, none missing\n"


def test_missing_names_are_told_with_place_and_nearest(tensortape, tmp_path):
    script = tmp_path / "bad.py"
    script.write_text(
        "import tensorflow as tf\nx = tf.math.tan_h(1.0)\ny = tf.math.tan_h(2.0)\n"
        "from tensorflow.keras.layers import Dense, Dens\n"
    )
    result = tensortape("check-api", "bad.py")
    assert result.returncode == 1
    assert "bad.py:2: tf.math.tan_h: tf.math.tan_h is not implemented in TensorTape." in (
        result.stdout
    )
    assert "tf.math.tanh" in result.stdout and "also at bad.py:3" in result.stdout
    assert "bad.py:4: from tensorflow.keras.layers import Dens: Keras 3 has no" in result.stdout
    assert "2 missing" in result.stdout


def test_notebook_cells_share_names_and_may_hold_magics(tensortape, notebook):
    notebook(
        "%pip install tensorflow\nimport tensorflow as tf",
        "!ls\ntf.sinn(1.0)",
        "%%bash\necho not python",
        name="nb.ipynb",
    )
    result = tensortape("check-api", "nb.ipynb")
    assert result.returncode == 1
    assert "nb.ipynb cell [2]:2: tf.sinn:" in result.stdout


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("no.py", None, "no such file"),
        ("bad.py", "def f(:\n", "not valid Python"),
        ("bad.ipynb", "{}", "not a Jupyter notebook"),
        ("bad.ipynb", "[]", "not a Jupyter notebook"),
        ("notes.txt", "", "neither a script"),
    ],
)
def test_what_cannot_be_read(tensortape, tmp_path, name, text, told):
    if text is not None:
        (tmp_path / name).write_text(text)
    result = tensortape("check-api", name)
    assert result.returncode == 2 and told in result.stderr


def test_notebooks_of_format_3_and_scripts_that_are_not_utf_8(tmp_path, capsys):
    cell = {"cell_type": "code", "input": ["import tensorflow as tf\n", "tf.sinn"]}
    old = {"nbformat": 3, "worksheets": [{"cells": [{**cell, "input": []}, cell]}]}
    (tmp_path / "old.ipynb").write_text(json.dumps(old))
    assert main(["check-api", str(tmp_path / "old.ipynb")]) == 1
    assert "old.ipynb cell [1]:2: tf.sinn" in capsys.readouterr().out
    text = "# -*- coding: latin-1 -*-\nimport tensorflow as tf\nprint('caf\xe9')\n"
    (tmp_path / "west.py").write_bytes(text.encode("latin-1"))
    assert main(["check-api", str(tmp_path / "west.py")]) == 0
    assert capsys.readouterr().out == "1 file: 1 name of tensorflow and keras, none missing\n"


def test_help_has_examples(tensortape):
    result = tensortape("check-api", "--help")
    assert result.returncode == 0 and "Examples:\n  tensortape check-api" in result.stdout
