"""Small names: the time, fingerprints of rows, whether a tensor is one of a graph."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from tensortape.core import errors
from tensortape.core.convert import convert_to_tensor
from tensortape.core.registry import export
from tensortape.core.tensor import EagerTensor, Tensor
from tensortape.ops.strings.fingerprint import fingerprint as of_bytes


@export("AggregationMethod")
class AggregationMethod:
    """Ways of adding gradients up in TensorFlow 1; here there is one. ``tf.AggregationMethod``."""

    ADD_N = 0
    DEFAULT = ADD_N
    EXPERIMENTAL_TREE = 1
    EXPERIMENTAL_ACCUMULATE_N = 2


@export("timestamp")
def timestamp(name: str | None = None) -> Any:
    """Seconds since 1970, a float64 scalar.

    >>> import tensortape as tf
    >>> bool(tf.timestamp() > 1.7e9)
    True

    Source: ``tf.timestamp``.
    """
    return convert_to_tensor(np.float64(time.time()))


@export("is_symbolic_tensor")
def is_symbolic_tensor(tensor: Any) -> bool:
    """Whether something is a tensor of a function that is traced, without a value.

    >>> import tensortape as tf
    >>> tf.is_symbolic_tensor(tf.constant(1.0))
    False

    Source: ``tf.is_symbolic_tensor``.
    """
    return isinstance(tensor, Tensor) and not isinstance(tensor, EagerTensor)


@export("fingerprint")
def fingerprint(data: Any, method: str = "farmhash64", name: str | None = None) -> Any:
    """Eight bytes for each row of ``data``, the same for the same row in every program.

    >>> import tensortape as tf
    >>> tf.fingerprint(["ab", "c"]).numpy()[0].tolist()
    [30, 165, 173, 66, 82, 110, 141, 170]

    Returns uint8 ``[rows, 8]``. Raises ``tf.errors.InvalidArgumentError`` for scalars and other
    methods. Source: ``tf.fingerprint``.
    """
    tensor = convert_to_tensor(data)
    if method != "farmhash64":
        raise errors.InvalidArgumentError(None, None, f"Unsupported fingerprint method: {method}")
    if not tensor.shape.rank:
        raise errors.InvalidArgumentError(
            None, None, "`data` should have at least one dimension: []"
        )
    array = np.asarray(tensor.numpy())
    rows = [_row_bytes(row) for row in array.reshape(len(array), -1)]
    out = np.array([of_bytes(row) for row in rows], "<u8")
    return convert_to_tensor(out.view(np.uint8).reshape(len(rows), 8))


def _row_bytes(row: Any) -> bytes:
    """A row as bytes; of several texts, their fingerprints."""
    if row.dtype != object:
        return row.tobytes()
    if len(row) == 1:
        return row[0]
    return np.array([of_bytes(item) for item in row], "<u8").tobytes()
