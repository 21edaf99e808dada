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
from tensortape.graph.autograph.known import as_tensor, is_tensor, tracing, undecided
from tensortape.graph.branches import Part
from tensortape.graph.control_graph import loop
from tensortape.graph.symbolic import SymbolicTensor

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
        for elements in ELEMENTS:
            found = elements(iter_)
            if found is not None:
                _over_elements(found, extra_test, body, get_state, set_state, symbol_names)
                return
    for target in iter_:
        if extra_test is not None and not extra_test():
            break
        body(target)


def _over_tensor(
    tensor: Any, extra_test: Any, body: Any, get_state: Any, set_state: Any, names: Any
) -> None:
    """A loop along the first axis."""
    if tensor._a.ndim == 0:
        raise TypeError("Cannot iterate over a scalar tensor.")
    count = tensor._a.shape[0]
    if count == 0:
        return
    if count is None:
        count = PUBLIC["shape"](tensor)[0]
    index = [convert_to_tensor(0)]

    def test() -> Any:
        more = index[0] < count
        return more if extra_test is None else PUBLIC["logical_and"](more, extra_test())

    def step() -> None:
        k = index[0]
        body(tensor[k])
        index[0] = k + 1

    _staged(test, step, get_state, set_state, names, index, None)


def _over_elements(
    found: Any, extra_test: Any, body: Any, get_state: Any, set_state: Any, names: Any
) -> None:
    """A loop over the elements of a dataset or iterator."""
    (has, first), more, invariants = found
    current = [has, *nest.flatten(first)]

    def test() -> Any:
        return current[0] if extra_test is None else PUBLIC["logical_and"](current[0], extra_test())

    def step() -> None:
        body(nest.pack_sequence_as(first, current[1:]))
        has, following = more()
        current[:] = [has, *nest.flatten(following)]

    _staged(test, step, get_state, set_state, names, current, invariants)


def _staged(
    test: Any, body: Any, get_state: Any, set_state: Any, names: Any, extra: Any, invariants: Any
) -> None:
    """The loop as an operation; ``extra`` is state of our own besides the program's."""
    own = extra if isinstance(extra, list) else []
    before = tuple(get_state())
    first = _initial(before, own, body, get_state, set_state, names)
    run = _Staged(test, body, get_state, set_state, names, own)
    try:
        finals = run(first, list(own), invariants)
    except BaseException:
        set_state(before)
        raise
    set_state(tuple(finals))


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
            return convert_to_tensor(as_tensor(self._test()), dtype_hint="bool")

        def body(inner: Any, state: Any) -> Any:
            self._put(inner, state)
            self.entered = (list(inner), list(state))
            self._body()
            if self._seeking and any(v is not None for v in (_options.said or {}).values()):
                raise _Said
            news = [_as_variable(v, n) for v, n in zip(self._get(), self._names, strict=False)]
            return (list(self._own), news), []

        start = (own, [_as_variable(v, n) for v, n in zip(first, self._names, strict=False)])
        shapes = None if invariants is None else invariants
        if shapes is not None and not isinstance(shapes, tuple):
            shapes = (shapes, start[1])  # what a variable is says its shapes
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
        raise ValueError(
            f"{name!r} is not allowed to change in a loop that is part of a graph: it is a "
            f"{type(value).__name__}, of which no tensor can be made."
        ) from None


def _initial(
    before: Any, own: Any, body: Any, get_state: Any, set_state: Any, names: Any
) -> list[Any]:
    """The state before the loop; zeros for symbols that only the loop defines."""
    undefined = (_symbols.Undefined, _symbols.UndefinedReturnValue)
    missing = [i for i, v in enumerate(before) if isinstance(v, undefined)]
    if not missing:
        return list(before)
    if any(isinstance(before[i], _symbols.UndefinedReturnValue) for i in missing):
        raise NotImplementedError(
            "a return statement cannot be placed inside a loop that is part of a graph: assign the "
            "value, break, and return it after the loop."
        )
    kept = list(own)
    with_zeros = list(before)

    def once() -> Any:
        body()
        return [convert_to_tensor(as_tensor(v)) if _has_form(v) else None for v in get_state()]

    part = Part("scratch", once, [], tuple)
    found = part.value
    set_state(before)
    own[:] = kept
    for i in missing:
        t = found[i]
        if t is None:
            continue
        sizes = [n or 0 for n in t._a.shape]
        with_zeros[i] = PUBLIC["zeros"](sizes, t.dtype)
    del names
    return with_zeros


def _has_form(value: Any) -> bool:
    return isinstance(value, (Tensor, int, float, bool)) or hasattr(type(value), "_to_tensor")


__all__ = ["SymbolicTensor", "for_stmt", "set_loop_options", "while_stmt"]
