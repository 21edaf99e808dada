"""Single training steps on each backend of Keras: `train_on_batch`."""

from workloads._keras import MODELS, compiled

TITLE = "a step of Keras' train_on_batch, Adam, float32"
CASES = {f"keras-step-{name}": {"model": name} for name in MODELS}
TOLERANCE = 1e-3
TOLERANCES = {"keras-step-transformer": 1e-2}
"""TensorFlow's Adam squares the rows of an embedding's gradient before equal ones are added."""
TARGETS = {name: {"fastest": 1} for name in CASES}


def train(backend, model):
    built, x, y, batch = compiled(backend, model)
    x, y = x[:batch], y[:batch]
    return lambda: float(built.train_on_batch(x, y))


def tensortape(model):
    return train("tensortape", model)


def tensorflow_function(model):
    return train("tensorflow", model)


def torch(model):
    return train("torch", model)


def jax_jit(model):
    return train("jax", model)
