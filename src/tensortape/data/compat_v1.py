"""`tf.compat.v1.data`: functions that programs of TensorFlow 1 call on datasets."""

from __future__ import annotations

from typing import Any

from tensortape.core.convert import convert_to_tensor
from tensortape.core.registry import export
from tensortape.core.tensor import Tensor
from tensortape.data.dataset import DatasetV2
from tensortape.data.records import TFRecordWriter
from tensortape.data.structure import map_leaves


@export("compat.v1.data.make_one_shot_iterator")
def make_one_shot_iterator(dataset: DatasetV2) -> Any:
    """An iterator over a dataset: `iter(dataset)`.

    >>> import tensortape as tf
    >>> iterator = tf.compat.v1.data.make_one_shot_iterator(tf.data.Dataset.range(2))
    >>> int(iterator.get_next())
    0

    Source: `tf.compat.v1.data.make_one_shot_iterator`.
    """
    return iter(dataset)


@export("compat.v1.data.get_output_types")
def get_output_types(dataset_or_iterator: Any) -> Any:
    """The dtypes of an element's components.

    >>> import tensortape as tf
    >>> tf.compat.v1.data.get_output_types(tf.data.Dataset.range(2))
    tf.int64

    Source: `tf.compat.v1.data.get_output_types`.
    """
    return map_leaves(lambda spec: spec.dtype, dataset_or_iterator.element_spec)


@export("compat.v1.data.get_output_shapes")
def get_output_shapes(dataset_or_iterator: Any) -> Any:
    """The shapes of an element's components.

    >>> import tensortape as tf
    >>> tf.compat.v1.data.get_output_shapes(tf.data.Dataset.range(2).batch(2))
    TensorShape([None])

    Source: `tf.compat.v1.data.get_output_shapes`.
    """
    return map_leaves(lambda spec: spec.shape, dataset_or_iterator.element_spec)


@export("compat.v1.data.get_output_classes")
def get_output_classes(dataset_or_iterator: Any) -> Any:
    """The classes of an element's components: `tf.Tensor`, `tf.RaggedTensor`, ...

    Source: `tf.compat.v1.data.get_output_classes`.
    """
    return map_leaves(lambda spec: spec.value_type, dataset_or_iterator.element_spec)


@export("data.experimental.TFRecordWriter")
class DatasetWriter:
    """Writes the elements of a dataset, string scalars, to a TFRecord file.

    >>> import tempfile, tensortape as tf
    >>> with tempfile.NamedTemporaryFile() as file:
    ...     writer = tf.data.experimental.TFRecordWriter(file.name)
    ...     writer.write(tf.data.Dataset.from_tensor_slices(["one", "two"]))
    ...     print(list(tf.data.TFRecordDataset(file.name).as_numpy_iterator()))
    [b'one', b'two']

    Raises `TypeError` for elements that are no strings. Source:
    `tf.data.experimental.TFRecordWriter`.
    """

    def __init__(self, filename: Any, compression_type: Any = None) -> None:
        self._filename = convert_to_tensor(filename)
        self._compression = compression_type

    def write(self, dataset: DatasetV2) -> None:
        """Write all elements."""
        if not isinstance(dataset, DatasetV2):
            raise TypeError(f"`dataset` must be a `tf.data.Dataset`, received {type(dataset)}.")
        with TFRecordWriter(self._filename, self._compression) as writer:
            for element in dataset:
                if not isinstance(element, Tensor):
                    raise TypeError(f"Elements must be string scalars, received {element!r}.")
                writer.write(element._a[()])


DatasetWriter.__name__ = DatasetWriter.__qualname__ = "TFRecordWriter"
