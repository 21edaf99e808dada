"""`tape.gradient`: targets, sources, nests, cotangents, what stands for no gradient, errors."""

DIFFERS = {
    "output_gradients_none_among": (
        "None stands for ones, as in tf.gradients; TensorFlow fails on a conversion",
        {"dtype": "float32", "shape": [2], "values": [2.0, 7.0]},
    ),
}


def _square(tf, x=3.0):
    x = tf.Variable(x)
    with tf.GradientTape() as tape:
        y = x * x
    return tape, x, y


def nest_of_sources(tf):
    a, b = tf.Variable(2.0), tf.Variable(5.0)
    with tf.GradientTape() as tape:
        y = a * a * b
    return tape.gradient(y, {"q": a, "p": (b, [a])})


def list_of_targets_adds(tf):
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y, z = x * x, x * 3.0
    return tape.gradient([y, z], x)


def dict_of_targets_adds(tf):
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        targets = {"a": x * x, "b": {"c": x * 3.0}}
    return tape.gradient(targets, x)


def same_target_twice(tf):
    tape, x, y = _square(tf)
    return tape.gradient([y, y], x)


def same_source_twice(tf):
    tape, x, y = _square(tf)
    return tape.gradient(y, [x, x])


def empty_sources(tf):
    tape, _, y = _square(tf)
    return tape.gradient(y, [])


def empty_targets(tf):
    tape, x, _ = _square(tf)
    return tape.gradient([], x)


def none_as_target(tf):
    tape, x, _ = _square(tf)
    return tape.gradient(None, x)


def none_among_targets(tf):
    tape, x, y = _square(tf)
    return tape.gradient([y, None], x)


def none_as_source(tf):
    tape, _, y = _square(tf)
    return tape.gradient(y, None)


def number_as_source(tf):
    tape, _, y = _square(tf)
    return tape.gradient(y, 3.0)


def string_as_source(tf):
    tape, _, y = _square(tf)
    return tape.gradient(y, "x")


def numpy_as_source(tf):
    import numpy as np

    tape, _, y = _square(tf)
    return tape.gradient(y, np.ones(2))


def number_as_target(tf):
    tape, x, _ = _square(tf)
    return tape.gradient(3.0, x)


def numpy_as_target(tf):
    import numpy as np

    tape, x, _ = _square(tf)
    return tape.gradient(np.float32(3.0), x)


def string_as_target(tf):
    tape, x, _ = _square(tf)
    return tape.gradient("y", x)


def tuple_of_sources(tf):
    tape, x, y = _square(tf)
    return tape.gradient(y, (x,))


def namedtuple_of_sources(tf):
    import collections

    pair = collections.namedtuple("Pair", "left right")
    a, b = tf.Variable(2.0), tf.Variable(5.0)
    with tf.GradientTape() as tape:
        y = a * b
    found = tape.gradient(y, pair(a, b))
    return type(found).__name__, found.left, found.right


def ordered_dict_of_sources(tf):
    import collections

    a, b = tf.Variable(2.0), tf.Variable(5.0)
    with tf.GradientTape() as tape:
        y = a * b
    found = tape.gradient(y, collections.OrderedDict([("z", a), ("a", b)]))
    return type(found).__name__, list(found.items())


def none_among_sources(tf):
    tape, x, y = _square(tf)
    return tape.gradient(y, [x, None])


def target_is_source(tf):
    tape, _, y = _square(tf)
    return tape.gradient(y, y)


def watched_source_is_target(tf):
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
    return tape.gradient(x, x)


def unwatched_source_is_target(tf):
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        pass
    return tape.gradient(x, x)


def variable_is_target_and_source(tf):
    v = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        _ = v * 1.0
    return tape.gradient(v, v)


def watched_variable_is_target_and_source(tf):
    v = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        tape.watch(v)
    return tape.gradient(v, v)


def variable_as_target_inside(tf):
    v = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        tape.watch(v)
        g = tape.gradient(v, v)
    return g


