"""Keras programs whose numbers are compared with TensorFlow's.

Run as a script: `programs.py OUT.json [NAME...]` writes the numbers of each program. On
TensorFlow this records the expectations; on TensorTape the test compares.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile

os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import numpy as np
import tensorflow as tf

import keras
from keras import layers

PROGRAMS = {}


def program(f):
    PROGRAMS[f.__name__] = f
    return f


def data(n=32, d=4, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, d)).astype("float32")
    y = np.tanh(x @ rng.normal(size=(d, 1)).astype("float32"))
    return x, y


def set_weights(model, seed=1):
    """The same weights everywhere, whatever the initializers drew."""
    rng = np.random.default_rng(seed)
    values = [(0.4 * rng.normal(size=w.shape)).astype("float32") for w in model.weights]
    pairs = zip(model.weights, values, strict=True)
    model.set_weights([1 + np.abs(v) if "variance" in w.path else v for w, v in pairs])
    return model


def mlp(activation="tanh", units=1, last=None):
    model = keras.Sequential(
        [
            keras.Input((4,)),
            layers.Dense(8, activation=activation),
            layers.Dense(units, activation=last),
        ]
    )
    return set_weights(model)


def train(model, x, y, epochs=3, **kwargs):
    h = model.fit(x, y, epochs=epochs, batch_size=8, shuffle=False, verbose=0, **kwargs)
    return {k: [float(v) for v in values] for k, values in h.history.items()}


def optimizer_program(name, make):
    def run():
        x, y = data()
        model = mlp()
        model.compile(optimizer=make(), loss="mse", metrics=["mae"])
        out = train(model, x, y)
        out["predict"] = model.predict(x[:3], verbose=0).ravel().tolist()
        out["evaluate"] = [float(v) for v in model.evaluate(x, y, verbose=0)]
        return out

    run.__name__ = f"optimizer_{name}"
    program(run)


for _name, _make in {
    "sgd": lambda: keras.optimizers.SGD(0.1),
    "momentum": lambda: keras.optimizers.SGD(0.05, momentum=0.9, nesterov=True),
    "adam": lambda: keras.optimizers.Adam(0.05),
    "adam_clipped": lambda: keras.optimizers.Adam(0.05, clipnorm=0.1),
    "adamw": lambda: keras.optimizers.AdamW(0.05, weight_decay=0.01),
    "rmsprop": lambda: keras.optimizers.RMSprop(0.01),
    "adagrad": lambda: keras.optimizers.Adagrad(0.1),
    "adadelta": lambda: keras.optimizers.Adadelta(1.0),
    "nadam": lambda: keras.optimizers.Nadam(0.05),
    "ftrl": lambda: keras.optimizers.Ftrl(0.1),
    "lion": lambda: keras.optimizers.Lion(0.01),
    "schedule": lambda: keras.optimizers.SGD(
        keras.optimizers.schedules.ExponentialDecay(0.1, 4, 0.9)
    ),
}.items():
    optimizer_program(_name, _make)


def loss_program(name, loss, target, last=None, units=1):
    def run():
        x, _ = data()
        model = mlp(units=units, last=last)
        model.compile(optimizer=keras.optimizers.SGD(0.1), loss=loss)
        return train(model, x, target(x))

    run.__name__ = f"loss_{name}"
    program(run)


def _binary(x):
    return (x[:, :1] > 0).astype("float32")


def _classes(x):
    return (np.abs(x[:, 0] * 10).astype("int32")) % 3


def _one_hot(x):
    return np.eye(3, dtype="float32")[_classes(x)]


for _args in (
    ("mae", "mae", _binary), ("huber", "huber", _binary), ("log_cosh", "log_cosh", _binary),
    ("binary_crossentropy", "binary_crossentropy", _binary, "sigmoid"),
    ("binary_from_logits", keras.losses.BinaryCrossentropy(from_logits=True), _binary),
    ("sparse_categorical", "sparse_categorical_crossentropy", _classes, "softmax", 3),
    ("categorical", "categorical_crossentropy", _one_hot, "softmax", 3),
    ("categorical_logits", keras.losses.CategoricalCrossentropy(True), _one_hot, None, 3),
    ("kl", "kl_divergence", _one_hot, "softmax", 3),
    ("hinge", "hinge", _binary), ("poisson", "poisson", _binary, "softplus"),
    ("cosine", keras.losses.CosineSimilarity(), _one_hot, None, 3),
):  # fmt: skip
    loss_program(*_args)


def layer_program(name, make, shape, integer=False):
    def run():
        rng = np.random.default_rng(5)
        x = rng.normal(size=(16, *shape)).astype("float32")
        if integer:
            x = np.abs(x * 10).astype("int32") % 7
        y = rng.normal(size=(16, 1)).astype("float32")
        model = keras.Sequential([keras.Input(shape, dtype=x.dtype.name), *make(), layers.Flatten(),
                                  layers.Dense(1)])  # fmt: skip
        set_weights(model)
        model.compile(optimizer=keras.optimizers.SGD(0.01), loss="mse")
        out = train(model, x, y, epochs=2)
        out["predict"] = model.predict(x[:2], verbose=0).ravel().tolist()
        return out

    run.__name__ = f"layer_{name}"
    program(run)


for _name, (_make, _shape) in {
    "batchnorm": (lambda: [layers.Dense(5), layers.BatchNormalization()], (4,)),
    "layernorm": (lambda: [layers.LayerNormalization()], (3, 4)),
    "groupnorm": (lambda: [layers.GroupNormalization(2)], (3, 4)),
    "conv1d": (lambda: [layers.Conv1D(3, 3, padding="same", activation="relu")], (8, 2)),
    "conv2d": (lambda: [layers.Conv2D(3, 3, activation="relu"), layers.MaxPooling2D()], (8, 8, 2)),
    "conv2d_strides": (lambda: [layers.Conv2D(3, 3, strides=2, padding="same")], (7, 7, 2)),
    "conv2d_transpose": (lambda: [layers.Conv2DTranspose(2, 3, strides=2)], (4, 4, 2)),
    "depthwise": (lambda: [layers.DepthwiseConv2D(3)], (6, 6, 2)),
    "separable": (lambda: [layers.SeparableConv2D(3, 3)], (6, 6, 2)),
    "avgpool": (lambda: [layers.AveragePooling2D(2), layers.GlobalAveragePooling2D()], (6, 6, 2)),
    "upsampling": (lambda: [layers.UpSampling2D(2)], (3, 3, 2)),
    "padding": (lambda: [layers.ZeroPadding2D(1), layers.Cropping2D(1)], (4, 4, 2)),
    "simple_rnn": (lambda: [layers.SimpleRNN(3)], (5, 2)),
    "lstm": (lambda: [layers.LSTM(3, return_sequences=True), layers.LSTM(2)], (5, 2)),
    "gru": (lambda: [layers.GRU(3)], (5, 2)),
    "bidirectional": (lambda: [layers.Bidirectional(layers.LSTM(2))], (4, 2)),
    "time_distributed": (lambda: [layers.TimeDistributed(layers.Dense(2))], (4, 2)),
    "prelu": (lambda: [layers.PReLU(), layers.LeakyReLU(), layers.ELU()], (4,)),
    "regularised": (lambda: [layers.Dense(3, None, True, kernel_regularizer="l2")], (4,)),
    "reshape_permute": (lambda: [layers.Reshape((2, 2)), layers.Permute((2, 1))], (4,)),
    "repeat": (lambda: [layers.RepeatVector(3)], (4,)),
}.items():  # fmt: skip
    layer_program(_name, _make, _shape)
layer_program("embedding", lambda: [layers.Embedding(7, 3)], (5,), integer=True)


@program
def functional_model_with_two_inputs_and_outputs():
    x, y = data()
    a, b = keras.Input((2,)), keras.Input((2,))
    h = layers.Concatenate()([layers.Dense(3, activation="relu")(a), layers.Dense(3)(b)])
    model = set_weights(
        keras.Model([a, b], [layers.Dense(1)(h), layers.Dense(1)(layers.Multiply()([h, h]))])
    )
    model.compile(optimizer="sgd", loss=["mse", "mae"], loss_weights=[1.0, 0.5])
    return train(model, [x[:, :2], x[:, 2:]], [y, y])


@program
def attention_block():
    rng = np.random.default_rng(2)
    x = rng.normal(size=(8, 5, 6)).astype("float32")
    y = rng.normal(size=(8, 1)).astype("float32")
    inputs = keras.Input((5, 6))
    h = layers.MultiHeadAttention(2, 3)(inputs, inputs)
    h = layers.LayerNormalization()(layers.Add()([inputs, h]))
    model = set_weights(keras.Model(inputs, layers.Dense(1)(layers.GlobalAveragePooling1D()(h))))
    model.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse")
    return train(model, x, y)


class Custom(keras.Model):
    def __init__(self):
        super().__init__()
        self.a, self.b = layers.Dense(5, activation="tanh"), layers.Dense(1)

    def call(self, x, training=False):
        return self.b(self.a(x))

    def train_step(self, batch):
        x, y = batch
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((self(x, training=True) - y) ** 2)
        grads = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(grads, self.trainable_variables, strict=True))
        return {"loss": loss}


@program
def subclassed_model_with_its_own_train_step():
    x, y = data()
    model = Custom()
    model(x[:1])
    set_weights(model)
    model.compile(optimizer=keras.optimizers.SGD(0.1))
    return train(model, x, y)


class Logging(Custom):
    """Its logs are not sorted by name."""

    def train_step(self, batch):
        x, y = batch
        with tf.GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = tf.reduce_mean((y_pred - y) ** 2)
        grads = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(grads, self.trainable_variables, strict=True))
        mae = tf.reduce_mean(tf.abs(y_pred - y))
        return {"loss": loss, "mae": mae, "gradient": tf.linalg.global_norm(grads)}

    def test_step(self, batch):
        x, y = batch
        y_pred = self(x)
        error = y_pred - y
        return {"square": tf.reduce_mean(error**2), "absolute": tf.reduce_mean(tf.abs(error))}


@program
def logs_of_steps_are_named_as_they_were_returned():
    x, y = data()
    model = Logging()
    model(x[:1])
    set_weights(model)
    model.compile(optimizer=keras.optimizers.SGD(0.1))
    return train(model, x, y, validation_data=(x[:8], y[:8]))


@program
def mixed_precision_with_gradients_that_overflow():
    x, y = data()
    out = {}
    for policy in ("mixed_float16", "mixed_bfloat16"):
        keras.mixed_precision.set_global_policy(policy)
        try:
            model = keras.Sequential(
                [keras.Input((4,)), layers.Dense(8, "relu"), layers.BatchNormalization()]
                + [layers.Dense(1, dtype="float32")]
            )
            set_weights(model).compile(optimizer=keras.optimizers.Adam(0.01), loss="mse")
            scale = 1.0 if policy == "mixed_float16" else 0.01
            out[policy] = train(model, x, 100 * scale * y, epochs=2)["loss"]
            optimizer = model.optimizer
            out[policy + "_steps"] = int(optimizer.iterations)
            if policy == "mixed_float16":
                out["scale"] = float(optimizer.dynamic_scale)
        finally:
            keras.mixed_precision.set_global_policy("float32")
    return out


@program
def tape_loop_over_a_model():
    x, y = data()
    model = mlp()
    optimizer = keras.optimizers.Adam(0.05)
    losses = []
    for _ in range(5):
        with tf.GradientTape() as tape:
            loss = keras.losses.MeanSquaredError()(y, model(x))
        grads = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(grads, model.trainable_variables, strict=True))
        losses.append(float(loss))
    return {"loss": losses}


@program
def gradients_of_the_input():
    x, _ = data(4)
    model = mlp()
    v = tf.constant(x)
    with tf.GradientTape() as outer:
        outer.watch(v)
        with tf.GradientTape() as inner:
            inner.watch(v)
            y = model(v)
        g = inner.gradient(y, v)
    return {
        "first": g.numpy().ravel().tolist(),
        "second": outer.gradient(g, v).numpy().ravel().tolist(),
    }


@program
def metrics():
    x, _ = data()
    y, p = _binary(x), 1 / (1 + np.exp(-x[:, 1:2]))
    out = {}
    for m in (keras.metrics.BinaryAccuracy(), keras.metrics.AUC(), keras.metrics.Precision(),
              keras.metrics.Recall(), keras.metrics.MeanSquaredError(),
              keras.metrics.RootMeanSquaredError(), keras.metrics.BinaryCrossentropy(),
              keras.metrics.F1Score(threshold=0.5)):  # fmt: skip
        m.update_state(y, p)
        out[m.name] = np.asarray(m.result()).ravel().tolist()
    return out


@program
def callbacks():
    x, y = data()
    model = mlp()
    model.compile(optimizer=keras.optimizers.SGD(0.1), loss="mse")
    seen = []
    stop = keras.callbacks.EarlyStopping(monitor="loss", patience=0, min_delta=0.05)
    slower = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.5)
    note = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(epoch))
    out = train(model, x, y, epochs=8, callbacks=[stop, slower, note])
    return {"loss": out["loss"], "epochs": seen}


@program
def validation_and_sample_weights():
    x, y = data()
    model = mlp()
    model.compile(optimizer=keras.optimizers.SGD(0.1), loss="mse", weighted_metrics=["mae"])
    weights = np.linspace(0, 1, 32).astype("float32")
    return train(model, x, y, sample_weight=weights, validation_split=0.25)


@program
def class_weights():
    x, _ = data()
    model = mlp(units=3, last="softmax")
    model.compile(optimizer=keras.optimizers.SGD(0.1), loss="sparse_categorical_crossentropy")
    return train(model, x, _classes(x), class_weight={0: 1.0, 1: 2.0, 2: 0.5})


@program
def saving_and_loading():
    x, y = data()
    model = mlp()
    model.compile(optimizer=keras.optimizers.Adam(0.05), loss="mse")
    train(model, x, y, epochs=1)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.keras")
        model.save(path)
        again = keras.models.load_model(path)
        model.save_weights(os.path.join(folder, "model.weights.h5"))
        third = mlp()
        third.load_weights(os.path.join(folder, "model.weights.h5"))
    a, b, c = (m.predict(x, verbose=0) for m in (model, again, third))
    out = train(again, x, y, epochs=1)
    return {"same": [float(np.abs(a - b).max()), float(np.abs(a - c).max())], **out}


@program
def tf_data_pipeline():
    x, y = data()
    ds = (
        tf.data.Dataset.from_tensor_slices((x, y))
        .map(lambda a, b: (a * 2.0, b))
        .batch(8)
        .prefetch(2)
    )
    model = mlp()
    model.compile(optimizer=keras.optimizers.SGD(0.1), loss="mse")
    h = model.fit(ds, epochs=2, verbose=0)
    return {"loss": [float(v) for v in h.history["loss"]]}


@program
def steps_per_execution_and_eager():
    x, y = data()
    out = {}
    for name, kwargs in (("several", {"steps_per_execution": 2}), ("eager", {"run_eagerly": True})):
        model = mlp()
        model.compile(optimizer=keras.optimizers.SGD(0.1), loss="mse", **kwargs)
        out[name] = train(model, x, y)["loss"]
    return out


class Refused(layers.Layer):
    """Its call needs a value of its input, or an attribute that there is only eagerly."""

    def __init__(self, call):
        super().__init__()
        self.inner = call

    def call(self, x):
        return self.inner(x)


@program
def what_a_graph_refuses_is_said():
    x, y = data()
    out = {}
    for name, call, kind in (
        ("truth", lambda x: x if bool(tf.reduce_sum(x) > 0) else -x, TypeError),
        ("numpy", lambda x: x.numpy(), AttributeError),
    ):
        model = keras.Sequential([Refused(call), layers.Dense(1)])
        model.compile("sgd", "mse")
        try:
            model.fit(x, y, verbose=0)
            out[name] = 0
        except kind as error:
            out[name] = 1 + ("symbolic" in str(error).lower())
    return out


class Counts(layers.Layer):
    def call(self, x):
        counts, edges = keras.ops.histogram(keras.ops.reshape(x, (-1,)), bins=4, range=(-2, 2))
        return keras.ops.concatenate([keras.ops.cast(counts, "float32"), edges])


@program
def histogram_in_a_functional_model():
    inputs = keras.Input((4,))
    model = keras.Model(inputs, Counts()(inputs))
    return {"counts": model.predict(data()[0], batch_size=32, verbose=0).tolist()}


@program
def seeded_initializers_and_dropout():
    keras.utils.set_random_seed(3)
    model = keras.Sequential(
        [keras.Input((4,)), layers.Dense(6), layers.Dropout(0.5), layers.Dense(1)]
    )
    x, _ = data()
    dropout = layers.Dropout(0.5, seed=1)
    first = model.get_weights()[0].ravel().tolist()
    return {
        "weights": first,
        "predict": model.predict(x[:2], verbose=0).ravel().tolist(),
        "dropped": np.asarray(dropout(np.ones((2, 6)), training=True)).ravel().tolist(),
    }


def main():
    out, names = sys.argv[1], sys.argv[2:] or list(PROGRAMS)
    results = {}
    for name in names:
        keras.backend.clear_session()
        try:
            results[name] = PROGRAMS[name]()
        except Exception as problem:  # the test shows it
            results[name] = {"problem": f"{type(problem).__name__}: {problem}"[:2000]}
    with open(out, "w", encoding="utf-8") as file:
        json.dump(results, file, indent=1)


if __name__ == "__main__":
    main()
