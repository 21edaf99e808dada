"""Sources that one of several results of a function, branch or loop does not depend on.

A function gives zeros to a source that any of its results of floats is connected to, and `None` to
others, whichever result the target needs.
"""

DIFFERS = {}


def _given(tf):
    return tf.constant(2.0), tf.constant([1.0, 3.0])


def _two(tf):
    return tf.function(lambda a, b: (a * a, tf.sin(b)))


def _gradients(tf, f, pick, given=None, sources=None, **options):
    """The gradients of one of the results for all arguments."""
    given = given or _given(tf)
    with tf.GradientTape() as tape:
        tape.watch(given)
        y = f(*given)
        target = pick(y)
    return tape.gradient(target, list(sources or given), **options)


def first_of_two(tf):
    return _gradients(tf, _two(tf), lambda y: y[0])


def second_of_two(tf):
    return _gradients(tf, _two(tf), lambda y: y[1])


def both(tf):
    return _gradients(tf, _two(tf), lambda y: list(y))


def asked_for_none(tf):
    return _gradients(tf, _two(tf), lambda y: y[0], unconnected_gradients="none")


def asked_for_zeros(tf):
    return _gradients(tf, _two(tf), lambda y: y[0], unconnected_gradients="zero")


def eagerly(tf):
    return _gradients(tf, lambda a, b: (a * a, tf.sin(b)), lambda y: y[0])


def argument_without_use(tf):
    return _gradients(tf, tf.function(lambda a, b: (a * a, a + 1.0)), lambda y: y[0])


def stopped(tf):
    f = tf.function(lambda a, b: (a * 2.0, tf.stop_gradient(b) * 2.0))
    return [_gradients(tf, f, lambda y, i=i: y[i]) for i in (0, 1)]


def rounded(tf):
    f = tf.function(lambda a, b: (a * 2.0, tf.round(b), tf.floor(a), tf.sign(b)))
    return [_gradients(tf, f, lambda y, i=i: y[i]) for i in range(4)]


def integer_result(tf):
    f = tf.function(lambda a, b: (a * 2.0, tf.cast(b, tf.int32)))
    return [_gradients(tf, f, lambda y, i=i: y[i]) for i in (0, 1)]


def integer_and_floats(tf):
    f = tf.function(lambda a, b: (a * 2.0, tf.cast(b, tf.int32), b * 3.0))
    return [_gradients(tf, f, lambda y, i=i: y[i]) for i in (0, 2)]


def boolean_result(tf):
    f = tf.function(lambda a, b: (a * 2.0, b > 2.0, tf.argmax(b)))
    return [_gradients(tf, f, lambda y, i=i: y[i]) for i in (0,)]


def constant_result(tf):
    f = tf.function(lambda a, b: (a * 1.0, tf.constant(5.0)))
    return [_gradients(tf, f, lambda y, i=i: y[i]) for i in (0, 1)]


def arguments_as_results(tf):
    f = tf.function(lambda a, b: (a, b))
    return [_gradients(tf, f, lambda y, i=i: y[i]) for i in (0, 1)]


def one_result_twice(tf):
    def body(a, b):
        c = a * 3.0
        return c, c, b * 2.0

    return [_gradients(tf, tf.function(body), lambda y, i=i: y[i]) for i in range(3)]


def dictionary(tf):
    f = tf.function(lambda a, b: {"x": a * 2.0, "y": [b * 3.0, a * b]})
    picks = lambda y: y["x"], lambda y: y["y"][0], lambda y: y["y"][1]
    return [_gradients(tf, f, pick) for pick in picks]


def what_only_prints(tf):
    f = tf.function(lambda a, b: (a * 2.0, b * 3.0))
    return _gradients(tf, f, lambda y: y[0] * 2.0 + 1.0)


def function_in_function(tf):
    f = _two(tf)

    @tf.function
    def outer(a, b):
        x, y = f(a, b)
        return x * 2.0, y * 3.0

    return [_gradients(tf, outer, lambda y, i=i: y[i]) for i in (0, 1)]


def function_in_function_one_result(tf):
    f = _two(tf)
    return _gradients(tf, tf.function(lambda a, b: f(a, b)[0]), lambda y: y)


def function_in_eager_code(tf):
    f = _two(tf)
    return _gradients(tf, lambda a, b: (f(a * 2.0, b * 3.0)[0], b), lambda y: y[0])


