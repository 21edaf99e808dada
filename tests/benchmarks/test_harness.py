"""The benchmark harness on a made-up peer: no library, no asserted times."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"

WORKLOAD = """
TITLE = "counting"
CASES = {"count": {"start": 1.0}, "differ": {"start": 1.0, "shift": 1.0}}
TARGETS = {"count": {"slow": 0.0, "fastest": 1e9}}

def counter(start):
    total = start
    def step():
        nonlocal total
        total += 1
        return [total, [2.0 * total]]
    return step

def fast(start, shift=0.0):
    print("libraries may print")
    return {"plain": counter(start), "other": counter(start)}

def slow(start, shift=0.0):
    return counter(start + shift)

def broken(start, shift=0.0):
    raise RuntimeError("out of order")

def dying(start, shift=0.0):
    import os
    os._exit(3)
"""


@pytest.fixture
def harness(monkeypatch):
    """The harness' modules, importable as they are for `run.py`."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    for name in [name for name in sys.modules if name.split(".")[0] == "harness"]:
        monkeypatch.delitem(sys.modules, name)
    from harness import environments, peers, results, session, tables, workloads

    class Modules:
        pass

    modules = Modules()
    for module in (environments, peers, results, session, tables, workloads):
        setattr(modules, module.__name__.rpartition(".")[2], module)
    return modules


@pytest.fixture
def pythons(harness):
    library = harness.peers.Library("fake", "no-such-distribution")
    names = ("fast", "slow", "broken", "dying", "absent")
    return {harness.peers.Peer(name, name.title(), library): Path(sys.executable) for name in names}


@pytest.fixture
def rows(harness, pythons, tmp_path):
    path = tmp_path / "count.py"
    path.write_text(WORKLOAD, encoding="utf-8")
    said: list[str] = []
    with harness.session.Session(pythons, timeout=60) as session:
        found = {
            workload.name: session.run(workload, 2, 0.01, said.append)
            for workload in harness.workloads.read(path)
        }
    assert said
    return found


def test_measures_every_peer_that_can(rows):
    row = rows["count"]
    assert set(row.measurements) == {"fast", "slow"}
    assert all(s > 0 for found in row.measurements.values() for s in found.samples)
    assert row.measurements["fast"].idiom in ("plain", "other")
    assert row.baseline in ("fast", "slow")
    assert row.disagreements() == []
    assert row.failures["broken"] == "RuntimeError: out of order"
    assert row.failures["dying"].startswith("the process ended")


def test_prints_a_table(harness, rows):
    text = harness.tables.block(rows["count"])
    assert "count: counting" in text
    assert "median" in text
    assert "Broken failed: RuntimeError: out of order" in text


def test_refuses_a_table_where_peers_disagree(harness, rows):
    row = rows["differ"]
    assert len(row.disagreements()) == 1
    text = harness.tables.block(row)
    assert "slow and fast plain disagree" in text
    assert "median" not in text


def test_writes_markdown_and_json(harness, rows):
    info = {"fast": {"version": "1.0", "python": "3.11.0", "settings": {"OMP_NUM_THREADS": "1"}}}
    text = harness.tables.markdown(list(rows.values()), info)
    assert "| count |" in text
    assert "answers differ" in text
    assert "OMP_NUM_THREADS=1" in text
    data = json.loads(harness.tables.as_json(list(rows.values()), info))
    assert data["workloads"]["count"]["peers"]["fast"]["samples"]


def test_targets_compare_the_baseline_with_the_others(harness):
    workload = harness.workloads.Workload(
        "w", Path("w.py"), "", {}, targets={"torch": 1.5, "fastest": 3.0, "jax": 9.0}
    )
    row = harness.results.Row(workload, {})
    for name, seconds in (("tensortape", 1.0), ("torch", 2.0), ("mlx", 2.5)):
        row.measurements[name] = harness.results.Measurement([seconds])
    found = [(target.peer, target.wanted, target.met) for target in row.targets()]
    assert found == [("torch", 1.5, True), ("torch", 3.0, False)]


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.00123, "s", "1.23 ms"),
        (2.5e-7, "s", "250 ns"),
        (4.567e-5, "s", "45.7 µs"),
        (3 * 2.0**20, "B", "3.00 MiB"),
        (2048.0, "B", "2.00 KiB"),
    ],
)
def test_quantities(harness, value, unit, text):
    assert harness.tables.quantity(value, unit) == text


@pytest.mark.parametrize(
    ("found", "same"),
    [([1.0, 2.0], True), ([1.0, 2.0 + 1e-9], True), ([1.0, 2.1], False), ([1.0], False),
     ([1.0, float("nan")], False)],
)  # fmt: skip
def test_digests(harness, found, same):
    def digest(values):
        norm = sum(v * v for v in values) ** 0.5
        return {"count": len(values), "sum": sum(values), "norm": norm, "values": values}

    assert (harness.results.differ(digest(found), digest([1.0, 2.0]), 1e-6) == "") is same


def test_every_workload_file_is_read_and_serves_known_peers(harness):
    names = [workload.name for workload in harness.workloads.read_all()]
    assert len(names) == len(set(names)) >= 10


def command(*arguments):
    return subprocess.run(
        [sys.executable, str(BENCHMARKS / "run.py"), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def test_command_lists_and_helps():
    assert "gradient-step" in command("--list").stdout
    assert "--rounds" in command("--help").stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--peers", "caffe"), "unknown peer caffe"),
        (("--workloads", "nothing"), "no workload is called 'nothing'"),
        (("--env", "jax"), "LIBRARY=PATH"),
    ],
)
def test_command_says_what_is_wrong(arguments, message):
    result = command(*arguments)
    assert result.returncode == 2
    assert message in result.stderr


def test_command_skips_a_peer_without_environment(tmp_path):
    result = command("--peers", "torch", "--envs", str(tmp_path), "--workloads", "chain")
    assert result.returncode == 2
    assert "PyTorch: skipped, no environment" in result.stderr
