"""Record what TensorFlow answers to the cases: run it where TensorFlow is installed."""

from __future__ import annotations

import importlib
import json
from pathlib import Path


def main() -> None:
    tf = importlib.import_module("tensorflow")
    raw = importlib.import_module("raw_cases")
    recorded = {
        name: [raw.stored(a) for a in raw.flat(call())] for name, call in raw.cases(tf).items()
    }
    text = json.dumps(recorded, separators=(",", ":"))
    Path(__file__).with_name("raw_ops.json").write_text(text)


if __name__ == "__main__":
    main()
