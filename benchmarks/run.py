"""Runs every workload on every peer installed and prints medians and ratios.

python benchmarks/run.py --setup --peers torch,jax-jit     # once: makes their environments
python benchmarks/run.py                                   # measures what is there
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from harness import tables, workloads
from harness.environments import (
    BENCHMARKS,
    SetupError,
    find_python,
    parse_overrides,
    set_up,
)
from harness.peers import PEERS, Peer, select
from harness.results import Row
from harness.session import Session


def parser() -> argparse.ArgumentParser:
    """The command line."""
    names = ", ".join(peer.name for peer in PEERS)
    result = argparse.ArgumentParser(
        description="Measure workloads side by side on TensorTape and its peers. Each peer runs in"
        " its own virtual environment and process; they take turns, round by round.",
        epilog="Exit status: 0 when everything was measured and agreed, 1 when a peer failed or"
        " the answers differ, 2 for a wrong command line.",
    )
    add = result.add_argument
    add("--peers", default="all", help=f"comma-separated; of: {names} (default: all)")
    add("--workloads", default="all", help="comma-separated parts of names (default: all)")
    add("--rounds", type=int, default=5, help="turns that each peer takes (default: 5)")
    add("--seconds", type=float, default=0.2, help="length of a turn (default: 0.2)")
    add("--timeout", type=float, default=180, help="seconds for one request (default: 180)")
    add(
        "--envs",
        type=Path,
        default=BENCHMARKS / "envs",
        metavar="DIR",
        help="folder of the environments, each called bench-LIBRARY (default: benchmarks/envs)",
    )
    add(
        "--env",
        action="append",
        default=[],
        metavar="LIBRARY=PATH",
        help="use this environment (a folder, or its python) for a library; may be repeated",
    )
    add(
        "--setup",
        action="store_true",
        help="make the missing environments of the peers from requirements/, then end",
    )
    add("--out", type=Path, metavar="STEM", help="write STEM.json and STEM.md as well")
    add("--list", action="store_true", help="list peers and workloads, then end")
    return result


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def progress(text: str) -> None:
    """Shows what is running, where somebody is looking."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


def clear_progress() -> None:
    progress("")


def install(peers: Sequence[Peer], envs: Path, kept: set[str]) -> int:
    """Makes the environments of the peers' libraries, one after the other."""
    failed = 0
    for library in dict.fromkeys(peer.library.name for peer in peers):
        if library in kept:
            continue
        say(f"{library}: installing into {envs / f'bench-{library}'}")
        try:
            set_up(next(p.library for p in peers if p.library.name == library), envs)
        except SetupError as error:
            say(f"{library}: {error}")
            failed = 1
    return failed


def available(peers: Sequence[Peer], envs: Path, overrides: dict[str, Path]) -> dict[Peer, Path]:
    """The peers that have an interpreter; a line for each that has not."""
    pythons = {}
    for peer in peers:
        if python := find_python(peer.library, envs, overrides):
            pythons[peer] = python
        else:
            say(f"{peer.label}: skipped, no environment (--setup makes one, --env names one)")
    return pythons


def measure(pythons: dict[Peer, Path], args: argparse.Namespace) -> tuple[list[Row], dict]:
    """Runs the workloads, printing each block as soon as it is there."""
    rows = []
    with Session(pythons, args.timeout) as session:
        info = session.info()
        for workload in workloads.select(args.workloads):
            rows.append(session.run(workload, args.rounds, args.seconds, progress))
            clear_progress()
            print(tables.block(rows[-1]) + "\n", flush=True)
    return rows, info


def write(stem: Path, rows: Sequence[Row], info: dict) -> None:
    """Writes the JSON and the Markdown file."""
    stem.parent.mkdir(parents=True, exist_ok=True)
    stem.with_suffix(".json").write_text(tables.as_json(rows, info), encoding="utf-8")
    stem.with_suffix(".md").write_text(tables.markdown(rows, info), encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status of the command."""
    command = parser()
    args = command.parse_args(arguments)
    try:
        peers = select(args.peers)
        overrides = parse_overrides(args.env, {peer.library.name for peer in PEERS})
        chosen = workloads.select(args.workloads)
    except ValueError as error:
        command.error(str(error))
    if args.list:
        print("peers:", *(f"  {peer.name:22}{peer.label}" for peer in peers), sep="\n")
        print("workloads:", *(f"  {w.name:27}{w.title}" for w in chosen), sep="\n")
        return 0
    if args.setup:
        return install(peers, args.envs, set(overrides))
    pythons = available(peers, args.envs, overrides)
    if not pythons:
        command.error("none of the peers has an environment")
    rows, info = measure(pythons, args)
    if args.out:
        write(args.out, rows, info)
    return int(any(row.failures or row.disagreements() for row in rows))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
