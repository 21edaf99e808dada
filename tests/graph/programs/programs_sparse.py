"""Sparse tensors in functions, and gradients through what is computed with them."""

from traced import attempt, each


def _grads(tf, f, values, *others):
    """A traced `f(sparse, *others)` and its gradients by the values and the others."""
    values = tf.constant(values)
    indices = tf.constant([[0, 1], [1, 0], [1, 2], [2, 1]], tf.int64)
    traced = tf.function(lambda v, *rest: f(tf.SparseTensor(indices, v, [3, 3]), *rest))
    with tf.GradientTape() as tape:
        tape.watch([values, *others])
        y = traced(values, *others)
    y = y.values if isinstance(y, tf.SparseTensor) else y
    return y, tape.gradient(y, [values, *others])


V = [1.0, 2.0, -3.0, 4.0]


def _sparse(tf, values=None):
    return tf.SparseTensor([[0, 1], [1, 0], [1, 2], [2, 1]], values or V, [3, 3])


def products_with_dense(tf):
    b, ones = tf.constant([[1.0, 2.0], [0.5, -1.0], [3.0, 0.0]]), tf.ones([3, 3])
    return (
        _grads(tf, lambda s, b: tf.sparse.sparse_dense_matmul(s, b), V, b),
        _grads(tf, lambda s, b: tf.sparse.sparse_dense_matmul(s, b, adjoint_a=True), V, b),
        _grads(tf, lambda s, b: tf.sparse.sparse_dense_matmul(s, b, adjoint_b=True), V, ones),
    )


def dense_with_sparse(tf):
    b = tf.constant([[1.0, 2.0, 3.0]])
    return _grads(tf, lambda s, b: tf.sparse.sparse_dense_matmul(b, s), V, b)


def dense_form(tf):
    return _grads(tf, lambda s: tf.sparse.to_dense(s) ** 2, V), each(
        tf, lambda s: tf.sparse.to_dense(s, default_value=-1.0), _sparse(tf)
    )


def sums_of_two(tf):
    other = tf.sparse.from_dense(tf.constant([[1.0, 1.0, 0.0], [0.0, 0.0, 3.0], [0.0, 0.0, 0.0]]))
    return _grads(tf, lambda s: tf.sparse.add(s, other), V), _grads(
        tf, lambda s: tf.sparse.add(s, tf.ones([3, 3])), V
    )


def sums_with_a_threshold(tf):
    @tf.function
    def f(a, b):
        return tf.sparse.add(a, b, threshold=0.5)

    return f(_sparse(tf), _sparse(tf, [-1.0, 2.0, 3.2, 4.0]))


def reductions(tf):
    return (
        _grads(tf, lambda s: tf.sparse.reduce_sum(s, 1), V),
        _grads(tf, lambda s: tf.sparse.reduce_sum(s), V),
        attempt(tf.function(lambda s: tf.sparse.reduce_max(s, 0)), _sparse(tf)),
        attempt(tf.function(lambda s: tf.sparse.reduce_sum(s, 1, keepdims=True)), _sparse(tf)),
        attempt(
            tf.function(lambda s: tf.sparse.reduce_sum(s, 1, output_is_sparse=True)), _sparse(tf)
        ),
    )


def softmax_of_rows(tf):
    return _grads(tf, lambda s: tf.sparse.softmax(s), V)


def reordered(tf):
    @tf.function
    def f(s):
        return tf.sparse.reorder(s)

    mixed = tf.SparseTensor([[1, 0], [0, 2], [0, 1]], [1.0, 2.0, 3.0], [2, 3])
    values = tf.constant([1.0, 2.0, 3.0])

    @tf.function
    def g(v):
        return tf.sparse.reorder(tf.SparseTensor(mixed.indices, v, [2, 3])).values

    with tf.GradientTape() as tape:
        tape.watch(values)
        y = g(values) * [1.0, 2.0, 3.0]
    return f(mixed), tape.gradient(y, values)


def slices(tf):
    return _grads(tf, lambda s: tf.sparse.slice(s, [0, 0], [2, 2]), V), each(
        tf, lambda s: tf.sparse.slice(s, [1, 1], [5, 5]), _sparse(tf)
    )


def joined(tf):
    return _grads(tf, lambda s: tf.sparse.concat(1, [s, s * 2.0]), V), each(
        tf, lambda s: tf.sparse.concat(0, [s, s]), _sparse(tf)
    )


def split_in_parts(tf):
    @tf.function
    def f(s):
        return tf.sparse.split(s, num_split=2, axis=1)

    return f(_sparse(tf))


