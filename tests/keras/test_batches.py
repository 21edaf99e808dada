"""Arrays given to `fit`: cut into batches as Keras' own pipeline does it."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import numpy as np
import tensortape as tf
tf.install()
import keras
from keras.src.trainers.data_adapters.array_data_adapter import ArrayDataAdapter

def batches(make, inputs, shuffle, size):
    keras.utils.set_random_seed(3)
    dataset = make(ArrayDataAdapter(*inputs, batch_size=size, shuffle=shuffle))
    rounds = [[tf.nest.map_structure(lambda t: t.numpy().tolist(), b) for b in dataset]
              for _ in range(2)]
    return rounds, repr(dataset.element_spec), float(tf.random.uniform(()))

x, y = np.arange(23.0).reshape(23, 1), np.arange(23)
cases = [(x,), (x, y), ([x, x], y), ({"a": x, "b": x}, y), (x, y, np.ones(23)), (x[:2], y[:2])]
cut = ArrayDataAdapter.get_tf_dataset
for inputs in cases:
    for shuffle in (False, True, "batch"):
        for size in (4, 23):
            ours = batches(cut, inputs, shuffle, size)
            assert ours == batches(cut.__wrapped__, inputs, shuffle, size), (ours, shuffle)
print("equal")
"""


def test_batches_are_those_of_keras():
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "equal"
