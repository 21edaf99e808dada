"""The Laplacian of a network at each point of a batch, as physics-informed losses need it."""

from workloads.batch_jacobian import inputs as perceptron
from workloads.batch_jacobian import network

TITLE = "Laplacian in 50 dimensions of a 50-256-256-1 perceptron, tanh, batch of 64, float32"
CASES = {"laplacian-64x50": {}}
TOLERANCE = 2e-3
TARGETS = {"laplacian-64x50": {"fastest": 1}}
SIZES = (50, 256, 256, 1)


def inputs(array):
    return perceptron(array, 64, SIZES)


def tape_step(tf):
    """Nested tapes: the gradient's Jacobian, point by point, and its trace."""
    x, parameters = inputs(lambda values: tf.constant(values, dtype=tf.float32))

    def step():
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as inner:
                inner.watch(x)
                y = network(tf.tanh, x, parameters)
            gradient = inner.gradient(y, x)
        return tf.linalg.trace(outer.batch_jacobian(gradient, x))

    return step


def tensortape():
    import tensortape as tf

    x, parameters = inputs(lambda values: tf.constant(values, dtype=tf.float32))
    return {
        "autodiff.laplacian": lambda: tf.autodiff.laplacian(
            lambda x: network(tf.tanh, x, parameters), x
        )[:, 0],
        "nested tapes": tape_step(tf),
    }


def tensortape_function():
    import tensortape as tf

    x, parameters = inputs(lambda values: tf.constant(values, dtype=tf.float32))

    @tf.function
    def step(x, parameters):
        return tf.autodiff.laplacian(lambda x: network(tf.tanh, x, parameters), x)[:, 0]

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
    hessian = func.vmap(func.hessian(lambda row: network(torch.tanh, row, parameters)[0]))
    return lambda: torch.einsum("bii->b", hessian(x))


def jax_steps(transform):
    """The trace of the Hessian; and Taylor mode (`jet`) along each axis, summed."""
    import jax
    from jax.experimental import jet

    jnp = jax.numpy
    x, parameters = inputs(lambda values: jnp.array(values, jnp.float32))
    axes = jnp.eye(SIZES[0], dtype=jnp.float32)

    def f(row):
        return network(jnp.tanh, row, parameters)[0]

    def taylor(row):
        def second(axis):
            return jet.jet(f, (row,), ((axis, jnp.zeros_like(axis)),))[1][1]

        return jax.vmap(second)(axes).sum()

    def step(point):
        way = transform(jax.vmap(point))
        return lambda: way(x).block_until_ready()

    return {
        "trace(hessian)": step(lambda row: jnp.trace(jax.hessian(f)(row))),
        "jet": step(taylor),
    }


def jax():
    return jax_steps(lambda way: way)


def jax_jit():
    import jax

    return jax_steps(jax.jit)


def mlx():
    import mlx.core as mx

    x, parameters = inputs(mx.array)
    axes = mx.eye(SIZES[0])
    gradient = mx.grad(lambda row: network(mx.tanh, row, parameters)[0])

    def point(row):
        def second(axis):
            return (mx.jvp(gradient, [row], [axis])[1][0] * axis).sum()

        return mx.vmap(second)(axes).sum()

    way = mx.compile(mx.vmap(point))

    def step():
        found = way(x)
        mx.eval(found)
        return found

    return step
