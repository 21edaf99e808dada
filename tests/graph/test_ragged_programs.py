"""Programs of ragged tensors in functions: values, static shapes and gradients of TensorFlow 2.21.

`ragged_programs.json` has the programs and what TensorFlow gave, to five digits: of a ragged tensor
the dtype, the dtype of the splits, the rows, the shape and the number of ragged axes. Gradients are
those of the sum of squares of all results.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import tensortape as tf

PROGRAMS = json.loads((Path(__file__).parent / "ragged_programs.json").read_text())


def plain(v):
    if isinstance(v, (list, tuple)):
        return [plain(x) for x in v]
    if isinstance(v, tf.RaggedTensor):
        kinds = [v.dtype.name, v.row_splits.dtype.name]
        return ["R", *kinds, text(v.to_list()), str(v.shape), v.ragged_rank]
    if isinstance(v, tf.SparseTensor):
        parts = [x.numpy().tolist() for x in (v.indices, v.values, v.dense_shape)]
        return ["S", v.dtype.name, *parts]
    v = tf.convert_to_tensor(v)
    return ["T", v.dtype.name, text(v.numpy().tolist())]


def text(x):
    if isinstance(x, list):
        return [text(y) for y in x]
    return x.decode() if isinstance(x, bytes) else x


def static(v):
    ranks = [f" rr{x.ragged_rank}" if isinstance(x, tf.RaggedTensor) else "" for x in v]
    return [str(x.shape) + r for x, r in zip(v, ranks, strict=True)]


def close(found, expected):
    if isinstance(expected, list):
        assert isinstance(found, list)
        assert len(found) == len(expected), (found, expected)
        for a, b in zip(found, expected, strict=True):
            close(a, b)
    elif isinstance(expected, float):
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)
    else:
        assert found == expected


def floats(v):
    return [x for x in tf.nest.flatten(v, expand_composites=True) if x.dtype.is_floating]


@pytest.mark.parametrize("name", PROGRAMS)
def test_program(name):
    program = PROGRAMS[name]
    body = eval(program["body"], {"tf": tf})
    shapes = []

    def traced(*args):
        out = body(*args)
        shapes.append(static(tf.nest.flatten(out)))
        return out

    given = [eval(source, {"tf": tf}) for source in program["args"]]
    function = tf.function(traced, jit_compile=False)
    assert function.get_concrete_function(*given).graph.get_operations() is not None
    sources = floats(given)
    with tf.GradientTape() as tape:
        tape.watch(sources)
        found = function(*given)
        loss = [tf.reduce_sum(x * x) for x in floats(found)]
        loss = tf.add_n(loss) if loss else None
    close(plain(found), program["value"])
    close(plain(body(*given)), program["value"])
    if "static" in program:
        assert shapes[0] == program["static"]
    if "gradient" in program:
        for g, expected in zip(tape.gradient(loss, sources), program["gradient"], strict=True):
            if expected is None:
                assert g is None
            else:
                close(plain(g), expected)


def test_one_trace_for_all_lengths():
    """As TensorFlow: rows count, values do not."""
    function = tf.function(lambda r: r[:, :1] * 2.0)
    for k in range(3):
        function(tf.ragged.constant([[1.0] * (k + 1), [2.0]]))
    assert function.experimental_get_tracing_count() == 1
    function(tf.ragged.constant([[1.0]]))
    assert function.experimental_get_tracing_count() == 2
    relaxed = tf.function(lambda r: r + 1.0, reduce_retracing=True)
    for k in range(1, 5):
        relaxed(tf.ragged.constant([[1.0]] * k))
    assert relaxed.experimental_get_tracing_count() == 2


def test_loops_over_rows():
    @tf.function
    def total(r):
        found = tf.constant(0.0)
        for row in r:
            found += tf.reduce_sum(row) ** 2
        return found

    x = tf.constant([1.0, 2.0, 3.0, 4.0, 5.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = total(tf.RaggedTensor.from_row_splits(x, [0, 3, 3, 5]))
    assert total.explain_traces().count("plain Python") == 0
    assert float(y) == 117.0
    assert tape.gradient(y, x).numpy().tolist() == [12.0, 12.0, 12.0, 18.0, 18.0]


RAGGED = tf.RaggedTensorSpec([None, None], tf.float32)


def test_signatures():
    shapes = []

    @tf.function(input_signature=[RAGGED])
    def sums(r):
        shapes.append(str(r.shape))
        return tf.reduce_sum(r, 1)

    assert sums(tf.ragged.constant([[1.0, 2.0], [3.0]])).numpy().tolist() == [3.0, 3.0]
    assert sums(tf.ragged.constant([[1.0], [], [3.0]])).numpy().tolist() == [1.0, 0.0, 3.0]
    assert shapes == ["(None, None)"]
    concrete = sums.get_concrete_function()
    assert concrete.structured_input_signature == ((RAGGED,), {})
    assert concrete(tf.ragged.constant([[4.0]])).numpy().tolist() == [4.0]
    for wrong in (
        tf.ragged.constant([[1]]),
        tf.ragged.constant([[[1.0]]]),
        tf.constant([[1.0]]),
        [[1.0]],
        tf.ragged.constant([[1.0]], row_splits_dtype="int32"),
    ):
        with pytest.raises(TypeError, match=r"Binding inputs to tf\.function"):
            sums(wrong)


@pytest.mark.parametrize("size", [1, 3])
def test_sparse_signature(size):
    @tf.function(input_signature=[tf.SparseTensorSpec([None, 3], tf.float32)])
    def dense(s):
        assert s.shape.as_list() == [None, 3]
        product = tf.sparse.sparse_dense_matmul(s, tf.ones([3, 1]))
        return tf.sparse.to_dense(s), tf.sparse.reduce_sum(s, 1), product

    rows = [[1.0, 0.0, 2.0], [0.0, 0.0, 0.0], [0.0, 4.0, 0.0]][:size]
    whole, sums, product = dense(tf.sparse.from_dense(rows))
    assert whole.numpy().tolist() == rows
    assert sums.numpy().tolist() == [3.0, 0.0, 4.0][:size]
    assert product.numpy().ravel().tolist() == [3.0, 0.0, 4.0][:size]
    assert "plain Python" not in dense.explain_traces()


def test_sizes_that_are_data():
    """Slices of constants, and shapes of scatter_nd, as tensors."""
    constant = tf.constant([1, 2, 3, 4])

    @tf.function
    def rest(i):
        found = constant[i:]
        assert found.shape.as_list() == [None]
        return found

    assert rest(tf.constant(1)).numpy().tolist() == [2, 3, 4]
    scattered = tf.function(lambda i, v, s: tf.scatter_nd(i, v, s))
    found = scattered(tf.constant([[1]]), tf.constant([[5.0]]), tf.constant([3, 1]))
    assert found.numpy().ravel().tolist() == [0.0, 5.0, 0.0]


def batches():
    rows = tf.data.Dataset.range(1, 6).map(lambda n: tf.fill([n], tf.cast(n, tf.float32)))
    return rows.ragged_batch(2)


DATASETS = {
    "batches": (batches, 979.0),
    "cut": (lambda: batches().map(lambda r: r[:, :2]), 217.0),
    "joined": (lambda: batches().map(lambda r: tf.concat([r, r], 1)), 3916.0),
    "taken": (lambda: batches().take(2), 354.0),
    "skipped": (lambda: batches().skip(1), 962.0),
    "other batches": (lambda: batches().unbatch().ragged_batch(3), 979.0),
}


@pytest.mark.parametrize("name", DATASETS)
def test_loops_over_ragged_batches(name):
    dataset, expected = DATASETS[name]

    @tf.function
    def total():
        found = tf.constant(0.0)
        for batch in dataset():
            found += tf.reduce_sum(tf.reduce_sum(batch, 1) ** 2)
        return found

    assert float(total()) == expected
    assert "plain Python" not in total.explain_traces()
