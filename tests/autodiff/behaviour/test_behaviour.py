"""TensorFlow's documented behaviour, case by case, against what TensorFlow gave (`record.py`)."""

import json
import pathlib
import runpy

import numpy as np
import pytest

import tensortape as tf

HERE = pathlib.Path(__file__).parent
HARNESS = runpy.run_path(str(HERE / "harness.py"))
RECORDED = json.loads((HERE / "recorded.json").read_text())["cases"]
CASES, DIFFERS = HARNESS["collect"]()
TOLERANCE = {"float64": 1e-9, "complex128": 1e-9, "float16": 4e-3, "bfloat16": 2e-2}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", CASES)
def test_program_gives_what_tensorflow_gives(name):
    given = HARNESS["outcome"](CASES[name], tf)
    if name in DIFFERS:
        _, ours = DIFFERS[name]
        compare(given, ours, name)
        assert given != RECORDED[name]
    else:
        compare(given, RECORDED[name], name)


def test_every_case_is_recorded_and_there_are_enough():
    assert RECORDED.keys() == CASES.keys()
    assert len(CASES) >= 300


def compare(given, expected, where):
    """The same structure, dtypes, shapes and classes; numbers within the dtype's precision."""
    if not isinstance(expected, dict) or not isinstance(given, dict):
        assert given == expected or (
            isinstance(expected, float) and given == pytest.approx(expected, rel=1e-5)
        ), where
        return
    assert given.keys() == expected.keys(), (where, given, expected)
    if "dtype" in expected:
        compare_arrays(given, expected, where)
        return
    for kind, parts in expected.items():
        if isinstance(parts, (str, int)):
            assert given[kind] == parts, where
            continue
        pairs = parts.items() if isinstance(parts, dict) else enumerate(parts)
        keys = given[kind].keys() if isinstance(parts, dict) else range(len(given[kind]))
        assert list(keys) == [k for k, _ in pairs], (where, given, expected)
        for key in keys:
            compare(given[kind][key], parts[key], f"{where} [{key}]")


def compare_arrays(given, expected, where):
    for key in ("dtype", "shape"):
        assert given[key] == expected[key], (where, given, expected)
    if expected["dtype"] in ("object", "bool") or expected["dtype"].startswith("str"):
        assert given["values"] == expected["values"], where
        return
    tolerance = TOLERANCE.get(expected["dtype"], 2e-5)
    np.testing.assert_allclose(
        np.array(given["values"], float),
        np.array(expected["values"], float),
        rtol=tolerance,
        atol=tolerance / 10,
        err_msg=where,
    )


def test_the_documentation_lists_what_differs():
    page = HERE.parents[2] / "docs" / "gradient-differences.md"
    rows = [line for line in page.read_text().splitlines() if line.startswith("| ")][1:]
    assert {row.strip("| ").rsplit("| ", 1)[1] for row in rows} == DIFFERS.keys()
