"""Tests of the XLA engine are skipped where JAX is not installed; helpers can be imported."""

import importlib.util
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
JAX = importlib.util.find_spec("jax") is not None
WITHOUT_JAX = {"test_without_jax.py", "test_choice.py"}
"""What is tested when JAX is missing, too."""

for folder in (HERE, HERE.parent / "graph", HERE.parent / "registry"):
    sys.path.insert(0, str(folder))


def pytest_collection_modifyitems(items):
    missing = pytest.mark.skip(reason="JAX is not installed: pip install 'tensortape[xla]'")
    for item in items:
        if not JAX and item.path.parent == HERE and item.path.name not in WITHOUT_JAX:
            item.add_marker(missing)
