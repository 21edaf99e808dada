"""Every operation of the registry, walked in every mode."""

from __future__ import annotations

import math

import numpy as np
import pytest
from registry_calculus import (
    dense,
    difference,
    directions,
    gradients,
    inner,
    outputs,
    raw,
    recorded_gradients,
    second,
    second_weights,
    tangents,
    tensors,
    value,
    weights,
)
from registry_cases import cases, differentiable, special_cases

from tensortape.arrays.namespace import numpy_namespace
from tensortape.arrays.recorded import recorded
from tensortape.autodiff.tape import GradientTape
from tensortape.core.registry import OPS
from tensortape.core.state import quiet, state

CASES = [case for op in differentiable() for case in cases(op)]
SPECIAL = [case for op in differentiable() for case in special_cases(op)]
ADJOINT = 1e-12
"""How far forward and reverse mode may differ in float64; no operation is excepted."""
GRAPHS_ONLY = ("tensortape.graph.by_rank", "tensortape.graph.uneven")
walk = pytest.mark.parametrize("case", CASES, ids=str)


def close(got, want, scale, tolerance=1e-6):
    assert math.isfinite(want), f"finite difference is {want}"
    assert abs(got - want) <= tolerance * max(1.0, abs(want), scale), (got, want)


@pytest.mark.parametrize("op", OPS.values(), ids=lambda op: op.type)
def test_record(op):
    """A rule, a reason or a known absence; a docstring; samples where there is a rule."""
    rules = (op.pullback is not None) + bool(op.nondifferentiable) + op.missing_gradient
    assert rules == 1, (
        f"{op.type}: exactly one of rule, nondifferentiable=reason, missing_gradient=True"
    )
    assert op.doc, f"{op.type}: the kernel has no docstring"
    # Those that take functions, and those on values that only graphs have: see tests/graph.
    apart = op.family == "call" or op.kernel.__module__ in GRAPHS_ONLY
    if op.pullback is not None and not apart:
        assert cases(op), f"{op.type}: give samples=[((shape or array, ...), attrs)] or a domain"


@walk
def test_reverse(case):
    """The gradient against finite differences, input by input."""
    skip_if_not_derivative(case)
    attrs, steps = case.normalised(), directions(case)
    ws = weights(case, outputs(case, tensors(case)))
    for i, g in zip(case.wrt, gradients(case), strict=True):
        one = {i: steps[i]}
        want = difference(lambda arrays: inner(ws, value(case, arrays, attrs)), case, one)
        if g is not None:
            assert tuple(g.shape) == case.arrays[i].shape
        close(inner([g], [steps[i]]), want, norm(ws))


def skip_if_not_derivative(case):
    if case.op.not_derivative:
        pytest.skip(case.op.not_derivative)


def norm(values):
    return math.sqrt(sum(float(np.sum(np.abs(raw(v)) ** 2)) for v in values if v is not None))


@walk
def test_forward(case):
    """``<w, jvp(d)> == <vjp(w), d>``, to 1e-12 of the size of what is multiplied."""
    ys, ts = tangents(case)
    ws, steps = weights(case, ys), directions(case)
    for y, t in zip(ys, ts, strict=True):
        assert t is None or t.shape == y.shape
    gs, ds = gradients(case), [steps[i] for i in case.wrt]
    scale = max(norm(ws) * norm(ts), norm(gs) * norm(ds))
    rounded = "rounded" in case.op.not_derivative  # to float32, one way only
    close(inner(ws, ts), inner(gs, ds), scale, 1e-6 if rounded else ADJOINT)


@walk
def test_second_order(case):
    """The gradient of the gradient against finite differences of the gradient."""
    skip_if_not_derivative(case)
    try:
        first, found = second(case)
    except LookupError as exc:
        pytest.skip(str(exc))
    steps, cs = directions(case), second_weights(case, first)

    def projected(arrays):
        there = type(case)(case.op, case.label, arrays, case.attrs, case.wrt)
        with quiet():
            return inner(cs, gradients(there))

    want = difference(projected, case, steps)
    close(inner(found, [steps[i] for i in case.wrt]), want, norm(cs) * max(1.0, norm(first)), 1e-5)


