"""Ways to compute a primitive that are quicker for some shapes."""
