"""A training step where arithmetic starts to matter: a small multilayer perceptron."""

from workloads._data import uniform

TITLE = "step of SGD on a 784-128-10 perceptron, relu, cross-entropy, batch of 32, float32"
CASES = {"mlp-784-128-10": {}}
TOLERANCE = 1e-3
RATE = 0.1
LABELS = [i % 10 for i in range(32)]


def inputs(array):
    """The batch, and the parameters [w1, b1, w2, b2]."""
    shapes = (784, 128), (128,), (128, 10), (10,)
    parameters = [array(uniform(i, *shape, scale=0.05)) for i, shape in enumerate(shapes)]
    return array(uniform(9, 32, 784, scale=1.0)), parameters


def logits(relu, x, w1, b1, w2, b2):
    return relu(x @ w1 + b1) @ w2 + b2


def tape_step(tf):
    x, variables = inputs(lambda values: tf.Variable(values, dtype=tf.float32))
    x, labels = tf.constant(x), tf.constant(LABELS)
    cross_entropy = tf.nn.sparse_softmax_cross_entropy_with_logits

    def step():
        with tf.GradientTape() as tape:
            scores = logits(tf.nn.relu, x, *variables)
            loss = tf.reduce_mean(cross_entropy(labels=labels, logits=scores))
        for variable, grad in zip(variables, tape.gradient(loss, variables), strict=True):
            variable.assign_sub(RATE * grad)
        return loss, variables[3]

    return step


def tensortape():
    import tensortape as tf

    return tape_step(tf)


def tensorflow():
    import tensorflow as tf

    return tape_step(tf)


def tensorflow_function():
    import tensorflow as tf

    return tf.function(tape_step(tf))


def tensorflow_xla():
    import tensorflow as tf

    return tf.function(tape_step(tf), jit_compile=True)


def torch():
    import torch

    x, parameters = inputs(torch.tensor)
    labels = torch.tensor(LABELS)
    for parameter in parameters:
        parameter.requires_grad_()

    def step():
        scores = logits(torch.relu, x, *parameters)
        loss = torch.nn.functional.cross_entropy(scores, labels)
        loss.backward()
        with torch.no_grad():
            for parameter in parameters:
                parameter -= RATE * parameter.grad
                parameter.grad = None
        return loss.detach(), parameters[3]

    return step


def functional_step(value_and_grad, parameters, wait):
    def step():
        nonlocal parameters
        loss, grads = value_and_grad(parameters)
        parameters = [p - RATE * g for p, g in zip(parameters, grads, strict=True)]
        wait(loss, *parameters)
        return loss, parameters[3]

    return step


def jax_loss(jax):
    jnp = jax.numpy
    x, parameters = inputs(lambda values: jnp.array(values, jnp.float32))
    labels = jnp.array(LABELS)

    def loss(parameters):
        chances = jax.nn.log_softmax(logits(jax.nn.relu, x, *parameters))
        return -jnp.mean(jnp.take_along_axis(chances, labels[:, None], axis=1))

    return loss, parameters


def jax():
    import jax

    loss, parameters = jax_loss(jax)
    return functional_step(
        jax.value_and_grad(loss), parameters, lambda *found: jax.block_until_ready(found)
    )


def jax_jit():
    import jax

    loss, parameters = jax_loss(jax)

    @jax.jit
    def update(parameters):
        value, grads = jax.value_and_grad(loss)(parameters)
        return value, [p - RATE * g for p, g in zip(parameters, grads, strict=True)]

    def step():
        nonlocal parameters
        value, parameters = jax.block_until_ready(update(parameters))
        return value, parameters[3]

    return step


def autograd():
    import autograd
    import autograd.numpy as np
    from autograd.scipy.special import logsumexp

    x, parameters = inputs(lambda values: np.array(values, dtype=np.float32))
    rows, labels = np.arange(32), np.array(LABELS)

    def loss(parameters):
        scores = logits(lambda a: np.maximum(a, 0), x, *parameters)
        return np.mean(logsumexp(scores, axis=1) - scores[rows, labels])

    return functional_step(autograd.value_and_grad(loss), parameters, lambda *found: None)


def mlx():
    import mlx.core as mx

    x, parameters = inputs(mx.array)
    labels = mx.array(LABELS)

    def loss(parameters):
        scores = logits(lambda a: mx.maximum(a, 0), x, *parameters)
        chosen = mx.take_along_axis(scores, labels[:, None], axis=1)[:, 0]
        return mx.mean(mx.logsumexp(scores, axis=1) - chosen)

    return functional_step(mx.value_and_grad(loss), parameters, mx.eval)
