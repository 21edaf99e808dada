"""A neural differential equation: the derivative is a network, time steps are a loop in the graph.

Given a few points of a spiral, the network finds dy/dt = f(y). The loop of Runge-Kutta steps is
plain Python over `tf.range`, which AutoGraph turns into a `while_loop` the tape goes through.
"""

import numpy as np
import tensorflow as tf

import keras
from keras import layers

keras.utils.set_random_seed(0)
STEPS, DT = 30, 0.1

f = keras.Sequential([keras.Input((2,)), layers.Dense(24, "tanh"), layers.Dense(2)])
optimizer = keras.optimizers.Adam(0.02)

# The truth: a damped rotation, from eight starting points.
angle = np.linspace(0, 2 * np.pi, 8, endpoint=False)
start = np.stack([np.cos(angle), np.sin(angle)], axis=1)
times = DT * np.arange(1, STEPS + 1)
turned = np.stack([[[np.cos(2 * s), np.sin(2 * s)], [-np.sin(2 * s), np.cos(2 * s)]] for s in times])
truth = tf.constant(np.exp(-0.3 * times)[:, None, None] * (start @ turned), tf.float32)
start = tf.constant(start, tf.float32)


def runge_kutta(y):
    k1 = f(y)
    k2 = f(y + DT / 2 * k1)
    k3 = f(y + DT / 2 * k2)
    k4 = f(y + DT * k3)
    return y + DT / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


@tf.function
def solve(y):
    """The states after each step: (STEPS, n, 2)."""
    path = tf.TensorArray(tf.float32, size=STEPS)
    for i in tf.range(STEPS):
        y = runge_kutta(y)
        path = path.write(i, y)
    return path.stack()


@tf.function
def step():
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((solve(start) - truth) ** 2)
    gradients = tape.gradient(loss, f.trainable_variables)
    optimizer.apply_gradients(zip(gradients, f.trainable_variables))
    return loss


losses = [float(step()) for _ in range(150)]
error = np.abs(solve(start) - truth).max()

print(f"result: first={losses[0]:.6f} loss={losses[-1]:.8f} error={error:.6f}")
assert losses[-1] < 1e-3
