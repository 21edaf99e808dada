"""A report written by hand, for the page's own tests and for designing it."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.examine.model import (
    Call,
    Flag,
    Group,
    Op,
    Position,
    Report,
    Series,
    SourceFile,
    Value,
)
from tensortape.examine.summary import summarize

NEURON = """weights = tf.Variable(np.array([0.5,0.5]))
bias = tf.Variable(0.3, dtype="float64")

def neuron(input):
  n = tf.reduce_sum(tf.multiply(weights, input)) + bias
  return tf.keras.activations.relu(n)

for _ in range(100):
  for datum in [[1., 1.], [0., 1.], [1., 0.], [0., 0.]]:
    x = tf.constant(datum, dtype="float64")

    with tf.GradientTape() as tape:
      a = neuron(x)
      expected = datum[0] * datum[1]
      loss = (a - expected) ** 2

    grad = tape.gradient(loss, [weights, bias])
"""
LOG1PEXP = """x = tf.Variable(100.)

def log1pexp(x):
  return tf.math.log(1 + tf.exp(x))

with tf.GradientTape() as tape:
  y=log1pexp(x)
dy_dx = tape.gradient(y, x)
"""
NETWORK = """with tf.GradientTape(persistent=True) as tape:
    hidden = tf.tanh(images @ w + u)
    out = hidden @ v
    scale = tf.round(temperature)
    pred = out * scale

