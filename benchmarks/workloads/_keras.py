"""Models of Keras for every backend: the same layers, weights and data everywhere."""

import os
import random


def load(backend):
    """Keras on a backend; on TensorTape it is TensorFlow's backend on the alias."""
    os.environ["KERAS_BACKEND"] = "tensorflow" if backend == "tensortape" else backend
    if backend == "tensortape":
        import tensortape

        tensortape.install()
    import keras

    if keras.backend.backend() != os.environ["KERAS_BACKEND"]:
        raise RuntimeError(f"Keras was imported before, on {keras.backend.backend()}")
    return keras


def array(n, *shape, dtype="float32", below=None):
    """Data of `shape` that depends on nothing but the seed `n`."""
    import numpy as np

    rng = np.random.default_rng(n)
    values = rng.uniform(-1, 1, shape) if below is None else rng.integers(0, below, shape)
    return values.astype(dtype)


def and_gate(keras):
    import numpy as np

    x = np.array([[1, 1], [0, 1], [1, 0], [0, 0]], "float32")
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, activation="sigmoid")])
    return model, x, x.prod(axis=1, keepdims=True), "binary_crossentropy", 4


def mlp(keras):
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((64,)),
            layers.Dense(128, activation="relu"),
            layers.Dense(64, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    return model, *digits((64,)), "sparse_categorical_crossentropy", 32


def digits(shape):
    """1,500 pictures of 8x8, of the size of scikit-learn's digits, and their classes."""
    return array(0, 1504, *shape), array(1, 1504, dtype="int32", below=10)


def cnn(keras):
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(16, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.Flatten(),
            layers.Dense(10, activation="softmax"),
        ]
    )
    return model, *digits((8, 8, 1)), "sparse_categorical_crossentropy", 32


def lstm(keras):
    layers = keras.layers
    model = keras.Sequential([keras.Input((10, 2)), layers.LSTM(24), layers.Dense(1)])
    return model, array(0, 512, 10, 2), array(1, 512, 1), "mse", 32


def transformer(keras):
    layers = keras.layers
    tokens = keras.Input((8,), dtype="int32")
    x = layers.Embedding(6, 32)(tokens)
    h = layers.LayerNormalization()(x)
    x = x + layers.MultiHeadAttention(2, 16)(h, h)
    h = layers.LayerNormalization()(x)
    x = x + layers.Dense(32)(layers.Dense(64, activation="gelu")(h))
    model = keras.Model(tokens, layers.Dense(6, activation="softmax")(x))
    x = array(0, 512, 8, dtype="int32", below=6)
    return model, x, x[:, ::-1].copy(), "sparse_categorical_crossentropy", 64


MODELS = {
    "and-gate": and_gate, "mlp": mlp, "cnn": cnn, "lstm": lstm, "transformer": transformer
}  # fmt: skip


def compiled(backend, name):
    """A model ready to be trained, x, y and the size of a batch."""
    keras = load(backend)
    keras.backend.clear_session()
    model, x, y, loss, batch = MODELS[name](keras)
    rng = random.Random(0)
    seeds = [rng.randrange(1000) for _ in model.weights]
    pairs = zip(model.weights, seeds, strict=True)
    model.set_weights([0.3 * array(seed, *weight.shape) for weight, seed in pairs])
    model.compile(optimizer=keras.optimizers.Adam(1e-3), loss=loss)
    return model, x, y, batch
