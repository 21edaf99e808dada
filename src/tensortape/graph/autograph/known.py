"""What AutoGraph asks of a value."""

from __future__ import annotations

from typing import Any

from tensortape.core.state import state
from tensortape.core.tensor import EagerTensor, Tensor
from tensortape.core.tracking import TensorLike
from tensortape.graph.symbolic import SymbolicTensor


def tracing() -> bool:
    """Whether a function is being traced."""
    return state.graph is not None and state.graph.building_function


def undecided(value: Any) -> bool:
    """Whether a value is a tensor that is known only when the function runs."""
    if isinstance(value, SymbolicTensor):
        return True
    if not tracing() or isinstance(value, (bool, int, float, EagerTensor)):
        return False
    return isinstance(value, TensorLike) and isinstance(as_tensor(value), SymbolicTensor)


def as_tensor(value: Any) -> Any:
    """The tensor of a variable, or of what else reads as one."""
    read = getattr(type(value), "_to_tensor", None)
    if read is not None:
        return read(value)
    convert = getattr(value, "__tf_tensor__", None)
    return convert() if convert is not None and not isinstance(value, Tensor) else value


def is_tensor(value: Any) -> bool:
    """Whether loops over a value become part of the graph."""
    return tracing() and isinstance(value, Tensor)
