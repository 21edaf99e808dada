"""What examining costs, and what it costs when nobody examines.

    python benchmarks/examine_overhead.py [--repeats 15] [--json FILE]

Three questions:

1. Not examining: ``tf.multiply`` in a process that never examined, and after an examination has
   begun and ended there. At most 3 % may be lost.
2. The branch to listeners, which tapes need and observers share: an eager operation as it is,
   against the same dispatcher without that branch. For information.
3. Examining: a program's step with its gradient inside of ``tf.examine()``, against the plain one.
   At most 5 times as long.

Set OMP_NUM_THREADS=1 where other programs run: threads of a matrix product that wait for each
other would drown everything else. Variants are timed in turn, and the shortest time of each
counts, so that other work on the machine disturbs little.
"""

from __future__ import annotations

import argparse
import inspect
import itertools
import json
import subprocess
import sys
from collections.abc import Callable
from time import perf_counter
from typing import Any

import numpy as np

import tensortape as tf
from tensortape.core import dispatch
from tensortape.core.registry import OPS

MOST_LOST = 0.03
MOST_TIMES = 5.0
TURNS = 4
CALLS = 100
"""So many operations are timed together: few enough to be left alone once in a while."""


def shortest(variants: dict[str, Callable[[], Any]], repeats: int, number: int) -> dict[str, float]:
    """Seconds of one run of each variant."""
    best = dict.fromkeys(variants, float("inf"))
    for run in variants.values():
        run()
    for _ in range(repeats):
        for name, run in variants.items():
            began = perf_counter()
            for _ in range(number):
                run()
            best[name] = min(best[name], (perf_counter() - began) / number)
    return best


def unobserved() -> Any:
    """``dispatch.execute`` without the lines that tell listeners."""
    lines = inspect.getsource(dispatch.execute).splitlines()
    kept, skip = [], 0
    for line in lines:
        indent = len(line) - len(line.lstrip())
        if skip and indent > skip:
            continue
        skip = 0
        if line.lstrip().startswith(("if listeners := s.listeners:", "if s.listeners:")):
            skip = indent
            continue
        kept.append(line)
    assert len(kept) == len(lines) - 5, "the dispatcher looks different now"
    scope = dict(vars(dispatch))
    exec("\n".join(kept), scope)
    return scope["execute"]


def telling(repeats: int) -> dict[str, float]:
    """One eager multiplication of 16 elements: plain, and without any telling."""
    x = tf.constant(np.ones(16, np.float32))
    op, pair, bare = OPS["Mul"], (x, x), unobserved()

    def calls(execute: Any) -> Callable[[], None]:
        def run() -> None:
            for _ in range(CALLS):
                execute(op, pair)

        return run

    times = shortest({"plain": calls(dispatch.execute), "bare": calls(bare)}, repeats * 200, 1)
    return {name: seconds / CALLS for name, seconds in times.items()}


def before_and_after(repeats: int) -> dict[str, float]:
    """``tf.multiply`` where nobody ever examined and where somebody did, processes by turns."""
    best = {"before": float("inf"), "after": float("inf")}
    for _ in range(TURNS):
        for name in best:
            command = [sys.executable, __file__, "--only", name, "--repeats", str(repeats)]
            told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            best[name] = min(best[name], float(told))
    return best


def multiplying(examined: bool, repeats: int) -> float:
    """Seconds of ``tf.multiply`` in this process, if wanted after an examination."""
    x = tf.constant(np.ones(16, np.float32))

    def run() -> None:
        for _ in range(CALLS):
            tf.multiply(x, x)

    if examined:
        with tf.examine():
            run()
    assert examined or "tensortape.examine" not in sys.modules
    return shortest({"run": run}, repeats * 200, 1)["run"] / CALLS


