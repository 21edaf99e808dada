"""The AND gate by Keras: `fit` on four points, time per epoch of a long run."""

from workloads._keras import compiled

TITLE = "an epoch of Keras' fit on the 4 points of an AND gate"
CASES = {"keras-epoch-and-gate": {"model": "and-gate"}}
TOLERANCE = 2e-2  # of losses after some hundred steps
TARGETS = {name: {"fastest": 1} for name in CASES}
PER_CALL = 20  # epochs


def fit(backend, model):
    built, x, y, batch = compiled(backend, model)

    def step():
        epochs = {"epochs": PER_CALL, "batch_size": batch, "shuffle": False, "verbose": 0}
        return built.fit(x, y, **epochs).history["loss"]

    return step


def tensortape(model):
    return fit("tensortape", model)


def tensorflow_function(model):
    return fit("tensorflow", model)


def torch(model):
    return fit("torch", model)


def jax_jit(model):
    return fit("jax", model)
