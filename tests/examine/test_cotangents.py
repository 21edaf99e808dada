from __future__ import annotations

from types import SimpleNamespace

import numpy as np

import tensortape as tf
from tensortape.arrays.batched import BatchedNamespace, dense, identity
from tensortape.examine.cotangents import Blocks, array_of


def test_a_structured_batch_is_written_out() -> None:
    ns = BatchedNamespace(np, (3, 2))
    batch = identity(ns, (3, 2), np.float64) * np.arange(6.0).reshape(3, 2)
    np.testing.assert_array_equal(array_of(batch), dense(ns, batch))


def test_a_large_structured_batch_is_kept_as_blocks() -> None:
    ns = BatchedNamespace(np, (1000,))
    blocks = array_of(identity(ns, (1000, 32), np.float32))
    assert isinstance(blocks, Blocks)
    assert "block-diagonal" in blocks.note


def test_sparse_slices_and_unknown_objects() -> None:
    rows = tf.constant([[1.0, 2.0]])
    slices = array_of(SimpleNamespace(values=rows, indices=tf.constant([4])))
    assert isinstance(slices, Blocks)
    np.testing.assert_array_equal(slices.array, [[1.0, 2.0]])
    assert array_of(object()) is None
    assert array_of(None) is None
