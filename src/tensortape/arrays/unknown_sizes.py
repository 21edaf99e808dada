"""Abstract results of operations whose shape depends on data.

A rule gives the witnesses of the result, in which a dimension that data decides has the sizes of an
unknown one, or ``None`` where shapes decide after all.
"""

from __future__ import annotations

import contextlib
import itertools
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from tensortape.arrays.abstract import OTHERWISE, UNKNOWN_SIZES, Abstract, pick
from tensortape.arrays.out_of_range import by_shapes
from tensortape.arrays.varying import FILLERS, Varying, varies
from tensortape.core.shapes import TensorShape
from tensortape.core.untraceable import Untraceable


def is_data(value: Any) -> bool:
    """Whether a value is abstract and not computed from shapes."""
    return isinstance(value, Abstract) and not value.derived


def filled(shape: Any, dtype: Any, k: int) -> Any:
    """A witness of a shape with ``None`` for what is unknown."""
    zero = np.full((), b"", object) if np.dtype(dtype).kind == "O" else np.zeros((), dtype)
    return np.broadcast_to(zero, tuple(FILLERS[k] if n is None else n for n in shape))


def _range(values: Any, attrs: Any, data: bool) -> Any:
    if not any(is_data(v) for v in values):
        return None
    return [filled((None,), values[0].dtype, k) for k in range(2)]


def _where(values: Any, attrs: Any, data: bool) -> Any:
    if not is_data(values[0]):
        return None
    return [filled((None, values[0].ndim), np.int64, k) for k in range(2)]


def _reshape(values: Any, attrs: Any, data: bool) -> Any:
    x, shape = values[0], attrs["shape"]
    if not data and (not isinstance(x, Abstract) or x.derived):
        return None
    if not data and not varies(shape) and (x.static or -1 not in shape):
        return None
    if not data and all(_fits(pick(x, k).size, pick(tuple(shape), k)) for k in range(2)):
        return None
    shape = [None if n == -1 or getattr(n, "data", False) else n for n in shape]
    return [filled([pick(n, k) for n in shape], values[0].dtype, k) for k in range(2)]


def _fits(size: int, shape: Any) -> bool:
    """Whether so many elements can have this shape, with -1 for one size."""
    rest = math.prod(n for n in shape if n != -1)
    return bool(rest) and size % rest == 0 if -1 in shape else size == rest


_SHAPED = frozenset({"BroadcastTo", "StridedSliceGrad", "SumTo"})
"""Operations with an attribute for the shape of the result."""


def _as_asked(values: Any, attrs: Any) -> Any:
    """The shape is an attribute; what goes into it has sizes that are not known."""
    sized = [v for v in values if isinstance(v, Abstract) and not v.derived]
    if not sized or not (varies(attrs["shape"]) or not all(v.static for v in sized)):
        return None
    shape = [None if getattr(n, "data", False) else n for n in attrs["shape"]]
    return [filled([pick(n, k) for n in shape], values[0].dtype, k) for k in range(2)]


def _split(values: Any, attrs: Any, data: bool) -> Any:
    """Equal pieces of an axis whose size is not known."""
    x, axis, pieces = values[0], attrs["axis"], attrs["sizes"]
    if type(pieces) is not int or x.derived or x.shape[axis] is not None:
        return None
    shapes = [[None if i == axis else n for i, n in enumerate(w.shape)] for w in x.witnesses]
    return [(filled(shape, x.dtype, k),) * pieces for k, shape in enumerate(shapes)]


def _pad(values: Any, attrs: Any, data: bool) -> Any:
    """As much is added as is lacking: less than nothing, of a stand-in."""
    x, widths = values[0], attrs["widths"]
    if data or not isinstance(x, Abstract) or x.derived or not varies(widths):
        return None
    rows = [pick(tuple(widths), k) for k in range(2)]
    if all(n >= 0 for row in rows for pair in row for n in pair):
        return None
    shapes = [
        [n + sum(pair) for n, pair in zip(np.shape(pick(x, k)), row, strict=True)]
        for k, row in enumerate(rows)
    ]
    return [
        filled([n if n >= 0 else None for n in shape], x.dtype, k) for k, shape in enumerate(shapes)
    ]


