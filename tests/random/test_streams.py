"""The same seeds give TensorFlow's numbers (recorded in ``streams.json``)."""

from __future__ import annotations

import importlib.util
import json
import pathlib

import numpy as np
import pytest

import tensortape as tf

HERE = pathlib.Path(__file__).parent
# What is not drawn but computed of what was: NumPy's float32 functions differ between processors.
ROUNDED = {"candidate samplers": 3e-7}
WANTED = json.loads((HERE / "streams.json").read_text())["cases"]

_spec = importlib.util.spec_from_file_location("record_streams", HERE / "record_streams.py")
record_streams = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(record_streams)


@pytest.mark.parametrize("name", record_streams.CASES)
def test_numbers_are_those_of_tensorflow(name):
    got = record_streams.run(tf, record_streams.CASES[name])
    for (dtype, value), (wanted_dtype, wanted) in zip(got, WANTED[name], strict=True):
        assert dtype == wanted_dtype
        np.testing.assert_allclose(value, wanted, rtol=ROUNDED.get(name, 0), atol=0)


def test_the_example_of_the_documentation():
    tf.random.set_seed(0)
    numbers = tf.random.uniform((2,), -0.1, 0.1, tf.float64)
    np.testing.assert_allclose(numbers, [-0.03283963, -0.04337479], atol=5e-9)


def test_without_seeds_every_draw_is_different():
    tf.random.set_seed(None)
    draws = [float(tf.random.uniform([])) for _ in range(3)]
    tf.random.set_seed(None)
    assert len({*draws, float(tf.random.uniform([]))}) == 4


def test_threefry_as_compiled_tensorflow():
    got = tf.random.stateless_uniform([5], [1, 2], None, None, tf.uint32, alg="threefry")
    assert [hex(n) for n in got.numpy()] == [
        "0x257edf33",
        "0x8bb042e4",
        "0x87639233",
        "0x4836b2f1",
        "0x96a633a7",
    ]
