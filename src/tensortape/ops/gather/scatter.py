"""Writing at index tuples: ``tf.scatter_nd`` and ``tf.tensor_scatter_nd_*``."""

from __future__ import annotations

from typing import Any

from tensortape.core.dispatch import execute, in_graph
from tensortape.core.op import Op, op
from tensortape.core.operators import like
from tensortape.core.public import tensor
from tensortape.core.registry import export
from tensortape.ops.gather.gather import index_tensor, scatter_nd_op
from tensortape.ops.layout.attributes import fits, invalid, shape_ints

UNIQUE: list[Any] = [(((4, 2), [[0], [2]], (2, 2)), {})]
REPEATED: list[Any] = [
    (((4, 2), [[0], [2], [0]], (3, 2)), {}),
    (((2, 2), [[0, 1], [1, 1]], (2,)), {}),
]


@op(
    "TensorScatterUpdate",
    primitive="scatter_update",
    saves=(1,),
    native_dtypes=True,
    samples=UNIQUE,
)
def scatter_update(xp, tensor, indices, updates):
    """A tensor with slices put at index tuples."""
    return xp.scatter_update(tensor, indices, updates)


@scatter_update.vjp
def _(xp, g, y, x, indices, updates):
    return xp.scatter_update(g, indices, xp.zeros_like(updates)), None, xp.gather_nd(g, indices)


@scatter_update.jvp
def _(xp, tangents, y, x, indices, updates):
    t, _, u = tangents
    t = xp.zeros_like(x) if t is None else t
    return xp.scatter_update(t, indices, xp.zeros_like(updates) if u is None else u)


@op("TensorScatterAdd", saves=(1,), samples=REPEATED)
def scatter_add(xp, tensor, indices, updates):
    """A tensor with slices added at index tuples."""
    return tensor + xp.scatter_nd(indices, updates, tuple(tensor.shape))


@scatter_add.vjp
def _(xp, g, y, x, indices, updates):
    return g, None, xp.gather_nd(g, indices)


@op("TensorScatterSub", saves=(1,), samples=REPEATED)
def scatter_sub(xp, tensor, indices, updates):
    """A tensor with slices subtracted at index tuples."""
    return tensor - xp.scatter_nd(indices, updates, tuple(tensor.shape))


@scatter_sub.vjp
def _(xp, g, y, x, indices, updates):
    return g, None, -xp.gather_nd(g, indices)


@op("TensorScatterMax", primitive="scatter_max", samples=REPEATED)
def scatter_max(xp, tensor, indices, updates):
    """A tensor with the larger of old and new at index tuples."""
    return xp.scatter_max(tensor, indices, updates)


@op("TensorScatterMin", primitive="scatter_min", samples=REPEATED)
def scatter_min(xp, tensor, indices, updates):
    """A tensor with the smaller of old and new at index tuples."""
    return xp.scatter_min(tensor, indices, updates)


def shared(xp: Any, g: Any, y: Any, x: Any, indices: Any, updates: Any) -> Any:
    """Equal parts of the cotangent for all that tie at a place."""
    old = xp.astype(xp.equal(x, y), g.dtype)
    new = xp.astype(xp.equal(updates, xp.gather_nd(y, indices)), g.dtype)
    part = g / (old + xp.scatter_nd(indices, new, tuple(x.shape)))
    return part * old, None, xp.gather_nd(part, indices) * new


scatter_max.vjp(shared)
scatter_min.vjp(shared)


def _check(x_shape: Any, indices: Any, updates: Any, op_type: str) -> None:
    shape = tuple([None if getattr(n, "data", False) is True else n for n in x_shape])
    lead = tuple(indices._a.shape)
    if not lead:
        raise invalid(f"Indices shape must have rank at least one. [Op:{op_type}]")
    depth = lead[-1]
    expected = lead[:-1] + shape[depth:]
    if depth > len(shape) or not fits(updates._a.shape, expected):
        raise invalid(
            f"Dimensions [0,{len(lead) - 1}) of indices[shape={list(lead)}] and updates "
            f"[shape={list(updates.shape)}] do not fit [shape={list(shape)}]: expected updates of "
            "shape "
            f"{list(expected)} [Op:{op_type}]"
        )
    given = any(not {0, None} & set(sizes) for sizes in (lead, updates._a.shape))
    if 0 in shape and given:
        raise in_graph(invalid(f"Indices and updates specified for empty input [Op:{op_type}]"))


