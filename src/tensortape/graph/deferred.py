"""Functions that look at values, while a function is traced: they run when the values are there.

``later`` makes the call of a Python function an operation of the graph: an effect (printing,
assertions), or a computation on the host whose results have known dtypes and ranks.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from tensortape.arrays.abstract import UNKNOWN_SIZES, placeholder
from tensortape.arrays.unknown_sizes import filled
from tensortape.core import nest
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import execute
from tensortape.core.dtypes import as_dtype
from tensortape.core.op import op
from tensortape.core.registry import PUBLIC
from tensortape.core.state import state
from tensortape.core.tensor import EagerTensor, Tensor
from tensortape.core.variable import Variable
from tensortape.graph.effects import effect
from tensortape.graph.symbolic import SymbolicTensor


@op("PyFunc", outputs=0, family="effect", nondifferentiable="a Python function of the user's")
def py_func(xp, *arrays, call, results):
    """What a Python function of tensors gives; it runs once for each run of the graph."""
    return call(*[EagerTensor(a) for a in arrays])


@op("HostCall", outputs=0, nondifferentiable="computed on the host, from values")
def host_call(xp, *arrays, call, results):
    """As ``PyFunc``, without effects: it does not run when nobody needs the results."""
    return call(*[EagerTensor(a) for a in arrays])


def _host_results(values: Any, attrs: Any, data: bool) -> Any:
    return [tuple(filled(shape, dtype, k) for shape, dtype in attrs["results"]) for k in range(2)]


UNKNOWN_SIZES["HostCall"] = _host_results


def undecided(*values: Any) -> bool:
    """Whether a function is traced and some of the values, nested or not, is not known yet."""
    if state.graph is None:
        return False
    return any(isinstance(v, SymbolicTensor) for v in nest.flatten(list(values)))


def later(call: Callable[..., Any], values: Any, results: Any = ()) -> list[Any]:
    """Run ``call(*values)`` for its effect when the graph runs.

    ``values`` may be nested; ``results``: ``(shape, NumPy dtype)`` of the tensors it returns.
    """
    run = Later(call, values, bool(results))
    attrs = {"call": run, "results": tuple(results)}
    abstracts = [placeholder(tuple(shape), dtype) for shape, dtype in results]
    return effect(py_func, [run.leaves[i] for i in run.places], attrs, abstracts)


class Later:
    """A call that is made when the graph runs; the tensors among its leaves come then."""

    def __init__(self, call: Callable[..., Any], values: Any, gives: bool) -> None:
        self.call, self.values, self.gives = call, list(values), gives
        self.leaves = nest.flatten(self.values)
        self.places = [i for i, v in enumerate(self.leaves) if isinstance(v, Tensor)]

    def __call__(self, *tensors: Any) -> list[Any]:
        """Make the call; the arrays of its results."""
        found = self.call(*self.with_tensors(tensors))
        return [t._a for t in nest.flatten(found)] if self.gives else []

    def with_tensors(self, tensors: Any) -> Any:
        """The values with these tensors among them."""
        given = list(self.leaves)
        for i, t in zip(self.places, tensors, strict=True):
            given[i] = t
        return nest.pack_sequence_as(self.values, given)


class Public:
    """A public function that returns nothing, called with a list of arguments and keywords."""

    def __init__(self, path: str, function: Callable[..., Any]) -> None:
        self.path, self.function = path, function

    def __call__(self, args: Any, kwargs: Any) -> None:
        """Call it."""
        self.function(*args, **kwargs)


DEFERRED: set[str] = set()
"""The paths of public functions that are called later where their arguments are not known yet."""


def on_host(call: Callable[..., Any], tensors: Any, results: Any) -> list[Any]:
    """Compute ``call(*tensors)`` when the graph runs; ``results`` as for :func:`later`."""

    def run(*given: Any) -> Any:
        return tuple(t._a for t in nest.flatten(call(*given)))

    found = execute(host_call, tuple(tensors), {"call": run, "results": tuple(results)})
    return list(found)


def deferring(path: str) -> None:
    """Let the public function ``tf.<path>`` run later where its arguments are not known yet."""
    plain = PUBLIC[path]
    DEFERRED.add(path)

    @functools.wraps(plain)
    def function(*args: Any, **kwargs: Any) -> Any:
        if state.graph is None:
            return plain(*args, **kwargs)
        args, kwargs = nest.map_structure(_read, (args, kwargs))
        if undecided(args, kwargs):
            later(Public(path, plain), [list(args), kwargs])
            return None
        return plain(*args, **kwargs)

    PUBLIC[path] = function


def _read(value: Any) -> Any:
    """A variable's value at this place of the graph; anything else as it is."""
    held = isinstance(value, Variable) or hasattr(type(value), "__tf_tensor__")
    return convert_to_tensor(value) if held else value


for _name in (
    "equal none_equal less less_equal greater greater_equal positive negative non_negative "
    "non_positive near"
).split():
    deferring(f"debugging.assert_{_name}")
for _name in ("Assert", "debugging.Assert", "assert_equal", "assert_less", "assert_greater"):
    deferring(_name)


def _searching() -> None:
    """Let ``tf.searchsorted`` run on the host where its arguments are not known yet."""
    plain = PUBLIC["searchsorted"]

    @functools.wraps(plain)
    def searchsorted(
        sorted_sequence: Any,
        values: Any,
        side: str = "left",
        out_type: Any = "int32",
        name: str | None = None,
    ) -> Any:
        if not undecided(sorted_sequence, values):
            return plain(sorted_sequence, values, side, out_type)
        tensors = [convert_to_tensor(sorted_sequence), convert_to_tensor(values)]
        shape = tuple(tensors[1].shape.as_list())
        results = [(shape, as_dtype(out_type)._np)]
        return on_host(lambda s, v: plain(s, v, side, out_type), tensors, results)[0]

    PUBLIC["searchsorted"] = searchsorted


_searching()