def three_deep(tf):
    f = _two(tf)
    g = tf.function(lambda a, b: f(a, b)[::-1])
    h = tf.function(lambda a, b: g(a * 2.0, b)[1])
    return _gradients(tf, h, lambda y: y)


def tape_inside(tf):
    f = _two(tf)

    @tf.function
    def g(a, b):
        with tf.GradientTape(persistent=True) as tape:
            tape.watch([a, b])
            y = f(a, b)
        return tape.gradient(y[0], [a, b]), tape.gradient(y[1], [a, b])

    return g(*_given(tf))


def tape_inside_without_inner_function(tf):
    @tf.function
    def g(a, b):
        with tf.GradientTape() as tape:
            tape.watch([a, b])
            y = a * a, tf.sin(b)
        return tape.gradient(y[0], [a, b])

    return g(*_given(tf))


def gradients_of_graphs(tf):
    f = _two(tf)

    @tf.function
    def g(a, b):
        y = f(a, b)
        return tf.gradients(y[0], [a, b]), tf.gradients(y[1], [a, b])

    return g(*_given(tf))


def gradients_of_graphs_zero(tf):
    f = _two(tf)

    @tf.function
    def g(a, b):
        return tf.gradients(f(a, b)[0], [a, b], unconnected_gradients="zero")

    return g(*_given(tf))


def method(tf):
    class Model(tf.Module):
        def __init__(self):
            super().__init__()
            self.v, self.w = tf.Variable(3.0), tf.Variable([1.0, 2.0])

        @tf.function
        def __call__(self, a, b):
            return self.v * a, self.w * b

    model = Model()
    sources = [model.v, model.w]
    return [_gradients(tf, model, lambda y, i=i: y[i], None, sources) for i in (0, 1)]


def persistent_tape(tf):
    f, (a, b) = _two(tf), _given(tf)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([a, b])
        y = f(a, b)
        z = y[0] + tf.reduce_sum(y[1])
    return [tape.gradient(t, [a, b]) for t in (y[0], y[1], z)]


def captured_variables(tf):
    v, w, u = tf.Variable(3.0), tf.Variable([1.0, 2.0]), tf.Variable(1.0)
    f = tf.function(lambda a, b: (v * a, w * b, a))
    given = _given(tf)
    every = [v, w, u, *given]
    return [_gradients(tf, f, lambda y, i=i: y[i], given, every) for i in range(3)]


def captured_tensors(tf):
    c, d = tf.constant(4.0), tf.constant([2.0, 2.0])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([c, d])
        y = tf.function(lambda a: (a * c, a * d))(tf.constant(1.5))
    return [tape.gradient(t, [c, d]) for t in y]


def assigned_variable(tf):
    v, w = tf.Variable(3.0), tf.Variable(1.0)

    @tf.function
    def f(a):
        v.assign(v * a)
        return v * 2.0, w * a

    with tf.GradientTape(persistent=True) as tape:
        y = f(tf.constant(2.0))
    return [tape.gradient(t, [v, w]) for t in y]


def layers_of_which_one_counts(tf):
    w1, w2 = tf.Variable([[1.0, 2.0]]), tf.Variable([[3.0], [4.0]])

    @tf.function
    def f(x):
        hidden = tf.tanh(x @ w1)
        return hidden @ w2, hidden

    with tf.GradientTape(persistent=True) as tape:
        prediction, hidden = f(tf.constant([[0.5], [0.2]]))
    return [tape.gradient(t, [w1, w2]) for t in (prediction, hidden)]


def _second(tf, f):
    a, b = _given(tf)
    with tf.GradientTape(persistent=True) as outer:
        outer.watch([a, b])
        with tf.GradientTape() as inner:
            inner.watch([a, b])
            y = f(a, b)
        d = inner.gradient(y[0], a)
    return d, outer.gradient(d, [a, b])


def second_order(tf):
    return _second(tf, _two(tf))


def second_order_linear(tf):
    return _second(tf, tf.function(lambda a, b: (a * 3.0, b * 2.0)))


def second_order_of_what_reads_nothing(tf):
    f = tf.function(lambda a, b: (tf.identity(a), tf.identity(b)))
    return _second(tf, f)


