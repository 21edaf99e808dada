"""Epochs of `fit` on each backend of Keras: time per epoch, without shuffling."""

from workloads._keras import compiled

TITLE = "an epoch of Keras' fit, Adam, float32"
MODELS = ("mlp", "cnn", "lstm", "transformer")
CASES = {f"keras-epoch-{name}": {"model": name} for name in MODELS}
TOLERANCE = 2e-2  # of losses after some hundred steps
TARGETS = {name: {"fastest": 1} for name in CASES}
PER_CALL = 1  # epochs


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


def tensortape_jax(model):
    step = fit("tensortape", model)

    def warm_up():
        """Epochs until XLA has taken over: compiling has paid after some thousand steps."""
        for _ in range(4500 // {"mlp": 47, "cnn": 47, "lstm": 16, "transformer": 8}[model]):
            step()

    step.warm_up = warm_up
    return step
