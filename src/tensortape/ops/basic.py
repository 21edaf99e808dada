"""Operations that pass values on: identity, variable reads, barriers to gradients."""

from __future__ import annotations

from typing import Any

from tensortape.core.dispatch import execute, in_graph
from tensortape.core.op import op
from tensortape.core.public import tensor
from tensortape.core.registry import export
from tensortape.core.shapes import TensorShape
from tensortape.ops.layout.attributes import invalid


@op(
    "Identity",
    transparent=True,
    primitive="identity",
    saves=(),
    native_dtypes=True,
    samples=[(((2, 3),), {})],
)
def identity_op(xp, input):
    """The value itself."""
    return input


@identity_op.vjp
def _(xp, g, y, x):
    return g


@op("ReadVariableOp", transparent=True, saves=(), native_dtypes=True, samples=[(((2, 3),), {})])
def read_variable(xp, resource):
    """The current value of a variable."""
    return resource


@read_variable.vjp
def _(xp, g, y, x):
    return g


@op(
    "StopGradient",
    primitive="stop_gradient",
    api=("stop_gradient",),
    nondifferentiable="stop_gradient was asked for",
    native_dtypes=True,
)
def stop_gradient(xp, input):
    """Pass the value on and let no gradient through: the result counts as a constant.

    >>> import tensortape as tf
    >>> x = tf.Variable(2.0)
    >>> with tf.GradientTape() as tape:
    ...     y = x * tf.stop_gradient(x)
    >>> tape.gradient(y, x).numpy()
    np.float32(2.0)

    Source: ``tf.stop_gradient``.
    """
    return input


@op("EnsureShape", saves=(), native_dtypes=True, samples=[(((2, 3),), {"shape": (2, None)})])
def ensure_shape_op(xp, input, *, shape):
    """The value itself, if its shape is compatible."""
    if not TensorShape(shape).is_compatible_with(input.shape):
        raise _not_compatible(input.shape, shape)
    return input


@ensure_shape_op.vjp
def _(xp, g, y, x, *, shape):
    return g


@op(
    "IdentityN",
    outputs=0,
    variadic=True,
    saves=(),
    native_dtypes=True,
    samples=[(((2, 3), (2,)), {})],
)
def identity_n_op(xp, *input):
    """The values themselves."""
    return input


@identity_n_op.vjp
def _(xp, g, y, *xs):
    return g


for _op in (identity_op, read_variable, ensure_shape_op):
    _op.jvp(lambda xp, tangents, y, *inputs, **attrs: tangents[0])
identity_n_op.jvp(lambda xp, tangents, y, *inputs: list(tangents))


@export("identity")
def identity(input: Any, name: str | None = None) -> Any:
    """A tensor with the value of ``input``: for a variable, its value now.

    Composites (nests of tensors) are copied leaf by leaf. Source: ``tf.identity``.
    """
    if hasattr(input, "_map_tensors"):
        return input._map_tensors(identity)
    return execute(identity_op, (tensor(input),))


@export("guarantee_const")
def guarantee_const(input: Any, name: str | None = None) -> Any:
    """The value itself (a promise to TensorFlow's runtime that means nothing here)."""
    return identity(input)


@export("identity_n")
def identity_n(input: Any, name: str | None = None) -> list[Any]:
    """A list of tensors with the values of ``input``. Source: ``tf.identity_n``."""
    return list(execute(identity_n_op, tuple(tensor(x) for x in input)))


@export("ensure_shape")
def ensure_shape(x: Any, shape: Any, name: str | None = None) -> Any:
    """``x``, after a check that its shape is compatible with ``shape`` (``None``: any length).

    Raises ``tf.errors.InvalidArgumentError`` otherwise. Source: ``tf.ensure_shape``.
    """
    t = tensor(x)
    wanted = TensorShape(shape)
    if not wanted.is_compatible_with(t.shape):
        raise in_graph(_not_compatible(t.shape, wanted))
    return execute(ensure_shape_op, (t,), {"shape": wanted})


def _not_compatible(found: Any, wanted: Any) -> Exception:
    return invalid(
        f"Shape of tensor input {list(found)} is not compatible with expected shape {wanted} "
        "[Op:EnsureShape]"
    )
