"""Every operation of the registry: compiled with XLA, it gives what it gives on NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from xla_cases import DRAWS, cases_of, narrowed

from tensortape.arrays.namespace import numpy_namespace
from tensortape.core import dispatch
from tensortape.core.registry import OPS
from tensortape.core.state import quiet
from tensortape.xla import support
from tensortape.xla.checks import ignoring
from tensortape.xla.evaluate import evaluate
from tensortape.xla.host import structs_of
from tensortape.xla.namespace import xla_namespace
from tensortape.xla.notes import noting
from tensortape.xla.runtime import jax, x64

WALKED = [
    op
    for op in OPS.values()
    if op.family != "call" and op.type not in DRAWS and support.status(op.type) != "no"
]
FAST = {"xla_backend_optimization_level": 0, "xla_llvm_disable_expensive_passes": True}
"""XLA compiles faster and computes the same."""


def many(op, result):
    return [result] if op.outputs is None else list(result)


def eager(case, attrs):
    with quiet():
        return dispatch.evaluate(case.op, numpy_namespace, case.arrays, dict(attrs))


class Both:
    """One case: what NumPy gives, and what is to be compiled."""

    def __init__(self, case):
        self.case, self.attrs = case, case.normalised()
        self.y = eager(case, self.attrs)
        self.mask = [i in case.wrt for i in range(len(case.arrays))]
        self.ruled = case.op.pullback is not None and bool(case.wrt)
        self.g = self.seeds() if self.ruled else None

    def seeds(self):
        rng = self.case.rng()
        found = [
            rng.normal(size=np.shape(y)).astype(y.dtype)[()] if y.dtype.kind in "fc" else y * 0
            for y in many(self.case.op, self.y)
        ]
        return found[0] if self.case.op.outputs is None else found

    def pull(self, xp, g, y, arrays):
        down = self.case.op.pullback(xp, g, y, list(arrays), self.attrs, self.mask)
        pairs = zip(down, self.mask, strict=False)
        return [d.dense() if hasattr(d, "dense") else d for d, m in pairs if m]

    def wanted(self):
        with quiet():
            down = (
                self.pull(numpy_namespace, self.g, self.y, self.case.arrays) if self.ruled else []
            )
        return many(self.case.op, self.y) + [d for d in down if d is not None]

    def compiled(self, g, y, arrays):
        with ignoring():
            out = evaluate(self.case.op, arrays, self.attrs, lambda: structs_of(self.y))
            down = self.pull(xla_namespace, g, y, arrays) if self.ruled else []
        return many(self.case.op, out) + [d for d in down if d is not None]


def run(op, found):
    """What XLA gives for all cases, compiled at once, and what was left to the host."""
    pairs = [Both(case) for case in found]

    def program(given):
        return [b.compiled(*values) for b, values in zip(pairs, given, strict=True)]

    given = [(b.g, b.y, b.case.arrays) for b in pairs]
    with x64(), noting() as hosted:
        compiled = jax.jit(program).lower(given).compile(compiler_options=FAST)
        return pairs, compiled(given), hosted


def same(got, want, label, rtol, atol):
    got, want = np.asarray(got), np.asarray(want)
    assert (got.dtype, got.shape) == (want.dtype, want.shape), label
    if want.dtype.kind not in "fc":
        np.testing.assert_array_equal(got, want, label)
        return
    finite = np.abs(want[np.isfinite(want)])
    scale = max(1.0, float(finite.max(initial=0)))
    np.testing.assert_allclose(got, want, rtol, atol * scale, err_msg=label)


def agree(op, found, rtol, atol):
    pairs, results, hosted = run(op, found)
    for b, got in zip(pairs, results, strict=True):
        for one, want in zip(got, b.wanted(), strict=True):
            same(one, want, str(b.case), rtol, atol)
    return hosted


@pytest.mark.parametrize("op", WALKED, ids=lambda op: op.type)
def test_values_and_rules(op):
    """In double precision; what runs on the host is in the table."""
    found = cases_of(op)
    assert found, f"{op.type}: give samples, or a case in xla_cases.EXTRA"
    hosted = agree(op, found, 1e-9, 1e-11)
    assert (support.status(op.type) == "host") == bool(hosted), hosted


SINGLE = "Tanh Pow Lgamma Erfinv Softmax Conv2D MaxPool Cumsum MatrixInverse FFT FloorMod".split()


@pytest.mark.parametrize("name", SINGLE)
def test_single_precision(name):
    """Dtypes stay single where XLA computes in double when asked for."""
    agree(OPS[name], [narrowed(case) for case in cases_of(OPS[name])], 3e-4, 2e-5)


def test_the_table_names_operations():
    for name in (*support.HOSTED, *support.WITHOUT_FORM):
        assert name in OPS
