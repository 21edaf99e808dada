"""Assertions that compare values, element by element.

They raise at once and return nothing. Values that are not known yet, while a graph is built, are
not compared.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core import errors
from tensortape.core.dispatch import NO_ATTRS
from tensortape.core.operators import like
from tensortape.core.public import binary_call, tensor
from tensortape.core.registry import OPS, export
from tensortape.core.state import paused
from tensortape.core.tensor import EagerTensor

SHOWN = 3


def listed(value: Any, count: int) -> str:
    """The first elements of a value, as they stand in messages."""
    if not isinstance(value, EagerTensor):
        return str(value)
    if value._a.ndim == 0:
        return str(value._a)
    flat = np.ravel(value._a)
    return str([str(v) for v in flat[:count]] + (["..."] if flat.size > count else []))


def differences(sign: str, x: Any, y: Any, holds: Any, count: int) -> list[str]:
    """Where the condition failed, and the values there."""
    lines = [f"Condition x {sign} y did not hold."]
    if not count:
        return lines
    if x.shape == y.shape and x._a.ndim:
        failed = np.logical_not(holds)
        places = np.argwhere(failed)[:count]
        lines += [f"Indices of first {len(places)} different values:", str(places)]
        lines += ["Corresponding x values:", str(x._a[failed][:count])]
        lines += ["Corresponding y values:", str(y._a[failed][:count])]
    for name, t in (("x", x), ("y", y)):
        flat = np.ravel(t._a)[:count]
        lines += [f"First {flat.size} elements of {name}:", str(flat)]
    return lines


def compare(
    kind: str, sign: str, x: Any, y: Any, message: Any, summarize: Any, data: Any = None
) -> None:
    """Raise unless the comparison holds everywhere; ``data`` replaces the usual lines."""
    x = tensor(x)
    y = tensor(y) if data is None else like(y, x)
    with paused():
        holds = binary_call(OPS[kind], x, y, NO_ATTRS)
    if not isinstance(holds, EagerTensor) or np.all(holds._a):
        return
    count = SHOWN if summarize is None else int(1e9) if summarize < 0 else summarize
    lines = differences(sign, x, y, holds._a, count) if data is None else data
    if message is not None:
        lines = [message, *lines]
    raise errors.InvalidArgumentError(None, None, "\n".join(listed(v, count) for v in lines))


@export("debugging.assert_equal", "assert_equal")
def assert_equal(x, y, message=None, summarize=None, name=None):
    """Raise unless ``x == y`` everywhere.

    >>> import tensortape as tf
    >>> tf.debugging.assert_equal([1, 2], [1, 2])
    >>> tf.debugging.assert_equal([1, 2], [1, 3])
    Traceback (most recent call last):
    ...
    tensortape.core.errors.InvalidArgumentError: Condition x == y did not hold.
    Indices of first 1 different values:
    [[1]]
    Corresponding x values:
    [2]
    Corresponding y values:
    [3]
    First 2 elements of x:
    [1 2]
    First 2 elements of y:
    [1 3]

    ``message`` comes before the rest, ``summarize`` says how many elements are shown (3; all if
    negative). Source: ``tf.debugging.assert_equal``.
    """
    compare("Equal", "==", x, y, message, summarize)


@export("debugging.assert_none_equal")
def assert_none_equal(x, y, summarize=None, message=None, name=None):
    """Raise if ``x == y`` anywhere.

    >>> import tensortape as tf
    >>> tf.debugging.assert_none_equal([1, 2], [2, 1])

    Raises ``tf.errors.InvalidArgumentError``. Source: ``tf.debugging.assert_none_equal``.
    """
    compare("NotEqual", "!=", x, y, message, summarize)


@export("debugging.assert_less", "assert_less")
def assert_less(x, y, message=None, summarize=None, name=None):
    """Raise unless ``x < y`` everywhere.

    >>> import tensortape as tf
    >>> tf.debugging.assert_less([1, 2], 3)

    Raises ``tf.errors.InvalidArgumentError``. Source: ``tf.debugging.assert_less``.
    """
    compare("Less", "<", x, y, message, summarize)


@export("debugging.assert_less_equal")
def assert_less_equal(x, y, message=None, summarize=None, name=None):
    """Raise unless ``x <= y`` everywhere.

    >>> import tensortape as tf
    >>> tf.debugging.assert_less_equal([1, 3], 3)

    Raises ``tf.errors.InvalidArgumentError``. Source: ``tf.debugging.assert_less_equal``.
    """
    compare("LessEqual", "<=", x, y, message, summarize)


@export("debugging.assert_greater", "assert_greater")
def assert_greater(x, y, message=None, summarize=None, name=None):
    """Raise unless ``x > y`` everywhere.

    >>> import tensortape as tf
    >>> tf.debugging.assert_greater([4, 5], 3)

    Raises ``tf.errors.InvalidArgumentError``. Source: ``tf.debugging.assert_greater``.
    """
    compare("Greater", ">", x, y, message, summarize)


@export("debugging.assert_greater_equal")
def assert_greater_equal(x, y, message=None, summarize=None, name=None):
    """Raise unless ``x >= y`` everywhere.

    >>> import tensortape as tf
    >>> tf.debugging.assert_greater_equal([3, 5], 3)

    Raises ``tf.errors.InvalidArgumentError``. Source: ``tf.debugging.assert_greater_equal``.
    """
    compare("GreaterEqual", ">=", x, y, message, summarize)


def with_zero(kind: str, sign: str, x: Any, message: Any, summarize: Any) -> None:
    """Compare a tensor with 0."""
    x = tensor(x)
    described = f"x (shape={x.shape} dtype={x.dtype.name}) = "
    lines = ["", f"Condition x {sign} 0 did not hold element-wise:", described, x]
    compare(kind, sign, x, 0, message, summarize, lines)


@export("debugging.assert_positive")
def assert_positive(x, message=None, summarize=None, name=None):
    """Raise unless ``x > 0`` everywhere.

    >>> import tensortape as tf
    >>> tf.debugging.assert_positive([1.0, 2.0])

    Raises ``tf.errors.InvalidArgumentError``. Source: ``tf.debugging.assert_positive``.
    """
    with_zero("Greater", ">", x, message, summarize)


@export("debugging.assert_negative")
def assert_negative(x, message=None, summarize=None, name=None):
    """Raise unless ``x < 0`` everywhere.

    >>> import tensortape as tf
    >>> tf.debugging.assert_negative([-1.0, -2.0])

    Raises ``tf.errors.InvalidArgumentError``. Source: ``tf.debugging.assert_negative``.
    """
    with_zero("Less", "<", x, message, summarize)


@export("debugging.assert_non_negative")
def assert_non_negative(x, message=None, summarize=None, name=None):
    """Raise unless ``x >= 0`` everywhere.

    >>> import tensortape as tf
    >>> tf.debugging.assert_non_negative([0.0, 2.0])

    Raises ``tf.errors.InvalidArgumentError``. Source: ``tf.debugging.assert_non_negative``.
    """
    with_zero("GreaterEqual", ">=", x, message, summarize)


@export("debugging.assert_non_positive")
def assert_non_positive(x, message=None, summarize=None, name=None):
    """Raise unless ``x <= 0`` everywhere.

    >>> import tensortape as tf
    >>> tf.debugging.assert_non_positive([0.0, -2.0])

    Raises ``tf.errors.InvalidArgumentError``. Source: ``tf.debugging.assert_non_positive``.
    """
    with_zero("LessEqual", "<=", x, message, summarize)


@export("debugging.assert_near")
def assert_near(x, y, rtol=None, atol=None, message=None, summarize=None, name=None):
    """Raise unless ``|x - y| < atol + rtol * |y|`` everywhere; both default to ten roundings.

    >>> import tensortape as tf
    >>> tf.debugging.assert_near([1.0, 2.0], [1.0, 2.1], atol=0.2)

    Raises ``tf.errors.InvalidArgumentError``. Source: ``tf.debugging.assert_near``.
    """
    x = tensor(x)
    y = like(y, x)
    if not isinstance(x, EagerTensor) or not isinstance(y, EagerTensor):
        return
    eps = 10 * float(np.finfo(x.dtype.real_dtype.as_numpy_dtype).eps)
    rtol = eps if rtol is None else rtol
    atol = eps if atol is None else atol
    if np.all(np.abs(x._a - y._a) < float(atol) + float(rtol) * np.abs(y._a)):
        return
    count = SHOWN if summarize is None else summarize
    raise errors.InvalidArgumentError(
        None,
        None,
        f"{message or ''}\nx and y not equal to tolerance rtol = {rtol}, atol = {atol}\n"
        f"x (shape={x.shape} dtype={x.dtype.name}) = {listed(x, count)}\n"
        f"y (shape={y.shape} dtype={y.dtype.name}) = {listed(y, count)}",
    )


@export("debugging.Assert", "Assert")
def Assert(condition, data, summarize=None, name=None):
    """Raise with the tensors of ``data`` in the message unless ``condition`` is true.

    >>> import tensortape as tf
    >>> tf.debugging.Assert(True, ["never shown"])

    Raises ``tf.errors.InvalidArgumentError``. Source: ``tf.debugging.Assert``.
    """
    known = tensor(condition)
    if not isinstance(known, EagerTensor) or known:
        return
    count = SHOWN if summarize is None else summarize
    shown = "\n".join(_summarized(tensor(v), count) for v in data)
    raise errors.InvalidArgumentError(
        None, None, f"Expected '{condition!s}' to be true. Summarized data: {shown}"
    )


def _summarized(value, count):
    """The first ``count`` elements (all, if that is negative), as NumPy's scalars are shown."""
    array = value.numpy()
    if value.shape.rank == 0:
        return str(array) if count else ""
    flat = array.reshape(-1)
    some = [str(element) for element in (flat if count < 0 else flat[:count])]
    return ", ".join([*some, "..."] if len(some) < flat.size else some)
