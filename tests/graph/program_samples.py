"""Random programs: operations of all kinds on small values, with their gradients."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st
from program_recording import record

import tensortape as tf
from tensortape.graph.ir import Program

UNARY = [
    lambda x: -x,
    tf.square,
    tf.tanh,
    tf.exp,
    tf.nn.relu,
    tf.sigmoid,
    tf.abs,
    tf.sqrt,
    tf.math.log,
    tf.identity,
    tf.stop_gradient,
    tf.math.softplus,
    tf.math.reciprocal,
    tf.math.rsqrt,
    lambda x: tf.cast(tf.cast(x, tf.float64), tf.float32),
    lambda x: tf.cast(x > 0, tf.float32),
    lambda x: tf.transpose(x) if x.ndim == 2 else x,
    lambda x: tf.reshape(x, [-1]),
    lambda x: tf.expand_dims(x, 0) if x.ndim < 2 else x,
    lambda x: tf.squeeze(x),
    lambda x: tf.reduce_sum(x),
    lambda x: tf.reduce_sum(x, axis=-1) if x.ndim else x,
    lambda x: tf.reduce_mean(x, axis=0) if x.ndim else x,
    lambda x: tf.reduce_max(x, axis=-1, keepdims=True) if x.ndim else x,
    lambda x: tf.nn.softmax(x) if x.ndim else x,
    lambda x: tf.nn.log_softmax(x) if x.ndim else x,
    lambda x: x**2,
    lambda x: x**3,
    lambda x: x**1,
    lambda x: x * 1.0,
    lambda x: x * -1.0,
    lambda x: x + 0.0,
    lambda x: x - 0.0,
    lambda x: x / 4.0,
    lambda x: x / 1.0,
    lambda x: 0.5 * x,
    lambda x: tf.zeros_like(x) + x,
    lambda x: tf.ones_like(x) * x,
    lambda x: x[..., :2] if x.ndim else x,
    lambda x: tf.broadcast_to(x, (3, 4)) if x.shape in ((), (4,), (3, 1)) else x,
    lambda x: tf.concat([x, x], 0) if x.ndim == 1 else x,
    lambda x: tf.unstack(x)[0] if x.ndim else x,
    lambda x: tf.clip_by_value(x, -1.0, 1.0),
]
BINARY = [
    lambda x, y: x + y,
    lambda x, y: x - y,
    lambda x, y: x * y,
    lambda x, y: x / y,
    lambda x, y: x + -y,
    lambda x, y: -x * -y,
    tf.maximum,
    tf.minimum,
    lambda x, y: tf.where(x > y, x, y),
    tf.math.squared_difference,
    lambda x, y: tf.add_n([x + y, x * y, x - y]),
    lambda x, y: tf.matmul(x, tf.transpose(x) @ y) if x.shape == y.shape and x.ndim == 2 else x,
    lambda x, y: tf.nn.sigmoid_cross_entropy_with_logits(x, y) if x.shape == y.shape else y,
    lambda x, y: tf.nn.bias_add(x, y) if (x.ndim, y.ndim) == (2, 1) else x + y,
    lambda x, y: tf.stack([x, y])[1] if x.shape == y.shape else x,
]
STEPS = st.lists(
    st.tuples(
        st.integers(0, len(UNARY) + 2 * len(BINARY) - 1), st.integers(0, 30), st.integers(0, 30)
    ),
    min_size=1,
    max_size=14,
)


def computed(steps: Any, given: list[Any]) -> list[Any]:
    """The values of a random computation, the given ones first; what does not fit is left out."""
    values = list(given)
    for which, i, j in steps:
        x, y = values[i % len(values)], values[j % len(values)]
        try:
            if which < len(UNARY):
                values.append(UNARY[which](x))
            else:
                values.append(BINARY[(which - len(UNARY)) // 2](x, y))
        except (tf.errors.InvalidArgumentError, ValueError):
            continue
    return values


def random_program(steps: Any, seed: int, gradients: bool = True) -> tuple[Program, list[Any]]:
    """A program with the given steps, and its gradients where asked; and arguments for it."""
    rng = np.random.default_rng(seed)
    shapes = [(3, 4), (3, 4), (4,), (3, 1), ()]
    given = [tf.constant(rng.normal(size=s).astype(np.float32)) for s in shapes]

    def function(*tensors: Any) -> list[Any]:
        with tf.GradientTape() as tape:
            tape.watch(tensors)
            values = computed(steps, list(tensors))
        results = [values[-1], values[len(values) // 2]]
        if gradients:
            results += [g for g in tape.gradient(values[-1], tensors) if g is not None]
        return results

    return record(function, *given)
