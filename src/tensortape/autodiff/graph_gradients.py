"""``tf.gradients`` and ``tf.hessians``: symbolic derivatives within a graph.

Source: ``tf.gradients``, ``tf.hessians``.
"""

from __future__ import annotations

from typing import Any

from tensortape.arrays.recorded import recorded
from tensortape.autodiff.backward import Mode, reachable, walk
from tensortape.autodiff.endpoints import cotangent, finish, source_of, start, target_of
from tensortape.autodiff.graph_entries import entries_around
from tensortape.autodiff.overrides import overrides, rerouted
from tensortape.autodiff.tape import UnconnectedGradients
from tensortape.core import nest
from tensortape.core.convert import convert_to_tensor
from tensortape.core.errors import InvalidArgumentError
from tensortape.core.registry import PUBLIC, export
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
        name: has no effect, as has ``gate_gradients``.
        gate_gradients: see ``name``.
        aggregation_method: one of ``tf.AggregationMethod``, which all come to the same.
        stop_gradients: a tensor that counts as a constant, or several.
        unconnected_gradients: ``"none"`` or ``"zero"``.

    >>> import tensortape as tf
    >>> with tf.Graph().as_default():
    ...     x = tf.compat.v1.placeholder(tf.float32, [2, 3])
    ...     (dx,) = tf.gradients(tf.reduce_sum(x**2), x)
    >>> dx.shape
    TensorShape([2, 3])

    Tensors of the functions and branches around the graph, and constants, are sources like others.

    Raises ``RuntimeError`` when operations run eagerly: then ``tf.GradientTape`` does it;
    ``ValueError`` for another number of ``grad_ys`` than of ``ys``, or another shape than its
    ``y``'s; ``TypeError`` for another dtype, or where a complex ``y`` has none.
    """
    _need_graph("tf.gradients")
    policy = UnconnectedGradients(unconnected_gradients)
    _check_method(aggregation_method)
    targets = [target_of(y) for y in nest.flatten(ys)]
    handles = [source_of(x) for x in nest.flatten(xs)]
    seeds = _seeds(grad_ys, targets)
    stopped = {t._id for t in nest.flatten([] if stop_gradients is None else stop_gradients)}
    entries = entries_around(state.graph)
    entries = [e for e in entries if not any(o._id in stopped for o in e.outputs)]
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

    Each has the shape ``x.shape + x.shape``. Raises ``RuntimeError`` when operations run eagerly,
    ``ValueError`` for an unknown shape in a graph that is not a function's.
    """
    _need_graph("tf.hessians")
    return [_hessian(ys, x) for x in nest.flatten(xs)]


def _hessian(ys: Any, x: Any) -> Any:
    shape = x.shape
    (g,) = gradients(ys, x, unconnected_gradients="zero")
    if not shape.is_fully_defined():
        return _open_hessian(g, x)
    size = shape.num_elements()
    flat = PUBLIC["reshape"](g, [size])
    rows = [gradients(flat[i], x, unconnected_gradients="zero")[0] for i in range(size)]
    return PUBLIC["reshape"](PUBLIC["stack"](rows), [*shape.as_list(), *shape.as_list()])


def _open_hessian(g: Any, x: Any) -> Any:
    """The Hessian where the call decides how many rows it has: a loop of the graph makes them."""
    if not state.graph.building_function:
        raise ValueError(f"tf.hessians outside of functions needs a known shape, got {x.shape}.")
    flat = PUBLIC["reshape"](g, [-1])

    def row(i: Any) -> Any:
        return gradients(PUBLIC["gather"](flat, i), x, unconnected_gradients="zero")[0]

    rows = PUBLIC["map_fn"](row, PUBLIC["range"](PUBLIC["size"](flat)), fn_output_signature=x.dtype)
    sizes = PUBLIC["shape"](x)
    hessian = PUBLIC["reshape"](rows, PUBLIC["concat"]([sizes, sizes], 0))
    hessian.set_shape(x.shape.concatenate(x.shape))
    return hessian


NOT_EAGER = "is not supported when eager execution is enabled. Use tf.GradientTape instead."


def only_in_graphs(error: RuntimeError) -> bool:
    """Whether an error says that what works on the tensors of a graph was called on values."""
    return str(error).endswith(NOT_EAGER)


def _need_graph(what: str) -> None:
    if not hasattr(state.xp, "evaluate"):
        raise RuntimeError(f"{what} {NOT_EAGER}")


def _check_method(method: Any) -> None:
    if method not in (None, 0, 1, 2):
        raise ValueError(
            f"Invalid `aggregation_method` specified {method!r}: give one of tf.AggregationMethod, "
            "or leave it out."
        )


def _seeds(grad_ys: Any, targets: list[Any]) -> list[Any]:
    """The cotangents given, each held against its target."""
    seeds = [None] * len(targets) if grad_ys is None else _as_list(grad_ys)
    if len(seeds) != len(targets):
        raise ValueError(f"Passed {len(seeds)} grad_ys for {len(targets)} ys: give one for each.")
    return [_seed(seed, t) for seed, t in zip(seeds, targets, strict=True)]


def _as_list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _seed(seed: Any, target: Any) -> Any:
    if seed is None:
        if target.dtype.is_complex:
            raise TypeError(
                f"Gradients of complex tensors ({target!r}) must set grad_ys: differentiate "
                "tf.math.real, or say along which cotangent."
            )
        return None
    seed = convert_to_tensor(seed)
    if seed.dtype != target.dtype:
        raise TypeError(
            f"Gradient type {seed.dtype.name} generated for a y of {target.dtype.name}: give "
            "grad_ys the dtypes of ys."
        )
    try:
        return cotangent(seed, target)
    except InvalidArgumentError as error:
        raise ValueError(f"grad_ys do not fit ys: {error.message}") from None


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
