"""Pipelines against the recorded answers of TensorFlow: values, order, types, sizes, errors.

`pipelines.txt` has them as Python text, one a line; several statements are separated by "; ", the
last one is the pipeline. `tf`, `np`, `D` (tf.data.Dataset), `E` (tf.data.experimental), `seed`,
`spec`, `f` (an empty folder) and the helpers in `answering.py` are there.
"""

import importlib.util
import json
import math
import sys
from pathlib import Path

import pytest

import tensortape as tf

HERE = Path(__file__).parent


def load(name):
    found = importlib.util.spec_from_file_location(f"data_{name}", HERE / f"{name}.py")
    module = importlib.util.module_from_spec(found)
    sys.modules[found.name] = module
    found.loader.exec_module(module)
    return module


answering = load("answering")
ANSWERS = json.loads((HERE / "answers.json").read_text())
LINES = [line for line in (HERE / "pipelines.txt").read_text().splitlines() if line]

# Where the answer differs from TensorFlow's, and why.
KNOWN = {
    "D.from_tensors(rt).repeat(2).batch(2)": "the shape does not tell that 3 rows are always there",
    "D.range(2).map(lambda x: tf.py_function(lambda y: y + 1, [x], tf.int64))": "from a value",
    "D.range(2).map(lambda x: tf.numpy_function(lambda y: y + 1, [x], tf.int64))": "as above",
    "D.range(3).filter(lambda x: x)": "functions are called when elements are made, not before",
    "D.range(3).map(lambda x: D.range(x)).as_numpy_iterator()": "as above",
    "D.range(3).map(lambda x: D.range(x)).batch(2)": "no batches of datasets",
    "D.range(3).reduce(0, lambda s, x: s + x)": "the eager error: functions are not traced",
    "D.from_tensor_slices({'a': ['x', 'yy'], 'b': rt[:2]}).save(f + '/d'); D.load(f + '/d')": (
        "keys keep their order"
    ),
    "records('r', None); put('t', get('r')[:25]); tf.data.TFRecordDataset(f + '/t')": (
        "TensorFlow does not notice a file that is cut off in the first 12 bytes of a record"
    ),
}


def same(a, b):
    if isinstance(a, float) and isinstance(b, float):
        return a == b or math.isclose(a, b, rel_tol=2e-6, abs_tol=1e-7) or (a != a and b != b)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    return type(a) is type(b) and a == b


def test_every_pipeline_has_an_answer():
    assert list(ANSWERS) == LINES
    assert len(LINES) >= 400


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("number", range(len(LINES)))
def test_pipeline(number):
    line = LINES[number]
    mine = json.loads(json.dumps(answering.answer(tf, line)))
    agrees = same(mine, ANSWERS[line])
    assert agrees or line in KNOWN, f"{line}\n{mine}\n{ANSWERS[line]}"
    assert not (agrees and line in KNOWN), f"agrees by now: {line}"
