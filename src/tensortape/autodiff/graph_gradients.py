"""``tf.gradients`` and ``tf.hessians``: symbolic derivatives within a graph.

Source: ``tf.gradients``, ``tf.hessians``.
"""

from __future__ import annotations

from typing import Any

from tensortape.arrays.recorded import recorded
from tensortape.autodiff.backward import Entry, Mode, reachable, walk
from tensortape.autodiff.endpoints import finish, source_of, start, target_of
from tensortape.autodiff.overrides import overrides, rerouted
from tensortape.autodiff.tape import UnconnectedGradients
from tensortape.core import nest
from tensortape.core.registry import OPS, PUBLIC, export
from tensortape.core.rows import Rows
from tensortape.core.state import state


@export("gradients")
def gradients(
    ys: Any,
    xs: Any,
    grad_ys: Any = None,
    name: str = "gradients",
    gate_gradients: bool = False,
    aggregation_method: Any = None,
    stop_gradients: Any = None,
    unconnected_gradients: Any = UnconnectedGradients.NONE,
) -> list[Any]:
    """The derivatives of the sum of ``ys`` with respect to each of ``xs``, in a graph.

    Args:
        ys: a tensor of the graph, or several.
        xs: tensors of the graph or variables.
        grad_ys: cotangents, one per ``y``; ones where ``None``.
        name: has no effect, as have ``gate_gradients`` and ``aggregation_method``.
        gate_gradients: see ``name``.
        aggregation_method: see ``name``.
        stop_gradients: tensors that count as constants.
        unconnected_gradients: ``"none"`` or ``"zero"``.

    >>> import tensortape as tf
    >>> with tf.Graph().as_default():
    ...     x = tf.compat.v1.placeholder(tf.float32, [2, 3])
    ...     (dx,) = tf.gradients(tf.reduce_sum(x**2), x)
    >>> dx.shape
    TensorShape([2, 3])

    Raises ``RuntimeError`` when operations run eagerly: then ``tf.GradientTape`` does it.
    """
    _need_graph("tf.gradients")
    policy = UnconnectedGradients(unconnected_gradients)
    targets = [target_of(y) for y in nest.flatten(ys)]
    handles = [source_of(x) for x in nest.flatten(xs)]
    seeds = None if grad_ys is None else nest.flatten(grad_ys)
    stopped = {t._id for t in nest.flatten(stop_gradients or [])}
    entries = [e for e in _entries(targets) if not any(o._id in stopped for o in e.outputs)]
    found = _pull(entries, targets, handles, seeds)
    return finish(found, handles) if policy is UnconnectedGradients.ZERO else found


@export("hessians")
def hessians(
    ys: Any,
    xs: Any,
    gate_gradients: bool = False,
    aggregation_method: Any = None,
    name: str = "hessians",
) -> list[Any]:
    """The matrices of second derivatives of the sum of ``ys`` for each of ``xs``, in a graph.

    Each has the shape ``x.shape + x.shape``, which must be known. Raises ``RuntimeError`` when
    operations run eagerly, ``ValueError`` for an unknown shape.
    """
    _need_graph("tf.hessians")
    return [_hessian(ys, x) for x in nest.flatten(xs)]


def _hessian(ys: Any, x: Any) -> Any:
    shape = x.shape
    if not shape.is_fully_defined():
        raise ValueError(f"tf.hessians needs a known shape, received {shape}.")
    size = shape.num_elements()
    (g,) = gradients(ys, x, unconnected_gradients="zero")
    flat = PUBLIC["reshape"](g, [size])
    rows = [gradients(flat[i], x, unconnected_gradients="zero")[0] for i in range(size)]
    return PUBLIC["reshape"](PUBLIC["stack"](rows), [*shape.as_list(), *shape.as_list()])


NOT_EAGER = "is not supported when eager execution is enabled. Use tf.GradientTape instead."


def only_in_graphs(error: RuntimeError) -> bool:
    """Whether an error says that what works on the tensors of a graph was called on values."""
    return str(error).endswith(NOT_EAGER)


def _need_graph(what: str) -> None:
    if not hasattr(state.xp, "evaluate"):
        raise RuntimeError(f"{what} {NOT_EAGER}")


def _entries(targets: list[Any]) -> list[Entry]:
    """The operations of the targets' graph, as a tape would have recorded them."""
    graph = next((t.graph for t in targets if getattr(t, "_operation", None) is not None), None)
    if graph is None:
        return []
    read = OPS["ReadVariableOp"]
    reads = [Entry(read, (v,), (t,), {}) for v, t in getattr(graph, "variables", {}).values()]
    return reads + [_entry(node) for node in graph.get_operations() if node._op is not None]


def _entry(node: Any) -> Entry:
    op, attrs = node._op, node._attrs
    if op.normalise is not None:
        attrs = op.normalise(node.inputs, attrs)
    return Entry(op, node.differentiated, node.outputs, attrs)


def _pull(entries: Any, targets: Any, handles: Any, seeds: Any) -> list[Any]:
    wanted = {h._id for h in handles}
    if overrides.used:
        entries = rerouted(entries)
    needed = reachable(entries, wanted)
    mode = Mode(recorded, True)
    grads = start(targets, seeds, needed, mode)
    found = walk(entries, grads, needed, wanted, mode)
    results = [found.get(h._id) for h in handles]
    return [g.slices() if type(g) is Rows else g for g in results]
