"""Dtypes and shapes in functions: mixing, promotion, sizes that are not known, empty arrays."""

import numpy as np
from traced import attempt, each, grads, orders


def _open(tf, *shapes, dtype="float32"):
    return {"input_signature": [tf.TensorSpec(s, dtype) for s in shapes]}


def ints_and_floats(tf):
    i, x, d = tf.constant(2), tf.constant(1.5), tf.constant(1.5, tf.float64)
    checks = (
        lambda: i + 1.5,
        lambda: x + 1,
        lambda: i + x,
        lambda: x + d,
        lambda: i / 2,
        lambda: i / x,
        lambda: x**2,
        lambda: i**2,
        lambda: 2**i,
        lambda: 2**x,
        lambda: x @ x,
        lambda: x + np.float64(1.0),
        lambda: x + np.array([1.0, 2.0]),
        lambda: i + np.int64(1),
        lambda: x + True,
        lambda: tf.cast(i, tf.bool) & True,
        lambda: i & 3,
        lambda: x & 3,
        lambda: -tf.constant(1, tf.uint8),
        lambda: abs(i) // 2.0,
        lambda: i % 0,
        lambda: x // 0.0,
    )
    return [attempt(tf.function(lambda c=c: c())) for c in checks]


def division_of_ints(tf):
    @tf.function
    def f(a, b):
        return a / b, a // b, a % b, tf.math.divide_no_nan(tf.cast(a, tf.float32), 0.0)

    small = [tf.constant([-7, 7], t) for t in ("int8", "int32", "int64")]
    return [f(a, tf.constant([2, -2], a.dtype)) for a in small]


def division_by_zero(tf):
    def f(a):
        return a // 0, a % 0

    return each(tf, f, tf.constant(1), tf.constant(1.0))


def small_ints_overflow(tf):
    @tf.function
    def f(a, b):
        return a + b, a * b, a - b, -a

    return f(tf.constant([100, -100], tf.int8), tf.constant([100, 100], tf.int8)), f(
        tf.constant(2**31 - 1), tf.constant(1)
    )


def unsigned(tf):
    @tf.function
    def f(a):
        return a - 1, a // 2, tf.cast(a, tf.int32) - 1, tf.bitwise.invert(a), a > 1

    return [attempt(f, tf.constant([0, 5], t)) for t in ("uint8", "uint16", "uint32", "uint64")]


def casts(tf):
    @tf.function
    def f(x):
        kinds = ("int32", "uint8", "bool", "float16", "complex64", "int8")
        return [tf.cast(x, k) for k in kinds]

    return f(tf.constant([1.7, -1.7, 100.25]))


def casts_break_gradients(tf):
    def f(x):
        return tf.cast(tf.cast(x, tf.int32), tf.float32) * x + tf.cast(
            tf.cast(x, tf.float64) ** 2, tf.float32
        )

    return grads(tf, f, tf.constant([1.7, -2.2]))


def complex_numbers(tf):
    def f(z):
        w = z * tf.math.conj(z) + tf.complex(tf.math.real(z), -tf.math.imag(z)) ** 2
        return tf.math.real(w) + tf.math.angle(z)

    return grads(tf, f, tf.constant([1.0 + 2.0j, -0.5 + 0.1j]))


def complex_meets_real(tf):
    z = tf.constant(1.0 + 2.0j)
    checks = (
        lambda: z + 1.0,
        lambda: z + 1,
        lambda: z * 1j,
        lambda: z + tf.constant(1.0),
        lambda: tf.constant(1.0) + 1j,
        lambda: z < z,
        lambda: tf.maximum(z, z),
        lambda: tf.abs(z),
        lambda: tf.sign(z),
        lambda: tf.cast(z, tf.float32),
        lambda: tf.cast(2.0, tf.complex128) * tf.cast(z, tf.complex128),
        lambda: tf.sqrt(tf.constant(-1.0 + 0.0j)),
        lambda: tf.exp(z) / tf.math.log(z),
    )
    return [attempt(tf.function(lambda c=c: c())) for c in checks]


def holomorphic_gradients(tf):
    def f(z):
        return tf.reduce_sum(z**3 + 2.0 * z)

    return grads(tf, f, tf.constant([1.0 + 1.0j])), grads(
        tf, lambda z: tf.math.conj(z) * 2.0, tf.constant([1.0 + 1.0j])
    )


