"""`tf.raw_ops`: operations by their TensorFlow type, called by keyword."""
