"""Stand-ins for unknown sizes that a derivative rule took for real ones.

A rule that computes with sizes in Python gets varying integers; one that gives them to NumPy gets
arrays of the size of a stand-in, which no other size of the argument would fit.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.arrays.varying import FILLERS, SMALL
from tensortape.core.state import state
from tensortape.core.tensor import EagerTensor, Tensor
from tensortape.core.untraceable import Untraceable

_NEARLY = min(SMALL) - 4


def sizes_used() -> None:
    """A rule asked for sizes that are not known yet."""
    if state.graph is not None:
        state.graph.open = True


def refuse_stand_ins(arrays: Any, attrs: Any = ()) -> None:
    """Raise ``Untraceable`` where constants or attributes of a rule come from stand-ins."""
    if not getattr(state.graph, "open", False):
        return
    if any(_constant(a) for a in arrays) or any(_attribute(a) for a in attrs):
        raise Untraceable(
            "a derivative needs sizes that are not known while the function is traced"
        )


def _constant(value: Any) -> bool:
    if isinstance(value, EagerTensor):
        return any(_stand_in(n) for n in np.shape(value._a))
    if isinstance(value, Tensor):
        return False
    if isinstance(value, (tuple, list)):
        return any(_constant(v) for v in value)
    return isinstance(value, np.ndarray) and (
        any(n >= _NEARLY for n in value.shape)
        or (value.dtype.kind in "iu" and bool(value.size) and int(value.max()) >= _NEARLY)
    )


def _attribute(value: Any) -> bool:
    if isinstance(value, (tuple, list)):
        return any(_attribute(v) for v in value)
    if isinstance(value, slice):
        return _attribute((value.start, value.stop, value.step))
    return type(value) is int and _stand_in(value)


def _stand_in(n: int) -> bool:
    return n > 0 and (any(n % f == 0 for f in FILLERS) or n in SMALL)