def _strided_slice(values: Any, attrs: Any, data: bool) -> Any:
    """Slices with bounds that are data, or of axes whose size is not known."""
    x, index = values[0], attrs["index"]
    if not data and (not isinstance(x, Abstract) or x.derived or None not in x.shape):
        return None
    plain = tuple(_without_data(item) for item in index)
    results = [_shape_of_part(np.shape(pick(x, k)), pick(plain, k)) for k in range(2)]
    axes = _sliced_axes(index, np.shape(x) if not isinstance(x, Abstract) else x.shape)
    return [
        filled([None if i in axes else n for i, n in enumerate(shape)], x.dtype, k)
        for k, shape in enumerate(results)
    ]


def _shape_of_part(shape: Any, index: Any) -> Any:
    """The shape that an index reads; bounds are checked when the values are there."""
    try:
        return np.empty(shape)[index].shape
    except IndexError:
        return np.empty([max(n, 1) for n in shape])[index].shape


def _without_data(item: Any) -> Any:
    if isinstance(item, slice) and _has_data(item):
        return slice(None)
    return 0 if isinstance(item, Varying) and item.data else item


def _has_data(item: slice) -> bool:
    return any(getattr(v, "data", False) for v in (item.start, item.stop, item.step))


def _sliced_axes(index: Any, shape: Any) -> set[int]:
    """Axes of the result whose size is decided by data or by sizes that are not known."""
    used = sum(1 for i in index if i is not None and i is not Ellipsis)
    axes, out, at = set(), 0, 0
    for item in index:
        if item is Ellipsis:
            out, at = out + len(shape) - used, at + len(shape) - used
            continue
        if isinstance(item, slice):
            partial = item != slice(None)
            if _has_data(item) or (partial and shape[at] is None):
                axes.add(out)
        out += item is None or isinstance(item, slice)
        at += item is not None
    return axes


def _diag(values: Any, attrs: Any, data: bool) -> Any:
    x = values[0]
    if not isinstance(x, Abstract) or x.static:
        return None
    return [filled([*x.shape, *x.shape], x.dtype, k) for k in range(2)]


def _squeeze(values: Any, attrs: Any, data: bool) -> Any:
    """Axes that are named have size one; which ones have it is decided by sizes."""
    x, axes = values[0], attrs.get("axis")
    if not isinstance(x, Abstract) or x.static:
        return None
    if not axes:
        raise Untraceable("tf.squeeze without axes, of a tensor with unknown sizes")
    axes = {a % x.ndim for a in ((axes,) if isinstance(axes, int) else axes)}
    shapes = [[n for i, n in enumerate(w.shape) if i not in axes] for w in x.witnesses]
    return [filled(shape, x.dtype, k) for k, shape in enumerate(shapes)]


def _scatter_nd(values: Any, attrs: Any, data: bool) -> Any:
    """Sizes that are data; the last ones are those of the updates."""
    if not data:
        return None
    indices, updates = [np.shape(v) if not isinstance(v, Abstract) else v.shape for v in values]
    shape = [None if getattr(n, "data", False) else n for n in attrs["shape"]]
    inner = updates[len(indices) - 1 :]
    tail = zip(shape[len(shape) - len(inner) :], inner, strict=True)
    shape[len(shape) - len(inner) :] = [b if a is None else a for a, b in tail]
    return [filled([pick(n, k) for n in shape], values[1].dtype, k) for k in range(2)]


def _unpack(values: Any, attrs: Any, data: bool) -> Any:
    x = values[0]
    if isinstance(x, Abstract) and x.ndim and x.shape[attrs["axis"]] is None:
        raise Untraceable(f"cannot infer how many tensors to unstack from shape {x.shape}")
    return None


def _ensure_shape(values: Any, attrs: Any, data: bool) -> Any:
    """What is known already, and what is made sure of when the graph runs."""
    x, wanted = values[0], TensorShape(attrs["shape"])
    if not isinstance(x, Abstract) or x.static or wanted.rank is None:
        return None
    shape = TensorShape(x.shape).merge_with(wanted).as_list()
    return [filled(shape, x.dtype, k) for k in range(2)]


