"""Functions `f(tf, x)` with `tf.TensorArray` objects whose elements have different shapes."""

POINTS = {}

VECTORS = ((1.0, 2.0, 3.0, 4.0, 5.0, 6.0),)


def at(*points):
    def decorate(f):
        POINTS[f.__name__] = points
        return f

    return decorate


def _array(tf, size, **options):
    return tf.TensorArray(tf.float32, size=size, infer_shape=False, **options)


def _lengths(tf, x):
    return tf.cast(x[:3], tf.int32)  # 1, 2, 3


@at(*VECTORS)
def split_and_read(tf, x):
    pieces = _array(tf, 3).split(x * x, _lengths(tf, x))
    return tf.reduce_sum(pieces.read(0)) + tf.reduce_prod(pieces.read(1)) + pieces.read(2)


@at(*VECTORS)
def split_and_concat(tf, x):
    return _array(tf, 3).split(x * x, _lengths(tf, x)).concat() * x


@at(*VECTORS)
def split_with_known_lengths(tf, x):
    pieces = tf.TensorArray(tf.float32, size=3).split(x * x, [1, 2, 3])
    return pieces.read(1) * 2.0


@at(*VECTORS)
def split_without_pieces_of_zero(tf, x):
    return tf.TensorArray(tf.float32, size=4).split(x * x, [1, 2, 0, 3]).concat()


@at(*VECTORS)
def split_and_loop(tf, x):
    pieces = _array(tf, 0, dynamic_size=True).split(x, _lengths(tf, x))
    total = tf.zeros([])
    for i in tf.range(pieces.size()):
        total += tf.reduce_prod(pieces.read(i))
    return total


@at((2.0, 3.0, 4.0))
def filled_by_a_loop(tf, x):
    sizes = tf.cast(x, tf.int32) - 1
    rows = _array(tf, 3)
    for i in tf.range(3):
        rows = rows.write(i, tf.fill([sizes[i]], x[i] * x[i]))
    return rows.concat()


@at((2.0, 3.0, 4.0))
def growing(tf, x):
    rows = _array(tf, 0, dynamic_size=True)
    for i in tf.range(3):
        rows = rows.write(i, tf.range(x[i]) * x[0] * x[0])
    total = 0.0
    for i in tf.range(rows.size()):
        total += tf.reduce_sum(rows.read(i)) * tf.cast(i + 1, tf.float32)
    return total


@at(*VECTORS)
def written_one_by_one(tf, x):
    rows = _array(tf, 2).write(0, x[:2] * 2.0).write(1, x[2:] * x[2:])
    return rows.concat()


@at(*VECTORS)
def read_one_by_one(tf, x):
    rows = _array(tf, 2).write(0, x[:2] * x[:2]).write(1, x[2:] * x[2:])
    return tf.reduce_sum(rows.read(0)) * rows.read(1)


@at(*VECTORS)
def elements_of_other_ranks(tf, x):
    rows = _array(tf, 2).write(0, x[:2] * x[:2]).write(1, tf.reduce_sum(x * x))
    return rows.read(0) * rows.read(1)


@at(*VECTORS)
def rows_of_matrices(tf, x):
    rows = _array(tf, 2).write(0, tf.reshape(x, [3, 2]))
    return rows.write(1, tf.reshape(x[:2] * x[0], [1, 2])).concat()


@at(*VECTORS)
def a_known_rank(tf, x):
    rows = _array(tf, 3, element_shape=[None])
    for i in tf.range(3):
        rows = rows.write(i, x[: i + 1] * x[i])
    return rows.concat()


@at(*VECTORS)
def an_inferred_shape_with_open_sizes(tf, x):
    rows = tf.TensorArray(tf.float32, size=3, element_shape=[None])
    for i in tf.range(3):
        rows = rows.write(i, x[: i + 1] * x[i])
    return rows.concat()


@at(*VECTORS)
def read_in_a_while(tf, x):
    rows = _array(tf, 3, clear_after_read=False)
    for i in tf.range(3):
        rows = rows.write(i, x[: i + 1] * x[i])
    total, i = tf.constant(0.0), 0
    while i < 3:
        row = rows.read(i)
        if tf.size(row) > 1:
            total = total + tf.reduce_sum(row * row)
        i += 1
    return total


@at(*VECTORS)
def unstacked_and_cut(tf, x):
    rows = _array(tf, 3).unstack(tf.reshape(x * x, [3, 2]))
    cut = _array(tf, 3)
    for i in range(3):
        cut = cut.write(i, rows.read(i)[: (i % 2) + 1])
    return cut.concat()


@at(*VECTORS)
def while_loop(tf, x):
    rows = tf.while_loop(
        lambda i, rows: i < 3,
        lambda i, rows: (i + 1, rows.write(i, x[i:] * x[i])),
        (0, _array(tf, 3)),
    )[1]
    return rows.read(1)


@at(*VECTORS)
def copied_in_reverse(tf, x):
    rows = _array(tf, 3).write(0, x[:1]).write(1, x[1:3]).write(2, x[3:])
    found = _array(tf, 3)
    for i in tf.range(3):
        found = found.write(2 - i, rows.read(i) * tf.cast(i + 1, tf.float32) * x[0])
    return found.concat()


@at(*VECTORS, (-1.0, 2.0, 3.0))
def written_in_branches(tf, x):
    rows = _array(tf, 2)
    if x[0] > 0.0:
        rows = rows.write(0, x[:1] * x[1]).write(1, x[1:3])
    else:
        rows = rows.write(0, x[:2] * x[1]).write(1, x[1:3])
    return rows.concat()


@at(*VECTORS)
def some_of_them(tf, x):
    rows = _array(tf, 3).write(0, x[:2] * x[1]).write(1, x[:1]).write(2, x[2:4] * x[2:4])
    return rows.gather([2, 0])


@at(*VECTORS)
def stacked_after_all(tf, x):
    rows = _array(tf, 2).write(0, x[:2] * x[1]).write(1, x[2:4] * x[2:4])
    return rows.stack()
