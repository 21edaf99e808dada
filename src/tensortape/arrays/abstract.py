"""The abstract namespace: shapes and dtypes without values, unknown dimensions included.

An abstract value is a pair of small witnesses: arrays in which every unknown dimension has one size
in the first and another in the second. Operations are evaluated on both; where the results differ
in shape, that dimension is unknown, where they agree it is known. So every operation that computes
can also be abstract, without a rule of its own, and small integer values (shapes as tensors) stay
known as far as they do not depend on what is unknown. The arrays are views of one element, so they
take no memory.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.arrays.namespace import Namespace, numpy_namespace
from tensortape.core.op import Op
from tensortape.core.tensor import EagerTensor

FILLERS = (83, 89)
"""Stand-ins for an unknown dimension: primes, unlikely as sizes of anything else."""

_KEPT = 64


class Varying(int):
    """An int that depends on an unknown dimension: one value per witness."""

    values: tuple[int, ...]

    def __new__(cls, values: Any) -> Varying:
        """The int of the first witness, which knows those of the others."""
        self = int.__new__(cls, values[0])
        self.values = tuple(int(v) for v in values)
        return self


class Abstract:
    """A value known by its witnesses; sizes of ``shape`` are ``None`` where unknown."""

    __slots__ = ("witnesses",)

    def __init__(self, witnesses: Any) -> None:
        self.witnesses = tuple(_light(w) for w in witnesses)

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
        """The number of elements."""
        return self.witnesses[0].size

    def ints(self) -> list[int]:
        """The elements of an integer value, those that vary as :class:`Varying`."""
        rows = zip(*(w.reshape(-1).tolist() for w in self.witnesses), strict=True)
        return [row[0] if len(set(row)) == 1 else Varying(row) for row in rows]


def placeholder(shape: Any, dtype: np.dtype[Any]) -> Abstract:
    """An abstract value of a shape with ``None`` for unknown dimensions."""
    fillers = FILLERS if None in shape else FILLERS[:1]
    one = np.full((), b"", dtype) if dtype.kind == "O" else np.ones((), dtype)
    if dtype.kind in "iu":
        one = np.zeros((), dtype)  # an index that is valid along any axis
    return Abstract([np.broadcast_to(one, [f if n is None else n for n in shape]) for f in fillers])


def _light(array: Any) -> Any:
    """The array itself if small, else a view of one element of it in the same shape."""
    array = np.asarray(array)
    if array.size <= _KEPT or not any(array.strides):
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


class AbstractNamespace(Namespace):
    """Evaluates operations on abstract values; what is concrete stays concrete."""

    def evaluate(self, op: Op, values: Any, attrs: dict[str, Any], normalise: bool = False) -> Any:
        """``op`` on ``values``, some of them abstract; attributes are normalised per witness."""
        needed = count([*values, *attrs.values()])
        results = [
            self._one(
                op,
                [pick(v, k) for v in values],
                {n: pick(a, k) for n, a in attrs.items()},
                normalise,
            )
            for k in range(max(needed, 1))
        ]
        if needed == 0 and op.family != "random":  # numbers of a stream are new at every run
            return results[0]
        if op.outputs is None:
            return Abstract(results)
        return tuple(Abstract(group) for group in zip(*results, strict=True))

    def _one(self, op: Op, values: Any, attrs: dict[str, Any], normalise: bool) -> Any:
        if normalise and op.normalise is not None:
            attrs = op.normalise(tuple(EagerTensor(v) for v in values), attrs)
        return op.kernel(numpy_namespace, *values, **attrs)

    def zeros_like(self, x: Any) -> Any:
        """Zeros of the same shape and dtype."""
        return (
            Abstract([np.zeros_like(w) for w in x.witnesses])
            if isinstance(x, Abstract)
            else np.zeros_like(x)
        )

    def ones_like(self, x: Any) -> Any:
        """Ones of the same shape and dtype."""
        return (
            Abstract([np.ones_like(w) for w in x.witnesses])
            if isinstance(x, Abstract)
            else np.ones_like(x)
        )


abstract: Any = AbstractNamespace("abstract")
