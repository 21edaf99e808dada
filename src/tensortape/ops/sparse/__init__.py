"""Sparse tensors: a tensor given by some of its elements, zero elsewhere."""
