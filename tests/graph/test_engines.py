"""Every operation of the registry in a `tf.function`: on the plan and on XLA as it is eagerly."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest
from test_traced_registry import computed

import tensortape as tf
from tensortape.core.registry import OPS
from tensortape.core.state import state
from tensortape.xla import support

sys.path.insert(0, str(Path(__file__).parents[1] / "xla"))

from registry_cases import cases
from xla_cases import DRAWS, cases_of

INSIDE = frozenset(
    "If While HostCall HostInteger HostConstant TensorArrayGrow TensorArrayFit".split()
)
"""What a function is made of by itself: the tests of control flow have them."""

OPERATIONS = [
    op
    for op in OPS.values()
    if op.type not in DRAWS | INSIDE and op.family != "call" and cases_of(op)
]
JAX = importlib.util.find_spec("jax") is not None


def agree(case, jit_compile, tolerance):
    xs = [state.tensor(a) for a in case.arrays]
    wanted = computed(case, xs)
    function = tf.function(lambda *ts: computed(case, ts), jit_compile=jit_compile, autograph=False)
    found = function(*xs)
    concrete = function._traced[0][1]
    assert concrete is not None, function.explain_traces()
    assert len(found) == len(wanted)
    for got, want in zip(found, wanted, strict=True):
        a, b = got._a, want._a
        assert (a.dtype, np.shape(a)) == (b.dtype, np.shape(b))
        if b.dtype.kind in "fc":
            size = max(1.0, float(np.abs(b[np.isfinite(b)]).max(initial=0)))
            rough = max(tolerance, 4 * float(np.finfo(b.dtype).eps)) if tolerance else 0
            np.testing.assert_allclose(a, b, rtol=rough, atol=rough * size)
        else:
            np.testing.assert_array_equal(a, b)
    return concrete


@pytest.mark.parametrize("op", [op for op in OPERATIONS if not cases(op)], ids=lambda op: op.type)
def test_on_the_plan(op):
    """Operations without samples of their own: `test_traced_registry.py` has the others."""
    for case in cases_of(op):
        assert agree(case, False, 1e-12).engine == "plan"


@pytest.mark.skipif(not JAX, reason="JAX is not installed: pip install 'tensortape[xla]'")
@pytest.mark.parametrize("op", OPERATIONS[::6], ids=lambda op: op.type)
def test_on_xla(op):
    """Compiling takes a while: some of them. `tests/xla/test_registry_xla.py` has all kernels."""
    concrete = agree(cases_of(op)[0], True, 1e-8)
    told = concrete.explain_engine()
    if support.status(op.type) == "no":
        assert told.startswith("plan") and support.reason(op.type) in told
    elif "nothing to compute" not in told and "shapes may depend on it" not in told:
        assert told.startswith("xla"), told
