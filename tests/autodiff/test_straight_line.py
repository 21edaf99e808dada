"""Functions in place of backward walks that come again: when they apply, and when they must not."""

from __future__ import annotations

import threading

import numpy as np
import pytest

import tensortape as tf
from tensortape.autodiff import tape as tapes
from tensortape.autodiff.straight_line import shelf
from tensortape.core import events


@pytest.fixture(autouse=True)
def shelves(monkeypatch):
    """Functions are written for what comes a second time."""
    monkeypatch.setattr(shelf, "OFTEN", 1)
    monkeypatch.setattr(shelf, "_shelves", {})
    monkeypatch.setattr(tapes.overrides, "used", False)
    return shelf._shelves


@pytest.fixture
def used(monkeypatch):
    """How often a function gave the gradients."""
    calls = []
    straight = shelf.straight

    def counting(*args):
        found = straight(*args)
        calls.append(found is not None)
        return found

    monkeypatch.setattr(tapes, "straight", counting)
    return lambda: sum(calls)


def often(gradient, times=4):
    """The last of several results, after which a function is there."""
    return [gradient() for _ in range(times)][-1]


def test_same_gradients_for_other_values(used):
    w, b = tf.Variable([0.5, 0.25]), tf.Variable(0.1)

    def gradient(x, y):
        with tf.GradientTape() as tape:
            loss = (tf.nn.relu(tf.reduce_sum(w * x) + b) - y) ** 2
        return tape.gradient(loss, [w, b])

    often(lambda: gradient([1.0, 2.0], 0.0))
    before = used()
    dw, db = gradient(tf.constant([3.0, -1.0]), 0.5)
    assert used() == before + 1
    error = 2 * (0.5 * 3.0 - 0.25 + 0.1 - 0.5)
    np.testing.assert_allclose(dw.numpy(), [3 * error, -error], rtol=1e-6)
    np.testing.assert_allclose(db.numpy(), error, rtol=1e-6)


def test_tensors_that_become_the_same():
    """`y * c` and `y * y` are the same operations."""
    x = tf.Variable(3.0)

    def gradient(square):
        with tf.GradientTape() as tape:
            y = tf.exp(x)
            z = y * (y if square else tf.constant(2.0))
        return tape.gradient(z, x).numpy()

    once, twice = 2 * np.exp(np.float32(3)), 2 * np.exp(np.float32(3)) ** 2
    assert often(lambda: gradient(False)) == pytest.approx(once)
    assert often(lambda: gradient(True)) == pytest.approx(twice)
    assert gradient(False) == pytest.approx(once)


def test_tensors_that_become_different():
    x, y = tf.Variable(3.0), tf.Variable(4.0)

    def gradient(a, b):
        with tf.GradientTape() as tape:
            z = a * b
        return [g.numpy() for g in tape.gradient(z, [x, y])] if a is not b else tape.gradient(z, a)

    assert often(lambda: gradient(x, y)) == [4.0, 3.0]
    assert often(lambda: gradient(x, x)).numpy() == 6.0
    assert gradient(y, x) == [4.0, 3.0]


def test_source_that_becomes_a_result():
    """The second source is a watched tensor at first, then what the first one leads to."""

    def gradient(inner):
        x, other = tf.constant(2.0), tf.constant(5.0)
        with tf.GradientTape() as tape:
            tape.watch([x, other])
            y = tf.exp(x)
            factor = y if inner else other
            z = y * factor
        return [g.numpy() for g in tape.gradient(z, [x, factor])]

    e = np.exp(np.float32(2.0))
    assert often(lambda: gradient(False)) == pytest.approx([5 * e, e])
    assert often(lambda: gradient(True)) == pytest.approx([2 * e * e, 2 * e])
    assert gradient(False) == pytest.approx([5 * e, e])


def test_source_that_is_no_longer_watched():
    def gradient(watched):
        x, y = tf.constant(2.0), tf.constant(3.0)
        with tf.GradientTape() as tape:
            tape.watch([x, y] if watched else x)
            z = x * y
        return [None if g is None else g.numpy() for g in tape.gradient(z, [x, y])]

    assert often(lambda: gradient(True)) == [3.0, 2.0]
    assert often(lambda: gradient(False)) == [3.0, None]


def test_variable_read_twice():
    """Read again after an assignment, a variable stands for two values."""
    x, y = tf.Variable(2.0), tf.Variable(3.0)

    def gradient(second):
        with tf.GradientTape() as tape:
            a = tf.exp(x)
            if second is x:
                x.assign(2.0)
            z = a * second
        return tape.gradient(z, [x])[0].numpy()

    e = np.exp(np.float32(2.0))
    assert often(lambda: gradient(y)) == pytest.approx(3 * e)
    assert often(lambda: gradient(x)) == pytest.approx(2 * e + e)
    assert gradient(y) == pytest.approx(3 * e)


@pytest.mark.parametrize("shape", [(), (1,), (2,), (2, 1)])
def test_other_shapes_and_dtypes(shape):
    def gradient(value):
        x = tf.constant(value)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.reduce_sum(x * x)
        return tape.gradient(y, x)

    often(lambda: gradient(np.ones((2, 2), "float32")))
    for dtype in ("float32", "float64"):
        g = often(lambda dtype=dtype: gradient(np.full(shape, 3.0, dtype)))
        assert g.shape == shape and g.dtype == dtype
        assert (g.numpy() == 6.0).all()


