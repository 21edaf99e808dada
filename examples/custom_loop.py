"""A training loop by hand: `tf.data`, a compiled step, metrics, a schedule, checkpoints.

The run stops half way; a second one takes up the checkpoint and ends where one run would have.
"""

import tempfile

import numpy as np
import tensorflow as tf

import keras
from keras import layers

rng = np.random.default_rng(0)
x = rng.normal(size=(512, 2)).astype("float32")
y = (np.hypot(x[:, 0], x[:, 1]) > 1.2).astype("float32")[:, None]
data = tf.data.Dataset.from_tensor_slices((x, y)).batch(64).prefetch(tf.data.AUTOTUNE)


class Training:
    """A model with everything that belongs to training it."""

    def __init__(self):
        keras.utils.set_random_seed(0)
        self.model = keras.Sequential(
            [keras.Input((2,)), layers.Dense(16, "relu"), layers.Dense(16, "relu"), layers.Dense(1)]
        )
        rate = keras.optimizers.schedules.CosineDecay(0.02, 400)
        self.optimizer = keras.optimizers.Adam(rate)
        self.loss = keras.losses.BinaryCrossentropy(from_logits=True)
        self.mean, self.accuracy = keras.metrics.Mean(), keras.metrics.BinaryAccuracy(threshold=0.0)
        self.step = tf.function(self._step)

    def _step(self, x, y):
        with tf.GradientTape() as tape:
            scores = self.model(x, training=True)
            loss = self.loss(y, scores)
        gradients = tape.gradient(loss, self.model.trainable_variables)
        gradients, _ = tf.clip_by_global_norm(gradients, 1.0)
        self.optimizer.apply_gradients(zip(gradients, self.model.trainable_variables))
        self.mean.update_state(loss)
        self.accuracy.update_state(y, scores)

    def run(self, epochs):
        for _ in range(epochs):
            self.mean.reset_state()
            self.accuracy.reset_state()
            for batch in data:
                self.step(*batch)
        return float(self.mean.result()), float(self.accuracy.result())


whole = Training()
loss, accuracy = whole.run(50)

with tempfile.TemporaryDirectory() as folder:
    first = Training()
    first.run(25)
    path = tf.train.Checkpoint(model=first.model, optimizer=first.optimizer).save(f"{folder}/half")

    second = Training()
    second.optimizer.build(second.model.trainable_variables)
    tf.train.Checkpoint(model=second.model, optimizer=second.optimizer).restore(path)
    resumed, _ = second.run(25)

print(f"result: loss={loss:.6f} resumed={resumed:.6f} accuracy={accuracy:.4f}")
assert accuracy > 0.97
assert abs(resumed - loss) < 1e-6
