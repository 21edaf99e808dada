"""Few inputs, many outputs: the whole Jacobian, which is cheaper swept forward than backward."""

from itertools import pairwise

from workloads._data import uniform

TITLE = "Jacobian of a perceptron with few inputs and many outputs, float32"
CASES = {
    "jacobian-wide-3-64-64-5000": {"sizes": (3, 64, 64, 5000), "rows": 1},
    "batch-jacobian-wide-256x(2-64-64-50)": {"sizes": (2, 64, 64, 50), "rows": 256},
}
TOLERANCE = 1e-4
TARGETS = {name: {"torch": 1} for name in CASES}


def values(sizes, rows):
    weights = [
        uniform(10 + i, a, b, scale=1.7 / a**0.5) for i, (a, b) in enumerate(pairwise(sizes))
    ]
    return weights, uniform(3, rows, sizes[0], scale=1.0)


def network(x, weights, tanh):
    for w in weights[:-1]:
        x = tanh(x @ w)
    return x @ weights[-1]


def tape_step(tf, sizes, rows):
    weights, x = values(sizes, rows)
    weights, x = [tf.constant(w, tf.float32) for w in weights], tf.constant(x, tf.float32)

    def step():
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = network(x, weights, tf.tanh)
        return tape.batch_jacobian(y, x)

    return step


def tensortape(sizes, rows):
    import tensortape as tf

    return tape_step(tf, sizes, rows)


def tensorflow(sizes, rows):
    import tensorflow as tf

    return tape_step(tf, sizes, rows)


def tensorflow_function(sizes, rows):
    import tensorflow as tf

    return tf.function(tape_step(tf, sizes, rows))


def tensorflow_xla(sizes, rows):
    import tensorflow as tf

    return tf.function(tape_step(tf, sizes, rows), jit_compile=True)


def torch(sizes, rows):
    import torch
    from torch import func

    weights, x = values(sizes, rows)
    weights = [torch.tensor(w, dtype=torch.float32) for w in weights]
    x = torch.tensor(x, dtype=torch.float32)

    def f(x):
        return network(x, weights, torch.tanh)

    ways = {"jacrev": func.vmap(func.jacrev(f)), "jacfwd": func.vmap(func.jacfwd(f))}
    return {name: lambda way=way: way(x) for name, way in ways.items()}


def jax_steps(sizes, rows, transform):
    import jax

    jnp = jax.numpy
    weights, x = values(sizes, rows)
    weights, x = [jnp.array(w, jnp.float32) for w in weights], jnp.array(x, jnp.float32)

    def f(x):
        return network(x, weights, jnp.tanh)

    def step(way):
        way = transform(jax.vmap(way(f)))
        return lambda: way(x).block_until_ready()

    return {"jacrev": step(jax.jacrev), "jacfwd": step(jax.jacfwd)}


def jax(sizes, rows):
    return jax_steps(sizes, rows, lambda way: way)


def jax_jit(sizes, rows):
    import jax

    return jax_steps(sizes, rows, jax.jit)
