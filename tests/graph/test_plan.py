"""The plan gives what the interpreter of programs gives, bit by bit, whatever way it computes."""

from __future__ import annotations

import gc
import threading
import traceback
import warnings

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from program_recording import record, same
from program_samples import STEPS, random_program

import tensortape as tf
from tensortape.arrays import blas, blocks, shared_product
from tensortape.arrays.namespace import numpy_namespace as xp
from tensortape.core.op import Op
from tensortape.core.registry import OPS
from tensortape.core.state import quiet
from tensortape.graph.ir import Aval, Late, Node, Program, interpret
from tensortape.graph.passes import optimise_for_numpy
from tensortape.graph.plan import (
    chains,
    compile_plan,
    lanes,
    memory,
    outer,
    plan_of,
    products,
    run_program,
    scope,
)

F32 = np.dtype(np.float32)


@pytest.fixture
def small_is_large(monkeypatch):
    """Whatever the plan does with large arrays, it does with small ones."""
    monkeypatch.setattr(chains, "LARGE", 2)
    monkeypatch.setattr(chains, "BLOCK", 5)
    monkeypatch.setattr(chains, "PARALLEL", 20)
    monkeypatch.setattr(chains, "cores", lambda: 2)
    monkeypatch.setattr(memory, "LARGE_BYTES", 1)
    monkeypatch.setattr(outer, "FEWEST_ROWS", 2)
    monkeypatch.setattr(blocks.helpers, "count", 1)


def run(program, args):
    with quiet():
        return interpret(program, xp, args)


def agree(program, args, plan=None):
    before = [np.array(a) for a in args]
    plan = plan or compile_plan(program)
    wanted = run(program, args)
    first = plan(*args)
    kept = [np.array(a) for a in first]
    second = plan(*args)
    for left, right, again, copy in zip(wanted, first, second, kept, strict=True):
        same(left, right)
        same(left, again)
        same(np.array(right), copy)  # the second call left the results of the first alone
    for left, right in zip(before, args, strict=True):
        same(left, np.array(right))
    return plan


@settings(max_examples=60, deadline=None)
@given(STEPS, st.integers(0, 100), st.booleans())
def test_random_programs(steps, seed, gradients):
    program, args = random_program(steps, seed, gradients)
    agree(program, args)
    agree(program, args, plan_of(program))


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(STEPS, st.integers(0, 100), st.booleans())
def test_random_programs_as_if_large(small_is_large, steps, seed, gradients):
    program, args = random_program(steps, seed, gradients)
    agree(program, args)
    agree(program, args, plan_of(program))


def chain(x, y):
    z = tf.tanh(x * y + 1.0)
    w = tf.where(z > 0, z, -z)
    return [tf.reduce_sum(w, axis=1), tf.nn.sigmoid(w) / (y + 2.0), tf.cast(z > w, tf.float32)]


def test_long_chains_of_large_arrays():
    rng = np.random.default_rng(0)
    x = tf.constant(rng.normal(size=(500, 257)).astype(np.float32))
    y = tf.constant(rng.normal(size=(257,)).astype(np.float32))
    program, args = record(chain, x, y)
    plan = agree(program, args)
    assert "run_blocks" in plan.source


def test_chains_over_other_layouts():
    rng = np.random.default_rng(0)
    x = tf.constant(rng.normal(size=(257, 500)).astype(np.float32))
    program, args = record(lambda x: tf.exp(tf.transpose(x) * 2.0) + tf.transpose(x) - 1.0, x)
    agree(program, args)
    agree(program, [np.asfortranarray(args[0])])
    agree(program, [np.repeat(args[0], 2, 0)[::2]])


def test_every_ufunc_has_the_bits_of_its_kernel(small_is_large):
    rng = np.random.default_rng(0)
    x = tf.constant(rng.normal(size=(7, 3)).astype(np.float32))
    y = tf.constant(rng.normal(size=(7, 3)).astype(np.float32))
    unary = [f for f in dir(tf.math) if f in UNARY_NAMES]
    assert len(unary) == len(UNARY_NAMES)

    def function(x, y):
        out = [getattr(tf.math, f)(x) for f in unary]
        return [*out, tf.math.atan2(x, y), tf.nn.relu(x) * y, x**3, x**0.5, x == y, x != y]

    program, args = record(function, x, y)
    agree(program, args)
    agree(program, args, plan_of(program))


