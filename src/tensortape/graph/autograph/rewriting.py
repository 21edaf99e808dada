"""Looking at what AutoGraph makes of a function."""

from __future__ import annotations

import enum
import inspect
import textwrap
from collections.abc import Callable, Iterable
from types import FunctionType
from typing import Any

from tensortape.core.registry import export
from tensortape.graph.autograph.convert import transpile


@export("autograph.experimental.Feature")
class Feature(enum.Enum):
    """Parts of AutoGraph that a function may ask for; here it has what they stand for already.

    >>> sorted(f.name for f in tf.autograph.experimental.Feature.all_but("LISTS"))[:2]
    ['ASSERT_STATEMENTS', 'AUTO_CONTROL_DEPS']

    Source: `tf.autograph.experimental.Feature`.
    """

    ALL = "ALL"
    AUTO_CONTROL_DEPS = "AUTO_CONTROL_DEPS"
    ASSERT_STATEMENTS = "ASSERT_STATEMENTS"
    BUILTIN_FUNCTIONS = "BUILTIN_FUNCTIONS"
    EQUALITY_OPERATORS = "EQUALITY_OPERATORS"
    LISTS = "LISTS"
    NAME_SCOPES = "NAME_SCOPES"

    @classmethod
    def all(cls) -> tuple[Feature, ...]:
        """All of them."""
        return tuple(cls)

    @classmethod
    def all_but(cls, exclude: Any) -> tuple[Feature, ...]:
        """All but one, or some."""
        many = isinstance(exclude, Iterable) and not isinstance(exclude, str)
        left_out = {cls(f) for f in (exclude if many else (exclude,))}
        return tuple(f for f in cls if f not in left_out | {cls.ALL})


@export("autograph.to_graph")
def to_graph(
    entity: Any, recursive: bool = True, experimental_optional_features: Any = None
) -> Callable[..., Any]:
    """The function that AutoGraph makes of a Python function, or of a method (without its object).

    It takes what ``entity`` takes, tensors and Python values; with eager tensors it does the same.

    Args:
        entity: a function, method, lambda or ``tf.function``.
        recursive: rewrite the functions it calls, too, when they are called.
        experimental_optional_features: a ``Feature``, or several. They have no effect.

    >>> def first_power(x):
    ...     while x < 100:
    ...         x = x * 2
    ...     return x
    >>> power = tf.autograph.to_graph(first_power)
    >>> int(power(tf.constant(3)))
    192

    Raises ``ValueError`` for what is no Python function, or cannot be rewritten.

    Source: `tf.autograph.to_graph`.
    """
    return _rewritten(entity, recursive, experimental_optional_features)


@export("autograph.to_code")
def to_code(entity: Any, recursive: bool = True, experimental_optional_features: Any = None) -> str:
    """The code that AutoGraph makes of a function, as text; arguments as for ``to_graph``.

    >>> print(tf.autograph.to_code(lambda x: x if x > 0 else -x).partition(" = ")[0])
    ag__lam

    Source: `tf.autograph.to_code`.
    """
    made = _rewritten(entity, recursive, experimental_optional_features)
    return textwrap.dedent(inspect.getsource(made))


def _rewritten(entity: Any, recursive: bool, features: Any) -> Any:
    several = features if isinstance(features, (tuple, list, set, frozenset)) else (features,)
    unknown = [f for f in several if f is not None and not isinstance(f, Feature)]
    if unknown:
        raise TypeError(
            "experimental_optional_features takes values of tf.autograph.experimental.Feature, "
            f"not {unknown[0]!r}"
        )
    function = getattr(entity, "python_function", entity)
    function = getattr(function, "__func__", function)
    if not isinstance(function, FunctionType):
        raise ValueError(
            f"AutoGraph rewrites Python functions and methods, not {entity!r}, which has no code "
            "in Python; of an object that can be called, give the method: object.__call__"
        )
    try:
        return transpile(function, recursive)
    except Exception as reason:
        raise ValueError(f"AutoGraph cannot rewrite {function.__qualname__}: {reason}") from reason
