"""The table of `docs/gradients-at-kinks.md`, row by row, and the safe policy beyond it."""

from __future__ import annotations

import math
import pathlib
import threading

import numpy as np
import pytest

import tensortape as tf
from tensortape.arrays.namespace import numpy_namespace as xp
from tensortape.core.policy import safe_op
from tensortape.core.registry import OPS
from tensortape.core.state import quiet

PAGE = pathlib.Path(__file__).parents[2] / "docs" / "gradients-at-kinks.md"
SCOPE = {"tf": tf, "inf": math.inf, "nan": math.nan}
safe = tf.autodiff.safe_gradients


def table():
    lines = [line for line in PAGE.read_text().splitlines() if line.startswith("| `")]
    rows = [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines]
    return [
        (e, point, *[[float(n) for n in c.split(",")] for c in cells]) for e, point, *cells in rows
    ]


def gradients(expression, point):
    values = eval(point, SCOPE)
    xs = [tf.constant(v, tf.float32) for v in (values if isinstance(values, tuple) else [values])]
    with tf.GradientTape() as tape:
        tape.watch(xs)
        z = eval(expression, {**SCOPE, "x": xs[0], "y": xs[-1]})
    return [n for g in tape.gradient(z, xs) for n in np.ravel(g)]


@pytest.mark.parametrize(("expression", "point", "plain", "safely"), table())
def test_row(expression, point, plain, safely):
    np.testing.assert_allclose(gradients(expression, point), plain, rtol=1e-5)
    with safe():
        np.testing.assert_allclose(gradients(expression, point), safely, rtol=1e-5)


def test_jacobians_take_part():
    x = tf.constant([[0.0, 0.0], [3.0, 4.0]])
    with safe(), tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = tf.norm(x, axis=1)
        rows = y[:, None]
    with safe():
        np.testing.assert_allclose(tape.jacobian(y, x)[0], np.zeros((2, 2)))
        np.testing.assert_allclose(tape.batch_jacobian(rows, x)[:, 0], [[0, 0], [0.6, 0.8]])


def test_forward_mode_takes_part():
    x = tf.constant([0.0, 4.0])
    with safe(), tf.autodiff.ForwardAccumulator(x, tf.ones(2)) as acc:
        y = tf.where(x > 0, tf.sqrt(x), 0.0)
        n = tf.norm(x * 0.0)
    np.testing.assert_allclose(acc.jvp(y), [0.0, 0.25])
    assert float(acc.jvp(n)) == 0.0


def test_second_order():
    x = tf.constant([0.0, 4.0])
    with safe(), tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = tf.where(x > 0, tf.sqrt(x), 0.0)
        g = inner.gradient(y, x)
        np.testing.assert_allclose(outer.gradient(g, x), [0.0, -1 / 32])


def test_elsewhere_nothing_changes():
    x = tf.random.stateless_normal((5, 3), [1, 2])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = tf.nn.softmax(tf.tanh(x) @ tf.ones((3, 2)) + [1.0, 2.0]) / (2.0 + x[:, :1] ** 2)
    plain = tape.gradient(y, x)
    with safe():
        np.testing.assert_array_equal(tape.gradient(y, x), plain)


def test_large_values_that_a_tape_does_not_keep():
    x = tf.zeros(5000)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.sqrt(x * 1.0) + 1.0
    with safe():
        np.testing.assert_array_equal(tape.gradient(y, x), np.zeros(5000))


def test_as_decorator_and_per_thread():
    @safe()
    def slope(x):
        return tf.autodiff.value_and_gradient(tf.norm, x)[1].numpy().tolist()

    assert slope(tf.zeros(2)) == [0.0, 0.0]
    found = []
    with safe():
        thread = threading.Thread(target=lambda: found.extend(gradients("tf.sqrt(x)", "0.0")))
        thread.start()
        thread.join()
    assert found == [math.inf]


def test_left_on_an_exception():
    with pytest.raises(KeyError), safe():
        raise KeyError
    assert gradients("tf.sqrt(x)", "0.0") == [math.inf]


def defined_by_defaults(op):
    plain = op.family == "elementwise" and op.pullback and not op.variadic
    return plain and op.attribute_defaults.keys() >= set(op.attribute_names)


ELEMENTWISE = {name: op for name, op in OPS.items() if defined_by_defaults(op)}


@pytest.mark.parametrize("op", ELEMENTWISE.values(), ids=ELEMENTWISE.keys())
def test_where_derivatives_exist_the_rules_agree(op):
    rng = np.random.default_rng(0)
    count = len(op.array_names)
    attrs = op.attribute_defaults
    low, high = op.domain or (-2, 2)
    xs = [rng.uniform(low, high, shape) for shape in [(3, 4), (4,), (3, 1)][:count]]
    with quiet():
        y = op.kernel(xp, *xs, **attrs)
        g = rng.normal(size=y.shape).astype(y.dtype)
        plain = op.pullback(xp, g, y, xs, attrs, [True] * count)
        safely = safe_op(op).pullback(xp, g, y, xs, attrs, [True] * count)
    for a, b in zip(plain, safely, strict=True):
        assert (a is None) == (b is None)
        if a is not None:
            np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-12)
