"""The generated list of the API: it is made, and accounts for all of TensorFlow's operations."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"


@pytest.fixture(scope="module")
def make_api():
    spec = importlib.util.spec_from_file_location("make_api", DOCS / "make_api.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_is_made(make_api):
    text = make_api.page()
    assert "| Tanh | `math.tanh`, `tanh`, `nn.tanh` | partial derivatives |" in text
    assert text.count("\n") > 400


def test_the_stored_one_was_made_by_it(make_api):
    stored, made = (DOCS / "api.md").read_text(), make_api.page()
    headings = [line.partition(" (")[0] for line in made.splitlines() if line.startswith("## ")]
    assert [line for line in stored.splitlines() if line.startswith("## ")] == headings


def test_every_operation_left_out_has_a_reason(make_api):
    types = json.loads((DOCS / "tensorflow_ops.json").read_text())["differentiable"]
    missing = set(types) - set(make_api.known_types())
    assert len(types) - len(missing) >= 330
    assert not {type for type in missing if make_api.why_left_out(type) == "not yet here"}


def test_check_tells_what_to_do(make_api, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(make_api, "TARGET", tmp_path / "api.md")
    assert make_api.main(["--check"]) == 1
    assert "run python docs/make_api.py" in capsys.readouterr().out
    assert make_api.main([]) == 0 and make_api.main(["--check"]) == 0
