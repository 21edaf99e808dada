"""Jacobians and Hessians with a few diagonals: neighbours, stencils, rings."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tensortape as tf
from tensortape.arrays.batched import BatchedNamespace, banded, dense, identity
from tensortape.arrays.batched.value import Banded
from tensortape.arrays.namespace import numpy_namespace
from tensortape.autodiff import jacobian_sweeps

N = 7


def grown(x):
    """As many rows as at the start."""
    rows = N - x.shape[0]
    return tf.pad(x, [[0, rows], *[[0, 0]] * (x.shape.ndims - 1)]) if rows else x


STEPS = {
    "forward difference": lambda x: grown(x[1:] - x[:-1]),
    "square": lambda x: x * x,
    "sine": tf.sin,
    "ring": lambda x: tf.roll(x, 1, 0) - 2.0 * x + tf.roll(x, -1, 0),
    "far ring": lambda x: tf.roll(x, 3, 0) * x,
    "inner": lambda x: tf.pad(x[1:-1], [[1, 1], *[[0, 0]] * (x.shape.ndims - 1)]) + x,
    "second difference": lambda x: grown(x[2:] - 2.0 * x[1:-1] + x[:-2]),
    "skip": lambda x: grown(x[::2]),
    "one": lambda x: x + x[2:3],
    "pick": lambda x: x * x[3],
    "last": lambda x: x[..., 1:] * x[..., :-1] if x.shape[-1] > 3 else x,
    "sum": lambda x: x + tf.reduce_sum(x, axis=0),
    "scaled": lambda x: x / tf.reshape(tf.range(1.0, N + 1, dtype=x.dtype),
                                       [N] + [1] * (x.shape.ndims - 1)),
    "where": lambda x: tf.where(x > 0, x, 2.0 * x),
    "neighbours": lambda x: tf.concat([x[:1], x[2:] + x[1:-1] * x[:-2], x[:1]], 0),
    "relu": tf.nn.relu,
    "flip": lambda x: tf.reverse(x, [0]),
    "columns": lambda x: tf.transpose(tf.transpose(x)[..., 1:])[: N - 1],
}  # fmt: skip


def made(step):
    def apply(x):
        return grown(STEPS[step](x))

    return apply


def test_diagonals_are_kept():
    """The programs above do make banded values, but for those that cannot."""
    made_by, current, start = set(), "", Banded.__init__

    def noted(*args):
        made_by.add(current)
        start(*args)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Banded, "__init__", noted)
        for current in STEPS:
            jacobian([current], (N, 4), True)
    assert set(STEPS) - made_by == {
        "square", "sine", "one", "pick", "sum", "scaled", "where", "relu", "flip",
    }  # fmt: skip


def jacobian(names, shape, kept, recorded=False):
    x = tf.constant(np.sin(1.7 * np.arange(np.prod(shape)) + 0.5).reshape(shape))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(banded, "FEWEST", 0 if kept else 10**9)
        patch.setattr(jacobian_sweeps, "WORTH", 0)
        patch.setattr(jacobian_sweeps, "FEWER", 10**9)
        with tf.GradientTape() as outer:
            if recorded:
                outer.watch(x)
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = x
                for name in names:
                    y = made(name)(y)
            if recorded:
                found = tape.jacobian(y, x)
        if recorded:
            return found, outer.gradient(found, x, unconnected_gradients="zero")
        return tape.jacobian(y, x), None


CHAINS = st.lists(st.sampled_from(sorted(STEPS)), min_size=1, max_size=4)
SHAPES = st.sampled_from([(N,), (N, 4)])


@settings(deadline=None, max_examples=150)
@given(names=CHAINS, shape=SHAPES)
def test_same_as_dense(names, shape):
    got, _ = jacobian(names, shape, True)
    want, _ = jacobian(names, shape, False)
    np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-14)


@settings(deadline=None, max_examples=40)
@given(names=CHAINS, shape=SHAPES)
def test_same_as_dense_recorded(names, shape):
    for a, b in zip(
        jacobian(names, shape, True, True), jacobian(names, shape, False, True), strict=True
    ):
        np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-12)


def hessian(f, x):
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = f(x)
        g = inner.gradient(y, x)
    return outer.jacobian(g, x), outer.jacobian_report()


def rosenbrock(x):
    return tf.reduce_sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def test_rosenbrock():
    """Three diagonals, found without storing zeros."""
    values = np.linspace(-1.5, 2.0, 100)
    found, report = hessian(rosenbrock, tf.constant(values))
    assert report == {"sweep": "backward", "parts": 1, "fallbacks": {}}
    want = np.zeros((100, 100))
    i = np.arange(99)
    want[i, i] += 1200 * values[:-1] ** 2 - 400 * values[1:] + 2
    want[i + 1, i + 1] += 200
    want[i, i + 1] = want[i + 1, i] = -400 * values[:-1]
    np.testing.assert_allclose(found, want, rtol=1e-12, atol=1e-9)
    function = tf.function(lambda x: hessian(rosenbrock, x)[0])
    np.testing.assert_allclose(function(tf.constant(values)), want, rtol=1e-12, atol=1e-9)


@pytest.mark.parametrize("shape", [(64,), (20, 18)])
def test_energy_of_a_ring(shape):
    """Differences around the ends; in two dimensions along both axes."""

    def energy(u):
        parts = [(tf.roll(u, 1, axis) - u) ** 2.0 for axis in range(u.shape.ndims)]
        return tf.add_n([tf.reduce_sum(p) for p in parts]) + tf.reduce_sum(u**4.0)

    u = tf.constant(np.sin(np.arange(np.prod(shape), dtype=float)).reshape(shape))
    found, report = hessian(energy, u)
    assert report["fallbacks"] == {}
    n = u.numpy().size
    v = np.cos(np.arange(n, dtype=float)).reshape(shape)
    with tf.autodiff.ForwardAccumulator(u, tf.constant(v)) as accumulator:
        with tf.GradientTape() as tape:
            tape.watch(u)
            y = energy(u)
        g = tape.gradient(y, u)
    want = accumulator.jvp(g).numpy().ravel()
    np.testing.assert_allclose(
        found.numpy().reshape(n, n) @ v.ravel(), want, rtol=1e-10, atol=1e-10
    )


def test_batched_values_print():
    ns = BatchedNamespace(numpy_namespace, (20,))
    ns.diagonals = True
    x = ns.getitem(identity(ns, (20,), np.float64), slice(1, None))
    assert type(x) is Banded and repr(x) == (
        "<Batched batch=(20,) shape=(19,) tied={0: -1} bands=((1,),)>"
    )
    np.testing.assert_array_equal(dense(ns, x), np.eye(20)[:, 1:])
    np.testing.assert_array_equal(dense(ns, ns.exp(x)), np.exp(np.eye(20)[:, 1:]))
    assert ns.fallbacks == {"exp": "dense"}
