"""What a traced function returns: a structure of which the leaves are tensors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from operator import itemgetter
from typing import Any

from tensortape.core import nest
from tensortape.core.containers import sorted_keys
from tensortape.core.convert import convert_to_tensor
from tensortape.core.tensor import Tensor
from tensortape.core.tracking import TensorLike


class Result:
    """How the flat outputs of a trace make the value the Python function returned."""

    def __init__(self, value: Any, graph: Any, name: str) -> None:
        self.structure = value
        self.outputs: list[Any] = []
        self._places: list[Any] = []
        for leaf in nest.flatten(value, expand_composites=True):
            if leaf is None or hasattr(leaf, "element_spec"):
                self._places.append((False, leaf))
                continue
            self._places.append((True, len(self.outputs)))
            self.outputs.append(graph.capture(_tensor(leaf, name)))
        self.pack = self._packer()

    def _packer(self) -> Callable[[Any], Any]:
        """The shortest way from tensors to the returned value."""
        value = self.structure
        if value is None:
            return lambda tensors: None
        if isinstance(value, TensorLike):
            return lambda tensors: tensors[0]
        count = len(self.outputs)
        if type(value) in (tuple, list) and all(isinstance(v, TensorLike) for v in value):
            kind = type(value)
            return lambda tensors: kind(tensors[:count])
        return builder(value, iter(self._places)) or self._general

    def _general(self, tensors: Any) -> Any:
        leaves = [tensors[at] if is_tensor else at for is_tensor, at in self._places]
        return nest.pack_sequence_as(self.structure, leaves, expand_composites=True)


def builder(value: Any, places: Iterator[Any]) -> Callable[[Any], Any] | None:
    """A function of tensors that makes a value like this one; ``None`` for unusual containers.

    ``places``: of each leaf, in the order of ``nest.flatten``, whether it is a tensor, and its
    number among them or the leaf itself.
    """
    kind = type(value)
    if kind is dict:
        keys = sorted_keys(value)
        parts = [builder(value[key], places) for key in keys]
        if None in parts:
            return None
        by_key: Any = dict(zip(keys, parts, strict=True))
        made = [(key, by_key[key]) for key in value]
        return lambda tensors: {key: make(tensors) for key, make in made}
    if kind in (tuple, list):
        makers: Any = [builder(part, places) for part in value]
        return None if None in makers else lambda tensors: kind([m(tensors) for m in makers])
    if nest.is_nested(value):
        return None
    spec: Any = getattr(value, "_type_spec", None)
    if hasattr(spec, "_to_components") and not isinstance(value, TensorLike):
        components: Any = [builder(part, places) for part in spec._to_components(value)]
        if None in components:
            return None
        return lambda tensors: spec._from_components(tuple([m(tensors) for m in components]))
    is_tensor, at = next(places)
    return itemgetter(at) if is_tensor else lambda tensors: at


def _tensor(leaf: Any, name: str) -> Any:
    if isinstance(leaf, Tensor):
        return leaf
    try:
        return convert_to_tensor(leaf)
    except (TypeError, ValueError):
        raise TypeError(
            f"To be compatible with tf.function, Python functions must return zero or more "
            f"Tensors or ExtensionTypes or None values; in compilation of {name}, found return "
            f"value of type {type(leaf).__name__}, which is not a Tensor or ExtensionType."
        ) from None
