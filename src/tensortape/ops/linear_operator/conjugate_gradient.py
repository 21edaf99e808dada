"""``tf.linalg.experimental.conjugate_gradient``."""

from __future__ import annotations

from typing import Any, NamedTuple

from tensortape.core.convert import convert_to_tensor
from tensortape.core.registry import export
from tensortape.ops.linear_operator.arrays import common_batch, conjugate, dims
from tensortape.ops.linear_operator.public import tf


class CGState(NamedTuple):
    """Steps taken, solution, residual, direction of search, and ``residual . preconditioned``."""

    i: Any
    x: Any
    r: Any
    p: Any
    gamma: Any


CGState.__qualname__ = "CGState"


def _dot(x: Any, y: Any) -> Any:
    return tf.reduce_sum(conjugate(x) * y, axis=-1)


def _preconditioned(preconditioner: Any, r: Any) -> Any:
    return r if preconditioner is None else preconditioner.matvec(r)


@export("linalg.experimental.conjugate_gradient")
def conjugate_gradient(
    operator: Any,
    rhs: Any,
    preconditioner: Any = None,
    x: Any = None,
    tol: Any = 1e-5,
    max_iter: int = 20,
    name: str = "conjugate_gradient",
) -> CGState:
    """Solve ``operator @ x == rhs`` by products only, for self-adjoint positive definite ones.

    >>> import tensortape as tf
    >>> operator = tf.linalg.LinearOperatorFullMatrix(
    ...     [[4.0, 1.0], [1.0, 3.0]], is_self_adjoint=True, is_positive_definite=True)
    >>> state = tf.linalg.experimental.conjugate_gradient(operator, tf.constant([5.0, 4.0]))
    >>> state.x.numpy().round(4), int(state.i)
    (array([1., 1.], dtype=float32), 2)

    Args:
        operator: has ``matvec``, ``is_self_adjoint``, ``is_positive_definite`` and
            ``batch_shape``; a ``tf.linalg.LinearOperator`` has.
        rhs: right-hand sides, ``[..., n]``.
        preconditioner: an operator near the inverse of ``operator``.
        x: where to start; default zeros.
        tol: stop when no residual is longer than ``tol`` times its right-hand side.
        max_iter: stop after so many steps.
        name: ignored.

    Returns the state after the last step, ``(i, x, r, p, gamma)``. Raises ``ValueError`` for an
    operator without the hints. Source: ``tf.linalg.experimental.conjugate_gradient``.
    """
    if not (operator.is_self_adjoint and operator.is_positive_definite):
        raise ValueError(
            "Expected a self-adjoint, positive definite operator, received is_self_adjoint="
            f"{operator.is_self_adjoint}, is_positive_definite={operator.is_positive_definite}."
        )
    rhs = convert_to_tensor(rhs)
    others = [operator] if preconditioner is None else [operator, preconditioner]
    lead = common_batch([rhs.shape[:-1], *[o.batch_shape for o in others]])
    r = tf.broadcast_to(rhs, [*lead.as_list(), dims(rhs)[-1]])
    limit = tol * tf.norm(r, axis=-1)
    if x is None:
        x = tf.zeros_like(r)
    else:
        x = convert_to_tensor(x)
        r = rhs - operator.matvec(x)
    p = _preconditioned(preconditioner, r)
    start = CGState(convert_to_tensor(0), x, r, p, _dot(r, p))

    def goes_on(i: Any, state: CGState) -> Any:
        return tf.logical_and(i < max_iter, tf.reduce_any(tf.norm(state.r, axis=-1) > limit))

    def step(i: Any, state: CGState) -> tuple[Any, CGState]:
        return i + 1, _step(operator, preconditioner, state)

    return tf.while_loop(goes_on, step, [start.i, start])[1]


def _step(operator: Any, preconditioner: Any, state: CGState) -> CGState:
    """The state after the next direction."""
    z = operator.matvec(state.p)
    alpha = tf.expand_dims(state.gamma / _dot(state.p, z), -1)
    x, r = state.x + alpha * state.p, state.r - alpha * z
    q = _preconditioned(preconditioner, r)
    gamma = _dot(r, q)
    beta = tf.expand_dims(gamma / state.gamma, -1)
    return CGState(state.i + 1, x, r, q + beta * state.p, gamma)
