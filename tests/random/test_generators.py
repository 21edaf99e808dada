"""The bit generators against published vectors, and against themselves in other forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensortape.ops.random import distributions, double, philox, single, threefry

# Known answers published with the algorithms (Random123).
VECTORS = [
    (0, 0, (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    (2**64 - 1, 2**128 - 1, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        0x299F31D0A4093822,
        0x0370734413198A2E85A308D3243F6A88,
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


@pytest.mark.parametrize(("key", "counter", "words"), VECTORS)
def test_philox_vectors(key, counter, words):
    assert philox.block(philox.Philox(key, counter)) == words


def test_threefry_vector():
    x, y = threefry.hash_words(0, np.zeros(1, np.uint64))
    assert (int(x[0]), int(y[0])) == (0x6B200159, 0x99BA4EFE)


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**128 - 1), st.integers(0, 2**64 - 1))
def test_one_block_is_many(key, counter, offset):
    state = philox.Philox(key, counter)
    many = philox.blocks_at(state, np.array([offset, 0], np.uint64))
    assert tuple(many[0].tolist()) == philox.block(state.skip(offset))
    assert tuple(many[1].tolist()) == philox.block(state)


@pytest.mark.parametrize("draw", [distributions.uniform, distributions.normal])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_long_draws_continue_short_ones(draw, dtype):
    """The parts a long draw is computed in do not show."""
    state = philox.Philox(3, 2**64 - 5)
    long = draw(state, 40001, dtype)
    for count in (1, 5, 60, 9000):
        np.testing.assert_array_equal(draw(state, count, dtype), long[:count])
    per_block = 2 if dtype == "float64" else 4
    rest = draw(state.skip(8000), 40001 - 8000 * per_block, dtype)
    np.testing.assert_array_equal(rest, long[8000 * per_block :])


def test_single_precision_functions_are_within_their_rounding():
    x = np.random.default_rng(0).uniform(1e-7, 6.28, 100_000).astype(np.float32)
    wide = x.astype(np.float64)
    sine, cosine = single.sincos(x)
    for got, want in ((single.log(x), np.log(wide)), (sine, np.sin(wide)), (cosine, np.cos(wide))):
        units = np.abs(got - want) / np.spacing(np.abs(want).astype(np.float32))
        assert units.max() < 0.85


def test_double_precision_logarithms_are_those_of_the_c_library():
    x = np.random.default_rng(0).random((40, 25))
    logs, shifted = double.log(x), double.log1p(-x)
    assert logs.tolist() == [[math.log(v) for v in row] for row in x.tolist()]
    assert shifted.tolist() == [[math.log1p(-v) for v in row] for row in x.tolist()]
    assert double.log(x[:0]).shape == (0, 25)


def test_truncated_normals_stay_inside():
    values = distributions.truncated_normal(philox.Philox(1, 2), 100_001, np.float32)
    assert np.abs(values).max() < 2
    assert abs(values.std() - 0.8796) < 0.005
