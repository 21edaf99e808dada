"""Tensors with NumPy's habits; in a process of its own, for they stay."""

import subprocess
import sys

PROGRAM = """
import numpy as np
import tensortape as tf

f, i = tf.constant([1.5, -2.0]), tf.constant([3, -7])
m, v = tf.reshape(tf.range(6.0), [2, 3]), tf.Variable([1.0, 2.0])
tf.experimental.numpy.experimental_enable_numpy_behavior()
tf.experimental.numpy.experimental_enable_numpy_behavior()


def same(got, dtype, values):
    assert got.dtype is dtype, (got, dtype)
    np.testing.assert_allclose(got.numpy(), values)


same(i + f, tf.float64, [4.5, -9.0])
same(1.5 + i, tf.float64, [4.5, -5.5])
same(f + 1.5, tf.float32, [3.0, -0.5])
same(v + i, tf.float64, [4.0, -5.0])
same(i // 2.5, tf.float64, [1.0, -3.0])
same(f - np.ones(2), tf.float64, [0.5, -3.0])
same(f @ i, tf.float64, 18.5)
same(i < f, tf.bool, [False, True])
same(m.T, tf.float32, [[0, 3], [1, 4], [2, 5]])
same(m.reshape(3, 2), tf.float32, [[0, 1], [2, 3], [4, 5]])
same(m.reshape(-1), tf.float32, range(6))
same(m.max(axis=1), tf.float32, [2, 5])
same(m.astype(np.int32), tf.int32, [[0, 1, 2], [3, 4, 5]])
same(m[[1, -2]], tf.float32, [[3, 4, 5], [0, 1, 2]])
same(m[m > 2], tf.float32, [3, 4, 5])
assert m.size == 6 and m.ndim == 2 and m.tolist()[0] == [0, 1, 2]
with tf.GradientTape() as tape:
    y = v * i
same(tape.gradient(y, v), tf.float32, [3, -7])
print("as NumPy has it")
"""


def test_numpy_behaviour():
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True)
    assert done.stdout == "as NumPy has it\n", done.stderr
