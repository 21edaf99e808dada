"""Ask TensorFlow: `python tests/data/record_answers.py` where TensorFlow is installed."""

import importlib
import json
import logging
import os
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main() -> None:
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    sys.path.insert(0, str(HERE))
    tf = importlib.import_module("tensorflow")
    answer = importlib.import_module("answering").answer
    logging.disable(logging.WARNING)
    tf.autograph.set_verbosity(0)
    lines = [line for line in (HERE / "pipelines.txt").read_text().splitlines() if line]
    assert len(lines) == len(set(lines)), "a pipeline is there twice"
    answers = {line: answer(tf, line) for line in lines}
    rows = [f"{json.dumps(line)}:\n{json.dumps(said)}" for line, said in answers.items()]
    (HERE / "answers.json").write_text("{\n" + ",\n".join(rows) + "\n}\n")
    print(len(answers), "answers of TensorFlow", tf.__version__)


if __name__ == "__main__":
    main()
