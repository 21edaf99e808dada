"""A variational autoencoder of digits: sampling in a layer, its own `train_step`."""

import tensorflow as tf

import keras
from drawn_digits import draw
from keras import layers

keras.utils.set_random_seed(0)
CODE = 4


class VAE(keras.Model):
    def __init__(self):
        super().__init__()
        self.encoder = keras.Sequential([layers.Dense(96, "relu"), layers.Dense(2 * CODE)])
        self.decoder = keras.Sequential([layers.Dense(96, "relu"), layers.Dense(64)])
        self.seeds = keras.random.SeedGenerator(7)
        self.total = keras.metrics.Mean(name="loss")

    @property
    def metrics(self):
        return [self.total]

    def bound(self, x):
        """The negative evidence lower bound of each picture, in nats."""
        mean, log_variance = tf.split(self.encoder(x), 2, axis=1)
        noise = keras.random.normal(tf.shape(mean), seed=self.seeds)
        logits = self.decoder(mean + tf.exp(0.5 * log_variance) * noise)
        rebuilt = tf.nn.sigmoid_cross_entropy_with_logits(labels=x, logits=logits)
        divergence = 0.5 * (tf.exp(log_variance) + mean**2 - 1.0 - log_variance)
        return tf.reduce_sum(rebuilt, axis=1) + tf.reduce_sum(divergence, axis=1)

    def train_step(self, x):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(self.bound(x))
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
        self.total.update_state(loss)
        return {"loss": self.total.result()}

    def test_step(self, x):
        self.total.update_state(tf.reduce_mean(self.bound(x)))
        return {"loss": self.total.result()}


x = draw(1536, seed=0, noise=0.0)[0].reshape(-1, 64)

vae = VAE()
vae.bound(x[:2])  # makes the weights
vae.compile(optimizer=keras.optimizers.Adam(5e-3))
history = vae.fit(x[:1280], batch_size=64, epochs=25, verbose=0)
loss = vae.evaluate(x[1280:], batch_size=64, verbose=0)

print(f"result: first={history.history['loss'][0]:.4f} train_loss={history.history['loss'][-1]:.4f} loss={loss:.4f}")
assert loss < 27  # 31 without a code: the entropy of every pixel by itself
