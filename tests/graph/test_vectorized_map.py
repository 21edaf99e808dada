"""`tf.vectorized_map` on all elements at once gives what one element after the other gives."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import numpy as np
import pytest
from test_traced_registry import STATEFUL, attributes

import tensortape as tf
from tensortape.core.dispatch import apply
from tensortape.core.registry import OPS
from tensortape.core.state import state
from tensortape.graph.vectorize import Sequential, vectorized

sys.path.insert(0, str(Path(__file__).parents[1] / "xla"))

from xla_cases import cases_of

COUNT = 8
CASES = [
    case
    for op in OPS.values()
    if op.family not in STATEFUL | {"call"}
    for case in cases_of(op)
    if case.label in ("0", "plain", "by hand 0")
]


def stacked(case):
    """Eight elements for each input: floating ones differ a little."""
    rng = case.rng()
    found = []
    for a in case.arrays:
        batch = np.stack([a] * COUNT)
        if a.dtype.kind == "f":
            batch = (batch * rng.uniform(0.99, 1.0, batch.shape)).astype(a.dtype)
        found.append(state.tensor(batch))
    return found


def listed(result):
    return list(result) if isinstance(result, (tuple, list)) else [result]


def gradients(function, xs):
    sources = [x for x in xs if x._a.dtype.kind in "fc"]
    with tf.GradientTape() as tape:
        tape.watch(sources)
        ys = [tf.cos(y) for y in function(xs) if y._a.dtype.kind in "fc"]
    if not ys or not sources:
        return []
    return tape.gradient(ys, sources, unconnected_gradients="zero")


def same(found, wanted):
    assert len(found) == len(wanted)
    for a, b in zip(found, wanted, strict=True):
        a, b = tf.convert_to_tensor(a)._a, tf.convert_to_tensor(b)._a
        assert (a.dtype, np.shape(a)) == (b.dtype, np.shape(b))
        if b.dtype.kind in "fc":
            rough = 1e-8 if b.dtype.itemsize >= 8 else 1e-4
            np.testing.assert_allclose(a, b, rtol=rough, atol=rough)
        else:
            np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_operation(case):
    def one(elements):
        return listed(apply(case.op, tuple(elements), attributes(case)))

    def each(xs):
        rows = [one([x[k] for x in xs]) for k in range(COUNT)]
        return [tf.stack(parts) for parts in zip(*rows, strict=True)]

    xs = stacked(case)
    try:
        found, _ = vectorized(one, xs)
    except Sequential as reason:
        pytest.skip(str(reason))
    same(found, each(xs))
    try:
        together = gradients(lambda xs: vectorized(one, xs)[0], xs)
    except Sequential as reason:
        assert "gradient of its own" in str(reason) or case.op.pullback is None
        return
    except (LookupError, ValueError) as error:  # no gradient, or not with these attributes
        with pytest.raises(type(error)):
            gradients(each, xs)
        return
    same(together, gradients(each, xs))


def test_gradients_of_its_own():
    @tf.custom_gradient
    def doubled(x):
        return x * 1.0, lambda g: g * 2.0

    for function in (doubled, lambda x: tf.stop_gradient(x) * x):
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(ROWS)
            together = tf.vectorized_map(function, ROWS)
            each = tf.stack([function(x) for x in tf.unstack(ROWS)])
        same([tape.gradient(together, ROWS)], [tape.gradient(each, ROWS)])


def layer(row):
    return tf.reduce_sum(tf.nn.softmax(tf.linalg.matvec(WEIGHTS, row)) * row[:2]), row[::-1]


WEIGHTS = tf.Variable(np.linspace(-1, 1, 6).reshape(2, 3))
ROWS = tf.constant(np.linspace(-2, 2, 36).reshape(12, 3))


def test_in_a_function_with_gradients_to_second_order():
    def each(xs):
        values, turned = zip(*[layer(x) for x in tf.unstack(xs)], strict=True)
        return tf.stack(values), tf.stack(turned)

    def second(run):
        with tf.GradientTape() as outer:
            with tf.GradientTape() as tape:
                values, turned = run(ROWS)
                y = tf.reduce_sum(tf.sin(values)) + tf.reduce_sum(turned**2)
            g = tape.gradient(y, WEIGHTS)
            z = tf.reduce_sum(g**2)
        return [y, g, outer.gradient(z, WEIGHTS)]

    wanted = second(each)
    same(second(lambda xs: tf.vectorized_map(layer, xs)), wanted)
    inside = tf.function(lambda: second(lambda xs: tf.vectorized_map(layer, xs)))
    same(inside(), wanted)
    kinds = {op.type for op in inside.get_concrete_function().graph.get_operations()}
    assert "While" not in kinds


def test_the_function_runs_once():
    calls = []

    def noted(x):
        calls.append(x)
        return x * 2.0

    assert tf.vectorized_map(noted, ROWS).shape == (12, 3)
    assert len(calls) == 1


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (lambda x: x + tf.random.normal([], dtype=tf.float64), "draws numbers"),
        (lambda x: tf.where(x > 0), "depends on values"),
        (lambda x: tf.while_loop(lambda y: y[0] < 3.0, lambda y: (y + 1.0,), [x])[0], "While"),
    ],
)
def test_why_one_after_the_other(function, reason, caplog):
    with caplog.at_level(logging.INFO, "tensortape"), pytest.raises(ValueError, match=reason):
        tf.vectorized_map(function, ROWS, fallback_to_while_loop=False)
    if reason != "depends on values":
        with caplog.at_level(logging.INFO, "tensortape"):
            assert tf.vectorized_map(function, ROWS).shape == (12, 3)
        assert reason in caplog.text


def test_maps_within_maps_and_what_is_around():
    points = tf.constant(np.linspace(0, 1, 20).reshape(10, 2))

    @tf.function
    def distances(scale):
        offset = scale * 2.0
        return tf.vectorized_map(
            lambda p: tf.vectorized_map(lambda q: tf.norm(p - q + 1.0) * scale + offset, points),
            points,
        )

    scale = tf.constant(3.0, tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(scale)
        found = distances(scale)
        total = tf.reduce_sum(found)
    p = points.numpy()
    want = np.linalg.norm(p[:, None] - p[None] + 1.0, axis=-1)
    np.testing.assert_allclose(found.numpy(), want * 3 + 6, rtol=1e-12)
    np.testing.assert_allclose(float(tape.gradient(total, scale)), want.sum() + 200, rtol=1e-12)


def test_results_of_another_structure_where_elements_are_taken_one_by_one():
    def both(x):
        noise = tf.random.stateless_uniform((), seed=[1, 2], dtype=x.dtype)
        return tf.reduce_sum(x) + 0 * noise, {"turned": x[::-1]}

    inside = tf.function(lambda xs: tf.vectorized_map(both, xs))
    total, others = inside(ROWS)
    assert total.shape == (12,)
    same([others["turned"]], [ROWS[:, ::-1]])


def test_an_override_elsewhere_does_not_matter():
    with tf.Graph().as_default() as graph, graph.gradient_override_map({"Exp": "Identity"}):
        pass
    with tf.GradientTape() as tape:
        tape.watch(ROWS)
        y = tf.vectorized_map(tf.reduce_sum, ROWS, fallback_to_while_loop=False)
    same([tape.gradient(y, ROWS)], [tf.ones_like(ROWS)])
