"""Products of a sparse and a dense matrix."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core.public import tensor
from tensortape.core.registry import PUBLIC, export
from tensortape.ops.sparse.finding import find
from tensortape.ops.sparse.places import dense_shape, invalid, numbers, pick, places
from tensortape.ops.sparse.tensor import SparseTensor


def _adjoint(x: Any) -> Any:
    return PUBLIC["math.conj"](PUBLIC["transpose"](x))


@export("sparse.sparse_dense_matmul")
def sparse_dense_matmul(
    sp_a: Any, b: Any, adjoint_a: bool = False, adjoint_b: bool = False, name: str | None = None
) -> Any:
    """The matrix product of a sparse and a dense matrix, a dense matrix.

    One of both is a ``tf.SparseTensor``; ``adjoint_a`` and ``adjoint_b`` take the conjugate
    transpose first.

    >>> import tensortape as tf
    >>> s = tf.SparseTensor([[0, 1]], [2.0], [2, 2])
    >>> tf.sparse.sparse_dense_matmul(s, tf.constant([[1.0], [3.0]])).numpy().tolist()
    [[6.0], [0.0]]

    Raises ``tf.errors.InvalidArgumentError`` for shapes that do not fit.
    Source: ``tf.sparse.sparse_dense_matmul``.
    """
    if isinstance(b, SparseTensor):
        # A B = (B' A')'; both adjoint flags change sides, and change value if they are equal.
        both = adjoint_a == adjoint_b
        first, second = (not adjoint_a, not adjoint_b) if both else (adjoint_a, adjoint_b)
        return PUBLIC["transpose"](sparse_dense_matmul(b, sp_a, first, second))
    b = _adjoint(tensor(b)) if adjoint_b else tensor(b)
    if sp_a.shape.rank != 2 or b.shape.rank != 2:
        raise invalid(f"Need two matrices, received shapes {sp_a.shape} and {list(b.shape)}")
    values, rows, columns = sp_a.values, sp_a.indices[:, 0], sp_a.indices[:, 1]
    if adjoint_a:
        rows, columns, values = columns, rows, PUBLIC["math.conj"](values)
    (count,) = find("inner sizes", (sp_a.dense_shape, PUBLIC["shape"](b)), bool(adjoint_a))
    size = sp_a.shape.as_list()[int(bool(adjoint_a))]
    terms = PUBLIC["expand_dims"](values, 1) * pick(b, columns)
    return PUBLIC["math.unsorted_segment_sum"](terms, rows, count if size is None else size)


@export("sparse.sampled_addmm")
def sampled_addmm(
    indices: Any,
    values: Any,
    dense_shape: Any,
    mat1: Any,
    mat2: Any,
    beta: Any = 1.0,
    alpha: Any = 1.0,
    output_type: Any = None,
) -> tuple[Any, Any, Any]:
    """``beta * values + alpha * (mat1 @ mat2)`` at the places ``indices`` alone.

    Returns the indices, the new values and the dense shape.

    >>> import tensortape as tf
    >>> a, b = tf.constant([[1.0], [2.0]]), tf.constant([[3.0, 4.0]])
    >>> tf.sparse.sampled_addmm([[1, 0]], tf.constant([10.0]), [2, 2], a, b)[1].numpy()
    array([16.], dtype=float32)

    Source: ``tf.sparse.sampled_addmm``.
    """
    at = tensor(indices)
    mat1, mat2, values = tensor(mat1), tensor(mat2), tensor(values)
    left = PUBLIC["gather_nd"](mat1, at[..., :-1])
    batch = at[..., :-2]
    last = mat2.shape.rank - 1
    order = [*range(last - 1), last, last - 1]
    flipped = PUBLIC["transpose"](mat2, order)
    right = PUBLIC["gather_nd"](flipped, PUBLIC["concat"]([batch, at[..., -1:]], -1))
    product = PUBLIC["reduce_sum"](left * right, -1)
    return tensor(indices), alpha * product + beta * values, tensor(dense_shape)


def sparse_product(a: Any, b: Any) -> SparseTensor:
    """The matrix product of two sparse matrices (or of each of two batches of them), sparse."""
    left, right = places(a), places(b)
    shape_a, shape_b = dense_shape(a), dense_shape(b)
    if len(shape_a) < 2 or shape_a[:-2] != shape_b[:-2] or shape_a[-1] != shape_b[-2]:
        raise invalid(f"Cannot multiply sparse matrices of shapes {shape_a} and {shape_b}")
    lead, inner, columns = shape_a[:-2], shape_a[-1], shape_b[-1]
    # A pair of elements meets where batch and inner index agree.
    wanted = numbers(left[:, :-2], lead) * inner + left[:, -1]
    offered = numbers(right[:, :-2], lead) * inner + right[:, -2]
    order = np.argsort(offered, kind="stable")
    begins = np.searchsorted(offered[order], wanted)
    counts = np.searchsorted(offered[order], wanted, side="right") - begins
    first = np.repeat(np.arange(len(left)), counts)
    within = np.arange(len(first)) - np.repeat(np.cumsum(counts) - counts, counts)
    second = order[np.repeat(begins, counts) + within]
    terms = pick(a.values, first) * pick(b.values, second)
    keys = numbers(left[first, :-1], shape_a[:-1]) * columns + right[second, -1]
    found, group = np.unique(keys, return_inverse=True)
    values = PUBLIC["math.unsorted_segment_sum"](terms, group.reshape(-1), len(found))
    shape = (*shape_a[:-1], columns)
    where = np.stack(np.unravel_index(found, shape), -1) if len(found) else left[:0]
    return SparseTensor(where.astype(np.int64), values, shape)


@export("__internal__.sparse_csr.sparse_tensor_to_csr_sparse_matrix")
def to_matrix(indices: Any, values: Any, dense_shape: Any, name: str | None = None) -> SparseTensor:
    """What multiplies with :func:`matrix_product`: the sparse tensor itself."""
    return SparseTensor(indices, values, dense_shape)


@export("__internal__.sparse_csr.sparse_matrix_sparse_mat_mul")
def matrix_product(a: Any, b: Any, type: Any, name: str | None = None) -> SparseTensor:
    """The product of two sparse matrices, as Keras asks for it."""
    return sparse_product(a, b)


@export("__internal__.sparse_csr.csr_sparse_matrix_to_sparse_tensor")
def from_matrix(sparse_matrix: Any, type: Any, name: str | None = None) -> SparseTensor:
    """The product as a sparse tensor: itself."""
    return sparse_matrix
