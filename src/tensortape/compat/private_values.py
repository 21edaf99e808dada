"""What private TensorFlow modules offer that has no public name, for those who import it."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from tensortape.core.device_tensor import settle


def async_wait() -> None:
    """Wait for a step of Keras' that XLA may still compute, and raise what went wrong in it.

    Source: `tensorflow.python.eager.context.async_wait`.
    """
    settle()


class Context:
    """What callers ask of TensorFlow's eager context."""

    def clear_kernel_cache(self) -> None:
        """Return at once: operations are looked up, not cached as kernels."""

    def executing_eagerly(self) -> bool:
        """Whether operations compute when they are called."""
        return bool(importlib.import_module("tensortape").executing_eagerly())


_context = Context()


def context() -> Context:
    """Return the one context. Source: `tensorflow.python.eager.context.context`."""
    return _context


def dynamic_update_slice(input: Any, update: Any, indices: Any) -> Any:
    """Return `input` with `update` written at `indices`, moved so that all of it fits in.

    Both arrays have the same rank; `indices` has one entry for each axis. Differentiable with
    respect to `input` and `update`.

    >>> dynamic_update_slice(tf.zeros([4]), tf.ones([2]), [3]).numpy()
    array([0., 0., 1., 1.], dtype=float32)

    Source: `tensorflow.compiler.tf2xla.python.xla.dynamic_update_slice`.
    """
    tf = importlib.import_module("tensortape")
    input, update = tf.convert_to_tensor(input), tf.convert_to_tensor(update)
    size = np.array(update.shape, dtype=np.int64)
    room = np.array(input.shape, dtype=np.int64) - size
    start = tf.clip_by_value(tf.cast(indices, tf.int64), 0, room)
    offsets = np.stack(np.meshgrid(*map(np.arange, size), indexing="ij"), axis=-1)
    return tf.tensor_scatter_nd_update(input, tf.constant(offsets, tf.int64) + start, update)
