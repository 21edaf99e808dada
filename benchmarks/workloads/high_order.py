"""The sixth derivative of a network of one variable at many points."""

from workloads._data import uniform
from workloads.batch_jacobian import inputs as perceptron
from workloads.batch_jacobian import network

TITLE = "6th derivative of a 1-64-64-1 perceptron, tanh, at 1,000 points, float64"
CASES = {"sixth-derivative-1000": {"n": 1000}}
TOLERANCE = 1e-8
TARGETS = {"sixth-derivative-1000": {"fastest": 1}}
ORDER = 6


def inputs(n, array):
    _, parameters = perceptron(array, 1, (1, 64, 64, 1))
    return array(uniform(9, n, 1, scale=1.0)), parameters


def tape_step(tf, n):
    """Tapes in tapes: each differentiates the gradient inside."""
    x, parameters = inputs(n, lambda values: tf.constant(values, dtype=tf.float64))

    def derivative(order):
        if order == 0:
            return network(tf.tanh, x, parameters)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = derivative(order - 1)
        return tape.gradient(y, x)

    return lambda: derivative(ORDER)


def tensortape(n):
    import tensortape as tf

    x, parameters = inputs(n, lambda values: tf.constant(values, dtype=tf.float64))
    return lambda: tf.autodiff.derivatives(lambda x: network(tf.tanh, x, parameters), x, ORDER)[
        ORDER
    ]


def tensortape_function(n):
    import tensortape as tf

    x, parameters = inputs(n, lambda values: tf.constant(values, dtype=tf.float64))

    @tf.function
    def step(x, parameters):
        return tf.autodiff.derivatives(lambda x: network(tf.tanh, x, parameters), x, ORDER)[ORDER]

    return lambda: step(x, parameters)


def tensorflow(n):
    import tensorflow as tf

    return tape_step(tf, n)


def tensorflow_function(n):
    import tensorflow as tf

    return tf.function(tape_step(tf, n))


def tensorflow_xla(n):
    import tensorflow as tf

    return tf.function(tape_step(tf, n), jit_compile=True)


def torch(n):
    import torch

    x, parameters = inputs(n, lambda values: torch.tensor(values, dtype=torch.float64))
    x.requires_grad_()

    def step():
        y = network(torch.tanh, x, parameters)
        for order in range(ORDER):
            (y,) = torch.autograd.grad(y.sum(), x, create_graph=order < ORDER - 1)
        return y.detach()

    return step


def jax_steps(n, transform):
    import jax
    from jax.experimental import jet

    jnp = jax.numpy
    x, parameters = inputs(n, lambda values: jnp.array(values, jnp.float64))

    def f(x):
        return network(jnp.tanh, x, parameters)

    def nested(x):
        way = f
        for _ in range(ORDER):
            way = jax.grad(lambda x, inner=way: inner(x).sum())
        return way(x)

    def taylor(x):
        rest = [jnp.zeros_like(x)] * (ORDER - 1)
        return jet.jet(f, (x,), ((jnp.ones_like(x), *rest),))[1][-1]

    def step(way):
        way = transform(way)
        return lambda: way(x).block_until_ready()

    return {"nested": step(nested), "jet": step(taylor)}


def jax(n):
    steps = jax_steps(n, lambda way: way)
    return {"jet": steps["jet"]}  # nested without compiling takes minutes


def jax_jit(n):
    import jax

    return jax_steps(n, jax.jit)
