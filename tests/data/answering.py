"""What a library that calls itself `tf` makes of a pipeline, as JSON can say it."""

import collections
import gzip
import tempfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

MOST = 30
P = collections.namedtuple("P", "x y")
CSV = b'a,b,c\n1,2.5,x\n,,\n3,4,"q,""r"\n'
TABLE = b"id,v,s,big,y\n" + b"".join(
    b"%d,%.1f,s%d,%d,%d\n" % (i, i * 0.5, i, 2**40 + i, i % 2) for i in range(7)
)


def failing():
    yield 1
    raise ValueError("boom")


def failing_type():
    yield 1
    raise TypeError("boom")


def failing_key():
    yield 1
    raise KeyError("boom")


def answer(tf: Any, text: str) -> Any:
    """The answer to a pipeline; errors are answers as well."""
    tf.random.set_seed(None)
    with tempfile.TemporaryDirectory() as folder:
        *statements, last = text.split("; ")
        names = namespace(tf, folder)
        try:
            for statement in statements:
                exec(statement, names)
            try:
                code = compile(last, "pipeline", "eval")
            except SyntaxError:
                exec(last, names)
                return described(tf, None)
            return described(tf, eval(code, names))
        except Exception as error:
            return told(error)


def told(error: Exception) -> Any:
    kind = type(error)
    if kind.__name__ == "StagingError":
        kind = kind.__mro__[1]
    return {"error": kind.__name__}


def namespace(tf: Any, folder: str) -> dict[str, Any]:
    def put(name: str, content: bytes) -> None:
        Path(folder, name).write_bytes(content)

    def get(name: str) -> bytes:
        return Path(folder, name).read_bytes()

    def records(name: str, options: Any) -> None:
        with tf.io.TFRecordWriter(f"{folder}/{name}", options) as writer:
            for record in (b"hello", "text", b"", b"z" * 600):
                writer.write(record)

    def examples(name: str) -> None:
        train = tf.train
        with tf.io.TFRecordWriter(f"{folder}/{name}") as writer:
            for i in range(5):
                a = train.Feature(int64_list=train.Int64List(value=list(range(i))))
                b = train.Feature(float_list=train.FloatList(value=[i * 0.5]))
                features = train.Features(feature={"a": a, "b": b})
                writer.write(train.Example(features=features).SerializeToString())

    return {
        "examples": examples,
        "FEATURES": {
            "a": tf.io.VarLenFeature(tf.int64),
            "b": tf.io.FixedLenFeature([], tf.float32),
        },
        "tf": tf,
        "np": np,
        "D": tf.data.Dataset,
        "E": tf.data.experimental,
        "seed": tf.random.set_seed,
        "spec": tf.TensorSpec,
        "f": folder,
        "put": put,
        "get": get,
        "records": records,
        "gz": lambda data: gzip.compress(data, mtime=0),
        "zl": zlib.compress,
        "A": lambda value, times: tf.data.Dataset.from_tensors(value).repeat(times),
        "P": P,
        "CSV": CSV,
        "TABLE": TABLE,
        "rt": tf.ragged.constant([[1, 2], [], [3]]),
        "rt2": tf.ragged.constant([[[1], [2, 3]], [], [[4]]]),
        "sp": tf.sparse.from_dense([[1, 0], [0, 2]]),
        "failing": failing,
        "failing_type": failing_type,
        "failing_key": failing_key,
    }


def described(tf: Any, value: Any) -> Any:
    if isinstance(value, tf.data.Dataset):
        said = {"spec": str(value.element_spec), "size": int(value.cardinality())}
        said["elements"] = elements(tf, value)
        said["again"] = elements(tf, value)
        return said
    return {"value": leaf(tf, value)}


def elements(tf: Any, dataset: Any) -> Any:
    found = []
    try:
        for element in dataset.take(MOST) if int(dataset.cardinality()) == -1 else dataset:
            found.append(leaf(tf, element))
    except Exception as error:
        found.append(told(error))
    return found


def leaf(tf: Any, value: Any) -> Any:
    if isinstance(value, dict):
        return {"keys": {key: leaf(tf, part) for key, part in value.items()}}
    if isinstance(value, (tuple, list)):
        return {type(value).__name__: [leaf(tf, part) for part in value]}
    if isinstance(value, tf.data.Dataset):
        return {"dataset": elements(tf, value)}
    if isinstance(value, tf.RaggedTensor):
        return {"ragged": [value.dtype.name, str(value.shape), plain(value.to_list())]}
    if isinstance(value, tf.SparseTensor):
        return {"sparse": [leaf(tf, t) for t in (value.indices, value.values, value.dense_shape)]}
    if tf.is_tensor(value):
        return [value.dtype.name, list(value.shape), plain(value.numpy())]
    if isinstance(value, (np.ndarray, np.generic)):
        return ["numpy " + value.dtype.name, list(value.shape), plain(value)]
    return plain(value)


def plain(value: Any) -> Any:
    if isinstance(value, (np.ndarray, np.generic)):
        if value.dtype.name == "bfloat16":
            value = value.astype(np.float32)
        return plain(value.tolist())
    if isinstance(value, list):
        return [plain(part) for part in value]
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, (bool, int, float)) or value is None:
        return value
    return str(value)
