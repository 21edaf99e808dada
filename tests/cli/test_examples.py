"""The example notebooks run from beginning to end, and say what their text promises."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def executed(tensortape, tmp_path, texts):
    """Run a copy of an example; return its printed text and its report."""

    def run(name):
        shutil.copy(EXAMPLES / name, tmp_path)
        result = tensortape("run", name, "--output", "out.ipynb", "--report", "report.html")
        assert result.returncode == 0, result.stderr
        return "".join(texts(tmp_path / "out.ipynb")), (tmp_path / "report.html").read_text()

    return run


def test_one_hidden_layer(executed):
    shown, report = executed("one_hidden_layer.ipynb")
    differences = [float(d) for d in re.findall(r"largest difference.*: (\S+)", shown)]
    assert len(differences) == 4 and max(differences) < 1e-12
    first, last = map(float, re.findall(r"loss (\S+) -> (\S+)", shown)[0])
    assert last < first / 5
    assert "In [" in report and "jacobian" in report


def test_descent_and_custom_gradients(executed):
    shown, report = executed("descent_and_custom_gradients.ipynb")
    assert "step size 0.4: ends at 2.00000" in shown
    assert "accuracy 1.0" in shown
    assert "x = 100.0: y = inf, dy/dx = nan" in shown
    assert "x = 100.0: y = 100.0, dy/dx = 1.0" in shown
    assert "MatMul" in report


# What TensorFlow answers for the same seed and network.
KERNEL = [[-0.03283963, -0.04337479]]
BIAS = [-0.01133743, 0.08387997]
OUTPUT_WEIGHTS = [[0.0123421], [0.08048297]]
OUTPUTS = [[0.00661098], [0.00466286], [0.00271474]]

SEEDED = """
import numpy as np
import tensorflow as tf
tf.keras.backend.set_floatx('float64')
x = tf.Variable(np.linspace(0, 1, 3)[..., np.newaxis])
tf.random.set_seed(0)
draw = tf.keras.initializers.RandomUniform(-0.1, 0.1)
hidden = tf.keras.layers.Dense(2, kernel_initializer=draw, bias_initializer=draw)
last = tf.keras.layers.Dense(1, kernel_initializer=draw, use_bias=False)
model = tf.keras.Sequential([hidden, last])
with tf.GradientTape() as tape:
    N = model(x)
jacobian = tape.jacobian(N, model.trainable_variables)
for value in [*model.trainable_variables, N]:
    print(value.numpy().round(8).tolist())
assert [j.shape for j in jacobian] == [(3, 1, 1, 2), (3, 1, 2), (3, 1, 2, 1)]
np.testing.assert_array_equal(jacobian[0][2, 0], last.kernel.numpy().T)
np.testing.assert_array_equal(jacobian[2][:, 0], hidden(x).numpy()[..., np.newaxis])
"""


def test_seeded_network_has_tensorflows_numbers(tensortape, tmp_path):
    (tmp_path / "seeded.py").write_text(SEEDED)
    result = tensortape("run", "seeded.py")
    assert result.returncode == 0, result.stderr
    expected = [KERNEL, BIAS, OUTPUT_WEIGHTS, OUTPUTS]
    assert result.stdout.splitlines() == [str(value) for value in expected]
