"""Raw operations on ragged tensors: what TensorFlow 2.21 gives, and its gradients."""

import pytest

import tensortape as tf

r = tf.raw_ops
X, D = tf.constant([1.0, 2.0, 3.0]), tf.constant(-1.0)
S = [tf.constant([0, 2, 2, 3], tf.int64)]
IDS = tf.constant([0, 2, 2], tf.int64)


def shown(v):
    if v is None:
        return None
    if isinstance(v, tf.IndexedSlices):
        v = tf.convert_to_tensor(v)
    if isinstance(v, (list, tuple)):
        return [shown(i) for i in v]
    return (v.dtype.name, v.numpy().tolist())


CASES = [
    (
        lambda x: r.RaggedTensorToSparse(rt_nested_splits=S, rt_dense_values=x),
        (X,),
        [("int64", [[0, 0], [0, 1], [2, 0]]), ("float32", [1.0, 2.0, 3.0]), ("int64", [3, 2])],
        [("float32", [2.0, 4.0, 6.0])],
    ),
    (
        lambda x: r.RaggedTensorToSparse(
            rt_nested_splits=[tf.constant([0, 1, 3], tf.int64), S[0]], rt_dense_values=x
        ),
        (X,),
        [
            ("int64", [[0, 0, 0], [0, 0, 1], [1, 1, 0]]),
            ("float32", [1.0, 2.0, 3.0]),
            ("int64", [2, 2, 2]),
        ],
        [("float32", [2.0, 4.0, 6.0])],
    ),
    (
        lambda x, d: r.RaggedTensorToTensor(
            shape=[-1, -1],
            values=x,
            default_value=d,
            row_partition_tensors=S,
            row_partition_types=["ROW_SPLITS"],
        ),
        (X, D),
        ("float32", [[1.0, 2.0], [-1.0, -1.0], [3.0, -1.0]]),
        [("float32", [2.0, 4.0, 6.0]), ("float32", -6.0)],
    ),
    (
        lambda x, d: r.RaggedTensorToTensor(
            shape=[4, 3],
            values=x,
            default_value=d,
            row_partition_tensors=S,
            row_partition_types=["ROW_SPLITS"],
        ),
        (X, D),
        ("float32", [[1.0, 2.0, -1.0], [-1.0, -1.0, -1.0], [3.0, -1.0, -1.0], [-1.0, -1.0, -1.0]]),
        [("float32", [2.0, 4.0, 6.0]), ("float32", -18.0)],
    ),
    (
        lambda x, d: r.RaggedTensorToTensor(
            shape=[-1, -1],
            values=x,
            default_value=d,
            row_partition_tensors=[tf.constant(4, tf.int64), IDS],
            row_partition_types=["FIRST_DIM_SIZE", "VALUE_ROWIDS"],
        ),
        (X, D),
        ("float32", [[1.0, -1.0], [-1.0, -1.0], [2.0, 3.0], [-1.0, -1.0]]),
        [("float32", [2.0, 4.0, 6.0]), ("float32", -10.0)],
    ),
    (
        lambda x: r.RaggedGather(
            params_nested_splits=S, params_dense_values=x, indices=[2, 0, 2], OUTPUT_RAGGED_RANK=1
        ),
        (X,),
        [[("int64", [0, 1, 3, 4])], ("float32", [3.0, 1.0, 2.0, 3.0])],
        [("float32", [2.0, 4.0, 12.0])],
    ),
    (
        lambda x: r.RaggedGather(
            params_nested_splits=S,
            params_dense_values=x,
            indices=[[2, 0], [1, 2]],
            OUTPUT_RAGGED_RANK=2,
        ),
        (X,),
        [[("int64", [0, 2, 4]), ("int64", [0, 1, 3, 3, 4])], ("float32", [3.0, 1.0, 2.0, 3.0])],
        [("float32", [2.0, 4.0, 12.0])],
    ),
    (
        lambda x, d: r.RaggedFillEmptyRows(
            value_rowids=IDS, values=x, nrows=tf.constant(4, tf.int64), default_value=d
        ),
        (X, D),
        [
            ("int64", [0, 1, 2, 2, 3]),
            ("float32", [1.0, -1.0, 2.0, 3.0, -1.0]),
            ("bool", [False, True, False, True]),
            ("int64", [0, 2, 3]),
        ],
        [("float32", [2.0, 4.0, 6.0]), ("float32", -4.0)],
    ),
    (
        lambda x, d: r.RaggedFillEmptyRows(
            value_rowids=tf.constant([2, 0, 2], tf.int64),
            values=x,
            nrows=tf.constant(4, tf.int64),
            default_value=d,
        ),
        (X, D),
        [
            ("int64", [0, 1, 2, 2, 3]),
            ("float32", [2.0, -1.0, 1.0, 3.0, -1.0]),
            ("bool", [False, True, False, True]),
            ("int64", [2, 0, 3]),
        ],
        [("float32", [2.0, 4.0, 6.0]), ("float32", -4.0)],
    ),
]


@pytest.mark.parametrize(("function", "inputs", "value", "gradient"), CASES)
def test_value_and_gradient(function, inputs, value, gradient):
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        y = function(*inputs)
        parts = tf.nest.flatten(list(y)) if isinstance(y, (tuple, list)) else [y]
        squares = [part * part for part in parts if part.dtype.is_floating]
    assert shown(y) == value
    assert shown(tape.gradient(squares, inputs)) == gradient


def test_derivatives_as_operations():
    assert shown(
        r.RaggedFillEmptyRowsGrad(
            reverse_index_map=tf.constant([0, 2, 3], tf.int64),
            grad_values=tf.constant([1.0, 2.0, 3.0, 4.0, 5.0]),
        )
    ) == [("float32", [1.0, 3.0, 4.0]), ("float32", 7.0)]
    assert shown(
        r.QuantizeAndDequantizeV4Grad(
            gradients=[1.0, 2.0, 3.0], input=[-2.0, 0.5, 3.0], input_min=-1.0, input_max=1.0
        )
    ) == [("float32", [0.0, 2.0, 0.0]), ("float32", 0.0), ("float32", 0.0)]
    assert shown(
        r.QuantizeAndDequantizeV4Grad(
            gradients=[[1.0, 2.0], [3.0, 4.0]],
            input=[[-2.0, 0.5], [3.0, 0.1]],
            input_min=[-1.0, -1.0],
            input_max=[1.0, 2.0],
            axis=1,
        )
    ) == [("float32", [[0.0, 2.0], [0.0, 4.0]]), ("float32", [0.0, 0.0]), ("float32", [0.0, 0.0])]
    assert shown(
        tf.ragged_fill_empty_rows(
            value_rowids=IDS, values=X, nrows=tf.constant(4, tf.int64), default_value=-1.0
        )
    ) == [
        ("int64", [0, 1, 2, 2, 3]),
        ("float32", [1.0, -1.0, 2.0, 3.0, -1.0]),
        ("bool", [False, True, False, True]),
        ("int64", [0, 2, 3]),
    ]


def test_wrong_rows():
    with pytest.raises(tf.errors.InvalidArgumentError, match="value_rowids"):
        tf.ragged_fill_empty_rows([0, 5], [1.0, 2.0], 3, 0.0)
    with pytest.raises(tf.errors.InvalidArgumentError, match="partition type"):
        r.RaggedTensorToTensor(
            shape=-1,
            values=X,
            default_value=D,
            row_partition_tensors=S,
            row_partition_types=["ODD"],
        )
