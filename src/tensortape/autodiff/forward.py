"""``tf.autodiff.ForwardAccumulator``: Jacobian-vector products computed along with the values.

An accumulator listens to operations. The tangent of an operation's output comes from its forward
rule, or else from its backward rule: that rule is linear in the cotangent ``g``, so the derivative
of ``<vjp(g), t>`` with respect to ``g`` is the tangent.

What an accumulator computes is heard by those who listened before it came (tapes and accumulators
around it), never by itself or by those inside: so nesting gives higher derivatives.
"""

from __future__ import annotations

from typing import Any

from tensortape.arrays.recorded import recorded
from tensortape.autodiff.backward import Entry, Mode, rule_running, without_rule
from tensortape.autodiff.endpoints import source_of, zeros_for
from tensortape.autodiff.tape import GradientTape, UnconnectedGradients
from tensortape.core import errors, events, nest
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dtypes import ExtensionDtypes
from tensortape.core.policy import safe_op, safety
from tensortape.core.registry import PUBLIC, export
from tensortape.core.rows import whole
from tensortape.core.state import add_listener, quiet_floats, remove_listener, state
from tensortape.core.tensor import Tensor

FLOATS = frozenset("fcV")


@export("autodiff.ForwardAccumulator")
class ForwardAccumulator:
    """Compute Jacobian-vector products by forward-mode automatic differentiation.

    >>> import tensortape as tf
    >>> x = tf.constant([2.0, 3.0])
    >>> with tf.autodiff.ForwardAccumulator(x, tf.constant([1.0, 0.0])) as acc:
    ...     y = x * x
    >>> acc.jvp(y).numpy().tolist()
    [4.0, 0.0]

    Args:
        primals: a tensor, variable or nest of them.
        tangents: the direction: the same nest of tensors of the same shapes and dtypes.

    Raises ``ValueError`` when a primal is listed twice, when the nests differ, or on entering an
    accumulator that is recording already. Source: ``tf.autodiff.ForwardAccumulator``.
    """

    def __init__(self, primals: Any, tangents: Any) -> None:
        self._recording = False
        self._tangents: dict[int, Any] = {}
        self._outer: tuple[Any, ...] = ()
        self._calls: dict[int, Any] = {}
        """First output -> inputs, of control flow: it may get more results later."""
        nest.assert_same_structure([primals] if _is_leaf(primals) else primals,
                                   [tangents] if _is_leaf(primals) else tangents)  # fmt: skip
        flat = [source_of(p) for p in nest.flatten(primals)]
        seen: set[int] = set()
        for primal in flat:
            if primal._id in seen:
                raise ValueError(
                    f"Tensor {primal!r:.200} was specified as a primal multiple times. This may "
                    "indicate an error. If it was intended, please sum the corresponding tangents."
                )
            seen.add(primal._id)
        self._watch(flat, nest.flatten(tangents))

    def _watch(self, primals: Any, tangents: Any) -> None:
        """Give ``primals`` these tangents (added to what they have)."""
        for primal, tangent in zip(nest.flatten(primals), nest.flatten(tangents), strict=True):
            handle = source_of(primal)
            if handle._a.dtype.kind not in FLOATS:
                continue
            t = convert_to_tensor(tangent, dtype=handle.dtype)
            before = self._tangents.get(handle._id)
            self._tangents[handle._id] = t if before is None else before + t

    def __enter__(self) -> ForwardAccumulator:
        if self._recording:
            raise ValueError("Accumulator is already recording.")
        self._outer = state.listeners
        add_listener(self)
        self._recording = True
        return self

    def __exit__(self, *exc: object) -> None:
        if self._recording:
            remove_listener(self)
            self._recording = False

    def jvp(self, primals: Any, unconnected_gradients: Any = UnconnectedGradients.NONE) -> Any:
        """The tangents that were computed for ``primals`` (a tensor, variable or nest of them).

        ``None`` (or zeros, with ``unconnected_gradients="zero"``) where there is none.
        """
        policy = UnconnectedGradients(unconnected_gradients)

        def find(value: Any) -> Any:
            value = source_of(value)
            t = self._tangents.get(value._id)
            return zeros_for(value) if t is None and policy is UnconnectedGradients.ZERO else t

        return nest.map_structure(find, primals)

    # -- listening -------------------------------------------------------------------------

    def wants(self, tensor: Any) -> bool:
        """Whether a tensor has a tangent."""
        return tensor._id in self._tangents

    def read_variable(self, variable: Any, tensor: Any) -> None:
        """A variable's value was used: it has the variable's tangent."""
        t = self._tangents.get(variable._id)
        if t is not None:
            self._tangents[tensor._id] = t

    def record(self, op: Any, inputs: Any, outputs: Any, attrs: Any) -> None:
        """Compute the tangents of an executed operation's outputs."""
        known = self._tangents
        tangents = [known.get(t._id) for t in inputs]
        if all(t is None for t in tangents) or op.nondifferentiable:
            return
        if not any(o._a.dtype.kind in FLOATS and o._id not in known for o in outputs):
            return
        if op.family == "call" and state.graph is not None:
            self._calls[outputs[0]._id] = inputs
        saved = state.listeners
        state.listeners = self._outer
        try:
            results = push(op, tangents, inputs, outputs, attrs)
        except (ValueError, errors.InvalidArgumentError):
            check_shapes(inputs, tangents)
            raise
        finally:
            state.listeners = saved
        for i, (o, t) in enumerate(zip(outputs, results, strict=True)):
            if op.computed and op.computed[i]._id in known:  # the tangents within come first
                t = known[op.computed[i]._id]
            if t is not None and o._a.dtype.kind in FLOATS:
                known[o._id] = t

    def extend(self, output: Any, more: Any) -> None:
        """The operation with ``output`` as its first result has got more results."""
        inputs = self._calls.get(output._id)
        if inputs is None:
            return
        node = output._operation
        before = {t._id: self._tangents.get(t._id) for t in node.outputs}
        self.record(node._op, inputs, node.outputs, node._attrs)
        known = {key: t for key, t in before.items() if t is not None}
        self._tangents.update(known)  # others have read them already


