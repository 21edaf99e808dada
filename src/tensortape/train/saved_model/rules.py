"""Gradient rules of `tf.custom_gradient` as parts of graphs: a rule is saved as what it does.

When a function is saved the rule is run on symbolic tensors in place of cotangents. What it adds
to the graph becomes a function of the cotangents and of the tensors the rule closed over.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tensortape.arrays.abstract import Abstract
from tensortape.autodiff.custom_gradient import recorded_as_one
from tensortape.core.rows import Rows
from tensortape.graph.lower import attribute_tensors, needed_nodes
from tensortape.train.wire import damaged

CUSTOM = "CustomGradient"
DEEPEST = 2
"""How many rules within rules are saved: a rule may call the very function it belongs to."""


class TracedRule:
    """The rule of a node as a part of the node's graph: like a graph function, to be written."""

    def __init__(self, graph: Any, node: Any) -> None:
        first = len(graph._operations)
        with graph.as_default():
            cotangents = [graph.placeholder_like(t, "cotangent") for t in node.outputs]
            grads = [_dense(g) for g in node._op.user_pullback(None, cotangents)]
        if len(grads) != len(node.inputs):
            raise ValueError("the rule gives another number of gradients than it should")
        self.graph = graph
        self.given = [g is not None for g in grads]
        self.outputs = [g for g in grads if g is not None]
        self.span = (first, len(graph._operations))
        own = needed_nodes(graph._operations, cotangents, self.outputs, *self.span)
        self.before, own = _split(own, graph._operations[first:])
        self.saved = _from_outside(own, cotangents, self.outputs)
        self.inputs = [*cotangents, *self.saved]


def _dense(gradient: Any) -> Any:
    return gradient.dense() if isinstance(gradient, Rows) else gradient


def _split(nodes: list[Any], later: list[Any]) -> tuple[list[Any], list[Any]]:
    """Nodes that were there before the rule ran, and those that it added."""
    added = {id(node) for node in later}
    before = [node for node in nodes if id(node) not in added]
    return before, [node for node in nodes if id(node) in added]


def _from_outside(nodes: list[Any], cotangents: list[Any], results: list[Any]) -> list[Any]:
    """The tensors of the surroundings that the rule used."""
    made = {t._id for node in nodes for t in node.outputs} | {t._id for t in cotangents}
    found: dict[int, Any] = {}
    for node in nodes:
        for t in (*node.inputs, *node.computed, *attribute_tensors(node._attrs)):
            found[t._id] = t
    found.update({t._id: t for t in results})
    return [t for i, t in found.items() if i not in made and isinstance(t._a, Abstract)]


def traced_rules(function: Any, kept: list[Any]) -> tuple[list[Any], dict[int, TracedRule]]:
    """The nodes to be written, and the rules of those that have one, by the node's identity.

    Rules may use tensors that nothing else in the function needs; their nodes are kept as well. A
    rule that is not made of operations (or raises) is left out.
    """
    wanted = {id(node): node for node in kept}
    rules: dict[int, TracedRule] = {}
    waiting = [node for node in kept if node.type == CUSTOM]
    while waiting:
        node = waiting.pop()
        try:
            rule = TracedRule(function.graph, node)
        except Exception:  # whatever the rule raises: the function is saved without it
            continue
        rules[id(node)] = rule
        for earlier in rule.before:
            if id(earlier) not in wanted:
                wanted[id(earlier)] = earlier
                waiting += [earlier] if earlier.type == CUSTOM else []
    ordered = [node for node in function.graph._operations if id(node) in wanted]
    return ordered, rules


def with_rule(tensors: Any, attrs: Any, count: int, gradient: Any, run: Any) -> list[Any]:
    """The values of what had a rule, with the rule that was saved.

    ``tensors``: the ``count`` values, what they were computed from, and what the rule uses.
    ``run`` does what the rule did; ``gradient`` says for which inputs it gives something.
    """
    values = list(tensors[:count])
    if gradient is None:
        return recorded_as_one(attrs["rule"], _missing(attrs["rule"]), tensors[count:], [], values)
    given = [bool(one) for one in gradient["given"]]
    if len(tensors) < count + len(given):
        raise damaged("a gradient rule has fewer arguments than gradients")
    inputs, saved = tensors[count : count + len(given)], tensors[count + len(given) :]

    def rule(*upstream: Any) -> Any:
        found = iter(run([*upstream, *saved]))
        return [next(found) if one else None for one in given]

    return recorded_as_one(attrs["rule"], rule, list(inputs), [], values, tuple(saved))


def _missing(name: str) -> Callable[..., Any]:
    def rule(*upstream: Any) -> Any:
        raise LookupError(
            f"No gradient defined for {name!r}: its gradient rule (tf.custom_gradient) was not "
            "saved, because it does more than operations or was left out by "
            "SaveOptions(experimental_custom_gradients=False). Rebuild the model in Python and "
            "restore its variables to differentiate it."
        )

    return rule
