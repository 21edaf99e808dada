"""Control flow, maps, folds and tensor arrays on values that are known, with their gradients."""

from __future__ import annotations

import numpy as np
import pytest

import tensortape as tf

X = np.array([1.0, -2.0, 3.0])


def test_cond_and_its_gradient():
    x = tf.Variable(2.0)
    for start, slope in ((2.0, 4.0), (-2.0, -1.0)):
        x.assign(start)
        with tf.GradientTape() as tape:
            y = tf.cond(x > 0, lambda: x * x, lambda: -x)
        assert float(tape.gradient(y, x)) == slope
    with pytest.raises(TypeError, match="true_fn"):
        tf.cond(True, 3, lambda: 4)


def test_case_and_switch_case():
    assert int(tf.case([(tf.constant(False), lambda: 1), (tf.constant(True), lambda: 2)])) == 2
    assert int(tf.case([(tf.constant(False), lambda: 1)], default=lambda: 9)) == 9
    assert int(tf.switch_case(tf.constant(1), [lambda: 10, lambda: 20])) == 20
    assert int(tf.switch_case(tf.constant(7), {0: lambda: 10, 1: lambda: 30})) == 30


def test_while_loop_with_a_trip_count_that_depends_on_the_data():
    x = tf.Variable(1.5)
    with tf.GradientTape() as tape:
        y, n = tf.while_loop(lambda y, n: y < 10.0, lambda y, n: (y * x, n + 1), (x * 1.0, 0))
    assert int(n) == 5
    np.testing.assert_allclose(tape.gradient(y, x), 6 * 1.5**5, rtol=1e-6)
    with pytest.raises(ValueError, match="2 loop variables"):
        tf.while_loop(lambda a, b: True, lambda a, b: (a,), (1, 2))
    assert (
        int(tf.while_loop(lambda i: True, lambda i: (i + 1,), (0,), maximum_iterations=3)[0]) == 3
    )


def test_map_fn():
    x = tf.constant(X)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.map_fn(lambda v: v**2, x)
    np.testing.assert_array_equal(tape.gradient(y, x), 2 * X)
    both = tf.map_fn(
        lambda p: (p[0] + p[1], p[0]), (x, x), fn_output_signature=(tf.float64, tf.float64)
    )
    np.testing.assert_array_equal(both[0], 2 * X)
    assert tf.map_fn(lambda v: v, tf.zeros([0, 3])).shape == (0, 3)
    with pytest.raises(tf.errors.InvalidArgumentError, match="fn_output_signature"):
        tf.map_fn(lambda v: tf.cast(v, tf.int32), x)


@pytest.mark.parametrize("taped", [False, True])
def test_vectorized_map_equals_a_loop(taped):
    rows = tf.constant(np.random.default_rng(0).normal(size=(4, 3)))
    w = tf.Variable(np.random.default_rng(1).normal(size=(3, 3)))

    def f(row):
        return {"a": tf.nn.softmax(row), "b": tf.linalg.matvec(w, row)[1:], "c": tf.reduce_max(row)}

    want = tf.map_fn(f, rows, fn_output_signature={k: tf.float64 for k in "abc"})
    if taped:
        with tf.GradientTape() as tape:
            got = tf.vectorized_map(f, rows)
            loss = tf.reduce_sum(got["b"])
        assert tape.gradient(loss, w).shape == (3, 3)
    else:
        got = tf.vectorized_map(f, rows)
    for key in "abc":
        np.testing.assert_allclose(got[key], want[key])


def test_folds_and_scans():
    x = tf.constant([1, 2, 3])
    assert int(tf.foldl(lambda a, v: a - v, x)) == -4
    assert int(tf.foldr(lambda a, v: a - v, x)) == 0
    np.testing.assert_array_equal(tf.scan(lambda a, v: a * v, x, initializer=2), [2, 4, 12])
    np.testing.assert_array_equal(tf.scan(lambda a, v: a + v, x, reverse=True), [6, 5, 3])


