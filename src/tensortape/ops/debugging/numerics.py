"""Looking for infinities and NaN."""

from __future__ import annotations

from tensortape.core.op import op
from tensortape.core.public import plain_call
from tensortape.core.registry import export


@op("CheckNumerics", api="debugging.check_numerics", primitive="check_numerics", family="check",
    saves=(), samples=[(((2, 3),), {"message": "x"})])  # fmt: skip
def check_numerics(xp, tensor, *, message):
    """Pass ``tensor`` on if all its elements are finite; its gradients are checked as well.

    >>> import tensortape as tf
    >>> tf.debugging.check_numerics([1.0, 2.0], "checked").numpy()
    array([1., 2.], dtype=float32)

    Raises ``tf.errors.InvalidArgumentError`` with ``message`` in it for infinities and NaN.
    Source: ``tf.debugging.check_numerics``.
    """
    return xp.check_numerics(tensor, message)


@check_numerics.vjp
def _(xp, g, y, x, *, message):
    return xp.check_numerics(
        g, message=f"Not a number (NaN) or infinity (Inf) values detected in gradient. {message}"
    )


@check_numerics.jvp
def _(xp, tangents, y, x, *, message):
    return tangents[0]


@export("debugging.assert_all_finite")
def assert_all_finite(x, message, name=None):
    """Pass ``x`` on if all its elements are finite.

    >>> import tensortape as tf
    >>> tf.debugging.assert_all_finite([1.0], "checked").numpy()
    array([1.], dtype=float32)

    Raises ``tf.errors.InvalidArgumentError``. Source: ``tf.debugging.assert_all_finite``.
    """
    return plain_call(check_numerics, (x,), {"message": message})