def second_order_without_connection(tf):
    f = tf.function(lambda a, b: (a * a, tf.stop_gradient(b) * 2.0, a + 1.0))
    g = tf.function(lambda a, b: (a * a * a, tf.round(b)))
    return _second(tf, f), _second(tf, g)


def second_order_eagerly(tf):
    return _second(tf, lambda a, b: (a * a, tf.sin(b)))


def second_order_of_zeros(tf):
    f, (a, b) = _two(tf), _given(tf)
    with tf.GradientTape(persistent=True) as outer:
        outer.watch([a, b])
        with tf.GradientTape() as inner:
            inner.watch([a, b])
            y = f(a, b)
        d = inner.gradient(y[0], b)
    return d, outer.gradient(d, [a, b])


def third_order(tf):
    f, (a, b) = tf.function(lambda a, b: (a**4, tf.sin(b))), _given(tf)
    with tf.GradientTape() as t3:
        t3.watch([a, b])
        with tf.GradientTape() as t2:
            t2.watch([a, b])
            with tf.GradientTape() as t1:
                t1.watch([a, b])
                y = f(a, b)
            d1 = t1.gradient(y[0], a)
        d2 = t2.gradient(d1, a)
    return d1, d2, t3.gradient(d2, [a, b])


def second_order_inside(tf):
    f = _two(tf)

    @tf.function
    def g(a, b):
        with tf.GradientTape() as outer:
            outer.watch([a, b])
            with tf.GradientTape() as inner:
                inner.watch([a, b])
                y = f(a, b)
            d = inner.gradient(y[0], a)
        return d, outer.gradient(d, [a, b])

    return g(*_given(tf))


def jacobian(tf):
    f, (a, b) = _two(tf), _given(tf)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([a, b])
        y = f(a, b)
    return [tape.jacobian(t, [a, b]) for t in y]


def jacobian_with_a_loop(tf):
    f, (a, b) = _two(tf), _given(tf)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([a, b])
        y = f(a, b)
    return [tape.jacobian(t, [a, b], experimental_use_pfor=False) for t in y]


def batch_jacobian(tf):
    f = tf.function(lambda x, z: (x * x, z * 3.0))
    x, z = tf.constant([[1.0, 2.0], [3.0, 4.0]]), tf.constant([[1.0], [2.0]])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([x, z])
        y = f(x, z)
    return [tape.batch_jacobian(y[0], x), tape.batch_jacobian(y[0], z)]


def hessian(tf):
    f, (a, b) = tf.function(lambda a, b: (tf.reduce_sum(b**3), a * a)), _given(tf)
    with tf.GradientTape() as outer:
        outer.watch([a, b])
        with tf.GradientTape() as inner:
            inner.watch([a, b])
            y = f(a, b)
        d = inner.gradient(y[0], b)
    return outer.jacobian(d, [a, b])


def tangents(tf):
    f, (a, b) = _two(tf), _given(tf)
    with tf.autodiff.ForwardAccumulator(a, tf.constant(1.0)) as acc:
        y = f(a, b)
    return [acc.jvp(t) for t in y]


def tangents_eagerly(tf):
    a, b = _given(tf)
    with tf.autodiff.ForwardAccumulator(a, tf.constant(1.0)) as acc:
        y = a * a, tf.sin(b)
    return [acc.jvp(t) for t in y]


def tangents_of_constants_and_integers(tf):
    f = tf.function(lambda a, b: (a * a, tf.constant(5.0), tf.cast(a, tf.int32), b, a, b * 2.0))
    a, b = _given(tf)
    with tf.autodiff.ForwardAccumulator(a, tf.constant(1.0)) as acc:
        y = f(a, b)
    return [acc.jvp(t) for t in y]


def tangents_stopped(tf):
    f = tf.function(lambda a, b: (tf.stop_gradient(a), b * 2.0))
    a, b = _given(tf)
    with tf.autodiff.ForwardAccumulator(a, tf.constant(1.0)) as acc:
        y = f(a, b)
    return [acc.jvp(t) for t in y]


def tangents_of_other_argument(tf):
    f, (a, b) = tf.function(lambda a, b: (a * a, a + 1.0)), _given(tf)
    with tf.autodiff.ForwardAccumulator(b, tf.constant([1.0, 1.0])) as acc:
        y = f(a, b)
    return [acc.jvp(t) for t in y]


