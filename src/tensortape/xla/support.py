"""What XLA does with each operation: a table for documentation and for reasons in reports.

``"native"``: compiled. ``"host"``: NumPy computes it in a callback of the compiled program, with
the same answers, at the cost of the way there and back. ``"no"``: a function that uses it runs on
NumPy as a whole. The tests walk the registry and compare.
"""

from __future__ import annotations

from tensortape.core.registry import OPS
from tensortape.graph.ir import STATEFUL

_LACKS = "XLA has no such function"
_DRAWS = "NumPy draws the numbers, before the call where that is possible: the streams are the same"
_EFFECT = "what a function does besides computing, it does on the host"
_TEXT = "XLA has no strings"
_TEXT_MODULES = ("tensortape.ops.strings", "tensortape.ops.io", "tensortape.train")
"""Where operations on text are defined."""

HOSTED: dict[str, str] = dict.fromkeys(
    "BesselJ0 BesselJ1 BesselK0 BesselK0e BesselK1 BesselK1e BesselY0 BesselY1 Dawsn FresnelCos "
    "FresnelSin Eig EigValues MatrixSolveLs MatrixSquareRoot MatrixLogarithm CTCLoss "
    "Expint Spence IsotonicRegression PieceMeans DrawBoxes DrawBoundingBoxesV2 DCT".split(),
    _LACKS,
) | {
    "Range": "its bounds are data, and XLA wants to know the length",
    "RandomIndexShuffle": _DRAWS,
    "FractionalPoolingSequence": _DRAWS,
    "StatefulRandomBinomial": _DRAWS,
    "Sample": _DRAWS,
    "DenseBincount": "it looks at the numbers that it counts",
    "SegmentCount": "it looks at the ids",
    "CheckedRowSplits": "it looks at the row splits",
    "RaggedBincount": "it looks at the numbers that it counts",
    "RaggedPlaces": "it looks at the row splits",
    "RaggedRowIds": "it looks at the row splits",
    "FindPlaces": "it looks at row splits, or at places of elements",
    "HostCall": "it computes with Python, from values",
}
"""Op type -> why NumPy computes it."""

WITHOUT_FORM: dict[str, str] = {
    "Where": "how many elements are true, and with it the shape of the result, depends on data",
    "Unique": "how many distinct values there are depends on data",
    "UniqueWithCounts": "how many distinct values there are depends on data",
    "StringAdd": _TEXT,
    "TensorArrayGrow": "how many rows there are depends on data",
    "TensorArrayFit": "whether there are rows yet depends on data",
}
"""Op type -> why XLA cannot compile it."""

WITHOUT_FORM_MODULES: dict[str, str] = {
    "tensortape.graph.by_rank": "the rank of its argument is known only at run time",
    "tensortape.graph.uneven": "the elements of the array may have different shapes",
}
"""Modules of kernels that XLA cannot compile, and why."""


def status(op_type: str) -> str:
    """``"native"``, ``"host"`` or ``"no"``.

    >>> status("Tanh"), status("RandomUniform"), status("Where")
    ('native', 'host', 'no')
    """
    return _entry(op_type)[0]


def reason(op_type: str) -> str:
    """Why an operation is not compiled natively; empty when it is.

    >>> reason("StringAdd")
    'XLA has no strings'
    """
    return _entry(op_type)[1]


def _entry(op_type: str) -> tuple[str, str]:
    record = OPS[op_type]
    if op_type in WITHOUT_FORM:
        return "no", WITHOUT_FORM[op_type]
    module = record.kernel.__module__
    if module in WITHOUT_FORM_MODULES:
        return "no", WITHOUT_FORM_MODULES[module]
    if op_type in HOSTED:
        return "host", HOSTED[op_type]
    if record.family in STATEFUL:
        return "host", _DRAWS if record.family == "random" else _EFFECT
    if module.startswith(_TEXT_MODULES):
        return "no", _TEXT
    return ("host", _DRAWS) if op_type.startswith("Stateless") else ("native", "")
