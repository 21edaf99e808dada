"""Corner cases of control flow and of functions along an axis, called eagerly and traced."""

import collections

DIFFERS = {}

V = [0.5, -1.2, 2.0]
Pair = collections.namedtuple("Pair", "a b")


def _plain(value):
    """What a branch returned, Python values and tensors alike."""
    kind = type(value).__name__
    return [kind, value] if isinstance(value, (int, float, str)) else value


def _both(tf, f, *given):
    """What `f` gives, or raises, eagerly and traced."""
    tensors = [tf.constant(v) for v in given]
    return [_outcome(f, tensors), _outcome(tf.function(f), tensors)]


def _outcome(f, tensors):
    try:
        return _plain(f(*tensors))
    except Exception as error:
        return type(error).__name__


def case_without_default(tf):
    return _both(tf, lambda x: tf.case([(x > 2, lambda: x), (x > 1, lambda: -x)]), 1.5), _both(
        tf, lambda x: tf.case([(x > 2, lambda: x), (x > 1, lambda: -x)]), 0.5
    )


def case_of_nothing(tf):
    return _both(tf, lambda x: tf.case([], default=lambda: x), 1.0)


def case_of_python_bools(tf):
    return _both(tf, lambda x: tf.case([(True, lambda: x)]), 1.0)


def switch_case_with_gaps(tf):
    return [
        _both(tf, lambda i, b=b: tf.switch_case(i, b), 1)
        for b in ({3: lambda: 1, 1: lambda: 2}, [(1, lambda: 1), (1, lambda: 2)], [], 3, [3])
    ]


def switch_case_of_pairs(tf):
    branches = [(1, lambda: 10), (0, lambda: 20)]
    return [_both(tf, lambda i: tf.switch_case(i, branches), k) for k in (0, 1, -3, 9)]


def switch_case_indices(tf):
    branches = [lambda: 10, lambda: 20]
    wide = tf.cast(1, tf.int64)
    return [
        _outcome(tf.function(lambda i: tf.switch_case(i, branches)), [wide]),
        _both(tf, lambda i: tf.switch_case(i, branches), 1.0),
        _both(tf, lambda i: tf.switch_case(1, branches), 1),
    ]


def branches_return_what_they_return(tf):
    holds = tf.constant(True)
    return [
        _plain(tf.cond(holds, lambda: 1, lambda: 2)),
        tf.cond(holds, lambda: [1, "a", None], lambda: 2),
        tf.case([(holds, lambda: [3])]),
        tf.switch_case(tf.constant(0), [lambda: (4,)]),
    ]


def cond_of_a_python_bool(tf):
    return _both(tf, lambda x: tf.cond(True, lambda: x, lambda: -x), 1.0)


def while_loop_options(tf):
    def loop(x, **options):
        return tf.while_loop(lambda y: y < 10.0, lambda y: [y * 2], [x], **options)

    return [
        _both(tf, lambda x, o=o: loop(x, **o), 1.0)
        for o in (
            {"maximum_iterations": -1},
            {"maximum_iterations": 0},
            {"maximum_iterations": 2},
            {"parallel_iterations": 0},
        )
    ]


def while_loop_of_ragged_tensors(tf):
    def f(x):
        rows = tf.RaggedTensor.from_row_lengths(x, [1, 2])
        return tf.while_loop(lambda i, t: i < 3, lambda i, t: (i + 1, t * 2.0), (0, rows))[
            1
        ].to_tensor()

    return _both(tf, f, V)


def while_loop_of_growing_ragged_tensors(tf):
    spec = tf.RaggedTensorSpec([None, None], tf.float32, ragged_rank=1)

    def f(x):
        rows = tf.RaggedTensor.from_row_lengths(x, [1, 2])
        return tf.while_loop(
            lambda i, t: i < 2,
            lambda i, t: (i + 1, tf.concat([t, t], 1)),
            (0, rows),
            shape_invariants=(tf.TensorShape([]), spec),
        )[1].to_tensor()

    return _both(tf, f, V)


def while_loop_of_sparse_tensors(tf):
    def f(x):
        sparse = tf.sparse.from_dense(x)
        found = tf.while_loop(lambda i, t: i < 3, lambda i, t: (i + 1, t * 2.0), (0, sparse))
        return tf.sparse.to_dense(found[1])

    return _both(tf, f, [[1.0, 0.0], [0.0, 2.0]])


def while_loop_of_structures(tf):
    def f(x):
        found = tf.while_loop(
            lambda i, d, p: i < 3,
            lambda i, d, p: (i + 1, {"a": d["a"] * 2, "b": [d["b"][0] + 1]}, Pair(p.b, p.a + p.b)),
            (0, {"a": x, "b": [1]}, Pair(1, 2)),
        )
        return found[1]["a"], found[1]["b"][0], found[2].a, found[2].b

    return _both(tf, f, V)


def map_fn_of_nothing(tf):
    def pair(x):
        return tf.map_fn(
            lambda a: (a, tf.cast(a, tf.int32)), x[:0], fn_output_signature=(tf.float32, tf.int32)
        )

    return _both(tf, lambda x: tf.map_fn(lambda a: a * 2, x[:0]), V), _both(tf, pair, V)