def transposed_and_reshaped(tf):
    return (
        _grads(tf, lambda s: tf.sparse.transpose(s), V),
        _grads(tf, lambda s: tf.sparse.reshape(s, [9]), V),
        each(tf, lambda s: tf.sparse.reshape(s, [-1, 1]), _sparse(tf)),
        each(tf, lambda s: tf.sparse.reshape(s, [2, 2]), _sparse(tf)),
    )


def expanded_and_retained(tf):
    return each(tf, lambda s: tf.sparse.expand_dims(s, 1), _sparse(tf)), each(
        tf, lambda s: tf.sparse.retain(s, s.values > 0.0), _sparse(tf)
    )


def retained_with_a_gradient(tf):
    return _grads(tf, lambda s: tf.sparse.retain(s, s.values > 0.0), V)


def elementwise_with_dense(tf):
    d = tf.constant([[1.0, 2.0, 3.0]])
    return (
        _grads(tf, lambda s, d: s * d, V, d),
        _grads(tf, lambda s, d: s / d, V, d),
        attempt(tf.function(lambda s: s * 2.0), _sparse(tf)),
    )


def maps_of_values(tf):
    return _grads(tf, lambda s: tf.sparse.map_values(tf.square, s), V), each(
        tf, lambda s: tf.abs(s), _sparse(tf)
    )


def minimum_and_maximum(tf):
    @tf.function
    def f(a, b):
        return tf.sparse.maximum(a, b), tf.sparse.minimum(a, b)

    other = tf.SparseTensor([[0, 0], [1, 2]], [5.0, -5.0], [3, 3])
    return f(_sparse(tf), other)


def empty_rows_filled(tf):
    @tf.function
    def f(s):
        return tf.sparse.fill_empty_rows(s, 9.0)

    values = tf.constant([1.0, 2.0])

    @tf.function
    def g(v):
        s = tf.SparseTensor([[0, 1], [2, 0]], v, [4, 2])
        return tf.sparse.fill_empty_rows(s, 0.5)[0].values * [1.0, 2.0, 3.0, 4.0]

    with tf.GradientTape() as tape:
        tape.watch(values)
        y = g(values)
    return f(tf.SparseTensor([[0, 1], [2, 0]], [1.0, 2.0], [4, 2])), y, tape.gradient(y, values)


def segments(tf):
    x = tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    found = []
    for name in ("segment_sum", "segment_mean", "segment_sqrt_n"):

        def f(x, name=name):
            return getattr(tf.sparse, name)(x, [0, 2, 1, 1], [0, 0, 2, 2])

        def g(x, name=name):
            return getattr(tf.sparse, name)(x, [0, 2], [0, 1], num_segments=4)

        for h in (f, g):
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = tf.function(h)(x)
            found.append((y, tape.gradient(y, x)))
    return found


def embedding_of_sparse_ids(tf):
    table = tf.Variable(tf.reshape(tf.range(8.0), [4, 2]))
    ids = tf.SparseTensor([[0, 0], [0, 1], [1, 0]], tf.constant([1, 3, 0], tf.int64), [2, 2])
    weights = tf.SparseTensor(ids.indices, [0.5, 2.0, 1.0], [2, 2])
    found = []
    for how in ("sum", "mean", "sqrtn"):

        @tf.function
        def f(ids, weights, how=how):
            plain = tf.nn.embedding_lookup_sparse(table, ids, None, combiner=how)
            return plain + tf.nn.embedding_lookup_sparse(table, ids, weights, combiner=how)

        with tf.GradientTape() as tape:
            y = f(ids, weights)
        found.append((y, tf.convert_to_tensor(tape.gradient(y, table))))
    return found


def embedding_with_empty_rows(tf):
    table = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    ids = tf.SparseTensor([[0, 0], [2, 0]], tf.constant([1, 0], tf.int64), [3, 1])

    @tf.function
    def f(table, ids):
        return tf.nn.safe_embedding_lookup_sparse(table, ids), tf.nn.safe_embedding_lookup_sparse(
            table, ids, default_id=1, combiner="sum"
        )

    with tf.GradientTape() as tape:
        tape.watch(table)
        a, b = f(table, ids)
    return a, b, tape.gradient(a + 2.0 * b, table)