def half_precision(tf):
    def f(x):
        y = tf.nn.softmax(x * 3) + tf.cast(tf.reduce_sum(x), x.dtype)
        return tf.reduce_mean(y**2) * 0.5

    x = [0.5, 1.25, -2.0]
    return [grads(tf, f, tf.constant(x, t)) for t in ("float16", "bfloat16")]


def half_precision_loops(tf):
    def f(x):
        for i in tf.range(4):
            x = x * 1.5 + tf.cast(i, x.dtype)
        return x

    return [grads(tf, f, tf.constant([0.5, 1.25], t)) for t in ("float16", "bfloat16")]


def mixed_precision_step(tf):
    w = tf.Variable([[0.5], [-0.25]])

    @tf.function
    def step(x):
        with tf.GradientTape() as tape:
            half = tf.cast(w, tf.float16)
            y = tf.matmul(tf.cast(x, tf.float16), half)
            loss = tf.reduce_mean(tf.cast(y, tf.float32) ** 2) * 128.0
        return loss, tape.gradient(loss, w) / 128.0

    return step(tf.constant([[1.0, 2.0], [3.0, -4.0]]))


def half_meets_single(tf):
    h, x = tf.constant(1.5, tf.float16), tf.constant(1.5)
    b = tf.constant(1.5, tf.bfloat16)
    checks = (
        lambda: h + x,
        lambda: h + 1.0,
        lambda: h * 70000.0,
        lambda: b + h,
        lambda: b * 3,
        lambda: tf.cast(h, tf.float32) + x,
        lambda: tf.reduce_sum(tf.fill([3], h)),
        lambda: tf.range(tf.constant(0.0, tf.float16), 3.0),
    )
    return [attempt(tf.function(lambda c=c: c())) for c in checks]


def broadcasting_unknown_sizes(tf):
    def f(x, y):
        return tf.tanh(x * y + 1.0)

    return [
        grads(tf, f, tf.reshape(tf.range(float(n)), [n, 1]) * 0.1, tf.ones([m]) * 0.5,
              **_open(tf, [None, 1], [None]))
        for n, m in ((2, 3), (1, 1), (3, 1))
    ]  # fmt: skip


def broadcasting_unknown_ranks(tf):
    def f(x, y):
        return x * y + y

    shapes = (([2, 3], [3]), ([3], [2, 3]), ([], [2]), ([2, 1], [1, 2]))
    return [
        grads(tf, f, tf.ones(a) * 2.0, tf.ones(b) * 3.0, **_open(tf, None, None)) for a, b in shapes
    ]


def sizes_that_do_not_fit(tf):
    def f(x, y):
        return x + y

    def g(x, y):
        return x @ y

    def h(x, y):
        return tf.concat([x, y], 0)

    points = [(tf.ones([2, 3]), tf.ones([2, 2])), (tf.ones([3, 2]), tf.ones([2, 2]))]
    return [each(tf, c, *points, **_open(tf, [None, None], [None, None])) for c in (f, g, h)]


def reshapes_by_shape(tf):
    def f(x):
        n, m = tf.shape(x)[0], tf.shape(x)[1]
        flat = tf.reshape(x, [n * m])
        back = tf.reshape(flat, [m, n])
        return tf.reshape(tf.transpose(back), tf.shape(x)) * tf.cast(n, tf.float32) + x

    def g(x):
        return tf.reshape(x, [tf.shape(x)[0], -1, 2]) ** 2

    x = tf.reshape(tf.range(8.0), [2, 4])
    return grads(tf, f, x, **_open(tf, [None, None])), grads(tf, g, x, **_open(tf, [None, None]))


