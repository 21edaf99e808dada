"""`tf.train.Checkpoint`: names, restoring now and later, errors; against what TensorFlow wrote."""

from __future__ import annotations

import copy
import gc
import json
import logging
import os
import pickle
import weakref
from collections import namedtuple
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import tensortape as tf
from tensortape.train import object_graph
from tensortape.train.bundle import BundleReader

DATA = Path(__file__).with_name("data")
RECORDED: dict[str, Any] = json.loads((DATA / "recorded.json").read_text())
KINDS = (
    "float16 float32 float64 bfloat16 int8 int16 int32 int64 uint8 uint16 uint32 uint64 complex64 "
    "complex128 bool float8_e5m2 float8_e4m3fn"
).split()
Pair = namedtuple("Pair", ["first", "second"])


class M(tf.Module):
    """A module for attributes."""


def objects() -> Any:
    """The objects of `record_checkpoints.py`, with other values."""
    m = M()
    m.kinds = {k: tf.Variable(tf.cast([[0.0, 0.0, 0.0]], k), name=f"of_{k}") for k in KINDS}
    m.text = tf.Variable(["", "", "", ""])
    m.one_text = tf.Variable("")
    m.empty = tf.Variable(np.zeros((0, 3), np.float32))
    m.list = [tf.Variable(0), [tf.Variable(0)], 3]
    m.dict = {"b": tf.Variable(0), "a/x.y": tf.Variable(0), "plain": 6}
    m.tuple = (tf.Variable(0), 8)
    m.named = Pair(tf.Variable(0), 10)
    m.nothing, m.numbers, m.words = [], [1, 2], {"x": "y"}
    m.inner = M()
    m.inner.same, m.inner.up = m.list[0], m
    m.generator = tf.random.Generator.from_seed(1)
    return m


def values(m: Any) -> list[int]:
    """The values of the integers in the objects."""
    held = [m.list[0], m.list[1][0], m.dict["b"], m.dict["a/x.y"], m.tuple[0], m.named.first]
    return [int(v) for v in held]


def test_the_graph_of_objects_is_tensorflows(tmp_path: Path) -> None:
    step = tf.Variable(3, dtype=tf.int64)
    path = tf.train.Checkpoint(objects(), step=step).save(tmp_path / "c")
    nodes = object_graph.decode(BundleReader(path).read(object_graph.GRAPH_KEY)[()])
    for node, expected in zip(nodes, RECORDED["objects-1"]["graph"], strict=True):
        assert [list(child) for child in node.children] == expected["children"]
        assert [[a.name, a.full_name, a.key] for a in node.attributes] == expected["attributes"]
        assert node.has_values == expected["has_values"]


def test_objects_tensorflow_saved_are_restored() -> None:
    m, step = objects(), tf.Variable(0, dtype=tf.int64)
    checkpoint = tf.train.Checkpoint(m, step=step)
    checkpoint.restore(DATA / "objects-1").assert_consumed().assert_nontrivial_match()
    assert values(m) == [1, 2, 4, 5, 7, 9]
    assert (int(step), int(checkpoint.save_counter)) == (3, 1)
    assert m.text.numpy().tolist() == [b"a", b"", b"b\x00c", b"d" * 200]
    assert m.one_text.numpy() == b"one"
    for kind, variable in m.kinds.items():
        expected = tf.cast(tf.constant([[0.0, 1.0, 2.0]]), kind)
        np.testing.assert_array_equal(variable.numpy(), expected.numpy())
    np.testing.assert_array_equal(
        m.generator.normal([3]), tf.random.Generator.from_seed(11).normal([3])
    )


def test_parts_in_several_files_are_restored() -> None:
    big = [tf.Variable(tf.zeros(20)) for _ in range(3)]
    tf.train.Checkpoint(big=big).read(DATA / "sharded").assert_consumed()
    for i, variable in enumerate(big):
        np.testing.assert_array_equal(variable.numpy(), np.arange(20.0) + 100 * i)


def test_checkpoints_of_tensorflow_1_are_restored_by_name() -> None:
    m = M()
    m.a, m.b = tf.Variable(0.0, name="scalar"), tf.Variable([0, 0, 0], name="row")
    status = tf.train.Checkpoint(m).read(DATA / "names")
    assert float(m.a) == 1.5 and m.b.numpy().tolist() == [0, 1, 2]
    status.assert_existing_objects_matched()
    with pytest.raises(AssertionError, match="parts"):
        status.assert_consumed()
    m.c = tf.Variable(1.0, name="other")
    with pytest.raises(AssertionError, match="other"):
        tf.train.Checkpoint(m).read(DATA / "names").assert_existing_objects_matched()


