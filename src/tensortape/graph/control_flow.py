"""``tf.cond``, ``tf.case``, ``tf.switch_case`` and ``tf.while_loop``.

On tensors whose values are known the chosen branch runs and loops loop; gradients pass as through
any Python code. While a function is traced they become operations of the graph.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tensortape.arrays.unranked import shape_of
from tensortape.core import dtypes, errors, nest
from tensortape.core.convert import convert_to_tensor
from tensortape.core.registry import PUBLIC, export
from tensortape.core.state import state
from tensortape.core.tensor import Tensor
from tensortape.core.tracking import CompositeTensor, TensorLike
from tensortape.graph import by_rank, control_tangents  # noqa: F401  (what they need)
from tensortape.graph.control_graph import choose, loop
from tensortape.graph.symbolic import SymbolicTensor


def _callable(branch: Any, name: str) -> None:
    if not callable(branch):
        raise TypeError(f"'{name}' must be callable, received {branch!r}.")


@export("cond")
def cond(
    pred: Any,
    true_fn: Callable[[], Any] | None = None,
    false_fn: Callable[[], Any] | None = None,
    name: str | None = None,
) -> Any:
    """``true_fn()`` if ``pred`` holds, else ``false_fn()``.

    >>> import tensortape as tf
    >>> x = tf.constant(2.0)
    >>> float(tf.cond(x > 1.0, lambda: x * 10.0, lambda: x))
    20.0

    Raises ``TypeError`` for branches that are no callables. Source: ``tf.cond``.
    """
    _callable(true_fn, "true_fn")
    _callable(false_fn, "false_fn")
    if isinstance(pred, bool) and in_graph():
        raise TypeError(
            f"pred must not be a Python bool ({pred}) while a function is traced: use a Python if, "
            "or tf.constant."
        )
    pred = convert_to_tensor(pred)
    if in_function(pred):
        return choose(number_of(pred), [true_fn, false_fn], "cond")  # type: ignore[list-item]
    return _result(true_fn if bool(pred) else false_fn)


def _result(chosen: Any) -> Any:
    """What a branch that is known returns: as it is, tensors while a function is traced."""
    found = chosen()
    return nest.map_structure(_tensor, found) if in_graph() else found


def in_function(*tensors: Any) -> bool:
    """Whether a function is traced and one of these is not known."""
    known = not any(isinstance(t, SymbolicTensor) for t in tensors)
    return not known and state.graph is not None and state.graph.building_function


def number_of(pred: Any) -> Any:
    """0 for true, 1 for false. Raises ``InvalidArgumentError`` for more than one value."""
    if any(n not in (1, None) for n in shape_of(pred._a)):
        raise errors.InvalidArgumentError(
            None,
            None,
            f"The condition of a branch must be one value, received {pred!r}: use tf.reduce_all "
            "or tf.reduce_any, or tf.where to choose element by element.",
        )
    if pred.dtype is not dtypes.bool:
        pred = pred != 0
    return PUBLIC["cast"](PUBLIC["logical_not"](pred), "int32")


def in_graph() -> bool:
    """Whether a function is traced."""
    return state.graph is not None and state.graph.building_function


def _tensor(value: Any) -> Any:
    kept = value is None or hasattr(value, "element_spec") or isinstance(value, CompositeTensor)
    return value if kept else convert_to_tensor(value)


@export("__internal__.smart_cond.smart_cond")
def smart_cond(
    pred: Any, true_fn: Callable[[], Any], false_fn: Callable[[], Any], name: str | None = None
) -> Any:
    """:func:`cond` that leaves what the branch returns as it is."""
    _callable(true_fn, "true_fn")
    _callable(false_fn, "false_fn")
    if in_function(pred):
        return cond(pred, true_fn, false_fn)
    return true_fn() if bool(pred) else false_fn()


@export("case")
def case(
    pred_fn_pairs: Any,
    default: Callable[[], Any] | None = None,
    exclusive: bool = False,
    strict: bool = False,
    name: str = "case",
) -> Any:
    """The function of the first pair ``(pred, fn)`` whose ``pred`` holds, else ``default``.

    Raises ``TypeError`` for pairs of another form, ``ValueError`` for none at all,
    ``InvalidArgumentError`` when no predicate holds and there is no default, or when several hold
    with ``exclusive``. Source: ``tf.case``.
    """
    if not isinstance(pred_fn_pairs, (list, tuple)):
        raise TypeError(
            f"'pred_fn_pairs' must be a list or tuple. Received: {type(pred_fn_pairs)}."
        )
    if not pred_fn_pairs:
        raise ValueError("'pred_fn_pairs' must have at least one pair, received none.")
    for pair in pred_fn_pairs:
        if not (isinstance(pair, tuple) and len(pair) == 2):
            raise TypeError(f"Each entry in 'pred_fn_pairs' must be a 2-tuple. Received {pair!r}.")
        if not isinstance(pair[0], TensorLike):
            raise TypeError(f"pred must be a Tensor, got: {pair[0]!r}")
        _callable(pair[1], "fn")
    preds = [convert_to_tensor(pred) for pred, _ in pred_fn_pairs]
    if exclusive:
        _at_most_one(preds)
    if in_function(*preds):
        if default is None:
            _need_one(preds)
        return _chain(list(zip(preds, [fn for _, fn in pred_fn_pairs], strict=True)), default)
    for pred, (_, fn) in zip(preds, pred_fn_pairs, strict=True):
        if bool(pred):
            return _result(fn)
    if default is None:
        _need_one(preds)
    return _result(default)


def _need_one(preds: list[Any]) -> None:
    """Raise ``InvalidArgumentError``, now or when the graph runs, unless a predicate holds."""
    holds = PUBLIC["reduce_any"](PUBLIC["stack"](preds))
    text = "Input error: None of conditions evaluated as True:"
    PUBLIC["debugging.Assert"](holds, [text, *preds])


def _at_most_one(preds: list[Any]) -> None:
    """Raise ``InvalidArgumentError``, now or when the graph runs, if several predicates hold."""
    count = PUBLIC["reduce_sum"](PUBLIC["cast"](PUBLIC["stack"](preds), "int32"))
    text = "Input error: exclusive=True: more than 1 conditions evaluated as True:"
    PUBLIC["debugging.Assert"](count < 2, [text, *preds])


def _chain(pairs: list[Any], default: Any) -> Any:
    """Pairs of predicate and function, one inside the other."""
    (pred, fn), *rest = pairs
    if not rest:
        return fn() if default is None else cond(pred, fn, default)
    return cond(pred, fn, lambda: _chain(rest, default))


@export("switch_case")
def switch_case(
    branch_index: Any,
    branch_fns: Any,
    default: Callable[[], Any] | None = None,
    name: str = "switch_case",
) -> Any:
    """The branch numbered ``branch_index``; ``default`` (or the last one) for other numbers.

    Raises ``TypeError`` for branches that are no callables or an index that is no integer tensor,
    ``ValueError`` for branches whose numbers leave gaps. Source: ``tf.switch_case``.
    """
    fns = _numbered(branch_fns)
    if not isinstance(branch_index, TensorLike):
        raise TypeError(f"'branch_index' must be a Tensor, got {type(branch_index)}")
    index = convert_to_tensor(branch_index)
    if not index.dtype.is_integer:
        raise TypeError(f"'branch_index' must be an integer Tensor, got {index.dtype!r}")
    if default is not None:
        _callable(default, "default")
        fns = [*fns, default]
    if in_function(index):
        return _switch(index, fns)
    number = int(index)
    return _result(fns[number if 0 <= number < len(fns) else -1])


def _switch(index: Any, fns: list[Any]) -> Any:
    """The branch of a number that is not known yet."""
    if index.dtype is not dtypes.int32:
        raise TypeError(
            f"'branch_index' must be int32 in a function, received {index.dtype.name}: use tf.cast."
        )
    return choose(index, fns, "switch_case")


def _numbered(branch_fns: Any) -> list[Any]:
    """The branches in the order of their numbers, which are 0, 1, and so on."""
    if not isinstance(branch_fns, (list, tuple, dict)):
        raise TypeError(f"'branch_fns' must be a list, tuple, or dict, received {branch_fns!r}")
    if not branch_fns:
        raise ValueError("Must provide at least one item in 'branch_fns'")
    pairs: Any = branch_fns.items() if isinstance(branch_fns, dict) else branch_fns
    if not isinstance(branch_fns, dict) and all(callable(fn) for fn in branch_fns):
        pairs = enumerate(branch_fns)
    found = list(pairs)
    for pair in found:
        if not (isinstance(pair, tuple) and len(pair) == 2):
            raise TypeError(f"Each entry in 'branch_fns' must be a 2-tuple. Received {pair!r}.")
        if not isinstance(pair[0], int):
            raise TypeError(f"key must be a Python `int`, got {type(pair[0])}")
        _callable(pair[1], f"fn for key {pair[0]}")
    found.sort(key=lambda pair: pair[0])
    if [key for key, _ in found] != list(range(len(found))):
        keys = ",".join(str(key) for key, _ in found)
        raise ValueError(
            "branch indices (keys) must form contiguous range of [0 to "
            f"{len(found)}) but found {{{keys}}}"
        )
    return [fn for _, fn in found]


@export("while_loop")
def while_loop(
    cond: Callable[..., Any],
    body: Callable[..., Any],
    loop_vars: Any,
    shape_invariants: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    maximum_iterations: Any = None,
    name: str | None = None,
) -> Any:
    """Repeat ``loop_vars = body(*loop_vars)`` while ``cond(*loop_vars)`` holds.

    >>> import tensortape as tf
    >>> i, = tf.while_loop(lambda i: i < 10, lambda i: (i + 3,), (tf.constant(0),))
    >>> int(i)
    12

    Raises ``TypeError`` for functions that are no callables, ``ValueError`` when the body returns
    another structure. Source: ``tf.while_loop``.
    """
    _callable(cond, "cond")
    _callable(body, "body")
    if not loop_vars:
        raise ValueError("'loop_vars' must be non-empty.")
    if parallel_iterations < 1:
        raise TypeError("'parallel_iterations' must be a positive integer.")
    single = not isinstance(loop_vars, (list, tuple))
    if state.graph is not None and state.graph.building_function:
        variables = nest.map_structure(_loop_value, loop_vars)
        found = _traced_loop(cond, body, variables, shape_invariants, maximum_iterations, single)
        return without_gradient(found, back_prop)
    variables = loop_vars  # as they are given: what Python computes stays Python's until the end
    left = -1 if maximum_iterations is None else max(0, int(convert_to_tensor(maximum_iterations)))
    while left != 0 and bool(convert_to_tensor(cond(variables) if single else cond(*variables))):
        result = body(variables) if single else body(*variables)
        variables = result if single else _returned(result, loop_vars)
        left -= 1
    return nest.map_structure(_loop_value, variables)


def _returned(result: Any, variables: Any) -> Any:
    """What the body returned for several variables: as many values."""
    if not isinstance(result, (list, tuple)):
        result = (result,)
    if len(result) != len(variables):
        raise ValueError(
            f"The body of tf.while_loop takes {len(variables)} loop variables and returned "
            f"{len(result)}."
        )
    return result


def without_gradient(found: Any, back_prop: bool) -> Any:
    """The results of a loop in a graph; with ``back_prop=False`` nothing flows back through it."""
    if back_prop:
        return found
    return nest.map_structure(
        lambda t: PUBLIC["stop_gradient"](t) if isinstance(t, Tensor) else t, found
    )


def _traced_loop(
    cond: Any, body: Any, variables: Any, invariants: Any, maximum: Any, single: bool
) -> Any:
    """The loop as an operation of the graph."""

    def test(*args: Any) -> Any:
        return _truth(cond(*args))

    def step(*args: Any) -> Any:
        result = body(*args)
        packed = (result,) if single else tuple(_returned(result, variables))
        return nest.map_structure(_loop_value, packed), []

    given = (variables,) if single else tuple(variables)
    shapes = None if invariants is None else ((invariants,) if single else tuple(invariants))
    finals, _ = loop(test, step, given, shapes, maximum)
    if single:
        return finals[0]
    return type(variables)(*finals) if hasattr(variables, "_fields") else type(variables)(finals)


def _truth(value: Any) -> Any:
    return convert_to_tensor(value, dtype_hint="bool")


def _loop_value(value: Any) -> Any:
    plain = hasattr(value, "element_spec") or hasattr(value, "stack") or hasattr(value, "has_value")
    plain = plain or isinstance(value, CompositeTensor)
    return value if plain else convert_to_tensor(value)
