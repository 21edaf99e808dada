"""`tf.gradients` in functions: through constants, captured tensors and what is around a branch."""

DIFFERS = {}


def _attempt(f, *args):
    try:
        return f(*args)
    except Exception as error:
        return type(error).__name__


def _vector(tf):
    return tf.constant([1.0, 3.0])


def constants(tf):
    @tf.function
    def f():
        x = tf.constant([1.0, 2.0])
        g = tf.gradients(x**3, x)[0]
        return g, tf.gradients(g, x)

    return f()


def constants_beside_arguments(tf):
    @tf.function
    def f(a):
        x = tf.constant([1.0, 2.0])
        u = tf.sin(x)
        return tf.gradients(u * a + x, [x, u, a])

    return f(_vector(tf))


def tensors_from_outside(tf):
    c = tf.constant([1.0, 2.0])
    d = c * 2.0
    inner = tf.function(lambda a: c * a)

    @tf.function
    def f(a):
        e = tf.cos(c)
        return tf.gradients(d * a * e, [c, d, e, a]), tf.gradients(inner(a) * c, [c, a])

    return f(_vector(tf))


def within_branches(tf):
    @tf.function
    def f(x):
        y = x * x
        return tf.cond(
            x > 0.0,
            lambda: tf.gradients(tf.sin(y) * x, [x, y]),
            lambda: tf.cond(
                x < -1.0, lambda: tf.gradients(y * y, [x, y]), lambda: tf.gradients(y, [x, y])
            ),
        )

    return [f(tf.constant(v)) for v in (2.0, -2.0, -0.5)]


def within_a_branch_and_a_tape_around(tf):
    @tf.function
    def f(x):
        y = x * x
        return tf.cond(x > 0.0, lambda: tf.gradients(y * y * x, x)[0], lambda: x)

    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    return y, tape.gradient(y, x)


def within_loops(tf):
    @tf.function
    def f(x):
        y, s = x * x, x
        for i in tf.range(3):
            s = s * x + tf.gradients(y * y * tf.cast(i, tf.float32), x)[0]
            s += tf.gradients(s * x, x)[0]
        return s

    return f(tf.constant(2.0))


def within_functions(tf):
    @tf.function
    def f(x):
        y = x * x

        @tf.function
        def g():
            return tf.gradients(y * y, [x, y])

        return g()

    return f(tf.constant(2.0))


def through_what_has_no_gradient(tf):
    @tf.function
    def f(x):
        y = tf.ones_like(x) * x * x + tf.zeros_like(x) + tf.fill(tf.shape(x), 2.0)
        none = [tf.ones_like(x), tf.floor(x), tf.cast(tf.argmax(x), tf.float32)]
        return tf.gradients(y, x), [tf.gradients(n, x) for n in none]

    return f(_vector(tf))


def a_loop_over_ones(tf):
    @tf.function
    def f(x):
        _, y = tf.while_loop(
            lambda i, y: i < 3, lambda i, y: (i + 1, y * x), [tf.constant(0), tf.ones_like(x)]
        )
        g = tf.gradients(y, x)[0]
        h = tf.gradients(g, x)[0]
        return y, g, h, tf.gradients(h, x)[0]

    return f(_vector(tf))


def an_array_of_tensors(tf):
    @tf.function
    def f(x):
        rows = tf.TensorArray(tf.float32, 3)
        for i in tf.range(3):
            rows = rows.write(i, x * tf.cast(i, tf.float32))
        g = tf.gradients(rows.stack() ** 2, x)[0]
        return g, tf.gradients(g, x)

    return f(_vector(tf))


def one_tensor_to_stop_at(tf):
    @tf.function
    def f(x):
        a = 2.0 * x
        return tf.gradients(a * a * x, [x, a], stop_gradients=a)

    return f(tf.constant(1.5))


def cotangents(tf):
    given = (1.0, [[1.0, 2.0]], [1.0, 2.0, 3.0], tf.constant([1.0, 2.0], tf.float64), 2, 1j, "a")

    def gradients(seed):
        return tf.function(lambda x: tf.gradients(x * x, x, grad_ys=seed))

    several = [_attempt(gradients([seed]), _vector(tf)) for seed in given]
    return several, [_attempt(gradients(seed), _vector(tf)) for seed in (*given, [1.0, 2.0])]


def complex_targets(tf):
    z = tf.constant([1 + 2j, 3 - 1j], tf.complex64)
    alone = tf.function(lambda z: tf.gradients(z * z, z))
    given = tf.function(lambda z: tf.gradients(z * z, z, grad_ys=tf.ones_like(z)))
    return _attempt(alone, z), given(z)


def methods_of_aggregation(tf):
    methods = (tf.AggregationMethod.EXPERIMENTAL_TREE, None, 77)

    def gradients(method):
        return tf.function(lambda x: tf.gradients(x * x + x, x, aggregation_method=method))

    return [_attempt(gradients(method), _vector(tf)) for method in methods]


def hessians_of_open_sizes(tf):
    @tf.function(input_signature=[tf.TensorSpec([None, None])])
    def f(x):
        return tf.hessians(tf.reduce_prod(x) + tf.reduce_sum(x), x)

    return [f(tf.constant(x)) for x in ([[1.0, -0.5, 2.0]], [[3.0], [2.0]])]
