"""`tf.compat.v1`: the names that mean the same, and those with arguments of TensorFlow 1."""

from __future__ import annotations

import numpy as np
import pytest

import tensortape as tf

v1 = tf.compat.v1
X = tf.constant([[1.0, 3.0, 2.0]])


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda: v1.argmax(X, 1), [1]),
        (lambda: v1.transpose(X, name="t", conjugate=True), [[1.0], [3.0], [2.0]]),
        (lambda: v1.pad(X, [[0, 0], [1, 0]], "CONSTANT", None, 9), [[9.0, 1.0, 3.0, 2.0]]),
        (lambda: v1.boolean_mask([1, 2], [True, False]), [1]),
        (lambda: v1.gather([1, 2, 3], [2], None, None, 0), [3]),
        (lambda: v1.to_float([1]), [1.0]),
        (lambda: v1.log([1.0]), [0.0]),
        (lambda: v1.math.in_top_k(X, [1], 1), [True]),
        (lambda: v1.while_loop(lambda i: i < 3, lambda i: i + 1, [0]), 3),
        (lambda: v1.nn.relu([-1.0, 2.0]), [0.0, 2.0]),
        (lambda: v1.linalg.trace(tf.eye(2)), 2.0),
    ],
)
def test_values(call, expected):
    found = call()
    found = found[0] if isinstance(found, (list, tuple)) else found
    np.testing.assert_allclose(found.numpy(), expected)


def test_assigning():
    v = tf.Variable([1.0, 2.0])
    v1.assign_add(v, [1.0, 1.0])
    v1.scatter_update(v, [1], [9.0])
    assert v.numpy().tolist() == [2.0, 9.0]


@pytest.mark.parametrize("name", ["Session", "get_variable", "global_variables_initializer"])
def test_what_needs_a_graph_run_by_hand_is_missing(name):
    with pytest.raises(AttributeError, match=f"tf.compat.v1.{name} is not implemented"):
        getattr(v1, name)