def tangents_of_a_variable(tf):
    v, (a, b) = tf.Variable(3.0), _given(tf)
    f = tf.function(lambda a, b: (a * v, b * 2.0))
    with tf.autodiff.ForwardAccumulator(v, tf.constant(1.0)) as acc:
        y = f(a, b)
    return [acc.jvp(t) for t in y]


def tangents_inside(tf):
    f = _two(tf)

    @tf.function
    def g(a, b):
        with tf.autodiff.ForwardAccumulator(a, tf.constant(1.0)) as acc:
            y = f(a, b)
        return [acc.jvp(t) for t in y]

    return g(*_given(tf))


def tangents_through_a_branch(tf):
    f = tf.function(lambda a, b: tf.cond(a > 0, lambda: (a * a, b), lambda: (a, b * 2.0)))
    a, b = _given(tf)
    with tf.autodiff.ForwardAccumulator(a, tf.constant(1.0)) as acc:
        y = f(a, b)
    return [acc.jvp(t) for t in y]


def forward_over_backward(tf):
    f, (a, b) = _two(tf), _given(tf)
    with tf.autodiff.ForwardAccumulator(a, tf.constant(1.0)) as acc:
        with tf.GradientTape() as tape:
            tape.watch([a, b])
            y = f(a, b)
        g = tape.gradient(y[0], [a, b])
    return g, [acc.jvp(t) for t in g]


# -- branches and loops --------------------------------------------------------------------


def branch(tf):
    f = tf.function(lambda a, b: tf.cond(a > 0, lambda: (a * a, b * 2.0), lambda: (a, b)))
    return [_gradients(tf, f, lambda y, i=i: y[i]) for i in (0, 1)]


def branch_eagerly(tf):
    f = lambda a, b: tf.cond(a > 0, lambda: (a * a, b * 2.0), lambda: (a, b))  # noqa: E731
    return [_gradients(tf, f, lambda y, i=i: y[i]) for i in (0, 1)]


def branch_and_tape_inside(tf):
    @tf.function
    def g(a, b):
        with tf.GradientTape(persistent=True) as tape:
            tape.watch([a, b])
            y = tf.cond(a > 0, lambda: (a * a, b * 2.0), lambda: (a, b))
        return [tape.gradient(t, [a, b]) for t in y]

    return g(*_given(tf))


def branch_of_one_result(tf):
    f = tf.function(lambda a, b: tf.cond(a > 0, lambda: a * a, lambda: tf.reduce_sum(b)))
    return [_gradients(tf, f, lambda y: y, (tf.constant(v), _given(tf)[1])) for v in (2.0, -2.0)]


def branch_that_stops(tf):
    f = tf.function(
        lambda a, b: tf.cond(
            a > 0,
            lambda: a * tf.reduce_sum(tf.stop_gradient(b)),
            lambda: a + tf.reduce_sum(tf.round(b)) * 0.0 + tf.stop_gradient(b)[0],
        )
    )
    return _gradients(tf, f, lambda y: y)


def branch_that_stops_and_tape_inside(tf):
    @tf.function
    def g(a, b):
        with tf.GradientTape() as tape:
            tape.watch([a, b])
            y = tf.cond(a > 0, lambda: a * tf.reduce_sum(tf.stop_gradient(b)), lambda: a)
        return tape.gradient(y, [a, b])

    return g(*_given(tf))


def branch_with_integers(tf):
    f = tf.function(
        lambda a, b: tf.cond(
            a > 0, lambda: (a * a, tf.cast(b, tf.int32)), lambda: (a, tf.constant([1, 1]))
        )
    )
    return _gradients(tf, f, lambda y: y[0])


def branch_by_autograph(tf):
    @tf.function
    def f(a, b):
        if a > 0:
            x, y = a * a, b * 2.0
        else:
            x, y = a, b
        return x, y

    return [_gradients(tf, f, lambda y, i=i: y[i]) for i in (0, 1)]


def branch_whose_other_result_goes_nowhere(tf):
    @tf.function
    def f(a, b):
        x, _ = tf.cond(a > 0, lambda: (a * a, b * 2.0), lambda: (a, b))
        return x * 3.0

    return _gradients(tf, f, lambda y: y)


def branch_of_variables(tf):
    v, w = tf.Variable(3.0), tf.Variable([1.0, 2.0])
    f = tf.function(lambda a, b: tf.cond(a > 0, lambda: (a * v, b * w), lambda: (v, w)))
    return [_gradients(tf, f, lambda y, i=i: y[i], None, [v, w]) for i in (0, 1)]


