"""Words: sentences to numbers by a vocabulary that is learned, then a bag of embeddings.

Reviews are put together by rules; "not" turns the next word round, so single words do not decide.
"""

import numpy as np
import tensorflow as tf

import keras
from keras import layers

keras.utils.set_random_seed(0)
GOOD, BAD = "good great lovely fine superb".split(), "bad poor awful dull boring".split()
FILLERS = "the film was really a story and its plot with actors quite very".split()


def review(rng):
    good = rng.random() < 0.5
    turned = rng.random() < 0.5
    word = rng.choice(GOOD if good != turned else BAD)
    words = list(rng.choice(FILLERS, 6))
    words.insert(rng.integers(0, 6), f"not {word}" if turned else str(word))
    return " ".join(words), float(good)


rng = np.random.default_rng(0)
texts, labels = zip(*(review(rng) for _ in range(1200)))
texts, labels = np.array(texts, dtype=object), np.array(labels, "float32")[:, None]

lookup = layers.TextVectorization(output_mode="int", ngrams=2, output_sequence_length=18)
lookup.adapt(texts[:1000])
numbers = lookup(tf.constant(texts))

model = keras.Sequential(
    [
        layers.Embedding(lookup.vocabulary_size(), 8, mask_zero=True),
        layers.GlobalAveragePooling1D(),
        layers.Dense(16, activation="relu"),
        layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(optimizer=keras.optimizers.Adam(0.02), loss="binary_crossentropy", metrics=["accuracy"])
history = model.fit(numbers[:1000], labels[:1000], epochs=6, verbose=0)
loss, accuracy = model.evaluate(numbers[1000:], labels[1000:], verbose=0)

print(f"result: train_loss={history.history['loss'][-1]:.6f} loss={loss:.6f} accuracy={accuracy:.4f}")
assert accuracy > 0.95
