"""Convolutions against sums written out, and their geometry against TensorFlow's."""

import itertools

import numpy as np
import pytest

import tensortape as tf

RNG = np.random.default_rng(3)


def padded(x, kernel, strides, rates, padding):
    widths = [(0, 0)]
    for n, k, s, d in zip(x.shape[1:-1], kernel, strides, rates, strict=True):
        window = (k - 1) * d + 1
        total = max((-(-n // s) - 1) * s + window - n, 0) if padding == "SAME" else 0
        widths.append((total // 2, total - total // 2))
    return np.pad(x, [*widths, (0, 0)])


def written_out(x, w, strides, padding, rates, groups=1):
    """Convolution as its definition has it."""
    kernel = w.shape[:-2]
    x = padded(x, kernel, strides, rates, padding)
    sizes = [
        (n - (k - 1) * d - 1) // s + 1
        for n, k, s, d in zip(x.shape[1:-1], kernel, strides, rates, strict=True)
    ]
    each, out = w.shape[-2], w.shape[-1] // groups
    y = np.zeros((x.shape[0], *sizes, w.shape[-1]))
    for at in itertools.product(*map(range, sizes)):
        for place in itertools.product(*map(range, kernel)):
            index = tuple(
                a * s + p * d for a, s, p, d in zip(at, strides, place, rates, strict=True)
            )
            for g in range(groups):
                part = x[(slice(None), *index, slice(g * each, (g + 1) * each))]
                columns = slice(g * out, (g + 1) * out)
                y[(slice(None), *at, columns)] += part @ w[place][:, columns]
    return y


CASES = [
    ((2, 7), (3,), 2, 3, 1, (1,), "SAME", (1,)),
    ((1, 8), (2,), 1, 2, 1, (3,), "VALID", (1,)),
    ((2, 9), (3,), 2, 2, 1, (1,), "SAME", (2,)),
    ((2, 5, 6), (2, 3), 3, 4, 1, (1, 1), "VALID", (1, 1)),
    ((1, 6, 5), (3, 2), 2, 2, 1, (2, 2), "SAME", (1, 1)),
    ((2, 5, 5), (2, 2), 4, 6, 2, (1, 2), "SAME", (1, 1)),
    ((1, 4, 5), (2, 2), 3, 3, 3, (1, 1), "VALID", (1, 1)),
    ((1, 3, 4, 5), (2, 2, 3), 2, 3, 1, (1, 2, 1), "SAME", (1, 1, 1)),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(case):
    shape, kernel, channels, outputs, groups, strides, padding, rates = case
    x = RNG.normal(size=(*shape, channels))
    w = RNG.normal(size=(*kernel, channels // groups, outputs))
    if max(strides) > 1 and max(rates) > 1:
        pytest.skip("TensorFlow refuses")
    got = tf.nn.convolution(x, w, strides=strides, padding=padding, dilations=rates)
    np.testing.assert_allclose(got, written_out(x, w, strides, padding, rates, groups), atol=1e-12)


@pytest.mark.parametrize("groups", [1, 2, 4])
def test_three_readings_of_one_trilinear_form(groups):
    x, w = RNG.normal(size=(2, 5, 4, 4)), RNG.normal(size=(3, 2, 4 // groups, 4))
    xs, ws = tf.constant(x), tf.constant(w)
    with tf.GradientTape() as tape:
        tape.watch([xs, ws])
        y = tf.nn.conv2d(xs, ws, [2, 1], "SAME")
    g = RNG.normal(size=y.shape)
    dx, dw = tape.gradient(y, [xs, ws], output_gradients=tf.constant(g))
    form = np.sum(y.numpy() * g)
    assert np.sum(dx.numpy() * x) == pytest.approx(form)
    assert np.sum(dw.numpy() * w) == pytest.approx(form)


def test_transposed_convolution_is_the_transpose():
    x, w = RNG.normal(size=(2, 5, 5, 2)), RNG.normal(size=(3, 3, 2, 4))
    y = tf.nn.conv2d(x, w, 2, "SAME")
    g = RNG.normal(size=y.shape)
    back = tf.nn.conv2d_transpose(g, w, x.shape, 2, "SAME")
    assert np.sum(back.numpy() * x) == pytest.approx(np.sum(y.numpy() * g))


def test_layouts_agree():
    x, w = RNG.normal(size=(2, 5, 4, 3)), RNG.normal(size=(2, 2, 3, 2))
    first = tf.nn.conv2d(x.transpose(0, 3, 1, 2), w, 1, "SAME", data_format="NCHW")
    np.testing.assert_allclose(
        first, np.transpose(tf.nn.conv2d(x, w, 1, "SAME"), (0, 3, 1, 2)), atol=1e-12
    )


def test_leading_axes_are_part_of_the_batch():
    x, w = RNG.normal(size=(2, 3, 5, 4, 1)), RNG.normal(size=(2, 2, 1, 2))
    whole = tf.nn.conv2d(x, w, 1, "VALID")
    assert whole.shape == (2, 3, 4, 3, 2)
    np.testing.assert_allclose(whole[1], tf.nn.conv2d(x[1], w, 1, "VALID"), atol=1e-12)


def test_equal_examples_are_computed_once():
    one = RNG.normal(size=(1, 4, 4, 2)).astype(np.float32)
    many = tf.broadcast_to(tf.constant(one), [600, 4, 4, 2])
    w = tf.constant(RNG.normal(size=(2, 2, 2, 3)).astype(np.float32))
    np.testing.assert_allclose(
        tf.nn.conv2d(many, w, 1, "SAME")[599], tf.nn.conv2d(one, w, 1, "SAME")[0], rtol=1e-6
    )
    np.testing.assert_allclose(
        tf.nn.max_pool2d(many, 2, 2, "SAME")[7], tf.nn.max_pool2d(one, 2, 2, "SAME")[0]
    )


REFUSED = [
    ((1, 2, 2, 1), (4, 4, 1, 1), {}, tf.errors.InvalidArgumentError, "size would be negative"),
    ((1, 4, 4, 1), (2, 2, 1, 1), {"strides": 0}, tf.errors.InvalidArgumentError, "larger than 0"),
    ((4, 4, 1), (2, 2, 1, 1), {}, tf.errors.InvalidArgumentError, "must be 4-dimensional"),
    ((1, 4, 4, 1), (2, 2, 1), {}, tf.errors.InvalidArgumentError, "must be 4-dimensional"),
    ((1, 4, 4, 4), (2, 2, 2, 3), {}, tf.errors.InvalidArgumentError, "number of groups"),
    ((1, 4, 4, 2), (2, 2, 3, 1), {}, tf.errors.InvalidArgumentError, "evenly divisible"),
    (
        (1, 4, 4, 1),
        (2, 2, 1, 1),
        {"padding": "same"},
        tf.errors.InvalidArgumentError,
        "allowed values",
    ),
    ((1, 4, 4, 1), (2, 2, 1, 1), {"padding": None}, TypeError, "padding"),
    ((1, 4, 4, 1), (2, 2, 1, 1), {"strides": [1, 1, 1, 2]}, tf.errors.UnimplementedError, "depth"),
    ((1, 4, 4, 1), (2, 2, 1, 1), {"strides": [1, 2, 3]}, ValueError, "length 1, 2 or 4"),
]


@pytest.mark.parametrize(("x", "w", "given", "error", "words"), REFUSED)
def test_refusals(x, w, given, error, words):
    arguments = {"strides": 1, "padding": "VALID"} | given
    with pytest.raises(error, match=words):
        tf.nn.conv2d(tf.ones(x), tf.ones(w), **arguments)


def test_different_dtypes_are_refused():
    with pytest.raises(tf.errors.InvalidArgumentError, match="expected to be"):
        tf.nn.conv2d(tf.ones([1, 4, 4, 1]), tf.ones([2, 2, 1, 1], tf.float64), 1, "SAME")


def test_empty_batches_and_results():
    w = tf.ones([3, 3, 1, 2])
    assert tf.nn.conv2d(tf.ones([0, 4, 4, 1]), w, 1, "SAME").shape == (0, 4, 4, 2)
    assert tf.nn.conv2d(tf.ones([1, 2, 2, 1]), w, 1, "VALID").shape == (1, 0, 0, 2)


@pytest.mark.parametrize(
    ("function", "shape", "kernel", "strides", "padding"),
    [
        (tf.nn.conv2d, (2, 41, 40, 3), (3, 3, 3, 8), 2, "SAME"),  # few channels
        (tf.nn.conv2d, (3, 30, 30, 5), (3, 2, 5, 4), 1, "VALID"),
        (tf.nn.conv2d, (2, 42, 40, 6), (2, 2, 6, 4), 2, "VALID"),  # side by side
        (tf.nn.depthwise_conv2d, (2, 40, 42, 12), (3, 3, 12, 1), [1] * 4, "SAME"),  # rows at once
        (tf.nn.depthwise_conv2d, (2, 40, 42, 12), (3, 3, 12, 2), [1, 2, 2, 1], "VALID"),
    ],
)
def test_ways_for_large_inputs(function, shape, kernel, strides, padding):
    """Convolution is linear in either argument: products with the gradients are the same."""
    x, w = tf.Variable(RNG.normal(size=shape)), tf.Variable(RNG.normal(size=kernel))
    with tf.GradientTape() as tape:
        y = function(x, w, strides, padding)
        g = tf.constant(RNG.normal(size=y.shape))
        total = tf.reduce_sum(y * g)
    dx, dw = tape.gradient(total, [x, w])
    assert float(tf.reduce_sum(dx * x)) == pytest.approx(float(total), rel=1e-9)
    assert float(tf.reduce_sum(dw * w)) == pytest.approx(float(total), rel=1e-9)
    one = np.zeros(shape)
    one[0, 7, 9] = 1
    np.testing.assert_allclose(
        function(one, w, strides, padding)[0, 2:5, 3:6],
        function(one[:1, :21, :20], w, strides, padding)[0, 2:5, 3:6],
        atol=1e-12,
    )
