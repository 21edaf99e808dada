"""Convolutions and pooling in plans."""

from __future__ import annotations

import numpy as np
import pytest
from program_recording import record

import tensortape as tf
from tensortape.arrays.namespace import numpy_namespace as xp
from tensortape.graph.ir import interpret
from tensortape.graph.plan import machines, plan_of


def agree(function, *shapes, dtype=np.float32, machines_expected=True, rtol=2e-5):
    rng = np.random.default_rng(0)
    tensors = [tf.constant(rng.normal(size=s).astype(dtype)) for s in shapes]

    def with_gradients(*tensors):
        with tf.GradientTape() as tape:
            tape.watch(tensors)
            y = function(*tensors)
            loss = tf.reduce_sum(tf.tanh(y))
        return [y, *tape.gradient(loss, tensors)]

    program, args = record(with_gradients, *tensors)
    plan = plan_of(program)
    assert ("machine" in plan.source) == machines_expected
    wanted = interpret(program, xp, args)
    for _ in range(3):
        for left, right in zip(wanted, plan(*args), strict=True):
            assert left.dtype == right.dtype and left.shape == right.shape
            np.testing.assert_allclose(left, right, rtol=rtol, atol=rtol * 20)


@pytest.fixture(params=[1, 2])
def threads(request, monkeypatch):
    monkeypatch.setattr(machines, "cores", lambda: request.param)
    monkeypatch.setattr(machines, "SHARED", 1)
    monkeypatch.setattr(machines, "PIECE", 300)


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
@pytest.mark.parametrize("strides", [1, 2, (3, 1)])
@pytest.mark.parametrize("kernel", [(3, 3), (1, 1), (2, 4)])
def test_convolutions(threads, padding, strides, kernel):
    agree(lambda x, w: tf.nn.conv2d(x, w, strides, padding), (5, 7, 6, 3), (*kernel, 3, 4))


def test_explicit_and_wide_paddings(threads):
    pads = [[0, 0], [3, 1], [0, 4], [0, 0]]
    agree(lambda x, w: tf.nn.conv2d(x, w, 1, pads), (3, 5, 5, 2), (2, 3, 2, 4))


def test_dilations(threads):
    agree(lambda x, w: tf.nn.conv2d(x, w, 1, "SAME", dilations=2), (3, 8, 9, 2), (3, 2, 2, 4))


def test_one_and_three_axes(threads):
    agree(lambda x, w: tf.nn.conv1d(x, w, 1, "SAME"), (3, 9, 2), (3, 2, 4))
    agree(
        lambda x, w: tf.nn.conv3d(x, w, [1, 1, 1, 1, 1], "SAME"), (2, 4, 5, 3, 2), (2, 3, 2, 2, 3)
    )


def test_float64(threads):
    agree(
        lambda x, w: tf.nn.conv2d(x, w, 1, "SAME"),
        (3, 6, 6, 2), (3, 3, 2, 2), dtype=np.float64, rtol=1e-12,
    )  # fmt: skip


def test_groups_and_transposes_are_left_to_the_kernels():
    agree(
        lambda x, w: tf.nn.conv2d(x, w, 1, "SAME"), (2, 5, 5, 4), (3, 3, 2, 6),
        machines_expected=False,
    )  # fmt: skip
    agree(
        lambda g, w: tf.nn.conv2d_transpose(g, w, (2, 8, 8, 3), 2, "SAME"),
        (2, 4, 4, 5), (3, 3, 3, 5),
    )  # fmt: skip


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
@pytest.mark.parametrize(("size", "strides"), [(2, 2), (3, 2), (2, 1), (3, 3)])
def test_pooling(threads, padding, size, strides):
    agree(lambda x: tf.nn.max_pool2d(x, size, strides, padding), (4, 7, 6, 3), rtol=1e-6)


def test_ties_go_to_the_first(threads):
    x = tf.constant(np.random.default_rng(0).integers(0, 2, (6, 4, 4, 2)).astype(np.float32))

    def function(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.nn.max_pool2d(x, 2, 2, "VALID")
        return [y, tape.gradient(y, x)]

    program, args = record(function, x)
    for left, right in zip(interpret(program, xp, args), plan_of(program)(*args), strict=True):
        np.testing.assert_array_equal(left, right)
