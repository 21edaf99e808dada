"""Operations that take their derivative from another entry of the gradient registry.

While ``tf.Graph.gradient_override_map`` is in force a listener marks the outputs of the operations
it names; a backward walk then gives those operations the other rule. As long as nobody used it,
that costs one look per gradient.
"""

from __future__ import annotations

import copy
from typing import Any

from tensortape.autodiff.gradient_registry import OpView, gradient_registry
from tensortape.core.op import Op


class Overrides:
    """Whether any operation was ever given another rule."""

    used = False


overrides = Overrides()


class Override:
    """Listener: ``types`` says which op types take the rule of which other."""

    def __init__(self, types: dict[str, str]) -> None:
        self._types = types
        overrides.used = True

    def record(self, op: Op, inputs: Any, outputs: Any, attrs: Any) -> None:
        """Mark the outputs of an operation that takes another rule."""
        name = self._types.get(op.type)
        if name is not None:
            twin = with_rule_of(op, name)
            for t in outputs:
                t._override = twin

    def read_variable(self, variable: Any, tensor: Any) -> None:
        """Reading has no rule to replace."""


def with_rule_of(op: Op, name: str) -> Op:
    """``op`` with the gradient function registered as ``name``.

    ``LookupError`` when it is differentiated and there is none.
    """

    def rule(entry: Any, upstream: Any) -> list[Any]:
        function = gradient_registry.lookup(name)
        if function is None:
            return [None] * len(entry.inputs)
        found = function(OpView(entry), *upstream)
        return list(found) if isinstance(found, (list, tuple)) else [found]

    twin = copy.copy(op)
    twin.pullback, twin.user_pullback = None, rule
    twin.pushforward, twin.transparent, twin.saves = None, False, None
    return twin


def rerouted(entries: Any) -> list[Any]:
    """The entries, those that are marked with their other rule."""
    return [_rerouted(*e) for e in entries]


def overridden(outputs: Any) -> Op | None:
    """The twin of the operation that made these tensors, if it takes another rule."""
    return next((o._override for o in outputs if hasattr(o, "_override")), None)


def _rerouted(op: Op, inputs: Any, outputs: Any, attrs: Any, line: Any) -> Any:
    return overridden(outputs) or op, inputs, outputs, attrs, line