def branch_predicate(tf):
    f = tf.function(lambda a, b: tf.cond(a > 0, lambda: b * 2.0, lambda: b))
    return _gradients(tf, f, lambda y: y)


def branch_in_branch(tf):
    @tf.function
    def f(a, b):
        def inner():
            return tf.cond(a > 1, lambda: (a * a, b * 2.0), lambda: (a, b))

        return tf.cond(a > 0, inner, lambda: (a, b))

    return [_gradients(tf, f, lambda y, i=i: y[i]) for i in (0, 1)]


def branch_in_function_of_two(tf):
    f = tf.function(lambda a, b: (tf.cond(a > 0, lambda: a * a, lambda: a), b * 2.0))
    return [_gradients(tf, f, lambda y, i=i: y[i]) for i in (0, 1)]


def function_in_branch(tf):
    f = _two(tf)
    g = tf.function(lambda a, b: tf.cond(a > 0, lambda: f(a, b)[0], lambda: a))
    return _gradients(tf, g, lambda y: y)


def switch(tf):
    def body(a, b):
        index = tf.cast(a, tf.int32)
        one, two = lambda: (a * a, b * 2.0), lambda: (a, b)
        return tf.switch_case(index, [one, one, two])

    return [_gradients(tf, tf.function(body), lambda y, i=i: y[i]) for i in (0, 1)]


def case(tf):
    def body(a, b):
        pairs = [(a > 5, lambda: (a, b)), (a > 1, lambda: (a * a, b * 2.0))]
        return tf.case(pairs, default=lambda: (a * 3.0, b))

    return [_gradients(tf, tf.function(body), lambda y, i=i: y[i]) for i in (0, 1)]


def loop(tf):
    def body(a, b):
        step = lambda i, x, y: (i + 1, x * x, y * 2.0)  # noqa: E731
        return tf.while_loop(lambda i, x, y: i < 3, step, (0, a, b))[1:]

    return [_gradients(tf, tf.function(body), lambda y, i=i: y[i]) for i in (0, 1)]


def loop_of_captured(tf):
    def body(a, b):
        step = lambda i, x, y: (i + 1, x * a, y + b)  # noqa: E731
        start = (0, tf.constant(1.0), tf.zeros([2]))
        return tf.while_loop(lambda i, x, y: i < 3, step, start)[1:]

    return [_gradients(tf, tf.function(body), lambda y, i=i: y[i]) for i in (0, 1)]


def loop_that_stops_captured(tf):
    def body(a, b):
        step = lambda i, x: (i + 1, x * a + tf.reduce_sum(tf.stop_gradient(b)))  # noqa: E731
        return tf.while_loop(lambda i, x: i < 3, step, (0, tf.constant(1.0)))[1]

    return _gradients(tf, tf.function(body), lambda y: y)


def loop_that_counts_captured(tf):
    def body(a, b):
        step = lambda i, x: (i + 1, x * a + tf.cast(tf.size(b), tf.float32))  # noqa: E731
        return tf.while_loop(lambda i, x: i < 3, step, (0, tf.constant(1.0)))[1]

    return _gradients(tf, tf.function(body), lambda y: y)


def loop_that_compares_captured(tf):
    def body(a, b):
        step = lambda i, x: (i + 1, x * a)  # noqa: E731
        return tf.while_loop(lambda i, x: x < b[1], step, (0, tf.constant(1.0)))[1]

    return _gradients(tf, tf.function(body), lambda y: y)


def loop_of_rounded(tf):
    def body(a, b):
        step = lambda i, x, y: (i + 1, x * a, tf.round(y))  # noqa: E731
        return tf.while_loop(lambda i, x, y: i < 3, step, (0, tf.constant(1.0), b))[1:]

    return [_gradients(tf, tf.function(body), lambda y, i=i: y[i]) for i in (0, 1)]


def loop_of_stopped_and_tape_inside(tf):
    @tf.function
    def g(a, b):
        with tf.GradientTape(persistent=True) as tape:
            tape.watch([a, b])
            x = tf.constant(1.0)
            for _ in tf.range(3):
                x = x * a + tf.stop_gradient(b)[0]
        return tape.gradient(x, [a, b])

    return g(*_given(tf))