UNARY_NAMES = (
    "abs acos acosh asin asinh atan atanh ceil cos cosh exp expm1 floor is_finite is_inf is_nan "
    "log log1p negative reciprocal rint rsqrt sigmoid sign sin sinh softplus softsign sqrt square "
    "tan tanh erf digamma lgamma"
).split()


def test_scalars_are_numpy_scalars():
    program, args = record(lambda x: [x * x + 1.0, tf.exp(x), tf.sigmoid(x)], tf.constant(2.0))
    for value in agree(program, args)(*args):
        assert type(value) is np.float32


def test_integers_booleans_complex_and_text():
    i, c = tf.constant([[3, -4], [5, 7]]), tf.constant([1 + 2j, 3 - 1j])
    s = tf.constant(["a", "b"])

    def function(i, c, s):
        return [
            i // 2, i % 3, i * i - 1, -i, tf.reduce_sum(i, 0), i > 3, tf.logical_not(i > 3),
            c * c, tf.math.conj(c), tf.abs(c), tf.cast(i, tf.float64) / 3.0, s + s,
            tf.cast(i > 3, tf.int32), tf.reduce_max(i), tf.gather(i, [1, 0]), tf.argmax(i, 0),
        ]  # fmt: skip

    program, args = record(function, i, c, s)
    agree(program, args)
    agree(program, args, plan_of(program))


def test_extension_dtypes():
    x = tf.constant([1.5, -2.25, 3.0], tf.bfloat16)

    def function(x):
        y = tf.tanh(x) * x + 1
        return [y, tf.reduce_sum(y), tf.cast(y, tf.float32), tf.nn.softmax(x)]

    program, args = record(function, x)
    plan = plan_of(program)
    for left, right in zip([t._a for t in function(x)], plan(*args), strict=True):
        same(left, right)


def test_no_warnings_and_infinities():
    x = tf.constant([0.0, -1.0, 1e38])

    def function(x):
        return [tf.math.log(x), 1.0 / x, x * x, tf.sqrt(x), tf.exp(x)]

    program, args = record(function, x)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        agree(program, args)
    with pytest.warns(RuntimeWarning):
        np.float32(1) / np.float32(0)  # the guard was taken away again


def test_results_survive_the_next_calls():
    x = tf.constant(np.arange(100_000, dtype=np.float32))
    program, (a,) = record(lambda x: [tf.exp(-x) * 2.0, tf.reshape(x * 3.0, [100, 1000])], x)
    plan = plan_of(program)
    kept = [plan(a + k) for k in range(6)]
    views = [plan(a + k)[1][3:5, ::7] for k in range(6)]
    gc.collect()
    for k in range(6):
        np.testing.assert_array_equal(kept[k][0], np.exp(-(a + k)) * np.float32(2))
        np.testing.assert_array_equal(kept[k][1], ((a + k) * 3).reshape(100, 1000))
        np.testing.assert_array_equal(views[k], ((a + k) * 3).reshape(100, 1000)[3:5, ::7])


def test_memory_of_dropped_results_is_used_again():
    x = tf.constant(np.ones(100_000, np.float32))
    program, args = record(lambda x: tf.exp(x) * 2.0, x)
    plan = plan_of(program)
    places = set()
    for _ in range(10):
        (y,) = plan(*args)
        places.add(y.ctypes.data)
        del y
    assert len(places) == 1


def test_threads_do_not_share_memory():
    x = tf.constant(np.ones(100_000, np.float32))
    program, _ = record(lambda x: tf.reduce_sum(tf.tanh(x * 0.5) + x * x - tf.exp(-x)), x)
    plan = plan_of(program)
    inputs = [np.full(100_000, k, np.float32) for k in range(4)]
    wanted = [plan(a)[0] for a in inputs]
    wrong = []

    def work(k):
        for _ in range(30):
            if plan(inputs[k])[0] != wanted[k]:
                wrong.append(k)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not wrong