class Slotted(M):
    """An optimizer that keeps a variable for each variable."""

    def __init__(self) -> None:
        super().__init__()
        self.slots: Any = SimpleNamespace(held={})  # not tracked

    def get_slot_names(self) -> list[str]:
        return ["momentum"]

    def get_slot(self, variable: Any, name: str) -> Any:
        return self.slots.held.get((id(variable), name))

    def _create_or_restore_slot_variable(
        self, slot_variable_position: Any, slot_name: str, variable: Any
    ) -> Any:
        slot = tf.Variable(tf.zeros_like(variable))
        self.slots.held[id(variable), slot_name] = slot
        return slot


@pytest.mark.parametrize("later", [False, True])
def test_slot_variables_are_restored_and_saved(tmp_path: Path, later: bool) -> None:
    m, optimizer = M(), Slotted()
    m.v, m.w = tf.Variable([0.0, 0.0]), tf.Variable(0.0)
    checkpoint = tf.train.Checkpoint(m=m)
    if not later:
        checkpoint.optimizer = optimizer
    status = checkpoint.read(DATA / "slots")
    if later:
        checkpoint.optimizer = optimizer
    status.assert_consumed()
    assert optimizer.get_slot(m.v, "momentum").numpy().tolist() == [2.0, 4.0]
    assert float(optimizer.get_slot(m.w, "momentum")) == 1.0
    path = checkpoint.write(tmp_path / "c")
    nodes = object_graph.decode(BundleReader(path).read(object_graph.GRAPH_KEY)[()])
    expected = RECORDED["slots"]["graph"]
    assert [n.slots[0].name for n in nodes if n.slots] == ["momentum"]
    keys = [a.key for n in nodes for a in n.attributes]
    assert keys == [key for node in expected for _, _, key in node["attributes"]]


def test_values_wait_for_variables(tmp_path: Path) -> None:
    m = M()
    m.inner = M()
    m.inner.w = tf.Variable([1.0, 2.0])
    path = tf.train.Checkpoint(m=m).save(tmp_path / "c")
    fresh = tf.train.Checkpoint()
    status = fresh.restore(path)
    with pytest.raises(AssertionError, match=r"Unresolved object in checkpoint \(root\)\.m"):
        status.assert_consumed()
    fresh.m = M()
    fresh.m.inner = M()
    fresh.m.inner.w = tf.Variable([0.0, 0.0])
    assert fresh.m.inner.w.numpy().tolist() == [1.0, 2.0]
    status.assert_consumed()
    fresh.m.inner.w = tf.Variable([3.0, 3.0])  # restored once only
    assert fresh.m.inner.w.numpy().tolist() == [3.0, 3.0]


def test_values_wait_for_what_comes_into_lists_and_dictionaries(tmp_path: Path) -> None:
    m = M()
    m.list, m.nested = [tf.Variable(1.0), tf.Variable(2.0)], [[tf.Variable(3.0)]]
    m.dict, m.shared, m.tuple = {"a": tf.Variable(4.0)}, [tf.Variable(5.0)], ([tf.Variable(6.0)],)
    path = tf.train.Checkpoint(m).save(tmp_path / "c")
    m, shared = M(), []
    m.list, m.nested, m.shared, m.tuple = [], [[]], shared, ([],)
    status = tf.train.Checkpoint(m).restore(path)
    m.list.append(tf.Variable(0.0))
    m.list += [tf.Variable(0.0)]
    m.nested[0].append(tf.Variable(0.0))
    m.dict = {}
    m.dict["a"] = tf.Variable(0.0)
    assert [float(v) for v in (*m.list, m.nested[0][0], m.dict["a"])] == [1, 2, 3, 4]
    # those that others hold too, and those in tuples, at the next look at the objects
    shared.append(tf.Variable(0.0))
    m.tuple[0].append(tf.Variable(0.0))
    status.assert_consumed()
    assert m.shared is shared and [float(v) for v in (shared[0], m.tuple[0][0])] == [5, 6]


