"""Operations on values that are not known while a function is traced, composed of others.

Where values are known, the functions that call these compute at once what sizes they need.
"""

from __future__ import annotations

from typing import Any

from tensortape.core.registry import PUBLIC
from tensortape.core.tensor import EagerTensor, Tensor


def call(name: str, *args: Any, **options: Any) -> Any:
    """A public function by its name."""
    return PUBLIC[name](*args, **options)


def unknown(*values: Any) -> bool:
    """Whether one of these is a tensor without a value, or a list with one."""
    return any(
        unknown(*v)
        if isinstance(v, (list, tuple))
        else isinstance(v, Tensor) and type(v) is not EagerTensor
        for v in values
    )


def need(holds: Any, *told: Any) -> None:
    """Raise ``InvalidArgumentError`` when the graph runs, unless all of ``holds`` is true."""
    call("debugging.Assert", call("reduce_all", holds), list(told))


def longest_mask(lengths: Any) -> Any:
    """``tf.sequence_mask`` as wide as the longest."""
    most = call("maximum", call("reduce_max", lengths), call("zeros", [], lengths.dtype))
    return call("range", most) < call("expand_dims", lengths, -1)


def partitions(flat: Any, ids: Any, count: int) -> list[Any]:
    """``tf.dynamic_partition`` of rows."""
    ids = call("reshape", ids, [-1])
    need((ids >= 0) & (ids < count), f"partitions must be in [0, {count}), are", ids)
    return [
        call("gather", flat, call("reshape", call("where", call("equal", ids, i)), [-1]))
        for i in range(count)
    ]


def confusion(labels: Any, predictions: Any, classes: Any, weights: Any, dtype: Any) -> Any:
    """``tf.math.confusion_matrix``."""
    rows, columns = (call("cast", t, "int64") for t in (labels, predictions))
    if columns.ndim == rows.ndim + 1:
        columns = call("squeeze", columns, [-1])
    elif rows.ndim == columns.ndim + 1:
        rows = call("squeeze", rows, [-1])
    if classes is None:
        most = call("maximum", call("reduce_max", rows), call("reduce_max", columns))
        classes = most + 1
    classes = call("cast", classes, "int64")
    for what, t in (("labels", rows), ("predictions", columns)):
        need(t >= 0, f"`{what}` contains negative values: ", t)
        need(t < classes, f"`{what}` out of bound", t, classes)
    if weights is None:
        weights = call("ones_like", rows)
    where = call("stack", [rows, columns], -1)
    return call("scatter_nd", where, call("cast", weights, dtype), [classes, classes])


def inverse(permutation: Any) -> Any:
    """``tf.math.invert_permutation``."""
    size = call("size", permutation)
    numbers = call("range", size)
    plain = call("cast", permutation, "int32")
    need(call("equal", call("sort", plain), numbers), "no permutation: ", permutation)
    found = call("scatter_nd", call("expand_dims", plain, 1), numbers, [size])
    return call("cast", found, permutation.dtype)


def unravelled(indices: Any, dims: Any) -> Any:
    """``tf.unravel_index``."""
    dims = call("cast", call("convert_to_tensor", dims), indices.dtype)
    need(
        (indices >= 0) & (indices < call("reduce_prod", dims)),
        "index is out of bound as with dims", dims, indices,
    )  # fmt: skip
    strides = call("math.cumprod", dims, exclusive=True, reverse=True)
    shape = [-1, *[1] * indices.ndim]
    columns = call("expand_dims", indices, 0) // call("reshape", strides, shape)
    return columns % call("reshape", dims, shape)


def repeated(x: Any, counts: Any, axis: int) -> Any:
    """``tf.repeat`` of each slice as often as ``counts``, a vector, tells."""
    ends = call("cumsum", counts)
    numbers = call("range", call("reduce_sum", counts))
    return call("gather", x, call("searchsorted", ends, numbers, side="right"), axis=axis)


def pieces(x: Any, sizes: list[Any], axis: int) -> list[Any]:
    """``tf.split`` by a list of sizes."""
    whole = call("shape", x)
    if any(type(n) is int and n == -1 for n in sizes):
        known = [n for n in sizes if not (type(n) is int and n == -1)]
        rest = whole[axis] - call("add_n", [call("cast", n, "int32") for n in known])
        sizes = [rest if type(n) is int and n == -1 else n for n in sizes]
    lengths = call("cast", call("stack", sizes), "int32")
    need(
        call("equal", call("reduce_sum", lengths), whole[axis]) & (lengths >= 0),
        "Determined shape must match input shape along split_dim", lengths, whole,
    )  # fmt: skip
    starts = call("cumsum", lengths, exclusive=True)
    lead = (slice(None),) * axis
    places = [(*lead, slice(starts[i], starts[i] + lengths[i])) for i in range(len(sizes))]
    return [x[place] for place in places]


def largest(x: Any, count: Any) -> tuple[Any, Any]:
    """``tf.math.top_k`` of an unknown count: all in order, of which it takes the first."""
    need(count <= call("shape", x)[-1], "input must have at least k columns, k is", count)
    order = call("argsort", x, direction="DESCENDING", stable=True)[..., :count]
    return call("gather", x, order, axis=-1, batch_dims=x.ndim - 1), order


def safe_lookup(
    weights: Any, ids: Any, sparse_weights: Any, combiner: str, default: Any, max_norm: Any
) -> Any:
    """``tf.nn.safe_embedding_lookup_sparse``."""
    shape = call("cast", ids.dense_shape, "int64")
    rank = ids.shape.rank
    if rank > 2:
        flat = call("stack", [call("reduce_prod", shape[:-1]), shape[-1]])
        ids = call("sparse.reshape", ids, flat)
        if sparse_weights is not None:
            sparse_weights = call("sparse.reshape", sparse_weights, flat)
    good = ids.values >= 0
    if sparse_weights is not None and combiner != "sum":
        good = good & (sparse_weights.values > 0)
    ids, empty = call("sparse.fill_empty_rows", call("sparse.retain", ids, good), default or 0)
    if sparse_weights is not None:
        kept = call("sparse.retain", sparse_weights, good)
        sparse_weights, _ = call("sparse.fill_empty_rows", kept, 1.0)
    found = call(
        "nn.embedding_lookup_sparse", weights, ids, sparse_weights,
        combiner=combiner, max_norm=max_norm,
    )  # fmt: skip
    if default is None:
        hollow = call("reshape", empty, [-1, *[1] * (found.ndim - 1)])
        found = call("where", hollow, call("zeros_like", found), found)
    if rank == 2:
        return found
    lead = call("cast", shape[:-1], "int32")
    return call("reshape", found, call("concat", [lead, call("shape", found)[1:]], 0))
