"""The folder of a saved model: what is in it, and putting it there at once.

    FOLDER/tensortape_model.json           objects, functions and signatures; written last
    FOLDER/variables/variables.index       a checkpoint: the variables, and the constants
    FOLDER/variables/variables.data-00000-of-00001

A model that takes the place of another has its checkpoint under another name, which the JSON file
says, so until that is replaced the old model is whole.
"""

from __future__ import annotations

import glob
import json
import os
from collections.abc import Mapping
from typing import Any

from tensortape.core import errors
from tensortape.core.crc32c import crc32c
from tensortape.train import atomic
from tensortape.train.bundle import write_bundle

MODEL = "tensortape_model.json"
FORMAT = "TensorTape saved model"
VERSION = 1


def write_model(folder: str, model: dict[str, Any], arrays: Mapping[str, Any]) -> None:
    """Put a model in a folder, in place of one that is there."""
    inner = os.path.join(folder, "variables")
    os.makedirs(inner, exist_ok=True)
    atomic.remove_abandoned(folder)
    name = _free_name(inner)
    write_bundle(os.path.join(inner, name), arrays)
    content = {"format": FORMAT, "version": VERSION, "data": f"variables/{name}", **model}
    text = json.dumps({"checksum": _checksum(content), "model": content}, indent=1)
    atomic.write(os.path.join(folder, MODEL), (text + "\n").encode())
    for path in glob.glob(os.path.join(glob.escape(inner), "variables*")):
        if os.path.basename(path).rpartition(".")[0] != name:
            os.remove(path)


def _free_name(folder: str) -> str:
    used = {name.rpartition(".")[0] for name in os.listdir(folder)}
    numbered = (f"variables_{i}" if i else "variables" for i in range(len(used) + 1))
    return next(name for name in numbered if name not in used)


def _checksum(content: Any) -> int:
    return crc32c(json.dumps(content, sort_keys=True, separators=(",", ":")).encode())


def has_model(folder: str) -> bool:
    """Whether there is a model of this format in a folder."""
    return os.path.isfile(os.path.join(folder, MODEL))


def read_model(folder: str) -> tuple[dict[str, Any], str]:
    """What the JSON file says, and the path of the checkpoint.

    Raises `tf.errors.DataLossError` for a damaged file, `tf.errors.UnimplementedError` for one of a
    newer version.
    """
    path = os.path.join(folder, MODEL)
    try:
        with open(path, encoding="utf-8") as file:
            whole = json.load(file)
        content = whole["model"]
        intact = content["format"] == FORMAT and whole["checksum"] == _checksum(content)
        version, data = content["version"], content["data"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise errors.DataLossError(None, None, f"The file {path} is damaged: {error!r}.") from None
    if not intact:
        raise errors.DataLossError(
            None, None, f"The file {path} is damaged: it does not fit its checksum."
        )
    if version > VERSION:
        raise errors.UnimplementedError(
            None,
            None,
            f"{path} is of version {version}; this TensorTape reads versions up to {VERSION}. Use "
            "the one that wrote it, or a newer one.",
        )
    return content, os.path.join(folder, data)
