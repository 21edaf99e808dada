"""Zeros and `None` of functions with several results, compiled, as TensorFlow gave them."""

import importlib.util
import json
import pathlib
import sys

import pytest

import tensortape as tf

pytest.importorskip("jax")

GRAPH = pathlib.Path(__file__).parents[1] / "graph" / "behaviour"
SPEC = importlib.util.spec_from_file_location("graph_harness", GRAPH / "harness.py")
MODULE = importlib.util.module_from_spec(SPEC)
sys.modules["graph_harness"] = MODULE
SPEC.loader.exec_module(MODULE)
HARNESS = vars(MODULE)
RECORDED = json.loads((GRAPH / "recorded.json").read_text())["cases"]
PROGRAMS = HARNESS["load"](GRAPH / "programs_unconnected.py")
BESIDE = GRAPH.parents[1] / "autodiff" / "behaviour" / "test_behaviour.py"
compare = HARNESS["load"](BESIDE)["compare"]
NAMES = [n for n, p in PROGRAMS.items() if HARNESS["SHARED"]["takes_tf"](n, p)]


class Compiling:
    """TensorFlow's names, with functions that XLA compiles."""

    def __getattr__(self, name):
        return getattr(tf, name)

    def function(self, func=None, **options):
        return tf.function(func, jit_compile=True, **options)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", NAMES[::4])
def test_compiled_program_gives_what_tensorflow_gives(name):
    given = HARNESS["outcome"](PROGRAMS[name], Compiling())
    compare(given, RECORDED[f"unconnected: {name}"], name)
