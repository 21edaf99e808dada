"""One workload for each family of operations, of 10, 10^4 and 10^6 elements, with and without
gradients: TensorTape and TensorFlow run the same text, PyTorch what says the same there.

A family is a function of a size that returns arrays, the function for TensorFlow's names, that for
PyTorch's, and which of the arrays are differentiated.
"""

import numpy as np
from families import _arrays, _networks  # noqa: F401  (they enter their families)
from families._table import FAMILIES

TITLE = "operations by family"
SIZES = {"10": 10, "1e4": 10_000, "1e6": 1_000_000}


class Sample:
    """A result of which a few hundred elements are compared: lists of millions take too long."""

    def __init__(self, result):
        self.result = result if isinstance(result, (list, tuple)) else [result]

    def tolist(self):
        """Elements at equal distances of each array."""
        flat = [np.asarray(x.detach() if hasattr(x, "detach") else x).ravel() for x in self.result]
        return [float(v) for x in flat for v in x[:: max(1, x.size // 200)]]


CASES = {
    f"{name} {label} {mode}": {"name": name, "size": size, "mode": mode}
    for name in FAMILIES
    for label, size in SIZES.items()
    for mode in ("forward", "gradient")
}
TOLERANCE = 3e-3


def tape_step(tf, name, size, mode):
    """The step in TensorFlow's language."""
    arrays, function, _, count = FAMILIES[name](size)
    inputs = [tf.constant(a) for a in arrays]
    sources = inputs[:count]
    if mode == "forward":
        return lambda: Sample(function(tf, *inputs))

    def step():
        with tf.GradientTape() as tape:
            tape.watch(sources)
            y = function(tf, *inputs)
        found = tape.gradient(y, sources)
        return Sample([tf.convert_to_tensor(g) for g in found])

    return step


def tensortape(name, size, mode):
    import tensortape as tf

    return tape_step(tf, name, size, mode)


def tensorflow(name, size, mode):
    import tensorflow as tf

    return tape_step(tf, name, size, mode)


def torch(name, size, mode):
    import torch

    arrays, _, function, count = FAMILIES[name](size)
    inputs = [torch.tensor(a, requires_grad=i < count and mode != "forward")
              for i, a in enumerate(arrays)]  # fmt: skip
    if mode == "forward":

        def forward():
            with torch.no_grad():
                y = function(torch, *inputs)
                return Sample(y.clone(memory_format=torch.contiguous_format))

        return forward

    def step():
        y = function(torch, *inputs)
        return Sample(torch.autograd.grad(y, inputs[:count], torch.ones_like(y)))

    return step
