"""The batched namespace over a base: the kernel language on values in a batch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tensortape.arrays.batched import (  # noqa: F401  (their rules are entered by import)
    convolution,
    einsum,
    elementwise,
    image,
    indexing,
    layout,
    product,
    reduction,
    stacked,
)
from tensortape.arrays.batched.banded import guarded, plain
from tensortape.arrays.batched.fallback import has_batch, loop
from tensortape.arrays.batched.structure import untied
from tensortape.arrays.batched.value import FAMILY_RULES, RULES, Batched
from tensortape.arrays.namespace import FAMILIES, numpy_namespace


class BatchedNamespace:
    """Evaluates kernels and rules on a batch of the given shape.

    ``base`` computes: the NumPy namespace, or the recorded one where somebody listens.
    ``fallbacks`` remembers by primitive what could not use the structure of the batch:
    ``"dense"`` (zeros were stored) or ``"loop"`` (one entry after the other). ``limit``: bytes that
    a value with stored zeros may take, ``MemoryError`` beyond. ``diagonals``: whether slices of a
    tied axis make :class:`Banded` values, which whoever asks for it has to expect; ``banded``:
    whether there are any so far.
    """

    name = "batched"

    def __init__(self, base: Any, batch: Any, limit: int | None = None) -> None:
        self.base = base
        self.limit = limit
        self.raw = base is numpy_namespace
        self.batch = tuple(batch)
        self.rank = len(self.batch)
        self.free = (0,) * self.rank
        self.fallbacks: dict[str, str] = {}
        self.diagonals = False
        self.banded = False

    def __repr__(self) -> str:
        return f"<namespace batched{self.batch} over {self.base!r}>"

    def stored(self, name: str, x: Batched, axes: Any = None) -> Batched:
        """``x`` with zeros stored for primitive ``name``, which is remembered."""
        result = untied(self, x, axes)
        if result is not x:
            self.fallbacks.setdefault(name, "dense")
        return result

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*args: Any, **attrs: Any) -> Any:
            return self.looped(name, *args, **attrs)

        self.__dict__[name] = call
        return call

    def looped(self, name: str, *args: Any, **attrs: Any) -> Any:
        """Primitive ``name`` of the base, entry by entry where there is a batch."""
        function = getattr(self.base, name)
        if self.banded:
            args, attrs = plain(self, args), {k: plain(self, v) for k, v in attrs.items()}
        if not any(has_batch(a) for a in (*args, *attrs.values())):
            return function(*args, **attrs)
        self.fallbacks[name] = "loop"
        return loop(self, function, args, attrs)


for _name, _family in FAMILIES.items():
    if _name in RULES:
        setattr(BatchedNamespace, _name, guarded(_name, RULES[_name]))
    elif _family in FAMILY_RULES:
        setattr(BatchedNamespace, _name, guarded(_name, FAMILY_RULES[_family](_name)))
