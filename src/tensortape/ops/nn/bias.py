"""Adding a bias along the channel axis."""

from __future__ import annotations

from typing import Any

from tensortape.core import errors
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import apply
from tensortape.core.op import op
from tensortape.core.operators import same_dtype
from tensortape.core.public import tensor
from tensortape.core.registry import export


def _shapes_fit(tensors: Any, attrs: dict[str, Any]) -> dict[str, Any]:
    value, bias = tensors
    if value.ndim < 2 or bias.ndim != 1:
        raise errors.InvalidArgumentError(
            None,
            None,
            "BiasAdd needs a value of at least 2 axes and a bias of 1, received shapes "
            f"{value.shape} and {bias.shape}",
        )
    channels = value.shape[attrs["axis"]]
    if None not in (channels, bias.shape[0]) and channels != bias.shape[0]:
        raise errors.InvalidArgumentError(
            None,
            None,
            "Must provide as many biases as the last dimension of the input tensor: "
            f"{bias.shape} vs. "
            f"{value.shape} [Op:BiasAdd]",
        )
    return attrs


@op("BiasAdd", primitive="bias_add", saves=(), normalise=_shapes_fit,
    samples=[(((2, 3), (3,)), {"axis": 1}), (((2, 3, 2), (3,)), {"axis": 1})])  # fmt: skip
def bias_add(xp, value, bias, *, axis):
    """Add ``bias`` along one axis."""
    if axis == value.ndim - 1:
        return value + bias
    return value + xp.reshape(bias, (-1,) + (1,) * (value.ndim - 1 - axis))


@bias_add.vjp(0)
def _(xp, g, y, value, bias, *, axis):
    return g


@bias_add.vjp(1)
def _(xp, g, y, value, bias, *, axis):
    return xp.sum(g, axis=tuple(i for i in range(value.ndim) if i != axis), keepdims=False)


@export("nn.bias_add")
def public_bias_add(value, bias, data_format=None, name=None):
    """Add ``bias`` (1-D) to the channels of ``value``.

    Channels are the last axis, or the second for a ``data_format`` such as ``"NCHW"``.

    >>> import tensortape as tf
    >>> tf.nn.bias_add([[1.0, 2.0]], [10.0, 20.0]).numpy()
    array([[11., 22.]], dtype=float32)

    Raises ``ValueError`` for an unknown format, ``InvalidArgumentError`` for shapes that do not
    fit.
    Source: ``tf.nn.bias_add``.
    """
    value = tensor(value)
    bias = convert_to_tensor(bias, dtype_hint=value.dtype)
    if bias.dtype is not value.dtype:
        same_dtype(bias_add, value, bias)
    first = data_format is not None and str(data_format).startswith("NC")
    if data_format is not None and not str(data_format).startswith("N"):
        raise ValueError(
            "`data_format` must be of the form `N...C` or `NC...`. Received: "
            f"data_format={data_format}"
        )
    return apply(bias_add, (value, bias), {"axis": 1 if first else max(value.ndim - 1, 0)})


public_bias_add.__name__ = "bias_add"
