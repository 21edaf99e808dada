"""The abstract namespace: shapes and dtypes without values, unknown dimensions included.

An abstract value is a pair of small witnesses: arrays in which every unknown dimension has one size
in the first and another in the second. Operations are evaluated on both; where the results differ
in shape, that dimension is unknown, where they agree it is known. So every operation that computes
can also be abstract, without a rule of its own; those whose shapes depend on data are in
``unknown_sizes``. Values computed from shapes alone (``tf.shape(x)[0] * 2``) are *derived*: their
witnesses are their values. The arrays of the others are views of one element and take no memory.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tensortape.arrays.namespace import Namespace, numpy_namespace
from tensortape.arrays.shapes_only import shapes_only
from tensortape.arrays.stand_ins import sizes_used
from tensortape.arrays.varying import FILLERS, SMALL, Varying, leaf
from tensortape.core.dispatch import evaluate
from tensortape.core.op import Op
from tensortape.core.tensor import EagerTensor, Tensor
from tensortape.core.untraceable import Untraceable

_KEPT = 4096
_RUN_ANEW = frozenset({"random", "effect"})
_OF_SHAPES = frozenset({"Shape", "Size", "Rank", "ZerosLike", "OnesLike", "ShapeN"})

UNKNOWN_SIZES: dict[str, Callable[..., Any]] = {}
"""Op type -> ``rule(values, attrs, data)``: the result's witnesses where data decides its shape, or
``None`` where it does not; filled by ``arrays/unknown_sizes.py``."""

OTHERWISE: list[Callable[..., Any]] = []
"""``rule(op, values, attrs, needed, run, refusal)``: the results where an operation refused the
witnesses, by ``run`` on others; set by ``arrays/unknown_sizes.py``."""


class Abstract:
    """A value known by its witnesses; sizes of ``shape`` are ``None`` where unknown."""

    __slots__ = ("derived", "witnesses")

    unranked = False
    """Whether not even the rank is known (``arrays/unranked.py``)."""

    def __init__(self, witnesses: Any, derived: bool = False) -> None:
        self.derived = derived and all(w.size <= _KEPT for w in witnesses)
        kept = [np.asarray(w) if self.derived else _light(w) for w in witnesses]
        same = _equal if self.derived else _alike
        if len(kept) > 1 and all(same(kept[0], w) for w in kept[1:]):
            kept = kept[:1]
        self.witnesses = tuple(kept)

    @property
    def shape(self) -> tuple[int | None, ...]:
        """The static shape."""
        first, *rest = (w.shape for w in self.witnesses)
        return tuple(
            n if all(n == other[i] for other in rest) else None for i, n in enumerate(first)
        )

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self.witnesses[0].ndim

    @property
    def dtype(self) -> np.dtype[Any]:
        """The element type."""
        return self.witnesses[0].dtype

    @property
    def size(self) -> int:
        """Zero: an abstract value takes no memory, so there is nothing to save of it."""
        return 0

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        """There is none: code that looks at values cannot be traced."""
        raise Untraceable(
            f"the value of a tensor of shape {self.shape} is needed, which is not known while a "
            "function is traced"
        )

    @property
    def static(self) -> bool:
        """Whether every dimension is known."""
        return len(self.witnesses) == 1 or None not in self.shape

    def narrowed(self, shape: tuple[int | None, ...]) -> Abstract:
        """The same value with some unknown dimensions known."""
        return placeholder(shape, self.dtype)

    def sizes(self, tensor: Any) -> tuple[Any, ...]:
        """The shape with unknown dimensions as integers that depend on ``tensor``'s."""
        rows = zip(*(w.shape for w in self.witnesses), strict=True)
        if None in self.shape:
            sizes_used()
        return tuple(
            row[0] if len(set(row)) == 1 else Varying(row, leaf("size", tensor, axis))
            for axis, row in enumerate(rows)
        )

    def ints(self, tensor: Any = None) -> list[Any]:
        """The elements of an integer value, those that vary or are data as :class:`Varying`."""
        if not self.derived:
            return [
                Varying(FILLERS, leaf("element", tensor, i), data=True)
                for i in range(self.witnesses[0].size)
            ]
        rows = zip(*(w.reshape(-1).tolist() for w in self.witnesses), strict=True)
        return [
            row[0] if len(set(row)) == 1 else Varying(row, leaf("element", tensor, i))
            for i, row in enumerate(rows)
        ]


def placeholder(shape: Any, dtype: np.dtype[Any]) -> Abstract:
    """An abstract value of a shape with ``None`` for unknown dimensions."""
    shape = tuple(shape)
    fillers = (FILLERS if shape.count(None) < 4 else SMALL) if None in shape else FILLERS[:1]
    one = np.full((), b"", dtype) if dtype.kind == "O" else np.ones((), dtype)
    if dtype.kind in "iu":
        one = np.zeros((), dtype)  # an index that is valid along any axis
    return Abstract([np.broadcast_to(one, [f if n is None else n for n in shape]) for f in fillers])


