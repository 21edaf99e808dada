"""The `tensorflow` alias, and running scripts and notebooks written for TensorFlow."""
