"""Functions of ragged and sparse tensors, slices and extension types, saved: as TensorFlow's."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import tensortape as tf

RAGGED = tf.RaggedTensorSpec([None, None], tf.float32)


class Pair(tf.experimental.ExtensionType):
    __name__ = "tests.Pair"
    a: tf.Tensor
    r: tf.RaggedTensor


PAIR = Pair.Spec(tf.TensorSpec([], tf.float32), RAGGED)


class Rows(tf.Module):
    def __init__(self) -> None:
        super().__init__()
        self.w = tf.Variable([1.0, 2.0, 3.0])

    @tf.function(input_signature=[tf.RaggedTensorSpec([None, None], tf.int32)])
    def look(self, r: Any) -> Any:
        return tf.ragged.map_flat_values(lambda v: tf.gather(self.w, v), r)

    @tf.function(input_signature=[RAGGED])
    def rows(self, r: Any) -> Any:
        return {"first": r[0], "cut": r[:, 1:], "sum": tf.reduce_sum(r, 1), "cat": r + r}

    @tf.function(input_signature=[tf.SparseTensorSpec([None, 3], tf.float32)])
    def sparse(self, s: Any) -> Any:
        return tf.sparse.to_dense(s) * self.w, s

    @tf.function(input_signature=[tf.IndexedSlicesSpec([4, 2], tf.float32, tf.int64, tf.int64)])
    def slices(self, s: Any) -> Any:
        return tf.convert_to_tensor(s), s

    @tf.function(input_signature=[PAIR])
    def pair(self, p: Any) -> Any:
        return Pair(p.a * 2.0, p.r[:, :1])

    @tf.function(
        input_signature=[
            {"a": RAGGED, "b": tf.TensorSpec([], tf.float32)},
            tf.RaggedTensorSpec([None, None, None], tf.string),
        ]
    )
    def nested(self, d: Any, s: Any) -> Any:
        return d["a"].to_tensor() + d["b"], tf.strings.reduce_join(s, -1)

    @tf.function
    def free(self, r: Any, k: float = 2.0) -> Any:
        return r * k

    @tf.function(input_signature=[tf.TensorSpec([None], tf.int32)])
    def mapped(self, n: Any) -> Any:
        kind = tf.RaggedTensorSpec([None], tf.int32, ragged_rank=0)
        return tf.map_fn(tf.range, n, fn_output_signature=kind)


def listed(v: Any) -> Any:
    if isinstance(v, dict):
        return {k: listed(x) for k, x in v.items()}
    if isinstance(v, (list, tuple)):
        return [listed(x) for x in v]
    if isinstance(v, Pair):
        return [listed(v.a), listed(v.r)]
    if isinstance(v, (tf.SparseTensor, tf.IndexedSlices)):
        return [listed(v.indices), listed(v.values), listed(v.dense_shape)]
    return v.to_list() if isinstance(v, tf.RaggedTensor) else v.numpy().tolist()


def gradients(m: Any) -> Any:
    x = tf.constant([1.0, 2.0, 3.0])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        looked = tf.reduce_sum(m.look(tf.ragged.constant([[0, 1], [2, 2]])) ** 2)
        rows = tf.reduce_sum(m.rows(tf.RaggedTensor.from_row_splits(x, [0, 2, 2, 3]))["cat"] ** 3)
    return [listed(tf.convert_to_tensor(tape.gradient(looked, m.w))),
            listed(tape.gradient(rows, x))]  # fmt: skip


def everything(m: Any) -> dict[str, Any]:
    r = tf.ragged.constant([[1.0, 2.0], [], [3.0]])
    index = tf.constant([2], tf.int64)
    slices = tf.IndexedSlices(tf.constant([[1.0, 2.0]]), index, tf.constant([4, 2], tf.int64))
    texts = tf.ragged.constant([[["a", "b"], ["c"]], []], ragged_rank=2)
    return {
        "look": listed(m.look(tf.ragged.constant([[0, 1], [2]]))),
        "rows": listed(m.rows(r)),
        "sparse": listed(m.sparse(tf.sparse.from_dense([[1.0, 0.0, 2.0], [0.0, 3.0, 0.0]]))),
        "slices": listed(m.slices(slices)),
        "pair": listed(m.pair(Pair(2.0, r))),
        "nested": listed(m.nested({"a": r, "b": tf.constant(1.0)}, texts)),
        "free": [listed(m.free(r)), listed(m.free(r, k=3.0))],
        "mapped": listed(m.mapped(tf.constant([1, 0, 3]))),
        "gradients": gradients(m),
    }


EXPECTED = {
    "look": [[1.0, 2.0], [3.0]],
    "rows": {
        "first": [1.0, 2.0],
        "cut": [[2.0], [], []],
        "sum": [3.0, 0.0, 3.0],
        "cat": [[2.0, 4.0], [], [6.0]],
    },
    "sparse": [
        [[1.0, 0.0, 6.0], [0.0, 6.0, 0.0]],
        [[[0, 0], [0, 2], [1, 1]], [1.0, 2.0, 3.0], [2, 3]],
    ],
    "slices": [
        [[0.0, 0.0], [0.0, 0.0], [1.0, 2.0], [0.0, 0.0]],
        [[2], [[1.0, 2.0]], [4, 2]],
    ],
    "pair": [4.0, [[1.0], [], [3.0]]],
    "nested": [[[2.0, 3.0], [1.0, 1.0], [4.0, 1.0]], [[b"ab", b"c"], []]],
    "free": [[[2.0, 4.0], [], [6.0]], [[3.0, 6.0], [], [9.0]]],
    "mapped": [[0], [], [0, 1, 2]],
    "gradients": [[2.0, 4.0, 12.0], [24.0, 96.0, 216.0]],
}


def made(folder: Path) -> Any:
    module = Rows()
    module.free(tf.ragged.constant([[1.0], [2.0, 3.0], [4.0]]))
    module.free(tf.ragged.constant([[1.0], [2.0, 3.0], [4.0]]), 3.0)
    tf.saved_model.save(module, str(folder))
    return module


def test_saved_and_loaded(tmp_path: Path) -> None:
    assert everything(made(tmp_path)) == EXPECTED
    loaded = tf.saved_model.load(str(tmp_path))
    assert everything(loaded) == EXPECTED
    concrete = loaded.look.concrete_functions[0]
    spec = tf.RaggedTensorSpec([None, None], tf.int32)
    assert concrete.structured_input_signature == ((spec,), {})
    assert listed(concrete(tf.ragged.constant([[0], [], [1]]))) == [[1.0], [], [2.0]]
    with pytest.raises(ValueError, match="Could not find matching concrete function"):
        loaded.look(tf.ragged.constant([[0.0]]))
    tf.saved_model.save(loaded, str(tmp_path / "again"))
    assert everything(tf.saved_model.load(str(tmp_path / "again"))) == EXPECTED


def test_another_process(tmp_path: Path) -> None:
    made(tmp_path)
    program = (
        "import sys; sys.path.insert(0, sys.argv[2])\n"
        "import tensortape as tf\n"
        "try:\n    tf.saved_model.load(sys.argv[1])\n"
        "except ValueError as error:\n    assert 'tests.Pair' in str(error), error\n"
        "else:\n    raise AssertionError\n"
        "from test_saved_specifications import EXPECTED, everything\n"
        "assert everything(tf.saved_model.load(sys.argv[1])) == EXPECTED\n"
    )
    given = [sys.executable, "-c", program, str(tmp_path), str(Path(__file__).parent)]
    done = subprocess.run(given, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