def _is_leaf(value: Any) -> bool:
    return not nest.is_nested(value)


def check_shapes(inputs: Any, tangents: Any) -> None:
    """Refuse a tangent of another shape than its primal."""
    for x, t in zip(inputs, tangents, strict=True):
        if t is not None and t._a.shape != x._a.shape:
            raise ValueError(
                f"Tangent {t!r:.200} was expected to be of shape {x.shape} but is instead of shape "
                f"{t.shape}"
            )


def push(op: Any, tangents: Any, inputs: Any, outputs: Any, attrs: Any) -> list[Any]:
    """Tangents of the outputs (tensors or ``None``)."""
    if safety.on:
        op = safe_op(op)
    if op.pushforward is None or (op.input_vjps and op.partials):
        return transposed(op, tangents, inputs, outputs, attrs)
    single = op.outputs is None
    if ExtensionDtypes.active or any(not isinstance(x, events.Observer) for x in state.listeners):
        y = outputs[0] if single else outputs
        with rule_running():
            result = op.pushforward(recorded, tangents, y, *inputs, **attrs)
        return [result] if single else list(result)
    ys = [o._a for o in outputs]
    raw = [None if t is None else t._a for t in tangents]
    token = quiet_floats.set()
    try:
        result = op.pushforward(
            state.xp, raw, ys[0] if single else ys, *[x._a for x in inputs], **attrs
        )
    finally:
        quiet_floats.reset(token)
    return [None if r is None else state.tensor(r) for r in ([result] if single else result)]


def transposed(op: Any, tangents: Any, inputs: Any, outputs: Any, attrs: Any) -> list[Any]:
    """The tangents of the outputs, by differentiating the backward rule by its cotangents.

    The rule is linear, so it matters little where; some take cotangents apart at zero, hence ones.
    """
    mask = [t is not None for t in tangents]
    if state.graph is None:
        gs = [state.tensor(state.xp.ones_like(o._a)) for o in outputs]
    else:  # part of the graph: rules may ask for its size
        gs = [PUBLIC["ones_like"](o) for o in outputs]
    with GradientTape(watch_accessed_variables=False) as tape:
        floating = [g for g in gs if g._a.dtype.kind in FLOATS]
        tape.watch(floating)
        if op.pullback is None:
            down = without_rule(Entry(op, inputs, outputs, attrs), gs, Mode(recorded, True))
        else:
            single = op.outputs is None
            g, y = (gs[0], outputs[0]) if single else (gs, outputs)
            with rule_running():
                down = op.pullback(recorded, g, y, inputs, attrs, mask)
    pairs = [
        (tensor_of(d), t)
        for d, t in zip(down, tangents, strict=False)
        if t is not None and d is not None
    ]
    if not pairs:
        return [None] * len(outputs)
    targets, seeds = [d for d, _ in pairs], [t for _, t in pairs]
    found = iter(tape.gradient(targets, floating, output_gradients=seeds))
    return [tensor_of(next(found)) if g._a.dtype.kind in FLOATS else None for g in gs]


def tensor_of(value: Any) -> Any:
    """Sparse gradients as dense tensors."""
    value = whole(value)
    return value if value is None or isinstance(value, Tensor) else convert_to_tensor(value)
