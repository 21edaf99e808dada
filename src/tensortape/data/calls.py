"""Calling the functions that people give to `map`, `filter` and the rest.

Everything a pipeline asks of such a function goes through `Function`: how an element becomes
arguments, where its random numbers come from, and the type of what it returns.
"""

from __future__ import annotations

import dis
import traceback
from collections.abc import Callable
from types import TracebackType
from typing import Any

from tensortape.core import random_state
from tensortape.core.random_state import SeedScope
from tensortape.core.specs import NoneTensorSpec, TensorSpec
from tensortape.core.untraceable import Untraceable
from tensortape.data.running import Run
from tensortape.data.structure import map_leaves, spec_of, to_result
from tensortape.graph.autograph import convert
from tensortape.graph.branches import Part
from tensortape.graph.func_graph import FuncGraph, make_placeholder
from tensortape.graph.trace_graph import TraceGraph

_scopes = random_state._scopes
_RAISE = dis.opmap["RAISE_VARARGS"]
_GENERATED = "__autograph_generated_file"


class Function:
    """A Python function (or `tf.function`) of elements.

    Raises `ValueError` when it is not callable.
    """

    __slots__ = ("_inner_code", "_seed", "fn")

    def __init__(self, fn: Callable[..., Any]) -> None:
        if not callable(fn):
            raise ValueError(
                f"Argument `func` must be a callable. Received func={fn!r} (of type {type(fn)})"
            )
        self.fn = fn
        self._seed = random_state.global_seed()
        # Within a function of a pipeline the same lines define a new function for each element;
        # TensorFlow, which traces them once, has one.
        self._inner_code = None if _scopes.current is None else getattr(fn, "__code__", None)

    def started(self, run: Run) -> Callable[..., Any]:
        """The function of an element in one run; lists in the result count as tuples."""
        fn, scopes = self.fn, _scopes
        scope = run.scope(self._inner_code or self, self._seed)

        def call(element: Any) -> Any:
            outer, scopes.current = scopes.current, scope
            scope.replay()
            try:
                result = fn(*element) if type(element) is tuple else fn(element)
                return to_result(result)
            finally:
                scopes.current = outer

        return call

    def started_with(self, run: Run) -> Callable[..., Any]:
        """The same with the arguments as they are: `call(state, element)`."""
        fn, scopes = self.fn, _scopes
        scope = run.scope(self._inner_code or self, self._seed)

        def call(*args: Any) -> Any:
            outer, scopes.current = scopes.current, scope
            scope.replay()
            try:
                return to_result(fn(*args))
            finally:
                scopes.current = outer

        return call

    def result_spec(self, *specs: Any, unpack: bool = True) -> Any:
        """The type of the result for arguments of these types, found without any value.

        The function is traced, so that what it does to variables is not done. Raises whatever
        it raises when it is given tensors without a value.
        """
        try:
            fn, graph = convert(self.fn), TraceGraph("map")
            graph.may_create = False
            return self._spec_in(graph, fn, specs, unpack)
        except Untraceable:  # a dataset of symbolic tensors, say, has a type all the same
            return self._spec_in(FuncGraph("map"), self.fn, specs, unpack)

    @property
    def raises(self) -> bool:
        """Whether there is a `raise` (or an `assert`) in the function."""
        code = getattr(self.fn, "__code__", None)
        return code is not None and _RAISE in code.co_code[::2]

    def check(self, spec: Any) -> None:
        """Raise what a `raise` of the function says about the type of its arguments.

        TensorFlow traces functions when a dataset is made; here that is left for later, and
        anything else that goes wrong without values tells nothing.
        """
        try:
            self.result_spec(spec)
        except Exception as error:
            if self._said(error.__traceback__):
                raise

    def _said(self, trace: TracebackType | None) -> bool:
        """Whether a traceback ends at a `raise` of the function, in no branch that data decides."""
        frames = [frame for frame, _ in traceback.walk_tb(trace)]
        if not frames or any(frame.f_code is Part.__init__.__code__ for frame in frames):
            return False
        code, at = frames[-1].f_code, frames[-1].f_lasti
        own = code.co_filename == self.fn.__code__.co_filename or _GENERATED in code.co_filename
        return own and code.co_code[at] == _RAISE

    def _spec_in(self, graph: Any, fn: Any, specs: tuple[Any, ...], unpack: bool) -> Any:
        with graph.as_default(), random_state.seed_scope(SeedScope(self._seed)):
            args = [map_leaves(_without_value, spec) for spec in specs]
            if unpack and type(args[0]) is tuple:
                args = [*args[0]]
            return spec_of(to_result(fn(*args)))


def _without_value(spec: Any) -> Any:
    if isinstance(spec, NoneTensorSpec):
        return None
    make = WITHOUT_VALUE.get(type(spec))
    if make is None:
        raise NotImplementedError(f"no value that is not known for {spec!r}")
    return make(spec)


WITHOUT_VALUE: dict[type, Callable[[Any], Any]] = {
    TensorSpec: lambda spec: make_placeholder(spec.dtype, spec.shape)
}
"""How values are made of which nothing but the type is known."""
