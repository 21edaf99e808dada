"""The graph of a traced function as a picture.

>>> import tensortape as tf
>>> @tf.function
... def halved(x):
...     return tf.while_loop(lambda x: tf.reduce_sum(x) > 1.0, lambda x: x / 2.0, [x])
>>> _ = halved(tf.constant([8.0, 8.0]))
>>> text = tf.examine.draw(halved)
>>> text.startswith("<svg"), "While" in text
(True, True)
"""

from __future__ import annotations

import linecache
import os
from typing import Any

import numpy as np

from tensortape.examine.export import dot, svg
from tensortape.examine.export.graph import Node, settle
from tensortape.examine.page import write_atomically
from tensortape.graph.concrete import ConcreteFunction
from tensortape.graph.function import Function
from tensortape.graph.ir import Node as Step
from tensortape.graph.ir import Program
from tensortape.graph.passes import optimise


def draw(
    function: Any,
    path: str | os.PathLike[str] | None = None,
    *,
    args: tuple[Any, ...] = (),
    form: str | None = None,
    optimised: bool = False,
) -> str:
    """Draw what was traced; branches and loop bodies hang on their operation by dashed lines.

    ``function`` is a ``tf.function`` (its last trace is drawn), a concrete function or a program.
    The picture is returned, and written to ``path`` if one is given; ``form`` is ``"svg"`` or
    ``"dot"`` (Graphviz), by the end of ``path`` if it is left out. With ``args`` (examples, or
    ``tf.TensorSpec``) shapes are those of the arguments. ``optimised``: after the passes, as it is
    run. Boxes show shapes; their tooltips, the line of code.

    Raises ``TypeError`` for what is no traced function, ``ValueError`` for one that has not been
    traced or for another form.
    """
    program, labels = _program_of(function, args)
    if form is None:
        form = "dot" if str(path).endswith((".dot", ".gv")) else "svg"
    if form not in ("svg", "dot"):
        raise ValueError(f'form must be "svg" or "dot", received {form!r}')
    program = optimise(program) if optimised else program
    nodes: list[Node] = []
    count = _add(program, nodes, "", labels, None)
    settle(nodes)
    title = f"{program.name}, {count} operations"
    text = dot.digraph(nodes) if form == "dot" else svg.picture(nodes, title, count)
    if path is not None:
        write_atomically(path, text)
    return text


def _program_of(function: Any, args: tuple[Any, ...]) -> tuple[Program, list[tuple[str, str]]]:
    """The program, and name and kind of each parameter."""
    if isinstance(function, Program):
        return function, []
    if isinstance(function, Function):
        traced = function._list_all_concrete_functions()
        if not traced:
            raise ValueError(
                f"{function!r} has no graph yet: call it, or draw "
                "function.get_concrete_function(tf.TensorSpec(...)). explain_traces() says whether "
                "it runs as plain Python."
            )
        function = traced[-1]
    if not isinstance(function, ConcreteFunction):
        raise TypeError(f"draw needs a tf.function or concrete function, received {function!r}")
    owners = {id(inner): v.name for v, inner in function.graph.variables.values()}
    labels = [
        (owners[id(t)], "variable") if id(t) in owners else (t.name.split(":")[0], "source")
        for t in function.function.inputs
    ]
    return function.program(*args), labels


def _add(
    program: Program, nodes: list[Node], prefix: str, labels: list[Any], owner: str | None
) -> int:
    """Append the nodes of a program and of those inside it; returns the count of operations."""
    made: dict[int, tuple[str, int]] = {}
    scope = prefix.rstrip("/")
    read = {i for step in program.nodes for i in step.uses()} | {*program.results}
    for k, i in enumerate(program.params):
        if owner is not None and i not in read:
            continue
        label, kind = labels[k] if k < len(labels) else (f"%{i}", "source")
        node = Node(f"{prefix}value_{i}", label, kind, scope, str(program.avals[i]))
        if owner is not None:
            node.inputs, node.flows = [(owner, 0)], [False]
        nodes.append(node)
        made[i] = (node.name, 0)
    for i, array in program.constants.items():
        label = str(np.asarray(array).tolist()) if array.size <= 4 else "constant"
        value = str(program.avals[i])
        nodes.append(Node(f"{prefix}value_{i}", label, "constant", scope, value))
        made[i] = (f"{prefix}value_{i}", 0)
    count = len(program.nodes)
    for step in program.nodes:
        node = _operation(program, step, prefix, made)
        nodes.append(node)
        made.update((i, (node.name, k)) for k, i in enumerate(step.outputs))
        for place, inner in enumerate(step.programs()):
            within = f"{node.name}/{inner.name or place}/"
            given = [(f"{inner.name} %{i}", "source") for i in inner.params]
            count += _add(inner, nodes, within, given, node.name)
    return count


def _operation(program: Program, step: Step, prefix: str, made: Any) -> Node:
    """One operation."""
    first = step.outputs[0] if step.outputs else step.late[0] if step.late else 0
    inputs = [made[i] for i in dict.fromkeys(step.uses())]
    target = any(i in program.results for i in step.outputs)
    inner = step.name.rpartition("/")[0]
    shapes = ", ".join(str(program.avals[i]) for i in step.outputs[:3])
    node = Node(
        f"{prefix}{step.op.type}_{first}",
        step.op.type,
        "target" if target else "op",
        (prefix + inner).rstrip("/"),
        shapes + (", …" if len(step.outputs) > 3 else ""),
        inputs=inputs,
        flows=[True] * len(inputs),
    )
    node.details = {k: t for k, t in _details(step).items() if t}
    return node


def _details(step: Step) -> dict[str, str]:
    """What is known of an operation, as text."""
    file, _, number = (step.line or "").rpartition(":")
    code = linecache.getline(file, int(number)).strip() if number.isdigit() else ""
    plain = {n: f"{a!r:.80}" for n, a in step.attrs.items() if not isinstance(a, (Program, tuple))}
    return {"name": step.name, "line": step.line or "", "code": code, **plain}
