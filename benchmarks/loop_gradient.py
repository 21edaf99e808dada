"""A loop whose length data decides: its gradient against the unrolled one, and its memory.

    python benchmarks/loop_gradient.py [--iterations 10000] [--width 256]

The loop is ``while |x| > limit: x = sin(x) * w``. Its gradient must be that of the same steps
written one after another. Memory is what NumPy allocates at most during a call, by tracemalloc:
without a gradient, with one, and with one on a tape outside of any traced function.
"""

from __future__ import annotations

import argparse
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np

import tensortape as tf


def data_decides(x: Any, w: Any, limit: Any) -> tuple[Any, Any]:
    """Iterate until the largest value has shrunk to ``limit``; the value and the count."""
    count = tf.constant(0)
    while tf.reduce_max(tf.abs(x)) > limit:
        x = tf.sin(x) * w
        count += 1
    return tf.reduce_sum(x), count


def with_gradient(x: Any, w: Any, limit: Any) -> Any:
    """The gradient of :func:`data_decides`."""
    with tf.GradientTape() as tape:
        tape.watch((x, w))
        y, count = data_decides(x, w, limit)
    return tape.gradient(y, (x, w)), count


def counted(x: Any, w: Any, n: Any) -> Any:
    """``n`` iterations and the gradient."""
    with tf.GradientTape() as tape:
        tape.watch((x, w))
        y = x
        for _ in tf.range(n):
            y = tf.sin(y) * w
        y = tf.reduce_sum(y)
    return tape.gradient(y, (x, w))


def forward(x: Any, w: Any, n: Any) -> Any:
    """``n`` iterations."""
    for _ in tf.range(n):
        x = tf.sin(x) * w
    return tf.reduce_sum(x)


def unrolled(x: Any, w: Any, n: int) -> Any:
    """``n`` steps one after another, on a tape."""
    with tf.GradientTape() as tape:
        tape.watch((x, w))
        y = x
        for _ in range(n):
            y = tf.sin(y) * w
        y = tf.reduce_sum(y)
    return tape.gradient(y, (x, w))


def measured(call: Callable[[], Any]) -> tuple[float, float]:
    """Most bytes allocated during a call, and seconds without watching."""
    call()
    start = time.perf_counter()
    call()
    seconds = time.perf_counter() - start
    tracemalloc.start()
    kept = call()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    del kept
    return float(peak), seconds


def main() -> None:
    """Compare, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--iterations", type=int, default=10_000)
    parser.add_argument("--width", type=int, default=256)
    options = parser.parse_args()
    x = tf.constant(np.linspace(0.5, 1.5, options.width))
    w = tf.constant(np.linspace(0.97, 0.99, options.width))
    limit = tf.constant(1e-3, tf.float64)
    traced = tf.function(with_gradient)
    found, count = traced(x, w, limit)
    expected = unrolled(x, w, int(count))
    worst = max(float(tf.reduce_max(tf.abs(a - b))) for a, b in zip(found, expected, strict=True))
    print(f"data decides: {int(count)} iterations; largest difference from unrolled: {worst:.1e}")
    n = options.iterations
    values = n * x.numpy().nbytes
    print(f"{n} iterations on {options.width} float64: one value of each is {values / 1e6:.1f} MB")
    steps = tf.constant(n)
    loop, back = tf.function(forward), tf.function(counted)
    for name, call in (
        ("tf.function", lambda: loop(x, w, steps)),
        ("tf.function with its gradient", lambda: back(x, w, steps)),
        ("eager tape, unrolled", lambda: unrolled(x, w, n)),
    ):
        peak, seconds = measured(call)
        print(f"{name:30} {peak / 1e6:8.1f} MB {seconds * 1e3:9.1f} ms")


if __name__ == "__main__":
    main()
