"""TensorFlow's registry of gradient functions, as a view of the one operation registry."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tensortape.arrays.recorded import recorded
from tensortape.core import face
from tensortape.core.op import Op
from tensortape.core.registry import OPS, export
from tensortape.core.rows import Rows


class OpView:
    """What a rule with TensorFlow's signature ``(op, *dys)`` sees of a recorded operation."""

    def __init__(self, entry: Any) -> None:
        self._entry = entry

    @property
    def type(self) -> str:
        """The op type."""
        return self._entry.op.type

    @property
    def name(self) -> str:
        """The name."""
        return self._entry.op.name

    @property
    def inputs(self) -> tuple[Any, ...]:
        """The input tensors."""
        return tuple(self._entry.inputs)

    @property
    def outputs(self) -> tuple[Any, ...]:
        """The output tensors."""
        return tuple(self._entry.outputs)

    def get_attr(self, name: str) -> Any:
        """The value of an attribute; ``ValueError`` when the operation has none of that name."""
        if name == "T":
            return self.inputs[0].dtype
        if name not in self._entry.attrs:
            raise ValueError(f"Operation {self.type!r} has no attr named {name!r}.")
        return self._entry.attrs[name]


def differentiable(op: Op) -> bool:
    """Whether the operation has a rule, built in or given by the user."""
    return op.pullback is not None or op.user_pullback is not None


def as_gradient_function(op: Op) -> Callable[..., Any] | None:
    """The rule of ``op`` with TensorFlow's signature; ``None`` if it has none on purpose."""
    if op.user_pullback is not None:
        return getattr(op.user_pullback, "original", op.user_pullback)
    if op.pullback is None:
        return None

    def gradient(view: Any, *dys: Any) -> Any:
        single = op.outputs is None
        g, y = (dys[0], view.outputs[0]) if single else (list(dys), view.outputs)
        attrs = view._entry.attrs if isinstance(view, OpView) else {}
        mask = [True] * len(view.inputs)
        grads = op.pullback(recorded, g, y, view.inputs, attrs, mask)  # type: ignore[misc]
        grads = [g.slices() if type(g) is Rows else g for g in grads]
        return grads[0] if len(grads) == 1 else grads

    gradient.__name__ = f"_{op.type}Grad"
    gradient.__doc__ = f"The derivative of {op.type}: {op.doc.splitlines()[0] if op.doc else ''}"
    return gradient


class RegistryView(Mapping[str, Any]):
    """Mapping from op type to ``{"type": gradient function, "location": where it is defined}``."""

    def __getitem__(self, name: str) -> dict[str, Any]:
        if name not in OPS:
            face.complete()
        op = OPS[name]
        if not (differentiable(op) or op.nondifferentiable):
            raise KeyError(name)
        return {"type": as_gradient_function(op), "location": op.kernel.__module__}

    def __iter__(self) -> Iterator[str]:
        face.complete()
        return (n for n, op in OPS.items() if differentiable(op) or op.nondifferentiable)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def keys(self) -> Any:
        """The op types, as a dictionary shows its keys."""
        return dict.fromkeys(self).keys()

    def __repr__(self) -> str:
        return repr(dict(self))


class GradientRegistry:
    """The object TensorFlow calls ``ops._gradient_registry``."""

    _name = "gradient"

    def __init__(self) -> None:
        self._registry = RegistryView()

    def list(self) -> Any:
        """The op types."""
        return self._registry.keys()

    def lookup(self, name: str) -> Any:
        """The gradient function of op type ``name``; ``LookupError`` when none is registered."""
        try:
            return self._registry[name]["type"]
        except KeyError:
            raise LookupError(f"gradient registry has no entry for: {name}") from None

    def register(self, candidate: Any, name: str | None = None) -> None:
        """Register ``candidate`` as the gradient function of ``name``."""
        RegisterGradient(name or candidate.__name__)(candidate)


gradient_registry = GradientRegistry()


@export("RegisterGradient")
class RegisterGradient:
    """Decorator: register ``rule(op, *dys)`` as the gradient function of an op type.

    >>> import tensortape as tf
    >>> @tf.RegisterGradient("MyDoubledIdentity")
    ... def _doubled(op, dy):
    ...     return 2 * dy

    Raises ``TypeError`` when the type is no string, ``KeyError`` when it has a gradient already.
    Source: ``tf.RegisterGradient``.
    """

    __slots__ = ("_op_type",)

    def __init__(self, op_type: str) -> None:
        if not isinstance(op_type, str):
            raise TypeError(f"op_type must be a string, received {op_type!r}")
        self._op_type = op_type

    def __call__(self, f: Callable[..., Any]) -> Callable[..., Any]:
        """Register ``f`` and return it; ``KeyError`` if the type has a gradient already."""
        op = _op_for(self._op_type, f)

        def rule(entry: Any, dys: Any) -> Any:
            grads = f(OpView(entry), *dys)
            return list(grads) if isinstance(grads, (list, tuple)) else [grads]

        rule.original = f  # type: ignore[attr-defined]
        op.user_pullback = rule
        return f


@export("no_gradient")
def no_gradient(op_type: str) -> None:
    """Declare that ops of type ``op_type`` have no derivative: their gradients are ``None``.

    Raises ``TypeError`` when the type is no string, ``KeyError`` when it has a gradient already.
    Source: ``tf.no_gradient``.
    """
    if not isinstance(op_type, str):
        raise TypeError(f"op_type must be a string, received {op_type!r}")
    _op_for(op_type, no_gradient).nondifferentiable = "declared by tf.no_gradient"


def _op_for(op_type: str, f: Callable[..., Any]) -> Op:
    """The record of ``op_type``, free to take a rule; unknown types get one of their own."""
    if op_type not in OPS:
        face.complete()
    op = OPS.get(op_type)
    if op is None:
        op = OPS[op_type] = Op(op_type, f, name=op_type, family="registered")
    elif differentiable(op) or op.nondifferentiable:
        raise KeyError(
            f"Registering two gradient with name {op_type!r}! (Previous registration was in "
            f"{op.kernel.__module__}.)"
        )
    return op