def static_shapes_while_tracing(tf):
    seen = []

    @tf.function(input_signature=[tf.TensorSpec([None, 4], tf.float32)])
    def f(x):
        found = (
            x, x[0], x[:2], x[:, 1:3], x[..., None], tf.transpose(x), tf.reshape(x, [-1, 2]),
            tf.reshape(x, [2, -1]), tf.reduce_sum(x, 0), tf.reduce_sum(x, 1, keepdims=True),
            tf.concat([x, x], 0), tf.concat([x, x], 1), tf.stack([x, x]), tf.tile(x, [2, 1]),
            tf.pad(x, [[1, 1], [0, 2]]), tf.gather(x, [0, 1]), tf.gather(x, [0, 1], axis=1),
            tf.boolean_mask(x, x[:, 0] > 0), tf.where(x > 0), tf.unique(tf.reshape(x, [-1]))[0],
            tf.one_hot(tf.cast(x[:, 0], tf.int32), 3), tf.matmul(x, x, transpose_b=True),
            tf.linalg.diag(x), tf.broadcast_to(x[:1], [3, 4]), tf.zeros_like(x),
            tf.zeros(tf.shape(x)), tf.fill([tf.shape(x)[0], 2], 1.0), tf.range(tf.shape(x)[0]),
            tf.repeat(x, 2, axis=0), tf.roll(x, 1, 0), tf.sort(x, 0), tf.math.top_k(x, 2)[0],
            tf.argmax(x, 0), tf.cumsum(x), tf.expand_dims(x, 0), tf.squeeze(x[None], 0),
            tf.split(x, 2, 1)[0], tf.unstack(x, axis=1)[0], tf.einsum("ij,kj->ik", x, x),
            tf.tensordot(x, x, [[1], [1]]), tf.ensure_shape(x, [3, 4]), tf.reverse(x, [0]),
            tf.strided_slice(x, [0, 0], [2, 4], [1, 2]), tf.map_fn(lambda r: r[:2], x),
            tf.scan(lambda a, b: a + b, x), tf.linalg.band_part(x, 1, 0), tf.eye(tf.shape(x)[0]),
        )  # fmt: skip
        seen.extend(str(t.shape) for t in found)
        return tf.reduce_sum(x)

    return attempt(f, tf.ones([3, 4])), seen


def set_and_ensured_shapes(tf):
    seen = []

    def f(x):
        y = tf.boolean_mask(x, x > 0.0)
        seen.append(str(y.shape))
        y.set_shape([2])
        seen.append(str(y.shape))
        z = tf.ensure_shape(y, [None])
        seen.append(str(z.shape))
        return z * 2.0

    def g(x):
        return tf.ensure_shape(x, [2, None]) * 2.0

    def h(x):
        x.set_shape([None, 3])
        seen.append(str(x.shape))
        return x

    first = each(tf, f, tf.constant([1.0, -1.0, 2.0]))
    second = each(tf, g, tf.ones([2, 5]), tf.ones([3, 5]), tf.ones([2]))
    third = each(tf, h, tf.ones([2, 3]), **_open(tf, [None, None]))
    return first, second, third, seen


def set_shape_that_cannot_be(tf):
    def f(x):
        x.set_shape([5])
        return x

    def g(x):
        x.set_shape([None, None, None])
        return x

    return each(tf, f, tf.ones([2])), each(tf, g, tf.ones([2, 2]))


def ensured_shapes_in_loops(tf):
    def f(x):
        for _ in tf.range(2):
            x = tf.ensure_shape(tf.concat([x[1:], x[:1]], 0), [3])
        return x * [1.0, 2.0, 3.0]

    return grads(tf, f, tf.constant([1.0, 2.0, 3.0]), **_open(tf, [None]))


def empty_arrays(tf):
    def f(x):
        return (
            tf.reduce_sum(x),
            tf.reduce_mean(x),
            tf.reduce_max(x),
            tf.reduce_prod(x, 0),
            tf.concat([x, x], 0),
            tf.matmul(x, x, transpose_a=True),
            tf.nn.softmax(x),
            tf.reshape(x, [-1]),
            tf.reshape(x, [2, 0]),
            tf.norm(x),
            tf.reduce_logsumexp(x),
            tf.math.reduce_std(x),
            tf.cumsum(x),
            tf.reduce_all(x > 0),
        )

    return each(tf, f, tf.zeros([0, 2])), each(tf, f, tf.zeros([0, 2]), **_open(tf, [None, 2]))


def empty_gradients(tf):
    def f(x):
        return tf.reduce_sum(x**2) + tf.reduce_prod(x) + tf.reduce_sum(tf.nn.softmax(x))

    return grads(tf, f, tf.zeros([0, 3])), grads(tf, f, tf.zeros([0]), **_open(tf, [None]))


def empty_errors(tf):
    checks = (
        lambda x: tf.argmax(x, 0),
        lambda x: x[0],
        lambda x: tf.gather(x, 0),
        lambda x: tf.reduce_max(x, 1),
        lambda x: tf.stack([]),
        lambda x: tf.concat([], 0),
        lambda x: tf.reshape(x, [-1, 0]),
        lambda x: tf.split(x, 2, 0),
        lambda x: tf.unstack(x),
        lambda x: tf.linalg.inv(tf.zeros([0, 0])),
        lambda x: tf.math.top_k(x[:, 0], 1),
        lambda x: tf.reshape(x, [3, 0]),
    )
    return [each(tf, c, tf.zeros([0, 2])) for c in checks]


