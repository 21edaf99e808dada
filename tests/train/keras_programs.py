"""Saving and restoring Keras models; a process of its own runs this, with `keras` on the alias."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

os.environ["KERAS_BACKEND"] = "tensorflow"

import h5py
import numpy as np

import tensortape as tf
from tensortape.train import object_graph
from tensortape.train.bundle import BundleReader

tf.install()

import keras  # noqa: E402 - from here on it runs on the alias

DATA = Path(__file__).with_name("data")
RECORDED = json.loads((DATA / "recorded.json").read_text())


def untrained():
    """The model of `record_checkpoints.py`."""
    model = keras.Sequential(
        [keras.layers.Input((3,)), keras.layers.Dense(4), keras.layers.BatchNormalization()]
    )
    model.compile(keras.optimizers.Adam(0.01), "mse")
    return model


def train(model, epochs):
    """Train as `record_checkpoints.py` does."""
    x = np.linspace(-1, 1, 24, dtype=np.float32).reshape(8, 3)
    model.fit(x, np.tile(x.sum(1, keepdims=True), 4), epochs=epochs, verbose=0)


def has_recorded_weights(model):
    """Check the weights against those TensorFlow saved."""
    for variable, expected in zip(model.variables, RECORDED["weights"], strict=True):
        np.testing.assert_array_equal(variable.numpy().reshape(-1), np.float32(expected))


def names_are_tensorflows(folder):
    """The graph of a model and its optimizer is the one TensorFlow writes."""
    model = untrained()
    train(model, 1)
    checkpoint = tf.train.Checkpoint(model=model, optimizer=model.optimizer)
    path = checkpoint.save(f"{folder}/c")
    nodes = object_graph.decode(BundleReader(path).read(object_graph.GRAPH_KEY)[()])
    for node, expected in zip(nodes, RECORDED["keras-1"]["graph"], strict=True):
        assert [list(child) for child in node.children] == expected["children"]
        keys = [[a.name, a.key] for a in node.attributes]
        assert keys == [[name, key] for name, _, key in expected["attributes"]]
        assert node.has_values == expected["has_values"]


def what_tensorflow_saved_is_restored(folder):
    """Weights at once, the optimizer's variables when they are made."""
    model = untrained()
    checkpoint = tf.train.Checkpoint(model=model, optimizer=model.optimizer)
    status = checkpoint.restore(str(DATA / "keras-1"))
    status.assert_existing_objects_matched()
    has_recorded_weights(model)
    model.optimizer.build(model.trainable_variables)
    status.assert_consumed()
    reader = BundleReader(str(DATA / "keras-1"))
    for i, variable in enumerate(model.optimizer.variables):
        if i > 1:
            key = f"optimizer/_variables/{i}/.ATTRIBUTES/VARIABLE_VALUE"
            np.testing.assert_array_equal(variable.numpy(), reader.read(key))
    assert int(model.optimizer.iterations) == 3
    train(model, 1)
    assert int(model.optimizer.iterations) == 4


def a_file_of_keras_on_tensorflow_is_loaded(folder):
    """`model.keras`, optimizer included."""
    model = keras.models.load_model(str(DATA / "model.keras"))
    has_recorded_weights(model)
    assert int(model.optimizer.iterations) == 3


def training_goes_on_where_it_ended(folder):
    """Two epochs, saved and restored, then two more, are four epochs."""
    keras.utils.set_random_seed(3)
    whole = untrained()
    start = whole.get_weights()
    train(whole, 4)
    first = untrained()
    first.set_weights(start)
    train(first, 2)
    paths = {
        "keras": f"{folder}/m.keras",
        "weights": f"{folder}/m.weights.h5",
        "h5": f"{folder}/m.h5",
    }
    first.save(paths["keras"])
    first.save_weights(paths["weights"])
    first.save(paths["h5"])
    checkpoint = tf.train.Checkpoint(model=first, optimizer=first.optimizer)
    written = checkpoint.write(f"{folder}/c")
    by_checkpoint = untrained()
    tf.train.Checkpoint(model=by_checkpoint, optimizer=by_checkpoint.optimizer).read(written)
    by_weights = untrained()
    by_weights.optimizer.build(by_weights.trainable_variables)
    by_weights.load_weights(paths["weights"])
    loaded = [by_checkpoint, by_weights, keras.models.load_model(paths["keras"])]
    h5 = keras.models.load_model(paths["h5"], compile=False)
    for variable, expected in zip(h5.variables, first.variables, strict=True):
        np.testing.assert_array_equal(variable.numpy(), expected.numpy())
    for model in loaded:
        train(model, 2)
        for variable, expected in zip(model.variables, whole.variables, strict=True):
            np.testing.assert_allclose(variable.numpy(), expected.numpy(), rtol=1e-6, atol=1e-7)
    left = [name for name in os.listdir(folder) if name.endswith(".tmp")]
    assert not left, left


