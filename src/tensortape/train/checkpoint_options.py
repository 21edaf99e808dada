"""`tf.train.CheckpointOptions`: how checkpoints are written and read."""

from __future__ import annotations

import copy
import inspect
from typing import Any

from tensortape.core.registry import export


@export("train.CheckpointOptions")
class CheckpointOptions:
    """Options of `tf.train.Checkpoint` and `tf.train.CheckpointManager`.

    - `experimental_write_callbacks`: functions called, in order, after a checkpoint was written,
      with its path if they take an argument.
    - `experimental_skip_slot_variables`: leave slot variables out when restoring.
    - `experimental_io_device`, `enable_async`, `experimental_enable_async_checkpoint`: taken, and
      without effect: files are written where and when `save` is called.

    >>> options = tf.train.CheckpointOptions(
    ...     experimental_write_callbacks=[lambda path: print(path)])
    >>> options.enable_async
    False

    Raises `ValueError` for a callback with more than one parameter and `NotImplementedError` for
    `experimental_sharding_callback`. Source: `tf.train.CheckpointOptions`.
    """

    def __init__(
        self,
        experimental_io_device: str | None = None,
        experimental_enable_async_checkpoint: bool = False,
        experimental_write_callbacks: list[Any] | None = None,
        enable_async: bool = False,
        experimental_skip_slot_variables: bool = False,
        experimental_sharding_callback: Any = None,
    ) -> None:
        for callback in experimental_write_callbacks or ():
            if len(inspect.signature(callback).parameters) > 1:
                raise ValueError(
                    f"A write callback takes the path of the checkpoint or nothing: {callback!r}"
                )
        if experimental_sharding_callback is not None:
            raise NotImplementedError(
                "Checkpoints are written as one data file: leave out "
                "`experimental_sharding_callback`."
            )
        self.experimental_io_device = experimental_io_device
        self.enable_async = experimental_enable_async_checkpoint or enable_async
        self.experimental_enable_async_checkpoint = self.enable_async
        self.experimental_write_callbacks = experimental_write_callbacks
        self.experimental_skip_slot_variables = experimental_skip_slot_variables
        self.experimental_sharding_callback = None


def with_callback(options: CheckpointOptions | None, callback: Any) -> CheckpointOptions:
    """Options with one more callback, called last; the given ones are left as they are."""
    options = copy.copy(options) if options is not None else CheckpointOptions()
    options.experimental_write_callbacks = [
        *(options.experimental_write_callbacks or ()),
        callback,
    ]
    return options


def call_back(options: CheckpointOptions, path: str) -> None:
    """Call the callbacks after a checkpoint was written to `path`."""
    for callback in options.experimental_write_callbacks or ():
        callback(*[path] * len(inspect.signature(callback).parameters))