def _tensor_scatter(op: Op, x: Any, indices: Any, updates: Any) -> Any:
    x = tensor(x)
    at, new = index_tensor(indices, op.type), like(updates, x)
    if new.dtype is not x.dtype:
        raise invalid(
            f"cannot compute {op.type} as input #2(zero-based) was expected to be a "
            f"{x.dtype.name} tensor but is a {new.dtype.name} tensor [Op:{op.type}]"
        )
    _check(x._a.shape, at, new, op.type)
    return execute(op, (x, at, new))


@export("tensor_scatter_nd_update")
def tensor_scatter_nd_update(
    tensor: Any, indices: Any, updates: Any, name: str | None = None, bad_indices_policy: str = ""
) -> Any:
    """``tensor`` with ``updates`` put at the index tuples ``indices``.

    >>> import tensortape as tf
    >>> tf.tensor_scatter_nd_update([1, 2, 3], [[1]], [9]).numpy()
    array([1, 9, 3], dtype=int32)

    Raises ``tf.errors.InvalidArgumentError`` for indices out of range or shapes that do not fit.
    Source: ``tf.tensor_scatter_nd_update``.
    """
    return _tensor_scatter(scatter_update, tensor, indices, updates)


@export("tensor_scatter_nd_add")
def tensor_scatter_nd_add(
    tensor: Any, indices: Any, updates: Any, name: str | None = None, bad_indices_policy: str = ""
) -> Any:
    """``tensor`` with ``updates`` added at the index tuples ``indices``.

    >>> import tensortape as tf
    >>> tf.tensor_scatter_nd_add([1, 2, 3], [[1], [1]], [9, 1]).numpy()
    array([ 1, 12,  3], dtype=int32)

    Raises as ``tf.tensor_scatter_nd_update``. Source: ``tf.tensor_scatter_nd_add``.
    """
    return _tensor_scatter(scatter_add, tensor, indices, updates)


@export("tensor_scatter_nd_sub")
def tensor_scatter_nd_sub(
    tensor: Any, indices: Any, updates: Any, name: str | None = None, bad_indices_policy: str = ""
) -> Any:
    """``tensor`` with ``updates`` subtracted at ``indices``.

    Source: ``tf.tensor_scatter_nd_sub``.
    """
    return _tensor_scatter(scatter_sub, tensor, indices, updates)


@export("tensor_scatter_nd_max")
def tensor_scatter_nd_max(
    tensor: Any, indices: Any, updates: Any, name: str | None = None, bad_indices_policy: str = ""
) -> Any:
    """``tensor`` with the larger of it and ``updates`` at ``indices``.

    Source: ``tf.tensor_scatter_nd_max``.
    """
    return _tensor_scatter(scatter_max, tensor, indices, updates)


@export("tensor_scatter_nd_min")
def tensor_scatter_nd_min(
    tensor: Any, indices: Any, updates: Any, name: str | None = None, bad_indices_policy: str = ""
) -> Any:
    """``tensor`` with the smaller of it and ``updates`` at ``indices``.

    Source: ``tf.tensor_scatter_nd_min``.
    """
    return _tensor_scatter(scatter_min, tensor, indices, updates)


@export("scatter_nd")
def scatter_nd(
    indices: Any, updates: Any, shape: Any, name: str | None = None, bad_indices_policy: str = ""
) -> Any:
    """Zeros of ``shape`` with ``updates`` added at the index tuples ``indices``.

    >>> import tensortape as tf
    >>> tf.scatter_nd([[1], [3]], [9, 8], [4]).numpy()
    array([0, 9, 0, 8], dtype=int32)

    Raises ``tf.errors.InvalidArgumentError`` for indices out of range or shapes that do not fit.
    Source: ``tf.scatter_nd``.
    """
    at, new, target = index_tensor(indices, "ScatterNd"), tensor(updates), shape_ints(shape)
    _check(target, at, new, "ScatterNd")
    return execute(scatter_nd_op, (at, new), {"shape": target})
