"""An LSTM learns to add: of ten numbers, two are marked, and their sum is asked for.

Answering with the mean, 1.0, leaves a squared error of 1/6; the network must remember.
"""

import numpy as np

import keras

keras.utils.set_random_seed(0)


def examples(n, length=10, seed=0):
    rng = np.random.default_rng(seed)
    numbers = rng.uniform(0, 1, (n, length))
    marks = np.zeros((n, length))
    for row in marks:
        row[rng.choice(length, 2, replace=False)] = 1
    inputs = np.stack([numbers, marks], axis=-1).astype("float32")
    return inputs, (numbers * marks).sum(axis=1, keepdims=True).astype("float32")


model = keras.Sequential([keras.Input((10, 2)), keras.layers.LSTM(24), keras.layers.Dense(1)])
model.compile(optimizer=keras.optimizers.Adam(0.01, clipnorm=1.0), loss="mse")
history = model.fit(*examples(1024), batch_size=32, epochs=15, verbose=0)
loss = model.evaluate(*examples(256, seed=1), verbose=0)

print(f"result: train_loss={history.history['loss'][-1]:.6f} loss={loss:.6f}")
assert loss < 0.02
