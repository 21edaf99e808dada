"""``tf.variable_creator_scope``: functions that stand between ``tf.Variable`` and its callers."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from tensortape.core.registry import PUBLIC, export

_creators: ContextVar[tuple[Callable[..., Any], ...]] = ContextVar("creators", default=())


class Creating(type):
    """The type of ``tf.Variable``: inside a scope its creators are asked, the last one first."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        """Make a variable, or have it made."""
        creators = _creators.get()
        if not creators or "_asks_creators" not in cls.__dict__:
            return super().__call__(*args, **kwargs)
        create: Callable[..., Any] = super().__call__
        for creator in creators:
            create = functools.partial(creator, create)
        return create(**_arguments(cls, args, kwargs))


def _arguments(cls: Any, args: Any, kwargs: Any) -> dict[str, Any]:
    """All arguments by name, those that were not given included."""
    bound = inspect.signature(cls.__init__).bind(None, *args, **kwargs)
    bound.apply_defaults()
    found = dict(bound.arguments)
    found.pop("self")
    if found["synchronization"] is None:
        found["synchronization"] = PUBLIC["VariableSynchronization"].AUTO
    if found["aggregation"] is None:
        found["aggregation"] = PUBLIC["VariableAggregation"].NONE
    return found


@export("variable_creator_scope")
@contextmanager
def variable_creator_scope(variable_creator: Callable[..., Any]) -> Iterator[None]:
    """Let a function make every ``tf.Variable`` that is made inside.

    It is called as ``variable_creator(next_creator, **kwargs)`` with the arguments of
    ``tf.Variable``, and what it returns is what the program gets; ``next_creator(**kwargs)`` makes
    the variable, or asks the scope around this one.

    >>> import tensortape as tf
    >>> def frozen(next_creator, **kwargs):
    ...     return next_creator(**kwargs | {"trainable": False})
    >>> with tf.variable_creator_scope(frozen):
    ...     v = tf.Variable(1.0)
    >>> v.trainable
    False

    Source: ``tf.variable_creator_scope``.
    """
    token = _creators.set((*_creators.get(), variable_creator))
    try:
        yield
    finally:
        _creators.reset(token)
