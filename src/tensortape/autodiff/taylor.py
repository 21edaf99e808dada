"""High derivatives and second-order operators by Taylor mode (see ``arrays.taylor``)."""

from __future__ import annotations

import contextlib
import functools
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from tensortape.arrays.batched import BatchedNamespace, dense, identity, in_batch
from tensortape.arrays.namespace import numpy_namespace
from tensortape.arrays.recorded import recorded
from tensortape.arrays.taylor.collapsed import Collapsed, CollapsedNamespace
from tensortape.arrays.taylor.series import Series, SeriesNamespace
from tensortape.arrays.taylor.value import TaylorValue
from tensortape.autodiff.arguments import as_arguments, need_callable
from tensortape.autodiff.backward import listens, rule_running
from tensortape.autodiff.functional import hessian
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import rare
from tensortape.core.registry import export
from tensortape.core.state import add_listener, quiet, remove_listener, state
from tensortape.core.tensor import EagerTensor
from tensortape.ops.layout.shaping import reshape
from tensortape.ops.linalg.diagonals import diag_part, trace


@contextlib.contextmanager
def evaluated_in(namespace: Any) -> Iterator[None]:
    """Context in which this thread's operations are evaluated in ``namespace``, unheard."""
    saved = state.xp, state.listeners
    state.xp, state.listeners = namespace, ()
    rare.evaluators += 1
    try:
        with quiet():
            yield
    finally:
        rare.evaluators -= 1
        state.xp, state.listeners = saved


class Follower:
    """Computes the Taylor values of what is executed, beside it, as operations of their own.

    So others that listen (tapes, accumulators, graphs) hear the derivatives being computed.
    """

    def __init__(self, namespace: Any, source: Any, start: Any) -> None:
        self.namespace = namespace
        self.known = {source._id: start}

    def __enter__(self) -> Follower:
        self.outer = state.listeners
        add_listener(self)
        return self

    def __exit__(self, *exc: object) -> None:
        remove_listener(self)

    def wants(self, tensor: Any) -> bool:
        """Whether a tensor moves."""
        return tensor._id in self.known

    def read_variable(self, variable: Any, tensor: Any) -> None:
        """Variables do not move."""

    def record(self, op: Any, inputs: Any, outputs: Any, attrs: Any) -> None:
        """Compute the Taylor values of an executed operation's outputs."""
        known = self.known
        if op.nondifferentiable or not any(t._id in known for t in inputs):
            return
        if all(o._id in known for o in outputs):
            return
        saved, state.listeners = state.listeners, self.outer
        try:
            with rule_running():
                found = op.kernel(self.namespace, *[known.get(t._id, t) for t in inputs], **attrs)
        finally:
            state.listeners = saved
        for o, value in zip(outputs, [found] if op.outputs is None else found, strict=True):
            if isinstance(value, TaylorValue):
                known[o._id] = value


def _evaluated(f: Any, x: Any, make: Any, start: Any, what: str) -> Any:
    """``f(x)`` as a Taylor value (or what it is, if it does not move), and how to make tensors.

    ``make(base)`` is the namespace, ``start(namespace, x)`` the Taylor value of ``x``.
    """
    if not listens():
        ns = make(numpy_namespace)
        with evaluated_in(ns):
            result = need_callable(f)(EagerTensor(start(ns, x._a)))
            return _real(result, what)._a, EagerTensor
    ns, x = make(recorded), as_arguments(x)
    with rule_running():
        point = start(ns, x)
    with Follower(ns, x, point) as follower:
        result = _real(need_callable(f)(x), what)
    return follower.known.get(result._id, result), convert_to_tensor


def _real(result: Any, what: str) -> Any:
    """A result as a tensor, if it is real."""
    result = convert_to_tensor(result)
    if result.dtype.kind != "f":
        raise ValueError(
            f"{what} needs a function with a real result, received {result.dtype.name}."
        )
    return result


@export("autodiff.derivatives")
def derivatives(f: Callable[[Any], Any], x: Any, order: int, direction: Any = None) -> list[Any]:
    """``[f(x), f'(x), ..., f⁽ᵒʳᵈᵉʳ⁾(x)]`` along ``direction`` (ones by default), in one pass.

    With a function that treats the elements (or rows) of ``x`` alone, and the default direction,
    these are the derivatives at every element. The cost grows like the square of the order.

    >>> import tensortape as tf
    >>> [float(d) for d in tf.autodiff.derivatives(lambda x: x**4, tf.constant(2.0), 4)]
    [16.0, 32.0, 48.0, 48.0, 24.0]

    Raises ``ValueError`` for a negative order or integers, ``NotImplementedError`` for an
    operation without a Taylor rule (nested tapes then do it).
    """
    if order < 0:
        raise ValueError(f"order must not be negative, received {order}.")
    x = _real(x, "derivatives")
    step = None if direction is None else convert_to_tensor(direction, dtype=x.dtype)

    def start(ns: Any, point: Any) -> Series:
        along = ns.base.ones_like(point) if step is None else step
        if ns.base is numpy_namespace:
            along = getattr(along, "_a", along)
        return Series(ns, [point, along][: order + 1])

    found, tensor = _evaluated(
        f, x, functools.partial(SeriesNamespace, order), start, "derivatives"
    )
    c = found.c if isinstance(found, Series) else [found]
    c = [*c, *[0 * c[0]] * (order + 1 - len(c))]
    return [tensor(a if k < 2 else a * float(math.factorial(k))) for k, a in enumerate(c)]


