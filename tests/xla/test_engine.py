"""Programs compiled with XLA give what eager execution gives, and keep its promises."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from program_recording import record
from program_samples import STEPS, random_program

import tensortape as tf
from tensortape.arrays.namespace import numpy_namespace
from tensortape.core.device_tensor import DeviceTensor, device_value, variable_value
from tensortape.core.state import quiet
from tensortape.graph.ir import Aval, Late, Node, Program, interpret
from tensortape.xla.engine import compile_xla
from tensortape.xla.errors import Unsupported
from tensortape.xla.export import compiler_ir
from tensortape.xla.host import on_host, struct
from tensortape.xla.runtime import aligned_empty, jax, x64


def eager(program, args):
    with quiet():
        return interpret(program, numpy_namespace, args)


def agree(program, args, rtol=1e-5, atol=1e-6):
    for got, want in zip(compile_xla(program)(*args), eager(program, args), strict=True):
        assert type(got) is type(want) or isinstance(want, np.ndarray)
        assert (got.dtype, got.shape) == (want.dtype, want.shape)
        np.testing.assert_allclose(
            np.asarray(got, float), np.asarray(want, float), rtol=rtol, atol=atol
        )


def network(seed=0):
    rng = np.random.default_rng(seed)
    shapes = ((6, 5), (5,), (5, 3), (3,))
    return [tf.Variable(rng.normal(size=s).astype(np.float32)) for s in shapes]


def batch():
    rng = np.random.default_rng(1)
    x = tf.constant(rng.normal(size=(4, 6)).astype(np.float32))
    return x, tf.constant([0, 2, 1, 1])


def training_step(weights, x, y):
    """Loss and new weights after one step of gradient descent."""
    values = [w._read() for w in weights]
    with tf.GradientTape() as tape:
        tape.watch(values)
        hidden = tf.nn.relu(x @ values[0] + values[1])
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(y, hidden @ values[2] + values[3])
        loss = tf.reduce_mean(losses)
    return [loss, *[v - 0.1 * g for v, g in zip(values, tape.gradient(loss, values), strict=True)]]


def test_training_step():
    weights = network()
    program, args = record(lambda x, y: training_step(weights, x, y), *batch())
    agree(program, args)


@settings(max_examples=12, deadline=None, derandomize=True)
@given(STEPS, st.integers(0, 9))
def test_random_programs(steps, seed):
    program, args = random_program(steps, seed)
    with quiet():
        agree(program, args, rtol=2e-4, atol=2e-4)


# -- variables ------------------------------------------------------------------------------


def descent(weights):
    x, y = batch()
    program, _ = record(lambda x, y: training_step(weights, x, y), x, y)
    step = compile_xla(program, updates={2 + i: 1 + i for i in range(4)})

    def run():
        loss, *news = step(x._a, y._a, *[variable_value(w) for w in weights])
        for weight, new in zip(weights, news, strict=True):
            weight._t = DeviceTensor(new)
        return loss

    return run


def test_variables_stay_on_the_device():
    weights, plain = network(), network()
    run = descent(weights)
    losses = [run() for _ in range(5)]
    assert losses == sorted(losses, reverse=True)
    assert not any("_a" in repr(w._t.__dict__) for w in weights)
    x, y = batch()
    for _ in range(5):
        for w, new in zip(plain, training_step(plain, x, y)[1:], strict=True):
            w.assign(new)
    for w, p in zip(weights, plain, strict=True):
        np.testing.assert_allclose(w.numpy(), p.numpy(), rtol=1e-4, atol=1e-6)
        assert repr(w).startswith("<tf.Variable")


def test_what_was_read_does_not_change():
    """Memory of a variable is reused only if nobody else can see it."""
    weights = network()
    run = descent(weights)
    run()
    tensor, view = weights[0]._read(), weights[2].numpy()
    held = weights[1].value()
    before = [np.array(tensor), view.copy(), np.array(held)]
    for _ in range(3):
        run()
    for now, then in zip([tensor, view, held], before, strict=True):
        np.testing.assert_array_equal(np.asarray(now), then)


def test_device_tensor():
    t = DeviceTensor(jax.numpy.arange(3.0, dtype="float32"))
    assert isinstance(t, tf.Tensor) and type(t).__name__ == "EagerTensor"
    assert not isinstance(device_value(t), np.ndarray)
    assert (t + 1).numpy().tolist() == [1, 2, 3]
    assert "shape=(3,)" in repr(t) and t.dtype is tf.float32
    assert isinstance(DeviceTensor(jax.numpy.float32(2))._a, np.float32)
    with pytest.raises(AttributeError, match="nothing"):
        _ = t.nothing


def test_reading_makes_no_copy():
    array = jax.numpy.ones((64, 64), "float32")
    assert DeviceTensor(array)._a.ctypes.data == array.unsafe_buffer_pointer()


def test_aligned_memory_is_not_copied():
    own = aligned_empty((64, 64), np.float32)
    own[:] = 1
    assert jax.device_put(own).unsafe_buffer_pointer() == own.ctypes.data


# -- results that need no computing ------------------------------------------------------------


def test_results_may_be_parameters_and_constants():
    def function(x, y):
        return x, tf.constant([1.0, 2.0]), y + 1.0, x, tf.zeros([2, 2]) + 1.0

    program, args = record(function, tf.constant([1.0]), tf.constant(2.0))
    agree(program, args)


def test_large_constants_are_arguments():
    table = tf.constant(np.arange(4000.0, dtype=np.float32))
    program, args = record(lambda x: x * table, tf.constant(2.0))
    executable = compile_xla(program)
    executable(*args)
    assert "dense<" not in executable.text() or len(executable.text()) < 4000
    agree(program, args)


def test_wide_types_and_the_users_setting():
    """float64 and int64 are kept, and JAX outside of compiled programs is as it was."""
    program, args = record(lambda x: (x + 1, tf.argmax(x)), tf.constant([1.0, 3.0], tf.float64))
    agree(program, args, 1e-12)
    assert jax.numpy.arange(3.0).dtype == np.float32


def test_bfloat16():
    x = tf.constant([1.0, 2.5, -3.0], tf.bfloat16)
    program, args = record(lambda x: (tf.exp(x), x * x, tf.cast(x, tf.float32)), x)
    agree(program, args)


# -- errors -----------------------------------------------------------------------------------


def raised(function, *tensors, bad):
    """The errors of a compiled program and of NumPy for bad arguments."""
    program, _ = record(function, *tensors)
    executable = compile_xla(program)
    executable(*[t._a for t in tensors])
    with pytest.raises(tf.errors.InvalidArgumentError) as compiled:
        executable(*bad)
    with pytest.raises(tf.errors.InvalidArgumentError):
        eager(program, bad)
    return str(compiled.value)


def test_indices_out_of_range():
    message = raised(
        lambda x, i: tf.gather(x, i) * 2.0,
        tf.constant([1.0, 2.0, 3.0]),
        tf.constant([0, 2]),
        bad=[np.ones(3, np.float32), np.array([0, 3], np.int32)],
    )
    assert "[0, 3)" in message


def test_division_by_zero():
    two = np.array([1, 2], np.int32)
    message = raised(
        lambda x, y: x // y, tf.constant(two), tf.constant(two), bad=[two, np.int32([1, 0])]
    )
    assert message == "Integer division by zero"


def test_singular_matrix():
    one = np.eye(2, dtype=np.float32)
    message = raised(tf.linalg.inv, tf.constant(one), bad=[np.ones((2, 2), np.float32)])
    assert "not invertible" in message


def test_check_numerics():
    message = raised(
        lambda x: tf.debugging.check_numerics(x, "bad x"),
        tf.constant([1.0]),
        bad=[np.array([np.nan], np.float32)],
    )
    assert message.startswith("bad x : Tensor had")


def test_a_program_that_fails_changes_no_variable():
    table = np.arange(3, dtype=np.float32)
    program, _ = record(
        lambda i, v: (tf.gather(v, i), v + 1.0), tf.constant([0]), tf.constant(table)
    )
    step = compile_xla(program, updates={1: 1})
    _, new = step(np.array([2], np.int32), jax.numpy.asarray(table))
    value = DeviceTensor(new)
    with pytest.raises(tf.errors.InvalidArgumentError):
        step(np.array([7], np.int32), device_value(value))
    kept = step(np.array([1], np.int32), table)[1]
    assert np.asarray(kept).tolist() == [1, 2, 3]


# -- what XLA cannot do ---------------------------------------------------------------------


def test_shapes_that_data_decides():
    program, args = record(lambda x: tf.where(x > 0), tf.constant([1.0, -1.0]))
    with pytest.raises(Unsupported) as error:
        compile_xla(program)(*args)
    assert error.value.op == "Where" and "user.py" in error.value.reason


def test_text():
    program, args = record(lambda x: x + "!", tf.constant(["a"]))
    with pytest.raises(Unsupported, match="no strings"):
        compile_xla(program)(*args)


def test_attributes_from_data():
    op = tf.constant([1.0]) is not None and _reshape()
    late = Late((1,), lambda n: (int(n), -1))
    avals = {0: Aval((6,), np.dtype("f4")), 1: Aval((), np.dtype("i4"))}
    avals[2] = Aval((None, None), np.dtype("f4"))
    node = Node(op, (0,), (2,), {"shape": late}, line="model.py:7")
    program = Program("late", (0, 1), {}, [node], (2,), avals)
    x = np.arange(6, dtype=np.float32)
    with pytest.raises(Unsupported, match=r"model\.py:7"):
        compile_xla(program)(x, np.int32(2))
    known = Program("known", (0,), {1: np.int32(2)}, [node], (2,), avals)
    assert compile_xla(known)(x)[0].shape == (2, 3)


def _reshape():
    from tensortape.core.registry import OPS

    return OPS["Reshape"]


# -- random numbers -------------------------------------------------------------------------

DRAWS = {
    "uniform": lambda x: tf.random.uniform((3,)) + x,
    "normal": lambda x: tf.random.normal((2, 2), stddev=2.0) * x,
    "integers": lambda x: tf.random.uniform((4,), 0, 9, tf.int32),
    "shuffle": lambda x: tf.random.shuffle(tf.range(5)),
    "gamma": lambda x: tf.random.gamma((3,), tf.abs(x) + 1.0),
    "poisson": lambda x: tf.random.poisson((3,), tf.abs(x) + 2.0),
    "categorical": lambda x: tf.random.categorical([[0.1, 0.2, 0.7]], 5),
    "stateless": lambda x: tf.random.stateless_normal((3,), [1, 2]) + x,
    "dropout": lambda x: tf.nn.dropout(tf.ones((4,)) * x, 0.5),
    "after computing": lambda x: tf.random.shuffle(tf.stack([x, x + 1, x * x])),
    "two in order": lambda x: (tf.random.shuffle(tf.stack([x, x + 1])), tf.random.uniform((2,))),
}


@pytest.mark.parametrize("function", DRAWS.values(), ids=DRAWS)
def test_streams_are_the_same(function):
    x = tf.constant(1.5)

    def recorded():
        tf.random.set_seed(7)
        return record(function, x)[0]

    compiled, plain = compile_xla(recorded()), recorded()
    for _ in range(3):
        for got, want in zip(compiled(x._a), eager(plain, [x._a]), strict=True):
            np.testing.assert_allclose(got, want, rtol=1e-6)


def test_draws_are_hoisted():
    """Numbers that depend on nothing computed are drawn before the call: no callback."""
    program, args = record(DRAWS["normal"], tf.constant(1.0))
    executable = compile_xla(program)
    executable(*args)
    assert executable.hosted == []
    large = lambda x: tf.random.shuffle(tf.range(2000.0) * x)  # noqa: E731
    program, args = record(large, tf.constant(1.0))
    executable = compile_xla(program)
    executable(*args)
    assert executable.hosted == ["sample_stream"]


def test_seeds_may_be_computed():
    """A stateless draw from a seed that small arithmetic gives is made before the call."""

    def function(seed, x):
        noise = tf.random.stateless_normal((3,), tf.stack([seed[0] * 2, seed[1] + 1]))
        return noise * x, seed + 1

    program, args = record(function, tf.constant([3, 4]), tf.constant(2.0))
    executable = compile_xla(program, updates={0: 1})
    for got, want in zip(executable(*args), eager(program, args), strict=True):
        np.testing.assert_allclose(np.asarray(got), want, rtol=1e-6)
    assert executable.hosted == []


def test_what_cannot_be_compiled_draws_nothing():
    def function(x):
        return tf.random.uniform((2,)), tf.where(x > 0)

    tf.random.set_seed(3)
    program, args = record(function, tf.constant([1.0]))
    state = program.nodes[0].attrs["stream"].counter
    with pytest.raises(Unsupported):
        compile_xla(program)(*args)
    assert program.nodes[0].attrs["stream"].counter == state


WIDE = [np.float64, np.int64, np.uint64, np.complex128, np.float32, np.int8, np.bool_, np.complex64]


@pytest.mark.parametrize("kind", WIDE)
@pytest.mark.parametrize("shape", [(), (3,), (0, 2), (200, 400)])
def test_callbacks_keep_every_bit(kind, shape):
    """Also of 64-bit types, on whatever thread they run."""
    rng = np.random.default_rng(0)
    value = rng.integers(0, 2**62, shape).astype(kind)
    if np.dtype(kind).kind in "fc":
        value = (rng.normal(size=shape) * (1j if np.dtype(kind).kind == "c" else 1)).astype(kind)
    seen = []

    def same(x):
        seen.append(x)
        return np.asarray(x)

    def program(x):
        y = on_host(same, struct(shape, kind), (x,), ordered=False)
        return on_host(lambda x: np.asarray(x), struct(shape, kind), (y,), ordered=True)

    with x64():
        got = jax.jit(program)(value[()])
        np.testing.assert_array_equal(np.asarray(got), value)
    if value.size:
        assert seen[0].dtype == kind and seen[0].shape == shape


# -- callers --------------------------------------------------------------------------------


def test_threads():
    program, args = record(lambda x: tf.reduce_sum(tf.sin(x) * x), tf.constant(np.arange(50.0)))
    executable, want = compile_xla(program), eager(program, args)[0]
    found = []
    threads = [
        threading.Thread(target=lambda: found.extend(executable(*args)[0] for _ in range(20)))
        for _ in range(4)
    ]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    np.testing.assert_allclose(found, [want] * 80, rtol=1e-12)


def test_what_a_compilation_cost():
    program, args = record(lambda x: tf.sin(x) + 1.0, tf.constant(1.0))
    executable = compile_xla(program)
    assert executable.calls == 0 and executable.compile_seconds == 0
    executable(*args)
    executable(*args)
    assert (executable.calls, executable.traces) == (2, 1)
    assert executable.compile_seconds > 0 and executable.trace_seconds > 0


@pytest.mark.parametrize(
    ("stage", "found"),
    [("stablehlo", "stablehlo.tanh"), ("hlo", "f64[3,3]"), ("optimized_hlo", "HloModule")],
)
def test_exported(stage, found):
    program, _ = record(lambda x: tf.tanh(x) @ x, tf.constant(np.eye(3)))
    assert found in compiler_ir(program, stage)


def test_exported_bytes():
    program, _ = record(lambda x: tf.tanh(x) @ x, tf.constant(np.eye(3)))
    assert isinstance(compiler_ir(program, "hlo_serialized"), bytes)
    with pytest.raises(ValueError, match="optimized_hlo, received 'x'"):
        compiler_ir(program, "x")
