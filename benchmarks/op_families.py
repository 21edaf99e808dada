"""Measures each family of operations on TensorTape, TensorFlow and PyTorch, all eager.

python benchmarks/op_families.py                       # all families; prints the ten worst ratios
python benchmarks/op_families.py --families conv,fft --out docs/speed_by_family.md

The ratio is TensorTape's median over that of the slower of the two others; above 3 is too slow.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import run
from harness import workloads
from harness.environments import BENCHMARKS, parse_overrides
from harness.peers import PEERS, select
from harness.results import Row
from harness.session import Session
from harness.workloads import Workload

PEER_NAMES = ("tensortape", "tensorflow", "torch")
WORST = 10


def median(row: Row, peer: str) -> float | None:
    """The median of a peer's samples, in seconds."""
    found = row.measurements.get(peer)
    return statistics.median(found.samples) if found and found.samples else None


def ratio(row: Row) -> float | None:
    """TensorTape's time over that of the slower of the others."""
    ours = median(row, "tensortape")
    others = [m for p in PEER_NAMES[1:] if (m := median(row, p)) is not None]
    return ours / max(others) if ours is not None and others else None


def shown(seconds: float | None) -> str:
    """A time with a unit that suits it."""
    if seconds is None:
        return "–"
    for unit, scale in (("s", 1.0), ("ms", 1e3), ("µs", 1e6)):
        if seconds * scale >= 1:
            return f"{seconds * scale:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def table(rows: Sequence[Row]) -> str:
    """Markdown: a line for each row."""
    lines = [
        "| family | elements | what | TensorTape | TensorFlow | PyTorch | ratio |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        name, size, mode = row.workload.name.split()
        times = " | ".join(shown(median(row, peer)) for peer in PEER_NAMES)
        found = ratio(row)
        last = "–" if found is None else f"{found:.2f}"
        lines.append(f"| {name.replace('_', ' ')} | {size} | {mode} | {times} | {last} |")
    return "\n".join(lines)


INTRODUCTION = """# Speed by family of operations

Each family of operations at 10, 10^4 and 10^6 elements, without and with gradients, in TensorTape,
TensorFlow eager and PyTorch eager. Medians; each library in a process of its own, in turn, after
their answers were compared. The ratio is TensorTape's time over that of the slower of the others:
below 1 it is faster than that one, above 3 too slow. Made by `benchmarks/op_families.py`, where the
families are in `benchmarks/families/`.

{versions}
"""


def versions(info: dict[str, Any]) -> str:
    """The versions measured, and how many threads they were given."""
    said = [f"{name} {found['version']}".strip() for name, found in info.items()]
    threads = sorted({f"{k}={v}" for found in info.values() for k, v in found["settings"].items()
                      if k.endswith("NUM_THREADS")})  # fmt: skip
    return f"{', '.join(said)}; {', '.join(threads) or 'threads as each library chooses'}."


def report(rows: Sequence[Row], info: dict[str, Any]) -> str:
    """The ten worst ratios, and everything."""
    ranked = sorted(rows, key=lambda row: -(ratio(row) or 0.0))
    found = [r for row in rows if (r := ratio(row)) is not None]
    slow, faster = sum(r > 3 for r in found), sum(r < 1 for r in found)
    return (
        f"{INTRODUCTION.format(versions=versions(info))}\nOf {len(rows)} measurements {slow} have "
        f"a ratio above 3, {faster} one below 1; the median ratio is "
        f"{statistics.median(found or [0.0]):.2f}.\n\n## The ten worst\n\n"
        f"{table(ranked[:WORST])}\n\n## All\n\n{table(rows)}\n"
    )


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = result.add_argument
    add("--families", default="all", help="comma-separated parts of names (default: all)")
    add("--rounds", type=int, default=3, help="turns that each library takes (default: 3)")
    add("--seconds", type=float, default=0.05, help="length of a turn (default: 0.05)")
    add("--timeout", type=float, default=180, help="seconds for one request (default: 180)")
    add("--envs", type=Path, default=BENCHMARKS / "envs", metavar="DIR", help="environments")
    add("--env", action="append", default=[], metavar="LIBRARY=PATH", help="an environment")
    add("--out", type=Path, metavar="FILE", help="write the tables to this Markdown file")
    return result


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status: 1 when a library failed or answers differ."""
    args = parser().parse_args(arguments)
    peers = select(",".join(PEER_NAMES))
    overrides = parse_overrides(args.env, {peer.library.name for peer in PEERS})
    pythons = run.available(peers, args.envs, overrides)
    chosen = workloads.select(args.families, BENCHMARKS / "families")
    rows: list[Row] = []
    info: dict[str, Any] = {}
    try:
        failed = measure(chosen, pythons, args, rows, info)
    finally:  # what was measured before an interruption
        print(report(rows, info))
        if args.out:
            args.out.parent.mkdir(parents=True, exist_ok=True)
            args.out.write_text(report(rows, info), encoding="utf-8")
    return failed


def measure(
    chosen: Sequence[Workload], pythons: Any, args: Any, rows: list[Row], info: dict[str, Any]
) -> int:
    """Adds a row for each workload; 1 when a library failed or answers differ."""
    failed = 0
    with Session(pythons, args.timeout) as session:
        info.update(session.info())
        for workload in chosen:
            row = session.run(workload, args.rounds, args.seconds, run.progress)
            run.clear_progress()
            rows.append(row)
            for text in [f"{p}: {e}" for p, e in row.failures.items()] + row.disagreements():
                failed = 1
                run.say(f"{workload.name}: {text}")
            if (ratio(row) or 0.0) > 3:
                run.say(f"{workload.name}: {ratio(row):.1f} times the slower of the others")
    return failed


if __name__ == "__main__":
    sys.exit(main())