def _each(function: Callable[..., Any], *sizes: Any) -> Any:
    """A size computed from others, unknown when one of them is."""
    return None if None in sizes else function(*sizes)


def _blocks(sizes: Any) -> Callable[..., Any]:
    """A rule for moving blocks, by ``sizes(shape, **attrs)``: blocks fit into unknown sizes."""

    def rule(values: Any, attrs: Any, data: bool) -> Any:
        x = values[0]
        if not isinstance(x, Abstract) or x.static:
            return None
        shape = sizes(x.shape, **attrs)
        return [filled(shape, x.dtype, k) for k in range(2)]

    return rule


def _space_to_batch(shape: Any, block: Any, paddings: Any) -> Any:
    batch, inner, rest = shape[0], shape[1 : 1 + len(block)], shape[1 + len(block) :]
    sizes = [
        _each(lambda n, b=b, p=p: (n + sum(p)) // b, n)
        for n, b, p in zip(inner, block, paddings, strict=True)
    ]
    return (_each(lambda n: n * math.prod(block), batch), *sizes, *rest)


def _batch_to_space(shape: Any, block: Any, crops: Any) -> Any:
    batch, inner, rest = shape[0], shape[1 : 1 + len(block)], shape[1 + len(block) :]
    sizes = [
        _each(lambda n, b=b, c=c: n * b - sum(c), n)
        for n, b, c in zip(inner, block, crops, strict=True)
    ]
    return (_each(lambda n: n // math.prod(block), batch), *sizes, *rest)


def _space_to_depth(shape: Any, block: int) -> Any:
    n, h, w, c = shape
    inner = [_each(lambda size: size // block, size) for size in (h, w)]
    return (n, *inner, _each(lambda size: size * block**2, c))


def _depth_to_space(shape: Any, block: int) -> Any:
    n, h, w, c = shape
    inner = [_each(lambda size: size * block, size) for size in (h, w)]
    return (n, *inner, _each(lambda size: size // block**2, c))


UNKNOWN_SIZES.update(
    {
        "BatchToSpaceND": _blocks(_batch_to_space),
        "DepthToSpace": _blocks(_depth_to_space),
        "SpaceToBatchND": _blocks(_space_to_batch),
        "SpaceToDepth": _blocks(_space_to_depth),
        "Diag": _diag,
        "EnsureShape": _ensure_shape,
        "PadV2": _pad,
        "SplitV": _split,
        "Squeeze": _squeeze,
        "Unpack": _unpack,
        "Range": _range,
        "ScatterNd": _scatter_nd,
        "Reshape": _reshape,
        "StridedSlice": _strided_slice,
        "Where": _where,
    }
)


_LARGE = 3_000_000


def otherwise(
    op: Any, values: Any, attrs: Any, needed: int, run: Callable[..., Any], refusal: Exception
) -> Any:
    """The results of an operation that refused the witnesses, from others of the same shapes.

    Where sizes are not known, they may also have to be those of other operands. Raises
    ``Untraceable`` if none will do, and ``refusal`` where all sizes are known.
    """
    shaped = by_shapes(op, values, attrs, needed, refusal)
    if shaped is not None:
        return shaped
    for guise in (*_GUISES, None):
        changed = [
            _disguised(v, _constant(i + 1, b"0") if guise is None else guise)
            for i, v in enumerate(values)
        ]
        with contextlib.suppress(Exception):
            return run(changed)
    if needed < 2:
        raise refusal
    if sum(w.size for v in values if isinstance(v, Abstract) for w in v.witnesses) > _LARGE:
        raise Untraceable(f"{op.type} cannot be traced with unknown sizes here: {refusal}")
    found: list[Any] = []
    for candidates in _resized(values, attrs):  # the fewer sizes are settled, the more general
        for changed in itertools.islice(candidates, 200):
            with contextlib.suppress(Exception):
                found.append((run(changed), changed))
        if found:
            break
    shapes = {str([[np.shape(a) for a in _flat(r)] for r in results]) for results, _ in found}
    if len(shapes) == 1:
        return run(found[0][1])
    asked = _as_asked(values, attrs) if op.type in _SHAPED else None
    if asked is not None:
        return asked
    raise Untraceable(f"{op.type} cannot be traced with unknown sizes here: {refusal}")


def _flat(result: Any) -> Any:
    return result if isinstance(result, (tuple, list)) else [result]


def _eye(w: Any) -> Any:
    """Identity matrices: invertible, positive definite, triangular."""
    if w.ndim < 2 or w.shape[-1] != w.shape[-2] or w.dtype.kind not in "fcV":
        return w
    return np.broadcast_to(np.eye(w.shape[-1]).astype(w.dtype), w.shape)


def _counting(w: Any) -> Any:
    """Integers in their order: a permutation, sorted, without repetitions."""
    if w.ndim < 1 or w.dtype.kind not in "iu":
        return w
    return np.broadcast_to(np.arange(w.shape[-1]).astype(w.dtype), w.shape)


def _constant(number: float, text: bytes) -> Callable[[Any], Any]:
    def guise(w: Any) -> Any:
        if w.dtype.kind in "fciuV":
            return np.broadcast_to(np.asarray(number).astype(w.dtype), w.shape)
        return np.broadcast_to(np.full((), text, object), w.shape) if w.dtype == object else w

    return guise


_GUISES = (_eye, _counting, _constant(1, b"0"), _constant(0, b"[]"), _constant(0.5, b"{}"))


def _disguised(value: Any, guise: Any) -> Any:
    """The same shapes with other elements; what is known stays."""
    if not isinstance(value, Abstract) or value.derived:
        return value
    return _witnesses([guise(w) for w in value.witnesses])


def _witnesses(arrays: Any) -> Abstract:
    """An abstract value of just these arrays."""
    fresh = Abstract(arrays[:1])
    fresh.witnesses = tuple(arrays)
    return fresh


def _resized(values: Any, attrs: Any) -> Iterator[Iterator[list[Any]]]:
    """The operands with one, then with two unknown sizes in place of others that occur."""
    sizes = _sizes(values)
    wanted = {n if isinstance(n, tuple) else (n, n) for s in sizes for n in s}
    wanted |= {(n, n) for n in _numbers(list(attrs.values())) if 0 < n < 4096}
    places = [
        (i, axis)
        for i, s in enumerate(sizes)
        for axis, n in enumerate(s)
        if isinstance(n, tuple) and not values[i].derived
    ]
    for count in (1, 2):
        yield (
            _with_sizes(values, dict(zip(chosen, pairs, strict=True)))
            for chosen in itertools.combinations(places, count)
            for pairs in itertools.product(sorted(wanted), repeat=count)
        )


def _sizes(values: Any) -> list[list[Any]]:
    """For each operand its sizes: known ones, and pairs for those that are not."""
    found = []
    for v in values:
        shapes = [w.shape for w in v.witnesses] if isinstance(v, Abstract) else [np.shape(v)]
        rows = zip(shapes[0], shapes[-1], strict=True)
        found.append([a if a == b else (a, b) for a, b in rows])
    return found


def _numbers(values: Any) -> list[int]:
    found: list[int] = []
    for v in values:
        if isinstance(v, (tuple, list)):
            found += _numbers(v)
        elif type(v) is int:
            found.append(v)
    return found


def _with_sizes(values: Any, sizes: dict[Any, Any]) -> list[Any]:
    """The operands with other sizes at some places."""
    changed = list(values)
    for i, v in enumerate(values):
        mine = {axis: pair for (j, axis), pair in sizes.items() if j == i}
        if not mine:
            continue
        arrays = []
        for k, w in enumerate(v.witnesses):
            shape = tuple(mine[a][k] if a in mine else n for a, n in enumerate(w.shape))
            one = w.reshape(-1)[0] if w.size else np.zeros((), w.dtype)
            arrays.append(np.broadcast_to(one, shape))
        changed[i] = _witnesses(arrays)
    return changed


OTHERWISE[:] = [otherwise]
