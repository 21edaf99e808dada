"""The cost of one operation: a long chain of tiny ones, forward and backward."""

TITLE = "200 chained elementwise operations on 10 floats, forward and backward, per operation"
CASES = {"chain": {}}
TOLERANCE = 1e-4
PER_CALL = 200
VALUES = [0.1 * i for i in range(10)]


def chain(x, sin, tanh):
    for _ in range(PER_CALL // 4):
        x = tanh(sin(x) * 1.1 + 0.1)
    return x


def tape_step(tf):
    x = tf.Variable(VALUES)

    def step():
        with tf.GradientTape() as tape:
            y = chain(x, tf.sin, tf.tanh)
        return tape.gradient(y, x)

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

    x = torch.tensor(VALUES, requires_grad=True)

    def step():
        chain(x, torch.sin, torch.tanh).sum().backward()
        found, x.grad = x.grad, None
        return found

    return step


def jax_gradient(jax):
    jnp = jax.numpy
    return jax.grad(lambda x: chain(x, jnp.sin, jnp.tanh).sum()), jnp.array(VALUES, jnp.float32)


def jax():
    import jax

    gradient, x = jax_gradient(jax)
    return lambda: gradient(x).block_until_ready()


def jax_jit():
    import jax

    gradient, x = jax_gradient(jax)
    compiled = jax.jit(gradient)
    return lambda: compiled(x).block_until_ready()


def autograd():
    import autograd
    import autograd.numpy as np

    gradient = autograd.elementwise_grad(lambda x: chain(x, np.sin, np.tanh))
    x = np.array(VALUES, dtype=np.float32)
    return lambda: gradient(x)


def mlx():
    import mlx.core as mx

    gradient = mx.grad(lambda x: chain(x, mx.sin, mx.tanh).sum())
    x = mx.array(VALUES)

    def step():
        found = gradient(x)
        mx.eval(found)
        return found

    return step