def test_a_plan_within_itself():
    plans = []

    def kernel(xp, x):
        if x[0] > 3:
            return x + 0.0
        return plans[0](x + 1.0)[0]

    again = Op("Again", kernel, nondifferentiable="test")
    n = 50_000
    aval = Aval((n,), F32)
    mul, add = OPS["Mul"], OPS["AddV2"]
    nodes = [
        Node(mul, (0, 0), (1,), {}),
        Node(again, (0,), (2,), {}),
        Node(add, (1, 2), (3,), {}),
        Node(mul, (3, 1), (4,), {}),
    ]
    program = Program("p", (0,), {}, nodes, (4,), dict.fromkeys(range(5), aval))
    plans.append(compile_plan(program))

    def by_hand(x):
        inner = x + 0.0 if x > 3 else by_hand(x + 1)
        return (x * x + inner) * (x * x)

    (out,) = plans[0](np.ones(n, np.float32))
    assert (out == np.float32(by_hand(1.0))).all()


def test_a_kernel_that_keeps_its_input():
    kept = []

    def kernel(xp, x):
        kept.append(x)
        return x

    op = Op("Keep", kernel, family="effect", nondifferentiable="test")
    aval = Aval((50_000,), F32)
    nodes = [
        Node(OPS["Exp"], (0,), (1,), {}),
        Node(op, (1,), (2,), {}),
        Node(OPS["Neg"], (1,), (3,), {}),
        Node(OPS["Neg"], (3,), (4,), {}),
        Node(OPS["Exp"], (4,), (5,), {}),
    ]
    program = Program("p", (0,), {}, nodes, (5,), dict.fromkeys(range(6), aval))
    plan = compile_plan(program)
    for k in range(4):
        plan(np.full(50_000, k, np.float32))
    for k in range(4):
        assert (kept[k] == np.exp(np.float32(k))).all()


def test_late_attributes():
    x, n = Aval((4,), F32), Aval((), np.dtype(np.int32))
    late = {"index": (slice(None, Late((1,), int)),)}
    nodes = [Node(OPS["StridedSlice"], (0,), (2,), late), Node(OPS["Neg"], (2,), (3,), {})]
    avals = {0: x, 1: n, 2: Aval((None,), F32), 3: Aval((None,), F32)}
    plan = compile_plan(Program("p", (0, 1), {}, nodes, (3,), avals))
    for k in (1, 3):
        np.testing.assert_array_equal(plan(np.arange(4, dtype=F32), np.int32(k))[0], -np.arange(k))


def test_late_attributes_are_normalised():
    axis = Aval((), np.dtype(np.int32))
    nodes = [Node(OPS["Sum"], (0,), (2,), {"axis": Late((1,), int), "keepdims": False})]
    avals = {0: Aval((2, 3), F32), 1: axis, 2: Aval((None,), F32)}
    plan = compile_plan(Program("p", (0, 1), {}, nodes, (2,), avals))
    assert plan(np.ones((2, 3), F32), np.int32(-1))[0].tolist() == [3.0, 3.0]


def test_nested_programs_run_as_plans():
    inner, _ = record(lambda x: tf.exp(x) * 2.0, tf.constant(1.0))

    def kernel(xp, x, *, body):
        return run_program(xp, body, [x])[0]

    op = Op("Call", kernel, nondifferentiable="test")
    avals = {0: Aval((), F32), 1: Aval((), F32)}
    program = Program("p", (0,), {}, [Node(op, (0,), (1,), {"body": inner})], (1,), avals)
    (out,) = plan_of(program)(np.float32(0.5))
    assert out == np.exp(np.float32(0.5)) * np.float32(2)


def test_errors_are_those_of_eager_execution_and_name_the_line():
    program, args = record(
        lambda x, i: tf.gather(x, i) * 2.0, tf.constant([1.0, 2.0]), tf.constant([1, 0])
    )
    plan = plan_of(program)
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        plan(args[0], np.array([5, 0], np.int32))
    assert "not in [0, 2)" in str(caught.value)
    assert "user.py:1" in str(caught.value)
    plan(*args)  # works afterwards


def test_text_of_the_plan_is_shown_in_tracebacks():
    def kernel(xp, x):
        raise RuntimeError("no")

    op = Op("Fails", kernel, nondifferentiable="test")
    avals = {0: Aval((), F32), 1: Aval((), F32)}
    plan = compile_plan(Program("p", (0,), {}, [Node(op, (0,), (1,), {})], (1,), avals))
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        plan(np.float32(1))
    lines = traceback.format_exception(caught.type, caught.value, caught.tb)
    assert "raise explained(error)" in "".join(lines)
    assert "v1 = Fails(xp, v0)" in plan.source


