"""Sizes that the call decides: Jacobians of such targets, and sizes used in branches and loops."""

DIFFERS = {}
_ROWS = [[1.0, 0.5], [2.0, 3.0], [0.1, 0.2]]


def _traced(tf, f, *shapes, dtype="float32", **options):
    return tf.function(f, input_signature=[tf.TensorSpec(s, dtype) for s in shapes], **options)


def _attempt(f, *args):
    try:
        return f(*args)
    except Exception as error:
        return type(error).__name__


def _jacobians(tf, body, shape, x, **options):
    """The Jacobian, and that of the rows, of a function of an argument of open sizes."""

    def f(x):
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(x)
            y = body(x)
        rows = tape.batch_jacobian(y, x, **options) if len(shape) > 1 else x
        return tape.jacobian(y, x, **options), rows

    return _traced(tf, f, shape)(tf.constant(x))


def jacobian_of_elements(tf):
    return _jacobians(tf, lambda x: tf.sin(x) * x, [None, 2], _ROWS)


def jacobian_of_rows(tf):
    def body(x):
        return tf.nn.softmax(tf.cumsum(x, 1) @ [[1.0, 2.0], [3.0, 4.0]])

    return _jacobians(tf, body, [None, 2], _ROWS), _jacobians(tf, body, [3, None], _ROWS)


def jacobian_one_by_one(tf):
    def body(x):
        return tf.nn.softmax(x)

    return _jacobians(tf, body, [None, None], _ROWS, experimental_use_pfor=False)


def jacobian_of_vectors(tf):
    def body(x):
        return tf.cumsum(x**2)

    return [_jacobians(tf, body, [None], x)[0] for x in ([1.0, 2.0, 3.0], [2.0], [])]


def hessian(tf):
    def f(x):
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = tf.reduce_prod(x)
            g = tape.gradient(y, x)
        return outer.jacobian(g, x)

    return _traced(tf, f, [None])(tf.constant([1.0, 2.0, 3.0]))


def jacobian_without_connection(tf):
    def f(x, z):
        with tf.GradientTape(persistent=True) as tape:
            tape.watch([x, z])
            y = x * x
        none, zeros = tape.jacobian(y, z), tape.jacobian(y, z, unconnected_gradients="zero")
        return none, zeros, tape.batch_jacobian(y, z)

    return _traced(tf, f, [None, 2], [None, 2])(tf.constant(_ROWS), tf.constant(_ROWS))


def jacobian_of_other_rows(tf):
    def f(x, z):
        with tf.GradientTape() as tape:
            tape.watch(z)
            y = tf.concat([x, z], 0) ** 2
        return tape.batch_jacobian(y, z)

    return _attempt(_traced(tf, f, [None, 2], [None, 2]), tf.constant(_ROWS), tf.constant(_ROWS))


def jacobian_by_variables(tf):
    v = tf.Variable(_ROWS)

    def f(i):
        with tf.GradientTape() as tape:
            y = tf.gather(v, i) ** 2 + tf.reduce_sum(v)
        return tape.jacobian(y, v)

    return _traced(tf, f, [None], dtype=tf.int32)(tf.constant([1, 0, 1]))


def gradient_of_a_jacobian(tf):
    def f(x):
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = tf.cumsum(x**3, 1)
            rows = tape.batch_jacobian(y, x)
            s = tf.reduce_sum(rows * rows)
        return rows, outer.gradient(s, x)

    f, x = _traced(tf, f, [None, 2]), tf.constant(_ROWS)
    with tf.GradientTape() as tape:
        tape.watch(x)
        s = tf.reduce_sum(f(x)[0] ** 2)
    return f(x)[1], tape.gradient(s, x)


def jacobian_from_a_tape_of_one_use(tf):
    def f(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = x * tf.reduce_sum(x)
        return tape.jacobian(y, x, experimental_use_pfor=False)

    return [_traced(tf, f, [n])(tf.constant([1.0, 2.0])) for n in (2, None)]


def _with_gradient(tf, body, shape, *points):
    """What a function of open sizes gives, and its gradient, at points of several sizes."""
    f = _traced(tf, body, shape)
    found = []
    for point in points:
        x = tf.constant(point)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = f(x)
        found.append((y, tape.gradient(y, x)))
    return found


def sizes_in_a_loop(tf):
    def body(x):
        n = tf.shape(x)[0]
        s = tf.zeros([n])
        for i in tf.range(3):
            s = s + tf.ones([n]) * x + tf.one_hot(i, n) * tf.reshape(x, [n])
            s += tf.tile(x[:1], [n]) + tf.fill([n], 2.0)
        return s

    return _with_gradient(tf, body, [None], [1.0, 2.0, 3.0], [1.0], [4.0, 5.0, 6.0])


def sizes_in_loops_within_loops(tf):
    def body(x):
        n = tf.size(x)
        s = tf.zeros([n])
        for i in tf.range(2):
            for j in tf.range(2):
                s += tf.reduce_sum(tf.tile(x[:, None], [1, n]), 1) * tf.one_hot(i + j, n)
            s += tf.map_fn(lambda e: e * e * tf.reduce_sum(x), x)
        return s

    return _with_gradient(tf, body, [None], [1.0, 2.0, 3.0], [1.0, 2.0])


def sizes_in_branches(tf):
    def body(x):
        n, m = tf.shape(x)[0], tf.shape(x)[1]
        if tf.reduce_sum(x) > 0.0:
            y = tf.reshape(x, [m, n]) * 2.0
        else:
            y = tf.ones([m, n]) * x[0, 0]
        return y

    return _with_gradient(tf, body, [None, None], [[1.0, 2.0, 3.0]], [[-1.0], [-2.0]])


def sizes_in_maps_and_scans(tf):
    def body(x):
        n = tf.shape(x)[1]
        rows = tf.map_fn(lambda row: tf.fill([n], row[0]) * row, x)
        return tf.scan(lambda a, e: tf.tanh(a + e) * tf.ones([n]), rows, tf.zeros([n]))

    return _with_gradient(tf, body, [None, None], _ROWS, [[1.0, 2.0, 3.0]])


def a_tape_used_in_a_loop(tf):
    def f(x):
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(x)
            y = tf.cumsum(x**2)
        s = tf.zeros_like(x)
        for i in tf.range(3):
            s += tape.gradient(y, x, output_gradients=x * tf.cast(i, tf.float32))
        return s

    return _traced(tf, f, [None])(tf.constant([1.0, 2.0]))


def sizes_that_meet_to_second_order(tf):
    f = _traced(tf, lambda x: tf.concat(tf.split(x**2, 2), 0) * x, [None])
    x = tf.constant([1.0, -0.5, 2.0, 0.3])
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = f(x)
        g = tape.gradient(y, x)
    return y, g, outer.gradient(g, x)
