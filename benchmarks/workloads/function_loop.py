"""A loop of 1000 steps that a compiled function takes, and its gradient."""

from workloads import _stages

TITLE = "1000 steps of x = x + 0.001 * sin(x) in a compiled loop"
STAGES = True
CASES = {"function-loop": {"gradient": False}, "function-loop-gradient": {"gradient": True}}
TOLERANCE = 1e-4
STEPS = 1000


def while_step(tf, gradient, **options):
    x = tf.constant(0.5)

    def loop(x):
        def body(i, x):
            return i + 1, x + 0.001 * tf.sin(x)

        return tf.while_loop(lambda i, x: i < STEPS, body, (tf.constant(0), x))[1]

    def differentiated(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = loop(x)
        return tape.gradient(y, x)

    step = tf.function(differentiated if gradient else loop, **options)
    return _stages.tensorflow(lambda: step(x), step, x, **options)


def tensortape_function(gradient):
    import tensortape as tf

    return while_step(tf, gradient)


tensortape_jax = tensortape_function


def tensorflow_function(gradient):
    import tensorflow as tf

    return while_step(tf, gradient)


def tensorflow_xla(gradient):
    import tensorflow as tf

    return None if gradient else while_step(tf, gradient, jit_compile=True)


def torch(gradient):
    import torch

    def loop(x):
        for _ in range(STEPS):
            x = x + 0.001 * torch.sin(x)
        return x

    x = torch.tensor(0.5, requires_grad=gradient)

    def step():
        if not gradient:
            return loop(x)
        loop(x).backward()
        found, x.grad = x.grad, None
        return found

    return step


def jax_jit(gradient):
    import jax

    def loop(x):
        def body(x, _):
            return x + 0.001 * jax.numpy.sin(x), None

        return jax.lax.scan(body, x, None, length=STEPS)[0]

    function, x = jax.grad(loop) if gradient else loop, jax.numpy.float32(0.5)
    compiled = jax.jit(function)
    return _stages.jax(lambda: compiled(x).block_until_ready(), function, x)