def test_gradient_through_a_scan():
    x = tf.constant([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.scan(lambda a, v: a * v, x)[-1]
    np.testing.assert_array_equal(tape.gradient(y, x), [6.0, 3.0, 2.0])


def test_tensor_array():
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        ta = tf.TensorArray(tf.float32, size=0, dynamic_size=True)
        for i in range(3):
            ta = ta.write(i, x ** (i + 1))
        y = tf.reduce_sum(ta.stack())
    assert float(tape.gradient(y, x)) == 1 + 6 + 27
    ta = tf.TensorArray(tf.float32, size=2).unstack([[1.0, 2.0], [3.0, 4.0]])
    np.testing.assert_array_equal(ta.concat(), [1, 2, 3, 4])
    ta.read(0)
    with pytest.raises(tf.errors.InvalidArgumentError, match="twice"):
        ta.read(0)
    with pytest.raises(tf.errors.OutOfRangeError):
        ta.write(5, [0.0, 0.0])
    with pytest.raises(tf.errors.InvalidArgumentError, match="int32"):
        ta.write(0, tf.constant([1, 2]))


def test_python_functions_in_between():
    x = tf.Variable(3.0)
    with tf.GradientTape(persistent=True) as tape:
        y = tf.py_function(lambda v: v * v, [x], tf.float32)
        z = tf.numpy_function(lambda v: np.float32(v * v), [x], tf.float32)
    assert float(tape.gradient(y, x)) == 6.0
    assert tape.gradient(z, x) is None


def test_print(capsys):
    tf.print("a", tf.constant([1.0, 2.0]), 3)
    assert capsys.readouterr().err == "a [1 2] 3\n"


def test_symbolic_tensors_know_shapes_and_refuse_values():
    graph = tf.Graph()
    with graph.as_default():
        x = tf.compat.v1.placeholder(tf.float32, [None, 2])
        y = tf.nn.softmax(x @ tf.ones([2, 3]) + 1.0)
        flat = tf.reshape(y, [tf.shape(y)[0] * 3])
        with pytest.raises(TypeError, match="symbolic"):
            bool(x[0, 0] > 0)
        with pytest.raises(NotImplementedError, match="symbolic"):
            np.asarray(x)
    assert y.shape.as_list() == [None, 3]
    assert flat.shape.as_list() == [None]
    assert y.op.type == "Softmax"
    types = [op.type for op in graph.get_operations() if op.type != "Const"]
    assert types[:3] == ["Placeholder", "MatMul", "AddV2"]
    assert float(tf.constant(1.0) + 1.0) == 2.0


def test_eager_loops_leave_python_values_as_they_are():
    seen = []

    def body(i, x):
        seen.append((type(i), type(x).__module__))
        return i + 1, x + i

    i, x = tf.while_loop(lambda i, x: i < 3, body, (0, np.array(0)))
    assert seen[0] == (int, "numpy")
    assert (i.dtype, x.dtype, int(x)) == (tf.int32, tf.int64, 3)


def test_maps_over_sparse_and_ragged_tensors():
    sparse = tf.sparse.from_dense([[1.0, 0.0, 2.0], [0.0, 3.0, 0.0]])
    scales = tf.constant([[1.0], [2.0]])
    mapped = tf.map_fn(
        lambda e: tf.sparse.to_dense(e[0]) * e[1],
        (sparse, scales),
        fn_output_signature=tf.float32,
    )
    assert mapped.numpy().tolist() == [[1.0, 0.0, 2.0], [0.0, 6.0, 0.0]]
    ragged = tf.ragged.constant([[1.0, 2.0], [3.0]])
    sums = tf.map_fn(tf.reduce_sum, ragged, fn_output_signature=tf.float32)
    assert sums.numpy().tolist() == [3.0, 3.0]
    texts = tf.ragged.constant([["b", "a", "b"], ["c"]])
    assert tf.map_fn(lambda row: tf.unique(row).y, texts).to_list() == [[b"b", b"a"], [b"c"]]


def test_random_shapes_of_unknown_size():
    @tf.function(input_signature=[tf.TensorSpec([None, 3])])
    def masked(x):
        return tf.random.stateless_uniform([tf.shape(x)[0], x.shape[1]], [1, 2]), tf.nn.dropout(
            x, 0.5, noise_shape=(tf.shape(x)[0], 1)
        )

    drawn, dropped = masked(tf.ones((5, 3)))
    assert drawn.shape == (5, 3)
    assert dropped.shape == (5, 3)


@pytest.mark.parametrize("element", [[None, 4], None])
def test_arrays_of_elements_of_unknown_size(element):
    """As Keras' recurrent layers use them for batches of any size; derivatives as without."""

    @tf.function(input_signature=[tf.TensorSpec([None, 4])])
    def sums(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            rows = tf.TensorArray(tf.float32, 3, element_shape=element)

            def body(i, total, rows):
                total = total * x
                return i + 1, total, rows.write(i, total)

            _, _, rows = tf.while_loop(lambda i, *_: i < 3, body, (0, tf.ones_like(x), rows))
            y = tf.reduce_sum(rows.stack())
        return rows.stack(), tape.gradient(y, x)

    for batch in (2, 5):
        stacked, gradient = sums(tf.fill([batch, 4], 2.0))
        assert stacked.shape == (3, batch, 4)
        assert stacked.numpy()[:, 0, 0].tolist() == [2.0, 4.0, 8.0]
        np.testing.assert_allclose(gradient, np.full((batch, 4), 17.0))


def test_einstein_sums_of_bfloat16():
    a, b = tf.ones((2, 3, 4), tf.bfloat16), tf.ones((4, 5), tf.bfloat16)

    @tf.function
    def gradient(a, b):
        with tf.GradientTape() as tape:
            tape.watch(b)
            y = tf.reduce_sum(tf.einsum("abc,cd->abd", a, b))
        return tape.gradient(y, b)

    found = gradient(a, b)
    assert found.dtype is tf.bfloat16
    assert found.numpy().astype(float).tolist() == [[6.0] * 5] * 4


@pytest.mark.parametrize(
    ("raised", "told"),
    [
        (ValueError, tf.errors.InvalidArgumentError),
        (TypeError, tf.errors.InvalidArgumentError),
        (NotImplementedError, tf.errors.UnimplementedError),
        (StopIteration, tf.errors.OutOfRangeError),
        (MemoryError, tf.errors.ResourceExhaustedError),
        (KeyError, tf.errors.UnknownError),
        (ZeroDivisionError, tf.errors.UnknownError),
    ],
)
def test_what_a_python_function_raises_is_one_of_tensorflows_errors(raised, told):
    def fails(x):
        raise raised("boom")

    once = tf.data.Dataset.from_tensors(1.0)
    calls = (
        lambda: tf.py_function(fails, [1.0], tf.float32),
        lambda: tf.function(lambda x: tf.py_function(fails, [x], tf.float32))(1.0),
        lambda: list(once.map(lambda x: tf.py_function(fails, [x], tf.float32))),
        lambda: list(once.map(lambda x: tf.numpy_function(fails, [x], tf.float32))),
    )
    for call in calls:
        with pytest.raises(told, match=rf"{raised.__name__}: .*boom"):
            call()
    with pytest.raises(raised):
        tf.numpy_function(fails, [1.0], tf.float32)


@pytest.mark.parametrize(
    ("value", "dtype", "words"),
    [
        (np.float32(1.5), tf.int64, "0-th value returned by <lambda> is float, but expects int64"),
        (1, tf.float32, "is int64, but expects float"),
        (1.5, tf.float32, "is double, but expects float"),
        ("a", tf.float32, "is string, but expects float"),
        ((1.0,), [tf.float64, tf.float64], "returned 1 values, but expects to see 2 values"),
    ],
)
def test_numpy_functions_of_a_pipeline_return_what_was_announced(value, dtype, words):
    ds = tf.data.Dataset.from_tensors(1.0)
    with pytest.raises(tf.errors.InvalidArgumentError, match=words):
        list(ds.map(lambda x: tf.numpy_function(lambda x: value, [x], dtype)))
