"""What a function of `tf.function` says of itself, as in TensorFlow."""

import tensortape as tf


def test_name_and_signature():
    @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
    def double(x):
        """Twice as much."""
        return 2 * x

    assert double.name == double.__name__ == double.python_function.__name__ == "double"
    assert double.__doc__ == "Twice as much."
    assert double.input_signature == (tf.TensorSpec([], tf.float32),)
    assert tf.function(lambda x: x).input_signature is None
