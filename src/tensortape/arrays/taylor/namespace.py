"""What both Taylor namespaces share: how a primitive finds its rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tensortape.arrays.namespace import numpy_namespace
from tensortape.arrays.taylor.linear import JOINING, LINEAR, PIECEWISE_CONSTANT
from tensortape.arrays.taylor.value import TaylorValue
from tensortape.core.op import Op
from tensortape.core.registry import PRIMITIVES
from tensortape.core.tensor import EagerTensor


class TaylorNamespace:
    """Evaluates kernels on Taylor values; subclasses give the rules of products and of maps.

    ``base`` computes their parts: arrays in the NumPy namespace, tensors in the recorded one.
    """

    name = "taylor"
    base: Any = numpy_namespace
    rules: dict[str, Callable[..., Any]]

    def evaluate(self, op: Op, values: Any, attrs: dict[str, Any], normalise: bool = False) -> Any:
        """``op`` on values, some of them Taylor values."""
        if normalise and op.normalise is not None:
            attrs = op.normalise(tuple(EagerTensor(v) for v in values), attrs)
        if op.nondifferentiable or not any(isinstance(v, TaylorValue) for v in values):
            return op.kernel(numpy_namespace, *[primal(v) for v in values], **attrs)
        return op.kernel(self, *values, **attrs)

    def __getattr__(self, name: str) -> Any:
        def call(*args: Any, **attrs: Any) -> Any:
            return self.primitive(name, args, attrs)

        self.__dict__[name] = call
        return call

    def primitive(self, name: str, args: Any, attrs: Any) -> Any:
        """A primitive of the kernel language on values, arrays and attributes."""
        function = getattr(self.base, name)
        moving = args[0] if name in JOINING else args
        if not any(isinstance(a, TaylorValue) for a in moving):
            return function(*args, **attrs)
        if name in self.rules:
            return self.rules[name](self, *args, **attrs)
        if name in PIECEWISE_CONSTANT:
            return function(*[primal(a) for a in args], **attrs)
        if name in JOINING:
            return self.join(name, list(args[0]), args[1:], attrs)
        if name in LINEAR and not any(isinstance(a, TaylorValue) for a in args[1:]):
            return self.each(name, args[0], args[1:], attrs)
        op = PRIMITIVES.get(name)
        if op is not None and op.pushforward is not None:
            return self.mapped(op, args, attrs)
        raise NotImplementedError(
            f"there is no Taylor rule for {name!r}: take nested tapes or "
            f"tensortape.autodiff.hessian"
        )

    def zeros_like(self, x: Any) -> Any:
        """Zeros that do not move."""
        return self.base.zeros_like(primal(x))

    def ones_like(self, x: Any) -> Any:
        """Ones that do not move."""
        return self.base.ones_like(primal(x))

    def each(self, name: str, x: Any, rest: Any, attrs: Any) -> Any:
        """A linear primitive of one value."""
        raise NotImplementedError

    def join(self, name: str, parts: Any, rest: Any, attrs: Any) -> Any:
        """A linear primitive of a list of values."""
        raise NotImplementedError

    def mapped(self, op: Op, args: Any, attrs: Any) -> Any:
        """Any operation that has a forward rule."""
        raise NotImplementedError


def primal(x: Any) -> Any:
    """The value itself, of a Taylor value or a constant."""
    return x.primal if isinstance(x, TaylorValue) else x