def loop_of_a_function(tf):
    f = _two(tf)

    @tf.function
    def g(a, b):
        x, y = a, b
        for _ in tf.range(2):
            x, y = f(x, y)
        return x, y

    return [_gradients(tf, g, lambda y, i=i: y[i]) for i in (0, 1)]


def loop_in_branch(tf):
    @tf.function
    def g(a, b):
        x, y = a, b
        if a > 0:
            for _ in tf.range(2):
                x, y = x * a, y * 2.0
        return x, y

    return [_gradients(tf, g, lambda y, i=i: y[i]) for i in (0, 1)]


def branch_in_loop(tf):
    @tf.function
    def g(a, b):
        x, y = a, b
        for i in tf.range(3):
            if i > 1:
                x = x * a
            else:
                y = y * 2.0
        return x, y

    return [_gradients(tf, g, lambda y, i=i: y[i]) for i in (0, 1)]


def loop_by_autograph(tf):
    v = tf.Variable(1.5)

    @tf.function
    def f(a, b):
        x, y = a, b
        for _ in tf.range(3):
            x, y = x * v, y * 2.0
        return x, y

    given = _given(tf)
    return [_gradients(tf, f, lambda y, i=i: y[i], given, [*given, v]) for i in (0, 1)]


def loop_and_tape_inside(tf):
    @tf.function
    def g(a, b):
        with tf.GradientTape(persistent=True) as tape:
            tape.watch([a, b])
            step = lambda i, x, y: (i + 1, x * x, y * 2.0)  # noqa: E731
            y = tf.while_loop(lambda i, x, y: i < 3, step, (0, a, b))[1:]
        return [tape.gradient(t, [a, b]) for t in y]

    return g(*_given(tf))


def function_in_loop(tf):
    f = _two(tf)

    @tf.function
    def g(a, b):
        for _ in tf.range(2):
            a = f(a, b)[0]
        return a

    return _gradients(tf, g, lambda y: y)


def map_of_two(tf):
    f = tf.function(lambda a, b: tf.map_fn(lambda x: (x * a, x * 2.0), b, (tf.float32,) * 2))
    return [_gradients(tf, f, lambda y, i=i: y[i]) for i in (0, 1)]


# -- tables, custom rules, others ----------------------------------------------------------


def table(tf):
    rows = tf.Variable(tf.ones([4, 2]))
    f = tf.function(lambda a, b: (tf.gather(rows, [1, 2]) * a, b * 2.0))
    given = _given(tf)
    return [_gradients(tf, f, lambda y, i=i: y[i], given, [rows, *given]) for i in (0, 1)]


def table_looked_up_twice(tf):
    rows = tf.Variable(tf.ones([4, 2]))

    def body(a, b):
        looked = tf.nn.embedding_lookup(rows, [3, 1])
        return looked * a, tf.gather(rows, [[0, 3]]), b * 2.0

    f, given = tf.function(body), _given(tf)
    found = [_gradients(tf, f, lambda y, i=i: y[i], given, [rows, *given]) for i in range(3)]
    return [[tf.convert_to_tensor(g) for g in one] for one in found]


def table_as_tensor(tf):
    rows = tf.ones([4, 2])
    f = tf.function(lambda rows, b: (tf.gather(rows, [1, 2]), b * 2.0))
    given = rows, _given(tf)[1]
    return [_gradients(tf, f, lambda y, i=i: y[i], given) for i in (0, 1)]


def table_in_a_function_of_a_function(tf):
    f = tf.function(lambda rows: tf.gather(rows, [0, 2, 2]))
    g = tf.function(lambda rows: f(rows))
    h = tf.function(lambda rows, i: tf.gather(rows, i))
    k = tf.function(lambda rows, i: (h(rows, i), h(rows, i + 1), rows[0] * 2.0))
    rows = tf.constant([1.0, 2.0, 3.0])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(rows)
        y, (p, q, r) = g(rows), k(rows, tf.constant([0, 1]))
    return [tf.convert_to_tensor(tape.gradient(t, rows)) for t in (y, y * 2.0, p, q, r)]


def table_of_data(tf):
    rows = tf.Variable(tf.ones([4, 2]))
    f = tf.function(lambda i, b: (tf.gather(rows, i), b * 2.0))
    b = _given(tf)[1]
    with tf.GradientTape() as tape:
        tape.watch(b)
        y = f(tf.constant([2, 0, 2]), b)[1]
    return tape.gradient(y, [rows, b])


