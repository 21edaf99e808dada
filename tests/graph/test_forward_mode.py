"""Forward mode through traced functions, branches and loops: the tangents TensorFlow gives.

`JVP` and `SECOND` are what TensorFlow 2.21 gives for the bodies called eagerly: the tangent of the
value along ones, and of the gradient.
"""

import numpy as np
import pytest

import tensortape as tf

V = [0.5, -1.2, 2.0]
W = [0.5, 1.2, 2.0]


def cond(x):
    total = tf.reduce_sum(x)
    return tf.cond(total > 0, lambda: tf.reduce_sum(x**3), lambda: total)


def case(x):
    pairs = [(x[0] > 1, lambda: x[0] ** 3), (x[0] > 0, lambda: x[1] ** 3 * x[0])]
    return tf.case(pairs, default=lambda: x[0])


def at_most(x):
    start = (0, x[0] * x)
    return tf.while_loop(
        lambda i, y: True, lambda i, y: (i + 1, y * x), start, maximum_iterations=3
    )[1]


def trip_count_from_data(x):
    return tf.while_loop(lambda y: tf.reduce_sum(y) < 20.0, lambda y: [y * y + x * x], [x])[0]


def growing(x):
    shapes = (tf.TensorShape([]), tf.TensorShape([None]))
    found = tf.while_loop(
        lambda i, y: i < 3,
        lambda i, y: (i + 1, tf.concat([y, y[-1:] * x[:1]], 0)),
        (0, x),
        shape_invariants=shapes,
    )
    return tf.reduce_sum(found[1] ** 2)


def loop_in_a_loop(x):
    def outer(i, y):
        _, z = tf.while_loop(lambda j, z: j < i + 1, lambda j, z: (j + 1, z * x + y), (0, y))
        return i + 1, z

    return tf.while_loop(lambda i, y: i < 3, outer, (0, x))[1]


def written_rows(x):
    rows = tf.TensorArray(tf.float32, 0, dynamic_size=True)
    h = x[0]
    for v in tf.unstack(x):
        h = tf.tanh(h * v)
        rows = rows.write(rows.size(), h)
    return rows.stack()


def rows_written_in_a_loop(x):
    rows = tf.TensorArray(tf.float32, 0, dynamic_size=True)
    _, rows = tf.while_loop(
        lambda i, t: i < 3, lambda i, t: (i + 1, t.write(i, x * x * tf.cast(i, tf.float32))),
        (0, rows),
    )  # fmt: skip
    return rows.stack()


def mapped(x):
    return tf.map_fn(lambda a: a**3, x)


def vectorized(x):
    return tf.vectorized_map(lambda a: a**3 * x[0], x)


def scanned(x):
    return tf.scan(lambda a, b: a * b + a, x)


def scanned_pairs(x):
    start = (x[0], x[1])
    return tf.scan(lambda a, b: (a[0] * b[0], a[1] + b[1]), (x, x**2), initializer=start)[0]


def folded(x):
    return tf.foldr(lambda a, b: a * b + a, x, initializer=1.0)


BODIES = {
    cond: (V, 17.07, [3.0, -7.2, 12.0]),
    case: (V, 0.432, [4.32, 0.72, 0.0]),
    at_most: (V, [0.3125, -1.3824, 32.0], [27.588, 1.728, 56.0]),
    trip_count_from_data: (V, [3.0, -30.048, 132.0], [14.0, 71.12, 194.0]),
    growing: (V, 10.6625, [36.25, 2.0, 9.40625]),
    loop_in_a_loop: (V, [12.984375, 1.880115, 1689.0], [58.4375, -17.0054, 3938.0]),
    written_rows: (W, [0.9400148, 1.2608536, 2.0587177], [1.7572551, 0.9025114, 0.3170578]),
    rows_written_in_a_loop: (
        V,
        [[0.0, 0.0, 0.0], [1.0, -2.4, 4.0], [2.0, -4.8, 8.0]],
        [6.0, 6.0, 6.0],
    ),
    mapped: (V, [0.75, 4.32, 12.0], [3.0, -7.2, 12.0]),
    vectorized: (V, [0.5, 0.432, 14.0], [19.32, 0.72, 18.0]),
    scanned: (V, [1.0, 0.3, 0.8], [3.8, 4.5, 0.3]),
    scanned_pairs: (V, [1.0, -0.95, -2.2], [-3.4, 3.25, -0.95]),
    folded: (V, 3.6, [2.8, 4.5, 1.3]),
}
"""Body -> where, its tangent along ones, and that of its gradient."""


def tangent(f):
    def value(x):
        with tf.autodiff.ForwardAccumulator(x, tf.ones_like(x)) as acc:
            y = f(x)
        return acc.jvp(y)

    return value