def test_the_latest_checkpoint_restored_wins(tmp_path: Path) -> None:
    paths = []
    for value in (1.0, 2.0):
        paths.append(tf.train.Checkpoint(v=tf.Variable(value)).write(tmp_path / f"c{value}"))
    checkpoint = tf.train.Checkpoint()
    for path in paths:
        checkpoint.read(path).expect_partial()
    checkpoint.v = tf.Variable(0.0)
    assert float(checkpoint.v) == 2.0


def _saved(tmp_path: Path) -> str:
    m = M()
    m.a, m.b, m.z = tf.Variable([1.0, 2.0]), tf.Variable(3), tf.Variable("t")
    return tf.train.Checkpoint(m).write(tmp_path / "c")


def _other(**changed: Any) -> Any:
    m = M()
    m.a, m.b, m.z = tf.Variable([0.0, 0.0]), tf.Variable(0), tf.Variable("")
    for name, value in changed.items():
        setattr(m, name, value)
    return m


@pytest.mark.parametrize(
    ("changed", "error", "words"),
    [
        ({"z": tf.Variable(["", ""])}, ValueError, r"shape \(\) .* variable with shape \(2,\)"),
        ({"b": tf.Variable(0.0)}, tf.errors.InvalidArgumentError, "float32 .* dtype int32"),
    ],
)
def test_values_that_do_not_fit_change_nothing(
    tmp_path: Path, changed: Any, error: Any, words: str
) -> None:
    path, m = _saved(tmp_path), _other(**changed)
    with pytest.raises(error, match=words):
        tf.train.Checkpoint(m).restore(path)
    assert m.a.numpy().tolist() == [0.0, 0.0] and float(m.b) == 0


def test_damaged_files_change_nothing(tmp_path: Path) -> None:
    path, m = _saved(tmp_path), _other()
    data = Path(f"{path}.data-00000-of-00001")
    content = data.read_bytes()
    for i in range(len(content)):
        data.write_bytes(content[:i] + bytes([content[i] ^ 1]) + content[i + 1 :])
        with pytest.raises(tf.errors.DataLossError, match="damaged"):
            tf.train.Checkpoint(m).restore(path)
        assert m.a.numpy().tolist() == [0.0, 0.0] and int(m.b) == 0
    data.write_bytes(content)
    tf.train.Checkpoint(m).restore(path)
    assert m.a.numpy().tolist() == [1.0, 2.0]


class Refuses(M):
    """Takes no values."""

    def _serialize_to_tensors(self) -> Any:
        return {"state": tf.constant(1)}

    def _restore_from_tensors(self, restored_tensors: Any) -> None:
        if int(restored_tensors["state"]) != 1:
            raise RuntimeError("not this one")


def test_an_object_that_fails_leaves_the_others_as_they_were(tmp_path: Path) -> None:
    class Two(Refuses):
        def _serialize_to_tensors(self) -> Any:
            return {"state": tf.constant(2)}

    path = tf.train.Checkpoint(a=tf.Variable(1.0), b=Two()).write(tmp_path / "c")
    a = tf.Variable(0.0)
    with pytest.raises(RuntimeError, match="not this one"):
        tf.train.Checkpoint(a=a, b=Refuses()).read(path)
    assert float(a) == 0.0


def test_assertions_about_what_was_restored(tmp_path: Path) -> None:
    path = _saved(tmp_path)
    m = _other(extra=tf.Variable(1.0))
    status = tf.train.Checkpoint(m).read(path)
    with pytest.raises(AssertionError, match="Found 1 Python objects that were not bound"):
        status.assert_existing_objects_matched()
    status.assert_nontrivial_match()
    nothing = M()
    with pytest.raises(AssertionError, match="Nothing to load"):
        tf.train.Checkpoint(nothing).read(path).assert_nontrivial_match()
    none = tf.train.Checkpoint(nothing).restore(None).expect_partial()
    with pytest.raises(AssertionError, match="No checkpoint specified"):
        none.assert_consumed()


