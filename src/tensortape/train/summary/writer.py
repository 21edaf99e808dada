"""Writers of summaries, which of them is in use, the step, and whether anything is written."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np

from tensortape.core.convert import convert_to_tensor
from tensortape.core.naming import get_current_name_scope, name_scope
from tensortape.core.registry import add_public, export
from tensortape.ops.io.files import local
from tensortape.train.summary.events import EventsFile, SummaryMetadata

_MAX_QUEUE, _FLUSH_MILLIS = 10, 120_000


class _Settings(threading.local):
    writer: Any = None
    step: Any = None
    record: Any = True


_settings = _Settings()


@export("summary.SummaryWriter")
class SummaryWriter:
    """Where summaries go. Made by ``tf.summary.create_file_writer``.

    Source: ``tf.summary.SummaryWriter``.
    """

    def set_as_default(self, step: Any = None) -> None:
        """Use this writer from now on, in this thread; with ``step``, if one is given."""
        _settings.writer = self
        if step is not None:
            _settings.step = step

    @contextlib.contextmanager
    def as_default(self, step: Any = None) -> Iterator[SummaryWriter]:
        """Use this writer within the block, and flush it at the end."""
        before = _settings.writer, _settings.step
        self._check_open()
        self.set_as_default(step)
        try:
            yield self
            self.flush()
        finally:
            _settings.writer = before[0]
            if step is not None:
                _settings.step = before[1]

    def init(self) -> None:
        """Nothing: writers are ready when they are made."""

    def _check_open(self) -> None:
        """Raise ``RuntimeError`` if the writer was closed."""

    def _add(self, data: bytes) -> None:
        raise NotImplementedError

    def flush(self) -> None:
        """Write what waits to the file."""

    def close(self) -> None:
        """Write what waits, and end."""


class FileWriter(SummaryWriter):
    """A writer to one event file."""

    def __init__(self, file: EventsFile) -> None:
        self._file, self._closed = file, False

    def _check_open(self) -> None:
        if self._closed:
            raise RuntimeError(f"SummaryWriter {self!r} is already closed")

    def _add(self, data: bytes) -> None:
        self._check_open()
        self._file.add(data)

    def flush(self) -> None:
        """Write what waits to the file."""
        if not self._closed:
            self._file.flush()

    def close(self) -> None:
        """Write what waits, and end the file."""
        self._file.close()
        self._closed = True


class NoopWriter(SummaryWriter):
    """A writer to nowhere."""

    def _add(self, data: bytes) -> None:
        pass


@export("summary.create_file_writer")
def create_file_writer(
    logdir: Any,
    max_queue: int | None = None,
    flush_millis: int | None = None,
    filename_suffix: str | None = None,
    name: str | None = None,
    experimental_trackable: bool = False,
    experimental_mesh: Any = None,
) -> SummaryWriter:
    """A writer of summaries to a new event file in a folder, which TensorBoard shows.

    >>> import tempfile
    >>> import tensortape as tf
    >>> writer = tf.summary.create_file_writer(tempfile.mkdtemp())
    >>> with writer.as_default():
    ...     print(tf.summary.scalar("loss", 0.5, step=1).numpy())
    True

    Args:
        logdir: the folder; made if it is not there.
        max_queue: so many summaries wait before they are written; 10.
        flush_millis: so long they wait at most; two minutes.
        filename_suffix: the end of the file's name; ``".v2"``.
        name: has no effect.
        experimental_trackable: has no effect.
        experimental_mesh: must be ``None``.

    Source: ``tf.summary.create_file_writer``.
    """
    if logdir is None:
        return NoopWriter()
    queue = _MAX_QUEUE if max_queue is None else int(max_queue)
    millis = _FLUSH_MILLIS if flush_millis is None else int(flush_millis)
    suffix = ".v2" if filename_suffix is None else local(filename_suffix)
    return FileWriter(EventsFile(local(logdir), queue, millis, suffix))


@export("summary.create_noop_writer")
def create_noop_writer() -> SummaryWriter:
    """A writer that writes nothing. Source: ``tf.summary.create_noop_writer``."""
    return NoopWriter()


@export("summary.flush")
def flush(writer: Any = None, name: str | None = None) -> None:
    """Write what waits in a writer, or in the one in use. Source: ``tf.summary.flush``."""
    chosen = _settings.writer if writer is None else writer
    if chosen is not None:
        chosen.flush()


@contextlib.contextmanager
def _recording(condition: Any) -> Iterator[None]:
    before, _settings.record = _settings.record, condition
    try:
        yield
    finally:
        _settings.record = before


@export("summary.record_if")
def record_if(condition: Any) -> Any:
    """A context in which summaries are written if ``condition`` (a bool or function) is true.

    >>> import tensortape as tf
    >>> with tf.summary.record_if(False):
    ...     print(tf.summary.should_record_summaries().numpy())
    False

    Source: ``tf.summary.record_if``.
    """
    return _recording(condition)


@export("summary.should_record_summaries")
def should_record_summaries() -> Any:
    """Whether summaries are written now. Source: ``tf.summary.should_record_summaries``."""
    condition = _settings.record
    if _settings.writer is None:
        return convert_to_tensor(False)
    return convert_to_tensor(condition() if callable(condition) else condition)


@export("summary.experimental.set_step")
def set_step(step: Any) -> None:
    """The step of the summaries to come that give none: an int, tensor, variable, or ``None``.

    Source: ``tf.summary.experimental.set_step``.
    """
    _settings.step = step


@export("summary.experimental.get_step")
def get_step() -> Any:
    """What ``tf.summary.experimental.set_step`` set last, or ``None``.

    Source: ``tf.summary.experimental.get_step``.
    """
    return _settings.step


def current(step: Any) -> tuple[Any, Any]:
    """The writer in use, and the step as an int64 tensor.

    Raises ``ValueError`` when there is a writer and no step.
    """
    step = _settings.step if step is None else step
    if step is None:
        raise ValueError(
            "No step set. Please specify one either through the `step` argument or through "
            "tf.summary.experimental.set_step()"
        )
    if isinstance(step, (int, np.integer)):
        step = np.int64(step)
    return _settings.writer, convert_to_tensor(step)


@export("summary.experimental.summary_scope")
@contextlib.contextmanager
def summary_scope(name: str, default_name: str = "summary", values: Any = None) -> Iterator[Any]:
    """The tag of a summary with the names of the scopes around it, and its own scope.

    >>> import tensortape as tf
    >>> with tf.name_scope("layer"), tf.summary.experimental.summary_scope("w") as (tag, scope):
    ...     print(tag, scope)
    layer/w layer/w/

    Source: ``tf.summary.experimental.summary_scope``.
    """
    name = name or default_name
    outer = get_current_name_scope()
    with name_scope(name) as scope:
        yield (f"{outer}/{name}" if outer else name), scope


add_public("compat.v1.SummaryMetadata", SummaryMetadata)