@walk
def test_batched(case):
    """The Jacobian, one batched walk, against a loop of gradients."""
    xs = tensors(case)
    sources = [xs[i] for i in case.wrt]
    with GradientTape(persistent=True) as tape:
        tape.watch(sources)
        ys = outputs(case, xs)
    for y in ys:
        rows = one_by_one(tape, y, sources)
        for got, want, x in zip(tape.jacobian(y, sources), rows, sources, strict=True):
            if got is None:
                assert all(r is None for r in want)
                continue
            assert tuple(got.shape) == tuple(y.shape) + tuple(x.shape)
            stacked = [np.zeros(x.shape) if r is None else raw(r) for r in want]
            full = np.array(stacked).reshape(got.shape)
            np.testing.assert_allclose(raw(got), full, rtol=1e-9, atol=1e-12)


@walk
def test_batched_recorded(case):
    """The Jacobian computed under an outer tape is the same, and has a gradient."""
    try:
        second(case)
    except LookupError as exc:
        pytest.skip(str(exc))
    xs = tensors(case)
    sources = [xs[i] for i in case.wrt]
    with GradientTape(persistent=True) as outer:
        outer.watch(sources)
        with GradientTape(persistent=True) as tape:
            tape.watch(sources)
            ys = outputs(case, xs)
        recorded_ones = [tape.jacobian(y, sources) for y in ys]
    for y, found in zip(ys, recorded_ones, strict=True):
        for got, want in zip(found, tape.jacobian(y, sources), strict=True):
            assert (got is None) == (want is None)
            if got is not None:
                np.testing.assert_allclose(raw(got), raw(want), rtol=1e-9, atol=1e-12)
                outer.gradient(got, sources)


def one_by_one(tape, y, sources):
    """For each source the list of its gradients by component of ``y``."""
    rows = []
    for place in np.ndindex(*y.shape):
        seed = np.zeros(y.shape, y._a.dtype)
        seed[place] = 1
        found = tape.gradient(y, sources, output_gradients=state.tensor(seed[()]))
        rows.append([dense(g) for g in found])
    return list(zip(*rows, strict=True)) if rows else [()] * len(sources)


@walk
def test_recorded_is_raw(case):
    """The kernel in the recorded namespace gives what it gives on arrays; so does the rule."""
    same_when_recorded(case)


@pytest.mark.parametrize("case", SPECIAL, ids=str)
def test_special(case):
    """At special points: recorded equals raw, forward equals reverse."""
    same_when_recorded(case)
    ys, ts = tangents(case)
    ws, steps = weights(case, ys), directions(case)
    got, want = inner(ws, ts), inner(gradients(case), [steps[i] for i in case.wrt])
    assert got == pytest.approx(want, rel=1e-9, abs=1e-12, nan_ok=True)


def same_when_recorded(case):
    attrs = case.normalised()
    with quiet():
        want = case.op.kernel(numpy_namespace, *case.arrays, **attrs)
        got = case.op.kernel(recorded, *tensors(case), **attrs)
        first, _, _ = recorded_gradients(case)
    if case.op.outputs is None:
        want, got = [want], [got]
    for a, b in zip(got, want, strict=True):
        np.testing.assert_allclose(raw(a), raw(b), rtol=1e-12, atol=1e-300)
        assert raw(a).dtype == raw(b).dtype
    for a, b in zip(first, gradients(case), strict=True):
        assert (a is None) == (b is None)
        if a is not None:
            np.testing.assert_allclose(raw(a), raw(b), rtol=1e-12, atol=1e-300)


class Shell:
    """What is left of a value that a tape does not keep."""

    def __init__(self, array):
        self.shape, self.dtype, self.ndim = array.shape, array.dtype, array.ndim


@walk
def test_saves(case):
    """The rule reads nothing but what the record says must be kept."""
    op = case.op
    if op.saves is None:
        pytest.skip("keeps everything")
    attrs = case.normalised()
    with quiet():
        y = op.kernel(numpy_namespace, *case.arrays, **attrs)
        ys = [y] if op.outputs is None else list(y)
        g = [np.ones(np.shape(one), np.asarray(one).dtype)[()] for one in ys]
        keep_all = "inputs" in op.saves
        xs = [a if keep_all or i in op.saves else Shell(a) for i, a in enumerate(case.arrays)]
        left = ys if "outputs" in op.saves else [Shell(np.asarray(one)) for one in ys]
        mask = [i in case.wrt for i in range(len(xs))]
        single = op.outputs is None
        op.pullback(
            numpy_namespace, g[0] if single else g, left[0] if single else left, xs, attrs, mask
        )
