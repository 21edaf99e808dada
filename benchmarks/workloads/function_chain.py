"""Where memory is the limit: a long chain of elementwise operations on a large array."""

from workloads import _stages

TITLE = "200 elementwise operations on 1,000,000 floats, compiled"
STAGES = True
CASES = {"function-chain": {"n": 1_000_000}}
TOLERANCE = 1e-4
ROUNDS = 50


def values(n):
    return [((7 * i) % 1000) / 1000 - 0.5 for i in range(n)]


def chain(x, magnitude):
    y = x
    for _ in range(ROUNDS):
        y = magnitude(y * 0.5 + x) - 0.25
    return y


def compiled_chain(tf, n, **options):
    x = tf.constant(values(n))
    step = tf.function(lambda x: chain(x, tf.abs), **options)
    return _stages.tensorflow(lambda: step(x), step, x, **options)


def tensortape_function(n):
    import tensortape as tf

    return compiled_chain(tf, n)


tensortape_jax = tensortape_function


def tensorflow_function(n):
    import tensorflow as tf

    return compiled_chain(tf, n)


def tensorflow_xla(n):
    import tensorflow as tf

    return compiled_chain(tf, n, jit_compile=True)


def torch(n):
    import torch

    x = torch.tensor(values(n))
    return lambda: chain(x, torch.abs)


def torch_compile(n):
    import torch

    x = torch.tensor(values(n))
    compiled = torch.compile(lambda x: chain(x, torch.abs))
    return lambda: compiled(x)


def jax_jit(n):
    import jax

    x = jax.numpy.array(values(n), jax.numpy.float32)

    def function(x):
        return chain(x, jax.numpy.abs)

    compiled = jax.jit(function)
    return _stages.jax(lambda: compiled(x).block_until_ready(), function, x)
