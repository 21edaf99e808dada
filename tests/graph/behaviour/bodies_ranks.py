"""Functions `f(tf, x)` whose branches and loops give tensors of different ranks and shapes."""

POINTS = {}

WITHIN = "a second derivative within the function; TensorFlow fails, or gives another shape"
ZERO_OR_NONE = "a second derivative that nothing leads to is None, as eagerly; there zero"
DIFFERS_INSIDE = dict.fromkeys(
    [
        "cond_vector_or_number",
        "if_vector_or_number",
        "if_returns_other_ranks",
        "if_of_other_sizes",
        "switch_case",
        "case",
        "sums_of_two",
        "several_results",
        "flattened",
        "a_choice_within",
        "a_loop_that_multiplies_what_it_chose",
        "reductions_and_parts",
        "reordered",
    ],
    WITHIN,
)
DIFFERS = {
    "a_rank_that_decides": ZERO_OR_NONE,
    "a_loop_that_adds_axes": "an axis more in each iteration; TensorFlow loses the rank on the way",
}
VECTORS = ((2.0, 0.5, 3.0), (-0.5, 2.0, 1.0))


def at(*points):
    def decorate(f):
        POINTS[f.__name__] = points
        return f

    return decorate


def _vector_or_matrix(tf, x):
    return tf.cond(x[0] > 0.0, lambda: x * x, lambda: x[:, None] * x)


@at(*VECTORS)
def cond_vector_or_number(tf, x):
    return tf.cond(x[0] > 0.0, lambda: x * x, lambda: tf.reduce_sum(x * x * x))


@at(*VECTORS)
def if_vector_or_number(tf, x):
    if x[0] > 0.0:
        y = tf.sin(x)
    else:
        y = tf.reduce_sum(x * x * x)
    return tf.reduce_sum(tf.cos(y) * y)


@at(*VECTORS)
def if_returns_other_ranks(tf, x):
    if x[0] > 0.0:
        return x * x
    return x[:, None] * x


@at(*VECTORS)
def if_of_other_sizes(tf, x):
    if x[0] > 0.0:
        y = x[:1] * x[1]
    else:
        y = x * x
    return y * 2.0


@at((0.2, 2.0, 3.0), (1.2, -2.0, -3.0), (2.5, -2.0, 1.0))
def switch_case(tf, x):
    index = tf.cast(x[0], tf.int32)
    y = tf.switch_case(index, [lambda: x, lambda: x[0] * x[1], lambda: x[:, None] * x])
    return tf.exp(y * 0.1) * y


@at((2.0, 2.0, 3.0), (0.5, -2.0, -3.0), (-2.0, -2.0, -3.0))
def case(tf, x):
    pairs = [(x[0] > 1, lambda: x), (x[0] > 0, lambda: x[0] * x[1])]
    y = tf.case(pairs, default=lambda: x[:, None] * x)
    return tf.reduce_sum(y * y)


@at(*VECTORS)
def sums_of_two(tf, x):
    y = _vector_or_matrix(tf, x)
    return tf.reduce_sum((y + x) * tf.sin(y) - 1.0)


@at(*VECTORS)
def several_results(tf, x):
    a, b = tf.cond(x[0] > 0, lambda: (x * x, 1), lambda: (x[:, None] * x, 2))
    return a * tf.cast(b, tf.float32)


@at(*VECTORS)
def flattened(tf, x):
    y = _vector_or_matrix(tf, x)
    return tf.concat([tf.reshape(y, [-1]), x], 0) * 2.0


@at(*VECTORS)
def a_choice_within(tf, x):
    y = _vector_or_matrix(tf, x)
    return tf.cond(x[1] > 1.0, lambda: y * 2.0, lambda: y * y)


@at(*VECTORS)
def a_rank_that_decides(tf, x):
    y = tf.cond(x[0] > 0, lambda: x, lambda: x[:, None] * x)
    if tf.rank(y) == 2:
        return tf.linalg.matvec(y, x)
    return y


@at(*VECTORS)
def a_loop_that_adds_axes(tf, x):
    y = x
    for _ in tf.range(2):
        tf.autograph.experimental.set_loop_options(shape_invariants=[(y, tf.TensorShape(None))])
        y = tf.expand_dims(y, 0) * 2.0
    return y


@at(*VECTORS)
def while_loop_that_adds_axes(tf, x):
    return tf.while_loop(
        lambda i, y: i < 2,
        lambda i, y: (i + 1, y[None] * y),
        (tf.constant(0), x),
        shape_invariants=(tf.TensorShape([]), tf.TensorShape(None)),
    )[1]


@at(*VECTORS)
def a_loop_that_multiplies_what_it_chose(tf, x):
    y = _vector_or_matrix(tf, x)
    for _ in tf.range(3):
        tf.autograph.experimental.set_loop_options(shape_invariants=[(y, tf.TensorShape(None))])
        y = y * 0.5 * tf.sin(y) + x
    return y


@at(*VECTORS)
def reductions_and_parts(tf, x):
    y = _vector_or_matrix(tf, x)
    rows = tf.reduce_sum(y, axis=-1) + tf.reduce_max(y)
    return tf.reduce_sum(rows * y[0]) + tf.reduce_mean(y[..., 0]) + tf.norm(y)


@at(*VECTORS)
def reordered(tf, x):
    y = _vector_or_matrix(tf, x)
    pairs = tf.stack([y, tf.transpose(y)])
    more = tf.concat([y, tf.expand_dims(y, 0)[0]], 0)
    return tf.reduce_sum(pairs * pairs) + tf.reduce_sum(tf.where(more > 0.0, more, 0.0))
