"""Digits by a perceptron with two hidden layers, with dropout and early stopping."""

import keras
from drawn_digits import draw
from keras import layers

keras.utils.set_random_seed(1)
(x, y), (x_test, y_test) = draw(1500, seed=0), draw(500, seed=1)

model = keras.Sequential(
    [
        keras.Input((8, 8, 1)),
        layers.Flatten(),
        layers.Dense(128, activation="relu"),
        layers.Dropout(0.2),
        layers.Dense(64, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ]
)
model.compile(optimizer=keras.optimizers.Adam(3e-3), loss="sparse_categorical_crossentropy",
              metrics=["accuracy"])
stop = keras.callbacks.EarlyStopping(patience=3, restore_best_weights=True)
history = model.fit(x, y, epochs=15, validation_split=0.1, callbacks=[stop], verbose=0)
loss, accuracy = model.evaluate(x_test, y_test, verbose=0)

print(f"result: train_loss={history.history['loss'][-1]:.6f} loss={loss:.6f} accuracy={accuracy:.4f}")
assert accuracy > 0.95
