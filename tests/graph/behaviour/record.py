"""Runs every program on real TensorFlow and writes what it gave to recorded.json.

Run in an environment that has TensorFlow. Names given as arguments: only those (by substring).
"""

import importlib.util
import json
import os
import pathlib
import sys

HERE = pathlib.Path(__file__).parent
SPEC = importlib.util.spec_from_file_location("graph_harness", HERE / "harness.py")
MODULE = importlib.util.module_from_spec(SPEC)
sys.modules["graph_harness"] = MODULE
SPEC.loader.exec_module(MODULE)
HARNESS = vars(MODULE)


def main():
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf

    tf.get_logger().setLevel("ERROR")
    target = HERE / "recorded.json"
    known = json.loads(target.read_text())["cases"] if target.exists() else {}
    cases, _ = HARNESS["collect"]()
    chosen = sys.argv[1:]
    found = {}
    for name, program in cases.items():
        fresh = name not in known or any(part in name for part in chosen) or chosen == ["all"]
        found[name] = HARNESS["outcome"](program, tf) if fresh else known[name]
        if fresh:
            print(name, "->", json.dumps(found[name])[:300])
    rows = ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in found.items())
    text = f'{{"tensorflow": "{tf.__version__}", "cases": {{\n{rows}\n}}}}\n'
    target.write_text(text)
    print(len(found), "cases")


if __name__ == "__main__":
    main()
