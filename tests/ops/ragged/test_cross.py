"""Feature crosses of ragged tensors: what TensorFlow 2.21 gives."""

import pytest

import tensortape as tf

TEXT = tf.ragged.constant([["a", "b"], [], ["c", "d", "e"]])
DENSE = tf.constant([["x"], ["y"], ["z"]])
NUMBERS = tf.ragged.constant([[1], [2, 3], [4, 5]], dtype=tf.int32)
SPARSE = tf.sparse.from_dense([[1, 2], [0, 3], [4, 0]])
SEVEN = tf.constant([[7, 8], [9, 10], [11, 12]])

CROSSES = [
    ([TEXT, DENSE], [[b"a_X_x", b"b_X_x"], [], [b"c_X_z", b"d_X_z", b"e_X_z"]]),
    ([SPARSE, TEXT],
     [[b"1_X_a", b"1_X_b", b"2_X_a", b"2_X_b"], [], [b"4_X_c", b"4_X_d", b"4_X_e"]]),
    ([NUMBERS], [[b"1"], [b"2", b"3"], [b"4", b"5"]]),
    ([SEVEN, SPARSE],
     [[b"7_X_1", b"7_X_2", b"8_X_1", b"8_X_2"], [b"9_X_3", b"10_X_3"], [b"11_X_4", b"12_X_4"]]),
]  # fmt: skip
HASHED = [
    ([TEXT, DENSE], {},
     [[1484974617627318892, 3552177129620670004], [],
      [5890530401397985473, 1162820126533639634, 5278749353295726846]]),
    ([NUMBERS], {},
     [[5199413699614396413], [5167850198417433268, 1424184489956106035],
      [7063646998832180613, 2865384663748552660]]),
    ([SPARSE, DENSE], {},
     [[854275097015501859, 508490610932277762], [7264420386008829588], [1739227533405711929]]),
    ([TEXT, DENSE], {"num_buckets": 10}, [[2, 4], [], [0, 1, 3]]),
    ([TEXT, DENSE], {"num_buckets": 100, "hash_key": 5}, [[88, 45], [], [75, 49, 94]]),
]  # fmt: skip


@pytest.mark.parametrize(("inputs", "wanted"), CROSSES)
def test_text(inputs, wanted):
    found = tf.ragged.cross(inputs)
    assert (found.dtype, found.row_splits.dtype) == (tf.string, tf.int64)
    assert found.to_list() == wanted


@pytest.mark.parametrize(("inputs", "options", "wanted"), HASHED)
def test_hashes(inputs, options, wanted):
    assert tf.ragged.cross_hashed(inputs, **options).to_list() == wanted


def test_wrong_inputs():
    cases = [
        (TypeError, "x"),
        (ValueError, [tf.ragged.constant([[1.0]]), DENSE]),
        (ValueError, [tf.ragged.constant([[["x"]]]), DENSE]),
        (tf.errors.InvalidArgumentError, [TEXT, tf.constant([["x"]])]),
        (tf.errors.InvalidArgumentError, [tf.constant(["x"]), DENSE]),
    ]
    for function in (tf.ragged.cross, tf.ragged.cross_hashed):
        for error, inputs in cases:
            with pytest.raises(error):
                function(inputs)
    with pytest.raises(tf.errors.InvalidArgumentError, match="num_buckets"):
        tf.ragged.cross_hashed([TEXT, DENSE], num_buckets=-1)