def _alike(a: Any, b: Any) -> bool:
    return a.shape == b.shape


def _equal(a: Any, b: Any) -> bool:
    return a.shape == b.shape and bool(np.array_equal(a, b))


def _light(array: Any) -> Any:
    """One element of an array as a view of the same shape; of integers a zero.

    Zero is an index that is valid along any axis.
    """
    array = np.asarray(array)
    if array.dtype.kind in "iu":
        return np.broadcast_to(np.zeros((), array.dtype), array.shape)
    if array.size <= 1 or not any(array.strides):
        return array
    return np.broadcast_to(array.reshape(-1)[0], array.shape)


def pick(value: Any, k: int) -> Any:
    """What ``value`` is for witness ``k``."""
    if isinstance(value, Abstract):
        return value.witnesses[k % len(value.witnesses)]
    if isinstance(value, Varying):
        return value.values[k % len(value.values)]
    if isinstance(value, (tuple, list)) and not hasattr(value, "_fields"):
        return type(value)(pick(v, k) for v in value)
    if isinstance(value, slice):
        return slice(pick(value.start, k), pick(value.stop, k), pick(value.step, k))
    return value


def count(values: Any) -> int:
    """How many witnesses are needed for all of ``values``; 0 if nothing is abstract."""
    most = 0
    for value in values:
        if isinstance(value, Abstract):
            most = max(most, len(value.witnesses))
        elif isinstance(value, Varying):
            most = max(most, len(value.values))
        elif isinstance(value, (tuple, list)):
            most = max(most, count(value))
        elif isinstance(value, slice):
            most = max(most, count((value.start, value.stop, value.step)))
    return most


def of_data(values: Any) -> bool:
    """Whether some attribute depends on data rather than on shapes."""
    for value in values:
        if isinstance(value, Varying):
            if value.data:
                return True
        elif isinstance(value, (tuple, list)):
            if of_data(value):
                return True
        elif isinstance(value, slice) and of_data((value.start, value.stop, value.step)):
            return True
    return False


def merged(rows: list[Any], token: Any, path: tuple[Any, ...]) -> Any:
    """One attribute from its form for each witness: integers that differ become varying ones."""
    first = rows[0]
    if all(type(r) is int for r in rows):
        same = all(r == first for r in rows)
        return first if same else Varying(rows, leaf("attribute", token, path))
    if isinstance(first, (tuple, list)) and not hasattr(first, "_fields"):
        columns = zip(*rows, strict=True)
        return type(first)(merged(list(c), token, (*path, i)) for i, c in enumerate(columns))
    if isinstance(first, slice):
        parts = [
            merged([getattr(r, n) for r in rows], token, (*path, n))
            for n in ("start", "stop", "step")
        ]
        return slice(*parts)
    return first


def concrete(value: Any) -> Any:
    """An attribute with the tensors among its integers as (varying) integers."""
    if isinstance(value, (tuple, list)) and not hasattr(value, "_fields"):
        if any(isinstance(v, (Tensor, tuple, list)) for v in value):
            return type(value)(concrete(v) for v in value)
        return value
    a = value._a if isinstance(value, Tensor) else None
    if not isinstance(a, Abstract) or a.dtype.kind not in "iu" or None in a.shape or a.ndim > 1:
        return value
    ints = a.ints(value)
    return ints if a.ndim else ints[0]


