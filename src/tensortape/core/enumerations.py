"""Options of variables, by TensorFlow's names."""

from __future__ import annotations

from enum import Enum

from tensortape.core.registry import export


@export("VariableAggregation")
class VariableAggregation(Enum):
    """How a variable's replicas are combined when they are read across replicas."""

    NONE = 0
    SUM = 1
    MEAN = 2
    ONLY_FIRST_REPLICA = 3


@export("VariableSynchronization")
class VariableSynchronization(Enum):
    """When a variable's replicas are brought together."""

    AUTO = 0
    NONE = 1
    ON_WRITE = 2
    ON_READ = 3