def from_dense_and_back(tf):
    def f(x):
        s = tf.sparse.from_dense(x)
        return tf.sparse.to_dense(s) * 3.0, s.indices, s.dense_shape

    x = tf.constant([[0.0, 2.0], [3.0, 0.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y, i, n = tf.function(f)(x)
    return y, i, n, tape.gradient(y, x)


def loops_over_sparse_products(tf):
    def f(s, v):
        for _ in tf.range(3):
            v = tf.sparse.sparse_dense_matmul(s, v)
            v = v / tf.norm(v)
        return v

    return _grads(tf, f, V, tf.constant([[1.0], [2.0], [0.5]]))


def branches_of_sparse(tf):
    def f(s, flag):
        if flag > 0.0:
            t = s * 2.0
        else:
            t = tf.sparse.transpose(s)
        return tf.sparse.to_dense(t)

    return _grads(tf, f, V, tf.constant(1.0)), _grads(tf, f, V, tf.constant(-1.0))


def sparse_as_an_argument(tf):
    count = []

    @tf.function
    def f(s):
        count.append(1)
        return tf.sparse.reduce_sum(s)

    a = f(_sparse(tf))
    b = f(tf.SparseTensor([[0, 0]], [1.0], [3, 3]))
    return a, b, f(tf.SparseTensor([[0, 0]], [1.0], [4, 3])), len(count)


def sparse_as_a_result(tf):
    @tf.function
    def f(x):
        return {"s": tf.sparse.from_dense(x), "n": tf.sparse.eye(2)}

    return f(tf.constant([[0, 1], [2, 0]]))


def gradient_by_a_sparse_argument(tf):
    s = _sparse(tf)

    @tf.function
    def f(s, x):
        return tf.sparse.sparse_dense_matmul(s, x)

    x = tf.constant([[1.0], [2.0], [3.0]])
    with tf.GradientTape() as tape:
        tape.watch([s.values, x])
        y = f(s, x)
    return tape.gradient(y, [s.values, x])


def sets(tf):
    @tf.function
    def f(a, b):
        return (
            tf.sets.intersection(a, b),
            tf.sets.union(a, b),
            tf.sets.difference(a, b),
            tf.sets.size(tf.sets.union(a, b)),
        )

    return f(tf.constant([[1, 2, 3], [4, 5, 6]]), tf.constant([[3, 1, 7], [8, 8, 4]]))


def counted_bins(tf):
    @tf.function
    def f(x):
        return tf.sparse.bincount(x), tf.sparse.bincount(x, binary_output=True, minlength=6)

    return attempt(f, tf.constant([[1, 1, 3], [0, 2, 2]]))


def bincounts(tf):
    @tf.function
    def f(x, w):
        return (
            tf.math.bincount(x),
            tf.math.bincount(x, weights=w),
            tf.math.bincount(x, minlength=6, maxlength=8),
            tf.math.bincount(x[None], axis=-1, binary_output=True),
        )

    return f(tf.constant([1, 1, 3]), tf.constant([0.5, 0.25, 2.0]))


def crossed_features(tf):
    @tf.function
    def f(a, b):
        return tf.sparse.to_dense(tf.sparse.cross([a, b]), default_value="")

    return attempt(f, tf.constant([["x"], ["y"]]), tf.constant([["1"], ["2"]]))


def wrong_sparse_arguments(tf):
    def order(v):
        s = tf.SparseTensor([[1, 0], [0, 0]], v, [2, 2])
        return tf.sparse.to_dense(s)

    def bounds(v):
        return tf.sparse.to_dense(tf.SparseTensor([[0, 0], [5, 0]], v, [2, 2]))

    def twice(v):
        return tf.sparse.to_dense(tf.SparseTensor([[0, 0], [0, 0]], v, [2, 2]))

    def kinds(v):
        s = tf.SparseTensor([[0, 0], [1, 1]], v, [2, 2])
        return tf.sparse.sparse_dense_matmul(s, [[1], [2]])

    def sizes(v):
        return tf.sparse.sparse_dense_matmul(
            tf.SparseTensor([[0, 0], [1, 1]], v, [2, 2]), tf.ones([3, 1])
        )

    def rank(v):
        return tf.SparseTensor([0, 1], v, [2]).values

    checks = (order, bounds, twice, kinds, sizes, rank)
    return [each(tf, f, tf.constant([1.0, 2.0])) for f in checks]


def indicators(tf):
    @tf.function
    def f(x):
        s = tf.SparseTensor([[0, 0], [1, 0], [1, 1]], x, [2, 2])
        return tf.sparse.to_indicator(s, 5)

    return f(tf.constant([1, 0, 4], tf.int64))


def indexed_slices_in_functions(tf):
    @tf.function
    def f(x):
        s = tf.IndexedSlices(x, [0, 2, 0], dense_shape=[4, 2])
        return tf.convert_to_tensor(s), tf.math.unsorted_segment_sum(s.values, s.indices, 4)

    return f(tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))


def gathers_and_clipping(tf):
    w = tf.Variable(tf.ones([5, 2]))

    @tf.function
    def f(ids):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.gather(w, ids) ** 2 * 3.0) + tf.reduce_sum(w[1])
        g = tape.gradient(loss, w)
        clipped, norm = tf.clip_by_global_norm([g], 1.0)
        return tf.convert_to_tensor(clipped[0]), norm

    return f(tf.constant([0, 3, 3]))
