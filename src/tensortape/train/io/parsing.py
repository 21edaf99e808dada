"""Tensors from serialized examples: ``tf.io.parse_example`` and ``tf.io.parse_single_example``."""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np

from tensortape.arrays.abstract import UNKNOWN_SIZES
from tensortape.arrays.unknown_sizes import filled
from tensortape.core import dtypes, errors
from tensortape.core.dtypes import as_dtype
from tensortape.core.op import op
from tensortape.train.io.example import Example
from tensortape.train.io.messages import DecodeError

KINDS = {"int64_list": dtypes.int64, "float_list": dtypes.float32, "bytes_list": dtypes.string}
NO_DERIVATIVE = "read from bytes"


def invalid(message: str) -> Exception:
    """TensorFlow's error for examples that are not as they should be."""
    return errors.InvalidArgumentError(None, None, message)


@functools.lru_cache(maxsize=1024)
def decoded(data: bytes) -> dict[str, tuple[Any, Any]]:
    """Dtype and values of each feature of a serialized example."""
    try:
        features = Example.FromString(data).features.feature
    except DecodeError:
        raise invalid(f"Could not parse example input, value: {data!r:.100}") from None
    return {key: typed(one) for key, one in features.items() if one.WhichOneof("kind")}


def typed(feature: Any) -> tuple[Any, Any]:
    """The dtype of a feature, and its values as an array."""
    kind = feature.WhichOneof("kind")
    values = getattr(feature, kind).value
    array = np.empty(len(values), KINDS[kind]._np)
    array[:] = values
    return KINDS[kind], array


def values_of(data: bytes, key: str, dtype: Any, name: str) -> Any:
    """The values of a feature, or ``None`` where it is missing or empty of a kind."""
    found = decoded(data).get(key)
    if found is None:
        return None
    if found[0] is not dtype:
        raise invalid(
            f"{name}, Key: {key}.  Data types don't match. Data type: {found[0].name} but expected "
            f"type: {dtype.name}"
        )
    return found[1]


def named(index: int, names: Any) -> str:
    """What errors call an example."""
    if names is None:
        return f"Name: <unknown>, Index: {index}"
    return f"Name: {names[index].decode(errors='replace')}, Index: {index}"


@op("ParseExampleDense", nondifferentiable=NO_DERIVATIVE)
def parse_dense(xp, serialized, *, key, shape, dtype, default, names):
    """One feature of each example, all of one shape."""

    def read(array):
        out = np.empty((len(array), *shape), dtype._np)
        for i, data in enumerate(array.tolist()):
            name = named(i, names)
            values = values_of(data, key, dtype, name)
            values = default if values is None else values
            if values is None:
                raise invalid(
                    f"{name}, Feature: {key} (data type: {dtype.name}) is required but could not "
                    "be found."
                )
            if values.size != math.prod(shape):
                raise invalid(
                    f"{name}, Key: {key}.  Number of {dtype.name} values != expected.  values "
                    f"size: {values.size} but output shape: {list(shape)}"
                )
            out[i] = values.reshape(shape)[()]
        return out

    return xp.sample((serialized,), read, (serialized.shape[0], *shape), dtype._np)


def listed(array: Any, key: str, dtype: Any, names: Any) -> list[Any]:
    """The values of one feature of each example."""
    found = [values_of(d, key, dtype, named(i, names)) for i, d in enumerate(array.tolist())]
    return [np.empty(0, dtype._np) if values is None else values for values in found]


@op("ParseExampleValues", nondifferentiable=NO_DERIVATIVE)
def parse_values(xp, serialized, *, key, dtype, names):
    """The values of one feature of all examples, one after the other."""

    def read(array):
        parts = listed(array, key, dtype, names)
        return np.concatenate(parts) if parts else np.empty(0, dtype._np)

    return xp.sample((serialized,), read, (None,), dtype._np)


@op("ParseExampleLengths", nondifferentiable=NO_DERIVATIVE)
def parse_lengths(xp, serialized, *, key, dtype, names):
    """How many values one feature of each example has."""

    def read(array):
        return np.array([len(v) for v in listed(array, key, dtype, names)], np.int64)

    return xp.sample((serialized,), read, (serialized.shape[0],), np.int64)


def _values_unknown(values: Any, attrs: Any, data: bool) -> Any:
    return [filled((None,), attrs["dtype"]._np, k) for k in range(2)]


UNKNOWN_SIZES["ParseExampleValues"] = _values_unknown


def allowed(dtype: Any) -> Any:
    """A dtype that examples have; ``InvalidArgumentError`` for others."""
    found = as_dtype(dtype)
    if found not in KINDS.values():
        raise invalid(
            f"Value for attr 'T' of {found.name} is not in the list of allowed values: float, "
            "int64, string"
        )
    return found
