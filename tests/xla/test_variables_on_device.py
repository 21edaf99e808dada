"""Variables of compiled functions stay with XLA from call to call, and nobody can tell."""

from __future__ import annotations

import threading

import numpy as np
import pytest

import tensortape as tf
from tensortape.core.device_tensor import DeviceTensor


def on_device(v):
    return type(v._t) is DeviceTensor


def momentum():
    w, m = tf.Variable(np.ones((40, 40), np.float32)), tf.Variable(tf.zeros((40, 40)))

    @tf.function(jit_compile=True)
    def step(x):
        m.assign(0.9 * m + x)
        w.assign_sub(0.1 * m)
        return tf.reduce_sum(w)

    return w, m, step


def test_they_stay_there_and_compile_once():
    w, m, step = momentum()
    x = tf.ones((40, 40))
    sums = [float(step(x)) for _ in range(4)]
    assert on_device(w) and on_device(m) and "_a" not in dir(w._t.__dict__)
    (run,) = step.get_concrete_function(x).function._executors.values()
    assert run.compiled.traces == 1 and run.compiled.calls == 4
    expected, velocity, want = np.float32(1), np.float32(0), []
    for _ in range(4):
        velocity = np.float32(0.9) * velocity + 1
        expected = expected - np.float32(0.1) * velocity
        want.append(1600 * expected)
    np.testing.assert_allclose(sums, want, rtol=1e-5)
    np.testing.assert_allclose(w.numpy(), np.full((40, 40), expected), rtol=1e-5)


def test_each_takes_the_memory_of_its_own_value():
    _, _, step = momentum()
    x = tf.ones((40, 40))
    step(x)
    (run,) = step.get_concrete_function(x).function._executors.values()
    compiled = run.compiled.lowered().compile().as_text()
    assert "input_output_alias" in compiled and " copy(" not in compiled


def test_what_somebody_holds_does_not_change():
    w, _, step = momentum()
    x = tf.ones((40, 40))
    step(x)
    held, view, copy = w.value(), w._t, w.numpy()
    before = copy.copy()
    step(x)
    step(x)
    for kept in (held, view, copy):
        np.testing.assert_array_equal(np.asarray(kept), before)
    assert not np.array_equal(w.numpy(), before)


def test_other_engines_and_tapes_read_them():
    w, _, step = momentum()
    x = tf.ones((40, 40))
    step(x)
    on_plan = tf.function(lambda: tf.reduce_sum(w * w), jit_compile=False)
    compiled = tf.function(lambda: tf.reduce_sum(w * w), jit_compile=True)
    step(x)
    np.testing.assert_allclose(float(on_plan()), float(compiled()), rtol=1e-5)
    with tf.GradientTape() as tape:
        y = compiled()
    np.testing.assert_allclose(tape.gradient(y, w).numpy(), 2 * w.numpy(), rtol=1e-6)
    w.assign_add(tf.ones_like(w))
    np.testing.assert_allclose(float(on_plan()), float(compiled()), rtol=1e-5)
    step(x)
    assert on_device(w)


def test_swapped_and_equal_variables():
    a, b, c = (tf.Variable([float(k)] * 20) for k in range(3))

    @tf.function(jit_compile=True)
    def swap():
        old = a.read_value()
        a.assign(b)
        b.assign(old)

    @tf.function(jit_compile=True)
    def level():
        a.assign(b + c)
        b.assign(b + c)

    for _ in range(3):
        swap()
    assert (a.numpy()[0], b.numpy()[0]) == (1.0, 0.0)
    for _ in range(2):
        level()
    assert (a.numpy()[0], b.numpy()[0], c.numpy()[0]) == (4.0, 4.0, 2.0)


def test_a_call_that_fails_changes_nothing():
    table = tf.Variable([1.0, 2.0, 3.0])

    @tf.function(jit_compile=True)
    def next_row(i):
        row = tf.gather(table, i)
        table.assign_add(tf.ones_like(table))
        return row

    assert float(next_row(tf.constant(2))) == 3.0
    with pytest.raises(tf.errors.InvalidArgumentError):
        next_row(tf.constant(7))
    assert table.numpy().tolist() == [2.0, 3.0, 4.0]
    assert float(next_row(tf.constant(0))) == 2.0


def test_a_callback_may_read_them():
    v, seen = tf.Variable(1.0), []

    @tf.function(jit_compile=True)
    def step():
        v.assign_add(1.0)
        tf.py_function(lambda: seen.append(float(v)), [], [])
        return v.read_value()

    assert [float(step()) for _ in range(3)] == [2.0, 3.0, 4.0]
    assert len(seen) == 3


def test_other_threads_may_read_them():
    w, _, step = momentum()
    x = tf.ones((40, 40))
    step(x)
    stop, failures = threading.Event(), []

    def read():
        while not stop.is_set():
            try:
                w.numpy()
            except Exception as error:
                failures.append(error)
                return

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(200):
        step(x)
    stop.set()
    reader.join()
    assert not failures


def test_which_engine_and_why():
    *_, step = momentum()
    x = tf.ones((40, 40))
    step(x)
    concrete = step.get_concrete_function(x)
    assert concrete.engine == "xla" and concrete.compile_seconds > 0
    assert concrete.explain_engine().startswith("xla, made in ")
    assert concrete.explain_engine().endswith("jit_compile=True")
    small = tf.function(lambda x: x + 1.0)
    small(x)
    assert small.get_concrete_function(x).engine == "plan"
    assert "estimated" in small.get_concrete_function(x).explain_engine()
