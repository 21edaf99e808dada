"""Functions `f(tf, x)` that call control flow and higher-order functions by name."""

POINTS = {}

DIFFERS = {
    "while_maximum": "a second derivative that nothing leads to is None, as eagerly; there zero",
    "recomputed": "recompute_grad works in traced functions; TensorFlow raises",
    "custom_rule_in_a_branch": "rules of the user's work in branches; TensorFlow fails inside",
}


def at(*points):
    def decorate(f):
        POINTS[f.__name__] = points
        return f

    return decorate


SCALARS = (0.7, -1.3)


@at(*SCALARS)
def cond(tf, x):
    return tf.cond(x > 0, lambda: tf.sin(x), lambda: x * x)


@at(*SCALARS)
def cond_of_structures(tf, x):
    a, b = tf.cond(x > 0, lambda: (x, x * 2.0), lambda: (x * x, -x))
    return a * b


@at(*SCALARS)
def case(tf, x):
    return tf.case(
        [(x < -1.0, lambda: x * 3.0), (x < 0.0, lambda: x * x)], default=lambda: tf.exp(x)
    )


@at(*SCALARS)
def switch_case(tf, x):
    index = tf.cast(x > 0, tf.int32) * 2
    return tf.switch_case(index, [lambda: x, lambda: x * 2.0, lambda: x**3])


@at(*SCALARS)
def switch_case_default(tf, x):
    index = tf.cast(x * 100, tf.int32)
    return tf.switch_case(index, {0: lambda: x, 1: lambda: x * 2.0}, default=lambda: tf.cos(x))


@at(*SCALARS)
def while_loop(tf, x):
    return tf.while_loop(
        lambda i, y: i < 3, lambda i, y: (i + 1, tf.sin(y) * x + y), (tf.constant(0), x)
    )[1]


@at(*SCALARS)
def while_maximum(tf, x):
    return tf.while_loop(
        lambda i, y: i < 30, lambda i, y: (i + 1, y * 1.1), (0, x), maximum_iterations=4
    )[1]


@at(*SCALARS)
def while_on_data(tf, x):
    return tf.while_loop(lambda y: tf.abs(y) < 5.0, lambda y: (y * y + y * 1.5 + 1.0,), (x,))[0]


@at(*SCALARS)
def while_unused_input(tf, x):
    _, y, z = tf.while_loop(
        lambda i, y, z: i < 3, lambda i, y, z: (i + 1, y * 2.0, z + 1.0), (0, x, x * x)
    )
    return y


@at(*SCALARS)
def while_captures(tf, x):
    w = x * x
    return tf.while_loop(lambda i, y: i < 4, lambda i, y: (i + 1, y * w + x), (0, tf.ones([])))[1]


@at(*SCALARS)
def while_nested(tf, x):
    def outer(i, y):
        inner = tf.while_loop(lambda j, z: j < i, lambda j, z: (j + 1, z * x), (0, y))[1]
        return i + 1, inner + tf.sin(y)

    return tf.while_loop(lambda i, y: i < 4, outer, (0, x))[1]


@at(*SCALARS)
def while_with_cond(tf, x):
    def body(i, y):
        return i + 1, tf.cond(y > 1.0, lambda: tf.sqrt(y), lambda: y * y + 0.5)

    return tf.while_loop(lambda i, y: i < 5, body, (0, x))[1]


@at(*SCALARS)
def cond_with_while(tf, x):
    def loop():
        return tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * x), (0, x))[1]

    return tf.cond(x > 0, loop, lambda: x)


@at(*SCALARS)
def custom_rule(tf, x):
    @tf.custom_gradient
    def f(v):
        e = tf.exp(v)
        return tf.math.log(1.0 + e), lambda up: up * (1.0 - 1.0 / (1.0 + e)) * 3.0

    return f(x) * x


@at(*SCALARS)
def custom_rule_in_a_branch(tf, x):
    @tf.custom_gradient
    def f(v):
        return v * v, lambda up: up * 7.0 * v

    return tf.cond(x > 0, lambda: f(x), lambda: f(x) * 2.0)


@at(*SCALARS)
def stop_gradient(tf, x):
    return tf.stop_gradient(x * x) * x


@at(*SCALARS)
def recomputed(tf, x):
    return tf.recompute_grad(lambda v: tf.sin(v) * v)(x) * x


def map_fn(tf, x):
    return tf.reduce_sum(tf.map_fn(lambda r: tf.tanh(r) * r, x))


def map_fn_of_two(tf, x):
    return tf.reduce_sum(
        tf.map_fn(lambda ab: ab[0] * ab[1], (x, x * 2.0), fn_output_signature=tf.float32)
    )


def map_fn_to_scalars(tf, x):
    return tf.reduce_prod(tf.map_fn(lambda r: tf.reduce_sum(r), x))


def vectorized_map(tf, x):
    return tf.reduce_sum(tf.vectorized_map(lambda r: r / tf.reduce_sum(r * r), x))


def scan(tf, x):
    return tf.reduce_sum(tf.scan(lambda a, r: a * 0.5 + tf.sin(r), x))


def scan_from(tf, x):
    return tf.reduce_sum(tf.scan(lambda a, r: a * r, x, initializer=tf.ones([2])) ** 2)


def scan_backwards(tf, x):
    return tf.reduce_sum(tf.scan(lambda a, r: a * 0.5 + r * r, x, reverse=True) * x)


def foldl(tf, x):
    return tf.reduce_sum(tf.foldl(lambda a, r: tf.sin(a) + r, x))


def foldr(tf, x):
    return tf.reduce_sum(tf.foldr(lambda a, r: tf.sin(a) * r, x))


def matrices(tf, x):
    m = tf.matmul(x, x, transpose_b=True)
    return tf.linalg.trace(tf.linalg.inv(m + 5.0 * tf.eye(3)))


def reductions(tf, x):
    return tf.reduce_logsumexp(x) + tf.reduce_max(x) * tf.reduce_mean(x)


def gathers(tf, x):
    return tf.reduce_sum(tf.gather(x, [0, 2, 2]) ** 2) + tf.reduce_sum(x[1:, :1])


def softmax_and_logs(tf, x):
    return -tf.reduce_sum(tf.nn.log_softmax(x)[:, 0]) * tf.reduce_sum(tf.nn.softmax(x, 0)[0])


def broadcasts(tf, x):
    return tf.reduce_sum((x[:, None, :] - x[None, :, :]) ** 2 * tf.ones([3, 1, 1]))


def reshapes(tf, x):
    return tf.reduce_sum(tf.reshape(tf.transpose(x), [3, 2]) * x)


def dynamic_reshape(tf, x):
    n = tf.shape(x)[0]
    return tf.reduce_sum(tf.reshape(x, [n * 2])[: n + 1] ** 2)


def concatenations(tf, x):
    return tf.reduce_sum(tf.concat([x, x * x], 1) * tf.concat([x * x, x], 1))


def masks(tf, x):
    return tf.reduce_sum(tf.where(x > 0, x * x, -x)) + tf.reduce_sum(tf.boolean_mask(x, x > 0))