def test_values_nobody_took_are_warned_of(tmp_path: Path, caplog: Any) -> None:
    path = _saved(tmp_path)
    with caplog.at_level(logging.WARNING, "tensorflow"):
        tf.train.Checkpoint().read(path).expect_partial()
        assert not caplog.messages
        tf.train.Checkpoint().read(path)
        gc.collect()
    assert any("(root).a" in message for message in caplog.messages)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [({"a": 3}, "expecting a to be a trackable"), ({"root": 3}, "expecting root to be")],
)
def test_what_holds_no_state_is_refused(arguments: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        tf.train.Checkpoint(**arguments)


def test_dictionaries_need_text_as_keys_of_what_holds_state(tmp_path: Path) -> None:
    m = M()
    m.fine = {1: "plain", "a": tf.Variable(1)}
    path = tf.train.Checkpoint(m).write(tmp_path / "c")
    assert "fine/a/.ATTRIBUTES/VARIABLE_VALUE" in dict(tf.train.list_variables(path))
    m.bad = {1: tf.Variable(1)}
    with pytest.raises(ValueError, match="its key 1 is no string"):
        tf.train.Checkpoint(m).write(tmp_path / "c")


def test_names_are_numbered_and_the_latest_is_found(tmp_path: Path) -> None:
    v = tf.Variable(0.0)
    checkpoint = tf.train.Checkpoint(v=v)
    for i in range(3):
        v.assign(i)
        path = checkpoint.save(tmp_path / "deep" / "c")
    assert path == str(tmp_path / "deep" / "c-3") == tf.train.latest_checkpoint(tmp_path / "deep")
    assert sorted(os.listdir(tmp_path / "deep"))[0] == "c-1.data-00000-of-00001"
    assert tf.train.latest_checkpoint(tmp_path) is None
    with pytest.raises(tf.errors.NotFoundError, match="missing the checkpoint suffix"):
        checkpoint.restore(tmp_path / "deep" / "c")
    checkpoint.restore(str(tmp_path / "deep" / "c-2"))
    assert (float(v), int(checkpoint.save_counter)) == (1.0, 2)


def test_the_variables_of_a_saved_model_of_tensorflow_are_restored(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    tf.train.Checkpoint(v=tf.Variable(5.0)).write(folder / "variables" / "variables")
    (folder / "saved_model.pb").write_bytes(b"")
    v = tf.Variable(0.0)
    tf.train.Checkpoint(v=v).restore(folder).expect_partial()
    assert float(v) == 5.0


def test_callbacks_are_called_with_the_path(tmp_path: Path) -> None:
    called: list[Any] = []
    callbacks = [called.append, lambda: called.append("no argument")]
    options = tf.train.CheckpointOptions(experimental_write_callbacks=callbacks)
    path = tf.train.Checkpoint(v=tf.Variable(1.0)).save(tmp_path / "c", options)
    assert called == [path, "no argument"] and len(options.experimental_write_callbacks) == 2


def test_shared_root_and_attached_objects(tmp_path: Path) -> None:
    m, step = M(), tf.Variable(1)
    m.v = tf.Variable(2.0)
    path = tf.train.Checkpoint(m, step=step).save(tmp_path / "c")
    m.v.assign(0.0)
    step.assign(0)
    checkpoint = tf.train.Checkpoint(m, step=step)
    checkpoint.restore(path).assert_consumed()
    assert (float(m.v), int(step), int(checkpoint.save_counter)) == (2.0, 1, 1)
    m.step = tf.Variable(7)
    with pytest.raises(ValueError, match=r"root\.step already exists"):
        tf.train.Checkpoint(m, step=step)


def test_copies_of_modules_are_apart(tmp_path: Path) -> None:
    m = M()
    m.list = [tf.Variable(1.0), [tf.Variable(2.0)]]
    path = tf.train.Checkpoint(m).write(tmp_path / "c")
    for copied in (copy.deepcopy(m), pickle.loads(pickle.dumps(m))):
        copied.list[0].assign(0.0)
        copied.list[1][0].assign(0.0)
        tf.train.Checkpoint(copied).read(path).assert_consumed()
        assert [float(copied.list[0]), float(copied.list[1][0])] == [1.0, 2.0]
        copied.list = []
        tf.train.Checkpoint(copied).read(path).expect_partial()
        copied.list.append(tf.Variable(0.0))
        assert float(copied.list[0]) == 1.0 and len(m.list) == 2


def test_modules_with_containers_are_freed_when_nobody_holds_them() -> None:
    m = M()
    m.list, m.dict = [tf.Variable(1.0), [tf.Variable(2.0)]], {"a": tf.Variable(3.0)}
    list(tf.train.TrackableView(m).descendants())
    gone = weakref.ref(m)
    gc.disable()
    try:
        del m
        assert gone() is None
    finally:
        gc.enable()
