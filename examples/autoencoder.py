"""A convolutional autoencoder takes noise off pictures; saved to a file and loaded again."""

import os
import tempfile

import numpy as np

import keras
from drawn_digits import draw
from keras import layers

keras.utils.set_random_seed(0)
noisy, _ = draw(1280, seed=0, noise=0.3)
clean, _ = draw(1280, seed=0, noise=0.0)  # the same seed: the same digits, undisturbed

inputs = keras.Input((8, 8, 1))
h = layers.Conv2D(16, 3, strides=2, padding="same", activation="relu")(inputs)
h = layers.Flatten()(h)
code = layers.Dense(32, activation="relu")(h)
h = layers.Dense(4 * 4 * 16, activation="relu")(code)
h = layers.Reshape((4, 4, 16))(h)
outputs = layers.Conv2DTranspose(1, 3, strides=2, padding="same", activation="sigmoid")(h)
model = keras.Model(inputs, outputs)

model.compile(optimizer=keras.optimizers.Adam(5e-3), loss="mse")
history = model.fit(noisy[:1024], clean[:1024], batch_size=64, epochs=25, verbose=0)
loss = model.evaluate(noisy[1024:], clean[1024:], verbose=0)

with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "autoencoder.keras")
    model.save(path)
    again = keras.models.load_model(path)
np.testing.assert_array_equal(
    model.predict(noisy[:8], verbose=0), again.predict(noisy[:8], verbose=0)
)

before = np.mean((noisy[1024:] - clean[1024:]) ** 2)
print(f"result: train_loss={history.history['loss'][-1]:.6f} loss={loss:.6f} before={before:.6f}")
assert loss < 0.55 * before
