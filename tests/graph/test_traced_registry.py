"""Every operation of the registry inside traced functions, with known and with unknown sizes."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

import tensortape as tf
from tensortape.core.dispatch import apply
from tensortape.core.registry import OPS
from tensortape.core.state import state

sys.path.insert(0, str(Path(__file__).parents[1] / "registry"))

from registry_cases import cases

STATEFUL = frozenset({"random", "effect"})
CASES = [case for op in OPS.values() if op.family not in STATEFUL for case in cases(op)]


def attributes(case):
    """All attributes, before they are normalised."""
    return {**case.op.attribute_defaults, **case.attrs}


def computed(case, xs):
    """All outputs of the operation, and the gradients of its floating ones."""
    sources = [xs[i] for i in case.wrt] if case.op.pullback is not None else []
    with tf.GradientTape() as tape:
        tape.watch(sources)
        result = apply(case.op, tuple(xs), attributes(case))
        ys = list(result) if isinstance(result, (tuple, list)) else [result]
        targets = [tf.cos(y) for y in ys if y._a.dtype.kind in "fc"] if sources else []
    if not targets:
        return ys
    return [*ys, *[g for g in map(dense, tape.gradient(targets, sources)) if g is not None]]


def dense(g):
    return g if g is None or isinstance(g, tf.Tensor) else tf.convert_to_tensor(g)


def from_outside(case, function, xs):
    """Gradients by a tape around the call of a function."""
    sources = [xs[i] for i in case.wrt]
    with tf.GradientTape() as tape:
        tape.watch(sources)
        ys = [tf.cos(y) for y in function(*xs) if y._a.dtype.kind in "fc"]
    return [g for g in map(dense, tape.gradient(ys, sources)) if g is not None] if ys else []


def same(found, wanted):
    assert len(found) == len(wanted)
    for a, b in zip(found, wanted, strict=True):
        a, b = a._a, b._a
        assert (a.dtype, np.shape(a)) == (b.dtype, np.shape(b))
        if a.dtype.kind in "fc":
            np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-9)
        else:
            np.testing.assert_array_equal(a, b)


def checked(case, specs):
    xs = [state.tensor(a) for a in case.arrays]
    whole = tf.function(lambda *ts: computed(case, ts), input_signature=specs, autograph=False)
    wanted = computed(case, xs)
    same(whole(*xs), wanted)
    concrete = whole._traced[0][1]
    known = all(spec.shape.is_fully_defined() for spec in specs)
    assert concrete is not None or not known, whole.explain_traces()
    if case.op.pullback is not None and case.wrt:
        plain = lambda *ts: _listed(apply(case.op, ts, attributes(case)))  # noqa: E731
        values = tf.function(plain, input_signature=specs, autograph=False)
        same(from_outside(case, values, xs), from_outside(case, plain, xs))


def _listed(result):
    return list(result) if isinstance(result, (tuple, list)) else [result]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_with_known_sizes(case):
    checked(case, [tf.TensorSpec(np.shape(a), a.dtype) for a in case.arrays])


@pytest.mark.parametrize("case", [c for c in CASES if c.label in ("0", "plain")], ids=str)
def test_with_unknown_sizes(case):
    checked(case, [tf.TensorSpec([None] * np.ndim(a), a.dtype) for a in case.arrays])
