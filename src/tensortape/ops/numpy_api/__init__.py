"""`tf.experimental.numpy`: NumPy's functions on tensors, with NumPy's rules for dtypes."""
