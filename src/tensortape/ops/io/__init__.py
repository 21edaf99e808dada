"""`tf.io`: files, and values written as bytes."""
