"""Linear operators: matrices given by their structure, ``tf.linalg.LinearOperator*``."""
