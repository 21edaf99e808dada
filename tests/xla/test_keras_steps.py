"""Training steps of Keras: `jit_compile=True` compiles the loop around the step with it."""

from __future__ import annotations

import subprocess
import sys

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
