"""One step of gradient descent as a compiled function: what a call costs."""

from workloads import _stages
from workloads.gradient_step import functional_step, objective, tape_step

TITLE = "gradient-descent step on x**2 - 6*x + 5, compiled"
STAGES = True
CASES = {"function-step": {}}
TOLERANCE = 1e-5
TARGETS = {"function-step": {"jax-jit": 1}}


def compiled_step(tf, **options):
    step = tf.function(tape_step(tf), **options)
    return _stages.tensorflow(step, step, **options)


def tensortape_function():
    import tensortape as tf

    return compiled_step(tf)


tensortape_jax = tensortape_function


def tensorflow_function():
    import tensorflow as tf

    return compiled_step(tf)


def tensorflow_xla():
    import tensorflow as tf

    return compiled_step(tf, jit_compile=True)


def jax_jit():
    import jax

    def function(x):
        return x - 0.1 * jax.grad(objective)(x)

    x = jax.numpy.float32(0)
    step = functional_step(x, jax.jit(function), lambda x, f: f(x).block_until_ready())
    return _stages.jax(step, function, x)


def torch_compile():
    import torch

    @torch.compile
    def update(x):
        return x - 0.1 * torch.func.grad(objective)(x)

    return functional_step(torch.tensor(0.0), update, lambda x, update: update(x))
