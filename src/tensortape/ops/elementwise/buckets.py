"""Sorting numbers into buckets."""

from __future__ import annotations

from tensortape.core.families import elementwise


@elementwise(
    "Bucketize",
    primitive="bucketize",
    api="raw_ops.Bucketize",
    nondifferentiable="the number of a bucket is an integer",
    dtypes="fi",
)
def bucketize(xp, input, *, boundaries):
    """The bucket (int32) of each element: how many of the sorted ``boundaries`` are not above it.

    >>> import tensortape as tf
    >>> tf.raw_ops.Bucketize(input=[-5, 0, 7, 150], boundaries=[0, 10, 100]).numpy()
    array([0, 1, 1, 3], dtype=int32)

    Source: ``tf.raw_ops.Bucketize``.
    """
    return xp.bucketize(input, tuple(boundaries))
