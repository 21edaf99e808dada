"""The Jacobian of each row of a network's output with respect to the same row of its input."""

import itertools

from workloads._data import uniform

TITLE = "batch_jacobian of a 50-256-256-50 perceptron, tanh, batch of 64, float32"
CASES = {"batch-jacobian-64x50": {}}
TOLERANCE = 1e-3
TARGETS = {"batch-jacobian-64x50": {"fastest": 0.5}}
SIZES = (50, 256, 256, 50)


def inputs(array, rows=64, sizes=SIZES):
    """The batch, and the parameters [w1, b1, w2, b2, ...]."""
    parameters = []
    for i, (m, n) in enumerate(itertools.pairwise(sizes)):
        parameters += [array(uniform(i, m, n, scale=0.15)), array(uniform(10 + i, n, scale=0.15))]
    return array(uniform(9, rows, sizes[0], scale=1.0)), parameters


def network(tanh, x, parameters):
    """All layers but the last with tanh."""
    for i in range(0, len(parameters) - 2, 2):
        x = tanh(x @ parameters[i] + parameters[i + 1])
    return x @ parameters[-2] + parameters[-1]


def tape_step(tf):
    x, parameters = inputs(lambda values: tf.constant(values, dtype=tf.float32))

    def step():
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = network(tf.tanh, x, parameters)
        return tape.batch_jacobian(y, x)

    return step


def tensortape():
    import tensortape as tf

    return tape_step(tf)


def tensortape_function():
    import tensortape as tf

    x, parameters = inputs(lambda values: tf.constant(values, dtype=tf.float32))

    @tf.function
    def step(x, parameters):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = network(tf.tanh, x, parameters)
        return tape.batch_jacobian(y, x)

    return lambda: step(x, parameters)


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
    from torch import func

    x, parameters = inputs(torch.tensor)

    def f(row):
        return network(torch.tanh, row, parameters)

    reverse, forward = func.vmap(func.jacrev(f)), func.vmap(func.jacfwd(f))
    return {"vmap(jacrev)": lambda: reverse(x), "vmap(jacfwd)": lambda: forward(x)}


def jax_steps(transform):
    import jax

    jnp = jax.numpy
    x, parameters = inputs(lambda values: jnp.array(values, jnp.float32))

    def f(row):
        return network(jnp.tanh, row, parameters)

    def step(jacobian):
        way = transform(jax.vmap(jacobian(f)))
        return lambda: way(x).block_until_ready()

    return {"vmap(jacrev)": step(jax.jacrev), "vmap(jacfwd)": step(jax.jacfwd)}


def jax():
    return jax_steps(lambda way: way)


def jax_jit():
    import jax

    return jax_steps(jax.jit)


def autograd():
    """A batch has no map here: the sum over the rows is differentiated output by output."""
    import autograd
    import autograd.numpy as np

    x, parameters = inputs(lambda values: np.array(values, dtype=np.float32))

    def output(x, k):
        return np.sum(network(np.tanh, x, parameters)[:, k])

    gradient = autograd.grad(output)
    return lambda: np.stack([gradient(x, k) for k in range(SIZES[-1])], 1)


def mlx():
    import mlx.core as mx

    x, parameters = inputs(mx.array)
    rows = mx.eye(SIZES[-1])

    def one(point):
        def pull(row):
            return mx.vjp(lambda p: network(mx.tanh, p, parameters), [point], [row])[1][0]

        return mx.vmap(pull)(rows)

    way = mx.compile(mx.vmap(one))

    def step():
        found = way(x)
        mx.eval(found)
        return found

    return step
