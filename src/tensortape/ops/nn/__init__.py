"""Neural network operations that are not elementwise."""
