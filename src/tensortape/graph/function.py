"""``tf.function``: Python functions traced once per signature and run as programs."""

from __future__ import annotations

import functools
import logging
import time
import types
import weakref
from collections.abc import Callable
from typing import Any

from tensortape.arrays.namespace import numpy_namespace
from tensortape.autodiff.graph_gradients import only_in_graphs
from tensortape.core import events, nest
from tensortape.core.errors import OperatorNotAllowedInGraphError
from tensortape.core.registry import export
from tensortape.core.state import state
from tensortape.core.tensor import EagerTensor
from tensortape.core.untraceable import Untraceable
from tensortape.graph import autograph
from tensortape.graph.arguments import Binder
from tensortape.graph.as_written import as_written
from tensortape.graph.autograph import lines
from tensortape.graph.concrete import ConcreteFunction
from tensortape.graph.engine import have_jax
from tensortape.graph.function_type import FunctionType, declared_type
from tensortape.graph.owners import is_ours, weak_method
from tensortape.graph.retracing import Trace, TraceLog, reason
from tensortape.graph.sampled import observed
from tensortape.graph.signature import (
    Shaped,
    covers,
    describe,
    generalised,
    openness,
    shapes_in,
)
from tensortape.graph.stand_ins import said_name, spec_graph, stand_in
from tensortape.graph.trace_graph import left_graphs
from tensortape.graph.tracing import trace
from tensortape.graph.turns import Turns

_log = logging.getLogger("tensortape")
_run_eagerly = [False]
_KEPT = 512
_ATTRIBUTES = frozenset(
    "_OutputsOnOpDevice _disable_acd _implements _noinline _tf_data_function api_implements "
    "api_preferred_device disable_summaries_at_runtime experimental_ints_on_device "
    "function_runs_at_most_once go_backwards runtime_constant_optimization time_major".split()
)
_REFUSED = (OperatorNotAllowedInGraphError, AttributeError)
"""What TensorFlow raises where a graph would need a value that is not known."""


