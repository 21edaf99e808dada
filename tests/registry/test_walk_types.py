"""Every operation on other memory layouts and dtypes."""

from __future__ import annotations

import zlib

import numpy as np
import pytest
from registry_calculus import (
    difference,
    gradients,
    inner,
    outputs,
    raw,
    tangents,
    tensors,
    value,
    weights,
)
from registry_cases import Case, cases, differentiable

import tensortape as tf
from tensortape.core import errors
from tensortape.core.state import quiet

CASES = [case for op in differentiable() for case in cases(op)]
walk = pytest.mark.parametrize("case", CASES, ids=str)


def with_arrays(case, arrays):
    return Case(case.op, case.label, arrays, case.attrs, case.wrt)


def scattered(array):
    """The same values, every second element of a larger array with its axes turned round."""
    if not array.ndim:
        return array
    wide = np.zeros([2 * n for n in array.shape[::-1]], array.dtype)
    view = wide[tuple(slice(None, None, 2) for _ in array.shape)].T
    view[...] = array
    return view


@walk
def test_memory_layout(case):
    """Arrays that are not contiguous give what contiguous ones give."""
    other = with_arrays(case, [scattered(np.asarray(a))[()] for a in case.arrays])
    attrs = case.normalised()
    for got, want in zip(
        value(case, other.arrays, attrs), value(case, case.arrays, attrs), strict=True
    ):
        np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-14)
    for got, want in zip(gradients(other), gradients(case), strict=True):
        assert (got is None) == (want is None)
        if got is not None:
            np.testing.assert_allclose(raw(got), raw(want), rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
@walk
def test_low_precision(case, dtype):
    """Results, gradients and tangents have the dtype of the operation's inputs."""
    if case.op.type == "ResizeBilinearDouble":
        pytest.skip("for float64 alone")
    low = getattr(tf, dtype)
    kinds = case.op.dtypes
    if dtype == "float16" and case.op.type == "Complex":
        pytest.skip("there is no complex type of half precision")
    if case.attrs.get("dtype") is not None or (kinds and "f" not in kinds):
        pytest.skip("the result has a dtype of its own")
    arrays = [a.astype(low._np)[()] if a.dtype.kind == "f" else a for a in case.arrays]
    other = with_arrays(case, arrays)
    try:
        ys = outputs(other, tensors(other))
    except (errors.OpError, TypeError, ValueError) as exc:
        if dtype == "float32":
            raise
        pytest.skip(str(exc))
    wide = outputs(case, tensors(case))
    for y, w in zip(ys, wide, strict=True):
        assert y.dtype is low or w.dtype is not tf.float64
    for g, i in zip(gradients(other), case.wrt, strict=True):
        assert g is None or g.dtype is low, f"gradient of input {i}"
    _, ts = tangents(other)
    for t, y in zip(ts, ys, strict=True):
        assert t is None or t.dtype is y.dtype
    if dtype == "float32" and "Random" not in case.op.type and "Normal" not in case.op.type:
        for y, w in zip(ys, wide, strict=True):
            np.testing.assert_allclose(raw(y), raw(w), rtol=2e-3, atol=2e-4)


NOT_CONJUGATED = {
    "MulNoNan": "TensorFlow's rule does not conjugate",
    "Xdivy": "TensorFlow's rule does not conjugate",
    "Xlogy": "TensorFlow's rule does not conjugate",
    "Xlog1py": "TensorFlow's rule does not conjugate",
    "Sign": "TensorFlow's gradient of z / |z| is zero",
}

COMPLEX = [
    case
    for case in CASES
    if case.op.family == "elementwise"
    and "c" in case.op.dtypes
    and case.label in ("plain", "broadcast")
    and case.op.type not in NOT_CONJUGATED
]


@pytest.mark.parametrize("case", COMPLEX, ids=str)
def test_complex(case):
    """``Re <w, dy> == Re <g, dx>``: TensorFlow's gradient is the conjugate of the derivative."""
    rng = np.random.default_rng(zlib.crc32(str(case).encode()))
    arrays = [a + 0.3j * rng.normal(size=np.shape(a)) for a in case.arrays]
    other = with_arrays(case, arrays)
    other.wrt = list(range(len(arrays)))
    steps = {
        i: rng.normal(size=np.shape(a)) + 1j * rng.normal(size=np.shape(a))
        for i, a in enumerate(arrays)
    }
    attrs = other.normalised()
    ys = outputs(other, tensors(other))
    ws = weights(other, ys)
    with quiet():
        want = difference(lambda a: inner(ws, value(other, a, attrs)), other, steps)
    got = inner(gradients(other), [steps[i] for i in other.wrt])
    assert got == pytest.approx(want, rel=1e-6, abs=1e-6)
