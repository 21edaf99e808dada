"""The examples of docs/data.md run."""

import doctest
from pathlib import Path

import tensortape as tf


def test_examples():
    tf.random.set_seed(None)
    page = Path(__file__).parents[2] / "docs" / "data.md"
    text = page.read_text().replace("```python", "").replace("```", "")
    examples = doctest.DocTestParser().get_doctest(text, {}, "data.md", str(page), 0)
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    runner.run(examples)
    assert runner.tries > 10
    assert runner.failures == 0
