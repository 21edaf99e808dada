"""The Jacobian of `jacobian.py` where the program was rewritten by hand for one point at a time.

That each row of the output depends on its own row of the input alone is something the author of
these programs knew and used (`vmap` over points). TensorTape is given the batch as it is.
"""

from workloads._data import grid, uniform

TITLE = "the same Jacobian, peers' programs rewritten by hand as a map over points"
CASES = {"jacobian-by-rows-n1000-h32": {"n": 1000, "hidden": 32}}
TOLERANCE = 1e-9


def inputs(n, hidden, array):
    w, u, v = uniform(1, 1, hidden), uniform(2, hidden), uniform(3, hidden, 1)
    return array(grid(n)), [array(w), array(u), array(v)]


def network(x, w, u, v):
    return (x @ w + u) @ v


def tensortape(n, hidden):
    import tensortape as tf

    x, variables = inputs(n, hidden, lambda values: tf.Variable(values, dtype=tf.float64))

    def step():
        with tf.GradientTape() as tape:
            y = network(x, *variables)
        return tape.jacobian(y, variables)

    return step


def tape_rows(tf, n, hidden):
    x, variables = inputs(n, hidden, lambda values: tf.Variable(values, dtype=tf.float64))

    def row(point):
        with tf.GradientTape() as tape:
            y = network(point[None], *variables)[0]
        return tape.gradient(y, variables)

    return lambda: tf.vectorized_map(row, x.value())


def tensorflow(n, hidden):
    import tensorflow as tf

    return tape_rows(tf, n, hidden)


def tensorflow_function(n, hidden):
    import tensorflow as tf

    return tf.function(tape_rows(tf, n, hidden))


def tensorflow_xla(n, hidden):
    import tensorflow as tf

    return tf.function(tape_rows(tf, n, hidden), jit_compile=True)


def torch(n, hidden):
    import torch
    from torch.func import jacrev, vmap

    x, parameters = inputs(n, hidden, lambda values: torch.tensor(values, dtype=torch.float64))
    rows = vmap(jacrev(network, argnums=(1, 2, 3)), in_dims=(0, None, None, None))
    return lambda: rows(x, *parameters)


def jax_rows(n, hidden, transform):
    import jax

    x, parameters = inputs(
        n, hidden, lambda values: jax.numpy.array(values, dtype=jax.numpy.float64)
    )
    rows = jax.vmap(jax.jacrev(network, argnums=(1, 2, 3)), in_axes=(0, None, None, None))
    function = transform(rows)
    return lambda: jax.block_until_ready(function(x, *parameters))


def jax(n, hidden):
    return jax_rows(n, hidden, lambda function: function)


def jax_jit(n, hidden):
    import jax

    return jax_rows(n, hidden, jax.jit)


def mlx(n, hidden):
    import mlx.core as mx

    mx.set_default_device(mx.cpu)  # the device that has float64
    x, parameters = inputs(n, hidden, lambda values: mx.array(values, dtype=mx.float64))
    gradient = mx.grad(
        lambda point, w, u, v: network(point[None], w, u, v).sum(), argnums=(1, 2, 3)
    )
    rows = mx.vmap(gradient, in_axes=(0, None, None, None))

    def step(function):
        def run():
            found = function(x, *parameters)
            mx.eval(found)
            return found

        return run

    return {"vmap(grad)": step(rows), "compile(vmap(grad))": step(mx.compile(rows))}