def chain(size: int) -> Callable[[], Any]:
    """200 operations on an array, and their gradient."""
    x = tf.Variable(np.linspace(0.1, 1.0, size, dtype=np.float32))

    def step() -> Any:
        with tf.GradientTape() as tape:
            y = x
            for _ in range(50):
                y = tf.sin(y) * 1.1 + tf.tanh(y)
            loss = tf.reduce_sum(y)
        return tape.gradient(loss, x)

    return step


def network(rows: int) -> Callable[[], Any]:
    """A network of three layers on a batch, its gradient, and a step of descent."""
    random = np.random.default_rng(0)
    sizes = [64, 128, 128, 1]
    weights = [
        tf.Variable((random.normal(size=s) / 10).astype(np.float32))
        for s in itertools.pairwise(sizes)
    ]
    data = tf.constant(random.normal(size=(rows, 64)).astype(np.float32))

    def step() -> None:
        with tf.GradientTape() as tape:
            h = data
            for w in weights:
                h = tf.tanh(tf.matmul(h, w))
            loss = tf.reduce_mean(tf.square(h - 0.5))
        for w, slope in zip(weights, tape.gradient(loss, weights), strict=True):
            w.assign_sub(1e-4 * slope)

    return step


def examining(repeats: int) -> dict[str, dict[str, float]]:
    """Programs plain and examined."""
    programs = {
        "200 operations on 16 elements": chain(16),
        "200 operations on 1,000 elements": chain(1_000),
        "200 operations on 100,000 elements": chain(100_000),
        "network, 32 rows": network(32),
        "network, 1,024 rows": network(1_024),
    }
    return {name: in_turn(step, repeats) for name, step in programs.items()}


def in_turn(step: Callable[[], Any], repeats: int) -> dict[str, float]:
    """A step plain and examined, by turns of ten; entering the examination is not counted."""
    best = {"plain": float("inf"), "examined": float("inf")}
    for _ in range(repeats):
        best["plain"] = min(best["plain"], *timed(step))
        with tf.examine():
            best["examined"] = min(best["examined"], *timed(step))
    return best


def timed(step: Callable[[], Any]) -> list[float]:
    """The seconds of each of some runs."""
    step()
    seconds = []
    for _ in range(10):
        began = perf_counter()
        step()
        seconds.append(perf_counter() - began)
    return seconds


def entering(repeats: int) -> float:
    """Seconds that beginning and ending an examination takes."""

    def run() -> None:
        with tf.examine():
            pass

    return shortest({"enter": run}, repeats, 5)["enter"]


def main() -> int:
    """Measure, print, and fail where a promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--json", metavar="FILE", help="write the seconds as JSON")
    parser.add_argument("--only", choices=["before", "after"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.only:
        print(multiplying(options.only == "after", options.repeats))
        return 0
    after = before_and_after(options.repeats)
    loop, busy = telling(options.repeats), examining(options.repeats)
    lost = after["after"] / after["before"] - 1
    print(f"tf.multiply, nobody ever examined:    {after['before'] * 1e9:.0f} ns")
    print(f"  after an examination has ended:     {lost:+.1%} (at most {MOST_LOST:.0%})")
    asking = (loop["plain"] - loop["bare"]) / after["before"]
    print(f"  the branch to listeners (for tapes): {asking:+.1%}")
    print(f"\n{'a step with its gradient':<38}{'plain':>10}{'examined':>10}{'times':>8}")
    worst = 0.0
    enter = entering(options.repeats)
    for name, times in busy.items():
        ratio = times["examined"] / times["plain"]
        worst = max(worst, ratio)
        print(
            f"{name:<38}{times['plain'] * 1e3:>7.2f} ms{times['examined'] * 1e3:>7.2f} ms"
            f"{ratio:>8.1f}"
        )
    print(f"beginning and ending an examination: {enter * 1e3:.2f} ms")
    print(f"\nat most {worst:.1f} times as long (promised: {MOST_TIMES:.0f})")
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({"loop": loop, "after": after, "examining": busy}, file, indent=2)
    return int(lost > MOST_LOST or worst > MOST_TIMES)


if __name__ == "__main__":
    raise SystemExit(main())
