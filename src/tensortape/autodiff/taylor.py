"""High derivatives and second-order operators by Taylor mode (see ``arrays.taylor``)."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from tensortape.arrays.taylor.collapsed import Collapsed, CollapsedNamespace
from tensortape.arrays.taylor.series import Series, SeriesNamespace
from tensortape.autodiff.arguments import need_callable
from tensortape.autodiff.functional import hessian
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import rare
from tensortape.core.registry import export
from tensortape.core.state import quiet, state
from tensortape.core.tensor import EagerTensor


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


def _value_of(result: Any, what: str) -> Any:
    result = convert_to_tensor(result)
    if result.dtype.kind != "f":
        raise ValueError(
            f"{what} needs a function with a real result, received {result.dtype.name}."
        )
    return result._a


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
    point = _value_of(convert_to_tensor(x), "derivatives")
    step = (
        np.ones_like(point) if direction is None else convert_to_tensor(direction, dtype_hint=x)._a
    )
    ns = SeriesNamespace(order)
    start = [point, step, *[np.zeros_like(point)] * (order - 1)][: order + 1]
    with evaluated_in(ns):
        series = _value_of(need_callable(f)(EagerTensor(Series(ns, start))), "derivatives")
    c = series.c if isinstance(series, Series) else [series]
    c = [*c, *[np.zeros_like(c[0])] * (order + 1 - len(c))]
    return [
        EagerTensor(a if k < 2 else a * a.dtype.type(math.factorial(k))) for k, a in enumerate(c)
    ]


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
    point = _value_of(convert_to_tensor(x), "laplacian")
    if point.ndim == 0:
        raise ValueError("laplacian needs points with at least one axis, received a scalar.")
    ns = CollapsedNamespace(point.shape[-1])
    try:
        with evaluated_in(ns):
            result = _value_of(
                need_callable(f)(EagerTensor(ns.along_last_axis(point))), "laplacian"
            )
    except NotImplementedError:
        if point.ndim > 1:
            raise
        return convert_to_tensor(np.trace(hessian(f, x).numpy()))
    if not isinstance(result, Collapsed):
        return EagerTensor(np.zeros_like(result))
    return EagerTensor(np.asarray(result.second)[()])


@export("autodiff.hessian_diag")
def hessian_diag(f: Callable[[Any], Any], x: Any) -> Any:
    """The second derivatives ``∂²f/∂xᵢ²`` of a scalar function, in the shape of ``x``.

    >>> import tensortape as tf
    >>> tf.autodiff.hessian_diag(lambda x: tf.reduce_sum(x**3), tf.constant([1.0, 2.0])).numpy()
    array([ 6., 12.], dtype=float32)
    """
    matrix = hessian(f, x).numpy()
    n = math.prod(matrix.shape[: matrix.ndim // 2])
    shape = matrix.shape[: matrix.ndim // 2]
    return convert_to_tensor(matrix.reshape(n, n).diagonal().reshape(shape))
