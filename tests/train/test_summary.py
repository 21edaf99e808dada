"""Event files, read back by TensorBoard's format; bytes recorded from TensorFlow."""

import struct
import zlib

import numpy as np
import pytest

import tensortape as tf
from tensortape.train.crc32c import stored
from tensortape.train.wire import fields

SCALAR = "10012a1e0a1c0a0161420a0801120022040000003f4a0b0a090a077363616c617273"
HISTOGRAM = (
    "10032a86010a83010a0168426e0802120812020804120208032260000000000000f03f0000000000000a40000000"
    "00000008400000000000000a400000000000001640000000000000f03f00000000000016400000000000001f4000"
    "000000000000000000000000001f400000000000002440000000000000f03f4a0e0a0c0a0a686973746f6772616d73"
)
TEXTS = (
    "10052a2a0a280a02747442180807120812020802120208024201614201624201634201644a080a060a0474657874"
)
SOUND = (
    "10062a5b0a590a02617542440807120812020801120208024234524946462c00000057415645666d742010000000"
    "01000100401f0000803e0000020010006461746108000000000000000000000042004a0d0a0b0a05617564696f12"
    "02100b"
)


def records(folder):
    (path,) = folder.iterdir()
    data = path.read_bytes()
    while data:
        size = struct.unpack("<Q", data[:8])[0]
        content = data[12 : 12 + size]
        assert data[8:12] == stored(data[:8])
        assert data[12 + size : 16 + size] == stored(content)
        yield content
        data = data[16 + size :]


def events(folder):
    """All events after the first, without their times."""
    return [content[9:] for content in records(folder)][1:]


def value_of(event):
    """Tag and tensor message of an event."""
    summary = next(f.value for f in fields(event) if f.number == 5)
    value = {f.number: f.value for f in fields(next(fields(summary)).value)}
    return value[1].decode(), value[8]


@pytest.fixture
def writer(tmp_path):
    return tf.summary.create_file_writer(str(tmp_path))


@pytest.mark.parametrize(
    ("write", "expected"),
    [
        (lambda: tf.summary.scalar("a", 0.5, step=1), SCALAR),
        (lambda: tf.summary.histogram("h", [1.0, 2, 3, 4, 10], step=3, buckets=4), HISTOGRAM),
        (lambda: tf.summary.text("tt", [["a", "b"], ["c", "d"]], step=5), TEXTS),
        (lambda: tf.summary.audio("au", np.zeros((1, 4, 1), "f"), 8000, step=6), SOUND),
    ],
)
def test_bytes_are_those_of_tensorflow(writer, tmp_path, write, expected):
    with writer.as_default():
        assert write().numpy()
    assert events(tmp_path) == [bytes.fromhex(expected)]


def test_first_record_says_the_version(writer, tmp_path):
    first = next(iter(records(tmp_path)))
    assert b"brain.Event:2" in first


def test_steps_names_and_conditions(writer, tmp_path):
    tf.summary.experimental.set_step(None)
    with writer.as_default():
        with pytest.raises(ValueError, match="No step set"):
            tf.summary.scalar("x", 1.0)
        with tf.name_scope("outer"):
            tf.summary.scalar("in", 1.0, step=tf.Variable(8, dtype=tf.int64))
        with tf.summary.record_if(lambda: False):
            assert not tf.summary.scalar("no", 1.0).numpy()
    with writer.as_default(step=4):
        tf.summary.scalar("y", tf.constant(2))
    assert [value_of(e)[0] for e in events(tmp_path)] == ["outer/in", "y"]
    assert tf.summary.experimental.get_step() is None
    assert not tf.summary.scalar("nobody", 1.0).numpy()


def test_functions_write_at_every_call(writer, tmp_path):
    @tf.function
    def step(x, i):
        tf.summary.scalar("loss", x * 2.0, step=i)

    with writer.as_default():
        for i in range(3):
            step(tf.constant(float(i)), tf.constant(i, tf.int64))
    found = [struct.unpack("<f", value_of(e)[1][-4:])[0] for e in events(tmp_path)]
    assert found == [0.0, 2.0, 4.0]


def test_pictures_are_png(writer, tmp_path):
    picture = np.arange(12, dtype=np.uint8).reshape(1, 2, 2, 3)
    with writer.as_default():
        tf.summary.image("p", picture, step=0)
        tf.summary.image("p", picture / 255.0, step=0)
    for event in events(tmp_path):
        parts = [f.value for f in fields(value_of(event)[1]) if f.number == 8]
        assert parts[:2] == [b"2", b"2"]
        data = parts[2][parts[2].index(b"IDAT") + 4 :]
        assert zlib.decompress(data[:-16])[1:7] == bytes(range(6))


@pytest.mark.parametrize(
    "write",
    [
        lambda: tf.summary.scalar("x", [1.0, 2.0], step=1),
        lambda: tf.summary.image("x", [1.0], step=1),
        lambda: tf.summary.text("x", 1.0, step=1),
        lambda: tf.summary.audio("x", [1.0], 8000, step=1),
    ],
)
def test_wrong_data(writer, write):
    with writer.as_default(), pytest.raises(ValueError):
        write()


def test_closed_writers(writer):
    writer.close()
    with pytest.raises(RuntimeError, match="already closed"), writer.as_default():
        pass


def test_any_tensor_with_metadata(writer, tmp_path):
    metadata = tf.compat.v1.SummaryMetadata()
    metadata.plugin_data.plugin_name = "graph_keras_model"
    metadata.plugin_data.content = b"1"
    with writer.as_default():
        tf.summary.write("keras", "{}", step=0, metadata=metadata)
    (event,) = events(tmp_path)
    assert value_of(event)[0] == "keras"
    assert b"graph_keras_model" in event
