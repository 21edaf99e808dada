"""Computing again in place of keeping: 50 layers, with and without."""

from workloads._data import uniform

TITLE = "gradient of a perceptron of 50 layers of 256, tanh, batch of 4,096, float32"
CASES = {
    "deep-50-plain": {"again": False},
    "deep-50-recomputed": {"again": True},
}
TOLERANCE = 1e-3
LAYERS, WIDTH, ROWS, GROUP = 50, 256, 4096, 5


def inputs(array):
    """The batch, and one matrix for each layer (all made from one, to be quick)."""
    import itertools

    row = list(itertools.chain.from_iterable(uniform(9, ROWS // 16, WIDTH, scale=1.0)))
    x = [row[i * WIDTH : (i + 1) * WIDTH] for i in range(ROWS // 16)] * 16
    w = uniform(1, WIDTH, WIDTH, scale=0.1)
    return array(x), [array(w) for _ in range(LAYERS)]


def groups(items):
    return [items[i : i + GROUP] for i in range(0, len(items), GROUP)]


def block(tanh, x, *parameters):
    for w in parameters:
        x = tanh(x @ w)
    return x


def network(wrapped, x, parameters):
    """The layers in groups of five; each group goes through `wrapped`."""
    for group in groups(parameters):
        x = wrapped(x, *group)
    return x


def tape_step(tf, again):
    x, parameters = inputs(lambda values: tf.constant(values, dtype=tf.float32))

    def group(x, *parameters):
        return block(tf.tanh, x, *parameters)

    wrapped = tf.recompute_grad(group) if again else group

    def step():
        with tf.GradientTape() as tape:
            tape.watch(parameters)
            y = tf.reduce_sum(network(wrapped, x, parameters) ** 2)
        return tape.gradient(y, parameters)

    return step


def tensortape(again):
    import tensortape as tf

    return tape_step(tf, again)


def tensorflow(again):
    import tensorflow as tf

    return tape_step(tf, again)


def torch(again):
    import torch
    from torch.utils.checkpoint import checkpoint

    x, parameters = inputs(torch.tensor)
    for w in parameters:
        w.requires_grad_()

    def group(x, *parameters):
        return block(torch.tanh, x, *parameters)

    def wrapped(*args):
        return checkpoint(group, *args, use_reentrant=False) if again else group(*args)

    def step():
        y = (network(wrapped, x, parameters) ** 2).sum()
        return torch.autograd.grad(y, parameters)

    return step


def jax_jit(again):
    import jax

    jnp = jax.numpy
    x, parameters = inputs(lambda values: jnp.array(values, jnp.float32))

    def group(x, *parameters):
        return block(jnp.tanh, x, *parameters)

    wrapped = jax.checkpoint(group) if again else group
    gradient = jax.jit(jax.grad(lambda parameters: (network(wrapped, x, parameters) ** 2).sum()))
    return lambda: jax.block_until_ready(gradient(parameters))
