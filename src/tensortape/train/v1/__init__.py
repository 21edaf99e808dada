"""Optimizers and losses of TensorFlow 1 that programs for TensorFlow 2 still use."""
