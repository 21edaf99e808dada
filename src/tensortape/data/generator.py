"""`from_generator`: elements that Python code yields, checked against a signature."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from tensortape.core import errors
from tensortape.core.convert import convert_to_tensor
from tensortape.core.shapes import TensorShape
from tensortape.core.specs import NoneTensorSpec, TensorSpec, TypeSpec
from tensortape.core.state import state
from tensortape.core.tensor import Tensor
from tensortape.data.dataset import DatasetV2, source
from tensortape.data.running import Run
from tensortape.data.structure import leaves, map_leaves


@source
def from_generator(
    generator: Callable[..., Any],
    output_types: Any = None,
    output_shapes: Any = None,
    args: Any = None,
    output_signature: Any = None,
    name: str | None = None,
) -> DatasetV2:
    """Elements that a generator function yields, converted to `output_signature`.

    `generator()` is called for each iteration (with `args` as NumPy arrays). The older way says
    `output_types` and perhaps `output_shapes` in place of the signature.

    >>> import tensortape as tf
    >>> def squares(n):
    ...     for i in range(n):
    ...         yield i, [i * i] * i
    >>> ds = tf.data.Dataset.from_generator(squares, args=[3], output_signature=(
    ...     tf.TensorSpec([], tf.int32), tf.TensorSpec([None], tf.float32)))
    >>> [y.numpy().tolist() for x, y in ds]
    [[], [1.0], [4.0, 4.0]]

    Raises `TypeError` when `generator` is not callable or no types are given; while iterating,
    `InvalidArgumentError` for an element that does not fit, `UnknownError` for most exceptions of
    the generator. Source: `tf.data.Dataset.from_generator`.
    """
    if not callable(generator):
        raise TypeError("`generator` must be a Python callable.")
    spec = _signature(output_types, output_shapes, output_signature)
    given = [convert_to_tensor(arg).numpy() for arg in args] if args is not None else []

    def start(run: Run) -> Iterator[Any]:
        return _Elements(generator, given, spec)

    return DatasetV2(start, spec=spec, kind="_FlatMapDataset")


class _Elements:
    """The elements of one run of a generator. An error does not end it, as long as it goes on."""

    def __init__(self, generator: Callable[..., Any], args: list[Any], spec: Any) -> None:
        self._begin = generator, args
        self._values: Any = None
        self._spec = spec

    def __iter__(self) -> _Elements:
        return self

    def __next__(self) -> Any:
        try:
            if self._values is None:
                generator, args = self._begin
                self._values = iter(generator(*args))
            return fitted(self._spec, next(self._values))
        except StopIteration:
            raise
        except errors.OpError:
            raise
        except Exception as error:
            raise errors.of_python(error) from error


def _signature(types: Any, shapes: Any, signature: Any) -> Any:
    if signature is not None:
        _check_alone(types, shapes)
        for spec in leaves(signature):
            if not isinstance(spec, TypeSpec):
                raise TypeError(
                    "`output_signature` must contain objects that are subclass of `tf.TypeSpec` "
                    f"but found {type(spec)} which is not."
                )
        return signature
    if types is None:
        raise TypeError(
            "To specify the output signature you need to provide either the `output_signature` "
            "argument or the `output_types` argument."
        )
    if shapes is None:
        return map_leaves(lambda dtype: TensorSpec(None, dtype), _as_structure(types))
    return _with_shapes(_as_structure(types), shapes)


def _check_alone(types: Any, shapes: Any) -> None:
    for what, value in (("output_types", types), ("output_shapes", shapes)):
        if value is not None:
            raise TypeError(
                f"The `{what}` argument can not be used together with the `output_signature` "
                "argument."
            )


def _as_structure(types: Any) -> Any:
    return tuple(types) if isinstance(types, list) else types


def _with_shapes(types: Any, shapes: Any) -> Any:
    """Specifications of dtypes and shapes; a shape is what stands where there is one dtype."""
    if isinstance(types, tuple):
        parts = [_with_shapes(t, s) for t, s in zip(types, shapes, strict=True)]
        return type(types)(*parts) if hasattr(types, "_fields") else tuple(parts)
    if isinstance(types, dict):
        return {key: _with_shapes(value, shapes[key]) for key, value in types.items()}
    return TensorSpec(TensorShape(shapes), types)


def fitted(spec: Any, value: Any) -> Any:
    """A yielded value as an element of a specification; `TypeError` when it does not fit."""
    if type(spec) is TensorSpec:
        return _tensor(spec, value)
    if type(spec) is tuple and isinstance(value, tuple) and len(value) == len(spec):
        return tuple([fitted(s, v) for s, v in zip(spec, value, strict=True)])
    if isinstance(spec, (tuple, dict)):
        if isinstance(value, list):
            raise TypeError(_mismatch(spec, value))
        try:
            return map_leaves(fitted, spec, value)
        except (TypeError, ValueError, KeyError) as error:
            if "`generator`" in str(error):
                raise
            raise TypeError(_mismatch(spec, value)) from None
    if isinstance(spec, NoneTensorSpec) and value is None:
        return None
    if not spec.is_compatible_with(value):
        raise TypeError(
            f"`generator` yielded an element of {value!r} where an element of {spec} was expected."
        )
    return value


def _mismatch(spec: Any, value: Any) -> str:
    return (
        "`generator` yielded an element that did not match the expected structure. The expected "
        f"structure was {spec}, but the yielded element was {value}."
    )


def _tensor(spec: TensorSpec, value: Any) -> Any:
    array = value._a if isinstance(value, Tensor) else value
    dtype = spec._dtype._np
    if type(array) is not np.ndarray or array.dtype != dtype:
        array = _converted(array, spec)
    elif array is value:
        array = array.copy()  # the generator may go on writing into its array
    if not spec._shape.is_compatible_with(array.shape):
        raise TypeError(
            f"`generator` yielded an element of shape {array.shape} where an element of shape "
            f"{spec.shape} was expected."
        )
    return state.tensor(array)


def _converted(value: Any, spec: TensorSpec) -> Any:
    try:
        return convert_to_tensor(value, spec.dtype)._a
    except (TypeError, ValueError):
        if spec._shape.rank is not None and (spec.dtype.is_integer or spec.dtype.is_floating):
            with contextlib.suppress(TypeError, ValueError, OverflowError):
                return np.asarray(value, spec.dtype._np)  # as TensorFlow: 1.5 as an int is 1
        raise TypeError(
            "`generator` yielded an element that could not be converted to the expected type. The "
            f"expected type was {spec.dtype.name}, but the yielded element was {value!r}."
        ) from None
