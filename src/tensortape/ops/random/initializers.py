"""TensorFlow's own initializers: objects that make the first value of a variable from its shape."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core import dtypes
from tensortape.core.convert import to_array
from tensortape.core.dtypes import DType, as_dtype
from tensortape.core.registry import export
from tensortape.core.state import state
from tensortape.ops.random.arguments import shape_argument
from tensortape.ops.random.stateful import normal, uniform
from tensortape.ops.random.stateless import stateless_normal, stateless_uniform

_PARTITION = ("partition_shape", "partition_offset")


class Initializer:
    """Called with a shape and a dtype, returns a tensor."""

    def __call__(self, shape: Any, dtype: Any = dtypes.float32, **kwargs: Any) -> Any:
        """The first value of a variable of this shape."""
        raise NotImplementedError

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal initializer."""
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Initializer:
        """The initializer whose ``get_config`` gave ``config``."""
        return cls(**{k: v for k, v in config.items() if k != "dtype"})


def _part(shape: Any, kwargs: dict[str, Any]) -> Any:
    """The shape to fill: that of the partition where one is given."""
    for name in kwargs:
        if name not in _PARTITION:
            known = list(_PARTITION)
            raise TypeError(f"Keyword argument should be one of {known}. Received: {name}")
    return kwargs.get("partition_shape", shape)


def _numeric(dtype: Any) -> DType:
    kind = as_dtype(dtype)
    if kind._np is None or kind == dtypes.string:
        raise ValueError(f"Argument `dtype` expected to be numeric or boolean. Received {kind!r}.")
    return kind


def _floating(dtype: Any) -> DType:
    kind = as_dtype(dtype)
    if not kind.is_floating:
        raise ValueError(f"Argument `dtype` is expected to be floating point. Received: {kind!r}.")
    return kind


@export("zeros_initializer")
class Zeros(Initializer):
    """Makes zeros. Source: ``tf.zeros_initializer``.

    >>> import tensortape as tf
    >>> tf.zeros_initializer()([2]).numpy()
    array([0., 0.], dtype=float32)
    """

    def __call__(self, shape: Any, dtype: Any = dtypes.float32, **kwargs: Any) -> Any:
        """The first value of a variable of this shape."""
        lengths, _ = shape_argument(_part(shape, kwargs), "Fill")
        return state.tensor(np.zeros(lengths, _numeric(dtype)._np)[()])


@export("ones_initializer")
class Ones(Initializer):
    """Makes ones. Source: ``tf.ones_initializer``.

    >>> import tensortape as tf
    >>> tf.ones_initializer()([2]).numpy()
    array([1., 1.], dtype=float32)
    """

    def __call__(self, shape: Any, dtype: Any = dtypes.float32, **kwargs: Any) -> Any:
        """The first value of a variable of this shape."""
        lengths, _ = shape_argument(_part(shape, kwargs), "Fill")
        return state.tensor(np.ones(lengths, _numeric(dtype)._np)[()])


@export("constant_initializer")
class Constant(Initializer):
    """Makes copies of ``value`` (a scalar, or as many values as the shape has elements).

    >>> import tensortape as tf
    >>> tf.constant_initializer(2.5)([2]).numpy()
    array([2.5, 2.5], dtype=float32)

    Raises TypeError for other values. Source: ``tf.constant_initializer``.
    """

    def __init__(self, value: Any = 0, support_partition: bool = False) -> None:
        if not (np.isscalar(value) or isinstance(value, (list, tuple, np.ndarray))):
            raise TypeError(
                f"Invalid type for initial value: {type(value).__name__}. Expected Python scalar, "
                "list or tuple of values, or numpy.ndarray."
            )
        self.value = value

    def __call__(self, shape: Any, dtype: Any = None, **kwargs: Any) -> Any:
        """The first value of a variable of this shape."""
        kind = None if dtype is None else as_dtype(dtype)
        lengths, _ = shape_argument(_part(shape, kwargs), "Fill")
        return state.tensor(to_array(self.value, kind, shape=lengths))

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal initializer."""
        return {"value": self.value}


class _Random(Initializer):
    """Draws anew at each call from the global stream, or always the same where it has a seed."""

    def __init__(self, seed: int | None) -> None:
        self.seed = seed

    def _draw(self, stateful: Any, stateless: Any, *args: Any, **kwargs: Any) -> Any:
        if self.seed is None:
            return stateful(*args, **kwargs)
        return stateless(*args, seed=[self.seed, 0], **kwargs)


@export("random_uniform_initializer")
class RandomUniform(_Random):
    """Makes numbers in ``[minval, maxval)``, as ``tf.random.uniform``.

    With a ``seed`` every call gives the same numbers. Source: ``tf.random_uniform_initializer``.

    >>> import tensortape as tf
    >>> tf.random_uniform_initializer(-1.0, 1.0)([2, 3]).shape
    TensorShape([2, 3])
    """

    def __init__(self, minval: Any = -0.05, maxval: Any = 0.05, seed: int | None = None) -> None:
        super().__init__(seed)
        self.minval, self.maxval = minval, maxval

    def __call__(self, shape: Any, dtype: Any = dtypes.float32, **kwargs: Any) -> Any:
        """The first value of a variable of this shape."""
        kind = _numeric(dtype)
        bounds = {"minval": self.minval, "maxval": self.maxval, "dtype": kind}
        return self._draw(uniform, stateless_uniform, _part(shape, kwargs), **bounds)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal initializer."""
        return {"minval": self.minval, "maxval": self.maxval, "seed": self.seed}


@export("random_normal_initializer")
class RandomNormal(_Random):
    """Makes normal numbers, as ``tf.random.normal``.

    With a ``seed`` every call gives the same numbers. Source: ``tf.random_normal_initializer``.

    >>> import tensortape as tf
    >>> tf.random_normal_initializer(stddev=0.1)([2, 3]).shape
    TensorShape([2, 3])
    """

    def __init__(self, mean: Any = 0.0, stddev: Any = 0.05, seed: int | None = None) -> None:
        super().__init__(seed)
        self.mean, self.stddev = mean, stddev

    def __call__(self, shape: Any, dtype: Any = dtypes.float32, **kwargs: Any) -> Any:
        """The first value of a variable of this shape."""
        kind = _floating(dtype)
        place = {"mean": self.mean, "stddev": self.stddev, "dtype": kind}
        return self._draw(normal, stateless_normal, _part(shape, kwargs), **place)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal initializer."""
        return {"mean": self.mean, "stddev": self.stddev, "seed": self.seed}
