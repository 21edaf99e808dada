"""``tf.summary``: what a program wants to be seen in TensorBoard, written to event files."""
