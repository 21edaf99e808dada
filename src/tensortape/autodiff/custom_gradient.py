"""``tf.custom_gradient``: functions that bring their own derivative."""

from __future__ import annotations

import copy
import functools
import inspect
from collections.abc import Callable
from typing import Any

from tensortape.autodiff.returned import Expected, checked
from tensortape.core import nest
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import tell
from tensortape.core.op import Op
from tensortape.core.registry import export
from tensortape.core.state import add_listener, remove_listener, state
from tensortape.core.tensor import Tensor


def _whole(xp: Any, *values: Any) -> Any:
    return values


_TEMPLATE = Op("CustomGradient", _whole)


class VariableWatcher:
    """Listener that notes which variables are read within the context."""

    def __init__(self) -> None:
        self.variables: dict[int, Any] = {}

    def __enter__(self) -> VariableWatcher:
        add_listener(self)
        return self

    def __exit__(self, *exc: object) -> None:
        remove_listener(self)

    def record(self, op: Any, inputs: Any, outputs: Any, attrs: Any) -> None:
        """Operations are of no interest here."""

    def read_variable(self, variable: Any, tensor: Any) -> None:
        """Note a variable."""
        self.variables.setdefault(variable._id, variable)


@export("custom_gradient")
def custom_gradient(f: Callable[..., Any] | None = None) -> Callable[..., Any]:
    """Decorator: differentiate ``f`` with the rule it returns.

    ``f(*args)`` returns ``(outputs, grad_fn)``; ``grad_fn(*upstream)`` returns one gradient per
    tensor argument. If ``f`` uses variables that are not arguments, ``grad_fn`` takes a keyword
    ``variables`` and returns ``(input_gradients, variable_gradients)``. The rule is honoured for
    keyword arguments as well (TensorFlow ignores it there).

    >>> import tensortape as tf
    >>> @tf.custom_gradient
    ... def log1pexp(x):
    ...     e = tf.exp(x)
    ...     return tf.math.log(1 + e), lambda upstream: upstream * (1 - 1 / (1 + e))
    >>> x = tf.constant(100.0)
    >>> with tf.GradientTape() as tape:
    ...     tape.watch(x)
    ...     y = log1pexp(x)
    >>> float(tape.gradient(y, x))
    1.0

    Raises ``TypeError`` when the rule does not accept ``variables`` though some are used, or ``f``
    returns no pair; ``ValueError`` when the rule returns another number of gradients than there are
    arguments, or one of another shape or dtype than its argument. Source: ``tf.custom_gradient``.
    """
    if f is None:
        return custom_gradient

    return WithRule(f)


class WithRule:
    """A function with a rule; on a class a method, whose instance is no argument of the rule."""

    def __init__(self, f: Callable[..., Any]) -> None:
        self._f = f
        functools.update_wrapper(self, f, updated=())

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """What the function gives, with the rule for its derivative."""
        return call_with_rule(self._f, args, kwargs)

    def __get__(self, instance: Any, owner: Any = None) -> WithRule:
        bind = getattr(self._f, "__get__", None)
        return self if bind is None else WithRule(bind(instance, owner))

    def __repr__(self) -> str:
        return f"<{_name(self._f)} with a gradient rule>"


