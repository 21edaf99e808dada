"""`tf.saved_model`: objects and functions come back and compute the same."""

from __future__ import annotations

import json
import os
from collections import namedtuple
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tensortape as tf
from tensortape.core import crc32c
from tensortape.train.saved_model import values

Pair = namedtuple("Pair", ["first", "second"])


class M(tf.Module):
    """A module for attributes."""


def again(obj: Any, tmp_path: Path, signatures: Any = None) -> Any:
    """Save and load."""
    tf.saved_model.save(obj, tmp_path / "model", signatures)
    return tf.saved_model.load(tmp_path / "model")


def one_function(function: Any, *args: Any) -> Any:
    """A module with a traced function."""
    m = M()
    m.f = tf.function(function, autograph=False)
    m.f(*args)
    return m


def test_objects_come_back(tmp_path: Path) -> None:
    m = M()
    m.v = tf.Variable([1.0, 2.0], trainable=False, name="v")
    m.list, m.tuple = [tf.Variable(1), [tf.Variable("a")], 3], (tf.Variable(True), 2)
    m.dict, m.inner = {"k": tf.Variable(tf.constant(1.5, "bfloat16"))}, M()
    m.inner.up, m.inner.same, m.plain = m, m.v, "not saved"
    loaded = again(m, tmp_path)
    assert loaded.v.name == "v:0" and not loaded.v.trainable
    assert loaded.v.numpy().tolist() == [1.0, 2.0]
    assert int(loaded.list[0]) == 1 and loaded.list[1][0].numpy() == b"a"
    assert bool(loaded.tuple[0]) and loaded.dict["k"].dtype is tf.bfloat16
    assert loaded.inner.up is loaded and loaded.inner.same is loaded.v
    assert not hasattr(loaded, "plain") and len(loaded.signatures) == 0


def test_variables_can_be_restored_from_the_folder(tmp_path: Path) -> None:
    m = M()
    m.v = tf.Variable([1.0, 2.0])
    m.f = tf.function(lambda x: x * m.v + tf.constant([5.0, 6.0]))
    m.f(tf.constant(1.0))
    tf.saved_model.save(m, tmp_path)
    m.v.assign([0.0, 0.0])
    tf.train.Checkpoint(m).restore(tmp_path).expect_partial()
    assert m.v.numpy().tolist() == [1.0, 2.0]
    names = [name for name, _ in tf.train.list_variables(tmp_path / "variables" / "variables")]
    assert "v/.ATTRIBUTES/VARIABLE_VALUE" in names


x23 = tf.constant([[1.0, -2.0, 3.0], [4.0, 5.0, -6.0]])


def _inner_function(x: Any) -> Any:
    return tf.function(lambda y: tf.exp(y) + 1.0)(x) * 2.0


def _branches(x: Any) -> Any:
    low = tf.cond(tf.reduce_sum(x) > 0.0, lambda: x + 1.0, lambda: x * x)
    return tf.switch_case(tf.constant(1), [lambda: low, lambda: low * 3.0])


def _loop(x: Any) -> Any:
    def body(i: Any, a: Any) -> Any:
        return i + 1, tf.cond(i > 1, lambda: a * 2.0, lambda: a + x)

    return tf.while_loop(lambda i, a: i < 5, body, (0, x))[1]


def _sizes(x: Any) -> Any:
    n = tf.shape(x)[0]
    wide = tf.reshape(tf.tile(x, [2, 1]), [n, 2 * 3])
    return wide[:, 1:4], tf.zeros([n, 2]) + tf.cast(n, "float32"), tf.reshape(x, [-1])


