"""The gradient of every operation by straight-line code, to the bit what the walk gives."""

from __future__ import annotations

import numpy as np
import pytest
from registry_calculus import dense, outputs, raw, tensors
from registry_cases import cases, differentiable

from tensortape.autodiff import tape as tapes
from tensortape.autodiff.straight_line import shelf
from tensortape.autodiff.tape import GradientTape

CASES = [case for op in differentiable() for case in cases(op)]
WALKED = {
    "GatherV2": "rows come back as an IndexedSlices",
    "GatherNd": "rows come back as an IndexedSlices",
    "TensorArrayGrow": "the rule works on tensors",
    "TensorArrayFit": "the rule works on tensors",
    "CropAndResize": "has 0.0 for an attribute, which equals -0.0",
}
"""Operations for which no function is written, and why."""


@pytest.fixture
def shelves(monkeypatch):
    """Functions are written for what comes a second time."""
    monkeypatch.setattr(shelf, "OFTEN", 1)
    monkeypatch.setattr(shelf, "_shelves", {})
    monkeypatch.setattr(tapes.overrides, "used", False)
    return shelf._shelves


def gradients(case, xs):
    """The gradient of each output that has one, and the shapes and bits of it."""
    sources = [xs[i] for i in case.wrt]
    with GradientTape(persistent=True) as tape:
        tape.watch(sources)
        ys = outputs(case, xs)
    found = [g for y in ys if y._a.dtype.kind in "fc" for g in tape.gradient(y, sources)]
    return [g if g is None else np.asarray(raw(dense(g))) for g in found]


def others(case):
    """The inputs of a case with other values, as far as they are differentiated."""
    xs = list(tensors(case))
    for i in case.wrt:
        a = raw(xs[i])
        xs[i] = type(xs[i])((a * a.dtype.type(0.9375))[()])
    return xs


@pytest.mark.parametrize("case", CASES, ids=str)
def test_to_the_bit(case, shelves):
    want = gradients(case, tensors(case)), gradients(case, others(case))
    shelves.clear()
    for _ in range(3):
        gradients(case, tensors(case))
    functions = [f for s in shelves.values() for f in s.functions]
    got = gradients(case, tensors(case)), gradients(case, others(case))
    if case.wrt and not functions:
        assert case.op.type in WALKED
    for a, b in zip(want[0] + want[1], got[0] + got[1], strict=True):
        assert type(a) is type(b)
        if a is not None:
            assert (a.dtype, a.shape, a.tobytes()) == (b.dtype, b.shape, b.tobytes())
