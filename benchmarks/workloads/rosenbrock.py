"""Second derivatives of the Rosenbrock function: the Hessian, and its product with a vector."""

from workloads._data import uniform

TITLE = "Hessian of the Rosenbrock function of n variables, or its product with a vector, float64"
CASES = {
    f"rosenbrock-{what}-n{n}": {"what": what, "n": n}
    for what in ("hessian", "hvp")
    for n in (10, 100, 1000)
}
TOLERANCE = 1e-9
TARGETS = {name: {"tensorflow": 1, "torch": 1} for name in CASES}


def rosenbrock(total, x):
    return total(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def inputs(n, array):
    return array(uniform(5, n, scale=2.0)), array(uniform(6, n, scale=1.0))


def tape_step(tf, what, n):
    """Nested tapes, as everybody writes them; the product is the gradient of an inner product."""
    x, v = inputs(n, lambda values: tf.constant(values, dtype=tf.float64))

    def step():
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as inner:
                inner.watch(x)
                y = rosenbrock(tf.reduce_sum, x)
            gradient = inner.gradient(y, x)
        if what == "hessian":
            return outer.jacobian(gradient, x)
        return outer.gradient(gradient, x, output_gradients=v)

    return step


def accumulated(tf, n):
    """The product forward over reverse."""
    x, v = inputs(n, lambda values: tf.constant(values, dtype=tf.float64))

    def step():
        with tf.autodiff.ForwardAccumulator(x, v) as accumulator:
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = rosenbrock(tf.reduce_sum, x)
            gradient = tape.gradient(y, x)
        return accumulator.jvp(gradient)

    return step


def tape_steps(tf, what, n, transform=lambda step: step):
    steps = {"nested tapes": transform(tape_step(tf, what, n))}
    if what == "hvp":
        steps["forward over reverse"] = transform(accumulated(tf, n))
    return steps


def tensortape(what, n):
    import tensortape as tf

    x, v = inputs(n, lambda values: tf.constant(values, dtype=tf.float64))

    def f(x):
        return rosenbrock(tf.reduce_sum, x)

    steps = tape_steps(tf, what, n)
    if what == "hessian":
        steps["autodiff.hessian"] = lambda: tf.autodiff.hessian(f, x)
    else:
        steps["autodiff.hvp"] = lambda: tf.autodiff.hvp(f, (x,), (v,))[0]
    return steps


def tensortape_function(what, n):
    """The point is an argument: what depends on constants alone would be computed beforehand."""
    import tensortape as tf

    x, v = inputs(n, lambda values: tf.constant(values, dtype=tf.float64))

    def f(x):
        return rosenbrock(tf.reduce_sum, x)

    @tf.function
    def hessian(x, v):
        return tf.autodiff.hessian(f, x)

    @tf.function
    def product(x, v):
        return tf.autodiff.hvp(f, (x,), (v,))[0]

    step = hessian if what == "hessian" else product
    return lambda: step(x, v)


def tensorflow(what, n):
    import tensorflow as tf

    return tape_steps(tf, what, n)


def tensorflow_function(what, n):
    import tensorflow as tf

    return tape_steps(tf, what, n, tf.function)


def tensorflow_xla(what, n):
    import tensorflow as tf

    return tape_steps(tf, what, n, lambda step: tf.function(step, jit_compile=True))


def torch(what, n):
    import torch
    from torch import func
    from torch.autograd import functional

    x, v = inputs(n, lambda values: torch.tensor(values, dtype=torch.float64))

    def f(x):
        return rosenbrock(torch.sum, x)

    if what == "hessian":
        hessian = func.hessian(f)
        return {
            "func.hessian": lambda: hessian(x),
            "functional": lambda: functional.hessian(f, x, vectorize=True),
        }
    return {
        "jvp(grad)": lambda: func.jvp(func.grad(f), (x,), (v,))[1],
        "functional": lambda: functional.hvp(f, x, v)[1],
        "functional vhp": lambda: functional.vhp(f, x, v)[1],
    }


def jax_steps(what, n, transform):
    import jax

    jnp = jax.numpy
    x, v = inputs(n, lambda values: jnp.array(values, jnp.float64))

    def f(x):
        return rosenbrock(jnp.sum, x)

    gradient = jax.grad(f)
    ways = {"jvp(grad)": lambda x: jax.jvp(gradient, (x,), (v,))[1]}
    if what == "hessian":
        ways = {"hessian": jax.hessian(f), "jacrev(jacrev)": jax.jacrev(gradient)}

    def step(way):
        way = transform(way)
        return lambda: way(x).block_until_ready()

    return {name: step(way) for name, way in ways.items()}


def jax(what, n):
    return jax_steps(what, n, lambda way: way)


def jax_jit(what, n):
    import jax

    return jax_steps(what, n, jax.jit)


def autograd(what, n):
    import autograd
    import autograd.numpy as np

    x, v = inputs(n, np.array)

    def f(x):
        return rosenbrock(np.sum, x)

    if what == "hessian":
        hessian = autograd.hessian(f)
        return lambda: hessian(x)
    product = autograd.hessian_vector_product(f)
    return lambda: product(x, v)
