"""The files of checkpoints, against ones that TensorFlow wrote."""

from __future__ import annotations

import base64
import json
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tensortape as tf
from tensortape.core import crc32c
from tensortape.train import object_graph, table, wire
from tensortape.train.bundle import BundleReader, part_key, write_bundle

DATA = Path(__file__).with_name("data")
RECORDED: dict[str, Any] = json.loads((DATA / "recorded.json").read_text())
CHECKPOINTS = [name for name in RECORDED if name != "weights"]


def as_bytes(array: np.ndarray) -> Any:
    """The bytes of an array as they are recorded."""
    if array.dtype == object:
        return [base64.b64encode(item).decode() for item in array.reshape(-1).tolist()]
    return base64.b64encode(array.tobytes()).decode()


@pytest.mark.parametrize("name", CHECKPOINTS)
def test_what_tensorflow_wrote_is_read(name: str) -> None:
    reader = BundleReader(str(DATA / name))
    expected = RECORDED[name]["tensors"]
    assert sorted(reader.entries) == sorted(expected)
    for key, (dtype, shape, content) in expected.items():
        value = reader.read(key)
        assert (reader.entry(key).dtype.name, list(value.shape)) == (dtype, shape)
        if content is not None:
            assert as_bytes(value) == content, key


@pytest.mark.parametrize("name", [n for n in CHECKPOINTS if RECORDED[n]["graph"]])
def test_the_graph_of_objects_is_read_and_written_as_it_was(name: str) -> None:
    content = BundleReader(str(DATA / name)).read(object_graph.GRAPH_KEY)[()]
    nodes = object_graph.decode(content)
    for node, expected in zip(nodes, RECORDED[name]["graph"], strict=True):
        assert [list(child) for child in node.children] == expected["children"]
        assert [[a.name, a.full_name, a.key] for a in node.attributes] == expected["attributes"]
        assert [[s.variable, s.name, s.slot] for s in node.slots] == expected["slots"]
        assert node.has_values == expected["has_values"]
    assert object_graph.encode(nodes) == content


@pytest.mark.parametrize("name", CHECKPOINTS)
def test_an_index_is_written_as_tensorflow_writes_it(name: str) -> None:
    content = (DATA / f"{name}.index").read_bytes()
    assert table.write_table(table.read_table(content).items()) == content


def test_entries_are_written_as_tensorflow_writes_them(tmp_path: Path) -> None:
    reader = BundleReader(str(DATA / "objects-1"))
    write_bundle(str(tmp_path / "c"), {key: reader.read(key) for key in reader.entries})
    ours, theirs = BundleReader(str(tmp_path / "c")), reader
    for key in reader.entries:
        # only the place in the file may differ
        assert ours.entry(key)._replace(offset=0) == theirs.entry(key)._replace(offset=0)
        assert as_bytes(ours.read(key)) == as_bytes(theirs.read(key))


@given(st.lists(st.binary(max_size=40), unique=True, max_size=80), st.integers(0, 9000))
@settings(max_examples=50, deadline=None)
def test_tables_hold_what_was_put_in(keys: list[bytes], size: int) -> None:
    entries = [(key, key * 3 + b"v" * size) for key in sorted(keys)]
    assert list(table.read_table(table.write_table(entries)).items()) == entries


@given(st.binary(max_size=3000), st.binary(max_size=600))
@settings(max_examples=50, deadline=None)
def test_checksums_of_many_bytes_are_those_of_each(data: bytes, more: bytes) -> None:
    state = 0xFFFFFFFF
    for byte in data + more:
        state ^= byte
        for _ in range(8):
            state = state >> 1 ^ (crc32c.POLYNOMIAL if state & 1 else 0)
    assert crc32c.crc32c(more, crc32c.crc32c(data)) == state ^ 0xFFFFFFFF


@given(st.integers(-(2**63), 2**63 - 1))
def test_integers_come_back(value: int) -> None:
    content = wire.varint(value)
    assert wire.signed(wire.read_varint(content, 0)[0]) == value


def test_names_of_parts_are_in_order() -> None:
    keys = [part_key("p", ((start, 64), (0, -1))) for start in range(0, 70_000, 61)]
    assert keys == sorted(keys)


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """The files of a small checkpoint, in the folder the test runs in."""
    monkeypatch.chdir(tmp_path)
    made = {"v": np.arange(5.0), "text": np.array([b"a", b"bc"], object), "w": np.int32(1)}
    write_bundle("c", made)
    return {name: Path(name).read_bytes() for name in os.listdir()}


def _read_all() -> dict[str, Any]:
    reader = BundleReader("c")
    return {name: as_bytes(reader.read(name)) for name in reader.entries}


@pytest.mark.parametrize("name", ["c.index", "c.data-00000-of-00001"])
def test_damage_is_noticed(files: dict[str, bytes], name: str) -> None:
    good, content = _read_all(), files[name]
    damaged = [content[:n] for n in range(len(content))]
    for i in range(len(content)):
        damaged.append(content[:i] + bytes([content[i] ^ 0x41]) + content[i + 1 :])
    unnoticed = 0
    for bad in damaged:
        Path(name).write_bytes(bad)
        try:
            assert _read_all() == good
            unnoticed += 1
        except tf.errors.DataLossError as error:
            assert "damaged" in str(error)
    # what nobody reads: an empty block and its trailer, the filling and one place of the footer
    assert unnoticed <= 13 + 40


def test_a_missing_data_file_is_damage(files: dict[str, bytes]) -> None:
    os.remove("c.data-00000-of-00001")
    with pytest.raises(tf.errors.DataLossError, match=r"data file .* is missing"):
        _read_all()


def test_a_missing_checkpoint_is_not_found(files: dict[str, bytes]) -> None:
    with pytest.raises(tf.errors.NotFoundError, match=r"there is no file .*nothing\.index"):
        BundleReader("nothing")
    with pytest.raises(tf.errors.NotFoundError, match="Key zz not found"):
        BundleReader("c").read("zz")


def test_a_checkpoint_is_overwritten_by_its_index(files: dict[str, bytes]) -> None:
    write_bundle("c", {"v": np.arange(3.0)})
    assert sorted(os.listdir()) == ["c.data-00000-of-00002", "c.index"]
    # a kill before the index was there: the old one holds
    shutil.copy("c.data-00000-of-00002", "c.data-00000-of-00001")
    np.testing.assert_array_equal(BundleReader("c").read("v"), np.arange(3.0))
    write_bundle("c", {"v": np.arange(4.0)})
    assert len(os.listdir()) == 2
    np.testing.assert_array_equal(BundleReader("c").read("v"), np.arange(4.0))


def test_an_error_while_writing_leaves_what_was_there(files: dict[str, bytes]) -> None:
    with pytest.raises(TypeError):
        write_bundle("c", {"v": np.arange(3.0), "w": np.array([object()])})
    assert {name: Path(name).read_bytes() for name in os.listdir()} == files
