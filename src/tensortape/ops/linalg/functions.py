"""Functions of matrices: exponential, square root, logarithm."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core.dispatch import execute
from tensortape.core.op import op
from tensortape.core.public import tensor
from tensortape.core.registry import export
from tensortape.ops.linalg.matrices import adjoint, check_matrices, invalid, swapped


def derivative_of_expm(xp: Any, x: Any, d: Any) -> Any:
    """The derivative of the exponential at ``x`` in direction ``d``: a block of a larger one."""
    last, n = x.ndim - 1, x.shape[-1]
    above = xp.concatenate([x, d], last)
    below = xp.concatenate([xp.zeros_like(x), x], last)
    whole = xp.expm(xp.concatenate([above, below], last - 1))
    return xp.getitem(whole, (Ellipsis, slice(0, n), slice(n, 2 * n)))


@op("MatrixExponential", primitive="expm", saves=("inputs",), samples=[(((2, 2, 2),), {})])
def expm_op(xp, input):
    """Matrix exponentials."""
    check_matrices("MatrixExponential", input)
    return xp.expm(input)


@expm_op.vjp
def _(xp, g, y, x):
    return derivative_of_expm(xp, adjoint(xp, x), g)


@expm_op.jvp
def _(xp, tangents, y, x):
    return derivative_of_expm(xp, x, tangents[0])


@op("MatrixSquareRoot", primitive="sqrtm", saves=("outputs",),
    samples=[((np.array([[4.0, 1.0], [0.5, 3.0]]),), {})])  # fmt: skip
def sqrtm_op(xp, input):
    """Principal square roots of matrices."""
    check_matrices("MatrixSquareRoot", input)
    return xp.sqrtm(input)


def kronecker(xp: Any, a: Any, b: Any) -> Any:
    """Kronecker products of two stacks of square matrices."""
    lead, n = tuple(a.shape)[:-2], a.shape[-1]
    left = xp.reshape(a, (*lead, n, 1, n, 1))
    right = xp.reshape(b, (*lead, 1, n, 1, n))
    return xp.reshape(left * right, (*lead, n * n, n * n))


# d satisfies adjoint(y) @ d + d @ adjoint(y) == g (written without conjugation, as in TensorFlow).
@sqrtm_op.vjp
def _(xp, g, y, x):
    lead, n = tuple(y.shape)[:-2], y.shape[-1]
    eye = np.broadcast_to(np.eye(n, dtype=getattr(y.dtype, "_np", y.dtype)), (*lead, n, n))
    system = kronecker(xp, xp.zeros_like(y) + eye, swapped(xp, y)) + kronecker(
        xp, y, xp.zeros_like(y) + eye
    )
    flat = xp.reshape(swapped(xp, g), (*lead, n * n, 1))
    return swapped(xp, xp.reshape(xp.solve(system, flat), tuple(y.shape)))


@op("MatrixLogarithm", primitive="logm", missing_gradient=True)
def logm_op(xp, input):
    """Principal logarithms of complex matrices."""
    if input.dtype.kind != "c":
        raise invalid(
            "MatrixLogarithm",
            f"Value for attr 'T' of {input.dtype.name} is not in the list of allowed values: "
            "complex64, "
            "complex128: use tf.cast",
        )
    check_matrices("MatrixLogarithm", input)
    return xp.logm(input)


@export("linalg.expm")
def expm(input: Any, name: str | None = None) -> Any:
    """The exponentials of the square matrices in the last two axes.

    >>> import tensortape as tf
    >>> tf.linalg.expm([[0.0, 1.0], [0.0, 0.0]]).numpy().tolist()
    [[1.0, 1.0], [0.0, 1.0]]

    Raises ``tf.errors.InvalidArgumentError`` for matrices that are not square, ``ValueError`` for
    integers. Source: ``tf.linalg.expm``.
    """
    x = tensor(input)
    if not (x.dtype.is_floating or x.dtype.is_complex):
        raise ValueError(f"tf.linalg.expm does not support matrices of type {x.dtype!r}")
    return execute(expm_op, (x,))


@export("linalg.sqrtm")
def sqrtm(input: Any, name: str | None = None) -> Any:
    """The principal square roots of the square matrices in the last two axes.

    Real matrices without a real root give NaN.

    >>> import tensortape as tf
    >>> tf.linalg.sqrtm([[4.0, 0.0], [0.0, 9.0]]).numpy().round(3).tolist()
    [[2.0, 0.0], [0.0, 3.0]]

    Raises ``tf.errors.InvalidArgumentError`` for matrices that are not square.
    Source: ``tf.linalg.sqrtm``.
    """
    return execute(sqrtm_op, (tensor(input),))


@export("linalg.logm")
def logm(input: Any, name: str | None = None) -> Any:
    """The principal logarithms of the complex square matrices in the last two axes.

    There is no gradient, as in TensorFlow.

    >>> import tensortape as tf
    >>> tf.linalg.logm(tf.constant([[1.0 + 0j, 0.0], [0.0, 1.0]])).numpy().real.tolist()
    [[0.0, 0.0], [0.0, 0.0]]

    Raises ``tf.errors.InvalidArgumentError`` for real matrices. Source: ``tf.linalg.logm``.
    """
    return execute(logm_op, (tensor(input),))
