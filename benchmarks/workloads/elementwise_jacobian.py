"""The Jacobian of a function of each element: a diagonal matrix, if one knows.

`n1000` asks each library for its Jacobian, all n² entries. At n = 100,000 that is 40 GB, so
`diagonal-n100000` asks for the diagonal alone, by whatever the library offers a user who knows
that there is nothing else: here first-order Taylor mode, elsewhere the gradient of the sum or the
tangent along ones.
"""

from workloads._data import uniform

TITLE = "Jacobian of tanh(sin(x) * 1.1 + x**2), elementwise, float32"
CASES = {
    "jacobian-elementwise-n1000": {"n": 1000, "whole": True},
    "jacobian-elementwise-diagonal-n100000": {"n": 100_000, "whole": False},
}
TOLERANCE = 1e-4
TARGETS = {"jacobian-elementwise-n1000": {"fastest": 1}}


def function(x, sin, tanh):
    return tanh(sin(x) * 1.1 + x**2)


def point(n):
    return uniform(4, n, scale=1.0)


def tape_step(tf, n, whole):
    x = tf.constant(point(n))

    def step():
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = function(x, tf.sin, tf.tanh)
        return tape.jacobian(y, x) if whole else tape.gradient(y, x)

    return step


def tensortape(n, whole):
    import tensortape as tf

    if whole:
        return tape_step(tf, n, whole)
    x = tf.constant(point(n))
    return {
        "tape.gradient": tape_step(tf, n, whole),
        "derivatives": lambda: tf.autodiff.derivatives(
            lambda x: function(x, tf.sin, tf.tanh), x, 1
        )[1],
    }


def tensorflow(n, whole):
    import tensorflow as tf

    return tape_step(tf, n, whole)


def tensorflow_function(n, whole):
    import tensorflow as tf

    return tf.function(tape_step(tf, n, whole))


def tensorflow_xla(n, whole):
    import tensorflow as tf

    return tf.function(tape_step(tf, n, whole), jit_compile=True)


def torch(n, whole):
    import torch
    from torch import func

    x = torch.tensor(point(n))

    def f(x):
        return function(x, torch.sin, torch.tanh)

    if whole:
        reverse, forward = func.jacrev(f), func.jacfwd(f)
        return {"jacrev": lambda: reverse(x), "jacfwd": lambda: forward(x)}
    ones = torch.ones(n)
    gradient = func.grad(lambda x: f(x).sum())
    return {"grad": lambda: gradient(x), "jvp": lambda: func.jvp(f, (x,), (ones,))[1]}


def jax_steps(n, whole, transform):
    import jax

    jnp = jax.numpy
    x = jnp.array(point(n), jnp.float32)

    def f(x):
        return function(x, jnp.sin, jnp.tanh)

    ways = {"grad": jax.grad(lambda x: f(x).sum())}
    if whole:
        ways = {"jacrev": jax.jacrev(f), "jacfwd": jax.jacfwd(f)}

    def step(way):
        way = transform(way)
        return lambda: way(x).block_until_ready()

    return {name: step(way) for name, way in ways.items()}


def jax(n, whole):
    return jax_steps(n, whole, lambda way: way)


def jax_jit(n, whole):
    import jax

    return jax_steps(n, whole, jax.jit)


def autograd(n, whole):
    import autograd
    import autograd.numpy as np

    make = autograd.jacobian if whole else autograd.elementwise_grad
    derivative = make(lambda x: function(x, np.sin, np.tanh))
    x = np.array(point(n), dtype=np.float32)
    return lambda: derivative(x)


def mlx(n, whole):
    import mlx.core as mx

    x = mx.array(point(n))

    def f(x):
        return function(x, mx.sin, mx.tanh)

    if whole:
        rows = mx.eye(n)
        way = mx.compile(lambda: mx.vmap(lambda row: mx.vjp(f, [x], [row])[1][0])(rows))
    else:
        gradient = mx.grad(lambda x: f(x).sum())
        way = mx.compile(lambda: gradient(x))

    def step():
        found = way()
        mx.eval(found)
        return found

    return step
