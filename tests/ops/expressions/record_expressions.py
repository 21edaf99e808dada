"""Records what expressions of linear algebra and neural networks give in real TensorFlow.

Run in an environment that has TensorFlow; writes recorded.json next to this file.
"""

import json
import pathlib
import zlib

import numpy as np

HERE = pathlib.Path(__file__).parent


def expressions():
    """All expressions, file by file."""
    texts = [path.read_text() for path in sorted(HERE.glob("*.txt"))]
    return list(dict.fromkeys(line for text in texts for line in text.splitlines() if line))


def scope(tf, expression):
    """The names that an expression may use; ``r`` draws the same for the same expression."""
    state = np.random.RandomState(zlib.crc32(expression.encode()))

    def r(*shape, dtype="float32"):
        return tf.constant(np.asarray(state.randn(*shape)).astype(dtype))

    def watched(function, xs):
        with tf.GradientTape() as tape:
            tape.watch(xs)
            y = function(*xs)
        return tape.gradient(y, xs)

    def grad(function, *xs):
        return watched(function, [tf.convert_to_tensor(x) for x in xs])

    def grad2(function, *xs):
        xs = [tf.convert_to_tensor(x) for x in xs]
        with tf.GradientTape() as tape:
            tape.watch(xs)
            found = [g for g in watched(function, xs) if g is not None]
            total = sum(tf.reduce_sum(tf.abs(g) * tf.abs(g)) for g in found)
        return tape.gradient(total, xs)

    return {"tf": tf, "np": np, "r": r, "grad": grad, "grad2": grad2}


def leaves(value):
    """Tensors of nested lists and tuples, in order."""
    if isinstance(value, (list, tuple)):
        return [leaf for item in value for leaf in leaves(item)]
    if value is None or not hasattr(value, "numpy"):
        return [value]
    array = np.asarray(value.numpy())
    kind = np.complex128 if array.dtype.kind == "c" else np.float64
    flat = array.astype(kind).ravel()
    if kind is np.complex128:
        flat = np.stack([flat.real, flat.imag], 1).ravel()
    numbers = [float(f"{x:.7g}") if np.isfinite(x) else str(x) for x in flat.tolist()]
    return [[value.dtype.name, list(array.shape), numbers]]


def outcome(tf, expression):
    """What an expression gives: its tensors, or the class of its exception."""
    try:
        return leaves(eval(expression, scope(tf, expression)))
    except Exception as error:
        return {"error": type(error).__name__}


if __name__ == "__main__":
    import tensorflow

    lines = [f"{json.dumps(e)}: {json.dumps(outcome(tensorflow, e))}" for e in expressions()]
    (HERE / "recorded.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
