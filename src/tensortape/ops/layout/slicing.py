"""Reading parts of a tensor: ``t[...]``, ``tf.slice`` and ``tf.strided_slice``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from tensortape.arrays.varying import Varying, varies
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import execute, in_graph
from tensortape.core.op import op
from tensortape.core.operators import attach
from tensortape.core.public import tensor
from tensortape.core.registry import OPS, PUBLIC, export
from tensortape.core.state import state
from tensortape.core.tensor import EagerTensor, Tensor
from tensortape.core.variable import Variable
from tensortape.ops.layout.attributes import ints, invalid, is_tensor, linear, one_int


@op(
    "StridedSlice",
    primitive="getitem",
    saves=(),
    native_dtypes=True,
    samples=[
        (((3, 4),), {"index": (slice(None), 1)}),
        (((3, 4),), {"index": (slice(None, None, -2), None)}),
    ],
)
def getitem_op(xp, input, *, index):
    """Basic indexing by a tuple of ints, slices, ``None`` and ``...``."""
    return xp.getitem(input, index)


@getitem_op.vjp
def _(xp, g, y, x, *, index):
    return xp.setitem_zeros(g, index, tuple(x.shape))


@op(
    "StridedSliceGrad",
    primitive="setitem_zeros",
    saves=(),
    native_dtypes=True,
    samples=[(((3,),), {"index": (slice(None), 1), "shape": (3, 2)})],
)
def setitem_zeros(xp, dy, *, index, shape):
    """Zeros with a tensor put where an index reads."""
    return xp.setitem_zeros(dy, index, shape)


@setitem_zeros.vjp
def _(xp, g, y, dy, *, index, shape):
    return xp.getitem(g, index)


linear(getitem_op)
linear(setitem_zeros)


def _bound(value: Any) -> Any:
    return value if value is None or type(value) is int else one_int(value)


def _refuse(item: Any) -> Exception:
    if isinstance(item, list):
        return invalid(
            f"Index out of range: a list is no index, got {item!r:.200}. Use tf.gather(t, "
            "indices).",
        )
    return TypeError(
        "Only integers, slices (`:`), ellipsis (`...`), tf.newaxis (`None`) and scalar "
        f"tf.int32/tf.int64 tensors are valid indices, got {item!r:.200}. Use tf.gather, "
        "tf.gather_nd or "
        "tf.boolean_mask for lists, arrays and masks."
    )


def _item(item: Any) -> Any:
    """One part of an index as an int, slice, ``None`` or ``...``."""
    kind = type(item)
    if kind is int or item is None or item is Ellipsis:
        return item
    if kind is slice:
        if item.step is not None and _bound(item.step) == 0:
            raise invalid("strides[0] must be non-zero [Op:StridedSlice]")
        return slice(_bound(item.start), _bound(item.stop), _bound(item.step))
    if is_tensor(item):
        if item.dtype.kind not in "iu" or item._a.ndim:
            raise _refuse(item)
        return one_int(item)
    if isinstance(item, (bool, np.bool_, float, str, list)):
        raise _refuse(item)
    if isinstance(item, np.ndarray) and (item.ndim or item.dtype.kind not in "iu"):
        raise _refuse(item)
    try:
        return one_int(item)
    except TypeError:
        raise _refuse(item) from None


def canonical(key: Any) -> tuple[Any, ...]:
    """An index expression as a tuple that arrays understand."""
    if type(key) is tuple:
        return tuple([_item(item) for item in key])
    return (_item(key),)


def check_index(index: tuple[Any, ...], shape: Any) -> None:
    """Refuse too many indices and ints out of range, in TensorFlow's words."""
    used = sum(1 for i in index if i is not None and i is not Ellipsis)
    if index.count(Ellipsis) > 1:
        raise invalid(
            "Multiple ellipses in slice spec not allowed [Op:StridedSlice] name: strided_slice/",
        )
    if used > len(shape):
        raise invalid(
            f"Index out of range using input dim {len(shape)}; input has only {len(shape)} "
            "dims [Op:StridedSlice] name: strided_slice/"
        )
    axis = 0
    for item in index:
        if item is Ellipsis:
            axis += len(shape) - used
            continue
        if type(item) is int and shape[axis] is not None and not -shape[axis] <= item < shape[axis]:
            at = item if item >= 0 else item + shape[axis]
            raise in_graph(
                invalid(
                    f"slice index {at} of dimension {axis} out of bounds. [Op:StridedSlice] "
                    "name: strided_slice/"
                )
            )
        if item is not None:
            axis += 1


