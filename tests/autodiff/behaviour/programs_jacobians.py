"""`tape.jacobian` and `tape.batch_jacobian`: shapes, sources, structure, errors."""

_VECTOR = ("[1.0, 2.0, 3.0]",)
_MATRIX = ("[[1.0, 2.0], [3.0, 5.0]]",)

EXPRESSIONS = {
    "jacobian": [
        ("x * x", "float32", (*_VECTOR, "2.0")),
        ("tf.reduce_sum(x)", "float32", _VECTOR),
        ("tf.reduce_sum(x * x, axis=0)", "float64", _MATRIX),
        ("tf.nn.softmax(x)", "float64", (*_VECTOR, *_MATRIX)),
        ("x @ tf.transpose(x)", "float64", _MATRIX),
        ("tf.cumsum(x)", "float32", _VECTOR),
        ("tf.math.cumprod(x)", "float64", _VECTOR),
        ("tf.reverse(x, [0])", "float32", _VECTOR),
        ("tf.gather(x, [2, 0, 0])", "float32", _VECTOR),
        ("tf.sort(x)", "float32", ("[3.0, 1.0, 2.0]",)),
        ("tf.reshape(x, [4]) * 2.0", "float32", _MATRIX),
        ("tf.concat([x, x * x], 0)", "float32", _VECTOR),
        ("tf.stack([x, x], 1)", "float32", _VECTOR),
        ("tf.linalg.inv(x)", "float64", _MATRIX),
        ("tf.linalg.diag(x)", "float32", _VECTOR),
        ("tf.nn.relu(x - 2.0)", "float32", _VECTOR),
        ("tf.where(x > 1.5, x * x, 0.0)", "float32", _VECTOR),
        ("tf.norm(x, axis=1)", "float64", _MATRIX),
        ("tf.reduce_max(x, axis=0)", "float32", _MATRIX),
        ("tf.broadcast_to(x, [2, 3])", "float32", _VECTOR),
        ("tf.zeros_like(x)", "float32", _VECTOR),
        ("tf.stop_gradient(x) * x", "float32", _VECTOR),
        ("x[1:]", "float32", _VECTOR),
        ("x[:, tf.newaxis] * x", "float32", _VECTOR),
        ("tf.cast(x, tf.float64) * 2.0", "float32", _VECTOR),
        ("tf.cast(x, tf.int32)", "float32", _VECTOR),
        ("tf.einsum('ij,jk->ik', x, x)", "float64", _MATRIX),
        ("tf.roll(x, 1, 0)", "float32", _VECTOR),
        ("tf.math.l2_normalize(x)", "float64", _VECTOR),
        ("tf.pad(x, [[1, 0]])", "float32", _VECTOR),
        ("tf.zeros((0, 2)) + x[0]", "float32", _MATRIX),
    ]
}


def several_sources(tf):
    x, y = tf.Variable([1.0, 2.0]), tf.Variable(3.0)
    with tf.GradientTape() as tape:
        z = x * y
    return tape.jacobian(z, {"x": x, "y": [y]})


def unconnected(tf):
    x, y = tf.Variable([1.0, 2.0]), tf.Variable([3.0])
    with tf.GradientTape() as tape:
        z = x * x
    return tape.jacobian(z, [x, y])


def unconnected_zero(tf):
    x, y = tf.Variable([1.0, 2.0]), tf.Variable([3.0])
    with tf.GradientTape() as tape:
        z = x * x
    return tape.jacobian(z, [x, y], unconnected_gradients="zero")


def list_of_targets(tf):
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y, z = x * x, x * 2.0
    return tape.jacobian([y, z], x)


def without_pfor_not_persistent(tf):
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = x * x
    return tape.jacobian(y, x, experimental_use_pfor=False)


def without_pfor(tf):
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape(persistent=True) as tape:
        y = x * x
    return tape.jacobian(y, x, experimental_use_pfor=False)


def with_parallel_iterations(tf):
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape(persistent=True) as tape:
        y = x * x
    return tape.jacobian(y, x, parallel_iterations=4, experimental_use_pfor=False)


def scalar_source(tf):
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = tf.stack([x, x * x])
    return tape.jacobian(y, x)


def scalar_both(tf):
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = x**3
    return tape.jacobian(y, x)


def hessian_by_nesting(tf):
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = x[0] ** 2 * x[1]
        g = inner.gradient(y, x)
    return outer.jacobian(g, x)


def jacobian_of_jacobian(tf):
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = x * x * x
        j = inner.jacobian(y, x)
    return outer.jacobian(j, x)


def persistent_of_each(tf):
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape(persistent=True) as tape:
        y, z = x * x, tf.exp(x)
    return tape.jacobian(y, x), tape.jacobian(z, x), tape.gradient(z, x)


def intermediate_source(tf):
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = x * 2.0
        z = y * y
    return tape.jacobian(z, y)


def target_is_source(tf):
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = x * 2.0
    return tape.jacobian(y, y)


def variable_as_matrix(tf):
    w, x = tf.Variable([[1.0, 2.0], [3.0, 4.0]]), tf.constant([[1.0, 1.0]])
    with tf.GradientTape() as tape:
        y = tf.tanh(x @ w)
    return tape.jacobian(y, w)


def embedding(tf):
    table = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape() as tape:
        y = tf.nn.embedding_lookup(table, [1, 1]) * 2.0
    return tape.jacobian(y, table)


def batch_elementwise(tf):
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.batch_jacobian(y, x)


def batch_dense_layer(tf):
    x, w = tf.constant([[1.0, 2.0], [3.0, 4.0]]), tf.constant([[1.0], [2.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.tanh(x @ w)
    return tape.batch_jacobian(y, x)


def batch_higher_rank(tf):
    x = tf.reshape(tf.range(8.0), (2, 2, 2))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(x**2, axis=2)
    return tape.batch_jacobian(y, x)


def batch_unconnected(tf):
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.constant([[1.0], [2.0]])
    return tape.batch_jacobian(y, x)


def batch_unconnected_zero(tf):
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.constant([[1.0], [2.0]])
    return tape.batch_jacobian(y, x, unconnected_gradients="zero")


def batch_vector_target(tf):
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(x, 1)
    return tape.batch_jacobian(y, x)


def batch_vector_source(tf):
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x[:, tf.newaxis]
    return tape.batch_jacobian(y, x)


def batch_sizes_differ(tf):
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x[:1] * 2.0
    return tape.batch_jacobian(y, x)


def batch_without_pfor_not_persistent(tf):
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * 2.0
    return tape.batch_jacobian(y, x, experimental_use_pfor=False)


def batch_without_pfor(tf):
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * 2.0
    return tape.batch_jacobian(y, x, experimental_use_pfor=False)


def batch_second_order(tf):
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = tf.reduce_prod(x, 1)
        g = inner.gradient(y, x)
    return outer.batch_jacobian(g, x)


def batch_nest_of_sources(tf):
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * 2.0
    return tape.batch_jacobian(y, [x])


def batch_mixed_rows_sum(tf):
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * tf.reduce_sum(x, 0)
    return tape.batch_jacobian(y, x)


def batch_twice_not_persistent(tf):
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * 2.0
    tape.batch_jacobian(y, x)
    return tape.batch_jacobian(y, x)


def inside_the_context(tf):
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = x * x
        j = tape.jacobian(y, x)
    return j


def complex_jacobian(tf):
    x = tf.constant([1.0 + 2.0j, 3.0 - 1.0j], tf.complex64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.jacobian(y, x)


def empty_source(tf):
    x = tf.zeros((0,))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.concat([x, x], 0)
    return tape.jacobian(y, x)
