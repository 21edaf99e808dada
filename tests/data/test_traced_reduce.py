"""`Dataset.reduce` in traced functions: TensorFlow 2.21's answers, and how often it traces."""

import pytest

import tensortape as tf

RANGE = tf.data.Dataset.range(5)


def test_the_function_is_traced_once_with_autograph():
    traces = []

    @tf.function
    def f(k):
        def add(s, x):
            traces.append(1)
            if x > 2:
                s = s + x * k
            return s

        return RANGE.reduce(tf.constant(0, tf.int64), add)

    assert [int(f(tf.constant(k, tf.int64))) for k in (2, 3)] == [14, 21]
    assert traces == [1]


def test_states_of_all_kinds():
    @tf.function
    def nested():
        start = {"a": tf.constant(0, tf.int64), "l": [tf.constant(1)]}
        return RANGE.reduce(start, lambda s, x: {"a": s["a"] + x, "l": [s["l"][0] * 2]})

    @tf.function
    def growing():
        return RANGE.reduce(tf.zeros([0], tf.int64), lambda s, x: tf.concat([s, [x]], 0))

    @tf.function
    def of_argument(x):
        data = tf.data.Dataset.from_tensor_slices(x).filter(lambda v: v > 1).map(lambda v: v * 2)
        return data.reduce((tf.constant(0.0), 0), lambda s, v: (s[0] + v, s[1] + 1))

    found = nested()
    assert (int(found["a"]), found["l"][0].numpy()) == (10, 32)
    assert growing().numpy().tolist() == [0, 1, 2, 3, 4]
    assert [float(v) for v in of_argument(tf.constant([1.0, 2.0, 3.0]))] == [10.0, 2.0]


def test_assignments_happen_for_each_element():
    v = tf.Variable(0)

    @tf.function
    def f():
        def add(s, x):
            v.assign_add(1)
            return s + x

        return RANGE.reduce(tf.constant(0, tf.int64), add)

    assert [int(f()), int(f()), v.numpy()] == [10, 10, 10]


def test_a_state_of_another_type_is_refused():
    with pytest.raises(TypeError):
        tf.function(lambda: RANGE.reduce(0.0, lambda s, x: s + x))()


@pytest.mark.parametrize("wrap", [tf.function, lambda f: f])
def test_no_gradient_passes(wrap):
    w = tf.Variable(2.0)

    def f():
        with tf.GradientTape() as tape:
            data = tf.data.Dataset.from_tensor_slices([1.0, 2.0])
            y = data.reduce(0.0, lambda s, x: s + x * w)
        return tape.gradient(y, w)

    assert wrap(f)() is None


def test_scans_and_batches_that_do_not_fit():
    data = RANGE.scan(tf.constant(0), lambda s, x: (tf.cast(s, tf.float32), s))
    with pytest.raises(TypeError, match="Invalid `scan_func`"):
        list(data)
    with pytest.raises(ValueError, match="Expected dataset with rank of >= 1"):
        RANGE.rebatch(2)
    spec = tf.data.Dataset.range(9).batch(4, drop_remainder=True).rebatch(2).element_spec
    assert spec.shape.as_list() == [2]
    with pytest.raises(tf.errors.InvalidArgumentError):
        list(RANGE.sparse_batch(2, [2]))