def symbolic_ints(key: Any) -> bool:
    """Whether some plain index is a tensor without a value (while a function is traced)."""
    items = key if type(key) is tuple else (key,)
    return any(isinstance(i, Tensor) and not isinstance(i, EagerTensor) for i in items)


def take_dynamic(x: Any, key: Any) -> Any:
    """Index with scalar tensors whose value is not known yet: gathers along their axes."""
    items = list(key) if type(key) is tuple else [key]
    for at, item in enumerate(items):
        if isinstance(item, Tensor) and not isinstance(item, EagerTensor):
            if item.dtype.kind not in "iu" or Ellipsis in items[:at] or item._a.ndim:
                raise _refuse(item)
            axis = sum(1 for other in items[:at] if other is not None)
            n = x.shape[axis]
            index = item if n is None else _wrapped(item, n)
            x = execute(OPS["GatherV2"], (x, index), {"axis": axis, "batch_dims": 0})
            x = execute(OPS["ExpandDims"], (x,), {"axis": axis})
            items[at] = 0
    return getitem(x, tuple(items))


def _wrapped(index: Any, n: int) -> Any:
    """A negative index counts from the end; one that is out of bounds stays so."""
    return execute(OPS["SelectV2"], (index < 0, index + n, index))


def getitem(x: Any, key: Any) -> Any:
    """``x[key]`` for a tensor."""
    if type(key) is int and type(x) is EagerTensor:
        shape = x._a.shape
        if shape and -shape[0] <= key < shape[0]:
            return execute(getitem_op, (x,), {"index": (key,)})
    if is_mask(key):
        return BOOLEAN_MASK[0](x, key)
    if state.graph is not None and symbolic_ints(key):
        return take_dynamic(x, key)
    index = canonical(key)
    check_index(index, x._a.shape)
    return execute(getitem_op, (x,), {"index": index})


def is_mask(key: Any) -> bool:
    """Whether an index is a boolean mask."""
    if type(key) in (int, tuple, slice):
        return False
    return isinstance(key, bool) or getattr(key, "dtype", None) == np.bool_


BOOLEAN_MASK: list[Any] = []
"""``tf.boolean_mask``, which ``t[mask]`` means; set by the module that defines it."""


def iterate(self: Any) -> Iterator[Any]:
    """The slices along the first axis."""
    if self._a.ndim == 0:
        raise TypeError("Cannot iterate over a scalar tensor.")
    return iter(execute(OPS["Unpack"], (self,), {"axis": 0}))


attach("__getitem__", getitem)
attach("__iter__", iterate)


def with_part(variable: Any, key: Any, value: Any) -> Any:
    """The value of a variable with a part replaced, while a function is traced."""
    whole, index = variable._read(), canonical(key)
    shape = tuple(whole._a.shape)
    if not all(map(_known, index)):
        return _with_places(whole, key, shape, value, variable.dtype)
    inside = np.zeros(shape, bool)
    inside[index] = True
    part = tensor(value) if is_tensor(value) else convert_to_tensor(value, dtype=variable.dtype)
    part = execute(OPS["BroadcastTo"], (part,), {"shape": np.empty(shape)[index].shape})
    spread = execute(setitem_zeros, (part,), {"index": index, "shape": shape})
    return execute(OPS["SelectV2"], (EagerTensor(inside), spread, whole))


def _known(item: Any) -> bool:
    """Whether a part of an index is known while a function is traced."""
    if isinstance(item, slice):
        return all(map(_known, (item.start, item.stop, item.step)))
    return not isinstance(item, (Varying, Tensor)) or isinstance(item, EagerTensor)


def _with_places(whole: Any, key: Any, shape: Any, value: Any, dtype: Any) -> Any:
    """As :func:`with_part`, for an index that is data: the places it means are written."""
    reshape = PUBLIC["reshape"]
    numbers = np.arange(np.prod(shape, dtype=int), dtype=np.int32).reshape(shape)
    places = getitem(EagerTensor(numbers), key)
    part = tensor(value) if is_tensor(value) else convert_to_tensor(value, dtype=dtype)
    part = PUBLIC["broadcast_to"](part, PUBLIC["shape"](places))
    flat = PUBLIC["tensor_scatter_nd_update"](
        reshape(whole, [-1]), reshape(places, [-1, 1]), reshape(part, [-1])
    )
    return reshape(flat, shape)


def variable_getitem(self: Any, key: Any) -> Any:
    """A part of a variable; ``v[...].assign(x)`` writes it back."""
    out = getitem(self._read(), key)
    if is_mask(key):
        return out

    def assign(
        value: Any, use_locking: bool = False, name: Any = None, read_value: bool = True
    ) -> Any:
        if state.graph is not None:
            return state.graph.assign(self, with_part(self, key, value), "assign")
        index = canonical(key)
        array = np.array(self._t._a)
        array[index] = tensor(value)._a if is_tensor(value) else np.asarray(value, array.dtype)
        self._replace(array if array.ndim else array[()])
        return self if read_value else None

    out.assign = assign
    return out


