"""Graphs as text: an operation a line, with names, shapes, and the line of the user's program."""

from __future__ import annotations

from typing import Any


def graph_text(graph: Any) -> str:
    """What ``print(concrete.graph)`` shows.

    >>> import tensortape as tf
    >>> f = tf.function(lambda x: tf.reduce_sum(x * x))
    >>> print(f.get_concrete_function(tf.TensorSpec([None], tf.float32)).graph)
    __inference_<lambda>_...:
      x: float32[?] = Placeholder()
      mul: float32[?] = Mul(x, x) ...
      Sum: float32[] = Sum(mul) axis=None keepdims=False ...
    """
    return "\n".join(_lines(graph._graph_name, graph.get_operations(), ""))


def _lines(name: str, operations: Any, indent: str) -> list[str]:
    """A graph, and the parts of its operations further inside."""
    rows = [f"{indent}{name}:"]
    for node in operations:
        rows.append(f"{indent}  {_operation(node)}")
        for part in _parts(node._attrs.values()):
            rows += _lines(part.name, _own(part), indent + "      ")
            rows.append(f"{indent}        return {', '.join(map(_name, part.outputs))}")
    return rows


def _own(part: Any) -> list[Any]:
    """The operations of a branch or of a loop's body."""
    first, stop = part.span
    return list(part.graph._operations[first:stop])


def _parts(values: Any) -> Any:
    """Functions among the attributes: branches and bodies."""
    for value in values:
        if isinstance(value, (tuple, list)):
            yield from _parts(value)
        elif hasattr(value, "span") and hasattr(value, "graph"):
            yield value


def _operation(node: Any) -> str:
    if node.type == "Const":
        return f"{node.name}: {_aval(node.outputs[0])} = {_value(node.outputs[0])}"
    outs = ", ".join(_aval(t) for t in node.outputs)
    ins = ", ".join(map(_name, node.inputs))
    attrs = (
        ""
        if node._op is None
        else "".join(f" {n}={a!r:.40}" for n, a in node._attrs.items() if not any(_parts((a,))))
    )
    where = f"  # {node.line}" if node.line and node._op is not None else ""
    given = f"{node.name}: {outs}" if outs else node.name
    return f"{given} = {node.type}({ins}){attrs}{where}"


def _aval(tensor: Any) -> str:
    a = tensor._a
    sizes = ",".join("?" if n is None else str(n) for n in a.shape)
    return f"{tensor.dtype.name}[{sizes}]"


def _name(tensor: Any) -> str:
    """How a tensor is called: by its operation, of several outputs with the index."""
    name = getattr(tensor, "_name", None)
    if name is None:
        return _value(tensor)
    return str(name).removesuffix(":0")


def _value(tensor: Any) -> str:
    a = tensor._a
    if a.size > 4:
        return f"constant {_aval(tensor)}"
    return repr(a.tolist())
