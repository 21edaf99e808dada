"""Assertions about dtypes, ranks and shapes."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core.dtypes import as_dtype
from tensortape.core.public import tensor
from tensortape.core.registry import export
from tensortape.core.tensor import Tensor


def prefix(message: Any) -> str:
    """The user's message, set apart from the rest."""
    return f"{message}.  " if message else ""


def one_rank(rank: Any) -> int:
    """A rank as an int; it may be a tensor."""
    value = np.asarray(rank.numpy() if hasattr(rank, "numpy") else rank)
    if value.dtype.kind not in "iu":
        raise TypeError(f"a rank must be an int32; got {value.dtype} {rank!r:.80}")
    if value.ndim:
        raise ValueError(f"Rank must be a scalar. Received {rank!r:.80}")
    return int(value)


def shape_of(x: Any) -> Any:
    """The static shape of a tensor, dense or sparse."""
    return x.shape if hasattr(x, "dense_shape") else tensor(x).shape


def refuse_rank(x: Any, wanted: str, message: Any) -> None:
    """Say which rank was wanted and which shape was found."""
    shape = shape_of(x)
    raise ValueError(
        f"{prefix(message)}Tensor  must have rank {wanted}.  Received rank {shape.rank}, "
        f"shape {shape}"
    )


@export("debugging.assert_rank", "assert_rank")
def assert_rank(x, rank, message=None, name=None):
    """Raise unless ``x`` has the given number of axes.

    >>> import tensortape as tf
    >>> tf.debugging.assert_rank([[1, 2]], 2)

    Raises ``ValueError``. Source: ``tf.debugging.assert_rank``.
    """
    found = shape_of(x).rank
    if found is not None and found != one_rank(rank):
        refuse_rank(x, str(one_rank(rank)), message)


@export("debugging.assert_rank_at_least")
def assert_rank_at_least(x, rank, message=None, name=None):
    """Raise if ``x`` has fewer axes than ``rank``.

    >>> import tensortape as tf
    >>> tf.debugging.assert_rank_at_least([[1, 2]], 1)

    Raises ``ValueError``. Source: ``tf.debugging.assert_rank_at_least``.
    """
    found = shape_of(x).rank
    if found is not None and found < one_rank(rank):
        refuse_rank(x, f"at least {one_rank(rank)}", message)


@export("debugging.assert_rank_in")
def assert_rank_in(x, ranks, message=None, name=None):
    """Raise unless the number of axes of ``x`` is one of ``ranks``.

    >>> import tensortape as tf
    >>> tf.debugging.assert_rank_in([[1, 2]], [1, 2])

    Raises ``ValueError``. Source: ``tf.debugging.assert_rank_in``.
    """
    found, allowed = shape_of(x).rank, tuple(one_rank(r) for r in ranks)
    if found is not None and found not in allowed:
        refuse_rank(x, f"in {allowed}", message)


@export("debugging.assert_scalar")
def assert_scalar(tensor, message=None, name=None):
    """Raise unless ``tensor`` has no axes.

    >>> import tensortape as tf
    >>> tf.debugging.assert_scalar(3.0)

    Raises ``ValueError``. Source: ``tf.debugging.assert_scalar``.
    """
    shape = shape_of(tensor)
    if shape.rank != 0:
        raise ValueError(f"{prefix(message)}Expected scalar shape, saw shape: {shape}.")


@export("debugging.assert_type")
def assert_type(tensor, tf_type, message=None, name=None):
    """Raise unless ``tensor`` has the given dtype.

    >>> import tensortape as tf
    >>> tf.debugging.assert_type([1.0], tf.float32)

    Raises ``TypeError``. Source: ``tf.debugging.assert_type``.
    """
    found, wanted = dtype_of(tensor), as_dtype(tf_type)
    if found is not wanted:
        raise TypeError(f"{prefix(message)}tensor must be of type {wanted!r}; got {found!r}")


def dtype_of(x: Any) -> Any:
    """The dtype of a tensor, dense or sparse."""
    return x.dtype if hasattr(x, "dense_shape") else tensor(x).dtype


@export("debugging.assert_integer")
def assert_integer(x, message=None, name=None):
    """Raise unless ``x`` holds integers.

    >>> import tensortape as tf
    >>> tf.debugging.assert_integer([1, 2])

    Raises ``TypeError``. Source: ``tf.debugging.assert_integer``.
    """
    found = dtype_of(x)
    if not found.is_integer:
        raise TypeError(f'{prefix(message)}Expected "x" to be integer type.  Found: {found!r}')