@export("grad_pass_through")
def grad_pass_through(f: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap ``f`` so that gradients pass as if it were the identity.

    >>> import tensortape as tf
    >>> x = tf.Variable(1.7)
    >>> with tf.GradientTape() as tape:
    ...     y = tf.grad_pass_through(tf.round)(x)
    >>> float(y), float(tape.gradient(y, x))
    (2.0, 1.0)

    Source: ``tf.grad_pass_through``.
    """

    @custom_gradient
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        def grad(*upstream: Any, variables: Any = None) -> Any:
            if variables is not None:
                return upstream, [None] * len(variables)
            return upstream

        return f(*args, **kwargs), grad

    return functools.wraps(f, updated=())(wrapper)


def call_with_rule(f: Any, args: Any, kwargs: Any) -> Any:
    """Run ``f``, then record its outputs as one operation with the user's rule."""
    with VariableWatcher() as watcher:
        result = f(*args, **kwargs)
    if not (isinstance(result, (tuple, list)) and len(result) == 2 and callable(result[1])):
        raise TypeError(
            f"The function {_name(f)!r} decorated with tf.custom_gradient must return "
            f"(outputs, grad_fn); received {type(result).__name__}."
        )
    outputs, grad_fn = result
    keywords = nest.flatten(kwargs) if kwargs else []
    leaves = [*nest.flatten(args), *keywords] if (args or kwargs) else []
    with VariableWatcher() as given:  # an argument may read its variable, as Keras' ones do
        inputs = [_as_input(a) for a in leaves]
    variables = [v for v in variables_besides(watcher, leaves) if v._id not in given.variables]
    if variables and not _accepts_variables(grad_fn):
        names = ", ".join(repr(v.name) for v in variables)
        raise TypeError(
            "If using @custom_gradient with a function that uses variables, then grad_fn must "
            f"accept a 'variables' keyword argument. {_name(f)!r} uses {names}."
        )
    if keywords and len(keywords) < len(leaves):
        grad_fn = padded(grad_fn, len(leaves) - len(keywords), len(keywords), bool(variables))
    return recorded_as_one(_name(f), grad_fn, inputs, variables, outputs)


def padded(grad_fn: Any, positional: int, keywords: int, with_variables: bool) -> Any:
    """A rule that may leave out the arguments given by keyword, as TensorFlow's rules do."""

    def rule(*upstream: Any, **variables: Any) -> Any:
        returned = grad_fn(*upstream, **variables)
        pair = with_variables and isinstance(returned, (tuple, list)) and len(returned) == 2
        grads = returned[0] if pair else returned
        flat = nest.flatten(grads)
        if len(flat) != positional:
            return returned
        flat += [None] * keywords
        return (flat, returned[1]) if pair else flat

    return rule


def variables_besides(watcher: VariableWatcher, leaves: list[Any]) -> list[Any]:
    """Trainable variables that were read and are not among the arguments."""
    ids = {getattr(a, "_id", None) for a in leaves}
    ids |= {getattr(getattr(a, "handle", None), "_id", None) for a in leaves}
    return [v for v in watcher.variables.values() if v._id not in ids and v.trainable]


def recorded_as_one(
    name: str, grad_fn: Any, inputs: Any, variables: Any, outputs: Any, saves: Any = ()
) -> Any:
    """The outputs as results of one operation of ``inputs`` and ``variables`` with this rule.

    What the rule needs it holds itself, so a tape need keep no values; ``saves`` says what is held.
    """
    flat = [t if isinstance(t, Tensor) else convert_to_tensor(t) for t in nest.flatten(outputs)]
    fresh = [state.tensor(t._a) for t in flat]
    if state.listeners:
        _record(name, grad_fn, inputs, variables, fresh, flat, saves)
    return nest.pack_sequence_as(outputs, fresh)


def _record(
    name: str,
    grad_fn: Any,
    inputs: Any,
    variables: Any,
    outputs: Any,
    computed: Any,
    saves: Any,
) -> None:
    """Tell the listeners of the operation."""
    values = [*inputs, *[v._read() for v in variables]]
    expected = [None if t is None else Expected(t) for t in values]
    arguments, count = len(inputs), None if len(outputs) == 1 else len(outputs)
    op = copy.copy(_TEMPLATE)
    op.name, op.outputs, op.saves = name, count, saves

    def rule(entry: Any, upstream: Any) -> Any:
        grads = _run_rule(name, grad_fn, upstream, arguments, variables)
        pairs = zip(grads, expected, strict=True)
        return [checked(g, e, i, name) for i, (g, e) in enumerate(pairs) if e is not None]

    op.user_pullback = rule
    op.computed = tuple(computed)
    tell(state.listeners, op, tuple(t for t in values if t is not None), tuple(outputs), {})
    op.computed = ()  # of interest while the operation is heard, not to what tapes keep


def _run_rule(name: str, grad_fn: Any, upstream: Any, count: int, variables: Any) -> list[Any]:
    """The rule's gradients, flat: one per argument, then one per variable."""
    if variables:
        returned = grad_fn(*upstream, variables=variables)
        if not (isinstance(returned, (tuple, list)) and len(returned) == 2):
            raise TypeError(
                f"The grad_fn of {name!r} must return (input_gradients, variable_gradients), "
                f"received {type(returned).__name__}."
            )
        grads, of_variables = returned
        of_variables = list(of_variables)
    else:
        grads, of_variables = grad_fn(*upstream), []
    flat = [] if count == 0 and grads is None else nest.flatten(grads)
    if len(flat) != count or len(of_variables) != len(variables):
        and_variables = f" and {len(variables)} for its variables, got {len(of_variables)}"
        raise ValueError(
            f"custom_gradient function expected to return {count} gradients, but returned "
            f"{len(flat)} instead: the rule of {name!r} must return one per tensor argument"
            f"{and_variables if variables else ''}."
        )
    return [*flat, *of_variables]


def _as_input(value: Any) -> Any:
    """An argument as a tensor, ``None`` for what cannot be one (strings of options, callables)."""
    if isinstance(value, Tensor):
        return value
    try:
        return convert_to_tensor(value)
    except (TypeError, ValueError):
        return None


def _accepts_variables(grad_fn: Any) -> bool:
    try:
        parameters = inspect.signature(grad_fn).parameters
    except (TypeError, ValueError):
        return True
    return "variables" in parameters or any(p.kind is p.VAR_KEYWORD for p in parameters.values())


def _name(f: Any) -> str:
    return getattr(f, "__name__", type(f).__name__)
