"""Counts the operations of the registry by what each mode of differentiation does with them.

    python docs/count_modes.py            the table of derivatives.md
    python docs/count_modes.py --list     also which operations

The cases are those of ``tests/registry``: every operation with a derivative, in float64.
"""

from __future__ import annotations

import logging
import sys
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "registry"))

from registry_calculus import directions, gradients, inner, outputs, raw, second, tangents, tensors
from registry_calculus import weights as cotangents
from registry_cases import cases, differentiable

from tensortape.autodiff.tape import GradientTape
from tensortape.core import events
from tensortape.core.loading import load_deferred
from tensortape.core.registry import OPS


class Fallbacks(events.Observer):
    """Remembers what a batched walk could not do with structure."""

    def __init__(self):
        """Start with nothing found."""
        self.found = set()

    def gradient_end(self, call, results):
        """Note the fallbacks of one walk."""
        self.found |= set(call.data.get("fallbacks", {}).values())


def size(values):
    """The norm of all values together."""
    return sum(float((abs(raw(v)) ** 2).sum()) for v in values if v is not None) ** 0.5


def reverse(case):
    """Reverse mode answers."""
    gradients(case)
    return "reverse"


def forward(case):
    """Whether the adjoint identity holds to 1e-12."""
    ys, ts = tangents(case)
    ws, steps = cotangents(case, ys), directions(case)
    gs, ds = gradients(case), [steps[i] for i in case.wrt]
    scale = max(1.0, size(ws) * size(ts), size(gs) * size(ds))
    return "forward" if abs(inner(ws, ts) - inner(gs, ds)) <= 1e-12 * scale else None


def second_order(case):
    """The gradient of the gradient answers."""
    second(case)
    return "second order"


def batched(case):
    """How the Jacobian was computed: with structure throughout, with zeros stored, or by a loop."""
    xs = tensors(case)
    sources = [xs[i] for i in case.wrt]
    with GradientTape(persistent=True) as tape:
        tape.watch(sources)
        ys = outputs(case, xs)
    observer = Fallbacks()
    events.subscribe(observer)
    try:
        for y in ys:
            tape.jacobian(y, sources)
    finally:
        events.unsubscribe(observer)
    worst = [kind for kind in ("loop", "dense") if kind in observer.found]
    return "batched: " + (worst[0] if worst else "structured")


def counted():
    """Mode -> names of operations of which all cases work in it, and (op, mode) -> why not."""
    table, refused = defaultdict(list), {}
    for op in differentiable():
        ways = defaultdict(set)
        for mode in (reverse, forward, second_order, batched):
            for case in cases(op):
                try:
                    ways[mode].add(mode(case))
                except Exception as error:
                    ways[mode].add(None)
                    refused[op.type, mode.__name__] = f"{type(error).__name__}: {error}"
            if ways[mode] and None not in ways[mode]:
                table[min(ways[mode])].append(op.type)
        table["forward rule of its own" if op.pushforward else "forward by transposition"].append(
            op.type
        )
    return table, refused


def main():
    """Print the table, what was refused, and the lists where asked."""
    logging.disable(logging.WARNING)
    load_deferred()
    table, refused = counted()
    with_rule = differentiable()
    none = [op for op in OPS.values() if op.nondifferentiable]
    absent = [op for op in OPS.values() if op.missing_gradient]
    print("| what | operations |\n|---|---:|")
    print(f"| in the registry | {len(OPS)} |")
    print(f"| with a derivative | {len(with_rule)} |")
    for name in sorted(table):
        print(f"| {name} | {len(table[name])} |")
    print(f"| constant or integer: no derivative, with the reason | {len(none)} |")
    print(f"| no gradient in TensorFlow either | {len(absent)} |")
    print(f"| cases walked | {sum(len(cases(op)) for op in with_rule)} |")
    for (op, mode), why in refused.items():
        print(f"\n{op}, {mode}: {why[:100]}", end="")
    if "--list" in sys.argv:
        for name, ops in sorted(table.items()):
            print(f"\n{name}: {' '.join(ops)}")


if __name__ == "__main__":
    main()
