"""Metric learning: digits as points on a sphere, alike ones close, by a triplet loss.

Every triple of a batch that has an anchor, a friend and a stranger counts. A new picture then has
the label of its nearest neighbour.
"""

import numpy as np
import tensorflow as tf

import keras
from drawn_digits import draw
from keras import layers

keras.utils.set_random_seed(0)
(x, y), (x_new, y_new) = draw(1200, seed=0), draw(400, seed=1)

embed = keras.Sequential(
    [
        keras.Input((8, 8, 1)),
        layers.Conv2D(16, 3, activation="relu"),
        layers.Flatten(),
        layers.Dense(64, activation="relu"),
        layers.Dense(8),
        layers.UnitNormalization(),
    ]
)
optimizer = keras.optimizers.Adam(3e-3)


def triplet_loss(points, labels, margin=0.4):
    """How much nearer than a stranger, by a margin, a friend fails to be; mean of those that do."""
    distances = 2.0 - 2.0 * tf.matmul(points, points, transpose_b=True)
    friends = tf.cast(labels[:, None] == labels[None, :], tf.float32)
    triples = (friends - tf.eye(len(labels)))[:, :, None] * (1.0 - friends)[:, None, :]
    excess = tf.nn.relu(distances[:, :, None] - distances[:, None, :] + margin) * triples
    active = tf.cast(excess > 0, tf.float32)
    return tf.reduce_sum(excess) / (tf.reduce_sum(active) + 1.0)


@tf.function
def step(pictures, labels):
    with tf.GradientTape() as tape:
        loss = triplet_loss(embed(pictures, training=True), labels)
    gradients = tape.gradient(loss, embed.trainable_variables)
    optimizer.apply_gradients(zip(gradients, embed.trainable_variables))
    return loss


def accuracy():
    """The share of new pictures whose nearest neighbour is of their kind."""
    closeness = embed(x_new).numpy() @ embed(x).numpy().T
    return np.mean(y[closeness.argmax(axis=1)] == y_new)


before = accuracy()
batches = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(1200, seed=5)
batches = batches.batch(50, drop_remainder=True)
for _ in range(8):
    loss = np.mean([step(pictures, labels) for pictures, labels in batches])
after = accuracy()

print(f"result: loss={loss:.6f} before={before:.4f} accuracy={after:.4f}")
assert after > 0.95
