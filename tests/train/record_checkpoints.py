"""Writes the checkpoints in `data/` and what TensorFlow reads in them; needs TensorFlow.

`python tests/train/record_checkpoints.py`
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import sys
from collections import namedtuple
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["KERAS_BACKEND"] = "tensorflow"

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf import trackable_object_graph_pb2

import keras

FOLDER = Path(__file__).with_name("data")
GRAPH = "_CHECKPOINTABLE_OBJECT_GRAPH"
Pair = namedtuple("Pair", ["first", "second"])
KINDS = (
    "float16 float32 float64 bfloat16 int8 int16 int32 int64 uint8 uint16 uint32 uint64 complex64 "
    "complex128 bool float8_e5m2 float8_e4m3fn"
).split()


def objects():
    """A module that holds variables in every way, and of every dtype."""
    m = tf.Module()
    m.kinds = {k: tf.Variable(tf.cast([[0.0, 1.0, 2.0]], k), name=f"of_{k}") for k in KINDS}
    m.text = tf.Variable(["a", "", "b\x00c", "d" * 200])
    m.one_text = tf.Variable("one")
    m.empty = tf.Variable(np.zeros((0, 3), np.float32))
    m.list = [tf.Variable(1), [tf.Variable(2)], 3]
    m.dict = {"b": tf.Variable(4), "a/x.y": tf.Variable(5), "plain": 6}
    m.tuple = (tf.Variable(7), 8)
    m.named = Pair(tf.Variable(9), 10)
    m.nothing, m.numbers, m.words = [], [1, 2], {"x": "y"}
    m.inner = tf.Module()
    m.inner.same, m.inner.up = m.list[0], m
    m.generator = tf.random.Generator.from_seed(11)
    return m


def trained():
    """A model and its optimizer after three epochs."""
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [keras.layers.Input((3,)), keras.layers.Dense(4), keras.layers.BatchNormalization()]
    )
    model.compile(keras.optimizers.Adam(0.01), "mse")
    x = np.linspace(-1, 1, 24, dtype=np.float32).reshape(8, 3)
    model.fit(x, np.tile(x.sum(1, keepdims=True), 4), epochs=3, verbose=0)
    return model


def names_and_parts():
    """Checkpoints of TensorFlow 1: variables by name, one of them in parts."""
    v1 = tf.compat.v1
    with tf.Graph().as_default(), v1.Session() as session:
        v1.get_variable("scalar", initializer=1.5)
        v1.get_variable("row", initializer=np.arange(3, dtype=np.int32))
        v1.get_variable(
            "parts",
            shape=(200, 3),
            initializer=v1.random_uniform_initializer(seed=1),
            partitioner=tf.compat.v1.fixed_size_partitioner(3),
            use_resource=True,
        )
        session.run(v1.global_variables_initializer())
        v1.train.Saver().save(session, str(FOLDER / "names"), write_meta_graph=False)


def slots():
    """A checkpoint with variables that an optimizer keeps for others."""
    m = tf.Module()
    m.v, m.w = tf.Variable([1.0, 2.0]), tf.Variable(3.0)
    optimizer = tf.compat.v1.train.MomentumOptimizer(0.1, 0.9)
    optimizer.minimize(lambda: tf.reduce_sum(m.v * m.v) + m.w, var_list=[m.v, m.w])
    tf.train.Checkpoint(m=m, optimizer=optimizer).write(str(FOLDER / "slots"))


def listing(prefix):
    """What TensorFlow reads: names, dtypes, shapes, bytes; and the graph."""
    reader = tf.train.load_checkpoint(str(prefix))
    found = {"tensors": {}, "graph": None}
    shapes = reader.get_variable_to_shape_map()
    for name, dtype in sorted(reader.get_variable_to_dtype_map().items()):
        value = np.asarray(reader.get_tensor(name))
        if dtype == tf.string:
            content = [base64.b64encode(b).decode() for b in value.reshape(-1).tolist()]
        else:
            content = base64.b64encode(value.tobytes()).decode()
        found["tensors"][name] = [dtype.name, shapes[name], content if name != GRAPH else None]
    if reader.has_tensor(GRAPH):
        graph = trackable_object_graph_pb2.TrackableObjectGraph()
        graph.ParseFromString(reader.get_tensor(GRAPH))
        found["graph"] = [
            {
                "children": [[c.local_name, c.node_id] for c in node.children],
                "attributes": [[a.name, a.full_name, a.checkpoint_key] for a in node.attributes],
                "slots": [
                    [s.original_variable_node_id, s.slot_name, s.slot_variable_node_id]
                    for s in node.slot_variables
                ],
                "has_values": node.has_checkpoint_values.value,
            }
            for node in graph.nodes
        ]
    return found


def main():
    """Write everything anew."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    step = tf.Variable(3, dtype=tf.int64)
    tf.train.Checkpoint(objects(), step=step).save(str(FOLDER / "objects"))
    model = trained()
    tf.train.Checkpoint(model=model, optimizer=model.optimizer).save(str(FOLDER / "keras"))
    model.save(FOLDER / "model.keras")
    big = [tf.Variable(tf.range(20.0) + 100.0 * i) for i in range(3)]
    policy = tf.train.experimental.MaxShardSizePolicy(max_shard_size=100)
    options = tf.train.CheckpointOptions(experimental_sharding_callback=policy)
    tf.train.Checkpoint(big=big).write(str(FOLDER / "sharded"), options)
    names_and_parts()
    slots()
    names = ("objects-1", "keras-1", "sharded", "names", "slots")
    recorded = {name: listing(FOLDER / name) for name in names}
    recorded["weights"] = [v.numpy().reshape(-1).tolist() for v in model.variables]
    (FOLDER / "recorded.json").write_text(json.dumps(recorded, indent=0) + "\n")
    print(sum(f.stat().st_size for f in FOLDER.iterdir()), "bytes", file=sys.stderr)


if __name__ == "__main__":
    main()
