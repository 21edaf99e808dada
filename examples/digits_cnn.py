"""Digits by a convolutional network with batch normalisation."""

import keras
from drawn_digits import draw
from keras import layers

keras.utils.set_random_seed(2)
(x, y), (x_test, y_test) = draw(1500, seed=0), draw(500, seed=1)

model = keras.Sequential(
    [
        keras.Input((8, 8, 1)),
        layers.Conv2D(16, 3, padding="same", use_bias=False),
        layers.BatchNormalization(momentum=0.9),
        layers.ReLU(),
        layers.MaxPooling2D(),
        layers.Conv2D(32, 3, padding="same", activation="relu"),
        layers.Flatten(),
        layers.Dense(10),
    ]
)
model.compile(
    optimizer=keras.optimizers.AdamW(5e-3),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
history = model.fit(x, y, batch_size=64, epochs=8, verbose=0)
loss, accuracy = model.evaluate(x_test, y_test, batch_size=100, verbose=0)

print(f"result: train_loss={history.history['loss'][-1]:.6f} loss={loss:.6f} accuracy={accuracy:.4f}")
assert accuracy > 0.97
