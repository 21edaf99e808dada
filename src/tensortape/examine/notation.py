"""What the operations compute and how their gradients flow, as formulas for readers.

``g`` is the gradient that arrives, ``y`` the output. An op record that has a formula of its own
wins; ops without an entry are shown by their type alone.
"""

from __future__ import annotations

from typing import Any

FORMULAS: dict[str, tuple[str, str]] = {
    "Abs": ("y = |x|", "dx = g · sign(x)"),
    "Acos": ("y = arccos(x)", "dx = −g / √(1 − x²)"),
    "Acosh": ("y = arcosh(x)", "dx = g / √(x² − 1)"),
    "Add": ("y = a + b", "da = g,  db = g"),
    "AddN": ("y = Σ xᵢ", "dxᵢ = g"),
    "AddV2": ("y = a + b", "da = g,  db = g"),
    "Asin": ("y = arcsin(x)", "dx = g / √(1 − x²)"),
    "Asinh": ("y = arsinh(x)", "dx = g / √(1 + x²)"),
    "Atan": ("y = arctan(x)", "dx = g / (1 + x²)"),
    "Atan2": ("y = arctan(a / b)", "da = g · b / (a² + b²),  db = −g · a / (a² + b²)"),
    "Atanh": ("y = artanh(x)", "dx = g / (1 − x²)"),
    "BatchMatMulV2": ("y = a @ b", "da = g @ bᵀ,  db = aᵀ @ g"),
    "BiasAdd": ("y = x + b", "dx = g,  db = Σ g"),
    "BroadcastTo": ("y = x, repeated", "dx = Σ g over the repeats"),
    "Cast": ("y = x in another type", "dx = g in x's type"),
    "Ceil": ("y = ⌈x⌉", ""),
    "ClipByValue": ("y = x within [low, high]", "dx = g where x is within, else 0"),
    "ConcatV2": ("y = [a, b, …]", "each gets its part of g"),
    "Cos": ("y = cos(x)", "dx = −g · sin(x)"),
    "Cosh": ("y = cosh(x)", "dx = g · sinh(x)"),
    "Cumsum": ("yᵢ = x₁ + … + xᵢ", "dx = reverse cumulative sum of g"),
    "Digamma": ("y = ψ(x)", "dx = g · ψ′(x)"),
    "Div": ("y = a / b", "da = g / b,  db = −g · y / b"),
    "DivNoNan": ("y = a / b, 0 where b = 0", "da = g / b,  db = −g · y / b"),
    "Elu": ("y = x if x > 0 else eˣ − 1", "dx = g if x > 0 else g · (y + 1)"),
    "Erf": ("y = erf(x)", "dx = g · 2/√π · exp(−x²)"),
    "Exp": ("y = exp(x)", "dx = g · y"),
    "ExpandDims": ("y = x with one more axis", "dx = g in x's shape"),
    "Expm1": ("y = exp(x) − 1", "dx = g · (y + 1)"),
    "Floor": ("y = ⌊x⌋", ""),
    "GatherV2": ("y = x[indices]", "dx = g added up at the indices"),
    "Identity": ("y = x", "dx = g"),
    "Inv": ("y = 1 / x", "dx = −g · y²"),
    "L2Loss": ("y = Σ x² / 2", "dx = g · x"),
    "LeakyRelu": ("y = x if x > 0 else α · x", "dx = g if x > 0 else α · g"),
    "Lgamma": ("y = log Γ(x)", "dx = g · ψ(x)"),
    "Log": ("y = log(x)", "dx = g / x"),
    "Log1p": ("y = log(1 + x)", "dx = g / (1 + x)"),
    "LogSoftmax": ("y = x − log Σ eˣ", "dx = g − softmax(x) · Σ g"),
    "MatMul": ("y = a @ b", "da = g @ bᵀ,  db = aᵀ @ g"),
    "Max": ("y = max x", "dx = g at the maximum, shared by ties"),
    "Maximum": ("y = max(a, b)", "g goes to the larger one"),
    "Mean": ("y = mean x", "dx = g / n, to every element"),
    "Min": ("y = min x", "dx = g at the minimum, shared by ties"),
    "Minimum": ("y = min(a, b)", "g goes to the smaller one"),
    "Mul": ("y = a · b", "da = g · b,  db = g · a"),
    "Neg": ("y = −x", "dx = −g"),
    "Pack": ("y = stack(a, b, …)", "each gets its slice of g"),
    "Pad": ("y = x with margins", "dx = g without the margins"),
    "PadV2": ("y = x with margins", "dx = g without the margins"),
    "Pow": ("y = aᵇ", "da = g · b · aᵇ⁻¹,  db = g · y · log(a)"),
    "Prod": ("y = Π x", "dx = g · product of the others"),
    "RealDiv": ("y = a / b", "da = g / b,  db = −g · y / b"),
    "Reciprocal": ("y = 1 / x", "dx = −g · y²"),
    "Relu": ("y = max(x, 0)", "dx = g where x > 0, else 0"),
    "Relu6": ("y = min(max(x, 0), 6)", "dx = g where 0 < x < 6, else 0"),
    "Reshape": ("y = x in another shape", "dx = g in x's shape"),
    "ResourceGather": ("y = x[indices]", "dx = g added up at the indices"),
    "Rint": ("y = round(x)", ""),
    "Round": ("y = round(x)", ""),
    "Rsqrt": ("y = 1 / √x", "dx = −g · y³ / 2"),
    "SelectV2": ("y = a where condition else b", "da = g where condition,  db = g elsewhere"),
    "Selu": ("y = λ · (x if x > 0 else α · (eˣ − 1))", "dx = g · y′(x)"),
    "Sigmoid": ("y = 1 / (1 + e⁻ˣ)", "dx = g · y · (1 − y)"),
    "Sign": ("y = sign(x)", "dx = 0"),
    "Sin": ("y = sin(x)", "dx = g · cos(x)"),
    "Sinh": ("y = sinh(x)", "dx = g · cosh(x)"),
    "Slice": ("y = part of x", "dx = g in its place, else 0"),
    "Softmax": ("y = eˣ / Σ eˣ", "dx = y · (g − Σ g · y)"),
    "SoftmaxCrossEntropyWithLogits": ("y = −Σ p · log softmax(x)", "dx = g · (softmax(x) − p)"),
    "Softplus": ("y = log(1 + eˣ)", "dx = g · sigmoid(x)"),
    "Softsign": ("y = x / (1 + |x|)", "dx = g / (1 + |x|)²"),
    "SparseSoftmaxCrossEntropyWithLogits": (
        "y = −log softmax(x)[label]",
        "dx = g · (softmax(x) − onehot)",
    ),
    "Split": ("y₁, y₂, … = parts of x", "dx = the gradients joined"),
    "SplitV": ("y₁, y₂, … = parts of x", "dx = the gradients joined"),
    "Sqrt": ("y = √x", "dx = g / (2 · y)"),
    "Square": ("y = x²", "dx = g · 2x"),
    "SquaredDifference": ("y = (a − b)²", "da = 2 · g · (a − b),  db = −da"),
    "Squeeze": ("y = x without axes of length 1", "dx = g in x's shape"),
    "StopGradient": ("y = x", "nothing passes"),
    "StridedSlice": ("y = x[…]", "dx = g in its place, else 0"),
    "Sub": ("y = a − b", "da = g,  db = −g"),
    "Sum": ("y = Σ x", "dx = g, to every element"),
    "Tan": ("y = tan(x)", "dx = g · (1 + y²)"),
    "Tanh": ("y = tanh(x)", "dx = g · (1 − y²)"),
    "Tile": ("y = x, repeated", "dx = Σ g over the repeats"),
    "Transpose": ("y = xᵀ", "dx = gᵀ"),
    "Unpack": ("y₁, y₂, … = rows of x", "dx = the gradients stacked"),
    "Xdivy": ("y = a / b, 0 where a = 0", "da = g / b,  db = −g · y / b"),
    "Xlogy": ("y = a · log(b)", "da = g · log(b),  db = g · a / b"),
}


def formula_of(op: Any) -> tuple[str, str]:
    """The formulas of an op record: of the value, and of the gradients.

    >>> from types import SimpleNamespace
    >>> formula_of(SimpleNamespace(type="Neg"))
    ('y = −x', 'dx = −g')
    """
    if op.type == "CustomGradient":
        return f"y = {op.name}(…)", "the function's own gradient"
    forward, backward = FORMULAS.get(op.type, ("", ""))
    return getattr(op, "formula", "") or forward, backward