@export("debugging.assert_same_float_dtype")
def assert_same_float_dtype(tensors=None, dtype=None):
    """Check that tensors have one floating dtype, and return it (float32 for none).

    >>> import tensortape as tf
    >>> tf.debugging.assert_same_float_dtype([tf.constant(1.0)])
    tf.float32

    Raises ``ValueError``. Source: ``tf.debugging.assert_same_float_dtype``.
    """
    wanted = None if dtype is None else as_dtype(dtype)
    for t in tensors or ():
        if t is None:
            continue
        wanted = wanted or t.dtype
        if t.dtype is not wanted:
            raise ValueError(f"Tensor, {t!r:.80}, must be from the same type as {wanted!r}.")
    wanted = wanted or as_dtype("float32")
    if not wanted.is_floating:
        raise ValueError(f"Expected floating point type, got {wanted!r}.")
    return wanted


@export("debugging.assert_proper_iterable")
def assert_proper_iterable(values):
    """Raise unless ``values`` is an iterable that is no tensor, array or text.

    >>> import tensortape as tf
    >>> tf.debugging.assert_proper_iterable([1, 2])

    Raises ``TypeError``. Source: ``tf.debugging.assert_proper_iterable``.
    """
    if isinstance(values, (Tensor, np.ndarray, str, bytes)) or hasattr(values, "dense_shape"):
        raise TypeError(
            f'Expected argument "values" to be a "proper" iterable.  Found: {type(values)}'
        )
    if not hasattr(values, "__iter__"):
        raise TypeError(f'Expected argument "values" to be iterable.  Found: {type(values)}')


@export("debugging.is_numeric_tensor")
def is_numeric_tensor(tensor):
    """Whether ``tensor`` is a tensor of numbers.

    >>> import tensortape as tf
    >>> tf.debugging.is_numeric_tensor(tf.constant(1.0)), tf.debugging.is_numeric_tensor(1.0)
    (True, False)

    Source: ``tf.debugging.is_numeric_tensor``.
    """
    return isinstance(tensor, Tensor) and tensor.dtype.is_numeric


@export("debugging.assert_shapes")
def assert_shapes(shapes, data=None, summarize=None, message=None, name=None):
    """Raise unless tensors have given shapes, in which letters stand for sizes.

    ``shapes`` is a list of pairs (or a dictionary) of tensors and their expected shapes: ints,
    names that mean the same size wherever they stand, ``None`` or ``"."`` for any size, and
    ``...`` or ``"*"`` first for any number of axes.

    >>> import tensortape as tf
    >>> x, y = tf.ones([16, 2]), tf.ones([16])
    >>> tf.debugging.assert_shapes([(x, ("N", "Q")), (y, ("N",))])

    Raises ``ValueError``. Source: ``tf.debugging.assert_shapes``.
    """
    known: dict[Any, tuple[int, Any]] = {}
    for x, expected in shapes.items() if isinstance(shapes, dict) else shapes:
        if expected is None:
            continue
        actual = shape_of(x)
        if actual.rank is None:
            continue
        check_shape(tuple(expected), actual.as_list(), x, known, prefix(message))


def check_shape(expected: Any, sizes: Any, x: Any, known: Any, message: str) -> None:
    """Compare one shape with what is expected and with the sizes that letters stand for."""
    described = f"{message}Tensor shape={tuple(sizes)} dtype={dtype_of(x).name}"
    if any(symbol is Ellipsis or symbol == "*" for symbol in expected[1:]):
        raise ValueError(
            f"{described} specified shape {expected}: `...` or `*` for a variable number of "
            "dimensions is only allowed as the first entry"
        )
    if expected and (expected[0] is Ellipsis or expected[0] == "*"):
        expected = expected[1:]
        if len(sizes) < len(expected):
            raise ValueError(f"{described} must have rank at least {len(expected)}")
        sizes = sizes[len(sizes) - len(expected) :]
    elif len(sizes) != len(expected) and not (len(expected) == 1 and not sizes):
        raise ValueError(f"{described} must have rank {len(expected)}.  Received rank {len(sizes)}")
    for axis, (symbol, size) in enumerate(zip(expected, sizes or [1], strict=True)):
        if symbol in (None, ".") or size is None:
            continue
        wanted, source = (
            (symbol, "Specified explicitly")
            if isinstance(symbol, int)
            else known.get(symbol, (None, None))
        )
        if wanted is None:
            known[symbol] = (size, f"Specified by tensor {described} dimension {axis}")
        elif wanted != size:
            raise ValueError(f"{source}.  {described} dimension {axis} must have size {wanted}.")