setattr(Variable, "__getitem__", variable_getitem)  # noqa: B010


@export("slice")
def slice_(input_: Any, begin: Any, size: Any, name: str | None = None) -> Any:
    """The part of ``input_`` that starts at ``begin`` and has the shape ``size`` (-1: to the end).

    >>> import tensortape as tf
    >>> tf.slice([1, 2, 3, 4], [1], [2]).numpy()
    array([2, 3], dtype=int32)

    Raises ``tf.errors.InvalidArgumentError`` when it does not lie within. Source: ``tf.slice``.
    """
    x = tensor(input_)
    starts, sizes, shape = ints(begin), ints(size), x._a.shape
    if not len(starts) == len(sizes) == len(shape):
        raise invalid(
            f"Expected begin and size arguments to be 1-D tensors of size {len(shape)}, but got "
            f"shapes [{len(starts)}] and [{len(sizes)}] instead. [Op:Slice]"
        )
    if None in shape or varies((*starts, *sizes)):
        return _open_slice(x, starts, sizes)
    index = []
    for i, (b, s, n) in enumerate(zip(starts, sizes, shape, strict=True)):
        end = n if s == -1 else b + s
        if not 0 <= b <= n or end < b:
            raise invalid(f"Expected begin[{i}] in [0, {n}], but got {b} [Op:Slice]")
        if end > n:
            raise invalid(f"Expected size[{i}] in [0, {n - b}], but got {s} [Op:Slice]")
        index.append(slice(b, end))
    return execute(getitem_op, (x,), {"index": tuple(index)})


def _open_slice(x: Any, starts: Any, sizes: Any) -> Any:
    """As :func:`slice_`, of what is not known yet; sizes that were asked for are made sure of."""
    pairs = [
        (b, None if type(s) is int and s == -1 else s) for b, s in zip(starts, sizes, strict=True)
    ]
    index = tuple(slice(b, None if s is None else b + s) for b, s in pairs)
    part = execute(getitem_op, (x,), {"index": index})
    return PUBLIC["ensure_shape"](part, [s if type(s) is int else None for _, s in pairs])


def _parts(masks: dict[str, int], begin: Any, end: Any, strides: Any) -> tuple[Any, ...]:
    """The index that bounds and bit masks describe."""
    index: list[Any] = []
    for i, (b, e, s) in enumerate(zip(begin, end, strides, strict=True)):
        bit = 1 << i
        if masks["ellipsis"] & bit:
            index.append(Ellipsis)
        elif masks["new_axis"] & bit:
            index.append(None)
        elif masks["shrink_axis"] & bit:
            index.append(b)
        else:
            if s == 0:
                raise invalid(f"strides[{i}] must be non-zero [Op:StridedSlice]")
            index.append(
                slice(None if masks["begin"] & bit else b, None if masks["end"] & bit else e, s)
            )
    return tuple(index)


@export("strided_slice")
def strided_slice(
    input_: Any,
    begin: Any,
    end: Any,
    strides: Any = None,
    begin_mask: int = 0,
    end_mask: int = 0,
    ellipsis_mask: int = 0,
    new_axis_mask: int = 0,
    shrink_axis_mask: int = 0,
    var: Any = None,
    name: str | None = None,
) -> Any:
    """``input_[begin[0]:end[0]:strides[0], ...]``, with bit masks for what a bound cannot say.

    >>> import tensortape as tf
    >>> tf.strided_slice([1, 2, 3, 4], [0], [4], [2]).numpy()
    array([1, 3], dtype=int32)

    Raises ``tf.errors.InvalidArgumentError`` for indices out of range.
    Source: ``tf.strided_slice``.
    """
    x = tensor(input_)
    starts, ends = ints(begin), ints(end)
    steps = (1,) * len(starts) if strides is None else ints(strides)
    if not len(starts) == len(ends) == len(steps):
        raise invalid(
            f"Expected begin, end, and strides to be 1D equal size tensors, but got lengths "
            f"{len(starts)}, {len(ends)}, {len(steps)} [Op:StridedSlice]"
        )
    masks = {
        "begin": begin_mask,
        "end": end_mask,
        "ellipsis": ellipsis_mask,
        "new_axis": new_axis_mask,
        "shrink_axis": shrink_axis_mask,
    }
    index = _parts(masks, starts, ends, steps)
    check_index(index, x._a.shape)
    return execute(getitem_op, (x,), {"index": index})
