"""Runs every program on real TensorFlow, traced and eagerly, and writes recorded.json.

Run in an environment that has TensorFlow. Names given as arguments: only those (by substring).
"""

import importlib.util
import json
import os
import pathlib
import sys

HERE = pathlib.Path(__file__).parent
TARGET = HERE / "recorded.json"
SPEC = importlib.util.spec_from_file_location("graph_programs_harness", HERE / "harness.py")
MODULE = importlib.util.module_from_spec(SPEC)
sys.modules["graph_programs_harness"] = MODULE
SPEC.loader.exec_module(MODULE)
HARNESS = vars(MODULE)


def main():
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf

    tf.get_logger().setLevel("ERROR")
    known = json.loads(TARGET.read_text())["cases"] if TARGET.exists() else {}
    cases, _ = HARNESS["collect"]()
    chosen = sys.argv[1:]
    found = {name: known.get(name) for name in cases}
    for name, program in cases.items():
        if name in known and chosen != ["all"] and not any(part in name for part in chosen):
            continue
        modes = {m: HARNESS["outcome"](program, tf, m) for m in ("graph", "eager")}
        same = modes["graph"] == modes["eager"]
        found[name] = {"both": modes["graph"]} if same else modes
        print(name, "->", json.dumps(found[name])[:300], flush=True)
        write(found, tf.__version__)
    write(found, tf.__version__)


def write(found, version):
    rows = ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in found.items() if v)
    TARGET.write_text(f'{{"tensorflow": "{version}", "cases": {{\n{rows}\n}}}}\n')


if __name__ == "__main__":
    main()
