"""Symbolic tensors: the results of operations while a graph is built."""

from __future__ import annotations

import sys
from typing import Any

from tensortape.arrays.abstract import Abstract
from tensortape.core import errors
from tensortape.core.dispatch import LIFT, out_of_scope
from tensortape.core.shapes import TensorShape
from tensortape.core.state import state
from tensortape.core.tensor import EagerTensor, Tensor
from tensortape.core.untraceable import UnknownRank, Untraceable
from tensortape.ops.layout.attributes import STATIC_VALUE


class SymbolicTensor(Tensor):
    """A tensor without a value: shape and dtype are known, as far as they are."""

    __slots__ = ("_graph", "_name", "_operation")

    _name: str
    _operation: Any
    _graph: Any

    @property
    def shape(self) -> Any:
        """The static shape; within derivative rules, sizes to compute with."""
        if state.in_rule:
            a = self._a
            is_open = not a.unranked and None in a.shape
            return a.sizes(seen_from_here(self) if is_open else self)
        return self.static_shape

    @property
    def static_shape(self) -> TensorShape:
        """What is known of the shape, also within derivative rules."""
        return TensorShape(None if self._a.unranked else self._a.shape)

    @property
    def name(self) -> str:
        """Name of the operation and index among its outputs, ``"add:0"``."""
        return self._name

    @property
    def op(self) -> Any:
        """The operation that computes it."""
        return self._operation

    @property
    def graph(self) -> Any:
        """The graph it belongs to."""
        return self._graph

    @property
    def value_index(self) -> int:
        """Its place among the outputs of the operation."""
        return int(self._name.rsplit(":", 1)[1])

    @property
    def device(self) -> str:
        """The device asked for: none in particular."""
        return ""

    def consumers(self) -> list[Any]:
        """The operations of the graph that take it."""
        return [
            node for node in self._graph.get_operations() if any(t is self for t in node.inputs)
        ]

    def set_shape(self, shape: Any) -> None:
        """Say what is known of the shape besides.

        Raises ``ValueError`` when it contradicts what is known.
        """
        static = self.static_shape
        static.assert_is_compatible_with(shape)
        merged = static.merge_with(shape)
        if not static.is_fully_defined() and merged.rank is not None:
            self._a = self._a.narrowed(tuple(merged.as_list()))

    def _refuse(self, what: str) -> Any:
        where = ""
        if state.graph is not None and not getattr(state.graph, "autograph", True):
            where = (
                " AutoGraph is off for this function (autograph=False, do_not_convert, or its "
                "source is not available)."
            )
        return errors.OperatorNotAllowedInGraphError(
            f"Using a symbolic `tf.Tensor` as a Python `{what}` is not allowed: {self!r} has no "
            f"value while a graph is built.{where} Use tf.cond, tf.where or tf.while_loop."
        )

    def __bool__(self) -> bool:
        raise self._refuse("bool")

    def __int__(self) -> int:
        raise self._refuse("int")

    def __float__(self) -> float:
        raise self._refuse("float")

    def __complex__(self) -> complex:
        raise self._refuse("complex")

    def __index__(self) -> int:
        raise TypeError(
            f"{self!r} has no value while a graph is built, and is no index of a Python list: "
            "use tf.gather on a tensor, or tf.switch_case."
        )

    def __len__(self) -> int:
        raise TypeError(
            f"len is not well defined for a symbolic Tensor ({self._name}). Please call "
            f"`x.shape` rather than "
            "`len(x)` for shape information."
        )

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(
            f"Cannot convert a symbolic tf.Tensor ({self._name}) to a numpy array. This error "
            f"may indicate "
            "that you're trying to pass a Tensor to a NumPy call, which is not supported. Use the "
            "operation of tf, or tf.numpy_function to run NumPy at each call."
        )

    def __getattr__(self, name: str) -> Any:
        if name == "numpy":
            caller = sys._getframe(1).f_globals.get("__name__", "")
            if caller.startswith("tensortape."):
                raise Untraceable(f"the value of {self!r} is needed ({caller})")
            if state.graph is None and self._graph is not None:
                raise AttributeError(str(out_of_scope(self)))
            raise AttributeError(
                f"'SymbolicTensor' object has no attribute 'numpy': {self._name!r} has no value "
                "while a graph is built. Return it from the tf.function, or use tf.py_function or "
                "tf.numpy_function to compute with NumPy."
            )
        raise AttributeError(f"'SymbolicTensor' object has no attribute {name!r}")

    def __copy__(self) -> SymbolicTensor:
        return self

    def __deepcopy__(self, memo: Any) -> SymbolicTensor:
        return self

    def __repr__(self) -> str:
        return f"<tf.Tensor {self._name!r} shape={self.shape} dtype={self.dtype.name}>"

    def __str__(self) -> str:
        return f'Tensor("{self._name}", shape={self.shape}, dtype={self.dtype.name})'


def seen_from_here(tensor: Any) -> Any:
    """The tensor by which a branch or loop has one of its surroundings: its parts run alone."""
    graph = state.graph
    if graph is None or tensor._graph is None or tensor._graph is graph or tensor._a.unranked:
        return tensor
    return graph.capture(tensor)


def _operator(name: str) -> Any:
    """An operator of tensors that may need to know a rank."""

    def method(self: Any, *args: Any) -> Any:
        plain = getattr(Tensor, name)
        try:
            return plain(self, *args)
        except UnknownRank:
            return LIFT[0](plain, (self, *args), {})

    return method


for _name in ("__getitem__", "__matmul__"):
    setattr(SymbolicTensor, _name, _operator(_name))

SymbolicTensor.__module__ = "tensorflow.python.framework.ops"
SymbolicTensor.__name__ = SymbolicTensor.__qualname__ = "SymbolicTensor"


def make_tensor(value: Any) -> Tensor:
    """The tensor of a result: symbolic if it is abstract, else its value (constants fold)."""
    if not isinstance(value, Abstract):
        return EagerTensor(value)
    tensor = SymbolicTensor(value)
    tensor._name, tensor._operation, tensor._graph = "unnamed:0", None, None
    return tensor


def _known_ints(tensor: Any) -> Any:
    """Integers of a symbolic tensor; those that are not known yet as varying ones."""
    value = tensor._a
    if not isinstance(value, Abstract) or value.unranked:
        return None
    if value.dtype.kind in "iu" and None not in value.shape:
        ints = value.ints(seen_from_here(tensor))
        return ints if value.ndim else ints[0]
    return None


STATIC_VALUE.append(_known_ints)
