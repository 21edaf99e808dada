"""Products leave the BLAS' number of threads as it was, and share large work themselves."""

import os
import subprocess
import sys

import numpy as np
import pytest

import tensortape as tf
from tensortape.arrays import blas, blocks, shared_product

SHAPES = [
    ((300, 400), (400, 300)),
    ((40, 1200), (1200, 900)),
    ((900, 1200), (1200, 40)),
    ((6, 200, 200), (6, 200, 200)),
    ((6, 200, 200), (200, 200)),
    ((1, 4000), (4000, 70)),
]


@pytest.fixture(params=["alone", "shared"])
def sharing(request, monkeypatch):
    monkeypatch.setattr(shared_product, "SHARED", 1 << 20)
    monkeypatch.setattr(shared_product, "cores", lambda: 1 if request.param == "alone" else 2)
    monkeypatch.setattr(blocks.helpers, "count", 1)
    monkeypatch.setattr(blocks.helpers, "idle", lambda: True)


@pytest.mark.parametrize(("a", "b"), SHAPES, ids=str)
def test_large_products(a, b, sharing):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=a), rng.normal(size=b)
    z = tf.matmul(x, y)
    np.testing.assert_allclose(z.numpy(), np.matmul(x, y), rtol=1e-12, atol=1e-12)
    flipped = tf.matmul(np.swapaxes(x, -1, -2), y, transpose_a=True)
    np.testing.assert_allclose(flipped.numpy(), z.numpy(), rtol=1e-12, atol=1e-11)


def test_errors_and_threads_are_restored(sharing):
    one = blas.one_thread
    if one.set is None:
        pytest.skip("NumPy's BLAS does not say how many threads it uses")
    before = one.get()
    x = tf.ones((400, 500))
    with pytest.raises(tf.errors.InvalidArgumentError):
        tf.matmul(x, x)
    tf.linalg.svd(tf.ones((50, 60)))
    with pytest.raises(tf.errors.InvalidArgumentError):
        tf.linalg.inv(tf.zeros((80, 80)))
    assert one.get() == before
    assert one.running == 0


def test_threads_of_the_library():
    program = (
        "import tensortape as tf\n"
        "from tensortape.arrays.blas import one_thread\n"
        "assert one_thread.set is None\n"
        "one_thread.enter(); one_thread.leave()\n"
        "x = tf.ones((700, 700))\n"
        "assert float(tf.reduce_sum(x @ x)) == 700.0**3\n"
        "f = tf.function(lambda x: tf.nn.relu(x @ x))\n"
        "assert float(tf.reduce_sum(f(x))) == 700.0**3\n"
    )
    environment = {**os.environ, "TENSORTAPE_BLAS_THREADS": "library"}
    subprocess.run([sys.executable, "-c", program], env=environment, check=True, timeout=120)


def test_kernels_of_half_the_width_are_noticed():
    if not blas.WIDE or not blas.kernels():
        pytest.skip("no processor with vectors of 512 bits, or no OpenBLAS")
    program = "from tensortape.arrays import blas; print(blas.kernels(), blas.is_narrow())"
    for core, told in (("Haswell", "haswell True"), ("SkylakeX", "skylakex False")):
        environment = {**os.environ, "OPENBLAS_CORETYPE": core}
        command = [sys.executable, "-c", program]
        run = subprocess.run(command, env=environment, check=True, timeout=120, capture_output=True)
        assert run.stdout.decode().strip() == told
