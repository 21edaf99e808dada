"""Products of vectors, traces, transposed matrices."""

from __future__ import annotations

from typing import Any

from tensortape.core import errors
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import execute
from tensortape.core.op import op
from tensortape.core.public import pair, tensor
from tensortape.core.registry import export
from tensortape.ops.layout.order import transpose
from tensortape.ops.layout.shaping import expand_dims, squeeze
from tensortape.ops.linalg.matmul import matmul


@export("linalg.matvec")
def matvec(
    a: Any,
    b: Any,
    transpose_a: bool = False,
    adjoint_a: bool = False,
    a_is_sparse: bool = False,
    b_is_sparse: bool = False,
    name: str | None = None,
) -> Any:
    """Multiply matrix ``a`` by vector ``b``; leading axes are stacks and broadcast.

    >>> import tensortape as tf
    >>> tf.linalg.matvec([[1.0, 2.0], [3.0, 4.0]], [1.0, 10.0]).numpy()
    array([21., 43.], dtype=float32)

    ``a`` has shape ``[..., n, k]``, ``b`` shape ``[..., k]``, the result ``[..., n]``. Raises
    ``tf.errors.InvalidArgumentError`` for shapes that do not fit, ``ValueError`` for ``a`` both
    transposed and adjoint. Source: ``tf.linalg.matvec``.
    """
    a = tensor(a)
    column = expand_dims(convert_to_tensor(b, dtype_hint=a.dtype), -1)
    return squeeze(matmul(a, column, transpose_a=transpose_a, adjoint_a=adjoint_a), -1)


def _three(tensors: Any, attrs: dict[str, Any]) -> dict[str, Any]:
    shape, other = (tuple(t.shape) for t in tensors)
    if tensors[0].dtype.is_complex or tensors[0].dtype.is_bool:
        raise errors.of_op(
            errors.InvalidArgumentError,
            "Cross",
            f"Value for attr 'T' of {tensors[0].dtype.name} is not in the list of allowed values: "
            "float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, "
            "uint64",
        )
    if shape != other:
        raise errors.of_op(
            errors.InvalidArgumentError,
            "Cross",
            f"Both inputs must be of same shape: {shape} vs. {other}",
        )
    if not shape or shape[-1] != 3:
        raise errors.of_op(
            errors.FailedPreconditionError if shape else errors.InvalidArgumentError,
            "Cross",
            f"Cross-products are only defined for 3-element vectors. Received shape {list(shape)}",
        )
    return attrs


def vector_product(xp: Any, a: Any, b: Any) -> Any:
    """Cross products of the vectors in the last axes."""
    left, right = ([xp.getitem(v, (..., i)) for i in range(3)] for v in (a, b))
    parts = [left[i - 2] * right[i - 1] - left[i - 1] * right[i - 2] for i in range(3)]
    return xp.stack(parts, a.ndim - 1)


@op(
    "Cross",
    saves=("inputs",),
    normalise=_three,
    samples=[(((2, 3), (2, 3)), {}), (((3,), (3,)), {})],
)
def cross_op(xp, a, b):
    """Cross products of vectors of three elements."""
    return vector_product(xp, a, b)


@cross_op.vjp(0)
def _(xp, g, y, a, b):
    return vector_product(xp, b, g)


@cross_op.vjp(1)
def _(xp, g, y, a, b):
    return vector_product(xp, g, a)


@export("linalg.cross")
def cross(a: Any, b: Any, name: str | None = None) -> Any:
    """Cross product of the 3-element vectors in the last axes of ``a`` and ``b``.

    >>> import tensortape as tf
    >>> tf.linalg.cross([1.0, 0.0, 0.0], [0.0, 1.0, 0.0]).numpy()
    array([0., 0., 1.], dtype=float32)

    Raises ``tf.errors.FailedPreconditionError`` for vectors of another length,
    ``tf.errors.InvalidArgumentError`` for different shapes. Source: ``tf.linalg.cross``.
    """
    from_pair = pair(cross_op, a, b)
    return execute(cross_op, from_pair, _three(from_pair, {}))


@export("linalg.matrix_transpose", "linalg.transpose")
def matrix_transpose(a: Any, name: str = "matrix_transpose", conjugate: bool = False) -> Any:
    """Swap the last two axes of ``a`` (and conjugate, if asked for).

    >>> import tensortape as tf
    >>> tf.linalg.matrix_transpose([[[1, 2], [3, 4]]]).numpy().tolist()
    [[[1, 3], [2, 4]]]

    Raises ``ValueError`` for fewer than two axes. Source: ``tf.linalg.matrix_transpose``.
    """
    a = tensor(a)
    rank = a.shape.rank
    if rank < 2:
        raise ValueError(
            f"Argument `a` should be a (batch) matrix with rank >= 2. Received `a` = {a} with "
            f"shape: {a.shape}"
        )
    return transpose(a, (*range(rank - 2), rank - 1, rank - 2), conjugate=conjugate)


@export("linalg.adjoint")
def adjoint(matrix: Any, name: str | None = None) -> Any:
    """The conjugate transposes of the matrices in the last two axes.

    >>> import tensortape as tf
    >>> tf.linalg.adjoint([[1.0, 2.0], [3.0, 4.0]]).numpy().tolist()
    [[1.0, 3.0], [2.0, 4.0]]

    Raises ``ValueError`` for fewer than two axes. Source: ``tf.linalg.adjoint``.
    """
    return matrix_transpose(matrix, conjugate=True)