def intermediate_source(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
        z = y * x
    return tape.gradient(z, [y, x])


def source_after_target(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
        z = y * 2.0
    return tape.gradient(y, z)


def source_not_connected(tf):
    x, w = tf.Variable(3.0), tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = x * x
    return tape.gradient(y, [x, w])


def unconnected_zero_as_string(tf):
    x, w = tf.Variable(3.0), tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = x * x
    return tape.gradient(y, [x, w], unconnected_gradients="zero")


def unconnected_zero_as_member(tf):
    x, w = tf.Variable(3.0), tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = x * x
    return tape.gradient(y, [x, w], unconnected_gradients=tf.UnconnectedGradients.ZERO)


def unconnected_none_as_member(tf):
    tape, _, y = _square(tf)
    return tape.gradient(y, tf.Variable(1.0), unconnected_gradients=tf.UnconnectedGradients.NONE)


def unconnected_nonsense(tf):
    tape, x, y = _square(tf)
    return tape.gradient(y, x, unconnected_gradients="nonsense")


def unconnected_none_object(tf):
    tape, x, y = _square(tf)
    return tape.gradient(y, x, unconnected_gradients=None)


def unconnected_zero_of_float64(tf):
    tape, _, y = _square(tf)
    return tape.gradient(y, tf.constant([1.0], tf.float64), unconnected_gradients="zero")


def unconnected_zero_of_complex(tf):
    tape, _, y = _square(tf)
    return tape.gradient(y, tf.constant([1j]), unconnected_gradients="zero")


def unconnected_zero_of_integer(tf):
    tape, _, y = _square(tf)
    return tape.gradient(y, tf.constant([1, 2]), unconnected_gradients="zero")


def unconnected_members(tf):
    return tf.UnconnectedGradients.NONE.value, tf.UnconnectedGradients("zero").name


def output_gradients(tf):
    tape, x, y = _square(tf, [1.0, 2.0])
    return tape.gradient(y, x, output_gradients=tf.constant([10.0, 100.0]))


def output_gradients_as_list(tf):
    tape, x, y = _square(tf, [1.0, 2.0])
    return tape.gradient(y, x, output_gradients=[tf.constant([10.0, 100.0])])


def output_gradients_as_numbers(tf):
    tape, x, y = _square(tf, [1.0, 2.0])
    return tape.gradient(y, x, output_gradients=[[10.0, 100.0]])


def output_gradients_as_numpy(tf):
    import numpy as np

    tape, x, y = _square(tf, [1.0, 2.0])
    return tape.gradient(y, x, output_gradients=np.array([10.0, 100.0], np.float32))


def output_gradients_of_several(tf):
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y, z = x * x, x * 3.0
    return tape.gradient([y, z], x, [tf.constant([1.0, 0.0]), tf.constant([0.0, 1.0])])


def output_gradients_of_dict(tf):
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y, z = x * x, x * 3.0
    cotangents = {"y": tf.constant([1.0, 0.0]), "z": tf.constant([0.0, 1.0])}
    return tape.gradient({"z": z, "y": y}, x, output_gradients=cotangents)


def output_gradients_none_among(tf):
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y, z = x * x, x * 3.0
    return tape.gradient([y, z], x, output_gradients=[None, tf.constant([0.0, 1.0])])


def output_gradients_too_few(tf):
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y, z = x * x, x * 3.0
    return tape.gradient([y, z], x, output_gradients=[tf.constant([0.0, 1.0])])


def output_gradients_too_many(tf):
    tape, x, y = _square(tf, [1.0, 2.0])
    return tape.gradient(y, x, output_gradients=[tf.constant([0.0, 1.0])] * 2)


def output_gradients_of_another_dtype(tf):
    tape, x, y = _square(tf, [1.0, 2.0])
    return tape.gradient(y, x, output_gradients=tf.constant([0.0, 1.0], tf.float64))


def output_gradients_of_another_shape(tf):
    tape, x, y = _square(tf, [1.0, 2.0])
    return tape.gradient(y, x, output_gradients=tf.constant([0.0, 1.0, 2.0]))


def output_gradients_scalar_for_vector(tf):
    tape, x, y = _square(tf, [1.0, 2.0])
    return tape.gradient(y, x, output_gradients=tf.constant(10.0))


def output_gradients_zero(tf):
    tape, x, y = _square(tf, [1.0, 2.0])
    return tape.gradient(y, x, output_gradients=tf.zeros(2))


def output_gradients_are_differentiated(tf):
    x, c = tf.Variable([1.0, 2.0]), tf.Variable([3.0, 4.0])
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = x * x
        g = inner.gradient(y, x, output_gradients=tf.convert_to_tensor(c))
    return outer.gradient(g, [x, c])


def output_gradients_infinite(tf):
    tape, x, y = _square(tf, [0.0, 2.0])
    return tape.gradient(y, x, output_gradients=tf.constant([float("inf"), 1.0]))


def vector_target_is_summed(tf):
    tape, x, y = _square(tf, [1.0, 2.0, 3.0])
    return tape.gradient(y, x)


def empty_target_tensor(tf):
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = x[:0] * 2.0
    return tape.gradient(y, x)


def empty_source_tensor(tf):
    x = tf.zeros((0, 3))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(x * x)
    return y, tape.gradient(y, x)


def mean_of_nothing(tf):
    x = tf.zeros((0,))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_mean(x)
    return y, tape.gradient(y, x)


def boolean_target(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x > 2.0
    return tape.gradient(y, x)


def argmax_target(tf):
    x = tf.Variable([3.0, 1.0])
    with tf.GradientTape() as tape:
        y = tf.argmax(x)
    return tape.gradient(y, x)


def argmax_target_zero(tf):
    x = tf.Variable([3.0, 1.0])
    with tf.GradientTape() as tape:
        y = tf.argmax(x)
    return tape.gradient(y, x, unconnected_gradients="zero")


def shape_is_not_differentiated(tf):
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = tf.cast(tf.shape(x)[0], tf.float32) * tf.reduce_sum(x)
    return tape.gradient(y, x)


def zeros_like_is_not_connected(tf):
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = tf.zeros_like(x)
    return tape.gradient(y, x)


def ones_like_is_not_connected(tf):
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = tf.ones_like(x)
    return tape.gradient(y, x)


def times_zero_is_connected(tf):
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = x * 0.0
    return tape.gradient(y, x)


def floor_gives_none(tf):
    x = tf.Variable([1.5, 2.0])
    with tf.GradientTape() as tape:
        y = tf.floor(x)
    return tape.gradient(y, x)


def round_gives_none(tf):
    x = tf.Variable([1.5, 2.0])
    with tf.GradientTape() as tape:
        y = tf.round(x)
    return tape.gradient(y, x)


def sign_gives_zeros(tf):
    x = tf.Variable([1.5, 0.0])
    with tf.GradientTape() as tape:
        y = tf.sign(x)
    return tape.gradient(y, x)


def ceil_in_a_sum(tf):
    x = tf.Variable([1.5, 2.0])
    with tf.GradientTape() as tape:
        y = tf.math.ceil(x) + x
    return tape.gradient(y, x)


def floor_division(tf):
    x = tf.Variable([1.5, 2.0])
    with tf.GradientTape() as tape:
        y = x // 2.0
    return tape.gradient(y, x)


def floor_mod(tf):
    x, y = tf.Variable([5.5, -5.5]), tf.Variable([2.0, 2.0])
    with tf.GradientTape() as tape:
        z = x % y
    return tape.gradient(z, [x, y])


def next_float(tf):
    x = tf.Variable([3.0, 1.0])
    with tf.GradientTape() as tape:
        y = tf.math.nextafter(x, x + 1.0)
    return tape.gradient(y, x)


def next_float_not_on_the_path(tf):
    x = tf.Variable([3.0, 1.0])
    with tf.GradientTape() as tape:
        tf.math.nextafter(x, x + 1.0)
        y = x * x
    return tape.gradient(y, x)


def target_not_recorded_with_zero(tf):
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        pass
    return tape.gradient(tf.constant(1.0), x, unconnected_gradients="zero")


def gradient_of_broadcast_sum(tf):
    a, b = tf.Variable([[1.0], [2.0]]), tf.Variable([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        y = a * b
    return tape.gradient(y, [a, b])
