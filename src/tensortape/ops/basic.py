"""Operations that pass values on: identity, variable reads, casts, and the shape of values."""

from __future__ import annotations

from typing import Any

from tensortape.core.op import op
from tensortape.core.registry import export


@op("Identity", primitive="identity", api=("identity",), saves=(), native_dtypes=True)
def identity(xp, input):
    """Return a tensor with the same contents as the input."""
    return input


@identity.vjp
def _(xp, g, y, x):
    return g


@op("ReadVariableOp", saves=(), native_dtypes=True)
def read_variable(xp, resource):
    return resource


@read_variable.vjp
def _(xp, g, y, x):
    return g


@op("StopGradient", primitive="stop_gradient", api=("stop_gradient",),
    nondifferentiable="stop_gradient was asked for", native_dtypes=True)  # fmt: skip
def stop_gradient(xp, input):
    """Pass the value on and let no gradient through."""
    return input


@op("BroadcastTo", primitive="broadcast_to", api=("broadcast_to",), saves=(), native_dtypes=True)
def broadcast_to(xp, input, *, shape):
    """Broadcast an array for a compatible shape."""
    return xp.broadcast_to(input, shape)


@broadcast_to.vjp
def _(xp, g, y, x, *, shape):
    return xp.sum_to(g, shape=tuple(x.shape))


@op("SumTo", primitive="sum_to", saves=())
def sum_to(xp, x, *, shape):
    """Sum over the axes along which ``shape`` was broadcast: the transpose of broadcasting."""
    return xp.sum_to(x, shape)


@sum_to.vjp
def _(xp, g, y, x, *, shape):
    return xp.broadcast_to(xp.reshape(g, (1,) * (x.ndim - len(shape)) + tuple(shape)), tuple(x.shape))


@op("Reshape", primitive="reshape", saves=(), native_dtypes=True)
def reshape(xp, tensor, *, shape):
    """Reshape to ``shape``."""
    return xp.reshape(tensor, shape)


@reshape.vjp
def _(xp, g, y, x, *, shape):
    return xp.reshape(g, tuple(x.shape))