def test_blas_threads_are_restored():
    one = blas.one_thread
    if one.set is None:
        pytest.skip("NumPy's BLAS does not say how many threads it uses")
    before = one.get()
    rng = np.random.default_rng(0)
    x = tf.constant(rng.normal(size=(300, 400)).astype(np.float32))
    program, args = record(lambda x: tf.matmul(x, x, transpose_b=True), x)
    plan = plan_of(program)
    assert "one_thread()" in plan.source
    (out,) = plan(*args)
    np.testing.assert_allclose(out, args[0] @ args[0].T, rtol=1e-4, atol=1e-4)
    assert one.get() == before
    one.enter()
    one.enter()
    assert one.get() == 1
    one.leave()
    assert one.get() == 1
    one.leave()
    assert one.get() == before


@pytest.mark.parametrize("idle", [True, False])
@pytest.mark.parametrize(
    ("first", "second", "turned", "how"),
    [
        ((40, 1100), (1100, 800), False, "shared_product("),  # few rows: by columns
        ((40, 1100), (800, 1100), True, "shared_product("),
        ((24, 50, 300), (300, 128), False, "shared_product("),  # one product of all rows
        ((30, 120, 100), (30, 100, 110), False, "shared_stack("),
        ((5, 6, 120, 100), (5, 6, 110, 100), True, "shared_stack("),
        ((1, 30, 120, 100), (1, 30, 100, 110), False, "matmul("),  # nothing to cut
        ((30, 120, 100), (1, 100, 110), False, "matmul("),
    ],
)
def test_large_products_of_all_forms(monkeypatch, idle, first, second, turned, how):
    monkeypatch.setattr(blocks.helpers, "idle", lambda: idle)
    monkeypatch.setattr(products, "cores", lambda: 2)
    monkeypatch.setattr(shared_product, "cores", lambda: 2)
    rng = np.random.default_rng(0)
    x = tf.constant(rng.normal(size=first).astype(np.float32))
    y = tf.constant(rng.normal(size=second).astype(np.float32))
    program, args = record(lambda x, y: tf.matmul(x, y, transpose_b=turned), x, y)
    plan = plan_of(program)
    assert how in plan.source
    (out,) = plan(*args)
    right = np.swapaxes(args[1], -1, -2) if turned else args[1]
    np.testing.assert_allclose(out, np.matmul(args[0], right), rtol=1e-4, atol=1e-3)


