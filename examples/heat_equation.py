"""A physics-informed network solves the heat equation: second derivatives by nested tapes.

    u_t = a u_xx,  u(0, x) = sin(pi x),  u(t, 0) = u(t, 1) = 0

The solution is exp(-a pi^2 t) sin(pi x). The network never sees it; it only sees the equation.
"""

import numpy as np
import tensorflow as tf

import keras
from keras import layers

keras.utils.set_random_seed(0)
A = 0.1

network = keras.Sequential(
    [keras.Input((2,)), layers.Dense(20, "tanh"), layers.Dense(20, "tanh"), layers.Dense(1)]
)
rate = keras.optimizers.schedules.ExponentialDecay(0.01, 400, 0.5)
optimizer = keras.optimizers.Adam(rate)

rng = np.random.default_rng(0)
t = tf.constant(rng.uniform(0, 1, (200, 1)), tf.float32)
x = tf.constant(rng.uniform(0, 1, (200, 1)), tf.float32)
edge = tf.constant(np.linspace(0, 1, 40)[:, None], tf.float32)
zero, one = tf.zeros_like(edge), tf.ones_like(edge)


def u(t, x):
    return network(tf.concat([t, x], axis=1))


def residual(t, x):
    """How far u_t is from a u_xx at each point."""
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape(persistent=True) as inner:
            inner.watch([t, x])
            value = u(t, x)
        u_x = inner.gradient(value, x)
    u_t = inner.gradient(value, t)
    return u_t - A * outer.gradient(u_x, x)


@tf.function
def step():
    with tf.GradientTape() as tape:
        equation = tf.reduce_mean(residual(t, x) ** 2)
        start = tf.reduce_mean((u(zero, edge) - tf.sin(np.pi * edge)) ** 2)
        sides = tf.reduce_mean(u(edge, zero) ** 2 + u(edge, one) ** 2)
        loss = equation + 10.0 * (start + sides)
    gradients = tape.gradient(loss, network.trainable_variables)
    optimizer.apply_gradients(zip(gradients, network.trainable_variables))
    return loss


for _ in range(1000):
    loss = step()

grid = np.stack(np.meshgrid(np.linspace(0, 1, 30), np.linspace(0, 1, 30)), -1).reshape(-1, 2)
exact = np.exp(-A * np.pi**2 * grid[:, 0]) * np.sin(np.pi * grid[:, 1])
error = np.abs(network(grid.astype("float32")).numpy()[:, 0] - exact).max()

print(f"result: loss={loss:.8f} error={error:.6f}")
assert error < 0.03
