"""What pipelines say when they are given what does not fit: TensorFlow's words."""

import numpy as np
import pytest

import tensortape as tf

D = tf.data.Dataset


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (
            lambda: D.from_tensors((np.ones(2), np.ones(3))).unbatch(),
            ValueError,
            "`unbatch()` is only supported for datasets of elements whose components have a "
            "matching leading dimension. Encountered both 2 and 3.",
        ),
        (
            lambda: D.range(3).unbatch(),
            ValueError,
            "Cannot unbatch an input with scalar components.",
        ),
        (
            lambda: D.range(),
            ValueError,
            "Invalid `args`. The length of `args` should be between 1 and 3 but was 0.",
        ),
        (
            lambda: list(D.range(2).map(lambda n: tf.range(n)).padded_batch(2, padding_values=-1)),
            TypeError,
            "Invalid `padding_values`. `padding_values` values type <dtype: 'int32'> does not "
            "match type <dtype: 'int64'> of the corresponding input component.",
        ),
        (
            lambda: D.range(2).reduce(np.int64(0), lambda s, x: tf.cast(s + x, tf.float32)),
            TypeError,
            "The element types for the new state must match the initial state. Expected "
            "<dtype: 'int64'> but got <dtype: 'float32'>.",
        ),
    ],
)
def test_words(make, error, words):
    with pytest.raises(error) as raised:
        make()
    assert str(raised.value) == words


def test_a_failed_assertion_in_a_pipeline():
    def check(x):
        tf.debugging.Assert(x < 2, ["too much:", x, tf.range(5), tf.zeros([0])])
        return x

    with pytest.raises(tf.errors.InvalidArgumentError) as raised:
        list(D.range(4).map(check))
    said = str(raised.value)
    assert "Summarized data: b'too much:'\n2\n0, 1, 2, ...\n" in said
    assert "Expected 'tf.Tensor(False, shape=(), dtype=bool)' to be true" in said
