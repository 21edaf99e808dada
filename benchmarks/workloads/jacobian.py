"""The Jacobian of a one-hidden-layer linear network's output with respect to its parameters.

Every peer gets the network as it is written for a batch, and the library's own way of asking for
the Jacobian of that; `jacobian_rows.py` is the program rewritten for one point by hand.
"""

from workloads._data import grid, uniform

TITLE = "Jacobian of (x@w + u)@v, shape (n, 1), with respect to w, u and v, in float64"
CASES = {
    "jacobian-n3-h2": {"n": 3, "hidden": 2},
    "jacobian-n1000-h32": {"n": 1000, "hidden": 32},
    "jacobian-keras-n3-h2": {"n": 3, "hidden": 2, "keras": True},
}
TOLERANCE = 1e-9
TARGETS = {
    "jacobian-n3-h2": {"tensorflow": 300},
    "jacobian-n1000-h32": {"fastest": 30},
    "jacobian-keras-n3-h2": {"tensorflow": 300},
}


def inputs(n, hidden, array):
    """x and the parameters [w, u, v]."""
    w, u, v = uniform(1, 1, hidden), uniform(2, hidden), uniform(3, hidden, 1)
    return array(grid(n)), [array(w), array(u), array(v)]


def network(x, w, u, v):
    return (x @ w + u) @ v


def tape_step(tf, n, hidden, keras=False):
    x, variables = inputs(n, hidden, lambda values: tf.Variable(values, dtype=tf.float64))
    if keras:
        model = keras_model(tf, hidden)
        model(x)
        for own, variable in zip(model.trainable_variables, variables, strict=True):
            own.assign(variable)

    def step():
        with tf.GradientTape() as tape:
            y = model(x) if keras else network(x, *variables)
        return tape.jacobian(y, model.trainable_variables if keras else variables)

    return step


def keras_model(tf, hidden):
    """The same network as layers."""
    Dense = tf.keras.layers.Dense
    return tf.keras.Sequential(
        [Dense(hidden, dtype="float64"), Dense(1, use_bias=False, dtype="float64")]
    )


def tensortape(**case):
    import tensortape as tf

    return tape_step(tf, **case)


def tensortape_function(**case):
    import tensortape as tf

    return tf.function(tape_step(tf, **case))


def tensorflow(**case):
    import tensorflow as tf

    return tape_step(tf, **case)


def tensorflow_function(**case):
    import tensorflow as tf

    return tf.function(tape_step(tf, **case))


def tensorflow_xla(**case):
    import tensorflow as tf

    return tf.function(tape_step(tf, **case), jit_compile=True)


def torch(n, hidden, keras=False):
    import torch
    from torch import func
    from torch.autograd.functional import jacobian

    if keras:
        return None
    x, parameters = inputs(n, hidden, lambda values: torch.tensor(values, dtype=torch.float64))

    def output(w, u, v):
        return network(x, w, u, v)

    reverse = func.jacrev(output, argnums=(0, 1, 2))
    forward = func.jacfwd(output, argnums=(0, 1, 2))
    return {
        "jacrev": lambda: reverse(*parameters),
        "jacfwd": lambda: forward(*parameters),
        "functional": lambda: jacobian(output, tuple(parameters), vectorize=True),
    }


def jax_steps(n, hidden, transform):
    """Reverse and forward Jacobians, each passed through `transform`."""
    import jax

    x, parameters = inputs(
        n, hidden, lambda values: jax.numpy.array(values, dtype=jax.numpy.float64)
    )

    def step(jacobian):
        function = transform(jacobian(network, argnums=(1, 2, 3)))
        return lambda: jax.block_until_ready(function(x, *parameters))

    return {"jacrev": step(jax.jacrev), "jacfwd": step(jax.jacfwd)}


def jax(n, hidden, keras=False):
    return None if keras else jax_steps(n, hidden, lambda function: function)


def jax_jit(n, hidden, keras=False):
    import jax

    return None if keras else jax_steps(n, hidden, jax.jit)


def autograd(n, hidden, keras=False):
    import autograd
    import autograd.numpy as np

    if keras:
        return None
    x, parameters = inputs(n, hidden, np.array)
    jacobians = [autograd.jacobian(network, place) for place in (1, 2, 3)]
    return lambda: [jacobian(x, *parameters) for jacobian in jacobians]


def mlx(n, hidden, keras=False):
    import mlx.core as mx

    if keras:
        return None
    mx.set_default_device(mx.cpu)  # the device that has float64
    x, parameters = inputs(n, hidden, lambda values: mx.array(values, dtype=mx.float64))
    rows = mx.eye(n, dtype=mx.float64).reshape(n, n, 1)

    def pull(row):
        return mx.vjp(lambda w, u, v: network(x, w, u, v), parameters, [row])[1]

    def step(function):
        def run():
            found = function(rows)
            mx.eval(found)
            return found

        return run

    return {
        "vmap(vjp)": step(mx.vmap(pull)),
        "compile(vmap(vjp))": step(mx.compile(mx.vmap(pull))),
    }
