"""Keras with `tf.data`: `python keras_data.py NAME` prints what a library gives, as JSON.

With "tensortape" Keras runs on the alias, with "tensorflow" on TensorFlow, which recorded
`keras_data.json`.
"""

import importlib
import json
import os
import sys
import warnings
from typing import Any

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np

X = np.linspace(-1, 1, 20, dtype=np.float32).reshape(20, 1)
Y = X**2


def program(tf: Any, keras: Any) -> dict[str, Any]:
    slices = tf.data.Dataset.from_tensor_slices
    data = np.arange(30.0)
    pairs = slices((X, Y))

    def values(dataset: Any) -> Any:
        return [[part.numpy().tolist() for part in batch] for batch in dataset]

    def model(**kwargs: Any) -> Any:
        layers = [
            keras.layers.Input((1,)),
            keras.layers.Dense(2, "tanh", kernel_initializer=keras.initializers.Constant(0.3)),
            keras.layers.Dense(1, kernel_initializer=keras.initializers.Constant(-0.5)),
        ]
        built = keras.Sequential(layers)
        built.compile("sgd", "mse", **kwargs)
        return built

    def losses(*args: Any, key: str = "loss", of: Any = None, **kwargs: Any) -> Any:
        return (of or model()).fit(*args, verbose=0, **kwargs).history[key]

    def batches() -> Any:
        for i in range(4):
            yield X[i * 5 : i * 5 + 5], Y[i * 5 : i * 5 + 5]

    class Watching(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.dense, self.seen = keras.layers.Dense(1), []

        def call(self, x: Any) -> Any:
            return self.dense(x)

        def train_step(self, data: Any) -> Any:
            self.seen.append(data[0].numpy().ravel().tolist())
            return super().train_step(data)

    def order(**kwargs: Any) -> Any:
        keras.utils.set_random_seed(3)
        watching = Watching()
        watching.compile("sgd", "mse", run_eagerly=True)
        watching.fit(X[:10], Y[:10], verbose=0, epochs=2, **kwargs)
        return watching.seen

    windows = keras.utils.timeseries_dataset_from_array
    left, right = keras.utils.split_dataset(slices(data), 0.7, shuffle=True, seed=3)
    said = {
        "order": order(batch_size=4),
        "order of batches": order(batch_size=4, shuffle="batch"),
        "timeseries": values(windows(data, data[3:], 3, batch_size=8)),
        "shuffled timeseries": values(
            windows(data, data[3:], 3, batch_size=8, shuffle=True, seed=3, sampling_rate=2)
        ),
        "split": [[float(x) for x in part] for part in (left, right)],
    }
    keras.utils.set_random_seed(0)
    said |= {
        "arrays": losses(X, Y, epochs=3, batch_size=6),
        "shuffled dataset": losses(pairs.shuffle(20).batch(6), epochs=3),
        "endless": losses(pairs.shuffle(20).repeat().batch(6), epochs=3, steps_per_epoch=3),
        "two steps": losses(pairs.batch(6), epochs=2, of=model(steps_per_execution=2)),
        "validation": losses(X, Y, epochs=2, key="val_loss", validation_split=0.3),
        "validated": losses(
            pairs.batch(5), epochs=2, key="val_loss", validation_data=pairs.batch(7)
        ),
        "generator": losses(batches()),
        "weights": losses(pairs.map(lambda x, y: (x, y, 0.5 * tf.ones_like(y))).batch(4).cache()),
        "predicted": model().predict(pairs.map(lambda x, y: x).batch(7), verbose=0).tolist(),
    }
    return said


def main(name: str) -> None:
    tf = importlib.import_module(name)
    if name == "tensortape":
        tf.install()
    warnings.simplefilter("ignore")
    print(json.dumps(program(tf, importlib.import_module("keras"))))


if __name__ == "__main__":
    main(sys.argv[1])
