"""Trains an embedding with several Keras optimizers and writes the losses to sparse_training.json.

Run in an environment that has TensorFlow to record; `test_sparse_training.py` runs it here.
"""

import json
import pathlib
import sys

OPTIMIZERS = {
    "SGD": {"learning_rate": 0.1, "momentum": 0.9, "nesterov": True},
    "Adam": {"learning_rate": 0.01},
    "AdamW": {"learning_rate": 0.01, "global_clipnorm": 0.01},
    "Adadelta": {"learning_rate": 1.0},
    "RMSprop": {"learning_rate": 0.01, "clipnorm": 0.01},
    "Ftrl": {"learning_rate": 0.1},
}


def losses(keras):
    """The loss of each epoch, and the sum of the table's magnitudes, by optimizer."""
    import numpy as np

    rng = np.random.default_rng(0)
    words, labels = rng.integers(0, 50, (64, 7)), rng.integers(0, 2, (64,)).astype("float32")
    found = {}
    for name, options in OPTIMIZERS.items():
        layers = keras.layers
        model = keras.Sequential(
            [
                keras.Input((7,), dtype="int32"),
                layers.Embedding(50, 8),
                layers.GlobalAveragePooling1D(),
                layers.Dense(1, activation="sigmoid"),
            ]
        )
        draw = np.random.default_rng(1)
        weights = [draw.normal(size=w.shape).astype("float32") for w in model.get_weights()]
        model.set_weights(weights)
        model.compile(getattr(keras.optimizers, name)(**options), loss="binary_crossentropy")
        history = model.fit(words, labels, epochs=2, batch_size=16, verbose=0, shuffle=False)
        size = float(np.abs(model.get_weights()[0]).sum())
        found[name] = [float(v) for v in history.history["loss"]] + [size]
    return found


def main():
    if "here" in sys.argv:
        import tensortape

        tensortape.install()
    import keras

    text = json.dumps(losses(keras), indent=1)
    if "here" in sys.argv:
        print(text)
    else:
        pathlib.Path(__file__).with_suffix(".json").write_text(text + "\n")


if __name__ == "__main__":
    main()
