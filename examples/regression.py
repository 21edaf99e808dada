"""Regression: a curve through noisy points, by a small Keras model and `fit`.

The best any model can do is the variance of the noise, 0.01.
"""

import numpy as np

import keras

keras.utils.set_random_seed(0)

rng = np.random.default_rng(0)
x = rng.uniform(-3, 3, (512, 1)).astype("float32")
noise = 0.1 * rng.normal(size=x.shape)
y = (np.sin(1.5 * x) + 0.3 * x + noise).astype("float32")

model = keras.Sequential(
    [
        keras.Input((1,)),
        keras.layers.Dense(64, activation="tanh"),
        keras.layers.Dense(64, activation="tanh"),
        keras.layers.Dense(1),
    ]
)
rate = keras.optimizers.schedules.ExponentialDecay(0.01, 16 * 15, 0.5)
model.compile(optimizer=keras.optimizers.Adam(rate), loss="mse")
history = model.fit(x, y, epochs=50, batch_size=32, verbose=0)

grid = np.linspace(-2.8, 2.8, 200, dtype="float32")[:, None]
error = np.sqrt(np.mean((model.predict(grid, verbose=0) - np.sin(1.5 * grid) - 0.3 * grid) ** 2))

print(f"result: loss={history.history['loss'][-1]:.6f} error={error:.6f}")
assert history.history["loss"][-1] < 0.02
assert error < 0.1  # of the curve itself, without the noise
