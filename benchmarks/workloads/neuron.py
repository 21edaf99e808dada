"""One epoch over the four rows of an AND gate: a neuron trained by hand, in float64."""

TITLE = "one epoch of the AND-gate neuron: 4 points, relu, squared loss, updates"
CASES = {
    "neuron-keras-relu": {"relu": "keras"},
    "neuron-nn-relu": {"relu": "nn"},
}
TOLERANCE = 1e-9
TARGETS = {name: {"tensorflow": 20, "torch": 1.5} for name in CASES}

DATA = [[1.0, 1.0], [0.0, 1.0], [1.0, 0.0], [0.0, 0.0]]
WEIGHTS, BIAS, RATE = [0.5, 0.5], 0.3, 0.1


def tape_epoch(tf, relu):
    """The loop as people write it; `relu` is Keras' or the low-level one."""
    weights = tf.Variable(WEIGHTS, dtype="float64")
    bias = tf.Variable(BIAS, dtype="float64")
    activation = tf.keras.activations.relu if relu == "keras" else tf.nn.relu

    def neuron(inputs):
        n = tf.reduce_sum(tf.multiply(weights, inputs)) + bias
        return activation(n)

    def epoch():
        for datum in DATA:
            x = tf.constant(datum, dtype="float64")
            with tf.GradientTape() as tape:
                a = neuron(x)
                loss = (a - datum[0] * datum[1]) ** 2
            for variable, grad in zip(
                [weights, bias], tape.gradient(loss, [weights, bias]), strict=True
            ):
                variable.assign_sub(grad * RATE)
        return weights, bias

    return epoch


def tensortape(relu):
    import tensortape as tf

    return tape_epoch(tf, relu)


def tensorflow(relu):
    import tensorflow as tf

    return tape_epoch(tf, relu)


def tensorflow_function(relu):
    import tensorflow as tf

    return tf.function(tape_epoch(tf, relu))


def tensorflow_xla(relu):
    import tensorflow as tf

    return tf.function(tape_epoch(tf, relu), jit_compile=True)


def torch(relu):
    import torch

    weights = torch.tensor(WEIGHTS, dtype=torch.float64, requires_grad=True)
    bias = torch.tensor(BIAS, dtype=torch.float64, requires_grad=True)

    def epoch():
        for datum in DATA:
            x = torch.tensor(datum, dtype=torch.float64)
            a = torch.relu((weights * x).sum() + bias)
            loss = (a - datum[0] * datum[1]) ** 2
            loss.backward()
            with torch.no_grad():
                for parameter in (weights, bias):
                    parameter -= RATE * parameter.grad
                    parameter.grad = None
        return weights, bias

    return epoch


def functional_epoch(array, relu, total, grad):
    """An epoch (state, rows) -> state of the libraries that transform functions."""

    def loss(weights, bias, x, expected):
        return (relu(total(weights * x) + bias) - expected) ** 2

    gradient = grad(loss)

    def epoch(weights, bias):
        for datum in DATA:
            dw, db = gradient(weights, bias, array(datum), datum[0] * datum[1])
            weights, bias = weights - RATE * dw, bias - RATE * db
        return weights, bias

    return epoch


def stateful(epoch, state, wait):
    """A step that feeds an epoch its own result and waits until that is computed."""

    def step():
        nonlocal state
        state = epoch(*state)
        wait(state)
        return state

    return step


def jax_epoch(jax):
    jnp = jax.numpy

    def array(values):
        return jnp.array(values, dtype=jnp.float64)

    def grad(loss):
        return jax.grad(loss, argnums=(0, 1))

    return functional_epoch(array, jax.nn.relu, jnp.sum, grad), (array(WEIGHTS), array(BIAS))


def jax(relu):
    import jax

    return stateful(*jax_epoch(jax), jax.block_until_ready)


def jax_jit(relu):
    import jax

    epoch, state = jax_epoch(jax)
    return stateful(jax.jit(epoch), state, jax.block_until_ready)


def autograd(relu):
    import autograd
    import autograd.numpy as np

    epoch = functional_epoch(
        np.array, lambda n: np.maximum(n, 0.0), np.sum, lambda loss: autograd.grad(loss, (0, 1))
    )
    return stateful(epoch, (np.array(WEIGHTS), np.array(BIAS)), lambda state: None)


def mlx(relu):
    import mlx.core as mx

    mx.set_default_device(mx.cpu)  # the device that has float64

    def array(values):
        return mx.array(values, dtype=mx.float64)

    epoch = functional_epoch(
        array, lambda n: mx.maximum(n, 0.0), mx.sum, lambda loss: mx.grad(loss, argnums=(0, 1))
    )
    return stateful(epoch, (array(WEIGHTS), array(BIAS)), mx.eval)
