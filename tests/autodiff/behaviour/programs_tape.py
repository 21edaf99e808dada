"""Recording: what is watched, when, for how long, and what may be asked afterwards."""

import contextlib

DIFFERS = {
    "watch_inside_stop_recording": (
        "what is watched stays watched; TensorFlow ignores watch() while no tape records",
        {"dtype": "float32", "shape": [], "values": [6.0]},
    ),
}


def parabola(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x**2
    return tape.gradient(y, x)


def constant_is_not_watched(tf):
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    return tape.gradient(y, x)


def watched_constant(tf):
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.gradient(y, x)


def watch_before_entering(tf):
    x = tf.constant(3.0)
    tape = tf.GradientTape()
    return _raised(lambda: tape.watch(x))


def watch_before_entering_is_forgotten(tf):
    x = tf.constant(3.0)
    tape = tf.GradientTape(persistent=True)
    with tape:
        tape.watch(x)
        y = x * x
    with tape:
        z = x * x * x
    return tape.gradient(y, x), tape.gradient(z, x)


def watch_after_use(tf):
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        y = x * x
        tape.watch(x)
        z = x * 5.0
    return tape.gradient([y, z], x)


def watch_a_number(tf):
    with tf.GradientTape() as tape:
        tape.watch(3.0)


def watch_a_numpy_array(tf):
    import numpy as np

    with tf.GradientTape() as tape:
        tape.watch(np.ones(2))


def watch_none(tf):
    with tf.GradientTape() as tape:
        tape.watch(None)


def watch_a_string(tf):
    with tf.GradientTape() as tape:
        tape.watch("x")


def watch_an_integer_tensor(tf):
    x = tf.constant(3)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.gradient(y, x)


def watch_a_dict(tf):
    xs = {"b": tf.constant(2.0), "a": tf.constant(5.0)}
    with tf.GradientTape() as tape:
        tape.watch(xs)
        y = xs["a"] * xs["b"] ** 2
    return tape.gradient(y, xs)


def watch_an_intermediate(tf):
    x = tf.constant(3.0)
    y = x * x
    with tf.GradientTape() as tape:
        tape.watch(y)
        z = y * 2.0
    return tape.gradient(z, [x, y])


def watch_twice(tf):
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        tape.watch(x)
        y = x * x
    return tape.gradient(y, x)


def watch_a_result_inside(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
        tape.watch(y)
        z = y * y
    return tape.gradient(z, [x, y])


def untrainable_variable(tf):
    v = tf.Variable(3.0, trainable=False)
    with tf.GradientTape() as tape:
        y = v * v
    return tape.gradient(y, v)


def untrainable_variable_watched(tf):
    v = tf.Variable(3.0, trainable=False)
    with tf.GradientTape() as tape:
        tape.watch(v)
        y = v * v
    return tape.gradient(y, v)


def accessed_variables_off(tf):
    v, w = tf.Variable(3.0), tf.Variable(2.0)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(w)
        y = v * w
    return tape.gradient(y, [v, w])


def watched_variables_in_order(tf):
    v, w = tf.Variable(3.0, name="v"), tf.Variable(2.0, name="w")
    with tf.GradientTape() as tape:
        _ = w * v
    return [x.name for x in tape.watched_variables()]


def watched_variables_after_watch_of_tensor(tf):
    x = tf.constant(1.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
    return len(tape.watched_variables())


def watched_variables_untrainable(tf):
    v = tf.Variable(3.0, trainable=False)
    with tf.GradientTape() as tape:
        _ = v * 2.0
    return len(tape.watched_variables())


def watched_variables_after_gradient(tf):
    v = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = v * 2.0
    tape.gradient(y, v)
    return _raised(lambda: len(tape.watched_variables()))


def second_gradient_of_one_tape(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    tape.gradient(y, x)
    return tape.gradient(y, x)


def jacobian_after_gradient(tf):
    x = tf.Variable([3.0])
    with tf.GradientTape() as tape:
        y = x * x
    tape.gradient(y, x)
    return tape.jacobian(y, x)


def gradient_after_jacobian(tf):
    x = tf.Variable([3.0])
    with tf.GradientTape() as tape:
        y = x * x
    tape.jacobian(y, x)
    return tape.gradient(y, x)


def gradient_without_entering(tf):
    x = tf.Variable(3.0)
    tape = tf.GradientTape()
    return tape.gradient(x * x, x)


def persistent_twice(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape(persistent=True) as tape:
        y = x * x
        z = y * y
    return tape.gradient(z, x), tape.gradient(y, x), tape.gradient(z, y)


def gradient_inside_the_context(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
        g = tape.gradient(y, x)
    return g


def recording_ends_with_gradient_inside(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
        tape.gradient(y, x)
        z = x * x
        return tape.gradient(z, x)


def persistent_gradient_inside_the_context(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape(persistent=True) as tape:
        y = x * x
        g = tape.gradient(y, x)
        z = g * x
    return g, tape.gradient(z, x)


def persistent_gradient_of_own_gradient(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape(persistent=True) as tape:
        y = x**3
        g = tape.gradient(y, x)
    return tape.gradient(g, x)


def reenter_while_recording(tf):
    tape = tf.GradientTape()
    with tape, tape:
        pass


def reenter_afterwards(tf):
    x = tf.Variable(3.0)
    tape = tf.GradientTape()
    with tape:
        y = x * x
    with tape:
        z = x * 5.0
    return tape.gradient([y, z], x)


def reenter_persistent(tf):
    x = tf.Variable(3.0)
    tape = tf.GradientTape(persistent=True)
    with tape:
        y = x * x
    with tape:
        z = y * 5.0
    return tape.gradient([y, z], x)


def reenter_after_gradient(tf):
    x = tf.Variable(3.0)
    tape = tf.GradientTape()
    with tape:
        y = x * x
    first = tape.gradient(y, x)
    with tape:
        z = x * 5.0
    return first, tape.gradient(z, x)


def computed_outside(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    z = y * 10.0
    return tape.gradient(z, x), len(tape.watched_variables())


def exception_inside_leaves_no_tape(tf):
    x = tf.Variable(3.0)
    outer = tf.GradientTape()
    with outer:
        try:
            with tf.GradientTape() as inner:
                y = x * x
                raise KeyError("stop")
        except KeyError:
            pass
        z = x * y
    return inner.gradient(y, x), outer.gradient(z, x)


def failed_operation_is_not_recorded(tf):
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = x * 2.0
        with contextlib.suppress(tf.errors.InvalidArgumentError):
            y + tf.ones(3)
        z = y * 3.0
    return tape.gradient(z, x)


def stop_recording(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        with tape.stop_recording():
            hidden = x * x
        y = x * 2.0 + hidden
    return tape.gradient(y, x)


def stop_recording_not_recording(tf):
    tape = tf.GradientTape()
    with tape.stop_recording():
        pass


def stop_recording_after_exit(tf):
    with tf.GradientTape() as tape:
        pass
    with tape.stop_recording():
        pass


def stop_recording_resumes_after_exception(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        try:
            with tape.stop_recording():
                raise KeyError
        except KeyError:
            pass
        y = x * x
    return tape.gradient(y, x)


def stop_recording_of_outer_alone(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner, outer.stop_recording():
            y = x * x
        g = inner.gradient(y, x)
    return g, outer.gradient(y, x)


def stop_recording_gradient_inside(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape(persistent=True) as tape:
        y = x**3
        with tape.stop_recording():
            g = tape.gradient(y, x)
        z = g * x
    return tape.gradient(z, x)


def watch_inside_stop_recording(tf):
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        with tape.stop_recording():
            tape.watch(x)
        y = x * x
    return tape.gradient(y, x)


def reset_forgets(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
        tape.reset()
        z = x * 5.0
    return tape.gradient([y, z], x)


def reset_forgets_watch(tf):
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        tape.reset()
        y = x * 5.0
    return tape.gradient(y, x)


def reset_persistent(tf):
    x = tf.constant(3.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * x
        tape.reset()
        tape.watch(x)
        z = x * 5.0
    return tape.gradient(y, x), tape.gradient(z, x)


def reset_after_exit(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    tape.reset()
    return tape.gradient(y, x)


def reset_watched_variables(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        _ = x * x
        tape.reset()
    return len(tape.watched_variables())


def loop_of_reset(tf):
    x = tf.constant(1.0)
    found = []
    with tf.GradientTape() as tape:
        tape.watch(x)
        for k in range(3):
            y = x * float(k)
            with tape.stop_recording():
                found.append(y)
    return found, tape.gradient(y, x)


def stop_gradient(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * tf.stop_gradient(x)
    return tape.gradient(y, x)


def stop_gradient_everywhere(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = tf.stop_gradient(x * x)
    return tape.gradient(y, x, unconnected_gradients="zero")


def python_control_flow(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x if x > 2.0 else x
        for _ in range(3):
            y = y * x
    return tape.gradient(y, x)


def numpy_breaks_the_chain(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = tf.constant(x.numpy() ** 2)
    return tape.gradient(y, x)


def variable_overwritten_by_tensor(tf):
    x = tf.Variable(2.0)
    found = []
    for _ in range(2):
        with tf.GradientTape() as tape:
            y = x + 1
        found.append(tape.gradient(y, x))
        x = x + 1
    return found


def integers_cut(tf):
    x = tf.constant(10)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.gradient(y, x)


def cast_to_int_and_back(tf):
    x = tf.Variable(2.5)
    with tf.GradientTape() as tape:
        y = tf.cast(tf.cast(x, tf.int32), tf.float32) * x
    return tape.gradient(y, x)


def assign_add_is_not_differentiated(tf):
    x0, x1 = tf.Variable(3.0), tf.Variable(0.0)
    with tf.GradientTape() as tape:
        x1.assign_add(x0)
        y = x1**2
    return tape.gradient(y, x0), y


def assign_inside_uses_the_value_of_the_time(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
        x.assign(10.0)
        z = y + x * x
    return tape.gradient(z, x)


def diamond(tf):
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        a = x * x
        y = a * x + a * a + a
    return tape.gradient(y, x)


def same_input_twice(tf):
    x = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape() as tape:
        y = tf.matmul(x, x)
    return tape.gradient(y, x)


def unused_output_of_split(tf):
    x = tf.Variable([1.0, 2.0, 3.0, 4.0])
    with tf.GradientTape() as tape:
        _, b = tf.split(x, 2)
        y = b * b
    return tape.gradient(y, x)


def unused_output_of_svd(tf):
    x = tf.Variable([[2.0, 0.0], [0.0, 3.0]])
    with tf.GradientTape() as tape:
        s = tf.linalg.svd(x, compute_uv=False)
    return tape.gradient(s, x)


def identity_has_a_name_of_its_own(tf):
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = tf.identity(x)
        z = y * y
    return tape.gradient(z, [x, y])


def tape_of_another_thread(tf):
    import threading

    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        found = []
        thread = threading.Thread(target=lambda: found.append(x * x))
        thread.start()
        thread.join()
    return tape.gradient(found[0], x)


def keyword_arguments(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape(persistent=False, watch_accessed_variables=True) as tape:
        y = x * x
    return tape.gradient(target=y, sources=x)


def unknown_keyword(tf):
    return tf.GradientTape(persist=True)


def _raised(f):
    try:
        return f()
    except Exception as error:
        return type(error).__name__
