"""Jacobians of every operation by a forward sweep, against the backward walk."""

from __future__ import annotations

from itertools import chain

import numpy as np
import pytest
from registry_calculus import outputs, raw, tensors
from registry_cases import cases, differentiable

from tensortape.autodiff import jacobian_cost, jacobian_sweeps
from tensortape.autodiff.tape import GradientTape

CASES = [case for op in differentiable() for case in cases(op)]


@pytest.fixture
def forward(monkeypatch):
    """Forward wherever that is possible."""

    def look(self, entry, g, size):
        if self.price() < float("inf"):
            raise jacobian_cost.GoForward

    def choose(always):
        monkeypatch.setattr(jacobian_sweeps, "FEWER", 0 if always else 10**9)
        monkeypatch.setattr(jacobian_sweeps, "WORTH", 0)
        monkeypatch.setattr(jacobian_cost, "SMALL", -1)
        monkeypatch.setattr(jacobian_sweeps.overrides, "used", False)
        monkeypatch.setattr(jacobian_cost.Metered, "look", look)

    return choose


def jacobians(case):
    xs = tensors(case)
    sources = [xs[i] for i in case.wrt]
    with GradientTape(persistent=True) as tape:
        tape.watch(sources)
        ys = outputs(case, xs)
    return [(tape.jacobian(y, sources), tape.jacobian_report()) for y in ys]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_forward_is_backward(case, forward):
    forward(False)
    backward = jacobians(case)
    forward(True)
    for (got, _), (want, _) in zip(jacobians(case), backward, strict=True):
        for a, b in zip(got, want, strict=True):
            assert (a is None) == (b is None)
            if a is not None:
                assert a.shape == b.shape and a.dtype == b.dtype
                np.testing.assert_allclose(raw(a), raw(b), rtol=1e-9, atol=1e-10)


def recorded(case):
    xs = tensors(case)
    sources = [xs[i] for i in case.wrt]
    with GradientTape(persistent=True) as outer:
        outer.watch(sources)
        with GradientTape(persistent=True) as tape:
            tape.watch(sources)
            ys = outputs(case, xs)
        found = [tape.jacobian(y, sources) for y in ys]
    flat = [g for gs in found for g in gs if g is not None]
    return flat, outer.gradient(flat, sources, unconnected_gradients="zero")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_recorded_forward_is_recorded_backward(case, forward):
    try:
        forward(False)
        want = recorded(case)
    except LookupError as exc:
        pytest.skip(str(exc))
    forward(True)
    pairs = zip([*chain(*recorded(case))], [*chain(*want)], strict=True)
    for a, b in pairs:
        np.testing.assert_allclose(raw(dense(a)), raw(dense(b)), rtol=1e-8, atol=1e-9)


def dense(g):
    return g if hasattr(g, "_a") else g._to_tensor()