def test_large_products_by_rows():
    rng = np.random.default_rng(0)
    x = tf.constant(rng.normal(size=(350, 300)).astype(np.float32))
    y = tf.constant(rng.normal(size=(300, 400)).astype(np.float32))

    def function(x, y):
        z = tf.matmul(x, y)
        return [z, tf.matmul(x, z, transpose_a=True)]

    program, args = record(function, x, y)
    plan = plan_of(program)
    assert "shared_product" in plan.source
    for left, right in zip(run(program, args), plan(*args), strict=True):
        np.testing.assert_allclose(left, right, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("idle", [True, False])
def test_chains_follow_large_products(monkeypatch, idle):
    """Part by part, also where a factor ends there, is square, or is read by the chain too."""
    monkeypatch.setattr(blocks.helpers, "idle", lambda: idle)
    for module in (chains, lanes, products, scope):
        monkeypatch.setattr(module, "cores", lambda: 2)
    rng = np.random.default_rng(0)

    def array(*shape):
        return tf.constant(rng.normal(size=shape).astype(np.float32) / 16)

    def function(x, w, v, bias):
        y = tf.tanh(x @ w + bias)
        z = tf.nn.relu(y @ v) - 0.5 * y
        u = tf.matmul(z, z, transpose_a=True) * 0.1 + v
        q = u - 0.01 * tf.matmul(u, u)
        r = tf.transpose(q) @ tf.reshape(q, [336, 336])
        return [z, q, (r + q) * r, tf.reduce_sum(r)]

    program, args = record(function, array(300, 336), array(336, 336), array(336, 336), array(336))
    plan = plan_of(program)
    assert plan.source.count("def lane") >= 4
    want = run(program, args)
    for _ in range(3):
        for left, right in zip(want, plan(*args), strict=True):
            np.testing.assert_allclose(left, right, rtol=2e-4, atol=2e-4)


def test_blocks_without_a_global_lock_and_without_threads(monkeypatch):
    done = []
    body = lambda low, high, scratch: done.append(low)  # noqa: E731
    monkeypatch.setattr(blocks, "GIL", False)
    monkeypatch.setattr(blocks.helpers, "idle", lambda: True)
    blocks.run_blocks(body, 100, 10, ((), ()), ())
    assert sorted(done) == list(range(0, 100, 10))

    def no_threads(*args):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(blocks.helpers, "submit", no_threads)
    done.clear()
    blocks.run_blocks(body, 100, 10, ((), ()), ())
    assert sorted(done) == list(range(0, 100, 10))


def test_errors_of_helpers_arrive():
    def body(low, high, scratch):
        if low:
            raise ValueError("here")

    with pytest.raises(ValueError, match="here"):
        blocks.run_blocks(body, 100, 10, ((), ()), ())


@pytest.mark.skipif(not hasattr(__import__("os"), "fork"), reason="no fork")
def test_helpers_after_a_fork():
    import os

    done = []
    blocks.run_blocks(lambda low, high, scratch: done.append(low), 100, 10, ((), ()), ())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        child = os.fork()
    if not child:
        got = []
        blocks.run_blocks(lambda low, high, scratch: got.append(low), 100, 10, ((), ()), ())
        os._exit(0 if len(got) == 10 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_results_that_are_parameters_or_constants():
    avals = {0: Aval((2,), F32), 1: Aval((), F32)}
    plan = compile_plan(Program("p", (0,), {1: np.float32(3)}, [], (0, 1, 0), avals))
    x = np.ones(2, F32)
    out = plan(x)
    assert out[0] is x and out[1] == 3 and out[2] is x


def test_optimised_for_numpy_once():
    program, _ = record(lambda x: x * 2.0, tf.constant(1.0))
    assert optimise_for_numpy(program) is optimise_for_numpy(program)
    assert plan_of(program) is plan_of(program)


def test_sums_as_products():
    rng = np.random.default_rng(0)
    x = tf.constant(rng.normal(size=(50, 32, 16)).astype(np.float32))

    def function(x):
        return [
            tf.reduce_sum(x, [0, 1]),
            tf.reduce_sum(x, [0, 1], keepdims=True),
            tf.reduce_sum(tf.transpose(x, [1, 0, 2]), [0, 1]),
            tf.reduce_sum(x, [1, 2]),
            tf.reduce_sum(x),
        ]

    program, args = record(function, x)
    plan = plan_of(program)
    assert plan.source.count(".dot(") == 4
    for left, right in zip(run(program, args), plan(*args), strict=True):
        assert left.shape == right.shape and left.dtype == right.dtype
        np.testing.assert_allclose(left, right, rtol=1e-5, atol=1e-4)


def test_few_workspaces_are_kept():
    x = tf.constant(np.ones(50_000, np.float32))
    program, _ = record(lambda x: tf.reduce_sum(tf.exp(x) * x), x)
    plan = plan_of(program)
    give = plan.__globals__["give"]
    for _ in range(100):
        give([])
    assert len(give.__self__.idle) == memory.KEPT


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_outer_products(dtype):
    rng = np.random.default_rng(0)
    column, row = rng.normal(size=(600, 1)).astype(dtype), rng.normal(size=(1, 32)).astype(dtype)
    program, args = record(
        lambda x, y: [x * y, y * x, x @ y], tf.constant(column), tf.constant(row)
    )
    plan = agree(program, args)
    assert plan.source.count("column_and_row(") == 2
    assert ".dot(" in plan.source
    for value in (0.0, -0.0, np.inf, np.nan, np.finfo(dtype).tiny):
        args[0][3] = value
        agree(program, args, plan)
        with quiet():
            signs = np.signbit(args[0] * args[1])
        assert (np.signbit(plan(*args)[0]) == signs)[3].all() or np.isnan(value)


def test_a_result_overwrites_what_it_is_computed_from():
    def function(x, y):
        product = x @ y
        return [product + x, tf.reshape(product, (-1,))]

    rng = np.random.default_rng(0)
    x, y = (tf.constant(rng.normal(size=(128, 128))) for _ in range(2))
    program, args = record(lambda x, y: x @ y + y, x, y)
    plan = agree(program, args)
    assert plan.source.count("recycled(") == 1
    assert "work = take()" in plan.source
    assert "b0" not in plan.source
    program, args = record(function, x, y)  # a view of the product is needed later
    agree(program, args)
