"""`tf.train.experimental.PythonState`: state that is no tensor, as bytes in a checkpoint."""

from __future__ import annotations

import abc
from typing import Any

from tensortape.core.convert import convert_to_tensor
from tensortape.core.registry import export
from tensortape.core.trackable import Trackable


@export("train.experimental.PythonState")
class PythonState(Trackable, metaclass=abc.ABCMeta):
    """Base of objects that say themselves what a checkpoint keeps of them, as bytes.

    Derive a class with `serialize`, which gives bytes or text, and `deserialize`, which takes the
    bytes. What they do with them is theirs: a checkpoint of others is data, so do not unpickle.

    >>> import os, tempfile
    >>> class Count(tf.train.experimental.PythonState):
    ...     value = 0
    ...     def serialize(self):
    ...         return str(self.value)
    ...     def deserialize(self, string_value):
    ...         self.value = int(string_value)
    >>> count = Count()
    >>> count.value = 5
    >>> path = tf.train.Checkpoint(count=count).write(os.path.join(tempfile.mkdtemp(), "c"))
    >>> other = Count()
    >>> _ = tf.train.Checkpoint(count=other).read(path)
    >>> other.value
    5

    Source: `tf.train.experimental.PythonState`.
    """

    @abc.abstractmethod
    def serialize(self) -> Any:
        """The state, as bytes or text."""

    @abc.abstractmethod
    def deserialize(self, string_value: bytes) -> None:
        """Take a state that `serialize` gave."""

    def _serialize_to_tensors(self) -> dict[str, Any]:
        return {"py_state": convert_to_tensor(self.serialize(), dtype="string")}

    def _restore_from_tensors(self, restored_tensors: dict[str, Any]) -> None:
        self.deserialize(restored_tensors["py_state"].numpy())