jac = tape.jacobian(pred, [w, u, v, temperature])
"""


class Builder:
    """Collects the summaries of a group and numbers them."""

    def __init__(self) -> None:
        self.summaries: list[Any] = []

    def __call__(self, array: Any) -> int | None:
        if array is None:
            return None
        self.summaries.append(summarize(array))
        return len(self.summaries) - 1

    def all(self, arrays: Any) -> list[int | None]:
        return [self(a) for a in arrays]


def numbered(text: str) -> dict[str, str]:
    return {str(i): line for i, line in enumerate(text.splitlines(), 1)}


def neuron_group() -> Group:
    add = Builder()
    w, b = np.array([0.5, 0.5]), np.float64(0.3)
    calls, series = [], Series(target_is="loss")
    data = [[1.0, 1.0], [0.0, 1.0], [1.0, 0.0], [0.0, 0.0]]
    keep = {0, 1, 2, 3, 50, 100, 150, 200, 250, 300, 350, 399}
    for i in range(400):
        x = np.array(data[i % 4])
        m, e = w * x, x[0] * x[1]
        n = m.sum() + b
        a = np.maximum(n, 0.0)
        d = a - e
        loss = d**2
        gd = 2 * d
        gn = gd * (n > 0)
        gw = gn * x
        series.index.append(i)
        series.target.append(float(loss))
        series.gradient.append(float(np.hypot(np.linalg.norm(gw), gn)))
        if i in keep:
            zero = [
                Flag("zero", "All 2 elements are zero from Relu on: its input was ≤ 0.", 3, 0, [0])
            ]
            calls.append(
                Call(
                    i,
                    add.all([w, x, m, m.sum(), b, n, a, e, d, np.float64(2), loss]),
                    add.all([gw, None, gn * np.ones(2), gn, gn, gn, gd, None, gd, None, 1.0]),
                    [
                        add.all([gw, None]),
                        add.all([gn * np.ones(2)]),
                        add.all([gn, gn]),
                        add.all([gn]),
                        add.all([gd, None]),
                        add.all([gd, None]),
                    ],
                    add.all([gw, gn]),
                    zero if not gw.any() else [],
                )
            )
        w, b = w - 0.1 * gw, b - 0.1 * gn
    s: list[int | None] = []
    values = [
        Value("weights", "source", [2], "float64", None, 0),
        Value("x", "constant", [2], "float64"),
        Value("", "intermediate", [2], "float64", 0),
        Value("", "intermediate", s, "float64", 1),
        Value("bias", "source", s, "float64", None, 1),
        Value("n", "intermediate", s, "float64", 2),
        Value("a", "intermediate", s, "float64", 3),
        Value("", "constant", s, "float64"),
        Value("", "intermediate", s, "float64", 4),
        Value("", "constant", s, "float64"),
        Value("loss", "target", s, "float64", 5, None, 0),
    ]
    ops = [
        Op("Mul", [0, 1], [2], 1, "y = a · b", "da = g · b,  db = g · a", backward=True),
        Op(
            "Sum",
            [2],
            [3],
            1,
            "y = Σ x",
            "dx = g, to every element",
            {"axis": "(0,)"},
            backward=True,
        ),
        Op("AddV2", [3, 4], [5], 1, "y = a + b", "da = g,  db = g", backward=True),
        Op("Relu", [5], [6], 2, "y = max(x, 0)", "dx = g where x > 0, else 0", backward=True),
        Op("Sub", [6, 7], [8], 3, "y = a − b", "da = g,  db = −g", backward=True),
        Op("Pow", [8, 9], [10], 3, "y = a ** b", "da = g · b · a ** (b − 1)", backward=True),
    ]
    return Group("gradient", 0, [], 400, 0, values, ops, add.summaries, calls, series, {"zero": 96})


def nan_group() -> Group:
    add = Builder()
    x, one, inf = np.float32(100), np.float32(1), np.float32(np.inf)
    nan, zero = np.float32(np.nan), np.float32(0)
    flags = [
        Flag(
            "nan",
            "The gradient became NaN in the backward rule of Exp: 0 came in, "
            "and its value is infinite (0 · ∞).",
            0,
            0,
            [0],
        ),
        Flag(
            "forward-inf",
            "Exp overflowed: its output is infinite, its input (100) is finite.",
            0,
            1,
        ),
    ]
    call = Call(
        0,
        add.all([x, inf, one, inf, inf]),
        add.all([nan, zero, None, zero, one]),
        [add.all([nan]), add.all([None, zero]), add.all([zero])],
        add.all([nan]),
        flags,
    )
    s: list[int | None] = []
    values = [
        Value("x", "source", s, "float32", None, 0),
        Value("", "intermediate", s, "float32", 0),
        Value("", "constant", s, "float32"),
        Value("", "intermediate", s, "float32", 1),
        Value("y", "target", s, "float32", 2, None, 0),
    ]
    ops = [
        Op("Exp", [0], [1], 5, "y = exp(x)", "dx = g · y", backward=True),
        Op("AddV2", [2, 1], [3], 5, "y = a + b", "da = g,  db = g", backward=True),
        Op("Log", [3], [4], 5, "y = log(x)", "dx = g / x", backward=True),
    ]
    series = Series([0], ["Infinity"], ["NaN"], "y")
    return Group(
        "gradient",
        4,
        [],
        1,
        400,
        values,
        ops,
        add.summaries,
        [call],
        series,
        {"nan": 1, "forward-inf": 1},
    )


def jacobian_group() -> Group:
    add = Builder()
    rng = np.random.default_rng(0)
    x = rng.normal(size=(12, 300)).astype(np.float32)
    w = rng.normal(size=(300, 20)).astype(np.float32) / 20
    u, v = np.zeros(20, np.float32), rng.normal(size=(20, 1)).astype(np.float32)
    h, t, scale = np.tanh(x @ w + u), np.float32(1.4), np.float32(1.0)
    out = h @ v
    g = np.eye(12, dtype=np.float32).reshape(12, 12, 1)
    gh = np.einsum("kno,ho->knh", g, v)
    gz = gh * (1 - h * h)
    ju = gz.sum(1)
    jw, jv = np.einsum("nd,knh->kdh", x, gz), np.einsum("nh,kno->kho", h, g)
    ju, jw, jv = ju.reshape(12, 1, 20), jw.reshape(12, 1, 300, 20), jv.reshape(12, 1, 20, 1)
    flags = [
        Flag(
            "none",
            "temperature reached the target only through Round, "
            "which has no derivative (TensorFlow answers None).",
            4,
            9,
            [3],
        )
    ]
    call = Call(
        0,
        add.all([x, w, x @ w, u, x @ w + u, h, v, out, out * scale, t, scale]),
        add.all([None, jw, gz, ju, gz, gh, jv, g, g, None, None]),
        [
            add.all([None, jw]),
            add.all([gz, ju]),
            add.all([gz]),
            add.all([gh, jv]),
            [None],
            add.all([g, None]),
        ],
        add.all([jw, ju, jv, None]),
        flags,
    )
    f = "float32"
    values = [
        Value("images", "constant", [12, 300], f),
        Value("w", "source", [300, 20], f, None, 0),
        Value("", "intermediate", [12, 20], f, 0),
        Value("u", "source", [20], f, None, 1),
        Value("", "intermediate", [12, 20], f, 1),
        Value("hidden", "intermediate", [12, 20], f, 2),
        Value("v", "source", [20, 1], f, None, 2),
        Value("out", "intermediate", [12, 1], f, 3),
        Value("pred", "target", [12, 1], f, 5, None, 0),
        Value("temperature", "source", [], f, None, 3),
        Value("scale", "intermediate", [], f, 4),
    ]
    matmul = ("y = a @ b", "da = g @ bᵀ,  db = aᵀ @ g")
    ops = [
        Op("MatMul", [0, 1], [2], 7, *matmul, backward=True),
        Op("AddV2", [2, 3], [4], 7, "y = a + b", "da = g,  db = g", backward=True),
        Op("Tanh", [4], [5], 7, "y = tanh(x)", "dx = g · (1 − y²)", backward=True),
        Op("MatMul", [5, 6], [7], 8, *matmul, backward=True),
        Op("Round", [9], [10], 9, "y = round(x)", note="piecewise constant: no derivative"),
        Op("Mul", [7, 10], [8], 10, "y = a · b", "da = g · b,  db = g · a", backward=True),
    ]
    series = Series([0], [float(out.mean())], [float(np.linalg.norm(jw))], "mean of pred")
    return Group(
        "jacobian", 6, [11], 1, 401, values, ops, add.summaries, [call], series, {"none": 1}
    )


def sample_report() -> Report:
    files = [
        SourceFile("Cell 24", "cell", numbered(NEURON)),
        SourceFile("Cell 34", "cell", numbered(LOG1PEXP)),
        SourceFile("network.py", "file", numbered(NETWORK)),
    ]
    positions = [
        Position(0, 17),
        Position(0, 5, "neuron"),
        Position(0, 6, "neuron", "keras: relu"),
        Position(0, 15),
        Position(1, 8),
        Position(1, 4, "log1pexp"),
        Position(2, 7, "jacobians"),
        Position(2, 2, "jacobians"),
        Position(2, 3, "jacobians"),
        Position(2, 4, "jacobians"),
        Position(2, 5, "jacobians"),
        Position(2, 7),
    ]
    groups = [neuron_group(), nan_group(), jacobian_group()]
    return Report(
        "Sample <gradients> & more",
        "2026-01-02T03:04:05",
        "tensortape 0.1.0",
        files,
        positions,
        groups,
        calls=402,
    )
