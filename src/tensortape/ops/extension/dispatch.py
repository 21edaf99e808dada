"""``tf.experimental.dispatch_for_api``: other meanings of public functions for other types."""

from __future__ import annotations

import collections.abc
import functools
import inspect
import sys
import typing
from collections.abc import Callable
from typing import Any

from tensortape.core.registry import PUBLIC, export
from tensortape.core.tensor import Tensor
from tensortape.ops.extension.fields import _UNIONS

_ANY = (Any, inspect.Parameter.empty)
_ROOT = __name__.partition(".")[0]


class Dispatched:
    """One function that takes the place of public ones for arguments of some types."""

    def __init__(self, handler: Callable[..., Any], accepts: Callable[..., bool]) -> None:
        self.handler, self.accepts = handler, accepts


WRITTEN = {
    1: "abs cast round sign zeros_like ones_like clip_by_value math.sigmoid math.rint nn.gelu",
    2: "add subtract divide truediv pow math.divide_no_nan math.floordiv math.floormod "
    "math.scalar_mul",
}
"""Functions of each element of one or two tensors that are not made from an operation's record."""

_targets: dict[Any, list[Dispatched]] = {}
_unary: list[Dispatched] = []
_binary: list[Dispatched] = []
_wrapped: dict[Any, Any] = {}