def an_error_while_saving_leaves_the_file(folder):
    """A model that cannot be saved does not take the place of one that was."""
    untrained().save(f"{folder}/m.keras")
    before = Path(f"{folder}/m.keras").read_bytes()

    class Refuses(keras.layers.Layer):
        def save_own_variables(self, store):
            raise RuntimeError("not now")

    bad = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(2), Refuses()])
    try:
        bad.save(f"{folder}/m.keras")
    except RuntimeError:
        assert Path(f"{folder}/m.keras").read_bytes() == before
    else:
        raise AssertionError("it was saved")


def a_file_holds_what_tensorflows_holds(folder):
    """The places in a `.keras` file, and the words for weights that do not fit."""
    model = untrained()
    model.save_weights(f"{folder}/m.weights.h5")
    places = []
    with h5py.File(f"{folder}/m.weights.h5") as file:
        file.visit(places.append)
    assert sorted({place.split("/")[0] for place in places}) == ["layers", "optimizer", "vars"]
    other = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(5)])
    try:
        other.load_weights(f"{folder}/m.weights.h5")
    except ValueError as error:
        assert "must match" in str(error), error
    else:
        raise AssertionError("weights of another shape were loaded")


class Net(keras.Model):
    """A model that is built when it is called."""

    def __init__(self):
        super().__init__()
        self.l1 = keras.layers.Dense(5)

    def call(self, x):
        return self.l1(x)


def _steps(checkpoint, count):
    """Training steps with what is in a checkpoint; the losses."""
    losses = []
    for _ in range(count):
        x, y = next(checkpoint.iterator)
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.abs(checkpoint.net(x) - y))
        variables = checkpoint.net.trainable_variables
        gradients = tape.gradient(loss, variables)
        checkpoint.optimizer.apply_gradients(zip(gradients, variables, strict=True))
        checkpoint.step.assign_add(1)
        losses.append(float(loss))
    return losses


def values_wait_for_layers_that_are_built_by_a_call(folder):
    """A loop of one's own, restored before the model is built, goes on as if uninterrupted."""

    def begin():
        x = tf.range(10.0)[:, None]
        data = tf.data.Dataset.from_tensor_slices((x, x * 5.0 + tf.range(5.0)))
        return tf.train.Checkpoint(
            net=Net(),
            optimizer=keras.optimizers.Adam(0.1),
            step=tf.Variable(0),
            iterator=iter(data.repeat().batch(2)),
        )

    keras.utils.set_random_seed(5)
    first = begin()
    _steps(first, 7)
    path = first.save(f"{folder}/c")
    expected = _steps(first, 6)
    second = begin()
    status = second.restore(path)
    np.testing.assert_allclose(_steps(second, 6), expected, rtol=1e-6)
    status.assert_consumed()
    assert int(second.step) == 13 and len(second.net.trainable_variables) == 2


def optimizers_that_are_not_built_yet_wait_for_their_values(folder):
    """Whichever way an optimizer keeps its variables, it goes on where it was."""
    for name in "SGD Adam RMSprop Adagrad Adadelta Adamax Nadam Ftrl Lion Lamb Adafactor".split():
        make = getattr(keras.optimizers, name)
        options = {"momentum": 0.9} if name in ("SGD", "RMSprop") else {}

        def step(checkpoint):
            checkpoint.o.apply_gradients([(tf.constant([1.0, -0.5]), checkpoint.v)])

        first = tf.train.Checkpoint(v=tf.Variable([1.0, 2.0]), o=make(0.1, **options))
        for _ in range(3):
            step(first)
        path = first.save(f"{folder}/{name}")
        second = tf.train.Checkpoint(v=tf.Variable([0.0, 0.0]), o=make(0.1, **options))
        status = second.restore(path)
        for checkpoint in (first, second):
            step(checkpoint)
        np.testing.assert_array_equal(first.v.numpy(), second.v.numpy(), err_msg=name)
        status.assert_consumed()


PROGRAMS = [
    optimizers_that_are_not_built_yet_wait_for_their_values,
    values_wait_for_layers_that_are_built_by_a_call,
    names_are_tensorflows,
    what_tensorflow_saved_is_restored,
    a_file_of_keras_on_tensorflow_is_loaded,
    training_goes_on_where_it_ended,
    an_error_while_saving_leaves_the_file,
    a_file_holds_what_tensorflows_holds,
]

if __name__ == "__main__":
    for program in PROGRAMS:
        program(tempfile.mkdtemp())
        print("passed", program.__name__, flush=True)
