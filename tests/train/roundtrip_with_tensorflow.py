"""Round trips of saved files between TensorTape and TensorFlow; not part of the test suite.

`python tests/train/roundtrip_with_tensorflow.py PYTHON`, where PYTHON is the interpreter of an
environment with TensorFlow (and Keras). Each case is saved by one library in a process of its own
and restored by the other, in both directions; every value must be equal in every bit.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["KERAS_BACKEND"] = "tensorflow"

import numpy as np

KINDS = (
    "float16 float32 float64 bfloat16 int8 int16 int32 int64 uint8 uint16 uint32 uint64 complex64 "
    "complex128 bool"
).split()


def filled(tf, seed):
    """Variables of every dtype and of many shapes, in every kind of container."""
    r = np.random.default_rng(seed)
    m = tf.Module()
    shapes = [(), (1,), (0,), (3, 5), (2, 0, 4), (7, 300)]
    m.by_kind = {}
    for kind in KINDS:
        made = [tf.cast(r.normal(size=s) * 20, "float32") for s in shapes]
        m.by_kind[kind] = [tf.Variable(tf.cast(tf.abs(t), kind)) for t in made]
    words = [bytes(r.integers(0, 256, n, dtype=np.uint8)) for n in r.integers(0, 400, 20)]
    m.words = tf.Variable(np.array(words, object).reshape(4, 5), dtype=tf.string)
    m.nested = [[tf.Variable(float(r.normal()))], {"a/b.c": (tf.Variable(int(r.integers(9))),)}]
    m.inner = tf.Module()
    m.inner.up, m.inner.big = m, tf.Variable(r.normal(size=(400, 500)))
    m.generator = tf.random.Generator.from_seed(seed)
    m.generator.normal([seed])
    return m


def held(m):
    """The arrays in the objects of `filled`."""
    found = [v.numpy() for k in KINDS for v in m.by_kind[k]]
    found += [m.words.numpy(), m.nested[0][0].numpy(), m.nested[1]["a/b.c"][0].numpy()]
    return [*found, m.inner.big.numpy(), m.generator.state.numpy()]


def models(keras):
    """Models by name, each with data to train it on."""
    layers = keras.layers
    x = np.random.default_rng(0).normal(size=(16, 8, 8, 3)).astype("float32")
    image = keras.Sequential(
        [
            layers.Input((8, 8, 3)),
            layers.Conv2D(4, 3),
            layers.BatchNormalization(),
            layers.DepthwiseConv2D(2),
            layers.Flatten(),
            layers.Dropout(0.2, seed=1),
            layers.Dense(2, "softmax"),
        ]
    )
    token = keras.Input((6,), dtype="int32")
    h = layers.Embedding(20, 8)(token)
    h = layers.MultiHeadAttention(2, 4)(h, h)
    h = layers.LayerNormalization()(h)
    h = layers.Bidirectional(layers.LSTM(5, return_sequences=True))(h)
    text = keras.Model(token, layers.Dense(1)(layers.GRU(3)(h)))
    ids = np.arange(96).reshape(16, 6) % 20
    normal = layers.Normalization()
    normal.adapt(x[:, 0, 0])
    row = keras.Sequential([layers.Input((3,)), normal, layers.Dense(4, "relu"), layers.Dense(1)])
    y = x.mean((1, 2, 3))[:, None]
    return {
        "image": (image, "sparse_categorical_crossentropy", x, (y[:, 0] > 0).astype("int32")),
        "text": (text, "mse", ids, y),
        "row": (row, "mse", x[:, 0, 0], y),
    }


OPTIMIZERS = ["SGD", "Adam", "AdamW", "RMSprop", "Adagrad", "Adadelta", "Nadam", "Ftrl", "Lion"]


def compiled(keras, name, optimizer):
    """A model with an optimizer."""
    keras.utils.set_random_seed(len(optimizer))
    model, loss, x, y = models(keras)[name]
    kwargs = {"momentum": 0.9} if optimizer in ("SGD", "RMSprop") else {}
    model.compile(
        getattr(keras.optimizers, optimizer)(0.01, **kwargs),
        loss,
        metrics=["accuracy" if name == "image" else "mae"],
    )
    return model, x, y


def combinations():
    """Models and optimizers that are tried."""
    return [("image", o) for o in OPTIMIZERS] + [("text", "Adam"), ("row", "SGD")]


def save_models(tf, keras, folder):
    """Train each model a little and save it in every way."""
    for name, optimizer in combinations():
        model, x, y = compiled(keras, name, optimizer)
        model.fit(x, y, epochs=2, batch_size=8, verbose=0)
        base = f"{folder}/{name}-{optimizer}"
        tf.train.Checkpoint(model=model, optimizer=model.optimizer).write(f"{base}-c")
        model.save(f"{base}.keras")
        model.save_weights(f"{base}.weights.h5")
        weights = [v.numpy() for v in model.weights]
        state = [v.numpy() for v in model.optimizer.variables]
        np.savez(f"{base}.npz", *weights, *state, y=model.predict(x, verbose=0))


def load_models(tf, keras, folder):
    """Load what `save_models` saved; returns (values compared, largest difference of outputs)."""
    compared, furthest = 0, 0.0
    for name, optimizer in combinations():
        base = f"{folder}/{name}-{optimizer}"
        stored = np.load(f"{base}.npz")
        by_checkpoint, x, _ = compiled(keras, name, optimizer)
        checkpoint = tf.train.Checkpoint(model=by_checkpoint, optimizer=by_checkpoint.optimizer)
        status = checkpoint.read(f"{base}-c")
        by_checkpoint.optimizer.build(by_checkpoint.trainable_variables)
        status.assert_existing_objects_matched().expect_partial()
        by_weights = compiled(keras, name, optimizer)[0]
        by_weights.optimizer.build(by_weights.trainable_variables)
        by_weights.load_weights(f"{base}.weights.h5")
        for model in (by_checkpoint, by_weights, keras.models.load_model(f"{base}.keras")):
            for i, variable in enumerate([*model.weights, *model.optimizer.variables]):
                assert np.array_equal(variable.numpy(), stored[f"arr_{i}"]), (base, variable.path)
                compared += 1
            difference = np.abs(model.predict(x, verbose=0) - stored["y"]).max()
            assert difference < 1e-5, (base, difference)
            furthest = max(furthest, float(difference))
    return compared, furthest


def work(library, what, folder):
    """Save or load everything with one of the two libraries."""
    if library == "ours":
        import tensortape

        tensortape.install()
    import tensorflow as tf

    import keras

    cases = range(1, 21)
    if what == "save":
        for seed in cases:
            tf.train.Checkpoint(filled(tf, seed)).save(f"{folder}/objects{seed}")
        save_models(tf, keras, folder)
        return
    compared = 0
    for seed in cases:
        expected, m = held(filled(tf, seed)), filled(tf, seed + 100)
        status = tf.train.Checkpoint(m).restore(f"{folder}/objects{seed}-1")
        status.assert_consumed()
        for a, b in zip(held(m), expected, strict=True):
            same = a.tolist() == b.tolist() if a.dtype == object else a.tobytes() == b.tobytes()
            assert same and a.dtype == b.dtype and a.shape == b.shape, (seed, a, b)
            compared += 1
    print(f"  {len(cases)} checkpoints of objects: {compared} arrays equal")
    values, furthest = load_models(tf, keras, folder)
    print(
        f"  {len(combinations())} models, each from a checkpoint, .keras and .weights.h5: {values} "
        f"arrays equal, outputs differ by at most {furthest:.1e}"
    )


def main():
    """Both directions."""
    theirs, ours = sys.argv[1], sys.executable
    for saves, loads in (("ours", "theirs"), ("theirs", "ours"), ("ours", "ours")):
        folder = tempfile.mkdtemp()
        print(f"saved by {saves}, loaded by {loads}:", flush=True)
        for library, what in ((saves, "save"), (loads, "load")):
            python = ours if library == "ours" else theirs
            subprocess.run([python, __file__, "--work", library, what, folder], check=True)


if __name__ == "__main__":
    work(*sys.argv[2:]) if sys.argv[1] == "--work" else main()
