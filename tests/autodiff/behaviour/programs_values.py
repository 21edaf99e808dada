"""Variables, sparse gradients, dtypes, complex numbers, nested tapes."""

_REAL = ("float16", "bfloat16", "float32", "float64")
_COMPLEX = ("[1.0 + 2.0j, -3.0 + 0.5j]",)

EXPRESSIONS = {
    "orders": [
        *[("x * x * x", dtype, ("[1.5, -2.0]",)) for dtype in _REAL],
        *[("tf.sigmoid(x)", dtype, ("[0.5, -2.0]",)) for dtype in _REAL],
        *[("tf.reduce_mean(x ** 2)", d, ("[1.5, -2.0]",)) for d in _REAL if d != "bfloat16"],
        ("tf.cast(x, tf.float64) ** 3", "float32", ("2.0",)),
        ("tf.cast(x, tf.float16) ** 2", "float32", ("2.0",)),
        ("tf.cast(x, tf.complex64) * (1 + 2j)", "float32", ("2.0",)),
        ("tf.math.real(tf.complex(x, x) ** 2)", "float32", ("2.0",)),
        ("tf.math.imag(tf.complex(x, 2.0 * x) ** 2)", "float32", ("2.0",)),
        ("tf.abs(tf.complex(x, 2.0 * x))", "float32", ("2.0", "0.0")),
        ("tf.math.angle(tf.complex(x, 2.0))", "float32", ("2.0",)),
    ],
    "first": [
        ("x * x", "complex64", _COMPLEX),
        ("x * x", "complex128", _COMPLEX),
        ("tf.math.conj(x)", "complex64", _COMPLEX),
        ("tf.math.real(x)", "complex64", _COMPLEX),
        ("tf.math.imag(x)", "complex64", _COMPLEX),
        ("tf.abs(x)", "complex64", (*_COMPLEX, "0j")),
        ("tf.math.angle(x)", "complex64", _COMPLEX),
        ("tf.exp(x)", "complex64", _COMPLEX),
        ("tf.math.log(x)", "complex64", _COMPLEX),
        ("tf.sin(x)", "complex128", _COMPLEX),
        ("tf.sqrt(x)", "complex128", _COMPLEX),
        ("tf.tanh(x)", "complex128", _COMPLEX),
        ("1.0 / x", "complex128", _COMPLEX),
        ("x * tf.math.conj(x)", "complex64", _COMPLEX),
        ("tf.abs(x) ** 2", "complex64", _COMPLEX),
        ("tf.reduce_sum(x)", "complex64", _COMPLEX),
        ("tf.reduce_prod(x)", "complex64", _COMPLEX),
        ("tf.tensordot(x, tf.math.conj(x), 1)", "complex64", _COMPLEX),
        ("tf.cast(x, tf.float32)", "complex64", _COMPLEX),
        ("tf.pow(x, 2.0)", "complex64", _COMPLEX),
        ("x ** 3", "complex64", _COMPLEX),
        ("tf.linalg.det(tf.linalg.diag(x))", "complex128", _COMPLEX),
        ("tf.linalg.inv(tf.linalg.diag(x))", "complex128", _COMPLEX),
        ("tf.matmul(x[None, :], x[:, None], adjoint_a=False)", "complex64", _COMPLEX),
        ("tf.linalg.adjoint(x[None, :]) * 2j", "complex64", _COMPLEX),
        ("tf.sign(x)", "complex64", _COMPLEX),
        ("tf.norm(x)", "complex64", _COMPLEX),
    ],
}

DIFFERS = {
    "slices_as_target": (
        "a sparse gradient can be differentiated again; TensorFlow fails on an attribute",
        {"dtype": "float32", "shape": [3, 2], "values": [12.0, 24.0, 0.0, 0.0, 30.0, 36.0]},
    ),
}


def gather_gives_slices(tf):
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    with tf.GradientTape() as tape:
        y = tf.gather(v, [2, 0, 2])
    return tape.gradient(y, v)


