"""A transformer learns to turn sequences round: layers and model written as subclasses.

Every position has to look at another one, which is what attention is for.
"""

import numpy as np

import keras
from keras import layers

keras.utils.set_random_seed(0)
LENGTH, SYMBOLS, WIDTH = 8, 6, 32


class Block(layers.Layer):
    """Attention and a perceptron, each added to its input and normalised before."""

    def __init__(self, width, heads):
        super().__init__()
        self.attention = layers.MultiHeadAttention(heads, width // heads)
        self.perceptron = keras.Sequential([layers.Dense(2 * width, "gelu"), layers.Dense(width)])
        self.first, self.second = layers.LayerNormalization(), layers.LayerNormalization()

    def call(self, x):
        h = self.first(x)
        x = x + self.attention(h, h)
        return x + self.perceptron(self.second(x))


class Transformer(keras.Model):
    def __init__(self):
        super().__init__()
        self.symbols = layers.Embedding(SYMBOLS, WIDTH)
        self.places = layers.Embedding(LENGTH, WIDTH)
        self.blocks = [Block(WIDTH, heads=2)]
        self.head = layers.Dense(SYMBOLS)

    def call(self, tokens):
        x = self.symbols(tokens) + self.places(keras.ops.arange(LENGTH))
        for block in self.blocks:
            x = block(x)
        return self.head(x)


rng = np.random.default_rng(0)
tokens = rng.integers(0, SYMBOLS, (1280, LENGTH)).astype("int32")
x, x_test = tokens[:1024], tokens[1024:]

model = Transformer()
model.compile(
    optimizer=keras.optimizers.Adam(0.01),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
history = model.fit(x, x[:, ::-1], batch_size=64, epochs=10, verbose=0)
loss, accuracy = model.evaluate(x_test, x_test[:, ::-1], batch_size=64, verbose=0)

print(f"result: train_loss={history.history['loss'][-1]:.6f} loss={loss:.6f} accuracy={accuracy:.4f}")
assert accuracy > 0.98