def is_of(value: Any, annotation: Any) -> bool:
    """Whether a value is of an annotated type: a class, a union, or a list of them."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if annotation in _ANY:
        return True
    if origin in _UNIONS:
        return any(is_of(value, a) for a in arguments)
    if origin in (list, collections.abc.Sequence, collections.abc.Collection):
        several = isinstance(value, (list, tuple)) and len(value) > 0
        return several and all(is_of(v, arguments[0]) for v in value)
    if origin is tuple:
        return isinstance(value, tuple) and all(
            is_of(v, a) for v, a in zip(value, arguments, strict=False)
        )
    return isinstance(annotation, type) and isinstance(value, annotation)


def original(api: Any) -> Any:
    """The function behind one that dispatches."""
    return getattr(api, "_dispatches_for", api)


def wrap(api: Any) -> None:
    """Put a dispatching function in every public place of ``api``."""
    if api in _wrapped:
        return

    @functools.wraps(api)
    def public(*args: Any, **kwargs: Any) -> Any:
        for entry in _targets.get(api, ()):
            if entry.accepts(args, kwargs):
                return entry.handler(*args, **kwargs)
        if _unary or _binary:
            found = elementwise(api, public, args, kwargs)
            if found is not None:
                return found()
        return api(*args, **kwargs)

    public._dispatches_for = api  # type: ignore[attr-defined]
    _wrapped[api] = public
    for path, value in list(PUBLIC.items()):
        if value is api:
            PUBLIC[path] = public
            put(path, public)


def put(path: str, value: Any) -> None:
    """Replace a public name, if its namespace was made."""
    parent, _, name = path.rpartition(".")
    module = sys.modules.get(f"{_ROOT}.{parent}" if parent else _ROOT)
    if module is not None:
        module.__dict__[name] = value


def elementwise(api: Any, public: Any, args: Any, kwargs: Any) -> Callable[[], Any] | None:
    """The call of a handler of elementwise functions, where one takes the arguments."""
    count = operands_of(api)
    if not count:
        return None
    try:
        bound = inspect.signature(api).bind(*args, **kwargs)
    except TypeError:
        return None
    given = bound.arguments
    names = list(inspect.signature(api).parameters)[:count]
    operands = [given.pop(name) for name in names if name in given]
    given.pop("name", None)
    inner = functools.partial(public, **given) if given else public
    for entry in _unary if len(names) == 1 else _binary if len(names) == 2 else ():
        if len(operands) == len(names) and entry.accepts(operands, {}):
            return functools.partial(entry.handler, inner, *operands)
    return None


def operands_of(api: Any) -> int:
    """How many tensors a function takes of which it maps the elements; 0 for other functions."""
    record = getattr(api, "op", None)
    if getattr(record, "family", "") == "elementwise":
        return len(record.array_names)  # type: ignore[union-attr]
    for count, names in WRITTEN.items():
        if any(original(PUBLIC.get(name)) is api for name in names.split()):
            return count
    return 0


def checker(api: Any, signature: Any) -> Callable[..., bool]:
    """Whether arguments of a call of ``api`` are of the types of a signature."""
    own = inspect.signature(api)
    names = list(own.parameters)
    wanted = {names[k] if isinstance(k, int) else k: v for k, v in signature.items()}
    for name in wanted:
        if name not in own.parameters:
            raise ValueError(f"signature includes annotation for unknown parameter {name!r}.")

    def accepts(args: Any, kwargs: Any) -> bool:
        try:
            given = own.bind(*args, **kwargs).arguments
        except TypeError:
            return False
        return all(name in given and is_of(given[name], kind) for name, kind in wanted.items())

    return accepts


@export("experimental.dispatch_for_api")
def dispatch_for_api(api: Any, *signatures: Any) -> Callable[[Any], Any]:
    """Decorator: let a function take the place of ``api`` for arguments of the annotated types.

    >>> import tensortape as tf
    >>> class Pair(tf.experimental.ExtensionType):
    ...     a: tf.Tensor
    ...     b: tf.Tensor
    >>> @tf.experimental.dispatch_for_api(tf.norm, {"tensor": Pair})
    ... def norm_of_pair(tensor, ord="euclidean", axis=None, keepdims=None, name=None):
    ...     return tf.norm(tensor.a) + tf.norm(tensor.b)
    >>> tf.norm(Pair([3.0, 4.0], [1.0])).numpy()
    np.float32(6.0)

    ``signatures``: dictionaries from names or positions of parameters to types; without them the
    annotations of the function. Raises ``ValueError`` for parameters that ``api`` does not have.
    Source: ``tf.experimental.dispatch_for_api``.
    """
    target = original(api)

    def decorate(handler: Any) -> Any:
        chosen = signatures or (_annotated(handler),)
        tests = [checker(target, signature) for signature in chosen]
        _targets.setdefault(target, []).append(
            Dispatched(handler, lambda args, kwargs: any(t(args, kwargs) for t in tests))
        )
        wrap(target)
        return handler

    return decorate


def _annotated(handler: Any) -> dict[str, Any]:
    hints = {k: v for k, v in typing.get_type_hints(handler).items() if k != "return"}
    if not hints:
        raise ValueError(
            "must be called with at least one signature, or applied to a function with annotations"
        )
    return hints


def _of_elementwise(kinds: tuple[Any, ...], table: list[Dispatched]) -> Callable[[Any], Any]:
    def decorate(handler: Any) -> Any:
        def accepts(args: Any, kwargs: Any) -> bool:
            return all(is_of(a, kind) for a, kind in zip(args, kinds, strict=True)) and not all(
                isinstance(a, Tensor) for a in args
            )

        table.append(Dispatched(handler, accepts))
        for value in [v for v in PUBLIC.values() if inspect.isfunction(v)]:
            if not hasattr(value, "_dispatches_for") and operands_of(value):
                wrap(value)
        return handler

    return decorate


@export("experimental.dispatch_for_unary_elementwise_apis")
def dispatch_for_unary_elementwise_apis(x_type: Any) -> Callable[[Any], Any]:
    """Decorator: ``handler(api, x)`` takes the place of functions of each element of one tensor.

    Source: ``tf.experimental.dispatch_for_unary_elementwise_apis``.
    """
    return _of_elementwise((x_type,), _unary)


@export("experimental.dispatch_for_binary_elementwise_apis")
def dispatch_for_binary_elementwise_apis(x_type: Any, y_type: Any) -> Callable[[Any], Any]:
    """Decorator: ``handler(api, x, y)`` takes the place of functions of pairs of elements.

    Source: ``tf.experimental.dispatch_for_binary_elementwise_apis``.
    """
    return _of_elementwise((x_type, y_type), _binary)


@export("experimental.unregister_dispatch_for")
def unregister_dispatch_for(dispatch_target: Any) -> None:
    """Undo what a decorator of this kind did for a function.

    Raises ``ValueError`` for a function that is not registered.
    Source: ``tf.experimental.unregister_dispatch_for``.
    """
    found = False
    for table in (_unary, _binary, *_targets.values()):
        kept = [entry for entry in table if entry.handler is not dispatch_target]
        found |= len(kept) != len(table)
        table[:] = kept
    if not found:
        raise ValueError(f"Function {dispatch_target} was not registered as a dispatch target")
