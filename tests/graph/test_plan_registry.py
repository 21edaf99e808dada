"""Every operation of the registry and its gradient: eager execution against the plan."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from program_recording import Recorder, same

sys.path.insert(0, str(Path(__file__).parents[1] / "registry"))

from registry_calculus import gradients, outputs, tensors
from registry_cases import cases, differentiable, special_cases

from tensortape.graph.ir import verify
from tensortape.graph.passes import optimise_for_numpy
from tensortape.graph.plan import chains, compile_plan, memory, plan_of

CASES = [case for op in differentiable() for case in (*cases(op), *special_cases(op))]


def compared(case, compiled):
    xs = tensors(case)
    with Recorder(xs) as recorder:
        ys = outputs(case, xs)
        found = [*ys, *[g for g in gradients(case, xs) if g is not None]]
    program = recorder.program(found, str(case))
    verify(program)
    plan = compiled(program)
    rtol = 1e-12 if "machine" in plan.source else 0
    for _ in range(2):
        for left, right in zip([t._a for t in found], plan(*recorder.arguments), strict=True):
            if rtol:
                np.testing.assert_allclose(left, right, rtol=rtol, atol=rtol)
            else:
                same(left, right)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_as_eager(case):
    compared(case, plan_of)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_as_eager_when_everything_is_large(case, monkeypatch):
    monkeypatch.setattr(chains, "LARGE", 2)
    monkeypatch.setattr(chains, "BLOCK", 2)
    monkeypatch.setattr(memory, "LARGE_BYTES", 1)
    compared(case, lambda program: compile_plan(optimise_for_numpy(program)))
