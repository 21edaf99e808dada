"""`tf.GradientTape`: what it records, what it answers, what it refuses.

Every expectation here was confirmed on TensorFlow 2.21.
"""

from __future__ import annotations

import threading

import numpy as np
import pytest

import tensortape as tf


def value(t):
    return None if t is None else np.asarray(t)


def test_gradient_descent_on_a_parabola():
    x = tf.Variable(0.0)
    for _ in range(20):
        with tf.GradientTape() as tape:
            y = x**2 - 6 * x + 5
        x.assign_sub(0.1 * tape.gradient(y, x))
    assert x.numpy() == np.float32(2.9654123783111572)


def test_constants_are_not_watched():
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    assert tape.gradient(y, x) is None


def test_watch_after_the_operation_is_too_late():
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        y = x * x
        tape.watch(x)
    assert tape.gradient(y, x) is None


def test_untrainable_variables_are_not_watched_by_themselves():
    v = tf.Variable(3.0, trainable=False)
    with tf.GradientTape() as tape:
        y = v * v
    assert tape.gradient(y, v) is None
    with tf.GradientTape() as tape:
        tape.watch(v)
        y = v * v
    assert float(tape.gradient(y, v)) == 6.0


def test_watch_accessed_variables_can_be_switched_off():
    v, w = tf.Variable(3.0), tf.Variable(2.0)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(v)
        y = v * w
    assert [value(g) for g in tape.gradient(y, [v, w])] == [2.0, None]


def test_a_tape_is_used_once_unless_persistent():
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    tape.gradient(y, x)
    with pytest.raises(RuntimeError, match="non-persistent"):
        tape.gradient(y, x)
    with tf.GradientTape(persistent=True) as tape:
        y = x * x
        z = y * y
    assert float(tape.gradient(z, x)) == 108.0
    assert float(tape.gradient(y, x)) == 6.0
    assert float(tape.gradient(z, y)) == 18.0


def test_nests_of_targets_and_sources():
    a, b = tf.Variable(2.0), tf.Variable(5.0)
    with tf.GradientTape() as tape:
        targets = {"p": a * b, "q": [a * a]}
    grads = tape.gradient(targets, {"x": a, "y": (b, a)})
    assert float(grads["x"]) == 9.0
    assert [float(g) for g in grads["y"]] == [2.0, 9.0]
    assert isinstance(grads["y"], tuple)


def test_intermediate_sources():
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
        z = y * x
    dz_dy, dz_dx = tape.gradient(z, [y, x])
    assert float(dz_dy) == 3.0
    assert float(dz_dx) == 27.0


def test_target_as_source():
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * 2.0
    assert float(tape.gradient(y, y)) == 1.0


def test_output_gradients():
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = x * x
    g = tape.gradient(y, x, output_gradients=tf.constant([10.0, 100.0]))
    np.testing.assert_array_equal(g.numpy(), [20.0, 400.0])


@pytest.mark.parametrize("policy", ["zero", tf.UnconnectedGradients.ZERO])
def test_unconnected_zero(policy):
    x, unused = tf.Variable(1.0), tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = x * 1.0
    g = tape.gradient(y, [x, unused], unconnected_gradients=policy)
    np.testing.assert_array_equal(g[1].numpy(), [0.0, 0.0])


def test_unknown_policy():
    x = tf.Variable(1.0)
    with tf.GradientTape() as tape:
        y = x * 1.0
    with pytest.raises(ValueError, match="nonsense"):
        tape.gradient(y, x, unconnected_gradients="nonsense")


def test_stop_recording_and_stop_gradient():
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        with tape.stop_recording():
            hidden = x * x
        y = x * 2.0 + hidden + tf.stop_gradient(x * x)
    assert float(tape.gradient(y, x)) == 2.0


def test_stop_recording_needs_recording():
    with pytest.raises(RuntimeError), tf.GradientTape().stop_recording():
        pass


def test_reset_forgets():
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
        tape.reset()
        z = x * 5.0
    assert len(tape.watched_variables()) == 1
    assert float(y) == 9.0
    assert float(tape.gradient(z, x)) == 5.0


