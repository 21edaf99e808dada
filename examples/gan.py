"""A generative adversarial network: two models against each other, one `tf.function`.

The generator learns to put points on a circle.
"""

import numpy as np
import tensorflow as tf

import keras
from keras import layers

keras.utils.set_random_seed(3)
BATCH = 128

generator = keras.Sequential(
    [keras.Input((2,)), layers.Dense(32, "relu"), layers.Dense(32, "relu"), layers.Dense(2)]
)
discriminator = keras.Sequential(
    [keras.Input((2,)), layers.Dense(48, "relu"), layers.Dense(48, "relu"), layers.Dense(1)]
)
generator_adam = keras.optimizers.Adam(1e-3, beta_1=0.5)
discriminator_adam = keras.optimizers.Adam(3e-3, beta_1=0.5)
entropy = keras.losses.BinaryCrossentropy(from_logits=True)


def circle(n, seed):
    angle = tf.random.stateless_uniform([n, 1], seed, 0.0, 2 * np.pi)
    radius = 1.0 + 0.05 * tf.random.stateless_normal([n, 1], [seed[1], seed[0]])
    return radius * tf.concat([tf.cos(angle), tf.sin(angle)], axis=1)


@tf.function
def step(i):
    real = circle(BATCH, tf.stack([i, 1]))
    noise = tf.random.stateless_normal([BATCH, 2], tf.stack([i, 2]))
    with tf.GradientTape() as tape_d, tf.GradientTape() as tape_g:
        on_real = discriminator(real)
        on_fake = discriminator(generator(noise))
        loss_g = entropy(tf.ones_like(on_fake), on_fake)
        loss_d = entropy(0.9 * tf.ones_like(on_real), on_real)
        loss_d += entropy(tf.zeros_like(on_fake), on_fake)
    for tape, loss, model, adam in (
        (tape_d, loss_d, discriminator, discriminator_adam),
        (tape_g, loss_g, generator, generator_adam),
    ):
        gradients = tape.gradient(loss, model.trainable_variables)
        adam.apply_gradients(zip(gradients, model.trainable_variables))
    return loss_d, loss_g


for i in tf.range(1200):
    loss_d, loss_g = step(i)

points = generator(tf.random.stateless_normal([1000, 2], [0, 0])).numpy()
radius = np.linalg.norm(points, axis=1)
sectors, _ = np.histogram(np.arctan2(points[:, 1], points[:, 0]), 8, (-np.pi, np.pi))

print(f"result: loss_d={loss_d:.4f} loss_g={loss_g:.4f} radius={radius.mean():.4f}"
      f" deviation={radius.std():.4f} fewest={sectors.min() / 1000:.3f}")
assert abs(radius.mean() - 1) < 0.1 and radius.std() < 0.2
assert sectors.min() > 30  # no part of the circle is forgotten