def empty_loops(tf):
    def f(x):
        total = tf.constant(1.0)
        for row in x:
            total += tf.reduce_sum(row)
        return total

    def g(x):
        return tf.map_fn(lambda r: r * 2.0, x), tf.scan(lambda a, b: a + b, x, tf.zeros([2]))

    x = tf.zeros([0, 2])
    return (
        grads(tf, f, x, **_open(tf, [None, 2])),
        each(tf, g, x),
        each(tf, g, x, **_open(tf, [None, 2])),
    )


def masks_with_gradients(tf):
    def f(x):
        return tf.reduce_sum(tf.boolean_mask(x, x > 0.5) ** 2)

    def g(x):
        return tf.boolean_mask(x[:, None] * [1.0, 2.0], x > 0.5)

    x = tf.constant([0.1, 0.9, 0.7, 0.3])
    found = orders(tf, f, x), grads(tf, g, x), grads(tf, f, x * 0.0)
    return found, grads(tf, f, x, **_open(tf, [None]))


def where_with_gradients(tf):
    def f(x):
        rows = tf.where(x > 0.0)
        return tf.reduce_sum(tf.gather_nd(x, rows) ** 3) * tf.cast(tf.shape(rows)[0], tf.float32)

    def g(x):
        return tf.where(x > 0.0, tf.sqrt(x), 0.0)

    x = tf.constant([[1.0, -2.0], [3.0, 0.0]])
    return orders(tf, f, x), grads(tf, g, x)


def unique_with_gradients(tf):
    def f(x):
        values, places = tf.unique(x)
        return tf.reduce_sum(tf.gather(values, places) * [1.0, 2.0, 3.0, 4.0])

    def g(x):
        rounded = tf.cast(x, tf.int32)
        _, places, counts = tf.unique_with_counts(rounded)
        means = tf.math.segment_mean(tf.sort(x), tf.sort(places))
        return means * tf.cast(counts, tf.float32)

    x = tf.constant([1.0, 2.0, 1.0, 3.0])
    return attempt(grads, tf, f, x), attempt(grads, tf, g, x)


def parts_by_data(tf):
    def f(x, where):
        parts = tf.dynamic_partition(x, where, 3)
        stitched = tf.dynamic_stitch([[1], [0, 2]], [x[:1], x[1:3]])
        return tf.stack([tf.reduce_sum(p**2) for p in parts]), stitched

    x = tf.constant([1.0, 2.0, 3.0, 4.0])
    traced = tf.function(f)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = traced(x, tf.constant([2, 0, 2, 0]))
    return y, tape.gradient(y, x)


def slices_by_tensors(tf):
    def f(x, i, n):
        return x[i : i + n], x[::-1][i], x[i:, tf.newaxis], tf.slice(x, [i], [n]), x[..., -n:]

    traced = tf.function(f)
    x = tf.constant([1.0, 2.0, 3.0, 4.0, 5.0])
    found = []
    for i, n in ((0, 2), (3, 2), (4, 1)):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = traced(x, tf.constant(i), tf.constant(n))
        found.append((y, tape.gradient(y, x)))
    return found


def slices_out_of_range(tf):
    def f(x, i):
        return x[i]

    def g(x, i):
        return tf.slice(x, [i], [3])

    def h(x, i):
        return x[i:100]

    x = tf.constant([1.0, 2.0, 3.0])
    return [each(tf, c, *((x, tf.constant(k)) for k in (0, 2, 5, -1, -9))) for c in (f, g, h)]


def gathers_out_of_range(tf):
    def f(x, i):
        return tf.gather(x, i)

    def g(x, i):
        return tf.gather_nd(x, i[:, None])

    def h(x, i):
        return tf.tensor_scatter_nd_add(x, i[:, None], [1.0])

    x = tf.constant([1.0, 2.0, 3.0])
    return [each(tf, c, *((x, tf.constant([k])) for k in (0, 5, -1))) for c in (f, g, h)]