def table_inside(tf):
    rows = tf.Variable(tf.ones([4, 2]))
    f = tf.function(lambda a, b: (tf.gather(rows, [1, 2]) * a, b * 2.0))

    @tf.function
    def g(a, b):
        with tf.GradientTape() as tape:
            y = f(a, b)[1]
        return tape.gradient(y, rows)

    return g(*_given(tf))


def table_in_a_branch(tf):
    rows = tf.Variable(tf.ones([4, 2]))
    f = tf.function(
        lambda a, b: tf.cond(a > 0, lambda: (tf.gather(rows, [1]), b), lambda: (rows[:1], b * 2.0))
    )
    found = [_gradients(tf, f, lambda y, i=i: y[i], None, [rows]) for i in (0, 1)]
    return [tf.convert_to_tensor(g) for one in found for g in one]


def custom_rule(tf):
    @tf.custom_gradient
    def twice(x):
        return x * 2.0, lambda g: g * 10.0

    f = tf.function(lambda a, b: (twice(a), twice(b)))
    return [_gradients(tf, f, lambda y, i=i: y[i]) for i in (0, 1)]


def custom_rule_and_tangents(tf):
    """The tangent of a function is by the rule, the one of an operation by what it computes."""

    @tf.custom_gradient
    def twice(x):
        return x * 2.0, lambda g: g * 5.0

    @tf.custom_gradient
    def first(x, y):
        return x * 2.0 + y * 0.0, lambda g: (g * 5.0, None)

    def slope(f, *args):
        with tf.autodiff.ForwardAccumulator(args[-1], tf.constant(1.0)) as acc:
            y = f(*args)
        return acc.jvp(y)

    @tf.function
    def inside(x):
        return slope(twice, x)

    @tf.function
    def inside_of_a_function(x):
        return slope(tf.function(twice), x)

    x = tf.constant(1.0)
    return [
        slope(twice, x),
        slope(tf.function(twice), x),
        slope(tf.function(lambda x: tf.sin(twice(x) * 1.0)), x),
        inside(x),
        inside_of_a_function(x),
        slope(tf.function(lambda y, x: first(y, x)), x, x),
        slope(tf.function(lambda x: tf.cond(x > 0, lambda: twice(x), lambda: x)), x),
    ]


def custom_rule_of_two(tf):
    @tf.custom_gradient
    def both(x, y):
        return (x * 2.0, y * 3.0), lambda g, h: (g * 10.0, h * 20.0)

    f = tf.function(both)
    return [_gradients(tf, f, lambda y, i=i: y[i]) for i in (0, 1)]


def custom_rule_of_none(tf):
    @tf.custom_gradient
    def first(x, y):
        return x * 2.0 + tf.reduce_sum(y), lambda g: (g * 10.0, None)

    f = tf.function(lambda a, b: (first(a, b), a * 2.0))
    return [_gradients(tf, f, lambda y, i=i: y[i]) for i in (0, 1)]


def custom_rule_that_is_called(tf):
    called = []

    @tf.custom_gradient
    def twice(x):
        def rule(g):
            called.append(1)
            return g * 10.0

        return x * 2.0, rule

    f, given = tf.function(lambda a, b: (a * a, twice(b))), _given(tf)
    found = _gradients(tf, f, lambda y: y[0], given)
    return found, len(called) > 0


def products(tf):
    f = tf.function(lambda x, y: (x @ x, tf.reduce_sum(y, 0), x @ y))
    given = tf.constant([[1.0, 2.0], [3.0, 4.0]]), tf.constant([[1.0], [2.0]])
    return [_gradients(tf, f, lambda y, i=i: y[i], given) for i in range(3)]


def other_dtypes(tf):
    f = tf.function(lambda x, y, z: (x * x, y * 2.0, z * z))
    given = (
        tf.constant([1.0, 2.0], tf.float64),
        tf.constant([1.0, 2.0], tf.float16),
        tf.constant([1 + 2j], tf.complex64),
    )
    return [_gradients(tf, f, lambda y, i=i: y[i], given) for i in range(3)]


def parts_of_a_split(tf):
    f = tf.function(lambda a, b: (*tf.unstack(b), a))
    return [_gradients(tf, f, lambda y, i=i: y[i]) for i in range(3)]


