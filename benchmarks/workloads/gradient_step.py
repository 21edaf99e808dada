"""One step of gradient descent, each library's own way of saying it."""

TITLE = "eager gradient-descent step on x**2 - 6*x + 5"
CASES = {"gradient-step": {}}
TOLERANCE = 1e-5  # some libraries compute Python scalars in float64
TARGETS = {"gradient-step": {"tensorflow": 20, "torch": 1.5}}


def objective(x):
    return x**2 - 6 * x + 5


def tape_step(tf):
    x = tf.Variable(0.0)

    def step():
        with tf.GradientTape() as tape:
            y = objective(x)
        x.assign_sub(0.1 * tape.gradient(y, x))
        return x

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

    x = torch.tensor(0.0, requires_grad=True)

    def step():
        objective(x).backward()
        with torch.no_grad():
            x.sub_(0.1 * x.grad)
        x.grad = None
        return x

    return step


def functional_step(x, gradient, update):
    """The idiom of the libraries that transform functions: a new x replaces the old one."""

    def step():
        nonlocal x
        x = update(x, gradient)
        return x

    return step


def jax():
    import jax

    def update(x, gradient):
        return (x - 0.1 * gradient(x)).block_until_ready()

    return functional_step(jax.numpy.float32(0), jax.grad(objective), update)


def jax_jit():
    import jax

    compiled = jax.jit(lambda x: x - 0.1 * jax.grad(objective)(x))
    return functional_step(
        jax.numpy.float32(0), compiled, lambda x, compiled: compiled(x).block_until_ready()
    )


def autograd():
    import autograd

    return functional_step(0.0, autograd.grad(objective), lambda x, grad: x - 0.1 * grad(x))


def mlx():
    import mlx.core as mx

    def update(x, gradient):
        x = x - 0.1 * gradient(x)
        mx.eval(x)
        return x

    return functional_step(mx.array(0.0), mx.grad(objective), update)
