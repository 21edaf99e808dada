"""Why a function was traced again: the difference between two signatures, in words."""

from __future__ import annotations

import logging
from collections import deque
from typing import Any, NamedTuple

from tensortape.core.specs import TypeSpec
from tensortape.graph.signature import Identity, Shaped

_log = logging.getLogger("tensortape")
_WARN_AFTER = 5


class Trace(NamedTuple):
    """One trace: its signature, why none of the earlier ones served, and what it took."""

    signature: str
    reason: str
    seconds: float
    operations: int


class TraceLog:
    """The traces of one function, and a warning when they become many."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.traces: list[Trace] = []
        self._recent: deque[bool] = deque(maxlen=_WARN_AFTER)
        self._calls = 0

    def called(self, traced: bool) -> None:
        """Note a call that was not served from the first level of the cache."""
        self._calls += 1
        self._recent.append(traced)
        if sum(self._recent) == _WARN_AFTER and len(self.traces) > _WARN_AFTER:
            self._recent.clear()
            _log.warning(
                "%d out of the last %d calls to %s triggered tf.function retracing. Tracing is "
                "expensive. The last reason: %s. Pass tensors in place of Python numbers, give "
                "input_signature or reduce_retracing=True, or define the function once, outside "
                "of loops. All reasons: %s.explain_traces().",
                _WARN_AFTER, _WARN_AFTER, self._name, self.traces[-1].reason, self._name,
            )  # fmt: skip

    def __str__(self) -> str:
        total = sum(t.seconds for t in self.traces)
        count = len(self.traces)
        head = f"{self._name}: {count} trace{'s' * (count != 1)}, {total * 1e3:.1f} ms"
        rows = [
            f"  {i + 1}. ({t.signature}) {t.operations} operations, {t.seconds * 1e3:.1f} ms: "
            f"{t.reason}"
            for i, t in enumerate(self.traces)
        ]
        return "\n".join([head, *rows])


def reason(names: list[str], key: Any, earlier: list[Any]) -> str:
    """Why ``key`` is served by none of ``earlier`` (the nearest one is compared)."""
    if not earlier:
        return "the first call"
    differences = [list(difference(names, other, key)) for other in earlier]
    best = min(differences, key=len)
    return "; ".join(best) if best else "the options of the call differ"


def difference(names: list[str], old: Any, new: Any) -> Any:
    """Each argument that differs, in words."""
    if type(old) is not tuple or type(new) is not tuple or len(old) != len(new):
        yield "another number of arguments"
        return
    for i, (a, b) in enumerate(zip(old, new, strict=True)):
        if a != b:
            name = names[i] if i < len(names) else f"argument {i}"
            yield f"{name}: {in_words(a, b)}"


def in_words(a: Any, b: Any) -> str:
    """What changed from one description to another."""
    if type(a) is Shaped and type(b) is Shaped:
        if a.dtype != b.dtype:
            return f"dtype {np_name(a)} became {np_name(b)}"
        if a.shape is None or b.shape is None:
            return f"{a!r} became {b!r}"
        if len(a.shape) != len(b.shape):
            return f"rank {len(a.shape)} became {len(b.shape)} (shape {b.shape})"
        return f"shape {a.shape} became {b.shape}"
    if type(b) is Identity:
        return f"another object ({b!r}); Python objects count by identity"
    if type(a) is tuple and type(b) is tuple and a[0] != b[0]:
        return f"type {_kind(a)} became {_kind(b)}"
    if type(a) is tuple and type(b) is tuple and isinstance(b[1], TypeSpec):
        return f"{a[1]!r} became {b[1]!r}"
    if type(a) is tuple and type(b) is tuple and len(a) == len(b) == 2:
        return f"the Python value {a[1]!r} became {b[1]!r}; pass a tensor if it changes often"
    if type(a) is tuple and type(b) is tuple and len(a) == len(b):
        inner = [in_words(x, y) for x, y in zip(a[2:], b[2:], strict=True) if x != y]
        return "; ".join(inner) or "another structure"
    return f"{a!r:.80} became {b!r:.80}"


def np_name(shaped: Shaped) -> str:
    """The name of the dtype."""
    return repr(shaped).split("[", maxsplit=1)[0]


def _kind(part: tuple[Any, ...]) -> str:
    return getattr(part[0], "__name__", str(part[0]))
