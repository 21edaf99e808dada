"""Peak memory of the derivative workloads: the same steps, each in a fresh process."""

import importlib

from workloads._memory import extra
from workloads._startup import MODULES

TITLE = "peak memory of a repeated call beyond that of the process before it, in a fresh process"
CASES = {
    "memory-jacobian-elementwise-n1000": {
        "of": "elementwise_jacobian", "case": {"n": 1000, "whole": True},
    },
    "memory-jacobian-elementwise-diagonal-n100000": {
        "of": "elementwise_jacobian", "case": {"n": 100_000, "whole": False},
    },
    "memory-batch-jacobian-64x50": {"of": "batch_jacobian", "case": {}},
    "memory-per-example-784-128-10": {"of": "per_example", "case": {}},
    "memory-rosenbrock-hessian-n1000": {"of": "rosenbrock", "case": {"what": "hessian", "n": 1000}},
    "memory-rosenbrock-hvp-n1000": {"of": "rosenbrock", "case": {"what": "hvp", "n": 1000}},
    "memory-laplacian-64x50": {"of": "laplacian", "case": {}},
    "memory-sixth-derivative-1000": {"of": "high_order", "case": {"n": 1000}},
    "memory-deep-50-plain": {"of": "recompute", "case": {"again": False}},
    "memory-deep-50-recomputed": {"of": "recompute", "case": {"again": True}},
}  # fmt: skip
FRESH = True
UNIT = "B"


def function(name):
    """Measures the first idiom that peer `name` has for a workload."""

    def measure(of, case):
        make = getattr(importlib.import_module(f"workloads.{of}"), name, None)
        steps = make(**case) if make else None
        if steps is None:
            return None
        return extra(next(iter(steps.values())) if isinstance(steps, dict) else steps)

    return measure


NAMES = (*MODULES, "tensortape_function", "tensorflow_function", "tensorflow_xla", "jax_jit")
globals().update({name: function(name) for name in NAMES})
