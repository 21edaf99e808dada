"""Cases of every operation that draws no numbers: those of the registry walk, and more by hand."""

from __future__ import annotations

import numpy as np
from registry_cases import Case, cases, special_cases

from tensortape.core import dtypes
from tensortape.core.registry import OPS
from tensortape.graph.ir import STATEFUL

F = np.array([[-1.5, 2.5, np.nan], [np.inf, -0.0, 3.5]])
K = np.array([[-7, 3, 0], [5, -2, 9]])
J = np.array([[2, -3, 4], [-5, 6, 1]])
B, C = K > 0, J > 2
SHIFT = np.array([[0, 1, 70], [-1, 3, 2]])

PICTURE = np.random.default_rng(0).uniform(size=(1, 3, 4, 3)).astype(np.float32)

EXTRA = {
    "StopGradient": [([F], {})],
    "ZerosLike": [([F], {})],
    "OnesLike": [([K], {})],
    "OneHot": [([np.array([0, 2, -1]), np.float32(1), np.float32(0)], {"depth": 3, "axis": 1})],
    "SequenceMask": [([np.array([1, 3])], {"maxlen": 4})],
    "Range": [([np.int32(1), np.int32(7), np.int32(2)], {})],
    "Bitcast": [
        ([F], {"dtype": dtypes.int64}),
        ([F], {"dtype": dtypes.uint8}),
        ([K.astype(np.uint8).repeat(4, 0).reshape(2, 3, 4)], {"dtype": dtypes.float32}),
    ],
    "Bucketize": [([F[0, :2].astype(np.float32)], {"boundaries": [0.0, 2.0]})],
    "IsNan": [([F], {})],
    "IsInf": [([F], {})],
    "IsFinite": [([F], {})],
    "IgammaGradA": [([np.array([0.5, 2.0]), np.array([1.0, 3.0])], {})],
    "LogicalNot": [([B], {})],
    "Invert": [([K], {}), ([K.astype(np.uint8)], {})],
    "LeftShift": [([K, SHIFT], {}), ([K.astype(np.int8), SHIFT.astype(np.int8)], {})],
    "RightShift": [([K, SHIFT], {}), ([K.astype(np.uint16), SHIFT.astype(np.uint16)], {})],
    "PopulationCount": [([K], {}), ([K.astype(np.int8)], {})],
    "HistogramFixedWidthBins": [([F[0, :2], np.float64(-2), np.float64(3)], {"nbins": 4})],
    "InTopKV2": [
        ([np.array([2, 0]), np.array([[0.1, 0.3, 0.2], [0.5, 0.1, 0.9]], np.float32)], {"k": 2})
    ],
    "Shape": [([F], {})],
    "Size": [([F], {})],
    "Rank": [([F], {})],
    "BatchMatMulV3": [([K, J.T], {"Tout": dtypes.int64})],
    "MatrixLogarithm": [([np.array([[2, 1], [0, 3]], complex)], {})],
    "ArgMax": [([F], {"axis": 1}), ([K], {"axis": 0, "output_type": dtypes.int32})],
    "ArgMin": [([F], {"axis": 0}), ([K], {"axis": 1})],
    "CTCDerivative": [([F], {})],
    "WindowArgmax": [
        (
            [
                np.arange(16.0).reshape(1, 4, 4, 1),
                np.array([[5.0, 7], [13, 15]]).reshape(1, 2, 2, 1),
            ],
            {"kernel": (2, 2), "strides": (2, 2), "pads": ((0, 0), (0, 0)), "dilations": (1, 1)},
        )
    ],
    "Any": [([B], {"axis": 1}), ([B], {})],
    "All": [([B], {"axis": (0,), "keepdims": True})],
    "RandomGammaGrad": [([np.array([0.5, 2.0]), np.array([1.0, 3.0])], {})],
    "Argsort": [([F], {"axis": 1}), ([K], {"axis": 0, "descending": True})],
    "DrawBoxes": [([PICTURE, np.array([[[0, 0.1, 0.5, 0.9]]], np.float32), PICTURE[0, 0]], {})],
    "DrawBoundingBoxesV2": [
        ([PICTURE, np.array([[[0, 0.1, 0.5, 0.9]]], np.float32), PICTURE[0, 0]], {})
    ],
    "ExtractGlimpseV2": [
        (
            [PICTURE, np.array([[0.5, -0.5]], np.float32), np.zeros((1, 2, 2, 3), np.float32)],
            {"size": (2, 2), "centered": True, "normalized": True},
        )
    ],
    "ResizeBilinearDouble": [([PICTURE.astype(np.float64)], {"size": (5, 2)})],
    "ResizeArea": [([PICTURE], {"size": (2, 3)})],
    "HSVToRGB": [([PICTURE], {})],
    "AdjustContrastv2": [([PICTURE, np.float32(1.5)], {})],
    "AdjustHue": [([PICTURE, np.float32(0.3)], {})],
    "AdjustSaturation": [([PICTURE, np.float32(0.7)], {})],
    "HostInteger": [([], {"value": 3, "dtype": np.int32})],
    "HostConstant": [([], {"make": "zeros", "args": ((2,), np.float32), "kwargs": ()})],
}
for _type in ("Floor", "Ceil", "Rint", "Round"):
    EXTRA[_type] = [([F], {})]
for _type in ("FloorDiv", "TruncateDiv", "TruncateMod"):
    EXTRA[_type] = [
        ([K, J], {}),
        ([K / 2, J / 4], {}),
        ([K.astype(np.uint8), J.astype(np.uint8)], {}),
    ]
for _type in ("Equal", "NotEqual", "Less", "LessEqual", "Greater", "GreaterEqual"):
    EXTRA[_type] = [([F, F.T[:, :2].reshape(2, 3)], {}), ([K, J], {})]
for _type in ("Gcd", "Lcm", "BitwiseAnd", "BitwiseOr", "BitwiseXor"):
    EXTRA[_type] = [([K, J], {})]
for _type in ("LogicalAnd", "LogicalOr"):
    EXTRA[_type] = [([B, C], {})]

DRAWS = {op.type for op in OPS.values() if op.family in STATEFUL} | {
    name for name in OPS if name.startswith("Stateless") or "Sample" in name
}
DRAWS |= {"RandomIndexShuffle", "StatefulRandomBinomial", "FractionalPoolingSequence", "HostCall"}
"""Operations that draw numbers or have effects: ``test_engine.py``."""


def cases_of(op):
    """All cases of an operation."""
    found = [*cases(op)]
    if op.family == "elementwise":
        found += special_cases(op)
    for k, (arrays, attrs) in enumerate(EXTRA.get(op.type, ())):
        found.append(Case(op, f"by hand {k}", [a[()] for a in map(np.asarray, arrays)], attrs))
    return found


def narrowed(case):
    """The case in single precision."""
    return Case(case.op, case.label, [_single(a) for a in case.arrays], case.attrs, case.wrt)


def _single(array):
    kinds = {"f": np.float32, "c": np.complex64}
    return array.astype(kinds[array.dtype.kind]) if array.dtype.kind in kinds else array