def test_other_attributes():
    def gradient(axis, keepdims):
        x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.reduce_sum(x * tf.reduce_max(x, axis, keepdims=keepdims))
        return tape.gradient(y, x).numpy().tolist()

    rows, columns = [[2.0, 5.0], [4.0, 11.0]], [[3.0, 4.0], [7.0, 10.0]]
    for _ in range(3):
        assert often(lambda: gradient(1, True)) == rows
        assert often(lambda: gradient(0, True)) == columns


def test_persistent_tapes_and_nests():
    x, y = tf.Variable(2.0), tf.Variable(3.0)

    def gradients():
        with tf.GradientTape(persistent=True) as tape:
            z = x * y
            u = z * x
        found = [tape.gradient(z, x), tape.gradient(u, x), tape.gradient(u, y)]
        return [*found, *tape.gradient(u, {"b": y, "a": x}).values()]

    want = [3.0, 12.0, 4.0, 4.0, 12.0]
    assert [g.numpy() for g in often(gradients, 12)] == want


def test_used_up(used):
    x = tf.Variable(2.0)

    def tape_of():
        with tf.GradientTape() as tape:
            y = x * x
        return tape, y

    for _ in range(4):
        tape, y = tape_of()
        assert tape.gradient(y, [x])[0].numpy() == 4.0
        with pytest.raises(RuntimeError, match="non-persistent"):
            tape.gradient(y, [x])
    assert used()


def test_second_order():
    x = tf.Variable(2.0)

    def second():
        with tf.GradientTape() as outer:
            with tf.GradientTape() as inner:
                y = x**3
            g = inner.gradient(y, x)
        return outer.gradient(g, x).numpy()

    assert often(second, 6) == 12.0


def test_safe_gradients_are_walked():
    x = tf.Variable([0.0, 4.0])

    def gradient():
        with tf.GradientTape() as tape:
            y = tf.sqrt(x)
        return tape.gradient(y, x).numpy().tolist()

    assert often(gradient) == [np.inf, 0.25]
    with tf.autodiff.safe_gradients():
        assert often(gradient) == [0.0, 0.25]


def test_rules_of_the_user_run_each_time():
    runs = []

    @tf.custom_gradient
    def doubled(x):
        def grad(upstream):
            runs.append(1)
            return 2 * upstream

        return x, grad

    x = tf.Variable(2.0)

    def gradient():
        with tf.GradientTape() as tape:
            y = doubled(x) * 3.0
        return tape.gradient(y, x).numpy()

    assert often(gradient, 8) == 6.0
    assert len(runs) == 8


class Counting(events.Observer):
    def __init__(self):
        self.rules = 0

    def rule(self, call, entry, upstream, downstream):
        self.rules += 1


def test_observers_see_the_rules():
    x = tf.Variable(2.0)

    def gradient():
        with tf.GradientTape() as tape:
            y = x * x + x
        return tape.gradient(y, [x])[0]

    often(gradient)
    observer = Counting()
    events.subscribe(observer)
    try:
        assert gradient().numpy() == 5.0
    finally:
        events.unsubscribe(observer)
    assert observer.rules == 3  # a product, a sum, and reading the variable


def test_large_values_are_let_go(used):
    x = tf.Variable(tf.ones([5000]))

    def gradient():
        with tf.GradientTape() as tape:
            y = tf.reduce_sum(x * x)
        return tape.gradient(y, [x])[0]

    often(gradient, 6)
    assert not used()


def test_rows_stay_rows():
    x = tf.Variable(tf.ones([4, 2]))

    def gradient():
        with tf.GradientTape() as tape:
            y = tf.reduce_sum(tf.gather(x, [1, 1]))
        return tape.gradient(y, [x])[0]

    assert isinstance(often(gradient, 6), tf.IndexedSlices)


def test_threads():
    w = tf.Variable([1.0, 2.0])
    wrong = []

    def work(value):
        for _ in range(200):
            x = tf.constant([value, value])
            with tf.GradientTape() as tape:
                y = tf.reduce_sum(w * x * x)
            if tape.gradient(y, [w])[0].numpy().tolist() != [value**2, value**2]:
                wrong.append(value)

    threads = [threading.Thread(target=work, args=(float(i),)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_shelves_are_bounded(shelves, monkeypatch):
    monkeypatch.setattr(shelf, "SHELVES", 3)
    x = tf.Variable(2.0)
    for count in range(2, 10):
        with tf.GradientTape() as tape:
            y = x
            for _ in range(count):
                y = y * x
        tape.gradient(y, [x])
    assert len(shelves) == 3


def test_no_more_functions_than_variants(shelves):
    x = tf.Variable(2.0)
    for n in range(1, 12):
        for _ in range(2):
            with tf.GradientTape() as tape:
                y = tf.reduce_sum(tf.ones([n]) * x)
            assert tape.gradient(y, [x])[0].numpy() == n
    assert all(len(s.functions) <= shelf.VARIANTS for s in shelves.values())
    assert sum(len(s.functions) for s in shelves.values())
