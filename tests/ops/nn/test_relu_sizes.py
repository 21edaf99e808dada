"""relu of few and of many numbers, eagerly and in compiled functions."""

from __future__ import annotations

import numpy as np
import pytest

import tensortape as tf
from tensortape.arrays.eager.elementwise import MANY, NOUGHTS, positive

SIZES = [0, 1, MANY - 1, MANY, NOUGHTS.size, NOUGHTS.size + 1, 3 * NOUGHTS.size, 100_001]


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("size", SIZES)
def test_values_and_what_is_no_number(dtype, size):
    x = np.random.default_rng(size).normal(size=size).astype(dtype)
    x[::7], x[::11], x[::13] = np.nan, np.inf, -np.inf
    want = np.where(x > 0, x, np.where(np.isnan(x), x, 0))
    for got in (tf.nn.relu(x), tf.function(tf.nn.relu, jit_compile=False)(x)):
        assert got.dtype == dtype
        np.testing.assert_array_equal(got.numpy(), want)


def test_layouts_and_given_arrays():
    x = np.random.default_rng(0).normal(size=(300, 400)).astype(np.float32)
    want = np.where(x > 0, x, 0)
    np.testing.assert_array_equal(positive(x.T), want.T)
    room = np.full((300, 800), 5, np.float32)
    assert positive(x, room[:, ::2]).base is room
    np.testing.assert_array_equal(room[:, ::2], want)
    assert (room[:, 1::2] == 5).all()
    assert positive(x, x) is x
    np.testing.assert_array_equal(x, want)


def test_gradient_of_many():
    x = tf.Variable(np.linspace(-1, 1, 50_000, dtype=np.float32))
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(tf.nn.relu(x) * 2)
    np.testing.assert_array_equal(tape.gradient(y, x).numpy(), 2.0 * (x.numpy() > 0))
