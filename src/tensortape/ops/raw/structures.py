"""Steps of raw operations on lists, sparse tensors, labels and repeated values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tensortape.core import errors
from tensortape.core.convert import convert_to_tensor
from tensortape.ops.raw.names import tf
from tensortape.ops.raw.steps import parts, sparse


def numbers(value: Any) -> list[int]:
    """A tensor of whole numbers as Python's."""
    return [int(v) for v in np.ravel(convert_to_tensor(value).numpy())]


def spatial(dilations: Sequence[int], data_format: str) -> list[int]:
    """The dilations of height and width."""
    return list(dilations[2:4] if data_format == "NCHW" else dilations[1:3])


def guarded(value: Any, message: str) -> Any:
    """`PreventGradient`: the value; asking for its gradient is an error."""

    def refuse(*cotangents: Any) -> Any:
        raise LookupError(f"Gradient explicitly disabled. Reason: {message!r}")

    return tf.custom_gradient(lambda x: (tf.identity(x), refuse))(value)


def pulled_pair(function: Any, at: Any) -> tuple[Any, Any]:
    """A loss per example and its derivative, as the fused operations return them."""
    at = convert_to_tensor(at)
    with tf.GradientTape() as tape:
        tape.watch(at)
        value = function(at)
    return value, tape.gradient(value, at)


def updated(input: Any, value: Any, index: tuple[Any, ...]) -> Any:
    """`input` with `value` in the place that `index` selects."""
    input = convert_to_tensor(input)
    flat = np.arange(int(np.prod(input.shape))).reshape(tuple(input.shape))[index]
    rows = tf.constant(flat.reshape(-1, 1), tf.int64)
    changed = tf.tensor_scatter_nd_update(
        tf.reshape(input, [-1]), rows, tf.reshape(tf.broadcast_to(value, flat.shape), [-1])
    )
    return tf.reshape(changed, input.shape)


def top_of_axis(input: Any, k: int, axis: int, largest: bool) -> tuple[Any, Any]:
    """`ApproxTopK`: the `k` largest or smallest along an axis, and where they are; exactly."""
    function = tf.nn.approx_max_k if largest else tf.nn.approx_min_k
    return function(input, k, reduction_dimension=axis)


def unique(x: Any, axis: Any, out_idx: Any) -> tuple[Any, Any, Any]:
    """The distinct rows along an axis in order of appearance, where each went, how often."""
    x, axes = convert_to_tensor(x), numbers(axis)
    along = axes[0] if axes else 0
    _, first, inverse, counts = np.unique(
        x.numpy(),
        axis=along,
        return_index=True,
        return_inverse=True,
        return_counts=True,
        equal_nan=False,
    )
    order = np.argsort(first)
    rank = np.argsort(order)
    return (
        tf.gather(x, tf.constant(first[order]), axis=along),
        tf.constant(rank[np.ravel(inverse)], out_idx),
        tf.constant(counts[order], out_idx),
    )


def stacked(items: Sequence[Any], element_shape: Any, dtype: Any) -> Any:
    """The elements of a list as one tensor; those never set are zeros."""
    known = [item for item in items if item is not None]
    shape = known[0].shape if known else numbers(element_shape)
    filled = [tf.zeros(shape, dtype) if item is None else item for item in items]
    return tf.stack(filled) if filled else tf.zeros([0, *shape], dtype)


def with_items(items: Sequence[Any], indices: Any, new: Sequence[Any], grow: bool) -> Any:
    """A list with some elements replaced."""
    result, places = list(items), numbers(indices)
    for place, item in zip(places, new, strict=True):
        if not 0 <= place < len(result):
            if not grow or place < 0:
                raise errors.InvalidArgumentError(
                    None,
                    None,
                    f"Trying to modify element {place} in a list with {len(result)} elements.",
                )
            result.extend([None] * (place + 1 - len(result)))
        result[place] = convert_to_tensor(item)
    return tuple(result)


def filled_rows(value: Any, default_value: Any) -> tuple[Any, ...]:
    """`SparseFillEmptyRows`: parts, which rows were empty, where each old value went."""
    filled, empty = tf.sparse.fill_empty_rows(value, default_value)
    places = {tuple(row): n for n, row in enumerate(filled.indices.numpy().tolist())}
    where = [places[tuple(row)] for row in value.indices.numpy().tolist()]
    return *parts(filled, "indices", "values"), empty, tf.constant(where, tf.int64)


def product(a: Any, b: Any, transpose: bool, conjugate: bool) -> Any:
    """A product of matrices, transposed and conjugated where asked."""
    result = tf.linalg.matmul(a, b)
    result = tf.linalg.matrix_transpose(result) if transpose else result
    return tf.math.conj(result) if conjugate else result


def resized(images: Any, size: Any, method: str, corners: bool, half_pixel: bool) -> Any:
    """Images of another size; only the sampling at half pixels, which TensorFlow 2 uses, exists."""
    images, size = convert_to_tensor(images), numbers(size)
    if corners or (not half_pixel and list(images.shape[1:3]) != size):
        raise NotImplementedError(
            f"Resizing with align_corners={corners}, half_pixel_centers={half_pixel} is not "
            "implemented in TensorTape: pass half_pixel_centers=True, as tf.image.resize does."
        )
    result = tf.image.resize(images, size, method)
    return result if method == "nearest" else tf.cast(result, tf.float32)


def ctc(logits: Any, indices: Any, values: Any, lengths: Any, blank: int) -> tuple[Any, Any]:
    """`CTCLoss`: the loss per sequence and its derivative by the logits, time first."""
    logits = convert_to_tensor(logits)
    count = logits.shape[1]
    longest = max([row[1] + 1 for row in convert_to_tensor(indices).numpy()], default=1)
    labels = sparse(indices, values, [count, int(longest)])

    def loss(x: Any) -> Any:
        index = x.shape[-1] - 1 if blank < 0 else blank
        return tf.nn.ctc_loss(labels, x, None, lengths, blank_index=index)

    return pulled_pair(loss, logits)
