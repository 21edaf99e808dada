"""Options of datasets. They tune TensorFlow's runtime; here they are kept and reported, no more.

Source: ``tf.data.Options``.
"""

from __future__ import annotations

from enum import Enum, IntEnum
from typing import Any

from tensortape.core.registry import add_public, export

add_public(("data.AUTOTUNE", "data.experimental.AUTOTUNE"), -1)
add_public(("data.INFINITE_CARDINALITY", "data.experimental.INFINITE_CARDINALITY"), -1)
add_public(("data.UNKNOWN_CARDINALITY", "data.experimental.UNKNOWN_CARDINALITY"), -2)


@export("data.experimental.AutoShardPolicy")
class AutoShardPolicy(IntEnum):
    """How a dataset would be divided among workers."""

    OFF = -1
    AUTO = 0
    FILE = 1
    DATA = 2
    HINT = 3


@export("data.experimental.ExternalStatePolicy")
class ExternalStatePolicy(Enum):
    """What to do about state outside of a pipeline when it is serialised."""

    WARN = 0
    IGNORE = 1
    FAIL = 2


class _Group:
    """A group of options, each ``None`` until set."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return None


@export("data.Options")
class Options:
    """Settings for ``Dataset.with_options``.

    >>> import tensortape as tf
    >>> options = tf.data.Options()
    >>> options.deterministic = True
    """

    def __init__(self) -> None:
        self.deterministic: bool | None = None
        self.autotune = _Group()
        self.experimental_distribute = _Group()
        self.experimental_optimization = _Group()
        self.threading = _Group()
        self.experimental_external_state_policy: ExternalStatePolicy | None = None
        self.experimental_slack: bool | None = None
