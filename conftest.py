"""What the examples in docstrings may take for granted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tensortape


@pytest.fixture(autouse=True)
def _names_of_examples(doctest_namespace: dict[str, Any]) -> None:
    doctest_namespace.update(tf=tensortape, np=np)
