"""Keras' layers of texts in functions, saved ones and exported models; a process runs this.

Writes what each gives, as JSON: the file recorded with TensorFlow is `text_layers.json`.
"""

import json
import sys
import tempfile

import numpy as np
import tensorflow as tf

import keras

L = keras.layers
LINES = ["a b c", "b c d", "B, b!"]
GIVEN = ["b q c", "A, B!", "", "a a a a a a"]
WORDS = [["b", "q"], ["a", "c"], ["b", "b"]]
NUMBERS = [[20, 7], [10, 30], [20, 20]]


def listed(value):
    if isinstance(value, tf.RaggedTensor):
        return [value.to_list(), value.dtype.name]
    found = value.numpy().tolist()
    return [[v.decode() for v in found] if value.dtype == tf.string else found, value.dtype.name]


def saved_and_loaded(layer, spec):
    """A module whose function calls the layer, and the same after saving and loading."""

    class Whole(tf.Module):
        @tf.function(input_signature=[spec])
        def __call__(self, x):
            return layer(x)

    whole = Whole()
    whole.layer = layer
    folder = tempfile.mkdtemp()
    tf.saved_model.save(whole, folder)
    return whole, tf.saved_model.load(folder)


def saved(layer, x):
    """What a function of the layer gives, and the same after saving and loading."""
    x = tf.constant(x, tf.int64) if np.asarray(x).dtype.kind == "i" else tf.constant(x)
    spec = tf.TensorSpec([None, *x.shape[1:]], x.dtype)

    whole, loaded = saved_and_loaded(layer, spec)
    found = [listed(f(x)) for f in (layer, whole, loaded)]
    assert found[0] == found[1] == found[2], found
    return found[0]


def text(given=GIVEN, **options):
    layer = L.TextVectorization(**options)
    layer.adapt(LINES)
    return saved(layer, given)


def without_others():
    """Words that are not in the vocabulary are refused, by a loaded function too."""
    layer = L.StringLookup(vocabulary=["a", "b"], num_oov_indices=0)
    _, loaded = saved_and_loaded(layer, tf.TensorSpec([None], tf.string))
    try:
        loaded(tf.constant(["a", "q"]))
    except tf.errors.InvalidArgumentError:
        return listed(loaded(tf.constant(["b", "a"])))


def exported(mode):
    options = {"output_sequence_length": 4} if mode == "int" else {}
    layer = L.TextVectorization(max_tokens=10, output_mode=mode, **options)
    layer.adapt(LINES)
    inputs = keras.Input((), dtype="string")
    x = layer(inputs)
    if mode == "int":
        x = L.GlobalAveragePooling1D()(L.Embedding(10, 3, embeddings_initializer="ones")(x))
    model = keras.Model(inputs, L.Dense(2, kernel_initializer="ones")(x))
    folder = tempfile.mkdtemp()
    model.export(folder, verbose=False)
    loaded = tf.saved_model.load(folder)
    return listed(loaded.serve(tf.constant(GIVEN)))


def lookups():
    found = {}
    for mode in ("int", "multi_hot", "count", "one_hot"):
        cut = slice(0, 1) if mode == "one_hot" else slice(None)
        words = [row[cut] for row in WORDS]
        layer = L.StringLookup(vocabulary=["a", "b", "c"], output_mode=mode)
        found[f"words {mode}"] = saved(layer, words)
        layer = L.IntegerLookup(vocabulary=[10, 20, 30], output_mode=mode)
        found[f"numbers {mode}"] = saved(layer, [row[cut] for row in NUMBERS])
    word = {"vocabulary": ["a", "b", "c"]}
    found["two others"] = saved(
        L.StringLookup(**word, num_oov_indices=2, output_mode="count"), WORDS
    )
    found["mask"] = saved(
        L.StringLookup(**word, mask_token="", output_mode="multi_hot"), [["b", ""], ["", ""]]
    )
    found["vector"] = saved(L.StringLookup(**word, output_mode="multi_hot"), ["b", "q", "b"])
    weights = [0.25, 0.5, 1.0]
    found["tf_idf"] = saved(
        L.StringLookup(**word, idf_weights=weights, output_mode="tf_idf"), WORDS
    )
    found["inverse"] = saved(L.StringLookup(**word, invert=True), [1, 2, 0, 3])
    found["no others"] = without_others()
    found["crossed"] = crossed()
    return found


def crossed():
    """Both inputs of a crossing, saved and loaded."""
    layer = L.HashedCrossing(num_bins=7)
    pair = [tf.TensorSpec([None], tf.string), tf.TensorSpec([None], tf.int64)]
    _, loaded = saved_and_loaded(layer, pair)
    given = [tf.constant(["A", "B", "A"]), tf.constant([101, 102, 103], tf.int64)]
    assert listed(layer(given)) == listed(loaded(given))
    return listed(loaded(given))


def texts():
    spaces = {
        "standardize": lambda t: tf.strings.regex_replace(tf.strings.lower(t), "<br />", " "),
        "split": lambda t: tf.strings.split(t, " "),
    }
    return {
        "text int": text(max_tokens=10, output_sequence_length=4),
        "text of any length": text(max_tokens=10),
        "text column": text([[line] for line in GIVEN], output_sequence_length=4),
        "text ragged": text(ragged=True),
        "text multi_hot": text(output_mode="multi_hot"),
        "text count": text(output_mode="count"),
        "text tf_idf": text(output_mode="tf_idf"),
        "text padded": text(output_mode="count", max_tokens=9, pad_to_max_tokens=True),
        "text ngrams": text(ngrams=2, output_sequence_length=4),
        "text characters": text(split="character", output_sequence_length=4),
        "text whole": text(split=None, standardize=None),
        "text custom": text(**spaces, output_sequence_length=3),
    }


if __name__ == "__main__":
    results = lookups() | texts()
    for mode in ("int", "multi_hot", "count", "tf_idf"):
        results[f"export {mode}"] = exported(mode)
    with open(sys.argv[1], "w") as file:
        json.dump(results, file, indent=1)
