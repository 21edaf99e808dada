"""Input pipelines (``tf.data``)."""
