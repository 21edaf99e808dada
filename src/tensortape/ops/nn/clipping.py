"""Norms of lists of tensors, and clipping by norm."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tensortape.arrays.recorded import recorded as xp
from tensortape.core import errors
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import execute
from tensortape.core.op import op
from tensortape.core.public import tensor
from tensortape.core.registry import PUBLIC, export
from tensortape.ops.reduce.sums import reduce_sum


@op("L2Loss", saves=("inputs",), dtypes="f", samples=[(((2, 3),), {}), (((),), {})])
def l2_loss_op(xp, t):
    """Half the sum of the squares."""
    return xp.sum(t * t, None, False) / 2


@l2_loss_op.vjp
def _(xp, g, y, t):
    return t * g


@export("nn.l2_loss")
def l2_loss(t: Any, name: str | None = None) -> Any:
    """Half the sum of the squares of all elements: ``sum(t**2) / 2``, a scalar.

    >>> import tensortape as tf
    >>> float(tf.nn.l2_loss([3.0, 4.0]))
    12.5

    Raises ``tf.errors.InvalidArgumentError`` for a dtype that is not floating.
    Source: ``tf.nn.l2_loss``.
    """
    t = tensor(t)
    if t.dtype.is_floating:
        return execute(l2_loss_op, (t,))
    raise refusal(t)


def refusal(t: Any) -> Exception:
    """The error for a dtype that is not floating."""
    return errors.of_op(
        errors.InvalidArgumentError,
        "L2Loss",
        f"Value for attr 'T' of {t.dtype.name} is not in the list of allowed values: half, "
        "bfloat16, "
        "float, double",
    )


def is_slices(t: Any) -> bool:
    """Whether ``t`` is a ``tf.IndexedSlices``."""
    return hasattr(t, "dense_shape") and hasattr(t, "values") and hasattr(t, "indices")


def values_of(t: Any) -> Any:
    """``t`` as a tensor; of indexed slices, the values."""
    return tensor(t.values if is_slices(t) else t)


def like_given(t: Any, values: Any) -> Any:
    """``values`` in the form of ``t``."""
    return type(t)(values, t.indices, t.dense_shape) if is_slices(t) else values


@export("clip_by_norm")
def clip_by_norm(t: Any, clip_norm: Any, axes: Any = None, name: str | None = None) -> Any:
    """``t`` scaled down to the Euclidean norm ``clip_norm`` where it is longer.

    >>> import tensortape as tf
    >>> tf.clip_by_norm([3.0, 4.0], 1.0).numpy().round(3)
    array([0.6, 0.8], dtype=float32)

    Args:
        t: tensor or ``tf.IndexedSlices``.
        clip_norm: greatest norm, a scalar; a negative one counts as 0.
        axes: axes along which norms are taken; ``None`` for all.
        name: ignored.

    Raises ``ValueError`` where ``clip_norm`` does not broadcast to the shape of ``t``.
    Source: ``tf.clip_by_norm``.
    """
    values = values_of(t)
    if isinstance(clip_norm, (int, float)):
        clip_norm = convert_to_tensor(max(clip_norm, 0), dtype=values.dtype)
    else:
        limit = tensor(clip_norm)
        limit = xp.maximum(limit, xp.zeros_like(limit))
        clip_norm = limit if limit.dtype is values.dtype else xp.astype(limit, values.dtype)
    squares = reduce_sum(values * values, axes, keepdims=True)
    positive = squares > 0
    safe = xp.where(positive, squares, xp.ones_like(squares))
    norm = xp.where(positive, PUBLIC["math.sqrt"](safe), squares)
    scaled = values * clip_norm
    values.shape.assert_is_compatible_with(scaled.shape)
    return like_given(t, scaled / xp.maximum(norm, clip_norm))


def check_list(t_list: Any) -> list[Any]:
    """``t_list`` as a list, if it is one."""
    if not isinstance(t_list, Sequence) or isinstance(t_list, str):
        raise TypeError(f"`t_list` should be a sequence of tensors. Received {type(t_list)}.")
    return list(t_list)


@export("linalg.global_norm")
def global_norm(t_list: Any, name: str | None = None) -> Any:
    """The Euclidean norm of all elements of all tensors in ``t_list`` together.

    ``None`` entries are skipped; of ``tf.IndexedSlices`` the values count.

    >>> import tensortape as tf
    >>> float(tf.linalg.global_norm([tf.constant([3.0]), None, tf.constant([[4.0]])]))
    5.0

    Raises ``TypeError`` if ``t_list`` is not a sequence. Source: ``tf.linalg.global_norm``.
    """
    halves = [l2_loss(values_of(t)) for t in check_list(t_list) if t is not None]
    total = reduce_sum(PUBLIC["stack"](halves)) if halves else convert_to_tensor(0.0)
    return PUBLIC["math.sqrt"](total * 2)


@export("clip_by_global_norm")
def clip_by_global_norm(
    t_list: Any, clip_norm: Any, use_norm: Any = None, name: str | None = None
) -> tuple[list[Any], Any]:
    """All tensors scaled down by one factor, so that their norm together is at most ``clip_norm``.

    Returns the scaled tensors (``None`` stays) and the norm before scaling. If the norm is
    infinite or NaN, all results are NaN.

    >>> import tensortape as tf
    >>> (a, b), norm = tf.clip_by_global_norm([tf.constant([3.0]), tf.constant([4.0])], 2.5)
    >>> float(a[0]), float(b[0]), float(norm)
    (1.5, 2.0, 5.0)

    Args:
        t_list: sequence of tensors, ``tf.IndexedSlices`` and ``None``.
        clip_norm: greatest norm, a positive scalar.
        use_norm: the norm, if it is known already.
        name: ignored.

    Raises ``TypeError`` if ``t_list`` is not a sequence. Source: ``tf.clip_by_global_norm``.
    """
    given = check_list(t_list)
    norm = global_norm(given) if use_norm is None else tensor(use_norm)
    one = xp.ones_like(norm)
    scale = clip_norm * xp.minimum(1.0 / norm, one / clip_norm) + (norm - norm)
    clipped = [None if t is None else _scaled(t, scale) for t in given]
    return clipped, use_norm if use_norm is not None else norm


def _scaled(t: Any, scale: Any) -> Any:
    values = values_of(t)
    factor = scale if scale.dtype is values.dtype else xp.astype(scale, values.dtype)
    return like_given(t, values * factor)
