"""Distribution (``tf.distribute``): at this point the default strategy, one device."""