@export("autodiff.laplacian")
def laplacian(f: Callable[[Any], Any], x: Any) -> Any:
    """The sum of the second derivatives along the last axis of ``x``, in one forward pass.

    ``x`` is a point ``(D,)`` or a batch of points ``(n, D)`` whose rows ``f`` treats alone; the
    result has the shape of ``f(x)``.

    >>> import tensortape as tf
    >>> x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    >>> tf.autodiff.laplacian(lambda x: tf.reduce_sum(x**3, axis=1), x).numpy()
    array([18., 42.], dtype=float32)

    Where an operation has no rule for this (say, a matrix inverse), a function of one point is
    done by its Hessian; for a batch ``NotImplementedError`` says which operation.
    Source: Dangel et al., Collapsing Taylor Mode Automatic Differentiation (2025).
    """
    x = _real(x, "laplacian")
    if x._a.ndim == 0:
        raise ValueError("laplacian needs points with at least one axis, received a scalar.")
    make = functools.partial(CollapsedNamespace, x.shape[-1])
    try:
        found, tensor = _evaluated(f, x, make, CollapsedNamespace.along_last_axis, "laplacian")
    except NotImplementedError:
        if x._a.ndim > 1:
            raise
        return trace(hessian(f, x))
    if not isinstance(found, Collapsed):
        return tensor(0 * found)
    return tensor(found.second)


@export("autodiff.hessian_diag")
def hessian_diag(f: Callable[[Any], Any], x: Any) -> Any:
    """The second derivatives ``∂²f/∂xᵢ²`` of a scalar function, in the shape of ``x``.

    Series of order 2 along all axes at once, a batch that knows its structure; where that would be
    stored densely and is large, along some axes at a time.

    >>> import tensortape as tf
    >>> tf.autodiff.hessian_diag(lambda x: tf.reduce_sum(x**3), tf.constant([1.0, 2.0])).numpy()
    array([ 6., 12.], dtype=float32)

    What no rule of the series covers is done by the whole Hessian.
    """
    x = _real(x, "hessian_diag")
    try:
        if listens():
            return _bends(f, x, x.shape, None, None)
        return _chunked(f, x)
    except NotImplementedError:
        n = math.prod(x.shape)
        return reshape(diag_part(reshape(hessian(f, x), (n, n))), x.shape)


BUDGET = 1 << 22
"""Bytes that one value of a batch of series may take where no structure is left in it."""


def _chunked(f: Any, x: Any) -> Any:
    """The second derivatives along all axes at once if the budget allows, else some at a time."""
    try:
        return _bends(f, x, x.shape, None, BUDGET)
    except MemoryError:
        n, dtype = x._a.size, x._a.dtype
        step = max(1, BUDGET // (n * dtype.itemsize))
    parts = []
    for low in range(0, n, step):
        count = min(step, n - low)
        directions = np.zeros((count, n), dtype)
        directions[np.arange(count), low + np.arange(count)] = 1
        along = directions.reshape(count, *x.shape)
        parts.append(_bends(f, x, (count,), along, None)._a)
    return EagerTensor(np.concatenate(parts).reshape(x.shape))


def _bends(f: Any, x: Any, batch: Any, directions: Any, limit: int | None) -> Any:
    """The second derivatives along a batch of directions: those of all axes, or given ones."""
    batch = tuple(batch)

    def make(base: Any) -> SeriesNamespace:
        return SeriesNamespace(2, BatchedNamespace(base, batch, limit))

    def start(ns: Any, point: Any) -> Series:
        within = ns.base
        if directions is None:
            return Series(ns, [point, identity(within, point.shape, x._a.dtype)])
        return Series(ns, [point, in_batch(within, directions)])

    found, tensor = _evaluated(f, x, make, start, "hessian_diag")
    if math.prod(found.shape) != 1:
        raise ValueError(
            f"hessian_diag needs a function with a scalar result, received shape {found.shape}."
        )
    if not isinstance(found, Series) or len(found.c) < 3:
        return EagerTensor(np.zeros(batch, x._a.dtype))
    within = found.xp.base
    bends = dense(within, found.c[2])
    return tensor(2 * within.base.reshape(bends, batch))
