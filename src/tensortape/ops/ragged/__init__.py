"""Ragged tensors: rows of different lengths, as flat values and where rows begin and end."""