def gradient(f):
    def value(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = f(x)
        return tape.gradient(y, x)

    return value


def close(given, expected):
    np.testing.assert_allclose(given, expected, rtol=2e-5, atol=1e-6)


MODES = {
    "eager": lambda rule, f: rule(f),
    "outside": lambda rule, f: rule(tf.function(f)),
    "inside": lambda rule, f: tf.function(rule(f)),
    "both": lambda rule, f: tf.function(rule(tf.function(f))),
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("body", BODIES, ids=lambda f: f.__name__)
def test_tangents_through_control_flow(body, mode):
    point, first, second = BODIES[body]
    x = tf.constant(point)
    close(MODES[mode](tangent, body)(x), first)
    close(MODES[mode](lambda f: tangent(gradient(f)), body)(x), second)


@pytest.mark.parametrize("rules", ["fff", "ffr", "frf", "rff", "rfr", "rrf", "rrr"])
def test_third_derivatives_in_any_mix(rules):
    def body(x):
        return tf.while_loop(lambda y: tf.reduce_sum(y) < 20.0, lambda y: [y * y * x + x], [x])[0]

    f = body
    for rule in reversed(rules):
        f = (tangent if rule == "f" else gradient)(f)
    close(tf.function(f)(tf.constant(W)), [49.125, 614.256, 3846.0])


def drawn():
    return tf.random.uniform([3]) + 0.5


def times(count, step, x):
    return tf.while_loop(lambda i, y: i < count, lambda i, y: (i + 1, step(i, y)), (0, x))[1]


def loop_of_loops(x):
    return times(3, lambda i, y: times(i + 1, lambda j, z: z * x * drawn(), y) * drawn(), x)


DRAWING = {
    "loop": (4, lambda x: times(3, lambda i, y: y * x * drawn(), x)),
    "branch": (2, lambda x: tf.cond(x[0] > 0, lambda: x * x * drawn(), lambda: x * drawn())),
    "loop of loops": (7, loop_of_loops),
    "loop of branches": (
        4,
        lambda x: times(3, lambda i, y: tf.cond(i > 0, lambda: y * x * drawn(), lambda: y * x), x),
    ),
    "branch of loops": (
        7,
        lambda x: tf.cond(x[0] > 0, lambda: loop_of_loops(x) * drawn(), lambda: x * drawn()),
    ),
}


@pytest.mark.parametrize("name", DRAWING)
def test_derivatives_see_what_was_drawn_at_random(name):
    """A product of n factors x, whatever else was drawn: x*y' is n*y, x*x*y'' is n*(n-1)*y."""
    count, body = DRAWING[name]

    @tf.function
    def ratios(x):
        with tf.GradientTape() as tape, tf.autodiff.ForwardAccumulator(x, x) as acc:
            tape.watch(x)
            y = body(x)
        with tf.autodiff.ForwardAccumulator(x, x) as outer:
            with tf.GradientTape() as inner:
                inner.watch(x)
                z = body(x)
            d = inner.gradient(z, x)
        return acc.jvp(y) / y, tape.gradient(y, x) * x / y, outer.jvp(d) * x / z

    x = tf.constant(W)
    close(ratios(x), [[count] * 3, [count] * 3, [count * (count - 1)] * 3])


def test_tangents_with_unknown_sizes_and_of_variables():
    v = tf.Variable(2.0)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32)])
    def f(x):
        with tf.autodiff.ForwardAccumulator([x, v], [tf.ones_like(x), tf.constant(1.0)]) as acc:
            y = tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * x * v), (0, x))[1]
            z = tf.map_fn(lambda a: a * a, y)
        return acc.jvp(y), acc.jvp(z)

    for point in ([1.0, 2.0], [0.5, 1.0, 3.0]):
        x = np.array(point, "f4")
        y, d = 8 * x**4, 8 * 4 * x**3 + 12 * x**4
        first, second = f(point)
        close(first, d)
        close(second, 2 * y * d)


def test_a_tape_inside_an_accumulator_keeps_more_of_a_loop_without_losing_tangents():
    """Asking for the gradient makes the loop keep its steps, which then have tangents, too."""

    @tf.function
    def f(x):
        with (
            tf.autodiff.ForwardAccumulator(x, tf.ones_like(x)) as acc,
            tf.GradientTape(persistent=True) as tape,
        ):
            tape.watch(x)
            y = tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * x), (0, x))[1]
            z = y * y
            d, e = tape.gradient(y, x), tape.gradient(z, x)
        return acc.jvp(y), acc.jvp(d), acc.jvp(e)

    x = np.array(W, "f4")
    for given, expected in zip(f(tf.constant(W)), (4 * x**3, 12 * x**2, 56 * x**6), strict=True):
        close(given, expected)