def repeats_by_tensors(tf):
    def f(x, n):
        return tf.repeat(x, n), tf.tile(x, n[:1]), tf.sequence_mask(n, 4), tf.one_hot(n, n[0] + 2)

    traced = tf.function(f)
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = traced(x, tf.constant([2, 3]))
        total = tf.reduce_sum(y[0] ** 2) + tf.reduce_sum(y[1] ** 3)
    return y, tape.gradient(total, x)


def defaults_of_dtypes(tf):
    @tf.function
    def f():
        made = (
            tf.constant(1), tf.constant(1.0), tf.constant(True), tf.constant(1j), tf.constant("a"),
            tf.constant(np.float64(1.0)), tf.constant(np.arange(2)), tf.constant([1, 2.0]),
            tf.range(3), tf.range(3.0), tf.range(3, dtype="int64"), tf.zeros([1]),
            tf.ones([1], "int8"),
            tf.fill([1], 2), tf.eye(1), tf.linspace(0, 1, 2), tf.linspace(0.0, 1.0, 2),
            tf.convert_to_tensor([1, 2]), tf.shape([1]), tf.size([1], out_type=tf.int64),
            tf.argmax([1, 2]), tf.where([True]), tf.one_hot(0, 1), tf.cast(1, "uint8"),
            tf.reduce_mean([1, 2]), tf.math.bincount([1]), tf.cumsum([1]),
            tf.searchsorted([1], [1]), tf.rank(1),
            tf.random.normal([1]) * 0.0, tf.random.uniform([1], maxval=1, dtype="int32"),
        )  # fmt: skip
        return [t.dtype.name for t in made]

    return attempt(f)


def reductions_of_ints_and_bools(tf):
    @tf.function
    def f(x):
        names = ("reduce_sum", "reduce_mean", "reduce_max", "reduce_prod", "cumsum")
        return [getattr(tf, name)(x) for name in names]

    def g(x):
        return tf.reduce_sum(x)

    ints = [f(tf.constant([7, 2, 4], t)) for t in ("int8", "uint8", "int32", "int64")]
    bools = each(tf, g, tf.constant([True, False]))
    return ints, bools, each(tf, tf.reduce_any, tf.constant([1, 0]))


def shape_arithmetic(tf):
    @tf.function(input_signature=[tf.TensorSpec([None, None, 3], tf.float32)])
    def f(x):
        s = tf.shape(x)
        n = tf.reduce_prod(s[:-1])
        y = tf.reshape(x, tf.stack([n, 3]))
        z = tf.reshape(y, tf.concat([s[:2], [1], s[2:]], 0))
        w = tf.broadcast_to(z, tf.maximum(tf.shape(z), [1, 1, 2, 1]))
        return w, tf.shape(w, out_type=tf.int64), tf.cast(n, tf.float32) / 2.0

    return f(tf.reshape(tf.range(12.0), [2, 2, 3])), f(tf.zeros([0, 2, 3]))


def python_ints_from_static_shapes(tf):
    def f(x):
        n = x.shape[0] or 0
        total = tf.zeros([])
        for i in range(n):
            total += x[i] * float(i)
        return total, n, x.shape.rank, x.shape.as_list(), x.shape.num_elements()

    x = tf.constant([1.0, 2.0])
    return each(tf, f, x), each(tf, f, x, **_open(tf, [None]))


def products_of_unknown_sizes(tf):
    def f(a, b):
        return tf.einsum("bij,bjk->bik", a, b), tf.matmul(a, b), tf.linalg.matvec(a, b[..., 0])

    traced = tf.function(f, **_open(tf, [None, None, 2], [None, 2, None]))
    a, b = tf.reshape(tf.range(8.0), [2, 2, 2]), tf.ones([2, 2, 1])
    with tf.GradientTape() as tape:
        tape.watch([a, b])
        y = traced(a, b)
    return y, tape.gradient(y, [a, b])


def padded_batches_of_unknown_length(tf):
    def f(x, lengths):
        mask = tf.sequence_mask(lengths, tf.shape(x)[1], dtype=x.dtype)
        total = tf.reduce_sum(x * mask[..., None], 1)
        return total / tf.maximum(tf.reduce_sum(mask, 1, keepdims=True), 1.0)

    traced = tf.function(
        f, input_signature=[tf.TensorSpec([None, None, 2]), tf.TensorSpec([None], tf.int32)]
    )
    x = tf.reshape(tf.range(12.0), [2, 3, 2])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = traced(x, tf.constant([2, 0]))
    return y, tape.gradient(y, x), traced(tf.zeros([0, 5, 2]), tf.zeros([0], tf.int32))
