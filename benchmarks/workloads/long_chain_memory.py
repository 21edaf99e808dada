"""The memory of a long tape, and of many short ones."""

from workloads._memory import forget_peak, peak, resident

TITLE = "peak resident memory of 1,000 operations on 1 M floats, and growth over 10,000 tapes"
CASES = {
    "chain-memory-1000-ops": {"what": "chain"},
    "tapes-memory-growth-9000": {"what": "tapes"},
}
FRESH = True
UNIT = "B"
TARGETS = {"chain-memory-1000-ops": {"torch": 1}}
OPERATIONS = 1000
SIZE = 1_000_000
TAPES = 10_000


def chain(x, sin, tanh, operations):
    for _ in range(operations // 4):
        x = tanh(sin(x) * 1.1 + 0.1)
    return x


def measured(long_step, short_step, what):
    """Peak of the whole process for one long chain; growth from the 1,000th tape to the last."""
    if what == "chain":
        forget_peak()
        long_step()
        return peak()
    for _ in range(TAPES // 10):
        short_step()
    before = resident()
    for _ in range(TAPES - TAPES // 10):
        short_step()
    return max(0, resident() - before)


def tape_step(tf, size, operations):
    x = tf.Variable(tf.ones([size]))

    def step():
        with tf.GradientTape() as tape:
            y = chain(x, tf.sin, tf.tanh, operations)
        return tape.gradient(y, x)

    return step


def tapes(tf, what):
    return measured(tape_step(tf, SIZE, OPERATIONS), tape_step(tf, 10, 20), what)


def tensortape(what):
    import tensortape as tf

    return tapes(tf, what)


def tensorflow(what):
    import tensorflow as tf

    return tapes(tf, what)


def torch(what):
    import torch

    def make(size, operations):
        x = torch.ones(size, requires_grad=True)

        def step():
            chain(x, torch.sin, torch.tanh, operations).sum().backward()
            found, x.grad = x.grad, None
            return found

        return step

    return measured(make(SIZE, OPERATIONS), make(10, 20), what)


def jax_steps(what, transform):
    import jax

    jnp = jax.numpy

    def make(size, operations):
        gradient = transform(jax.grad(lambda x: chain(x, jnp.sin, jnp.tanh, operations).sum()))
        x = jnp.ones(size, jnp.float32)
        return lambda: gradient(x).block_until_ready()

    return measured(make(SIZE, OPERATIONS), make(10, 20), what)


def jax(what):
    import jax

    return jax_steps("chain", lambda way: way) if what == "chain" else jax_steps(what, jax.jit)


def autograd(what):
    import autograd
    import autograd.numpy as np

    def make(size, operations):
        gradient = autograd.grad(lambda x: np.sum(chain(x, np.sin, np.tanh, operations)))
        x = np.ones(size, dtype=np.float32)
        return lambda: gradient(x)

    return measured(make(SIZE, OPERATIONS), make(10, 20), what)