def concrete(tf):
    given = _given(tf)
    f = _two(tf).get_concrete_function(*given)
    return [_gradients(tf, f, lambda y, i=i: y[i]) for i in (0, 1)]


def unknown_sizes(tf):
    spec = [tf.TensorSpec([]), tf.TensorSpec([None])]
    f = tf.function(lambda a, b: (a * a, tf.sin(b)), input_signature=spec)
    return [_gradients(tf, f, lambda y, i=i: y[i]) for i in (0, 1)]


def unknown_rank(tf):
    spec = [tf.TensorSpec(None), tf.TensorSpec(None)]
    f = tf.function(lambda a, b: (a * a, tf.sin(b)), input_signature=spec)
    return [_gradients(tf, f, lambda y, i=i: y[i]) for i in (0, 1)]


def unknown_sizes_inside(tf):
    f = _two(tf)

    @tf.function(input_signature=[tf.TensorSpec([None]), tf.TensorSpec([None, None])])
    def g(a, b):
        with tf.GradientTape() as tape:
            tape.watch([a, b])
            y = f(a, b)
        return tape.gradient(y[0], [a, b])

    return g(tf.ones([2]), tf.ones([2, 3]))


def python_argument(tf):
    f = tf.function(lambda a, b, n: (a**n, b * n))
    given = _given(tf)
    return _gradients(tf, lambda a, b: f(a, b, 3), lambda y: y[1], given)


def output_gradients(tf):
    f, given = _two(tf), _given(tf)
    with tf.GradientTape() as tape:
        tape.watch(given)
        y = f(*given)
    return tape.gradient(y[1], list(given), output_gradients=tf.constant([2.0, 3.0]))


def output_gradients_of_zeros(tf):
    f, given = _two(tf), _given(tf)
    with tf.GradientTape() as tape:
        tape.watch(given)
        y = f(*given)
    seeds = [tf.constant(0.0), tf.constant([2.0, 3.0])]
    return tape.gradient(list(y), list(given), output_gradients=seeds)


def ragged_result(tf):
    def body(a, b):
        return tf.RaggedTensor.from_row_lengths(b, [1, 1]), a * 2.0

    f = tf.function(body)
    picks = lambda y: y[0].flat_values, lambda y: y[1]
    return [_gradients(tf, f, pick) for pick in picks]


def vectorised(tf):
    f = _two(tf)

    def one(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = f(x, x * 2.0)
        return tape.gradient(y[0], x)

    return tf.vectorized_map(one, tf.constant([1.0, 2.0]))


def vectorised_unconnected(tf):
    f = _two(tf)

    def one(x):
        other = x * 2.0
        with tf.GradientTape() as tape:
            tape.watch([x, other])
            y = f(x, other)
        return tape.gradient(y[0], [x, other])

    return tf.vectorized_map(one, tf.constant([1.0, 2.0]))


def unused_result_of_a_layer(tf):
    v = tf.Variable([1.0, 2.0])
    f = tf.function(lambda x: (tf.reduce_sum(x * v), tf.reduce_sum(x)))
    with tf.GradientTape() as tape:
        loss = f(tf.constant([1.0, 2.0]))[1]
    return tape.gradient(loss, v)


def not_watched(tf):
    v = tf.Variable(2.0, trainable=False)
    f = tf.function(lambda x: (x * v, x * 2.0))
    x = tf.constant(1.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    return tape.gradient(y[1], [x, v])


def infinite_slope(tf):
    """Zeros of the other result, though its slope is infinite."""
    f = tf.function(lambda a, b: (a * a, tf.sqrt(b)))
    return _gradients(tf, f, lambda y: y[0], (tf.constant(2.0), tf.constant([0.0, 1.0])))


def recorded_by_two_tapes(tf):
    f, (a, b) = _two(tf), _given(tf)
    with tf.GradientTape() as first, tf.GradientTape() as second:
        first.watch(a)
        second.watch(b)
        y = f(a, b)
    return first.gradient(y[0], [a, b]), second.gradient(y[0], [a, b])


def function_with_one_watched_of_two(tf):
    f, (a, b) = _two(tf), _given(tf)
    with tf.GradientTape() as tape:
        tape.watch(b)
        y = f(a, b)
    return tape.gradient(y[0], [a, b])