FUNCTIONS = {
    "elementwise": lambda x: tf.tanh(x) + 0.5 * x,
    "constants": lambda x: tf.matmul(x, tf.constant([[1.0], [2.0], [3.0]])),
    "convolution": lambda x: tf.nn.conv2d(
        tf.reshape(x, [1, 2, 3, 1]), tf.ones([2, 2, 1, 2]), 1, "SAME"
    ),
    "slices": lambda x: x[:, ::-1][0, None, ..., 1:],
    "many results": lambda x: tf.split(x, 3, axis=1),
    "gather": lambda x: tf.gather(x, [0, 2], axis=1),
    "einsum": lambda x: tf.einsum("ij,kj->ik", x, x),
    "text": lambda x: tf.where(x > 0.0, tf.constant(b"a\x00"), tf.constant("bc")),
    "nest": lambda x: {"b": [x, None, (x + 1.0,)], "a": Pair(x * 2.0, x)},
    "booleans": lambda x: tf.where(x > 0.0, x, tf.zeros_like(x)),
    "nothing": lambda x: None,
    "calls": _inner_function,
    "branches": _branches,
    "loop": _loop,
    "sizes": _sizes,
    "infinite": lambda x: tf.maximum(x, -float("inf")) + tf.constant(float("nan")),
}


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("rows", [2, None])
def test_functions_compute_the_same(name: str, rows: Any, tmp_path: Path) -> None:
    if name == "convolution" and rows is None:
        pytest.skip("of one size")
    m = M()
    spec = [tf.TensorSpec([rows, 3], tf.float32)]
    m.f = tf.function(FUNCTIONS[name], input_signature=spec, autograph=False)
    loaded = again(m, tmp_path)
    given = [x23] if rows else [x23, tf.concat([x23, -x23, x23], 0)]
    for x in given:
        expected, found = m.f(x), loaded.f(x)
        tf.nest.assert_same_structure(expected, found)
        assert str(type(found)).rpartition(".")[2] == str(type(expected)).rpartition(".")[2]
        for a, b in zip(tf.nest.flatten(expected), tf.nest.flatten(found), strict=True):
            if a is None:
                assert b is None
            else:
                np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("name", ["elementwise", "convolution", "calls", "branches", "loop"])
def test_functions_that_were_loaded_have_derivatives(name: str, tmp_path: Path) -> None:
    m = one_function(FUNCTIONS[name], x23)
    loaded = again(m, tmp_path)
    found = []
    for function in (m.f, loaded.f):
        with tf.GradientTape() as tape:
            tape.watch(x23)
            y = function(x23)
        found.append(tape.gradient(y, x23))
    np.testing.assert_allclose(found[0], found[1], rtol=1e-6)


class Line(tf.Module):
    """A model with methods."""

    def __init__(self) -> None:
        super().__init__()
        self.w, self.steps = tf.Variable(2.0), tf.Variable(0)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32)])
    def __call__(self, x: Any) -> Any:
        self.steps.assign_add(1)
        return self.w * x

    @tf.function
    def scaled(self, x: Any, by: Any = 2.0, *, plus: Any = None) -> Any:
        y = self.w * x * by
        return y if plus is None else y + plus


def test_methods_read_and_assign_variables(tmp_path: Path) -> None:
    line = Line()
    loaded = again(line, tmp_path)
    assert loaded(tf.constant([1.0, 3.0])).numpy().tolist() == [2.0, 6.0]
    loaded.w.assign(5.0)
    assert loaded(tf.constant([1.0])).numpy().tolist() == [5.0]
    assert (int(loaded.steps), int(line.steps)) == (2, 0)
    with tf.GradientTape() as tape:
        y = loaded(tf.constant([1.0, 3.0]))
    assert float(tape.gradient(y, loaded.w)) == 4.0
    assert not hasattr(loaded, "scaled")  # it was never traced


