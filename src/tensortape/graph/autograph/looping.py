"""``while`` and ``for``."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from tensortape.core import nest
from tensortape.core.convert import convert_to_tensor
from tensortape.core.lazy import lazy_import
from tensortape.core.registry import PUBLIC, export
from tensortape.core.shapes import TensorShape
from tensortape.core.tensor import Tensor
from tensortape.graph.autograph.branching import condition
from tensortape.graph.autograph.known import as_tensor, is_tensor, tracing, undecided
from tensortape.graph.branches import Part
from tensortape.graph.control_graph import known_shape, loop
from tensortape.graph.symbolic import SymbolicTensor
from tensortape.ops.ragged.tensor import RaggedTensor, row_count
from tensortape.ops.sparse.finding import unplaced

_symbols = lazy_import("malt.operators.variables")
ELEMENTS: list[Callable[[Any], Any]] = []
"""Functions from what is iterated to ``(first, more)`` for datasets and iterators, or ``None``;
``tf.data`` adds one."""


class _Options(threading.local):
    """What ``set_loop_options`` said of the loop whose body is being traced."""

    said: dict[str, Any] | None = None


_options = _Options()


@export("autograph.experimental.set_loop_options")
def set_loop_options(
    parallel_iterations: Any = None,
    swap_memory: Any = None,
    maximum_iterations: Any = None,
    shape_invariants: Any = None,
) -> None:
    """Say, first thing in a loop that becomes part of a graph, what holds for it.

    ``shape_invariants``: pairs of a loop variable and a shape less specific than its first one;
    ``maximum_iterations``: when to stop at the latest. The other two have no effect.

    Source: ``tf.autograph.experimental.set_loop_options``.
    """
    if _options.said is not None:
        _options.said.update(
            maximum_iterations=maximum_iterations, shape_invariants=shape_invariants
        )


def while_stmt(
    test: Any, body: Any, get_state: Any, set_state: Any, symbol_names: Any, opts: Any
) -> None:
    """A ``while`` whose condition may be a tensor."""
    decided = test()
    if not (undecided(decided) or is_tensor(decided)):
        while decided:
            body()
            decided = test()
            if undecided(decided):
                break
        else:
            return
    _staged(lambda: test(), lambda: body(), get_state, set_state, symbol_names, (), None)


def for_stmt(
    iter_: Any,
    extra_test: Any,
    body: Any,
    get_state: Any,
    set_state: Any,
    symbol_names: Any,
    opts: Any,
) -> None:
    """A ``for`` over Python objects, tensors or datasets."""
    if tracing():
        if undecided(iter_) or is_tensor(iter_):
            _over_tensor(as_tensor(iter_), extra_test, body, get_state, set_state, symbol_names)
            return
        if isinstance(iter_, RaggedTensor) and unplaced(iter_.row_splits):
            _over_rows(
                iter_, row_count(iter_), extra_test, body, get_state, set_state, symbol_names
            )
            return
        for elements in ELEMENTS:
            found = elements(iter_)
            if found is not None:
                _over_elements(found, extra_test, body, get_state, set_state, symbol_names)
                return
    for target in iter_:
        if extra_test is not None and not _decided(extra_test()):
            break
        body(target)


def _decided(more: Any) -> Any:
    """Whether a loop over Python objects goes on, which Python must be able to tell."""
    if undecided(more):
        raise NotImplementedError(
            "break and return statements which depend on a TF condition are not supported in "
            "Python for loops, which are unrolled: loop over a tensor (tf.range), or choose with "
            "tf.where."
        )
    return more


def _over_tensor(
    tensor: Any, extra_test: Any, body: Any, get_state: Any, set_state: Any, names: Any
) -> None:
    """A loop along the first axis."""
    if tensor._a.ndim == 0:
        raise ValueError("Cannot iterate over a scalar tensor: len requires a non-scalar tensor.")
    count = tensor._a.shape[0]
    if count is None:
        count = PUBLIC["shape"](tensor)[0]
    _over_rows(tensor, count, extra_test, body, get_state, set_state, names)


def _over_rows(
    tensor: Any, count: Any, extra_test: Any, body: Any, get_state: Any, set_state: Any, names: Any
) -> None:
    """A loop over so many rows of a tensor, which may be ragged."""
    if type(count) is int and count == 0:
        return
    if type(count) is not int:
        count = PUBLIC["cast"](count, "int32")
    index = [convert_to_tensor(0)]

    def test() -> Any:
        more = index[0] < count
        return more if extra_test is None else PUBLIC["logical_and"](more, extra_test())

    def step() -> None:
        k = index[0]
        body(tensor[k])
        index[0] = k + 1

    sure = type(count) is int and extra_test is None
    _staged(test, step, get_state, set_state, names, index, None, sure)


def _over_elements(
    found: Any, extra_test: Any, body: Any, get_state: Any, set_state: Any, names: Any
) -> None:
    """A loop over the elements of a dataset or iterator."""
    (has, first), more, invariants = found
    current = [has, *nest.flatten(first, expand_composites=True)]

    def test() -> Any:
        return current[0] if extra_test is None else PUBLIC["logical_and"](current[0], extra_test())

    def step() -> None:
        body(nest.pack_sequence_as(first, current[1:], expand_composites=True))
        has, following = more()
        current[:] = [has, *nest.flatten(following, expand_composites=True)]

    _staged(test, step, get_state, set_state, names, current, invariants)


def _staged(
    test: Any,
    body: Any,
    get_state: Any,
    set_state: Any,
    names: Any,
    extra: Any,
    invariants: Any,
    sure: bool = False,
) -> None:
    """The loop as an operation; ``extra`` is state of our own besides the program's.

    ``sure``: whether it certainly runs at least once.
    """
    own = extra if isinstance(extra, list) else []
    before = tuple(get_state())
    first, fresh = _initial(before, own, body, get_state, set_state)
    run = _Staged(test, body, get_state, set_state, names, own)
    run.fresh = fresh
    try:
        if fresh and not sure:
            set_state(tuple(first))
            _need_one_run(test(), [names[i] for i in fresh])
        finals = run(first, list(own), invariants)
    except BaseException:
        set_state(before)
        raise
    set_state(tuple(finals))


def _need_one_run(runs: Any, names: list[str]) -> None:
    """Raise ``InvalidArgumentError`` when the graph runs, unless the loop does."""
    text = f"loop must iterate at least once to initialize {', '.join(names)}"
    PUBLIC["debugging.Assert"](convert_to_tensor(as_tensor(runs), dtype_hint="bool"), [text])


class _Said(Exception):
    """The body, which is being traced, gave options for the loop."""


class _Staged:
    """One loop on its way into the graph."""

    def __init__(
        self, test: Any, body: Any, get_state: Any, set_state: Any, names: Any, own: Any
    ) -> None:
        self._test, self._body = test, body
        self._get, self._set = get_state, set_state
        self._names, self._own = names, own
        self.fresh: dict[int, Any] = {}
        """Symbols that only the loop defines, by position: the shapes of their tensors."""

    def __call__(self, first: Any, own: Any, invariants: Any) -> Any:
        """The state after the loop; traced again with the options that the body gave."""
        outer, _options.said = _options.said, {}
        self._seeking = True
        try:
            return self._loop(first, own, invariants, None)
        except _Said:
            said = _options.said
            self._seeking = False
            shapes = self._invariants(first, own, invariants, said.get("shape_invariants"))
            # As in TensorFlow, a loop over a dataset goes to its end.
            most = said.get("maximum_iterations") if invariants is None else None
            return self._loop(first, own, shapes, most)
        finally:
            _options.said = outer

    def _loop(self, first: Any, own: Any, invariants: Any, maximum: Any) -> Any:
        def test(inner: Any, state: Any) -> Any:
            self._put(inner, state)
            return condition(self._test(), "while loop")

        def body(inner: Any, state: Any) -> Any:
            self._put(inner, state)
            self.entered = (list(inner), list(state))
            self._body()
            if self._seeking and any(v is not None for v in (_options.said or {}).values()):
                raise _Said
            news = [_as_variable(v, n) for v, n in zip(self._get(), self._names, strict=False)]
            _check_kinds(self.entered[1], news, self._names)
            return (list(self._own), news), []

        start = (own, [_as_variable(v, n) for v, n in zip(first, self._names, strict=False)])
        shapes: Any = invariants
        if shapes is None and any(_open(s) for s in self.fresh.values()):
            shapes = list(own)
        if shapes is not None and not isinstance(shapes, tuple):
            shapes = (shapes, list(start[1]))  # what a variable is says its shapes
        for i, found in self.fresh.items() if shapes is not None else ():
            if shapes[1][i] is start[1][i]:
                shapes[1][i] = found
        (_, finals), _ = loop(test, body, start, shapes, maximum)
        return finals

    def _put(self, inner: Any, state: Any) -> None:
        self._own[:] = inner
        self._set(tuple(state))

    def _invariants(self, first: Any, own: Any, given: Any, said: Any) -> Any:
        """Shapes for all of the state, those that were given for some of it."""
        _, state = self.entered
        shapes = [_as_variable(v, n) for v, n in zip(first, self._names, strict=False)]
        for value, shape in said or ():
            for i, v in enumerate(state):
                if v is value:
                    shapes[i] = TensorShape(shape)
        return (list(own) if given is None else list(given), shapes)


def _open(shapes: Any) -> bool:
    """Whether some of these shapes have unknown sizes."""
    return any(not s.is_fully_defined() for s in nest.flatten(shapes))


def _check_kinds(before: Any, after: Any, names: Any) -> None:
    """Refuse a symbol that is of another structure, dtype or shape after an iteration."""
    for name, old, new in zip(names, before, after, strict=False):
        if not (isinstance(old, Tensor) and isinstance(new, Tensor)):
            _check_structure(name, old, new)
            continue
        if old.dtype is not new.dtype:
            raise TypeError(
                f"{name!r} has dtype {old.dtype.name} before the loop, but dtype {new.dtype.name} "
                "after one iteration: use tf.cast."
            )
        if not new.shape.is_subtype_of(old.shape):
            raise ValueError(
                f"{name!r} has shape {old.shape} before the loop, but shape {new.shape} after one "
                "iteration. Use tf.autograph.experimental.set_loop_options(shape_invariants=...)."
            )


def _check_structure(name: str, old: Any, new: Any) -> None:
    try:
        nest.assert_same_structure(old, new)
    except (TypeError, ValueError) as reason:
        raise TypeError(
            f"{name!r} has another structure after one iteration of the loop: {reason}"
        ) from None


def _as_variable(value: Any, name: str) -> Any:
    """A loop variable as tensors; what has no tensor form is refused by name."""
    if isinstance(value, Tensor):
        return value
    if isinstance(value, (_symbols.Undefined, _symbols.UndefinedReturnValue)):
        raise ValueError(f"{name!r} must be defined before the loop.")
    if hasattr(value, "_type_spec"):
        return value
    if value is None:
        raise ValueError(f"{name!r} is None before or after one iteration of the loop.")
    try:
        return nest.map_structure(
            lambda v: v if hasattr(v, "_type_spec") else convert_to_tensor(as_tensor(v)), value
        )
    except (TypeError, ValueError):
        raise TypeError(
            f"{name!r} is not allowed to change in a loop that is part of a graph: it is a "
            f"{type(value).__name__}, of which no tensor can be made."
        ) from None


def _initial(
    before: Any, own: Any, body: Any, get_state: Any, set_state: Any
) -> tuple[list[Any], dict[int, Any]]:
    """The state before the loop, zeros for symbols that only the loop defines; which those are."""
    undefined = (_symbols.Undefined, _symbols.UndefinedReturnValue)
    missing = [i for i, v in enumerate(before) if v is None or isinstance(v, undefined)]
    if not missing:
        return list(before), {}
    if any(isinstance(before[i], _symbols.UndefinedReturnValue) for i in missing):
        raise NotImplementedError(
            "a return statement cannot be placed inside a loop that is part of a graph: assign the "
            "value, break, and return it after the loop."
        )
    kept = list(own)
    with_zeros, shapes = list(before), {}

    def once() -> Any:
        body()
        return list(get_state())

    try:
        found = Part("scratch", once, [], tuple).value
    finally:
        set_state(before)
        own[:] = kept
    for i in missing:
        form = _form(found[i])
        if form is not None:
            with_zeros[i] = nest.map_structure(_zeros, form)
            shapes[i] = nest.map_structure(lambda t: known_shape(t), form)
    return with_zeros, shapes


def _zeros(t: Any) -> Any:
    return PUBLIC["zeros"]([n or 0 for n in t._a.shape], t.dtype)


def _form(value: Any) -> Any:
    """A value as a nest of tensors, or ``None`` if it cannot be that."""
    if value is None or isinstance(value, (_symbols.Undefined, _symbols.UndefinedReturnValue)):
        return None
    leaves = nest.flatten(value)
    if not leaves or not all(_has_form(v) for v in leaves):
        return None
    return nest.map_structure(lambda v: convert_to_tensor(as_tensor(v)), value)


def _has_form(value: Any) -> bool:
    return isinstance(value, (Tensor, int, float, bool)) or hasattr(type(value), "_to_tensor")


__all__ = ["SymbolicTensor", "for_stmt", "set_loop_options", "while_stmt"]
