"""Eigenvalues, singular values and orthogonal factors: the public functions."""

from __future__ import annotations

from typing import Any, NamedTuple

from tensortape.core.dispatch import execute
from tensortape.core.public import tensor
from tensortape.core.registry import PUBLIC, export
from tensortape.ops.linalg.decomposition_ops import (
    eig_op,
    eigh_op,
    eigvals_op,
    eigvalsh_op,
    qr_op,
    singular_values,
    svd_op,
)


@export("linalg.eigh")
def eigh(tensor: Any, name: str | None = None) -> tuple[Any, Any]:
    """Ascending eigenvalues and eigenvectors (columns) of self-adjoint matrices.

    Only the lower triangle is read, and the gradient is zero above it. Eigenvectors are determined
    up to sign (phase) only: gradients of what depends on that mean nothing.

    >>> import tensortape as tf
    >>> values, vectors = tf.linalg.eigh([[2.0, 0.0], [0.0, 1.0]])
    >>> values.numpy().tolist()
    [1.0, 2.0]

    Raises ``tf.errors.InvalidArgumentError`` for matrices that are not square.
    Source: ``tf.linalg.eigh``.
    """
    return execute(eigh_op, (_tensor(tensor),))


_tensor = tensor


@export("linalg.eigvalsh")
def eigvalsh(tensor: Any, name: str | None = None) -> Any:
    """Ascending eigenvalues of self-adjoint matrices, of which the lower triangle is read.

    >>> import tensortape as tf
    >>> tf.linalg.eigvalsh([[2.0, 0.0], [0.0, 1.0]]).numpy().tolist()
    [1.0, 2.0]

    Raises ``tf.errors.InvalidArgumentError`` for matrices that are not square.
    Source: ``tf.linalg.eigvalsh``.
    """
    return execute(eigvalsh_op, (_tensor(tensor),))


@export("linalg.eig", "eig")
def eig(tensor: Any, name: str | None = None) -> tuple[Any, Any]:
    """Complex eigenvalues and right eigenvectors (columns) of square matrices.

    >>> import tensortape as tf
    >>> values, _ = tf.linalg.eig(tf.constant([[2.0, 0.0], [0.0, 1.0]]))
    >>> values.numpy().real.tolist()
    [2.0, 1.0]

    Raises ``tf.errors.InvalidArgumentError`` for matrices that are not square.
    Source: ``tf.linalg.eig``.
    """
    return execute(eig_op, (_tensor(tensor),))


@export("linalg.eigvals", "eigvals")
def eigvals(tensor: Any, name: str | None = None) -> Any:
    """Complex eigenvalues of square matrices.

    >>> import tensortape as tf
    >>> tf.linalg.eigvals(tf.constant([[2.0, 0.0], [0.0, 1.0]])).numpy().real.tolist()
    [2.0, 1.0]

    Raises ``tf.errors.InvalidArgumentError`` for matrices that are not square.
    Source: ``tf.linalg.eigvals``.
    """
    return execute(eigvals_op, (_tensor(tensor),))


@export("linalg.svd")
def svd(
    tensor: Any, full_matrices: bool = False, compute_uv: bool = True, name: str | None = None
) -> Any:
    """Singular values (descending), left and right singular vectors (columns) of matrices.

    ``tensor == u @ diag(s) @ adjoint(v)``. Without ``compute_uv`` only the values. Vectors are
    determined up to sign (phase) only: gradients of what depends on that mean nothing.

    >>> import tensortape as tf
    >>> tf.linalg.svd([[0.0, 2.0], [1.0, 0.0]], compute_uv=False).numpy().tolist()
    [2.0, 1.0]

    Raises ``tf.errors.InvalidArgumentError`` for fewer than two axes. Source: ``tf.linalg.svd``.
    """
    x = _tensor(tensor)
    if not compute_uv:
        return PUBLIC["math.real"](execute(singular_values, (x,)))
    s, u, v = execute(svd_op, (x,), {"full_matrices": bool(full_matrices)})
    return PUBLIC["math.real"](s), u, v


class Qr(NamedTuple):
    """What ``tf.linalg.qr`` returns."""

    q: Any
    r: Any


@export("linalg.qr")
def qr(input: Any, full_matrices: bool = False, name: str | None = None) -> Any:
    """Orthogonal (unitary) ``q`` and upper triangular ``r`` with ``q @ r == input``: a named tuple.

    >>> import tensortape as tf
    >>> q, r = tf.linalg.qr([[0.0, 2.0], [1.0, 0.0]])
    >>> abs(r.numpy()).tolist()
    [[1.0, 0.0], [0.0, 2.0]]

    ``full_matrices``: ``q`` square, also for more rows than columns. Raises
    ``tf.errors.InvalidArgumentError`` for fewer than two axes. Source: ``tf.linalg.qr``.
    """
    return Qr(*execute(qr_op, (tensor(input),), {"full_matrices": bool(full_matrices)}))
