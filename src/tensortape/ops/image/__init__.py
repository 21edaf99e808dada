"""Images: ``tf.image``.

Tensors ``[height, width, channels]``, or ``[batch, height, width, channels]``.
"""
