"""``tf.GradientTape``: record operations, then differentiate what was computed."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from enum import Enum
from typing import Any

from tensortape.arrays.recorded import recorded
from tensortape.autodiff import jacobian as jacobians
from tensortape.autodiff.backward import Mode, listens, reachable, walk
from tensortape.autodiff.endpoints import (
    FLOAT_NUMBERS,
    FLOATS,
    checked_source,
    checked_target,
    finish,
    joined,
    of_floats,
    packed,
    parted,
    seeds_of,
    source_of,
    start,
    usual,
)
from tensortape.autodiff.jacobian_mapped import zeros_of_jacobian
from tensortape.autodiff.overrides import overrides, rerouted
from tensortape.autodiff.saved import LARGE, memory, slim, user_line
from tensortape.autodiff.straight_line.shelf import plain, straight, walked_again
from tensortape.core import events, nest
from tensortape.core.dispatch import NO_ATTRS
from tensortape.core.events import GradientCall
from tensortape.core.op import NUMBERS
from tensortape.core.policy import safe_entries, safety
from tensortape.core.registry import OPS, export
from tensortape.core.rows import Rows
from tensortape.core.state import add_listener, quiet_floats, remove_listener, state
from tensortape.core.tensor import EagerTensor, Tensor
from tensortape.core.variable import Variable

_log = logging.getLogger("tensortape")


@export("UnconnectedGradients")
class UnconnectedGradients(Enum):
    """What stands for the gradient of a source the target does not depend on."""

    NONE = "none"
    ZERO = "zero"


NONE = UnconnectedGradients.NONE
QUICK = frozenset({list, Variable, EagerTensor})
"""Types of sources that are worth a look before they are taken apart."""


@export("GradientTape", "autodiff.GradientTape")
class GradientTape:
    """Record operations for automatic differentiation.

    Operations on watched tensors, and on trainable variables (watched by themselves), are
    recorded within the context and can be differentiated afterwards.

    >>> import tensortape as tf
    >>> x = tf.constant(3.0)
    >>> with tf.GradientTape() as tape:
    ...     tape.watch(x)
    ...     y = x * x
    >>> tape.gradient(y, x)
    <tf.Tensor: shape=(), dtype=float32, numpy=6.0>

    Args:
        persistent: keep what was recorded, so that ``gradient`` can be called repeatedly.
        watch_accessed_variables: watch trainable variables when they are read.

    Source: ``tf.GradientTape``.
    """

    def __init__(self, persistent: bool = False, watch_accessed_variables: bool = True) -> None:
        self._persistent = persistent
        self._watch_variables = watch_accessed_variables
        self._recording = False
        self._entries: list[Any] | None = None
        self._tracked: set[int] = set()
        self._watched: dict[int, Any] = {}
        self._complete = True  # every entry has a rule
        self._report: dict[str, Any] = {}

    # -- recording -------------------------------------------------------------------------

    def __enter__(self) -> GradientTape:
        if self._recording:
            raise ValueError(
                "Tape is still recording, This can happen if you try to re-enter an "
                "already-active tape."
            )
        if self._entries is None:
            if self._tracked:  # used up, and entered again
                self._clear()
            self._entries = []
        add_listener(self)
        self._recording = True
        return self

    def __exit__(self, *exc: object) -> None:
        if self._recording:
            self._stop()

    def _stop(self) -> None:
        remove_listener(self)
        self._recording = False

    def _clear(self) -> None:
        self._entries = []
        self._tracked = set()
        self._watched = {}
        self._complete = True

    def record(self, op: Any, inputs: Any, outputs: Any, attrs: Any) -> None:
        """Keep an executed operation if it depends on something watched."""
        tracked = self._tracked
        for t in inputs:
            if t._id in tracked:
                break
        else:
            return
        if op.pullback is None and not (op.missing_gradient or op.user_pullback):
            return
        kept = large = False
        for o in outputs:
            a = o._a
            if type(a) in FLOAT_NUMBERS:  # quick to tell, and never large
                tracked.add(o._id)
                kept = True
                continue
            if a.dtype.kind in FLOATS:
                tracked.add(o._id)
                kept = True
            if a.size > LARGE:
                large = True
        if not kept:
            return
        line = None
        for t in inputs:
            a = t._a
            if type(a) not in NUMBERS and a.size > LARGE:
                large = True
        if large:
            line = user_line()
            if op.saves is not None:
                inputs, outputs = slim(op, inputs, outputs)
        if op.missing_gradient:
            self._complete = False
        self._entries.append((op, inputs, outputs, attrs, line))  # type: ignore[union-attr]

    def extend(self, output: Any, more: Any) -> None:
        """An operation recorded with ``output`` as its first result has got more results."""
        entries = self._entries or []
        for i in range(len(entries) - 1, -1, -1):
            op, inputs, outputs, attrs, line = entries[i]
            if outputs and outputs[0] is output:
                entries[i] = (op, inputs, (*outputs, *more), attrs, line)
                self._tracked.update(t._id for t in more if t._a.dtype.kind in FLOATS)
                return

    def wants(self, tensor: Any) -> bool:
        """Whether a tensor depends on something watched."""
        return tensor._id in self._tracked

    def read_variable(self, variable: Any, tensor: Any) -> None:
        """A variable's value was used: watch it, and tie the value to it."""
        tracked = self._tracked
        if tensor._id in tracked:
            return
        if variable._id not in tracked:
            if not (self._watch_variables and variable._trainable):
                return
            self._watched[variable._id] = variable
            tracked.add(variable._id)
        array = tensor._a
        if type(array) in FLOAT_NUMBERS or array.dtype.kind in FLOATS:
            read = OPS["ReadVariableOp"]
            outputs = (tensor,) if array.size <= LARGE else slim(read, (), (tensor,))[1]
            self._entries.append((read, (variable,), outputs, NO_ATTRS, None))  # type: ignore[union-attr]
            tracked.add(tensor._id)

    def watch(self, tensor: Any) -> None:
        """Record what is computed from ``tensor`` (a tensor, variable or nest of them).

        Raises ``ValueError`` for anything else, ``AttributeError`` before the tape was entered.
        """
        if self._entries is None:
            raise AttributeError(
                "This tape records nothing yet, or has been used up: call watch() inside of its "
                "`with` block."
            )
        flat = nest.flatten(tensor)
        for t in nest.flatten(parted(flat) or flat):
            t = source_of(t)
            if not hasattr(t, "_id"):
                raise ValueError(
                    f"Passed in object {t!r} of type {type(t).__name__!r}, not tf.Tensor or "
                    "tf.Variable or ExtensionType."
                )
            if not (t.dtype.is_floating or t.dtype.is_complex):
                _log.warning(
                    "The dtype of the watched tensor must be floating (e.g. tf.float32), got "
                    "%r: its "
                    "gradient will be None. Make it with dtype=tf.float32, or tf.cast it before.",
                    t.dtype,
                )
                continue
            self._tracked.add(t._id)
            self._watched[t._id] = t

    @contextlib.contextmanager
    def stop_recording(self) -> Iterator[None]:
        """Suspend recording within the context.

        Raises ``RuntimeError`` before the tape was entered, ``ValueError`` after it was left.
        """
        if not self._recording:
            kind = RuntimeError if self._entries is None else ValueError
            raise kind("Cannot stop recording on a tape that is not recording: enter it first.")
        self._stop()
        try:
            yield
        finally:
            add_listener(self)
            self._recording = True

    def reset(self) -> None:
        """Forget everything recorded and watched so far.

        Raises ``ValueError`` when the tape is not recording.
        """
        if not self._recording:
            raise ValueError("Tape is not recording: reset() forgets within the `with` block.")
        self._clear()

    def watched_variables(self) -> tuple[Any, ...]:
        """The variables watched by this tape, in the order they were made."""
        found = [v for v in self._watched.values() if not isinstance(v, Tensor)]
        return tuple(sorted(found, key=lambda v: v._id))

    def memory(self) -> list[dict[str, Any]]:
        """What the tape holds in memory: bytes by operation and line, the largest first.

        Each row has ``op``, ``line`` (``file:line`` of the program, for large values), ``entries``
        and ``bytes``; a value that several operations share counts once.

        >>> import tensortape as tf
        >>> x = tf.Variable([1.0, 2.0])
        >>> with tf.GradientTape() as tape:
        ...     y = tf.exp(x)
        >>> [(row["op"], row["bytes"]) for row in tape.memory()]
        [('ReadVariableOp', 8), ('Exp', 8)]
        """
        return memory(self._entries or [])

    def jacobian_report(self) -> dict[str, Any]:
        """How the last Jacobian of this tape was computed.

        ``sweep`` is ``"backward"`` or ``"forward"``, ``parts`` how many times over (one batch may
        take so much memory), and ``fallbacks`` says by primitive what could not use the structure
        of the batch: ``"dense"`` (zeros were stored) or ``"loop"`` (one entry after the other).
        Empty before the first Jacobian, and for a target that is a scalar.

        >>> import tensortape as tf
        >>> x = tf.constant([1.0, 2.0])
        >>> with tf.GradientTape() as tape:
        ...     tape.watch(x)
        ...     y = tf.cumsum(x)
        >>> tape.jacobian(y, x).numpy().tolist()
        [[1.0, 0.0], [1.0, 1.0]]
        >>> tape.jacobian_report()
        {'sweep': 'backward', 'parts': 1, 'fallbacks': {'cumsum': 'dense'}}
        """
        return dict(self._report)

    # -- differentiating -------------------------------------------------------------------

    def gradient(
        self,
        target: Any,
        sources: Any,
        output_gradients: Any = None,
        unconnected_gradients: Any = UnconnectedGradients.NONE,
    ) -> Any:
        """The gradient of the sum of ``target`` with respect to each of ``sources``.

        Args:
            target: a tensor or nest of tensors.
            sources: tensors or variables, nested as you like; the result has the same nest.
            output_gradients: cotangents, one per target, in place of ones.
            unconnected_gradients: ``"none"`` or ``"zero"`` for sources the target does not use.

        Raises ``RuntimeError`` when a non-persistent tape is used a second time.
        """
        entries = self._take("gradient")
        policy = unconnected_gradients
        if type(policy) is not UnconnectedGradients:
            policy = UnconnectedGradients(policy)
        kind = type(sources)
        if kind in QUICK and output_gradients is None and policy is NONE:
            flat = sources if kind is list else [sources]
            results = straight(entries, target, flat, self._tracked)
            if results is not None:
                if not self._persistent:
                    self._entries = None
                return results if kind is list else results[0]
        if type(target) is EagerTensor and usual((target,)):
            targets = [target]
        else:
            targets = [checked_target(t) for t in nest.flatten(target)]
        parts = None
        alone = kind is list and usual(sources)  # nothing to take apart
        if alone:
            handles = flat_sources = [*sources]
        else:
            flat_sources = nest.flatten(sources)
            parts = parted(flat_sources)
            if parts is not None:
                flat_sources = nest.flatten(parts)
            handles = [checked_source(s) for s in flat_sources]
        seeds = None if output_gradients is None else seeds_of(output_gradients, targets)
        call = GradientCall("gradient", self, targets, flat_sources) if events.observers else None
        results = self._pull(entries, targets, handles, seeds, call)
        if not alone:
            results = of_floats(results, handles)
        if policy is UnconnectedGradients.ZERO:
            results = finish(results, handles)
        self._finish(call, results)
        if alone:
            return results
        return packed(sources, results if parts is None else joined(sources, parts, results))

    def jacobian(
        self,
        target: Any,
        sources: Any,
        unconnected_gradients: Any = UnconnectedGradients.NONE,
        parallel_iterations: int | None = None,
        experimental_use_pfor: bool = True,
    ) -> Any:
        """The Jacobian of ``target`` with respect to each of ``sources``.

        >>> import tensortape as tf
        >>> x = tf.constant([1.0, 2.0])
        >>> with tf.GradientTape() as tape:
        ...     tape.watch(x)
        ...     y = x * x
        >>> tape.jacobian(y, x).numpy().tolist()
        [[2.0, 0.0], [0.0, 4.0]]

        Args:
            target: one tensor.
            sources: tensors or variables, nested as you like; the result has the same nest of
                tensors of shape ``target.shape + source.shape``.
            unconnected_gradients: ``"none"`` or ``"zero"`` for sources the target does not use.
            parallel_iterations: has no effect: all rows are computed together; one by one where a
                function is traced for a target of unknown size.
            experimental_use_pfor: has no effect on the result; eagerly ``False`` needs a
                persistent tape.

        Raises ``RuntimeError`` when a non-persistent tape is used a second time, ``AttributeError``
        for a list of targets.
        """
        policy = unconnected_gradients
        if type(policy) is not UnconnectedGradients:
            policy = UnconnectedGradients(policy)
        self._check_persistent("jacobian", experimental_use_pfor)
        results, handles, call = jacobians.jacobian(self, target, sources)
        if policy is UnconnectedGradients.ZERO:
            results = [
                zeros_of_jacobian(target, h) if g is None else g
                for g, h in zip(results, handles, strict=True)
            ]
        self._finish(call, results)
        return packed(sources, results)

    def batch_jacobian(
        self,
        target: Any,
        source: Any,
        unconnected_gradients: Any = UnconnectedGradients.NONE,
        parallel_iterations: int | None = None,
        experimental_use_pfor: bool = True,
    ) -> Any:
        """The Jacobian of each ``target[i]`` with respect to ``source[i]``, stacked.

        For a ``target`` of shape ``[b, *m]`` and a ``source`` of shape ``[b, *n]`` whose rows do
        not mix, the result has shape ``[b, *m, *n]``; zeros where there is no connection.

        >>> import tensortape as tf
        >>> x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
        >>> with tf.GradientTape() as tape:
        ...     tape.watch(x)
        ...     y = x * x
        >>> tape.batch_jacobian(y, x).numpy().tolist()
        [[[2.0, 0.0], [0.0, 4.0]], [[6.0, 0.0], [0.0, 8.0]]]

        Raises ``ValueError`` when ranks are below 2 or the first dimensions differ,
        ``RuntimeError`` when a non-persistent tape is used a second time.
        """
        UnconnectedGradients(unconnected_gradients)
        self._check_persistent("batch_jacobian", experimental_use_pfor)
        result, handle, call = jacobians.batch_jacobian(self, target, source)
        if result is None:
            result = zeros_of_jacobian(target, handle, 1)
        self._finish(call, [result])
        return result

    def _check_persistent(self, what: str, vectorised: bool) -> None:
        if state.graph is None and not (vectorised or self._persistent):
            raise RuntimeError(
                f"GradientTape must be created with persistent=True to compute the {what} with "
                f"eager "
                "execution enabled and with experimental_use_pfor set to False."
            )

    def _finish(self, call: Any, results: list[Any]) -> None:
        """Drop what a tape that is not persistent holds, and announce the results."""
        if not self._persistent:
            self._entries = None
        if call is not None:
            announce_end(call, results)

    def _take(self, what: str) -> list[Any]:
        if self._entries is None:
            raise RuntimeError(
                "A non-persistent GradientTape can only be used to compute one set of gradients "
                "(or "
                "jacobians). Make it with tf.GradientTape(persistent=True) to use it again."
            )
        if self._recording and not self._persistent:
            self._stop()
        return self._entries

    def _pull(self, entries: Any, targets: Any, handles: Any, seeds: Any, call: Any) -> list[Any]:
        """Gradients (tensors or ``None``) of the targets' sum for each handle."""
        may_come_again = seeds is None and len(targets) == 1 and plain()
        if may_come_again:
            again = straight(entries, targets[0], handles, self._tracked)
            if again is not None:
                return again
        wanted = {h._id for h in handles}
        needed = self._tracked
        if not self._watched.keys() <= wanted:
            needed = reachable(entries, wanted & needed)  # what no tape watched gets None
        mode = Mode(recorded, True) if state.listeners and listens() else Mode(state.xp, False)
        if call is not None:
            for observer in events.observers:
                observer.gradient_begin(call)
        token = quiet_floats.set()
        try:
            if may_come_again:
                walked_again(entries, targets[0], handles, self._tracked)
            ids = needed if wanted <= needed else needed | wanted
            grads = start(targets, seeds, ids, mode)
            drain = self._complete and not self._persistent
            if overrides.used:
                entries = rerouted(entries)
            if safety.on:
                entries = safe_entries(entries)
            found = walk(entries, grads, needed, wanted, mode, call, drain)
        except BaseException:
            if not self._persistent:
                self._entries = None  # partly used up: another call would find too little
            raise
        finally:
            quiet_floats.reset(token)
        make = None if mode.recorded else state.tensor
        results = []
        for h in handles:
            g = found.get(h._id)
            if type(g) is Rows:
                g = g.slices()
            elif g is not None and make is not None:
                g = make(g)
            results.append(g)
        return results


def announce_end(call: GradientCall, results: list[Any]) -> None:
    """Tell the observers the results."""
    for observer in events.observers:
        observer.gradient_end(call, results)
