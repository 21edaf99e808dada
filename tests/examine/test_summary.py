from __future__ import annotations

import json

import ml_dtypes
import numpy as np
import pytest

from tensortape.examine.model import to_json
from tensortape.examine.summary import FULL, plain, summarize


def test_small_arrays_are_kept_whole() -> None:
    s = summarize(np.array([[1.5, np.nan], [np.inf, -np.inf]]))
    assert s.shape == [2, 2]
    assert s.values == [1.5, "NaN", "Infinity", "-Infinity"]


def test_large_arrays_are_described_over_their_finite_elements() -> None:
    a = np.arange(100.0)
    a[3], a[4] = np.nan, np.inf
    s = summarize(a)
    finite = a[np.isfinite(a)]
    assert s.values is None
    assert s.first == [0.0, 1.0, 2.0, "NaN", "Infinity", 5.0, 6.0, 7.0]
    assert (s.min, s.max, s.nans, s.infs, s.zeros) == (0.0, 99.0, 1, 1, 1)
    assert s.mean == pytest.approx(finite.mean(), rel=1e-6)
    assert s.norm == pytest.approx(np.linalg.norm(finite), rel=1e-6)


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((0, 3)),
        np.zeros(FULL + 1, bool),
        np.arange(FULL + 1),
        np.ones(FULL + 1, np.complex64),
        np.ones(FULL + 1, ml_dtypes.bfloat16),
        np.array([b"x" * 100] * 3, object),
        np.array(["a"] * (FULL + 1)),
        np.full(FULL + 1, np.nan, np.float16),
        np.array(2**60),
        np.bool_(True),
    ],
)
def test_every_dtype_gives_json(array: np.ndarray) -> None:
    text = json.dumps(to_json(summarize(array)), allow_nan=False)
    assert len(text) < 2000


def test_elements_have_the_shortest_digits_of_their_dtype() -> None:
    assert plain(np.float32(0.1)) == 0.1
    assert plain(np.float64(0.1) + 0.2) == 0.30000000000000004
    assert plain(np.array(0.1, ml_dtypes.bfloat16)[()]) == pytest.approx(0.1, rel=1e-2)