def test_calls_go_to_the_trace_they_fit(tmp_path: Path) -> None:
    line = Line()
    line.scaled(tf.constant(1.0))
    line.scaled(tf.constant([1.0, 2.0]), by=3.0)
    line.scaled(tf.constant(1.0), plus=tf.constant(1.0))
    loaded = again(line, tmp_path)
    assert float(loaded.scaled(tf.constant(4.0))) == 16.0
    assert float(loaded.scaled(4.0, 2.0)) == 16.0
    assert loaded.scaled(tf.constant([1.0, 2.0]), 3.0).numpy().tolist() == [6.0, 12.0]
    assert float(loaded.scaled(tf.constant(1.0), plus=tf.constant(7.0))) == 11.0
    with pytest.raises(ValueError, match="Could not find matching concrete function"):
        loaded.scaled(tf.constant(4.0), by=9.0)
    with pytest.raises(ValueError, match="Could not find matching concrete function"):
        loaded.scaled(tf.constant([1.0, 2.0, 3.0]))
    with pytest.raises(ValueError, match="Could not find matching concrete function"):
        loaded.scaled.get_concrete_function(tf.TensorSpec([7]))
    for args, kwargs in (((), {}), ((1.0, 2.0, 3.0, 4.0), {}), ((1.0,), {"times": 2.0})):
        with pytest.raises(TypeError, match="Binding inputs to scaled failed"):
            loaded.scaled(*args, **kwargs)


def test_signatures_are_called_by_name(tmp_path: Path) -> None:
    @tf.function(input_signature=[tf.TensorSpec([None], name="a"), tf.TensorSpec([], name="b")])
    def both(a: Any, b: Any) -> Any:
        return {"sum": a + b, "product": a * b}

    line = Line()
    loaded = again(line, tmp_path, {"both": both, "line": line.__call__})
    assert sorted(loaded.signatures) == ["both", "line"]
    found = loaded.signatures["both"](a=tf.constant([1.0, 2.0]), b=tf.constant(3.0))
    assert found["sum"].numpy().tolist() == [4.0, 5.0]
    assert found["product"].numpy().tolist() == [3.0, 6.0]
    only = loaded.signatures["line"](tf.constant([1.0]))
    assert only["output_0"].numpy().tolist() == [2.0]
    with pytest.raises(TypeError, match=r"takes \['a', 'b'\], received \['a'\]"):
        loaded.signatures["both"](a=tf.constant([1.0]))
    assert list(again(line, tmp_path).signatures) == ["serving_default"]


def test_what_was_loaded_can_be_saved(tmp_path: Path) -> None:
    line = Line()
    line.scaled(tf.constant(1.0), by=3.0)
    first = again(line, tmp_path)
    first.w.assign(10.0)
    second = again(first, tmp_path)
    assert float(second.scaled(tf.constant(1.0), 3.0)) == 30.0
    assert second(tf.constant([1.0])).numpy().tolist() == [10.0]


def test_random_numbers_are_drawn_anew(tmp_path: Path) -> None:
    loaded = again(one_function(lambda: tf.random.uniform([4])), tmp_path)
    assert loaded.f().numpy().tolist() != loaded.f().numpy().tolist()


def _untracked() -> Any:
    v = tf.Variable(1.0)
    return one_function(lambda: v + 1.0)


@pytest.mark.parametrize(
    ("made", "error", "words"),
    [
        (lambda: 3, ValueError, "Expected an object of type `Trackable`"),
        (_untracked, AssertionError, "untracked.*the variable"),
        (
            lambda: one_function(tf.linalg.LinearOperatorFullMatrix, x23),
            NotImplementedError,
            "results that are no tensors",
        ),
    ],
)
def test_what_cannot_be_saved_says_why(made: Any, error: Any, words: str, tmp_path: Path) -> None:
    with pytest.raises(error, match=words):
        tf.saved_model.save(made(), tmp_path / "m")
    assert not (tmp_path / "m").exists() or not os.listdir(tmp_path / "m")


def test_rows_and_places_are_returned(tmp_path: Path) -> None:
    """Ragged and sparse results."""

    def both(x: Any) -> Any:
        sparse = tf.SparseTensor([[0, 1]], x[0, :1], [2, 3])
        return {"rows": [tf.RaggedTensor.from_row_lengths(x, [0, 2])], "places": sparse, "no": None}

    found = again(one_function(both, x23), tmp_path).f(x23)
    assert found["rows"][0].to_list() == [[], x23.numpy().tolist()]
    assert tf.sparse.to_dense(found["places"]).numpy().tolist() == [
        [0.0, x23[0, 0], 0.0],
        [0.0] * 3,
    ]
    assert found["no"] is None


