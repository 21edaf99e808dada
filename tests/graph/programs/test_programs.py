"""Programs as users write them, traced and eagerly, against what TensorFlow gave."""

import importlib.util
import json
import pathlib
import sys

import pytest

import tensortape as tf

HERE = pathlib.Path(__file__).parent
SPEC = importlib.util.spec_from_file_location("graph_programs_harness", HERE / "harness.py")
HARNESS_MODULE = importlib.util.module_from_spec(SPEC)
sys.modules["graph_programs_harness"] = HARNESS_MODULE
SPEC.loader.exec_module(HARNESS_MODULE)
HARNESS = vars(HARNESS_MODULE)
RECORDED = json.loads((HERE / "recorded.json").read_text())["cases"]
CASES, DIFFERS = HARNESS["collect"]()
BESIDE = HERE.parents[1] / "autodiff" / "behaviour" / "test_behaviour.py"
compare = HARNESS["load"](BESIDE)["compare"]
EAGERLY = HARNESS["load"](HERE / "differs.py")["EAGERLY"]
PLAN = HARNESS["With"](tf, jit_compile=False)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("mode", ["graph", "eager"])
@pytest.mark.parametrize("name", CASES)
def test_program_gives_what_tensorflow_gives(name, mode):
    given = HARNESS["outcome"](CASES[name], PLAN, mode)
    expected = RECORDED[name]["both"] if "both" in RECORDED[name] else RECORDED[name][mode]
    if mode in DIFFERS.get(name, {}):
        _, ours = DIFFERS[name][mode]
        eagerly = ours is EAGERLY
        given = numbers(given) if eagerly else given
        expected = numbers(RECORDED[name]["eager"]) if eagerly else ours
    compare(given, expected, name)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", [n for n in CASES if n.startswith(("solvers", "training"))])
def test_program_gives_the_same_under_xla(name):
    pytest.importorskip("jax")
    given = HARNESS["outcome"](CASES[name], HARNESS["With"](tf, jit_compile=True))
    expected = RECORDED[name]["both"] if "both" in RECORDED[name] else RECORDED[name]["graph"]
    if "graph" in DIFFERS.get(name, {}):
        expected = RECORDED[name]["eager"]
    compare(given, expected, name)


def numbers(value):
    """What a program gave, with tensors of one number as Python's numbers."""
    if isinstance(value, list):
        return [numbers(v) for v in value]
    if not isinstance(value, dict):
        return value
    if value.get("shape") == []:
        return value["values"][0]
    return {k: v if "dtype" in value else numbers(v) for k, v in value.items()}


def test_every_program_is_recorded():
    assert RECORDED.keys() == CASES.keys()


PLAIN = {"padded", "solved", "stitched"}
"""Of the theme ``unknown``, those that have no form in a graph (yet)."""


@pytest.mark.parametrize("name", HARNESS["load"](HERE / "programs_unknown.py")["ROWS"])
def test_operations_on_unknown_sizes_have_a_form_in_a_graph(name):
    functions = []

    class Seen(HARNESS["With"]):
        def function(self, *args, **options):
            functions.append(super().function(*args, **options))
            return functions[-1]

    HARNESS["outcome"](CASES[f"unknown: {name}"], Seen(tf, jit_compile=False))
    assert ("plain Python" in functions[0].explain_traces()) == (name in PLAIN)
