"""What the examples in docstrings may take for granted, and which of them are found."""

from __future__ import annotations

import doctest
import inspect
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import tensortape
from tensortape.core import face

face.complete()  # tests walk the whole registry


@pytest.fixture(autouse=True)
def _names_of_examples(doctest_namespace: dict[str, Any]) -> None:
    doctest_namespace.update(tf=tensortape, np=np)


def _where_written(value: Any) -> str:
    """Return the module of a class that says it comes from one of TensorFlow's."""
    methods = (m for m in vars(value).values() if inspect.isfunction(m))
    return next((m.__module__ for m in methods), value.__module__)


_plain_check = doctest.DocTestFinder._from_module  # type: ignore[attr-defined]


def _from_module(self: doctest.DocTestFinder, module: ModuleType | None, value: Any) -> bool:
    if module is not None and inspect.isclass(value) and value.__module__.startswith("tensorflow."):
        return _where_written(value) == module.__name__
    return bool(_plain_check(self, module, value))


doctest.DocTestFinder._from_module = _from_module  # type: ignore[attr-defined]
