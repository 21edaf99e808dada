"""What a traced function refuses when it runs, as eager execution does."""

import pytest

import tensortape as tf


@pytest.mark.parametrize("signature", [None, [tf.TensorSpec([None], tf.int32)]])
def test_labels_that_name_no_class(signature):
    @tf.function(input_signature=signature)
    def loss(labels):
        logits = tf.ones([tf.shape(labels)[0], 3])
        with tf.GradientTape() as tape:
            tape.watch(logits)
            y = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
        return y, tape.gradient(y, logits)

    assert loss(tf.constant([0, 2]))[0].shape == (2,)
    with pytest.raises(tf.errors.InvalidArgumentError, match="label value of 5"):
        loss(tf.constant([0, 5]))