class AbstractNamespace(Namespace):
    """Evaluates operations on abstract values; what is concrete stays concrete."""

    def evaluate(self, op: Op, values: Any, attrs: dict[str, Any], normalise: bool = False) -> Any:
        """``op`` on ``values``, some of them abstract; ``attrs`` become normalised ones.

        With ``normalise`` the attributes are normalised for each witness; ``attrs`` (of
        ``core.dispatch.Normalised``) then holds what was found, and the originals as ``raw``.
        """
        if normalise:
            attrs.update({n: concrete(a) for n, a in attrs.items()})
        needed = count([*values, *attrs.values()])
        data = needed > 1 and of_data(attrs.values())
        found: list[dict[str, Any]] = []
        results = None
        if op.type in UNKNOWN_SIZES and needed:
            results = UNKNOWN_SIZES[op.type](values, attrs, data)
        if results is None:
            with np.errstate(all="ignore"):  # stand-ins divide by zero where data would not
                results = self._all(op, values, attrs, normalise, found, needed)
        if found:
            attrs.replace({n: merged([f[n] for f in found], attrs, (n,)) for n in found[0]})  # type: ignore[attr-defined]
        if needed == 0 and op.family not in _RUN_ANEW:  # numbers of a stream are new at every run
            return results[0]
        derived = not data and op.family not in _RUN_ANEW and _derived(op, values)
        if derived and needed > 1 and _coincident(op, values, results):
            derived = False
        if op.outputs is None:
            return Abstract(results, derived)
        return tuple(Abstract(group, derived) for group in zip(*results, strict=True))

    def _all(
        self, op: Op, values: Any, attrs: Any, normalise: bool, found: Any, needed: int
    ) -> list[Any]:
        """The results for each witness."""

        def run(given: Any) -> list[Any]:
            found.clear()
            return [
                self._one(
                    op,
                    [pick(v, k) for v in given],
                    {n: pick(a, k) for n, a in attrs.items()},
                    normalise,
                    found,
                    shapes_only if needed else numpy_namespace,
                )
                for k in range(max(needed, 1))
            ]

        elementwise = op.family == "elementwise"
        try:
            if elementwise and needed and not _derived(op, values):
                return self._stretched(op, values, attrs, needed)
            return run(values)
        except (NotImplementedError, MemoryError):
            raise
        except Exception as refusal:
            if elementwise and needed > 1 and isinstance(refusal, ValueError):
                return self._broadcast(op, values, attrs)
            return OTHERWISE[0](op, values, attrs, needed, run, refusal)

    def _stretched(self, op: Op, values: Any, attrs: Any, needed: int) -> list[Any]:
        """An elementwise result, computed from one element of each operand."""
        results = []
        for k in range(needed):
            given = [np.asarray(pick(v, k)) for v in values]
            shape = np.broadcast_shapes(*[g.shape for g in given])
            ones = [g.reshape(-1)[0] if g.size else g.dtype.type() for g in given]
            plain = {n: pick(a, k) for n, a in attrs.items()}
            one = np.asarray(evaluate(op, numpy_namespace, ones, plain))
            results.append(np.broadcast_to(one, shape))
        return results

    def _broadcast(self, op: Op, values: Any, attrs: Any) -> list[Any]:
        """An elementwise result where an unknown size meets a known one: it must be that."""
        shapes = [tuple(v.shape) for v in values]
        shape = unified(shapes)
        if shape is None:
            raise ValueError(f"shapes {shapes} do not broadcast")
        ones = [np.ones((), v.dtype) for v in values]
        one = np.asarray(evaluate(op, numpy_namespace, ones, attrs))
        return [placeholder(shape, one.dtype).witnesses[k % 2 if None in shape else 0]
                for k in range(2)]  # fmt: skip

    def _one(self, op: Op, values: Any, attrs: Any, normalise: bool, found: Any, xp: Any) -> Any:
        if normalise and op.normalise is not None:
            attrs = op.normalise(tuple(EagerTensor(v) for v in values), attrs)
            found.append(attrs)
        return evaluate(op, xp, values, attrs)

    def zeros_like(self, x: Any) -> Any:
        """Zeros of the same shape and dtype."""
        return (
            Abstract([np.zeros_like(w) for w in x.witnesses], derived=True)
            if isinstance(x, Abstract)
            else np.zeros_like(x)
        )

    def ones_like(self, x: Any) -> Any:
        """Ones of the same shape and dtype."""
        return (
            Abstract([np.ones_like(w) for w in x.witnesses], derived=True)
            if isinstance(x, Abstract)
            else np.ones_like(x)
        )


def unified(shapes: list[Any]) -> tuple[int | None, ...] | None:
    """The shape that partly known shapes broadcast to; ``None`` if they cannot."""
    rank = max(len(s) for s in shapes)
    padded = [(1,) * (rank - len(s)) + s for s in shapes]
    sizes: list[int | None] = []
    for column in zip(*padded, strict=True):
        known = {n for n in column if n is not None and n != 1}
        if len(known) > 1:
            return None
        sizes.append(known.pop() if known else None if None in column else 1)
    return tuple(sizes)


def _derived(op: Op, values: Any) -> bool:
    """Whether the result says something of shapes only."""
    if op.type in _OF_SHAPES:
        return True
    return all(v.derived for v in values if isinstance(v, Abstract))


_MOVES = _OF_SHAPES | frozenset(
    "StridedSlice Slice GatherV2 GatherNd Pack Unpack ConcatV2 Split SplitV Reshape Squeeze "
    "ExpandDims Identity StopGradient Transpose Tile ReverseV2 Roll BroadcastTo Fill PadV2 "
    "EnsureShape".split()
)
"""Operations that only carry elements from one place to another."""


def _coincident(op: Op, values: Any, results: Any) -> bool:
    """Whether both witnesses agree on what was computed from sizes that they differ in.

    ``tf.shape(x)[0] > 0`` holds for both stand-ins, yet not for every size: it is not known.
    """
    moving = [v.witnesses for v in values if isinstance(v, Abstract) and len(v.witnesses) > 1]
    if op.type in _MOVES or not moving:
        return False
    for first, second in (
        zip(*results[:2], strict=True) if op.outputs is not None else [results[:2]]
    ):
        a, b = np.asarray(first), np.asarray(second)
        if a.shape != b.shape:
            continue
        same: Any = a == b
        for w in moving if op.family == "elementwise" else ():
            if w[0].shape == w[1].shape and (same & (w[0] != w[1])).any():
                return True
        if op.family != "elementwise" and np.any(same):
            return True
    return False


abstract: Any = AbstractNamespace("abstract")
