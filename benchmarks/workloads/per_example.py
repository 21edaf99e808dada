"""The gradient of each example's loss: 256 times as many numbers as the network has.

Compared is every 64th example; all of them are computed.
"""

from workloads._data import uniform

TITLE = "gradients of each example's loss, 784-128-10 perceptron, relu, batch of 256, float32"
CASES = {"per-example-784-128-10": {}}
TOLERANCE = 1e-3
TARGETS = {"per-example-784-128-10": {"fastest": 1}}
BATCH = 256
LABELS = [i % 10 for i in range(BATCH)]
EVERY = 64


def inputs(array):
    """The batch, and the parameters [w1, b1, w2, b2]."""
    shapes = (784, 128), (128,), (128, 10), (10,)
    parameters = [array(uniform(i, *shape, scale=0.05)) for i, shape in enumerate(shapes)]
    return array(uniform(9, BATCH, 784, scale=1.0)), parameters


def logits(relu, x, w1, b1, w2, b2):
    return relu(x @ w1 + b1) @ w2 + b2


def compared(gradients):
    return [g[::EVERY] for g in gradients]


def tape_setup(tf):
    x, variables = inputs(lambda values: tf.Variable(values, dtype=tf.float32))
    cross_entropy = tf.nn.sparse_softmax_cross_entropy_with_logits
    labels = tf.constant(LABELS)

    def losses(x):
        return cross_entropy(labels=labels, logits=logits(tf.nn.relu, x, *variables))

    return tf.constant(x), variables, losses


def tape_way(tf):
    x, variables, losses = tape_setup(tf)

    def step():
        with tf.GradientTape() as tape:
            y = losses(x)
        return tape.jacobian(y, variables)

    return step


def tensortape():
    import tensortape as tf

    x, variables, losses = tape_setup(tf)
    return lambda: compared(tf.autodiff.per_example_gradients(losses, variables, x))


def tensorflow():
    import tensorflow as tf

    step = tape_way(tf)
    return lambda: compared(step())


def tensorflow_function():
    import tensorflow as tf

    step = tf.function(tape_way(tf))
    return lambda: compared(step())


def tensorflow_xla():
    import tensorflow as tf

    step = tf.function(tape_way(tf), jit_compile=True)
    return lambda: compared(step())


def torch():
    import torch
    from torch import func

    x, parameters = inputs(torch.tensor)
    labels = torch.tensor(LABELS)

    def loss(parameters, row, label):
        scores = logits(torch.relu, row[None], *parameters)
        return torch.nn.functional.cross_entropy(scores, label[None])

    way = func.vmap(func.grad(loss), in_dims=(None, 0, 0))
    return lambda: compared(way(tuple(parameters), x, labels))


def jax_step(transform):
    import jax

    jnp = jax.numpy
    x, parameters = inputs(lambda values: jnp.array(values, jnp.float32))
    labels = jnp.array(LABELS)

    def loss(parameters, row, label):
        return -jax.nn.log_softmax(logits(jax.nn.relu, row, *parameters))[label]

    way = transform(jax.vmap(jax.grad(loss), in_axes=(None, 0, 0)))
    return lambda: compared(jax.block_until_ready(way(parameters, x, labels)))


def jax():
    return jax_step(lambda way: way)


def jax_jit():
    import jax

    return jax_step(jax.jit)


def mlx():
    import mlx.core as mx

    x, parameters = inputs(mx.array)
    labels = mx.array(LABELS)

    def loss(parameters, row, label):
        scores = logits(lambda z: mx.maximum(z, 0.0), row, *parameters)
        return mx.logsumexp(scores) - mx.take(scores, label)

    way = mx.compile(mx.vmap(mx.grad(loss), in_axes=(None, 0, 0)))

    def step():
        found = way(parameters, x, labels)
        mx.eval(found)
        return compared(found)

    return step
