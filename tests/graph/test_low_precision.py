"""bfloat16 and float16 inside traced functions: dtypes while tracing, and values, as eagerly."""

from __future__ import annotations

import numpy as np
import pytest

import tensortape as tf

A = [[1.0, 2.0], [3.0, 4.0]]
BODIES = {
    "matmul": lambda a: tf.matmul(a, a, transpose_b=True),
    "batched": lambda a: a[None] @ a[None],
    "tensordot": lambda a: tf.tensordot(a, a, 1),
    "norm": lambda a: tf.norm(a),
    "softmax": lambda a: tf.nn.softmax(a),
    "max_pool": lambda a: tf.nn.max_pool2d(a[None, ..., None], 2, 1, "SAME"),
    "segments": lambda a: tf.math.unsorted_segment_max(a, [0, 0], 1),
    "lrn": lambda a: tf.nn.local_response_normalization(a[None, None]),
    "convolution": lambda a: tf.nn.conv2d(a[None, ..., None], a[..., None, None], 1, "SAME"),
    "mixed": lambda a: tf.cast(tf.cast(a, tf.float32) @ tf.ones([2, 2]), a.dtype) * a,
}


@pytest.mark.parametrize("dtype", [tf.bfloat16, tf.float16], ids=lambda d: d.name)
@pytest.mark.parametrize("name", BODIES)
def test_dtypes_and_values_are_those_of_eager_execution(name, dtype):
    traced = []

    def value_and_gradient(a):
        with tf.GradientTape() as tape:
            tape.watch(a)
            y = BODIES[name](a)
        g = tape.gradient(y, a)
        traced.append((y.dtype, g.dtype))
        return y, g

    a = tf.cast(A, dtype)
    found = tf.function(value_and_gradient, jit_compile=False, autograph=False)(a)
    wanted = value_and_gradient(a)
    assert set(traced) == {(dtype, dtype)}
    for one, other in zip(found, wanted, strict=True):
        assert one.dtype is dtype
        np.testing.assert_allclose(np.float32(one), np.float32(other), rtol=0.02, atol=0.005)


def test_a_mixed_step_keeps_the_dtype_of_the_weights():
    w = tf.Variable([[1.0, 2.0], [3.0, 4.0]])

    @tf.function(jit_compile=False)
    def step(x):
        with tf.GradientTape() as tape:
            y = tf.matmul(tf.cast(x, tf.bfloat16), tf.cast(w, tf.bfloat16))
            loss = tf.reduce_sum(tf.cast(y, tf.float32) ** 2)
        return y, loss, tape.gradient(loss, w)

    y, loss, g = step(tf.constant([[0.5, -1.25]]))
    assert [t.dtype for t in (y, loss, g)] == [tf.bfloat16, tf.float32, tf.float32]
    assert y.numpy().tolist() == [[-3.25, -4.0]]
    assert g.numpy().tolist() == [[-3.25, -4.0], [8.125, 10.0]]
