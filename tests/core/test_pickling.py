"""Tensors and variables survive pickling and copying, without the `tensorflow` alias."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import tensortape as tf

VALUES = [1, [1.0, 2.0], [["a"]], [1 + 2j], np.zeros((0, 3))]


@pytest.mark.parametrize("value", VALUES, ids=str)
@pytest.mark.parametrize("way", [lambda x: pickle.loads(pickle.dumps(x)), copy.deepcopy, copy.copy])
def test_tensor(value, way):
    tensor = tf.constant(value)
    again = way(tensor)
    assert type(again) is type(tensor) and again.dtype == tensor.dtype
    np.testing.assert_array_equal(again.numpy(), tensor.numpy())


def test_variable():
    variable = tf.Variable([1.0, 2.0], name="w", trainable=False)
    again = pickle.loads(pickle.dumps(variable))
    again.assign_add([1.0, 1.0])
    assert (again.name, again.trainable) == ("w:0", False)
    assert variable.numpy().tolist() == [1.0, 2.0] and again.numpy().tolist() == [2.0, 3.0]
