"""Forward rules of ``If`` and ``While``: tangents pass the branch that is taken, and each step.

The tangent of a choice is a choice between the tangents of its branches. A loop's tangents need a
loop over values and tangents together; what its steps draw at random, or get from Python, is kept
by the first loop and read by the second.
"""

from __future__ import annotations

from typing import Any

from tensortape.core.registry import PUBLIC
from tensortape.core.shapes import TensorShape
from tensortape.graph.control_gradients import (
    _is_stack,
    _iterations,
    _keep,
    _mark,
    _need_tensors,
    _with_draws,
    draws_of,
    lacking,
    row_of,
)
from tensortape.graph.control_graph import add_if, known_shape, loop
from tensortape.graph.control_ops import if_op, while_op
from tensortape.graph.graph_function import GraphFunction


def _if_pushforward(xp: Any, tangents: Any, y: Any, *inputs: Any, **attrs: Any) -> list[Any]:
    index, *args = inputs
    moving = [t for t in tangents[1:] if t is not None]
    _need_tensors((*inputs, *moving), "tf.cond")
    node = y[0]._operation
    while True:
        branches = _with_draws(node)
        pairs = [f.forward(tuple([t is not None for t in tangents[1:]])) for f in branches]
        if not any(map(lacking, branches)):  # loops inside may have got more to keep
            break
    union = [any(given[i] for _, given in pairs) for i in range(len(node.outputs))]
    if not any(union):
        return [None] * len(y)
    functions = [
        _filled(f, forward, given, union)
        for f, (forward, given) in zip(branches, pairs, strict=True)
    ]
    outs = iter(add_if([index, *args, *node.outputs, *moving], functions))
    return [next(outs) if there else None for there in union][: len(y)]


def _filled(f: GraphFunction, forward: GraphFunction, given: Any, union: Any) -> GraphFunction:
    """The tangents of a branch, with zeros for outputs that move in other branches only."""
    found = iter(forward.outputs)
    outputs = []
    with f.graph.as_default():
        for t, has, wants in zip(f.outputs, given, union, strict=True):
            if has:
                outputs.append(next(found))
            elif wants:
                outputs.append(f.graph.capture(PUBLIC["zeros_like"](t)))
    span = (forward.span[0], len(f.graph._operations))
    return GraphFunction(forward.name, f.graph, forward.inputs, outputs, span)


# -- loops ---------------------------------------------------------------------------------


def _while_pushforward(xp: Any, tangents: Any, y: Any, *inputs: Any, **attrs: Any) -> list[Any]:
    _need_tensors((*inputs, *[t for t in tangents if t is not None]), "tf.while_loop")
    found = MovingLoop(y[0]._operation, inputs, tangents).run()
    return found[: len(y)]


