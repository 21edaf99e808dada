"""Diagonals and bands of matrices: the public functions."""

from __future__ import annotations

from typing import Any

from tensortape.core import errors
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import execute
from tensortape.core.operators import same_dtype
from tensortape.core.public import tensor
from tensortape.core.registry import export
from tensortape.ops.layout.attributes import one_int
from tensortape.ops.linalg.bands import alignment, band
from tensortape.ops.linalg.diagonal_ops import (
    band_part_op,
    matrix_diag,
    matrix_diag_part,
    matrix_set_diag,
    tensor_diag_op,
    tensor_diag_part_op,
)
from tensortape.ops.reduce.sums import reduce_sum


def _padding(value: Any, x: Any) -> Any:
    return convert_to_tensor(value, dtype=x.dtype)


@export("linalg.diag")
def diag(
    diagonal: Any,
    name: str = "diag",
    k: Any = 0,
    num_rows: Any = -1,
    num_cols: Any = -1,
    padding_value: Any = 0,
    align: str = "RIGHT_LEFT",
) -> Any:
    """Matrices with given diagonals and ``padding_value`` elsewhere.

    >>> import tensortape as tf
    >>> tf.linalg.diag([1, 2]).numpy().tolist()
    [[1, 0], [0, 2]]

    Args:
        diagonal: tensor of shape ``[..., length]`` or, for several diagonals,
            ``[..., number, length]``, the highest diagonal first.
        name: ignored.
        k: which diagonal (0 the main, positive above), or a pair: the lowest and highest.
        num_rows, num_cols: size of the matrices; -1 for the smallest possible.
        padding_value: what stands outside of the diagonals.
        align: how shorter diagonals above and below the main one are stored:
            ``"RIGHT_LEFT"``, ``"LEFT_RIGHT"``, ``"LEFT_LEFT"`` or ``"RIGHT_RIGHT"``.

    Raises ``tf.errors.InvalidArgumentError`` for sizes that do not fit. Source: ``tf.linalg.diag``.
    """
    if getattr(diagonal, "dtype", None) == "bool":  # a list of truth values takes no number
        padding_value = bool(padding_value)
    diagonal = tensor(diagonal)
    if diagonal.shape.rank == 0:
        raise errors.of_op(
            errors.InvalidArgumentError,
            "MatrixDiagV3",
            "diagonal must be at least 1-dim, received shape: []",
        )
    attrs = {"k": band(k), "num_rows": one_int(num_rows), "num_cols": one_int(num_cols)}
    return execute(
        matrix_diag,
        (diagonal, _padding(padding_value, diagonal)),
        attrs | {"align": alignment(align)},
    )


@export("linalg.diag_part")
def diag_part(
    input: Any,
    name: str = "diag_part",
    k: Any = 0,
    padding_value: Any = 0,
    align: str = "RIGHT_LEFT",
) -> Any:
    """The diagonals ``k`` of the matrices in the last two axes of ``input``.

    ``k``, ``padding_value`` and ``align`` are as for ``tf.linalg.diag``.

    >>> import tensortape as tf
    >>> tf.linalg.diag_part([[1, 2], [3, 4]]).numpy()
    array([1, 4], dtype=int32)

    Raises ``tf.errors.InvalidArgumentError`` for a diagonal outside of the matrix.
    Source: ``tf.linalg.diag_part``.
    """
    if getattr(input, "dtype", None) == "bool":
        padding_value = bool(padding_value)
    input = tensor(input)
    attrs = {"k": band(k), "align": alignment(align)}
    return execute(matrix_diag_part, (input, _padding(padding_value, input)), attrs)


@export("linalg.set_diag")
def set_diag(
    input: Any, diagonal: Any, name: str = "set_diag", k: Any = 0, align: str = "RIGHT_LEFT"
) -> Any:
    """``input`` with the diagonals ``k`` of its matrices replaced by ``diagonal``.

    >>> import tensortape as tf
    >>> tf.linalg.set_diag([[1, 2], [3, 4]], [0, 0]).numpy().tolist()
    [[0, 2], [3, 0]]

    Raises ``tf.errors.InvalidArgumentError`` for shapes that do not fit.
    Source: ``tf.linalg.set_diag``.
    """
    input = tensor(input)
    diagonal = convert_to_tensor(diagonal, dtype_hint=input.dtype)
    if diagonal.dtype is not input.dtype:
        same_dtype(matrix_set_diag, input, diagonal)
    return execute(matrix_set_diag, (input, diagonal), {"k": band(k), "align": alignment(align)})


@export("linalg.band_part")
def band_part(input: Any, num_lower: Any, num_upper: Any, name: str | None = None) -> Any:
    """The matrices in the last two axes of ``input`` with zeros outside of a band.

    ``num_lower`` and ``num_upper`` diagonals are kept below and above the main one; all
    if negative.

    >>> import tensortape as tf
    >>> tf.linalg.band_part([[1, 2], [3, 4]], -1, 0).numpy().tolist()
    [[1, 0], [3, 4]]

    Raises ``tf.errors.InvalidArgumentError`` for more diagonals than there are.
    Source: ``tf.linalg.band_part``.
    """
    attrs = {"num_lower": one_int(num_lower), "num_upper": one_int(num_upper)}
    return execute(band_part_op, (tensor(input),), attrs)


@export("linalg.tensor_diag")
def tensor_diag(diagonal: Any, name: str | None = None) -> Any:
    """A tensor of twice the rank with ``diagonal`` where both halves of the indices agree.

    >>> import tensortape as tf
    >>> tf.linalg.tensor_diag([1, 2]).numpy().tolist()
    [[1, 0], [0, 2]]

    Raises ``tf.errors.InvalidArgumentError`` for a scalar. Source: ``tf.linalg.tensor_diag``.
    """
    return execute(tensor_diag_op, (tensor(diagonal),))


@export("linalg.tensor_diag_part")
def tensor_diag_part(input: Any, name: str | None = None) -> Any:
    """The elements of ``input`` where both halves of the indices agree.

    >>> import tensortape as tf
    >>> tf.linalg.tensor_diag_part([[1, 2], [3, 4]]).numpy()
    array([1, 4], dtype=int32)

    Raises ``tf.errors.InvalidArgumentError`` for an odd rank or halves that differ.
    Source: ``tf.linalg.tensor_diag_part``.
    """
    return execute(tensor_diag_part_op, (tensor(input),))


@export("linalg.trace")
def trace(x: Any, name: str | None = None) -> Any:
    """The sums of the main diagonals of the matrices in the last two axes.

    >>> import tensortape as tf
    >>> float(tf.linalg.trace([[1.0, 2.0], [3.0, 4.0]]))
    5.0

    Raises ``tf.errors.InvalidArgumentError`` for fewer than two axes. Source: ``tf.linalg.trace``.
    """
    return reduce_sum(diag_part(x), [-1])
