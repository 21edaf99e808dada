"""Shapes, specifications and nests, against what real TensorFlow gave (`record_expressions.py`)."""

import json
import pathlib
import runpy

import pytest

from tensortape.core import dimension, dtypes, nest, shapes, specs

HERE = pathlib.Path(__file__).parent
RECORDED = json.loads((HERE / "expressions.json").read_text())
RECORDER = runpy.run_path(str(HERE / "record_expressions.py"))
SCOPE = RECORDER["python_names"]() | {
    "tf": dtypes,
    "T": shapes.TensorShape,
    "D": dimension.Dimension,
    "broadcast": shapes.broadcast_static_shape,
    "dimension_value": dimension.dimension_value,
    "dimension_at_index": shapes.dimension_at_index,
    "S": specs.TensorSpec,
    "V": specs.VariableSpec,
    "I": specs.IndexedSlicesSpec,
    "spec_of": specs.type_spec_from_value,
    "n": nest,
}
ROWS = [row for subject in ("shapes", "specs", "nest") for row in RECORDED[subject]]


@pytest.mark.parametrize(
    ("expression", "kind", "expected"), ROWS, ids=[expression for expression, *_ in ROWS]
)
def test_expression_gives_what_tensorflow_gives(expression, kind, expected):
    assert RECORDER["outcome"](expression, SCOPE) == [kind, expected]
