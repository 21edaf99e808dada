"""Sparse tensors: at this point the class, conversion and elementwise unions."""
