"""Lookup tables in saved models: their kind, dtypes, default and entries, as data.

Static tables have their entries among the constants, those that change among the variables.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core.dtypes import as_dtype
from tensortape.core.tensor import EagerTensor
from tensortape.ops.lookup.mutable import Changing, DenseHashTable, MutableHashTable
from tensortape.ops.lookup.tables import KeyValueTensorInitializer, StaticHashTable, Table
from tensortape.train.saved_model.values import Encoder
from tensortape.train.wire import damaged


def write_table(table: Table, node: Any, encoder: Encoder) -> dict[str, Any]:
    """A table as JSON; `node` is the table's in the checkpoint."""
    written: dict[str, Any] = {
        "kind": "table",
        "key_dtype": table.key_dtype.name,
        "value_dtype": table.value_dtype.name,
        "default": encoder.array(table._default._a),
    }
    if isinstance(table, DenseHashTable):
        written["marks"] = [encoder.array(table._empty), encoder.array(table._deleted)]
        written["buckets"] = table._buckets
    keys = {attribute.name: attribute.key for attribute in node.attributes}
    if keys:
        return written | {"changes": True, "entries": [keys["table-keys"], keys["table-values"]]}
    changes = isinstance(table, Changing)
    if changes:  # without entries in checkpoints it begins empty
        return written | {"changes": True, "entries": None}
    return written | {"changes": False, "entries": [encoder.array(a) for a in table._exported()]}


def read_table(written: Any, arrays: Any) -> Table:
    """The table that JSON stands for; `arrays(name)` gives an array."""
    key, value = as_dtype(written["key_dtype"]), as_dtype(written["value_dtype"])
    default, entries = _tensor(arrays(written["default"])), written["entries"]
    parts = None if entries is None else [_tensor(arrays(name)) for name in entries]
    try:
        if not written["changes"] and parts is not None:
            entries = KeyValueTensorInitializer(parts[0], parts[1], key, value)
            return StaticHashTable(entries, default)
        kept = parts is not None
        made: Changing
        if "marks" in written:
            empty, deleted = [_tensor(arrays(name)) for name in written["marks"]]
            buckets = written["buckets"]
            made = DenseHashTable(key, value, default, empty, deleted, buckets, checkpoint=kept)
        else:
            made = MutableHashTable(key, value, default, checkpoint=kept)
        if parts is not None:
            made._restore_from_tensors({"table-keys": parts[0], "table-values": parts[1]})
    except (TypeError, ValueError) as error:
        raise damaged(f"a table cannot be made ({error})") from None
    return made


def _tensor(array: Any) -> EagerTensor:
    return EagerTensor(np.asarray(array))
