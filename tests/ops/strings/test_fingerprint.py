"""Fingerprints of every length class, and feature crosses, are TensorFlow's."""

import pytest

import tensortape as tf

# length -> tf.strings.to_hash_bucket_fast(bytes, 2**62) of TensorFlow 2.21
BUCKETS = {
    0: 1936946117179621455, 1: 550085751958558782, 2: 3513435746045944770,
    3: 50737162503519588, 4: 74291032824012392, 7: 3398365883158499592,
    8: 3403648104430010920, 15: 3575310498258597009, 16: 663651183927826904,
    17: 3125010364355856015, 31: 2801713092741292786, 32: 3992320350721670009,
    33: 3233698670931835597, 63: 1203207000702784873, 64: 1859692024977922284,
    65: 444801980686921533, 127: 1314699078308480876, 128: 2003798058489048521,
    129: 455335815384283847, 200: 202520530910294351, 257: 1311909758249246743,
}  # fmt: skip


@pytest.mark.parametrize("length", BUCKETS)
def test_buckets(length):
    data = bytes((7 * i + length) % 256 for i in range(length))
    assert tf.strings.to_hash_bucket_fast(data, 2**62).numpy() == BUCKETS[length]


def test_crosses_are_hashed():
    columns = [tf.constant([["a", "b"], ["c", "d"]]), tf.constant([[1, 2], [3, 4]])]
    crossed = tf.sparse.cross_hashed(columns, num_buckets=100)
    assert crossed.values.numpy().tolist() == [85, 87, 83, 57, 94, 22, 7, 41]
    assert crossed.dense_shape.numpy().tolist() == [2, 4]
    assert tf.sparse.cross_hashed(columns).values.numpy()[:2].tolist() == [
        2928842892298887678,
        7560904255693475987,
    ]
    keyed = tf.sparse.cross_hashed(columns[:1], num_buckets=10, hash_key=7)
    assert keyed.values.numpy().tolist() == [3, 7, 1, 1]


def test_crosses_as_text_take_sparse_inputs_first():
    sparse = tf.sparse.from_dense([["", "u"], ["v", "w"]])
    crossed = tf.sparse.cross([tf.constant([["a"], ["c"]]), sparse])
    assert crossed.indices.numpy().tolist() == [[0, 0], [1, 0], [1, 1]]
    assert crossed.values.numpy().tolist() == [b"u_X_a", b"v_X_c", b"w_X_c"]
    assert crossed.dense_shape.numpy().tolist() == [2, 2]


def test_refusals():
    with pytest.raises(tf.errors.InvalidArgumentError, match="should be a matrix"):
        tf.sparse.cross_hashed([tf.constant(["a"])])
    with pytest.raises(tf.errors.InvalidArgumentError, match="Expected batch size 1"):
        tf.sparse.cross_hashed([tf.constant([["a"]]), tf.constant([["b"], ["c"]])])
    with pytest.raises(TypeError, match="received list"):
        tf.sparse.cross_hashed([[["a"]]])
