"""One step of gradient descent as a compiled function: what a call costs."""

from workloads.gradient_step import functional_step, objective, tape_step, tensorflow_xla

TITLE = "gradient-descent step on x**2 - 6*x + 5, compiled"
CASES = {"function-step": {}}
TOLERANCE = 1e-5
TARGETS = {"function-step": {"jax-jit": 1}}

__all__ = ["tensorflow_xla"]


def tensortape():
    import tensortape as tf

    return tf.function(tape_step(tf))


def tensorflow_function():
    import tensorflow as tf

    return tf.function(tape_step(tf))


def jax_jit():
    import jax

    compiled = jax.jit(lambda x: x - 0.1 * jax.grad(objective)(x))
    return functional_step(
        jax.numpy.float32(0), compiled, lambda x, compiled: compiled(x).block_until_ready()
    )


def torch_compile():
    import torch

    @torch.compile
    def update(x):
        return x - 0.1 * torch.func.grad(objective)(x)

    return functional_step(torch.tensor(0.0), update, lambda x, update: update(x))