def test_tensors_of_the_surroundings_are_constants(tmp_path: Path) -> None:
    outside = tf.constant([1.0, 2.0, 3.0])
    m = one_function(lambda x: x * outside, x23)
    assert again(m, tmp_path).f(x23).numpy().tolist() == (x23 * outside).numpy().tolist()


def test_assertions_are_saved(tmp_path: Path) -> None:
    def checked(x: Any) -> Any:
        tf.debugging.assert_positive(x, message="too low")
        tf.Assert(tf.reduce_all(x < 100.0), ["too high:", x])
        return x + 1.0

    loaded = again(one_function(checked, tf.ones([2, 3])), tmp_path)
    assert loaded.f(tf.ones([2, 3])).numpy().tolist() == [[2.0] * 3] * 2
    for wrong, words in ((-1.0, "too low"), (200.0, "too high")):
        with pytest.raises(tf.errors.InvalidArgumentError, match=words):
            loaded.f(tf.fill([2, 3], wrong))


def test_operations_that_hold_python_code_are_refused(tmp_path: Path) -> None:
    m = one_function(
        lambda x: tf.strings.unicode_transcode(tf.strings.as_string(x), "UTF-8", "UTF-16-BE"), x23
    )
    with pytest.raises(
        NotImplementedError, match=r"cannot be saved: 'UnicodeTranscode' .* function"
    ):
        tf.saved_model.save(m, tmp_path / "m")


def gradients_again(module: Any, tmp_path: Path, *args: Any) -> None:
    """Gradients of `module.f` and of what was saved, and saved again, are the same."""

    def answers(m: Any) -> list[Any]:
        with tf.GradientTape() as outer:
            outer.watch(args)
            with tf.GradientTape() as tape:
                tape.watch(args)
                y = m.f(*args)
            found = tape.gradient(y, [*args, m.v])
            norm = tf.add_n([tf.reduce_sum(g**2) for g in found if g is not None])
        return [y, *found, *outer.gradient(norm, args)]

    expected = answers(module)
    assert any(g is not None for g in expected[1:])
    for name in ("once", "again"):
        tf.saved_model.save(module, tmp_path / name)
        module = tf.saved_model.load(tmp_path / name)
        for got, wanted in zip(answers(module), expected, strict=True):
            assert (got is None) == (wanted is None)
            if got is not None:
                np.testing.assert_allclose(got, wanted, rtol=1e-6)


@tf.custom_gradient
def tripled_slope(x: Any) -> Any:
    y = tf.exp(x)
    return y, lambda upstream: 3.0 * upstream * y * tf.cos(x) / tf.cast(tf.size(x), tf.float32)


@tf.custom_gradient
def exponential(x: Any) -> Any:
    """Its rule calls it again."""
    y = tf.exp(x)
    return y, lambda upstream: upstream * exponential(x) * 0.5


@tf.custom_gradient
def swapped(a: Any, b: Any, scale: Any = 2.0) -> Any:
    def rule(da: Any, db: Any) -> Any:
        return db * scale, None

    return (a * b, tf.stop_gradient(a)), rule


def with_variable(v: Any) -> Any:
    @tf.custom_gradient
    def product(x: Any) -> Any:
        def rule(upstream: Any, variables: Any) -> Any:
            return upstream * 7.0 * variables[0], [tf.reduce_sum(upstream * x) * 11.0]

        return x * v, rule

    return product


def in_branches(x: Any) -> Any:
    return tf.cond(tf.reduce_sum(x) > 0, lambda: tripled_slope(x), lambda: x)


def in_a_loop(x: Any) -> Any:
    return tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, tripled_slope(y / 3)), [0, x])[1]


