"""`tf.function`, AutoGraph and control flow, case by case, against what TensorFlow gave."""

import importlib.util
import json
import pathlib
import sys

import pytest

import tensortape as tf

HERE = pathlib.Path(__file__).parent
SPEC = importlib.util.spec_from_file_location("graph_harness", HERE / "harness.py")
HARNESS_MODULE = importlib.util.module_from_spec(SPEC)
sys.modules["graph_harness"] = HARNESS_MODULE
SPEC.loader.exec_module(HARNESS_MODULE)
HARNESS = vars(HARNESS_MODULE)
RECORDED = json.loads((HERE / "recorded.json").read_text())["cases"]
CASES, DIFFERS = HARNESS["collect"]()
BESIDE = HERE.parents[1] / "autodiff" / "behaviour" / "test_behaviour.py"
compare = HARNESS["load"](BESIDE)["compare"]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", CASES)
def test_traced_program_gives_what_tensorflow_gives(name):
    given = HARNESS["outcome"](CASES[name], tf)
    if name not in DIFFERS:
        compare(given, RECORDED[name], name)
        return
    _, ours = DIFFERS[name]
    if callable(ours):  # what the body gives eagerly, zero standing for None
        ours = HARNESS["outcome"](ours, tf)
        given = without_none(given, ours)
    compare(given, ours, name)


def without_none(given, ours):
    """`given` with zeros where it is None and zeros are expected."""
    if given is None and ours is not None and not any(ours["values"]):
        return ours
    if isinstance(given, dict) and "dict" in given:
        pairs = given["dict"].items()
        return {"dict": {k: without_none(v, ours["dict"][k]) for k, v in pairs}}
    return given


def test_every_case_is_recorded_and_there_are_enough():
    assert RECORDED.keys() == CASES.keys()
    assert len(CASES) >= 300