class MovingLoop:
    """A loop over the values and the tangents of another loop."""

    def __init__(self, node: Any, inputs: Any, tangents: Any) -> None:
        self.node, self.inputs, self.tangents = node, inputs, tangents
        self.n = node._attrs["variables"]
        self._find_moving()
        self.draws: list[Any] = []
        while node._attrs.get("stateful") and self._keep_draws():
            self._find_moving()

    def _find_moving(self) -> None:
        """The step with tangents, and which variables move: those that movers reach."""
        n, self.body = self.n, self.node._attrs["body"]
        moving = [t is not None for t in self.tangents]
        while True:
            self.forward, self.given = self.body.forward(tuple(moving))
            more = [m or g for m, g in zip(moving[:n], self.given[:n], strict=True)]
            if more == moving[:n]:
                break
            moving[:n] = more
        self.moving = [i for i in range(n) if moving[i]]

    def _keep_draws(self) -> bool:
        """Let the loop stack what stateful operations of its body give; whether that is more."""
        body = self.body
        _mark(self.node)
        self.draws = draws_of(body)
        present = {t._id for t in self.node._attrs["body"].outputs[self.n :]}
        fresh = [t for t in self.draws if t._id not in present]
        if fresh:
            _keep(self.node, fresh)
        grown = self.node._attrs["body"]
        if grown is body:
            return False
        self.body = grown
        return True

    def run(self) -> list[Any]:
        """The tangents of the loop's results (``None`` where there is none)."""
        if not any(self.given):
            return [None] * len(self.node.outputs)
        zeros_like, inputs, n = PUBLIC["zeros_like"], self.inputs, self.n
        values = list(inputs[:n])
        start = [
            zeros_like(inputs[i]) if self.tangents[i] is None else self.tangents[i]
            for i in self.moving
        ]
        attrs = self.node._attrs
        stateful = bool(attrs.get("stateful"))
        step = self._kept_step if stateful else self._step
        zero = PUBLIC["zeros"]([], "int32")
        count = _iterations(self.node, self.node.outputs[attrs["marker"]]) if stateful else zero

        def test(k: Any, values: Any, moving: Any) -> Any:
            return k < count if stateful else attrs["cond"].call([*values, *inputs[n:]])[0]

        shapes = (TensorShape([]), *self._invariants())
        maximum = None if stateful else attrs["maximum"]
        (_, _, moved), rows = loop(
            test, step, (zero, values, start), shapes, maximum, attrs["count"]
        )
        return self._sorted(moved, rows)

    def _invariants(self) -> tuple[list[Any], list[Any]]:
        """The shapes of variables and of tangents that hold in each iteration."""
        shapes = [known_shape(t) for t in self.body.inputs[: self.n]]
        results = dict(
            zip(
                [i for i, given in enumerate(self.given) if given],
                [known_shape(t) for t in self.forward.outputs],
                strict=True,
            )
        )
        both = [
            shapes[i].most_specific_common_supertype([results.get(i, shapes[i])])
            for i in self.moving
        ]
        return shapes, both

    def _step(self, k: Any, values: Any, moving: Any) -> Any:
        return self._moved(k, values, moving, self.body.call([*values, *self.inputs[self.n :]]))

    def _kept_step(self, k: Any, values: Any, moving: Any) -> Any:
        """The step with what was kept in place of what it would draw."""
        body = self.body
        at = {t._id: i for i, t in enumerate(body.outputs) if i >= self.n}
        stop = body.span[1]
        quiet = GraphFunction(
            body.name, body.graph, [*body.inputs, *self.draws], body.outputs, (stop, stop)
        )
        kept = [row_of(self.node.outputs[at[t._id]], k) for t in self.draws]
        return self._moved(k, values, moving, quiet.call([*values, *self.inputs[self.n :], *kept]))

    def _moved(self, k: Any, values: Any, moving: Any, outs: Any) -> Any:
        n = self.n
        fixed = [t for t in self.tangents[n:] if t is not None]
        args = [*values, *self.inputs[n:], *outs, *moving, *fixed]
        found = iter(self.forward.call(args))
        by_output = {i: next(found) for i, given in enumerate(self.given) if given}
        zeros_like = PUBLIC["zeros_like"]
        news = [by_output[i] if i in by_output else zeros_like(outs[i]) for i in self.moving]
        rows = [t for i, t in by_output.items() if i >= n]
        return (k + 1, list(outs[:n]), news), rows

    def _sorted(self, moved: Any, rows: Any) -> list[Any]:
        """Tangents in the order of the loop's results."""
        found: list[Any] = [None] * len(self.node.outputs)
        for i, t in zip(self.moving, moved, strict=True):
            found[i] = t
        places = [i for i, given in enumerate(self.given) if given and i >= self.n]
        for i, t in zip(places, rows, strict=True):
            found[i] = t
        if rows:
            pads = [_is_stack(self.body.outputs[i]) for i in places]
            rows[0]._operation._attrs["padded"] = tuple(pads)
        return found


if_op.pushforward, while_op.pushforward = _if_pushforward, _while_pushforward