def map_fn_of_other_lengths(tf):
    return _both(
        tf,
        lambda x: tf.map_fn(lambda p: p[0] + p[1], (x, x[:2]), fn_output_signature=tf.float32),
        V,
    )


def map_fn_to_other_dtypes(tf):
    return [
        _both(tf, lambda x: tf.map_fn(lambda a: tf.cast(a, tf.int32), x), V),
        _both(tf, lambda x: tf.map_fn(lambda a: a, x, fn_output_signature=tf.int32), V),
        _both(tf, lambda x: tf.map_fn(lambda a: 1, x), V),
        _both(tf, lambda x: tf.map_fn(lambda a: (a, a), x), V),
        _both(tf, lambda x: tf.map_fn(lambda a: a, x, fn_output_signature=(tf.float32,) * 2), V),
    ]


def map_fn_to_other_shapes(tf):
    def lengths(x):
        return tf.map_fn(lambda n: tf.zeros([n]), x, fn_output_signature=tf.float32)

    spec = tf.TensorSpec([3], tf.float32)
    return [
        _both(tf, lengths, [1, 2]),
        _both(tf, lengths, [2, 2]),
        _both(tf, lambda x: tf.map_fn(lambda a: tf.stack([a, a]), x, fn_output_signature=spec), V),
    ]


def map_fn_to_ragged_tensors(tf):
    spec = tf.RaggedTensorSpec([None], tf.int32)
    deep = tf.RaggedTensorSpec([None, None], tf.int32, ragged_rank=1)

    def flat(x):
        return tf.map_fn(tf.range, x, fn_output_signature=spec).to_tensor()

    def nested(x):
        def rows(n):
            return tf.RaggedTensor.from_row_lengths(tf.range(n), [n])

        return tf.map_fn(rows, x, fn_output_signature=deep).to_tensor()

    return _both(tf, flat, [1, 3, 0]), _both(tf, nested, [1, 3, 0])


def vectorized_map_of_one_row(tf):
    return _both(tf, lambda x: tf.vectorized_map(lambda p: p[0] * p[1], (x, x[:1])), V)


def vectorized_map_of_nothing(tf):
    return _both(tf, lambda x: tf.vectorized_map(lambda a: tf.stack([a, a]), x[:0]), V)


def gradient_through_a_repeated_row(tf):
    x = tf.constant([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.vectorized_map(lambda p: p[0] * p[1] ** 2, (x, x[1:2]))
    return y, tape.gradient(y, x)


def scans_and_folds_of_nothing(tf):
    def add(a, b):
        return a + b

    def pair(a, b):
        return a[0] + b, a[1]

    start = (0.0, tf.ones([2], tf.int32))
    return [
        _both(tf, lambda x: tf.scan(add, x[:0]), V),
        _both(tf, lambda x: tf.scan(add, x[:0], initializer=0.0), V),
        _both(tf, lambda x: tf.scan(pair, x[:0], initializer=start), V),
        _both(tf, lambda x: tf.foldl(add, x[:0]), V),
        _both(tf, lambda x: tf.foldr(add, x[:0]), V),
        _both(tf, lambda x: tf.foldl(add, x[:0], initializer=5.0), V),
        _both(tf, lambda x: tf.foldr(add, x[:0], initializer=5.0), V),
    ]


def scans_and_folds_of_other_structures(tf):
    return [
        _both(tf, lambda x: tf.scan(lambda a, b: (a, b), x), V),
        _both(tf, lambda x: tf.scan(lambda a, b: tf.stack([a, b]), x), V),
        _both(tf, lambda x: tf.foldl(lambda a, b: (a, b), x), V),
    ]


def sizes_that_data_decides(tf):
    def f(x):
        n = tf.shape(tf.boolean_mask(x, x > 0))[0]
        m = tf.shape(tf.boolean_mask(x, x > 2))[0]
        return (
            (n > 0, n >= 1, 0 < n, n != 0, n == 0, n > m, n - m, n < 100),
            tf.cond(n > 0, lambda: 1.0, lambda: -1.0),
            (tf.minimum(n, 2), tf.maximum(n, 1), n // 5, n % 1, n * 0, tf.sign(n)),
            (tf.where(n > 0, 1, 2), tf.reduce_min([n, 3]), tf.argmax([n, 1]), tf.sort([n, 2])),
            (tf.size(tf.range(n)) > 0, tf.reduce_any(tf.stack([n, m]) > 0), tf.cast(n, tf.bool)),
            tf.reshape(tf.range(n * 2), [tf.maximum(n, 1), -1])[: tf.minimum(n, 2)],
        )

    traced = tf.function(f)
    return [traced(tf.constant(x)) for x in ([-1.0, -2.0, -3.0], [1.0, 3.0, -1.0], [3.0] * 9)]


def sizes_of_unknown_arguments(tf):
    @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32)])
    def f(x):
        n = tf.shape(x)[0]
        if n > 1 and n != 6:
            y = x[: tf.minimum(n, 4)]
        else:
            y = tf.zeros([tf.maximum(n, 2), 3])
        return tf.shape(y), tf.reduce_max(tf.shape(x)), n // 4

    return [f(tf.ones([n, 3])) for n in (0, 1, 2, 3, 6, 9)]