@pytest.mark.parametrize(
    "function",
    [
        tripled_slope,
        exponential,
        lambda x: swapped(x, x + 1.0)[0] + swapped(x * 2.0, x)[1],
        in_branches,
        in_a_loop,
        tf.recompute_grad(lambda x: tf.sin(x) * x),
        lambda x: tf.grad_pass_through(tf.round)(x) * x,
        lambda x: tf.map_fn(tripled_slope, x),
    ],
)
def test_rules_of_custom_gradients_come_back(function: Any, tmp_path: Path) -> None:
    m = M()
    m.v = tf.Variable(1.5)
    product = with_variable(m.v)
    spec = [tf.TensorSpec([None], tf.float32)]
    m.f = tf.function(lambda x: product(function(x)) + m.v, spec, autograph=False)
    gradients_again(m, tmp_path, tf.constant([0.3, 0.7, -0.2]))


def test_rules_that_are_left_out_say_so(tmp_path: Path) -> None:
    @tf.custom_gradient
    def rounded(x: Any) -> Any:
        return tf.round(x), lambda upstream: tf.py_function(lambda g: g, [upstream], tf.float32)

    options = tf.saved_model.SaveOptions(experimental_custom_gradients=False)
    for function, given in ((rounded, None), (tripled_slope, options)):
        m = one_function(function, tf.zeros([2]))
        tf.saved_model.save(m, tmp_path / "m", options=given)
        loaded = tf.saved_model.load(tmp_path / "m")
        x = tf.constant([1.2, 2.7])
        np.testing.assert_allclose(loaded.f(x), m.f(x))
        refused = pytest.raises(LookupError, match=r"gradient rule .* was not saved")
        with refused, tf.GradientTape() as t:
            t.watch(x)
            t.gradient(loaded.f(x), x)


SPEC = tf.TensorSpec([None], tf.float32)
NAMED = tf.TensorSpec([None], tf.float32, name="named")


@pytest.mark.parametrize(
    ("function", "signature", "inputs", "outputs"),
    [
        (lambda x: {"o": x * 2}, [SPEC], ["x"], ["o"]),
        (lambda x: (x, x + 1), [NAMED], ["named"], ["output_0", "output_1"]),
        (lambda x: [x], [SPEC], ["x"], ["output_0"]),
        (lambda d: {"b": d["k"], "a": 1.0}, [{"k": SPEC, "l": NAMED}], ["d", "named"], ["a", "b"]),
        (lambda: tf.constant([1.0]), [], [], ["output_0"]),
    ],
)
def test_signatures(
    function: Any, signature: Any, inputs: Any, outputs: Any, tmp_path: Path
) -> None:
    m = M()
    m.f = tf.function(function, input_signature=signature)
    m.g = tf.function(lambda x: x)
    m.g(tf.constant(1.0))  # has no signature, so it does not count
    served = again(m, tmp_path).signatures["serving_default"]
    assert served.structured_input_signature == (
        (),
        {name: tf.TensorSpec([None], tf.float32, name) for name in inputs},
    )
    assert list(served.structured_outputs) == outputs
    assert served.output_dtypes == dict.fromkeys(outputs, tf.float32)
    given = {name: tf.constant([2.0]) for name in inputs}
    assert list(served(**given)) == outputs


@pytest.mark.parametrize(
    "function", [lambda x: (x, {"a": x}), lambda x: {"a": {"b": x}}, lambda x: None]
)
def test_what_cannot_be_a_signature(function: Any, tmp_path: Path) -> None:
    m = M()
    m.f = tf.function(function, input_signature=[SPEC])
    assert len(again(m, tmp_path).signatures) == 0
    with pytest.raises(ValueError, match="Got a non-Tensor value"):
        tf.saved_model.save(m, tmp_path, signatures=m.f)
    with pytest.raises(ValueError, match=r"Expected a TensorFlow function .* but got 3"):
        tf.saved_model.save(m, tmp_path, signatures=3)