def gather_of_a_tensor(tf):
    x = tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.gather(x, [2, 0, 2])
    return tape.gradient(y, x)


def gather_along_another_axis(tf):
    x = tf.constant([[1.0, 2.0, 3.0], [3.0, 4.0, 5.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.gather(x, [2, 0, 2], axis=1)
    return tape.gradient(y, x)


def gather_of_many_axes(tf):
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    with tf.GradientTape() as tape:
        y = tf.gather(v, [[0, 1], [1, 2]])
    return tape.gradient(y, v)


def gather_with_one_index(tf):
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape() as tape:
        y = tf.gather(v, 1)
    return tape.gradient(y, v)


def gather_with_long_indices(tf):
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape() as tape:
        y = tf.gather(v, tf.constant([1, 1], tf.int64))
    return tape.gradient(y, v)


def lookup_gives_slices(tf):
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    with tf.GradientTape() as tape:
        y = tf.nn.embedding_lookup(v, [1, 1]) ** 2
    return tape.gradient(y, v)


def slices_add_by_concatenation(tf):
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(tf.gather(v, [0, 1])) + 2.0 * tf.reduce_sum(tf.gather(v, [1, 2]))
    return tf.convert_to_tensor(tape.gradient(y, v))


def slices_and_dense_add_up(tf):
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(tf.gather(v, [0, 0])) + tf.reduce_sum(v * v)
    return tape.gradient(y, v)


def slices_through_an_operation(tf):
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    with tf.GradientTape() as tape:
        y = tf.gather(v * 2.0, [0, 0])
    return tape.gradient(y, v)


def slices_through_identity(tf):
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    with tf.GradientTape() as tape:
        y = tf.gather(tf.identity(v), [0, 0])
    return tape.gradient(y, v)


def slices_of_several_targets(tf):
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape() as tape:
        y, z = tf.gather(v, [0]), tf.gather(v, [1, 1])
    return tf.convert_to_tensor(tape.gradient([y, z], v))


def slices_as_target(tf):
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = tf.gather(v, [0, 0, 2]) ** 3
        g = inner.gradient(y, v)
    return tf.convert_to_tensor(outer.gradient(g, v))


def slices_scaled_and_differentiated(tf):
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = tf.gather(v, [0, 0]) ** 3
        g = tf.convert_to_tensor(inner.gradient(y, v)) * 2.0
    return tf.convert_to_tensor(outer.gradient(g, v))


def slices_as_cotangent(tf):
    x = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape() as tape:
        y = x * x
    up = tf.IndexedSlices(tf.constant([[10.0, 20.0]]), tf.constant([1]), tf.constant([2, 2]))
    return tape.gradient(y, x, output_gradients=tf.convert_to_tensor(up))


def slices_unconnected_zero(tf):
    v, w = tf.Variable([[1.0, 2.0]]), tf.Variable([[1.0, 2.0]])
    with tf.GradientTape() as tape:
        y = tf.gather(v, [0])
    return tape.gradient(y, w, unconnected_gradients="zero")


def slices_by_global_norm(tf):
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape() as tape:
        y = tf.gather(v, [0, 0]) * 3.0
    clipped, norm = tf.clip_by_global_norm([tape.gradient(y, v)], 1.0)
    return clipped, norm


def slices_by_norm(tf):
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape() as tape:
        y = tf.gather(v, [0, 0]) * 3.0
    return tf.clip_by_norm(tape.gradient(y, v), 1.0)


def slices_by_value(tf):
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape() as tape:
        y = tf.gather(v, [0, 0]) * 3.0
    return tf.clip_by_value(tape.gradient(y, v), -1.0, 1.0)


def slices_negated(tf):
    s = tf.IndexedSlices(tf.constant([[1.0]]), tf.constant([1]), tf.constant([3, 1]))
    return -s


def slices_times_number(tf):
    s = tf.IndexedSlices(tf.constant([[1.0]]), tf.constant([1]), tf.constant([3, 1]))
    return s * 2.0


def number_times_slices(tf):
    s = tf.IndexedSlices(tf.constant([[1.0]]), tf.constant([1]), tf.constant([3, 1]))
    return tf.constant(2.0) * s


def slices_plus_slices(tf):
    s = tf.IndexedSlices(tf.constant([[1.0]]), tf.constant([1]), tf.constant([3, 1]))
    return s + s


def slices_added_by_add_n(tf):
    s = tf.IndexedSlices(tf.constant([[1.0]]), tf.constant([1]), tf.constant([3, 1]))
    return tf.add_n([s, tf.ones((3, 1))])


def slices_accumulated(tf):
    s = tf.IndexedSlices(tf.constant([[1.0]]), tf.constant([1]), tf.constant([3, 1]))
    return tf.math.accumulate_n([tf.convert_to_tensor(s), tf.ones((3, 1))])


def slices_scalar_mul(tf):
    s = tf.IndexedSlices(tf.constant([[1.0]]), tf.constant([1]), tf.constant([3, 1]))
    return tf.math.scalar_mul(2.0, s)


def slices_in_a_function_of_tensors(tf):
    s = tf.IndexedSlices(tf.constant([[1.0]]), tf.constant([1]), tf.constant([3, 1]))
    return tf.reduce_sum(s), tf.square(s)


def slices_applied_to_a_variable(tf):
    v = tf.Variable([[1.0], [2.0], [3.0]])
    s = tf.IndexedSlices(tf.constant([[1.0], [5.0]]), tf.constant([1, 1]), tf.constant([3, 1]))
    v.scatter_sub(s)
    return v


def sparse_read(tf):
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape() as tape:
        y = v.sparse_read([1, 1])
    return tape.gradient(y, v)


def gather_nd_is_dense_or_not(tf):
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape() as tape:
        y = tf.gather_nd(v, [[1], [1]])
    return tape.gradient(y, v)


def gather_nd_of_elements(tf):
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape() as tape:
        y = tf.gather_nd(v, [[1, 0], [1, 0]])
    return tape.gradient(y, v)


def slicing_is_dense(tf):
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape() as tape:
        y = v[0] * 3.0
    return tape.gradient(y, v)


def boolean_mask(tf):
    v = tf.Variable([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        y = tf.boolean_mask(v, [True, False, True]) ** 2
    return tf.convert_to_tensor(tape.gradient(y, v))


def mixed_dtypes_raise(tf):
    x, y = tf.Variable(1.0), tf.Variable(1.0, dtype=tf.float64)
    with tf.GradientTape() as tape:
        z = x * y
    return tape.gradient(z, x)


def gradient_has_the_dtype_of_the_source(tf):
    x = tf.Variable([1.0, 2.0], dtype=tf.float16)
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(tf.cast(x, tf.float32) ** 2)
    return tape.gradient(y, x)


def integer_times_float(tf):
    n, x = tf.constant(3), tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = tf.cast(n, tf.float32) * x
    return tape.gradient(y, [n, x])


def float_source_integer_variable(tf):
    v = tf.Variable(3)
    with tf.GradientTape() as tape:
        tape.watch(v)
        y = v * 2
    return tape.gradient(y, v)


def boolean_source(tf):
    b, x = tf.constant([True, False]), tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(b)
        y = tf.where(b, x, 0.0)
    return tape.gradient(y, [b, x])


def variable_read_value(tf):
    v = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = v.read_value() * v.value()
    return tape.gradient(y, v)


def variable_converted(tf):
    v = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        t = tf.convert_to_tensor(v)
        y = t * t
    return tape.gradient(y, [v, t])


def variable_read_before(tf):
    v = tf.Variable(3.0)
    t = tf.convert_to_tensor(v)
    with tf.GradientTape() as tape:
        y = t * t
    return tape.gradient(y, v)


def variable_in_a_list(tf):
    vs = [tf.Variable(1.0), tf.Variable(2.0)]
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(tf.stack(vs) ** 2)
    return tape.gradient(y, vs)


def variable_index(tf):
    v = tf.Variable([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        y = v[0] * v[-1]
    return tape.gradient(y, v)


def variable_times_itself_transposed(tf):
    v = tf.Variable([[1.0, 2.0]])
    with tf.GradientTape() as tape:
        y = v @ tf.transpose(v)
    return tape.gradient(y, v)


def variable_as_cotangent(tf):
    x, c = tf.Variable([1.0, 2.0]), tf.Variable([10.0, 20.0])
    with tf.GradientTape() as tape:
        y = x * x
    return tape.gradient(y, x, output_gradients=c)


def variable_deleted_is_not_needed(tf):
    v = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = v * v
    g = tape.gradient(y, v)
    del v
    return g


def equal_variables_are_distinct(tf):
    v, w = tf.Variable(3.0), tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = v * 2.0
    return tape.gradient(y, [v, w])


def nested_second_order(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = x**4
        g = inner.gradient(y, x)
    return g, outer.gradient(g, x)


def nested_fourth_order(tf):
    x = tf.Variable(2.0)
    found = []
    with tf.GradientTape(persistent=True) as tape:
        y = x**5
        for _ in range(5):
            y = tape.gradient(y, x)
            found.append(y)
    return found


def nested_inner_gradient_outside(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape() as outer, tf.GradientTape() as inner:
        y = x**4
    g = inner.gradient(y, x)
    return outer.gradient(g, x)


def nested_mixed_sources(tf):
    x, y = tf.Variable(2.0), tf.Variable(3.0)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            z = x**2 * y**3
        g = inner.gradient(z, [x, y])
    return outer.gradient(g, [x, y])


def nested_with_unwatched_inner(tf):
    x = tf.constant(3.0)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            y = x**4
        g = inner.gradient(y, x)
    return g, outer.gradient(y, x)


def nested_unconnected_zero_then_none(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = 2.0 * x
        g = inner.gradient(y, x)
    return g, outer.gradient(g, x)


def nested_gradient_penalty(tf):
    w, x = tf.Variable([[1.0], [2.0]]), tf.constant([[1.0, -1.0]])
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = tf.tanh(x @ w)
        g = inner.gradient(y, x)
        penalty = (tf.norm(g) - 1.0) ** 2
    return outer.gradient(penalty, w)


def nested_tapes_do_not_share(tf):
    x = tf.constant(3.0)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = x * x
        outer.watch(y)
        z = y * 2.0
    return inner.gradient(y, x), outer.gradient(z, [x, y])


def maml_step(tf):
    w = tf.Variable(1.0)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            loss = (w * 2.0 - 3.0) ** 2
        adapted = w - 0.1 * inner.gradient(loss, w)
        meta = (adapted * 5.0 - 1.0) ** 2
    return outer.gradient(meta, w)


def eager_gradients(tf):
    x = tf.Variable(3.0)
    return tf.gradients(x * x, x)


def eager_hessians(tf):
    x = tf.Variable(3.0)
    return tf.hessians(x * x, x)


def fused_batch_norm_to_second_order(tf):
    x = tf.reshape(tf.sin(tf.range(16.0)), [2, 2, 2, 2])
    weights = tf.reshape(tf.range(16.0), [2, 2, 2, 2])
    found = []
    for power in (2, 3):
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as tape:
                tape.watch(x)
                y, *_ = tf.compat.v1.nn.fused_batch_norm(x, [1.0, 2.0], [0.5, 0.0], epsilon=0.1)
                y = y**power
            g = tape.gradient(y, x)
            s = tf.reduce_sum(g * weights)
        found.append((g, outer.gradient(s, x)))
    return found