def test_watched_variables():
    a, b = tf.Variable(2.0), tf.Variable(5.0)
    with tf.GradientTape() as tape:
        _ = a * b
    assert [v is w for v, w in zip(tape.watched_variables(), (a, b), strict=True)] == [True, True]


def test_integers_have_no_gradient():
    x = tf.Variable(3)
    with tf.GradientTape() as tape:
        y = x * x
    assert tape.gradient(y, x) is None


def test_second_and_third_order():
    x = tf.Variable(2.0)
    with tf.GradientTape() as t3:
        with tf.GradientTape() as t2:
            with tf.GradientTape() as t1:
                y = x**4
            d1 = t1.gradient(y, x)
        d2 = t2.gradient(d1, x)
    d3 = t3.gradient(d2, x)
    assert [float(d) for d in (d1, d2, d3)] == [32.0, 48.0, 48.0]


def test_gradient_within_the_context_of_a_persistent_tape():
    x = tf.Variable(2.0)
    with tf.GradientTape(persistent=True) as tape:
        y = x * x * x
        d = tape.gradient(y, x)
    assert float(d) == 12.0
    assert float(tape.gradient(d, x)) == 12.0


def test_assignment_cuts_the_path_but_reads_connect():
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = x * x
        x.assign(10.0)
        z = y + x * 3.0
    assert float(tape.gradient(z, x)) == 7.0


def test_each_read_is_a_tensor_of_its_own():
    v = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        r = v.read_value()
        y = v * v + r * 5.0
    assert float(tape.gradient(y, r)) == 5.0


def test_watching_what_cannot_be_watched():
    with tf.GradientTape() as tape, pytest.raises(ValueError, match=r"not tf\.Tensor"):
        tape.watch(3.0)


def test_sources_must_be_tensors():
    with tf.GradientTape() as tape:
        y = tf.Variable(1.0) * 2.0
    with pytest.raises(AttributeError, match=r"3\.0.*float"):
        tape.gradient(y, [3.0])


def test_reentering_an_active_tape():
    tape = tf.GradientTape()
    with tape, pytest.raises(ValueError, match="still recording"), tape:
        pass


def test_an_exception_leaves_nothing_behind():
    x = tf.Variable(1.0)
    with pytest.raises(ZeroDivisionError), tf.GradientTape():
        _ = x * x
        raise ZeroDivisionError
    with tf.GradientTape() as tape:
        y = x * 3.0
    assert float(tape.gradient(y, x)) == 3.0


def test_tapes_of_threads_do_not_see_each_other():
    x = tf.Variable(1.0)
    seen = []

    def work():
        with tf.GradientTape() as tape:
            y = x * 5.0
        seen.append(float(tape.gradient(y, x)))

    with tf.GradientTape() as outer:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        z = x * 2.0
    assert seen == [5.0]
    assert float(outer.gradient(z, x)) == 2.0


def test_a_long_chain_needs_no_recursion():
    x = tf.Variable(1.0)
    with tf.GradientTape() as tape:
        y = x * 1.0
        for _ in range(20_000):
            y = y + 1.0
    assert float(tape.gradient(y, x)) == 1.0


@pytest.mark.parametrize("jit_compile", [False, None])
def test_zeros_of_unconnected_sources_in_functions(jit_compile):
    """They are operations of the function: a source it does not use has none other."""

    def gradient(x, w):
        with tf.GradientTape(persistent=True) as tape:
            tape.watch([x, w])
            y = tf.reduce_sum(x**2)
            rows = x**2
        found = tape.gradient(y, [x, w], unconnected_gradients="zero")
        return [*found, tape.jacobian(rows, w, unconnected_gradients="zero")]

    x, w = tf.constant([1.0, 2.0]), tf.ones([3, 3])
    got = tf.function(gradient, jit_compile=jit_compile)(x, w)
    assert got[0].numpy().tolist() == [2.0, 4.0]
    assert got[1].shape == (3, 3) and not got[1].numpy().any()
    assert got[2].shape == (2, 3, 3) and not got[2].numpy().any()