def test_concrete_functions_are_signatures(tmp_path: Path) -> None:
    m = M()
    f = tf.function(lambda x, y: x - y)
    m.f = f.get_concrete_function(NAMED, SPEC)
    x, y = tf.constant([5.0]), tf.constant([3.0])
    assert [float(m.f(*a, **k)[0]) for a, k in (((x, y), {}), ((x,), {"y": y}))] == [2.0, 2.0]
    assert float(m.f(x=x, y=y)[0]) == float(m.f(y=y, named=x)[0]) == 2.0
    served = again(m, tmp_path).signatures["serving_default"]
    assert float(served(y=y, named=x)["output_0"][0]) == 2.0


def test_folders_without_a_model(tmp_path: Path) -> None:
    assert not tf.saved_model.contains_saved_model(tmp_path)
    with pytest.raises(OSError, match="SavedModel file does not exist"):
        tf.saved_model.load(tmp_path / "nothing")
    (tmp_path / "saved_model.pb").write_bytes(b"")
    with pytest.raises(NotImplementedError, match=r"saved by TensorFlow.*Checkpoint"):
        tf.saved_model.load(tmp_path)


def test_damage_is_noticed(tmp_path: Path) -> None:
    line = Line()
    tf.saved_model.save(line, tmp_path)
    assert tf.saved_model.contains_saved_model(tmp_path)
    path = tmp_path / "tensortape_model.json"
    content = path.read_bytes()
    for n in (0, 10, len(content) // 2, len(content) - 3):
        path.write_bytes(content[:n])
        with pytest.raises(tf.errors.DataLossError, match="damaged"):
            tf.saved_model.load(tmp_path)
    path.write_bytes(content.replace(b'"Mul"', b'"Sub"'))
    with pytest.raises(tf.errors.DataLossError, match="checksum"):
        tf.saved_model.load(tmp_path)
    path.write_bytes(content)
    data = tmp_path / "variables" / "variables.data-00000-of-00001"
    data.write_bytes(bytes([data.read_bytes()[0] ^ 1]) + data.read_bytes()[1:])
    with pytest.raises(tf.errors.DataLossError, match="damaged"):
        tf.saved_model.load(tmp_path)


def test_a_newer_format_is_not_guessed_at(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("tensortape.train.saved_model.store.VERSION", 2)
    tf.saved_model.save(Line(), tmp_path)
    monkeypatch.undo()
    with pytest.raises(tf.errors.UnimplementedError, match="version 2"):
        tf.saved_model.load(tmp_path)


def test_a_model_takes_the_place_of_another(tmp_path: Path) -> None:
    for value in (1.0, 2.0, 3.0):
        line = Line()
        line.w.assign(value)
        loaded = again(line, tmp_path)
        assert float(loaded.w) == value
        assert len(os.listdir(tmp_path / "model" / "variables")) == 2


@pytest.mark.parametrize("written", [{"code": "x"}, {"list": 3}, [1], {"a": 1, "b": 2}])
def test_only_data_is_read(written: Any) -> None:
    with pytest.raises((tf.errors.DataLossError, TypeError)):
        values.decode(written, lambda name: None)


def test_operations_are_those_of_the_registry(tmp_path: Path) -> None:
    tf.saved_model.save(one_function(tf.tanh, x23), tmp_path)
    path = tmp_path / "tensortape_model.json"
    model = json.loads(path.read_text())["model"]
    for name in ("os.system", "EagerPyFunc", "PrintV2"):
        model["functions"][0]["traces"][0]["graph"]["nodes"][0]["op"] = name
        text = json.dumps(model, sort_keys=True, separators=(",", ":")).encode()
        checksum = crc32c.crc32c(text)
        path.write_text(json.dumps({"checksum": checksum, "model": model}))
        loaded = tf.saved_model.load(tmp_path)
        with pytest.raises(tf.errors.DataLossError, match="no operation"):
            loaded.f(x23)