class Function:
    """A Python function under ``tf.function``.

    Each signature (dtypes and shapes of tensors, values of Python arguments) is traced once: the
    Python code runs on symbolic tensors, and what it computed is kept as a program.
    """

    def __init__(self, python_function: Callable[..., Any], options: dict[str, Any]) -> None:
        self._python_function = python_function
        self._options = options
        self._name = getattr(python_function, "__name__", type(python_function).__name__)
        self._binder = Binder(python_function, options["input_signature"])
        self._concrete: dict[Any, ConcreteFunction] = {}
        self._traced: list[tuple[Any, ConcreteFunction]] = []
        self._per_instance: Any = weakref.WeakKeyDictionary()
        self._log = TraceLog(self._name)
        self._turns = Turns()
        self._converted: Any = None
        self._only_traced = False
        self._against: BaseException | None = None
        self._whole = self._is_of_keras() and self._engine() is True
        self._steps = self._is_of_keras() and self._name == "multi_step_on_iterator"
        functools.update_wrapper(self, python_function, updated=())

    # -- looking at it ---------------------------------------------------------------------

    @property
    def python_function(self) -> Callable[..., Any]:
        """The function as it was written."""
        return self._python_function

    @property
    def input_signature(self) -> Any:
        """The specifications of the arguments that were given, if any."""
        given = self._options["input_signature"]
        return None if given is None else tuple(given)

    @property
    def name(self) -> str:
        """The name of the Python function."""
        return self._name

    @property
    def function_spec(self) -> Any:
        """How arguments are bound to parameters."""
        return self._binder

    @property
    def function_type(self) -> FunctionType:
        """The parameters, with types where ``input_signature`` says them."""
        return declared_type(self._binder.signature, self._options["input_signature"])

    def experimental_get_tracing_count(self) -> int:
        """How often the Python function was traced."""
        return len(self._log.traces)

    def _list_all_concrete_functions(self) -> list[ConcreteFunction]:
        """The traces, as Keras asks for them when it exports a model."""
        return [concrete for _, concrete in self._traced if concrete is not None]

    def explain_traces(self) -> str:
        """Each trace: its signature, why the earlier ones did not serve, its cost; as text.

        >>> import tensortape as tf
        >>> @tf.function
        ... def double(x):
        ...     return 2 * x
        >>> _ = double(tf.constant(1.0)), double(tf.constant([1.0, 2.0]))
        >>> print(double.explain_traces())
        double: 2 traces, ... ms
          1. (x: float32[]) 1 operations, ... ms: the first call
          2. (x: float32[2]) 1 operations, ... ms: x: rank 0 became 1 (shape (2,))
        """
        return str(self._log)

    def pretty_printed_concrete_signatures(self, verbose: bool = True) -> str:
        """The signatures traced so far, as text."""
        traced = [c for _, c in self._traced if c is not None]
        between = "\n\n" if verbose else "\n"
        return between.join(c.pretty_printed_signature(verbose) for c in traced)

    # -- calling it ------------------------------------------------------------------------

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the function, tracing it if this signature is new."""
        if _run_eagerly[0] or not _traceable():
            return self._python_function(*args, **kwargs)
        if events.observers and not self._only_traced:  # who want to see each operation
            try:
                return observed(self, args, kwargs)
            except RuntimeError as error:
                if not only_in_graphs(error):
                    raise
                self._only_traced = True
        concrete, tensors = self._concrete_for(args, kwargs)
        if concrete is None:
            return self._as_python(args, kwargs)
        if self._whole and state.graph is not None:
            state.graph.jit_compile = True  # the loop around Keras' step, which does nothing else
        try:
            return concrete.call(tensors)
        except Untraceable:  # its derivatives, which are made before it runs
            if state.graph is not None:
                raise
            return as_written(self._python_function, args, kwargs)

    def _as_python(self, args: Any, kwargs: Any) -> Any:
        """Run the function without a graph.

        If that fails, too, right after the attempt to trace it failed on what TensorFlow refuses
        in a graph, that is what is raised: the attempt may have left objects half made.
        """
        against, self._against = self._against, None
        try:
            return as_written(self._python_function, args, kwargs)
        except Exception as error:
            if against is not None:
                raise against from error
            raise

    def _concrete_for(self, args: Any, kwargs: Any) -> tuple[Any, list[Any]]:
        """The traced function for these arguments, and the tensors among them."""
        if kwargs or self._binder.particular or len(args) != self._binder.plain:
            args, kwargs = self._binder.bind(args, kwargs)
        tensors: list[Any] = []
        parts: list[Any] = []
        for a in args:
            if type(a) is EagerTensor:  # what nearly every argument is
                tensors.append(a)
                parts.append(Shaped(a._a.dtype, a._a.shape))
            else:
                parts.append(describe(a, tensors))
        if kwargs:
            parts += [(n, describe(kwargs[n], tensors)) for n in sorted(kwargs)]
        key = tuple(parts)
        if key in self._concrete:
            return self._concrete[key], tensors
        with self._turns:
            return self._find_or_trace(key, args, kwargs, tensors), tensors

    def _find_or_trace(self, key: Any, args: Any, kwargs: Any, tensors: Any) -> Any:
        """A trace that covers ``key``, made if need be."""
        signature = self._binder.key
        wanted = signature if signature is not None else self._relaxed(key)
        traced = wanted not in self._concrete
        found: Any = self._concrete.get(wanted)
        if traced:
            found = self._trace(wanted, args, kwargs, tensors)
            self._concrete[wanted] = found
        if len(self._concrete) >= _KEPT:
            self._concrete = dict(self._traced[-_KEPT // 2 :])
        self._concrete[key] = found
        self._log.called(traced)
        return found

    def _relaxed(self, key: Any) -> Any:
        """The nearest earlier signature that covers ``key``, or else ``key`` itself.

        With ``reduce_retracing`` sizes that differ from earlier traces become unknown.
        """
        covering = [k for k, concrete in self._traced if concrete is not None and covers(k, key)]
        if covering:
            return min(covering, key=openness)
        if not self._options["reduce_retracing"]:
            return key
        for other, _ in reversed(self._traced):
            wider = generalised(other, key)
            if wider is not None:
                return wider
        return key

    def _trace(self, key: Any, args: Any, kwargs: Any, tensors: Any) -> Any:
        names = self._binder.flat_names(args, kwargs)
        why = reason(self._binder.names, key, [k for k, _ in self._traced])
        begin = time.perf_counter()
        concrete: Any = None
        count = 0
        try:
            concrete = self._trace_it(
                self._name,
                self._to_trace(),
                args,
                kwargs,
                key,
                tensors,
                names,
                autograph=self._options["autograph"],
                may_create=not self._traced,
                parameters=self._binder.names,
                jit_compile=self._engine(),
            )
            signature = self._binder.specifications(args, kwargs, key)
            concrete.takes(signature, self._binder.names, self._binder.signature)
            concrete.function.asynchronous = self._steps
            count = sum(1 for n in concrete.graph.get_operations() if n._op is not None)
        except Exception as reason_against:
            lines.explain(reason_against)
            if not isinstance(reason_against, Untraceable):
                if not (_has_unknown_sizes(key) and is_ours(reason_against)):
                    raise
                if state.graph is not None:
                    text = f"{self._name} with unknown sizes: {reason_against}"
                    raise Untraceable(text) from reason_against
            if state.graph is not None:
                raise
            why = f"{why}; runs as plain Python, without a graph, because of {reason_against}"
            _log.info("%s runs as plain Python because of %s", self._name, reason_against)
            refused = reason_against.__cause__ or reason_against
            if isinstance(refused, _REFUSED):
                self._against = refused
        seconds = time.perf_counter() - begin
        self._log.traces.append(Trace(self._binder.described(key), why, seconds, count))
        self._traced.append((key, concrete))
        return concrete

    def _trace_it(self, *call: Any, **options: Any) -> ConcreteFunction:
        """A trace; a second one if the first made variables, which then must exist already.

        A function around this one need not be traced again for variables that were made here.
        """
        around = getattr(state.graph, "root", None)
        before = 0 if around is None else len(around.created)
        concrete = trace(*call, **options)
        created = concrete.graph.created if around is None else around.created
        if len(created) > before:
            concrete = trace(*call, **{**options, "may_create": False})
            if around is not None:
                del created[before:]
        return concrete

    def _engine(self) -> bool | None:
        """What ``jit_compile`` asks for; of Keras' own functions only what ``compile`` was told.

        Its other functions ask for XLA, or against it, on their own account.
        """
        wanted, function = self._options["jit_compile"], self._python_function
        if not self._is_of_keras():
            return wanted
        step = getattr(function, "__qualname__", "").startswith("TensorFlowTrainer.")
        return True if step and wanted and have_jax() else None

    def _is_of_keras(self) -> bool:
        return (getattr(self._python_function, "__module__", None) or "").startswith("keras.")

    def _to_trace(self) -> Callable[..., Any]:
        """What is run on symbolic tensors: the function, converted by AutoGraph unless told not."""
        if not self._options["autograph"]:
            return self._python_function
        if self._converted is None:
            self._converted = autograph.convert(self._python_function)
        return self._converted

    def get_concrete_function(self, *args: Any, **kwargs: Any) -> ConcreteFunction:
        """The traced function for arguments or specifications of them (``tf.TensorSpec``).

        >>> import tensortape as tf
        >>> square = tf.function(lambda x: x * x)
        >>> concrete = square.get_concrete_function(tf.TensorSpec([None], tf.float32))
        >>> concrete(tf.constant([1.0, 2.0])).numpy()
        array([1., 4.], dtype=float32)
        """
        if not args and not kwargs and self._options["input_signature"] is not None:
            args, kwargs = self._binder.from_signature()
        args, kwargs = self._binder.bind(args, kwargs)
        tensors: list[Any] = []
        with spec_graph():
            args = nest.map_structure(stand_in, tuple(args))
            kwargs = nest.map_structure(stand_in, kwargs)
        parts = [describe(a, tensors) for a in args]
        parts += [(n, describe(kwargs[n], tensors)) for n in sorted(kwargs)]
        key = tuple(parts) if self._binder.key is None else self._binder.key
        found = self._named(key, args, kwargs, tensors)
        if found is None:
            raise NotImplementedError(
                f"{self._name} has no graph for this signature: it runs as plain Python when it is "
                f"called. {self._log.traces[-1].reason}"
            )
        return found

    def _named(self, key: Any, args: Any, kwargs: Any, tensors: Any) -> Any:
        """A trace that covers ``key`` in which tensors have the names that specifications say."""
        wanted = key if key in self._concrete else self._relaxed(key)
        found: Any = self._concrete.get(wanted)
        names = self._binder.flat_names(args, kwargs)
        if found is not None and (found.flat_names == names or not any(map(said_name, tensors))):
            return found
        place = wanted if found is None else (wanted, *names)
        if self._concrete.get(place) is None:
            self._concrete[place] = self._trace(wanted, args, kwargs, tensors)
        return self._concrete[place]

    def experimental_get_compiler_ir(self, *args: Any, **kwargs: Any) -> Callable[..., Any]:
        """A function of ``stage`` that gives the function as XLA gets it (needs JAX).

        ``args`` are as for :meth:`get_concrete_function`, all sizes known; stages as for
        :meth:`ConcreteFunction.stablehlo`, ``"hlo"`` if none is named.
        Source: ``tf.function(...).experimental_get_compiler_ir``.
        """
        concrete = self.get_concrete_function(*args, **kwargs)

        def compiler_ir(stage: str = "hlo", device_name: str | None = None) -> Any:
            return concrete.stablehlo(stage=stage)

        return compiler_ir

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        if instance is None:
            return self
        try:
            found = self._per_instance.get(instance)
        except TypeError:
            return types.MethodType(self, instance)
        if found is None:
            found = Function(weak_method(self._python_function, instance), self._options)
            found._binder.skip_self(self._python_function)
            found.__signature__ = found._binder.signature  # type: ignore[attr-defined]
            self._per_instance[instance] = found
        return found

    def __reduce__(self) -> Any:
        """Copies and pickles are made anew, without traces."""
        return Function, (self._python_function, self._options)

    def __repr__(self) -> str:
        return f"<tensortape function {self._name!r}, {len(self._traced)} traces>"


def _has_unknown_sizes(key: Any) -> bool:
    """Whether a signature leaves sizes open."""
    return any(s.shape is None or None in s.shape for s in shapes_in(key))


def _traceable() -> bool:
    """Whether values are computed or traced here, and not by another interpreter."""
    return state.xp is numpy_namespace or state.graph is not None


@export("function")
def function(
    func: Callable[..., Any] | None = None,
    input_signature: Any = None,
    autograph: bool = True,
    jit_compile: bool | None = None,
    reduce_retracing: bool = False,
    experimental_implements: Any = None,
    experimental_autograph_options: Any = None,
    experimental_attributes: Any = None,
    experimental_relax_shapes: bool | None = None,
    experimental_compile: bool | None = None,
    experimental_follow_type_hints: bool | None = None,
) -> Any:
    """Compile ``func`` into a callable that runs it as a graph; a decorator, with or without args.

    The Python code runs when a signature is met for the first time; ``if``, ``while`` and ``for``
    that depend on tensors become part of the graph (unless ``autograph`` is off).

    >>> import tensortape as tf
    >>> @tf.function
    ... def double(x):
    ...     print("tracing")
    ...     return 2 * x
    >>> float(double(tf.constant(3.0)))
    tracing
    6.0
    >>> float(double(tf.constant(4.0)))
    8.0

    Args:
        func: the function.
        input_signature: specifications (``tf.TensorSpec``) of the arguments: one trace serves all.
        autograph: whether Python control flow may depend on tensors.
        jit_compile: ``True``: compile with XLA (needs JAX); ``False``: do not; ``None``: by size.
        reduce_retracing: let sizes that differ from call to call become unknown ones.
        experimental_implements: no effect, as ``experimental_autograph_options``,
            ``experimental_attributes`` and ``experimental_follow_type_hints``.
        experimental_autograph_options: see there.
        experimental_attributes: see there.
        experimental_relax_shapes: an older name of ``reduce_retracing``.
        experimental_compile: an older name of ``jit_compile``.
        experimental_follow_type_hints: see there.

    Raises ``TypeError`` for what is not callable, ``ValueError`` for an attribute that TensorFlow
    does not have. Source: ``tf.function``.
    """
    wrong = sorted(set(experimental_attributes or ()) - _ATTRIBUTES)
    if wrong:
        raise ValueError(
            f"{wrong[0]!r} is not supported by tf.function as an attribute: leave it out of "
            f"experimental_attributes. There are: {', '.join(sorted(_ATTRIBUTES))}."
        )
    options = {
        "input_signature": input_signature,
        "autograph": autograph,
        "jit_compile": experimental_compile if jit_compile is None else jit_compile,
        "reduce_retracing": bool(reduce_retracing or experimental_relax_shapes),
    }

    def decorate(inner: Callable[..., Any]) -> Function:
        if not callable(inner):
            raise TypeError(f"tf.function needs a callable, received {inner!r}")
        return Function(inner, options)

    return decorate if func is None else decorate(func)


@export("init_scope")
class init_scope(left_graphs):
    """Context that leaves every function being built: operations run now, unseen by tapes.

    Source: ``tf.init_scope``.
    """

    __slots__ = ()


@export("inside_function", "compat.v1.executing_inside_function")
def inside_function() -> bool:
    """Whether a function is being traced."""
    return state.graph is not None and state.graph.building_function


@export("config.run_functions_eagerly", "config.experimental_run_functions_eagerly")
def run_functions_eagerly(run_eagerly: bool) -> None:
    """Choose whether functions run as plain Python at every call, to be debugged.

    Source: ``tf.config.run_functions_eagerly``.
    """
    _run_eagerly[0] = bool(run_eagerly)


@export("config.functions_run_eagerly", "config.experimental_functions_run_eagerly")
def functions_run_eagerly() -> bool:
    """What :func:`run_functions_eagerly` was told last."""
    return _run_eagerly[0]
