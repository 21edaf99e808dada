"""``tf.train.Example``: examples as protocol buffers, and reading tensors out of them."""
