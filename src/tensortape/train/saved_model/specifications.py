"""Specifications of ragged and sparse tensors, slices and extension types as JSON, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tensortape.core.specs import SAVED_SPECS, IndexedSlicesSpec, TensorSpec, TypeSpec
from tensortape.ops.ragged.spec import RaggedTensorSpec
from tensortape.ops.sparse.spec import SparseTensorSpec
from tensortape.train.saved_model.values import Encoder, Unsaveable, decode
from tensortape.train.wire import damaged

_KINDS: dict[str, Any] = {
    "ragged": RaggedTensorSpec,
    "sparse": SparseTensorSpec,
    "slices": IndexedSlicesSpec,
}


def encode_spec(spec: Any, encoder: Encoder) -> Any:
    """A specification as JSON. Raises `Unsaveable` for kinds that have no form."""
    if isinstance(spec, TensorSpec):
        shape = None if spec.shape.rank is None else spec.shape.as_list()
        return {"tensor": [shape, spec.dtype.name, spec.name]}
    for name, kind in _KINDS.items():
        if type(spec) is kind:
            return {name: [encoder.encode(part) for part in spec._serialize()]}
    own = getattr(spec, "saved_name", None)
    if own:
        parts = [_part(part, encoder) for part in spec._serialize()]
        return {"extension": [own, parts]}
    raise Unsaveable(f"an argument or result described by {spec!r:.100}")


def _part(part: Any, encoder: Encoder) -> Any:
    """A field of the specification of an extension type."""
    if isinstance(part, TypeSpec):
        return {"spec": encode_spec(part, encoder)}
    if isinstance(part, tuple):
        return {"tuple": [_part(one, encoder) for one in part]}
    if isinstance(part, Mapping):
        return {"mapping": [[key, _part(part[key], encoder)] for key in part]}
    return {"value": encoder.encode(part)}


def decode_spec(written: Any) -> Any:
    """The specification that JSON stands for.

    Raises `ValueError` for an extension type that is not defined, `tf.errors.DataLossError` for
    what is no specification.
    """
    if not isinstance(written, dict) or len(written) != 1:
        raise damaged(f"{written!r:.80} is no specification")
    ((kind, content),) = written.items()
    if kind == "tensor":
        shape, dtype, name = content
        return TensorSpec(shape, dtype, name)
    if kind in _KINDS:
        return _KINDS[kind](*[decode(part, _no_arrays) for part in content])
    if kind != "extension":
        raise damaged(f"there is no kind of specification called {kind!r}")
    name, parts = content
    if name not in SAVED_SPECS:
        raise ValueError(
            f"No TypeSpec has been registered with name {name!r}: define the extension type that "
            "was saved, or import the module that does, before loading."
        )
    return SAVED_SPECS[name](*[_decode_part(part) for part in parts])


def _decode_part(written: Any) -> Any:
    ((kind, content),) = written.items()
    if kind == "spec":
        return decode_spec(content)
    if kind == "tuple":
        return tuple([_decode_part(one) for one in content])
    if kind == "mapping":
        return {key: _decode_part(one) for key, one in content}
    return decode(content, _no_arrays)


def _no_arrays(name: str) -> Any:
    raise damaged("an argument is an array")
