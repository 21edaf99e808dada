"""Sums of many tensors, multiples and polynomials."""

from __future__ import annotations

from collections.abc import Iterable

from tensortape.core import errors
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import NO_ATTRS, execute
from tensortape.core.op import op
from tensortape.core.operators import same_dtype
from tensortape.core.public import binary_call, tensor
from tensortape.core.registry import OPS, export
from tensortape.core.shapes import TensorShape


@op("AddN", variadic=True, saves=(), samples=[(((2, 3), (2, 3), (2, 3)), {})])
def add_n_op(xp, *inputs):
    """The sum of tensors of one shape."""
    total = inputs[0]
    for x in inputs[1:]:
        total = total + x
    return total


@add_n_op.vjp
def _(xp, g, y, *inputs):
    return [g] * len(inputs)


@export("math.add_n", "add_n")
def add_n(inputs, name=None):
    """Sum of tensors of one shape and dtype; of one tensor, the tensor itself.

    >>> import tensortape as tf
    >>> tf.math.add_n([[3.0, 5.0], [1.0, 6.0]]).numpy()
    array([ 4., 11.], dtype=float32)

    Raises ``ValueError`` if there is nothing to add, ``tf.errors.InvalidArgumentError`` for
    different shapes or dtypes. Source: ``tf.math.add_n``.
    """
    tensors = tuple(tensor(x) for x in inputs) if isinstance(inputs, Iterable) else ()
    if not tensors:
        raise ValueError(
            "Inputs must be an iterable of at least one Tensor/IndexedSlices with the same dtype "
            f"and shape. Received: {inputs!r:.200}"
        )
    first = tensors[0]
    for i, x in enumerate(tensors):
        if x.dtype is not first.dtype:
            same_dtype(add_n_op, first, x, i)
        if tuple(x._a.shape) != tuple(first._a.shape):
            raise errors.InvalidArgumentError(
                None,
                None,
                "Inputs to operation AddN of type AddN must have the same size and shape. Input 0: "
                f"{list(first.shape)} != input {i}: {list(x.shape)} [Op:AddN] name: ",
            )
    return first if len(tensors) == 1 else execute(add_n_op, tensors, NO_ATTRS)


@export("math.accumulate_n")
def accumulate_n(inputs, shape=None, tensor_dtype=None, name=None):
    """Sum of a list of tensors, checked against ``shape`` and ``tensor_dtype``.

    >>> import tensortape as tf
    >>> tf.math.accumulate_n([[1.0, 2.0], [3.0, 4.0]]).numpy()
    array([4., 6.], dtype=float32)

    Raises ``ValueError`` for an empty list or different shapes, ``TypeError`` for another dtype.
    Source: ``tf.math.accumulate_n``.
    """
    if not inputs or not isinstance(inputs, (list, tuple)):
        raise ValueError(
            "inputs must be a list of at least one Tensor with the same dtype and shape. Received: "
            f"{inputs!r:.200}"
        )
    tensors = [tensor(x) for x in inputs]
    if any(x.dtype is not tensors[0].dtype for x in tensors):
        raise ValueError(
            "inputs must be a list of at least one Tensor with the same dtype and shape"
        )
    merged = TensorShape(shape)
    for x in tensors:
        merged = merged.merge_with(x.shape)
    if tensor_dtype is not None and tensor_dtype != tensors[0].dtype:
        raise TypeError(
            f"The `tensor_dtype` argument is {tensor_dtype}, but `input` is of type "
            f"{tensors[0].dtype}. These must be equal. Try casting the input to the desired type."
        )
    return add_n(tensors)


@export("math.scalar_mul", "scalar_mul")
def scalar_mul(scalar, x, name=None):
    """``scalar * x`` for a scalar and a tensor (or indexed slices).

    >>> import tensortape as tf
    >>> tf.math.scalar_mul(2.0, tf.constant([1.0, 3.0])).numpy()
    array([2., 6.], dtype=float32)

    Raises ``ValueError`` if ``scalar`` is no scalar. Source: ``tf.math.scalar_mul``.
    """
    scalar = convert_to_tensor(scalar, dtype=x.dtype)
    if scalar._a.ndim:
        raise ValueError(f"The input scalar must be a 0-D value. Received shape {scalar.shape}.")
    if hasattr(x, "dense_shape") and hasattr(x, "values"):
        return type(x)(
            binary_call(OPS["Mul"], scalar, x.values, NO_ATTRS), x.indices, x.dense_shape
        )
    return binary_call(OPS["Mul"], scalar, x, NO_ATTRS)


@export("math.polyval")
def polyval(coeffs, x, name=None):
    """Value at ``x`` of the polynomial with the coefficients ``coeffs``, the highest power first.

    >>> import tensortape as tf
    >>> tf.math.polyval([2.0, 1.0, 5.0], 3.0).numpy()
    np.float32(26.0)

    Raises ``ValueError`` if ``coeffs`` is not a list. Source: ``tf.math.polyval``.
    """
    if not isinstance(coeffs, list):
        raise ValueError(f"Argument coeffs must be list type. Received type {type(coeffs)}.")
    x = tensor(x)
    if not coeffs:
        return execute(OPS["ZerosLike"], (x,), NO_ATTRS)
    terms = [tensor(c) for c in coeffs]
    value = terms[0]
    for c in terms[1:]:
        value = c + value * x
    return value
