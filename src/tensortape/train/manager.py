"""`tf.train.CheckpointManager`: the latest few checkpoints of a folder."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from typing import Any

from tensortape.core.registry import export
from tensortape.train import atomic
from tensortape.train.bundle import data_files, index_file
from tensortape.train.checkpoint import Checkpoint
from tensortape.train.checkpoint_options import CheckpointOptions, with_callback
from tensortape.train.checkpoint_state import get_checkpoint_state, update_checkpoint_state


@export("train.CheckpointManager")
class CheckpointManager:
    """Saves checkpoints to a folder and deletes those that are no longer needed.

    `max_to_keep`: how many to keep, all for `None`; of those that go, one every
    `keep_checkpoint_every_n_hours` stays. With `checkpoint_interval`, `save` does nothing until the
    variable `step_counter` has grown by it. A manager made later for the same folder goes on where
    this one ended.

    >>> import tempfile
    >>> v = tf.Variable(1.0)
    >>> manager = tf.train.CheckpointManager(
    ...     tf.train.Checkpoint(v=v), tempfile.mkdtemp(), max_to_keep=2)
    >>> for _ in range(3):
    ...     path = manager.save()
    >>> [name[-6:] for name in manager.checkpoints], manager.latest_checkpoint == path
    (['ckpt-2', 'ckpt-3'], True)

    Raises `ValueError` for a `max_to_keep` that is not positive, and for an interval without a
    counter. Source: `tf.train.CheckpointManager`.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        directory: Any,
        max_to_keep: int | None,
        keep_checkpoint_every_n_hours: float | None = None,
        checkpoint_name: str = "ckpt",
        step_counter: Any = None,
        checkpoint_interval: int | None = None,
        init_fn: Callable[[], Any] | None = None,
        last_checkpoint_step: int | None = None,
    ) -> None:
        if max_to_keep is not None and max_to_keep <= 0:
            raise ValueError(
                f"Expected a positive integer or `None` for `max_to_keep`, got {max_to_keep}."
            )
        if checkpoint_interval is not None and step_counter is None:
            raise ValueError(
                "`step_counter` should be passed if `checkpoint_interval` is not None."
            )
        self._checkpoint = checkpoint
        self._directory = atomic.path_text(directory)
        self._prefix = os.path.join(self._directory, checkpoint_name)
        self._max_to_keep = max_to_keep
        self._hours = keep_checkpoint_every_n_hours
        self._step_counter = step_counter
        self._interval = checkpoint_interval
        self._last_step = last_checkpoint_step
        self._init_fn = init_fn
        self._kept: dict[str, float] = {}
        self._latest: str | None = None
        self._last_preserved = time.time() - 1.0
        self._recover()

    def _recover(self) -> None:
        """Take over what a manager before this one left."""
        state = get_checkpoint_state(self._directory)
        if state is None:
            return
        now = time.time()
        self._latest = state.model_checkpoint_path
        self._last_preserved = min(state.last_preserved_timestamp, now)
        paths = state.all_model_checkpoint_paths
        stamps = state.all_model_checkpoint_timestamps or [self._last_preserved] * len(paths)
        for path, stamp in zip(paths, stamps, strict=False):
            # those that are not younger than the last one preserved are preserved themselves
            if min(stamp, now) > self._last_preserved:
                self._kept[path] = min(stamp, now)

    @property
    def checkpoint(self) -> Checkpoint:
        """The checkpoint that is saved."""
        return self._checkpoint

    @property
    def directory(self) -> str:
        """The folder."""
        return self._directory

    @property
    def checkpoint_interval(self) -> int | None:
        """The least number of steps between two checkpoints."""
        return self._interval

    @property
    def checkpoints(self) -> list[str]:
        """The paths of the checkpoints that are kept for now, the oldest first."""
        return list(self._kept)

    @property
    def latest_checkpoint(self) -> str | None:
        """The path of the latest checkpoint, or `None`."""
        return self._latest

    def save(
        self,
        checkpoint_number: Any = None,
        check_interval: bool = True,
        options: CheckpointOptions | None = None,
    ) -> str | None:
        """Save a checkpoint and delete old ones; the path, or `None` if it is not time yet.

        `checkpoint_number`: an integer or a variable to number it by, in place of how often was
        saved. With `check_interval=False` only a second checkpoint of one step is not saved.
        """
        if self._interval is not None and not self._is_time(check_interval):
            return None
        counter = self._checkpoint.save_counter
        counter.assign_add(1)
        number = int(counter if checkpoint_number is None else checkpoint_number)
        path = f"{self._prefix}-{number}"
        return self._checkpoint.write(path, options=with_callback(options, self._record))

    def _is_time(self, check_interval: bool) -> bool:
        step, last = int(self._step_counter), self._last_step
        early = last is not None and (
            step == last or (check_interval and step < last + (self._interval or 0))
        )
        if not early:
            self._last_step = step
        return not early

    def _record(self, path: str) -> None:
        """Note a new checkpoint; only then delete old ones, and note that."""
        self._kept.pop(path, None)
        self._kept[path] = time.time()
        self._latest = path
        self._write_state()
        if self._sweep():
            self._write_state()

    def _sweep(self) -> bool:
        """Delete or preserve the oldest checkpoints; whether there were any."""
        swept = False
        while self._max_to_keep and len(self._kept) > self._max_to_keep:
            path, stamp = next(iter(self._kept.items()))
            del self._kept[path]
            swept = True
            if self._hours and stamp - self._hours * 3600.0 >= self._last_preserved:
                self._last_preserved = stamp
                continue
            for name in [index_file(path), *data_files(path)]:
                with contextlib.suppress(FileNotFoundError):
                    os.remove(name)
        return swept

    def _write_state(self) -> None:
        update_checkpoint_state(
            self._directory,
            str(self._latest),
            list(self._kept),
            save_relative_paths=True,
            all_model_checkpoint_timestamps=list(self._kept.values()),
            last_preserved_timestamp=self._last_preserved,
        )

    def restore_or_initialize(self) -> str | None:
        """Restore the latest checkpoint and return its path; without one call `init_fn`."""
        if self._latest is not None:
            self._checkpoint.restore(self._latest)
            if self._interval is not None:
                self._last_step = int(self._step_counter)
            return self._latest
        if self._init_fn is not None:
            self._init_fn()
        return None

    def sync(self) -> None:
        """Wait for checkpoints that are being written: `save` waits itself."""
        self._checkpoint.sync()
