"""Training steps of perceptrons as compiled functions."""

import itertools

from workloads import _stages
from workloads._data import uniform

TITLE = "step of SGD on a perceptron, relu, cross-entropy, float32, compiled"
STAGES = True
CASES = {
    "function-mlp-784-128-10": {"layers": [784, 128, 10], "batch": 32},
    "function-mlp-784-512-512-10": {"layers": [784, 512, 512, 10], "batch": 256},
}
TOLERANCE = 1e-3
TARGETS = {name: {"fastest": 1} for name in CASES}
RATE = 0.1


def inputs(array, layers, batch):
    """The batch, and the parameters [w1, b1, w2, b2, ...]."""
    parameters = []
    for i, (n, m) in enumerate(itertools.pairwise(layers)):
        parameters += [array(uniform(i, n, m, scale=0.05)), array(uniform(10 + i, m, scale=0.05))]
    return array(uniform(9, batch, layers[0], scale=1.0)), parameters


def labels_of(batch):
    return [i % 10 for i in range(batch)]


def logits(relu, x, parameters):
    for k in range(0, len(parameters), 2):
        x = x @ parameters[k] + parameters[k + 1]
        if k + 2 < len(parameters):
            x = relu(x)
    return x


def tape_step(tf, layers, batch):
    x, variables = inputs(lambda values: tf.Variable(values, dtype=tf.float32), layers, batch)
    x, labels = tf.constant(x), tf.constant(labels_of(batch))
    cross_entropy = tf.nn.sparse_softmax_cross_entropy_with_logits

    def step(x, labels):
        with tf.GradientTape() as tape:
            scores = logits(tf.nn.relu, x, variables)
            loss = tf.reduce_mean(cross_entropy(labels=labels, logits=scores))
        for variable, grad in zip(variables, tape.gradient(loss, variables), strict=True):
            variable.assign_sub(RATE * grad)
        return loss

    return step, x, labels, variables


def compiled_step(tf, layers, batch, **options):
    step, x, labels, variables = tape_step(tf, layers, batch)
    step = tf.function(step, **options)
    return _stages.tensorflow(lambda: (step(x, labels), variables[-1]), step, x, labels, **options)


def tensortape_function(layers, batch):
    import tensortape as tf

    return compiled_step(tf, layers, batch)


tensortape_jax = tensortape_function


def tensorflow_function(layers, batch):
    import tensorflow as tf

    return compiled_step(tf, layers, batch)


def tensorflow_xla(layers, batch):
    import tensorflow as tf

    return compiled_step(tf, layers, batch, jit_compile=True)


def torch_step(torch, layers, batch):
    x, parameters = inputs(torch.tensor, layers, batch)
    labels = torch.tensor(labels_of(batch))
    for parameter in parameters:
        parameter.requires_grad_()

    def loss_of():
        scores = logits(torch.relu, x, parameters)
        return torch.nn.functional.cross_entropy(scores, labels)

    return loss_of, parameters


def torch(layers, batch, compiled=False):
    import torch

    loss_of, parameters = torch_step(torch, layers, batch)
    if compiled:
        loss_of = torch.compile(loss_of)

    def step():
        loss = loss_of()
        loss.backward()
        with torch.no_grad():
            for parameter in parameters:
                parameter -= RATE * parameter.grad
                parameter.grad = None
        return loss.detach(), parameters[-1]

    return step


def torch_compile(layers, batch):
    return torch(layers, batch, compiled=True)


def jax_jit(layers, batch):
    import jax

    jnp = jax.numpy
    x, parameters = inputs(lambda values: jnp.array(values, jnp.float32), layers, batch)
    labels = jnp.array(labels_of(batch))

    def loss(parameters, x, labels):
        chances = jax.nn.log_softmax(logits(jax.nn.relu, x, parameters))
        return -jnp.mean(jnp.take_along_axis(chances, labels[:, None], axis=1))

    def update(parameters, x, labels):
        value, grads = jax.value_and_grad(loss)(parameters, x, labels)
        return value, [p - RATE * g for p, g in zip(parameters, grads, strict=True)]

    compiled = jax.jit(update)

    def step():
        nonlocal parameters
        value, parameters = jax.block_until_ready(compiled(parameters, x, labels))
        return value, parameters[-1]

    return _stages.jax(step, update, parameters, x, labels)
