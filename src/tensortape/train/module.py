"""`tf.Module`: an object that finds the variables and modules it holds."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from typing import Any

from tensortape.core import naming
from tensortape.core.registry import export
from tensortape.core.tracking import AutoTrackable
from tensortape.core.variable import Variable

_NAME = re.compile(r"^[A-Za-z_]\w*$")
_BETWEEN_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@export("Module")
class Module(AutoTrackable):
    """Base class of objects with variables.

    Variables and modules are found in attributes, also in lists, tuples and dictionaries.

    >>> class Dense(tf.Module):
    ...     def __init__(self, name=None):
    ...         super().__init__(name=name)
    ...         self.w = tf.Variable([1.0, 2.0], name="w")
    ...         self.steps = tf.Variable(0, trainable=False)
    >>> layer = Dense()
    >>> layer.name, len(layer.variables), len(layer.trainable_variables)
    ('dense', 2, 1)

    Raises `ValueError` for a name that is no identifier. Source: `tf.Module`.
    """

    _TF_MODULE_IGNORED_PROPERTIES = frozenset(
        ("_tracked_children", "_deferred_restores", "_restored_uid", "_name_scope")
    )

    def __init__(self, name: str | None = None) -> None:
        if name is None:
            name = _snake(type(self).__name__)
        elif not _NAME.match(name):
            raise ValueError(
                f"{name!r} is not a valid module name. Module names must be valid Python "
                "identifiers (e.g. a valid class name)."
            )
        self._name = name
        with naming.name_scope(name) as scope:
            self._scope_name = scope

    @property
    def name(self) -> str:
        """The name given, or the class's in small letters."""
        return self._name

    @property
    def name_scope(self) -> Any:
        """A name scope of the module's name; entering it again comes back to the same."""
        return naming.name_scope(self._scope_name)

    @property
    def variables(self) -> tuple[Any, ...]:
        """All variables of the module and of those in it, each once."""
        return tuple(self._flatten(predicate=_is_variable, expand_composites=True))

    @property
    def trainable_variables(self) -> tuple[Any, ...]:
        """The variables that are trainable."""
        return tuple(v for v in self.variables if v.trainable)

    @property
    def non_trainable_variables(self) -> tuple[Any, ...]:
        """The variables that are not trainable."""
        return tuple(v for v in self.variables if not v.trainable)

    @property
    def submodules(self) -> tuple[Any, ...]:
        """The modules in this one, and in those, each once."""
        return tuple(self._flatten(predicate=lambda v: isinstance(v, Module)))

    def _flatten(
        self,
        recursive: bool = True,
        predicate: Callable[[Any], bool] | None = None,
        attribute_traversal_key: Any = None,
        with_path: bool = False,
        expand_composites: bool = False,
    ) -> Iterator[Any]:
        """The values in attributes that fulfil `predicate`, those of this module first."""
        seen = {id(self)}
        waiting: list[tuple[tuple[Any, ...], Module]] = [((), self)]
        while waiting:
            at, module = waiting.pop(0)
            for path, leaf in module._leaves():
                if id(leaf) in seen:
                    continue
                seen.add(id(leaf))
                if predicate is None or predicate(leaf):
                    yield ((*at, *path), leaf) if with_path else leaf
                if recursive and isinstance(leaf, Module):
                    waiting.append(((*at, *path), leaf))

    def _leaves(self) -> Iterator[tuple[tuple[Any, ...], Any]]:
        for key in sorted(vars(self)):
            if key not in self._TF_MODULE_IGNORED_PROPERTIES:
                yield from _within((key,), vars(self)[key])

    @classmethod
    def with_name_scope(cls, method: Callable[..., Any]) -> Callable[..., Any]:
        """Decorator: run a method in the module's name scope.

        >>> class Layer(tf.Module):
        ...     @tf.Module.with_name_scope
        ...     def __call__(self):
        ...         return tf.Variable(1.0, name="w").name
        >>> Layer()()
        'layer/w:0'
        """

        @functools.wraps(method)
        def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
            with self.name_scope:
                return method(self, *args, **kwargs)

        return wrapper


def _within(path: tuple[Any, ...], value: Any) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """The leaves of a nest of lists, tuples and dictionaries, with the way to each."""
    if isinstance(value, dict):
        try:
            keys = sorted(value)
        except TypeError:
            keys = list(value)
        for key in keys:
            yield from _within((*path, key), value[key])
    elif isinstance(value, (list, tuple)):
        for number, item in enumerate(value):
            yield from _within((*path, number), item)
    else:
        yield path, value


def _is_variable(value: Any) -> bool:
    return isinstance(value, Variable) or bool(
        getattr(value, "_should_act_as_resource_variable", False)
    )


def _snake(name: str) -> str:
    """`MyLayer` as `my_layer`.

    >>> _snake("MyHTTPLayer")
    'my_http_layer'
    """
    return _BETWEEN_WORDS.sub("_", name).lower()
