"""Training steps of Keras: `jit_compile=True` compiles the loop around the step with it."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import numpy as np
import tensortape
tensortape.install()
import keras
from tensortape.xla import executor

asked = []
original = executor.executor

def listening(program, jit_compile=None, *others):
    if len(program.nodes) > 20:
        asked.append(jit_compile)
    return original(program, jit_compile, *others)

executor.executor = listening
x = np.linspace(-1, 1, 16, dtype=np.float32).reshape(8, 2)
losses = []
for compiled in ("auto", True):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3), keras.layers.Dense(1)])
    model.compile("adam", "mse", jit_compile=compiled)
    losses.append(model.fit(x, x[:, :1], epochs=3, verbose=0).history["loss"])
np.testing.assert_allclose(*losses, rtol=1e-5)
print(asked)
"""


def test_compile_with_xla_is_obeyed():
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[None, True]"


FAILING = """
import numpy as np
import tensortape as tf
tf.install()
import keras

def model():
    keras.utils.set_random_seed(0)
    layers = [keras.layers.Embedding(4, 2), keras.layers.Flatten(), keras.layers.Dense(1)]
    found = keras.Sequential([keras.Input((3,), dtype="{dtype}"), *layers])
    found.compile("adam", "mse", jit_compile=True)
    return found

x, y = np.ones((16, 3), "{dtype}"), np.ones((16, 1), np.float32)
options = dict(batch_size=4, shuffle=False, verbose=0)
good, bad = model(), model()
good.fit(x[:8], y[:8], **options)
x[9, 1] = 7
{wrapped}
try:
    bad.fit(x, y, **options)
except tf.errors.InvalidArgumentError as error:
    print("raised", "not in [0, 4)" in str(error))
for a, b in zip(good.weights, bad.weights):
    np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-6)
bad.fit(x[:8], y[:8], **options)
print("goes on", np.isfinite(bad.get_weights()[0]).all())
"""


@pytest.mark.parametrize("last", [False, True])
@pytest.mark.parametrize("dtype", ["int32", "float32"])  # looked at by NumPy, and by the program
def test_a_step_that_fails_says_so_and_changes_nothing(last, dtype):
    program = FAILING.replace("{wrapped}", "x, y = x[:12], y[:12]" if last else "")
    program = program.replace("{dtype}", dtype)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["raised True", "goes on True"]


LAZY = """
import numpy as np
import tensortape as tf
tf.install()
import keras
from tensortape.core import device_tensor

read = []
original = device_tensor.to_numpy
device_tensor.to_numpy = lambda array: read.append(array) or original(array)
keras.utils.set_random_seed(0)
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3), keras.layers.Dense(1)])
model.compile("adam", "mse", jit_compile=True)
x = np.ones((40, 2), np.float32)
model.fit(x, x[:, :1], batch_size=4, verbose=0)
few = len(read)
read.clear()
model.fit(x, x[:, :1], batch_size=4, verbose=0)
seen = []

class Each(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        seen.append(logs["loss"])

print(len(read) < 10)
model.fit(x, x[:, :1], batch_size=4, verbose=0, callbacks=[Each()])
print(len(seen), all(type(loss) is float for loss in seen))
"""


def test_nothing_of_a_step_is_read_before_the_end_of_an_epoch():
    done = subprocess.run([sys.executable, "-c", LAZY], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["True", "10 True"]


SHARED = """
import numpy as np
import tensortape as tf
tf.install()
import keras

class Count(keras.metrics.Metric):
    def __init__(self):
        super().__init__(name="count")
        self.total = self.add_variable((), "zeros", name="total")
        self.twin = self.add_variable((), "zeros", name="twin")

    def update_state(self, y, y_pred, sample_weight=None):
        self.total.assign(self.total + 1.0)
        self.twin.assign(self.total)

    def result(self):
        return self.total

keras.utils.set_random_seed(0)
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3), keras.layers.Dense(1)])
model.compile("adam", "mse", jit_compile=True, metrics=[Count()])
x = np.ones((40, 2), np.float32)
for _ in range(2):
    print(model.fit(x, x[:, :1], batch_size=4, epochs=2, verbose=0).history["count"])
model.make_train_function()
batches = iter(tf.data.Dataset.from_tensor_slices((x, x[:, :1])).batch(4))
model.reset_metrics()
logs = [model.train_function(batches) for _ in range(3)]
print([float(found["count"]) for found in logs])
"""


def test_results_that_are_values_of_variables():
    done = subprocess.run([sys.executable, "-c", SHARED], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["[10.0, 10.0]", "[10.0, 10.0]", "[1.0, 2.0, 3.0]"]


INTERRUPTED = """
import os, signal, threading
import numpy as np
import tensortape as tf
tf.install()
import keras

model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(64), keras.layers.Dense(1)])
model.compile("adam", "mse", jit_compile=True)
x, y = np.ones((4000, 8), np.float32), np.ones((4000, 1), np.float32)
model.fit(x, y, verbose=0)
for k in range(12):
    threading.Timer(0.02 + 0.003 * k, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    try:
        model.fit(x, y, epochs=1000, verbose=0)
    except KeyboardInterrupt:
        assert all(np.isfinite(weight).all() for weight in model.get_weights())
model.fit(x, y, verbose=0)
print("goes on")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_an_interrupted_step_leaves_variables_whole():
    done = subprocess.run([sys.executable, "-c", INTERRUPTED], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["goes on"]
