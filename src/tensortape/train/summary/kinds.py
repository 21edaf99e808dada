"""The kinds of summaries: numbers, histograms, pictures, texts, sounds, any tensor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tensortape.core import dtypes
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import execute
from tensortape.core.op import op
from tensortape.core.registry import export
from tensortape.ops.image.convert import convert_image_dtype
from tensortape.train.summary.events import SummaryMetadata, value_event
from tensortape.train.summary.media import histogram_rows, png, wav
from tensortape.train.summary.writer import current, should_record_summaries, summary_scope

_WAV = b"\x10\x0b"
"""What the part of TensorBoard for sounds wants to know: encoded as WAV."""


@op("WriteSummary", family="effect", nondifferentiable="writes to a file")
def write_summary(xp, tensor, step, wanted, *, writer, tag, metadata, encode):
    """Writes one summary, if it is wanted; whether it did."""

    def add(array, at, yes):
        if yes:
            writer._add(value_event(tag, encode(array), int(at), metadata))
        return np.bool_(yes)

    return xp.sample_stream((tensor, step, wanted), add, (), dtypes.bool)


def written(
    name: str,
    data: Any,
    step: Any,
    metadata: Any,
    encode: Callable[[Any], Any],
    rank: int | None = None,
) -> Any:
    """Write a summary with the names of the scopes around; ``encode`` makes its array.

    Raises ``ValueError`` for data of another rank than ``rank``.
    """
    wanted = should_record_summaries()
    tensor = convert_to_tensor(data() if callable(data) else data)
    if rank is not None and tensor.shape.rank not in (rank, None):
        expected = "Expected scalar shape" if not rank else f"Tensor must have rank {rank}"
        raise ValueError(
            f"{expected}, saw shape: {tensor.shape}. Received rank {tensor.shape.rank}"
        )
    with summary_scope(name) as (tag, _):
        return put(tag, tensor, step, metadata, encode, wanted)


def put(tag: str, tensor: Any, step: Any, metadata: Any, encode: Any, wanted: Any) -> Any:
    """Execute the writing."""
    if metadata is not None and not isinstance(metadata, bytes):
        metadata = metadata.SerializeToString()
    if _off(wanted):
        return wanted
    writer, at = current(step)
    attrs = {"writer": writer, "tag": tag, "metadata": metadata, "encode": encode}
    return execute(write_summary, (tensor, at, wanted), attrs)


def _off(wanted: Any) -> bool:
    """Whether it is known that nothing is written."""
    value = getattr(wanted, "_a", None)
    return isinstance(value, (np.ndarray, np.generic)) and not bool(value)


def metadata_of(plugin: str, description: str | None, content: bytes = b"") -> SummaryMetadata:
    """The metadata of a kind of summaries."""
    data = SummaryMetadata.PluginData(plugin, content)
    return SummaryMetadata(data, summary_description=description or "")


@export("summary.write")
def write(
    tag: str, tensor: Any, step: Any = None, metadata: Any = None, name: str | None = None
) -> Any:
    """Write any tensor (or what a function returns) under a tag; whether it was written.

    ``metadata`` (a ``tf.compat.v1.SummaryMetadata``, or its bytes) says for which part of
    TensorBoard. Source: ``tf.summary.write``.
    """
    if callable(tensor):
        tensor = tensor()
    kept = convert_to_tensor(tensor)
    return put(tag, kept, step, metadata, np.asarray, should_record_summaries())


@export("summary.scalar")
def scalar(name: str, data: Any, step: Any = None, description: str | None = None) -> Any:
    """Write a number under a name; a bool tensor that says whether it was written.

    >>> import tensortape as tf
    >>> with tf.summary.create_noop_writer().as_default(step=3):
    ...     print(tf.summary.scalar("loss", 0.25).numpy())
    True

    ``step``: an integer, or the one of ``tf.summary.experimental.set_step``. Raises ``ValueError``
    for what is no scalar, and without a step. Source: ``tf.summary.scalar``.
    """
    metadata = metadata_of("scalars", description)
    return written(name, data, step, metadata, lambda a: np.asarray(a, np.float32), 0)


@export("summary.histogram")
def histogram(
    name: str,
    data: Any,
    step: Any = None,
    buckets: int | None = None,
    description: str | None = None,
) -> Any:
    """Write how values are distributed, in 30 or ``buckets`` intervals of equal width.

    Source: ``tf.summary.histogram``.
    """
    count = 30 if buckets is None else int(buckets)
    metadata = metadata_of("histograms", description)
    return written(name, data, step, metadata, lambda a: histogram_rows(a, count))


@export("summary.image")
def image(
    name: str, data: Any, step: Any = None, max_outputs: int = 3, description: str | None = None
) -> Any:
    """Write pictures ``[k, height, width, channels]``, at most ``max_outputs`` of them.

    ``data``: uint8, or floating in [0, 1]; 1 to 4 channels. Raises ``ValueError`` for other ranks.
    Source: ``tf.summary.image``.
    """

    def encode(array: Any) -> Any:
        few = convert_image_dtype(convert_to_tensor(array[:max_outputs]), dtypes.uint8, True)
        height, width = array.shape[1:3]
        return objects([str(width).encode(), str(height).encode(), *map(png, few.numpy())])

    return written(name, data, step, metadata_of("images", description), encode, 4)


def objects(values: list[bytes]) -> Any:
    """A vector of bytes."""
    out = np.empty(len(values), object)
    out[:] = values
    return out


@export("summary.text")
def text(name: str, data: Any, step: Any = None, description: str | None = None) -> Any:
    """Write a text, or several, which TensorBoard shows as Markdown.

    Raises ``ValueError`` for other dtypes. Source: ``tf.summary.text``.
    """
    tensor = convert_to_tensor(data() if callable(data) else data)
    if tensor.dtype is not dtypes.string:
        raise ValueError(f"data must be of type string, got {tensor.dtype.name}")
    return written(
        name, tensor, step, metadata_of("text", description), lambda a: np.asarray(a, object)
    )


@export("summary.audio")
def audio(
    name: str,
    data: Any,
    sample_rate: Any,
    step: Any = None,
    max_outputs: int = 3,
    encoding: str | None = None,
    description: str | None = None,
) -> Any:
    """Write sounds ``[k, samples, channels]`` in [-1, 1], at most ``max_outputs`` of them.

    Raises ``ValueError`` for other ranks and encodings than WAV. Source: ``tf.summary.audio``.
    """
    if encoding not in (None, "wav"):
        raise ValueError(f"Unknown encoding: {encoding!r}")
    rate = int(sample_rate)

    def encode(array: Any) -> Any:
        sounds = [wav(one, rate) for one in array[:max_outputs]]
        return objects([part for sound in sounds for part in (sound, b"")]).reshape(-1, 2)

    return written(name, data, step, metadata_of("audio", description, _WAV), encode, 3)
