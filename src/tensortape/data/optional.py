"""`tf.experimental.Optional`: a value that may be missing."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core.convert import convert_to_tensor
from tensortape.core.errors import InvalidArgumentError
from tensortape.core.registry import export
from tensortape.core.specs import register_value_type
from tensortape.core.tensor import EagerTensor
from tensortape.data.specs import OPTIONAL, OptionalSpec
from tensortape.data.structure import spec_of, to_element


@export("experimental.Optional", "data.experimental.Optional")
class Optional:
    """A value, or none; iterators return it from `get_next_as_optional`.

    >>> import tensortape as tf
    >>> optional = tf.experimental.Optional.from_value(3)
    >>> bool(optional.has_value()), int(optional.get_value())
    (True, 3)
    """

    def __init__(self, value: Any = None, present: bool = False, spec: Any = None) -> None:
        self._value = value
        self._present = present
        self._element_spec = spec

    @staticmethod
    def from_value(value: Any) -> Optional:
        """An optional that holds `value`."""
        return Optional(to_element(value), True)

    @staticmethod
    def empty(element_spec: Any) -> Optional:
        """An optional that holds nothing."""
        return Optional(spec=element_spec)

    def has_value(self, name: str | None = None) -> Any:
        """Whether there is a value, as a boolean tensor."""
        if self._present is True:  # Keras asks after each step
            return EagerTensor(np.True_)
        return convert_to_tensor(self._present)

    def get_value(self, name: str | None = None) -> Any:
        """The value; `InvalidArgumentError` when there is none."""
        if not self._present:
            raise InvalidArgumentError(None, None, "The given optional does not have a value.")
        return self._value

    @property
    def element_spec(self) -> Any:
        """The specification of the value."""
        if self._present:
            return spec_of(self._value)
        spec = self._element_spec
        return spec() if callable(spec) else spec

    @property
    def _type_spec(self) -> OptionalSpec:
        return OptionalSpec(self.element_spec)


register_value_type(Optional, OptionalSpec, OptionalSpec.from_value)
OPTIONAL.append(Optional)
