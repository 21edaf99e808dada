"""Operations on arguments of unknown sizes, and with sizes, counts and places that are arguments.

Each row is an expression, the signature, and arguments for several calls; the value and the
gradients by the floats among the arguments are compared.
"""

from traced import attempt

INT, F, T = "int32", "float32", "string"
ROWS = {
    "mask_of_lengths": (
        "tf.sequence_mask(a, tf.shape(b)[1], dtype=b.dtype) * b",
        (([None], INT), ([None, None], F)),
        [([1, 2], [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), ([0], [[1.0, 2.0]])],
    ),
    "mask_as_wide_as_the_longest": (
        "tf.sequence_mask(a), tf.sequence_mask(a, dtype=tf.int32)",
        (([None], INT),),
        [([1, 3],), ([0],), ([2, 2, 1],)],
    ),
    "mask_of_a_given_width": (
        "tf.sequence_mask(a, b)",
        (([None, None], INT), ([], INT)),
        [([[1, 3], [0, 2]], 3), ([[5]], 2)],
    ),
    "repeats": (
        "tf.repeat(a, b)",
        (([None], F), ([None], INT)),
        [([1.0, 2.0], [2, 3]), ([1.0], [0]), ([1.0, 2.0, 3.0], [0, 1, 0])],
    ),
    "repeats_of_rows": (
        "tf.repeat(a, b, axis=0), tf.repeat(a, c, axis=1)",
        (([2, None], F), ([2], INT), ([], INT)),
        [([[1.0, 2.0], [3.0, 4.0]], [2, 1], 2), ([[1.0], [2.0]], [0, 3], 3)],
    ),
    "partitions": (
        "tf.dynamic_partition(a, b, 3)",
        (([None], F), ([None], INT)),
        [([1.0, 2.0, 3.0], [2, 0, 2]), ([1.0], [1]), ([1.0], [3]), ([1.0], [-1])],
    ),
    "partitions_of_rows": (
        "tf.dynamic_partition(a, b, 2)",
        (([None, 2], F), ([None], INT)),
        [([[1.0, 2.0], [3.0, 4.0]], [1, 0])],
    ),
    "partitions_of_matrices": (
        "tf.dynamic_partition(a, b, 2)",
        (([None, None], F), ([None, None], INT)),
        [([[1.0, 2.0], [3.0, 4.0]], [[1, 0], [1, 1]])],
    ),
    "stitched": (
        "tf.dynamic_stitch([a, c], [b, d])",
        (([None], INT), ([None, 2], F), ([None], INT), ([None, 2], F)),
        [([2, 0], [[1.0, 2.0], [3.0, 4.0]], [1], [[5.0, 6.0]])],
    ),
    "largest": (
        "tf.math.top_k(a, b)[0], tf.math.top_k(a, b)[1]",
        (([None, None], F), ([], INT)),
        [([[3.0, 1.0, 3.0], [0.0, 5.0, 2.0]], 2), ([[1.0]], 1), ([[1.0]], 2), ([[1.0]], 0)],
    ),
    "split_by_lengths": (
        "tf.split(a, [b, -1]), tf.split(a, [b, b, 1])",
        (([None], F), ([], INT)),
        [([1.0, 2.0, 3.0], 1), ([1.0, 2.0, 3.0, 4.0, 5.0], 2), ([1.0, 2.0], 2)],
    ),
    "split_by_a_vector": (
        "tf.split(a, b, axis=1)",
        (([2, None], F), ([2], INT)),
        [([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], [1, 2]), ([[1.0], [2.0]], [1, 0])],
    ),
    "confusion": (
        "tf.math.confusion_matrix(a, b), tf.math.confusion_matrix(a, b, 4)",
        (([None], INT), ([None], INT)),
        [([0, 2, 1, 1], [0, 1, 1, 2]), ([0], [0]), ([5], [0]), ([-1], [0])],
    ),
    "confusion_with_weights": (
        "tf.math.confusion_matrix(a, b, 3, weights=c, dtype=tf.float32)",
        (([None], INT), ([None, 1], INT), ([None], F)),
        [([0, 2, 2], [[0], [1], [1]], [0.5, 1.0, 2.0])],
    ),
    "inverses": (
        "tf.math.invert_permutation(a)",
        (([None], INT),),
        [([2, 0, 1],), ([0],), ([0, 0],), ([0, 2],)],
    ),
    "histogram": (
        "tf.histogram_fixed_width(a, [0.0, 2.0], nbins=4)",
        (([None], F),),
        [([0.1, 0.6, 5.0, -1.0],), ([],)],
    ),
    "unravelled": (
        "tf.unravel_index(a, [2, 3]), tf.unravel_index(b, [4, 5])",
        (([None], INT), ([], INT)),
        [([0, 5, 4], 7), ([6], 0)],
    ),
    "unravelled_by_an_argument": (
        "tf.unravel_index(a, b)",
        (([None], INT), ([None], INT)),
        [([0, 5, 4], [2, 3]), ([7], [2, 2, 2])],
    ),
    "identities": (
        "tf.eye(a), tf.eye(a, 2), tf.eye(2, batch_shape=[a]), tf.eye(a, dtype=tf.int32)",
        (([], INT),),
        [(1,), (3,), (0,)],
    ),
    "rolled": ("tf.roll(a, b, 0)", (([None], F), ([], INT)), [([1.0, 2.0, 3.0], 1), ([1.0], -5)]),
    "padded": (
        "tf.pad(a, [[b, 0], [0, b]]), tf.pad(a, [[0, b], [b, 0]], 'REFLECT')",
        (([None, 2], F), ([], INT)),
        [([[1.0, 2.0], [3.0, 4.0]], 1), ([[1.0, 2.0]], 0)],
    ),
    "every_so_many": ("a[::b], a[b:], a[:-b]", (([None], F), ([], INT)), [([1.0, 2.0, 3.0], 2)]),
    "segments": (
        "tf.math.segment_sum(a, b), tf.math.segment_max(a, b), tf.math.segment_mean(a, b)",
        (([None], F), ([None], INT)),
        [([1.0, 2.0, 3.0], [0, 0, 2]), ([1.0], [1])],
    ),
    "unsorted_segments": (
        "tf.math.unsorted_segment_sum(a, b, c), tf.math.unsorted_segment_mean(a, b, c)",
        (([None], F), ([None], INT), ([], INT)),
        [([1.0, 2.0, 3.0], [1, 0, 1], 3), ([1.0], [-1], 1)],
    ),
    "scattered": (
        "tf.scatter_nd(a, b, [c])",
        (([None, 1], INT), ([None], F), ([], INT)),
        [([[1], [0], [1]], [1.0, 2.0, 3.0], 3)],
    ),
    "backwards_by_lengths": (
        "tf.reverse_sequence(a, b, seq_axis=1)",
        (([None, None], F), ([None], INT)),
        [([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], [2, 3])],
    ),
    "bands": (
        "tf.linalg.band_part(a, b, 0), tf.linalg.diag_part(a), tf.linalg.set_diag(a, a[0])",
        (([None, None], F), ([], INT)),
        [([[1.0, 2.0], [3.0, 4.0]], 0), ([[1.0, 2.0], [3.0, 4.0]], 1)],
    ),
    "gathered_in_batches": (
        "tf.gather(a, b, axis=1, batch_dims=1), tf.gather_nd(a, b[:, :1, None], batch_dims=1)",
        (([None, None], F), ([None, None], INT)),
        [([[1.0, 2.0], [3.0, 4.0]], [[1, 1], [0, 1]])],
    ),
    "broadcast_and_filled": (
        "tf.broadcast_to(a, [b, tf.size(a)]), tf.fill([b, 2], a[0]), tf.tile(a, [b])",
        (([None], F), ([], INT)),
        [([1.0, 2.0], 2), ([1.0], 0)],
    ),
    "ranges_and_lines": (
        "tf.range(a, 2 * a, 2), tf.linspace(0.0, 1.0, a), tf.one_hot(tf.range(a), a + 1)",
        (([], INT),),
        [(3,), (1,)],
    ),
    "normalised": (
        "tf.nn.l2_normalize(a, 1), tf.norm(a, axis=0), tf.nn.moments(a, [0])",
        (([None, None], F),),
        [([[1.0, 2.0], [3.0, -4.0]],)],
    ),
    "solved": (
        "tf.linalg.inv(a), tf.linalg.det(a), tf.linalg.solve(a, b), tf.linalg.lstsq(a, b)",
        (([None, None], F), ([None, 1], F)),
        [([[2.0, 1.0], [1.0, 3.0]], [[1.0], [2.0]])],
    ),
    "framed": (
        "tf.signal.frame(a, 2, 1), tf.abs(tf.signal.rfft(a))",
        (([None], F),),
        [([1.0, 2.0, 4.0, 3.0],)],
    ),
    "lines_of_csv": (
        "tf.io.decode_csv(a, [[0.5], [1], ['x']])",
        (([None], T),),
        [(["1.5,2,a", ",,"],), (["1,2"],), (["a,1,b"],), (["1,2,'a'"],)],
    ),
    "lookups": (
        "tf.nn.embedding_lookup(a, b), tf.gather(a, tf.unique(tf.reshape(b, [-1]))[0])",
        (([None, 2], F), ([None, None], INT)),
        [([[1.0, 2.0], [3.0, 4.0]], [[1, 0], [1, 1]])],
    ),
    "classes_of_rows": (
        "tf.nn.sparse_softmax_cross_entropy_with_logits(a, b), tf.math.in_top_k(a, b, 1)",
        (([None], INT), ([None, None], F)),
        [([1, 0], [[0.1, 0.9], [0.8, 0.3]])],
    ),
    "sorted_rows": (
        "tf.sort(a, direction='DESCENDING'), tf.argsort(a), tf.searchsorted(tf.sort(a), a)",
        (([None, None], F),),
        [([[3.0, 1.0, 2.0], [0.5, 0.2, 0.9]],)],
    ),
    "resized": (
        "tf.image.resize(a, [b, b]), tf.image.crop_to_bounding_box(a, 0, 0, b, b)",
        (([1, None, None, 1], F), ([], INT)),
        [([[[[1.0], [2.0]], [[3.0], [4.0]]]], 1), ([[[[1.0], [2.0]], [[3.0], [4.0]]]], 2)],
    ),
}


def _program(expression, specs, calls):
    def program(tf):
        signature = [tf.TensorSpec(*spec) for spec in specs]
        body = eval(f"lambda {', '.join('abcd'[: len(specs)])}: ({expression})", {"tf": tf})
        traced = tf.function(body, input_signature=signature)
        return [attempt(_differentiated, tf, traced, specs, call) for call in calls]

    return program


def _differentiated(tf, traced, specs, call):
    args = [tf.constant(v, kind) for v, (_, kind) in zip(call, specs)]
    floats = [a for a in args if a.dtype == tf.float32]
    with tf.GradientTape() as tape:
        tape.watch(floats)
        found = traced(*args)
        parts = [p for p in tf.nest.flatten(found) if p.dtype == tf.float32]
        loss = sum((tf.reduce_sum(p * (p + float(k + 1))) for k, p in enumerate(parts)), 0.0)
    slopes = tape.gradient(loss, floats) if floats and parts else []
    return found, [None if g is None else tf.convert_to_tensor(g) for g in slopes]


for _name, _row in ROWS.items():
    globals()[_name] = _program(*_row)
