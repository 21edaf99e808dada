"""``if``, conditional expressions, ``and``, ``or``, ``not`` and ``assert``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tensortape.arrays.unranked import shape_of
from tensortape.core import dtypes
from tensortape.core.convert import convert_to_tensor
from tensortape.core.lazy import lazy_import
from tensortape.core.registry import PUBLIC
from tensortape.core.tensor import Tensor
from tensortape.graph.autograph.known import as_tensor, undecided
from tensortape.graph.branches import Part
from tensortape.graph.control_flow import cond as tf_cond
from tensortape.graph.control_flow import number_of
from tensortape.graph.control_graph import chosen, settled

_symbols = lazy_import("malt.operators.variables")


def if_stmt(
    cond: Any,
    body: Callable[[], Any],
    orelse: Callable[[], Any],
    get_state: Any,
    set_state: Any,
    symbol_names: Any,
    nouts: int,
) -> None:
    """An ``if`` whose condition may be a tensor."""
    if not undecided(cond):
        body() if cond else orelse()
        return
    before = tuple(get_state())

    def branch(run: Any) -> Any:
        def call() -> Any:
            set_state(before)
            run()
            return tuple(get_state())[:nouts]

        return call

    try:
        parts = settled(
            lambda: [
                Part("if_body", branch(body), [], tuple),
                Part("else", branch(orelse), [], tuple),
            ]
        )
    finally:
        set_state(before)
    _check_defined(parts[0].value, parts[1].value, symbol_names)
    _check_dtypes(parts[0].value, parts[1].value, symbol_names)
    kept = [_unchanged(a, b) for a, b in zip(parts[0].value, parts[1].value, strict=True)]
    same = parts[0].value
    for part in parts:
        part.finish([None if k else v for k, v in zip(kept, part.value, strict=True)])
    found = chosen(number_of(condition(cond, "if statement")), parts, "cond")
    after = [v if k else t for k, v, t in zip(kept, same, found, strict=True)]
    set_state((*after, *before[nouts:]))


def _unchanged(a: Any, b: Any) -> bool:
    """Whether both branches end with the same Python object: then it is no result of the choice."""
    if _undefined(a) or (a is None and b is None):
        return True
    return a is b and not isinstance(a, Tensor)


def _undefined(value: Any) -> bool:
    return isinstance(value, (_symbols.Undefined, _symbols.UndefinedReturnValue))


def _check_defined(first: Any, second: Any, names: Any) -> None:
    """Refuse a symbol that only one branch defines."""
    for name, a, b in zip(names, first, second, strict=False):
        if _undefined(a) == _undefined(b):
            if (a is None) != (b is None):
                branch = "main" if a is None else "else"
                raise ValueError(f"{name!r} is None at the end of the {branch} branch.")
            continue
        missing = "main" if _undefined(a) else "else"
        if isinstance(a if missing == "main" else b, _symbols.UndefinedReturnValue):
            raise ValueError(
                f"A value must also be returned from the {missing} branch. If a value is returned "
                "from one branch of a conditional a value must be returned from all branches."
            )
        raise ValueError(f"{name!r} must also be initialized in the {missing} branch")


def _check_dtypes(first: Any, second: Any, names: Any) -> None:
    """Refuse a symbol that is of another dtype after one branch than after the other."""
    for name, a, b in zip(names, first, second, strict=False):
        kinds = [_dtype_name(v) for v in (a, b)]
        if None not in kinds and kinds[0] != kinds[1]:
            raise TypeError(
                f"{name!r} has dtype {kinds[0]} in the main branch, but dtype {kinds[1]} in the "
                "else branch: use tf.cast."
            )


def _dtype_name(value: Any) -> str | None:
    """The dtype that a value has, or will have as a tensor."""
    if isinstance(value, Tensor):
        return value.dtype.name
    return {bool: "bool", int: "int32", float: "float32"}.get(type(value))


def condition(cond: Any, what: str) -> Any:
    """The condition of a statement as a tensor.

    Raises ``ValueError`` for what is no bool, and for more than one value.
    """
    t = convert_to_tensor(as_tensor(cond), dtype_hint="bool")
    if t.dtype is not dtypes.bool or any(n not in (1, None) for n in shape_of(t._a)):
        raise ValueError(
            f"condition of {what} expected to be one value, a `tf.bool` scalar, got {t!r}; to "
            "check for None, use `is not None`; of numbers, `!= 0`; to combine many, "
            "tf.reduce_all or tf.reduce_any; to choose element by element, tf.where."
        )
    return t


def if_exp(cond: Any, if_true: Any, if_false: Any, expr_repr: str) -> Any:
    """``a if cond else b``."""
    if undecided(cond):
        return tf_cond(as_tensor(cond), if_true, if_false)
    return if_true() if cond else if_false()


def and_(a: Any, b: Any) -> Any:
    """``a() and b()``, the second only if the first holds."""
    first = a()
    if undecided(first):
        first = as_tensor(first)
        return tf_cond(first, b, lambda: first)
    return first and b()


def or_(a: Any, b: Any) -> Any:
    """``a() or b()``, the second only if the first does not hold."""
    first = a()
    if undecided(first):
        first = as_tensor(first)
        return tf_cond(first, lambda: first, b)
    return first or b()


def not_(a: Any) -> Any:
    """``not a``."""
    return PUBLIC["logical_not"](as_tensor(a)) if undecided(a) else not a


def eq(a: Any, b: Any) -> Any:
    """``a == b``."""
    return a == b


def not_eq(a: Any, b: Any) -> Any:
    """``a != b``."""
    return a != b


def assert_stmt(condition: Any, message: Callable[[], Any]) -> None:
    """``assert condition, message()``."""
    if undecided(condition):
        text = message()
        PUBLIC["debugging.Assert"](as_tensor(condition), [text if text is not None else ""])
        return
    assert condition, message()
