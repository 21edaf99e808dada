"""The examples of `docs/graph.md` run."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import tensortape as tf

PAGE = Path(__file__).parents[2] / "docs" / "graph.md"
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


def test_the_examples_of_the_page_run():
    blocks = re.findall(r"```python\n(>>>.*?)```", PAGE.read_text(), re.DOTALL)
    names = {"__name__": "__main__"}  # AutoGraph leaves the functions of libraries alone
    text = "\n".join(blocks)
    test = doctest.DocTestParser().get_doctest(text, names, PAGE.name, str(PAGE), 0)
    runner = doctest.DocTestRunner(verbose=False, optionflags=FLAGS)
    try:
        results = runner.run(test)
    finally:
        tf.config.run_functions_eagerly(False)
        tf.random.set_seed(None)
    assert results.attempted > 30 and results.failed == 0
