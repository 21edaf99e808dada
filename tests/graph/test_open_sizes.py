"""Programs on sizes that are not known while tracing: no fallback, the answers of eager execution.

All of them were compared with TensorFlow, which traces each once.
"""

from __future__ import annotations

import numpy as np
import pytest

import tensortape as tf

N = None


def _data(shape, seed):
    return np.random.default_rng(seed).standard_normal(shape).astype("f4")


def _ints(*values):
    return np.array(values, "i4")


ONE = _ints(1)[0]
BODIES = {
    # name: (shapes of the signature, the body, arguments by shape or value)
    "differences": ([[N, 3]], lambda x: x[1:] - x[:-1], [(4, 3)]),
    "next_token": ([[N, N, 2]], lambda x: x[:, 1:] * x[:, :-1], [(2, 3, 2)]),
    "every_other": ([[N]], lambda x: x[::2], [(5,)]),
    "half": ([[N, 3]], lambda x: x[: tf.shape(x)[0] // 2], [(4, 3)]),
    "window": ([[N, 3], []], lambda x, n: x[n : n + 2], [(4, 3), ONE]),
    "slice_rest": ([[N, 3]], lambda x: tf.slice(x, [1, 0], [-1, 2]), [(4, 3)]),
    "slice_dynamic": ([[N, 3], []], lambda x, n: tf.slice(x, [n, 0], [2, -1]), [(4, 3), ONE]),
    "stacks_that_broadcast": ([[N, N, 2], [N, 2, N]], lambda x, y: x @ y, [(1, 3, 2), (5, 2, 4)]),
    "stacks_of_one": ([[N, N, 2], [N, 2, N]], lambda x, y: x @ y, [(2, 3, 2), (2, 2, 4)]),
    "halves": ([[N, 4]], lambda x: tf.split(x, 2), [(4, 4)]),
    "padded_to": ([[N, 3]], lambda x: tf.pad(x, [[0, 8 - tf.shape(x)[0]], [0, 0]]), [(2, 3)]),
    "pairs": ([[N, 6]], lambda x: tf.reshape(x, [tf.shape(x)[0] // 2, 2, 6]), [(4, 6)]),
    "regrouped": ([[N, N]], lambda x: tf.reshape(x, [-1, 2]), [(4, 6)]),
    "frames": ([[N]], lambda x: tf.signal.frame(x, 3, 2), [(8,)]),
    "frames_that_fit": ([[N]], lambda x: tf.signal.frame(x, 3, 2), [(9,)]),
    "convolution": (
        [[N, N, 2], [3, 2, 5]],
        lambda x, w: tf.nn.conv1d(x, w, 1, "VALID"),
        [(2, 4, 2), (3, 2, 5)],
    ),
}


def _step(body):
    def step(*args):
        floats = [a for a in args if a.dtype.is_floating]
        with tf.GradientTape() as tape:
            tape.watch(floats)
            ys = tf.nest.flatten(body(*[a * 1.5 if a.dtype.is_floating else a for a in args]))
            loss = tf.add_n([tf.reduce_sum(y * y) for y in ys])
        return [*ys, *tape.gradient(loss, floats)]

    return step


@pytest.mark.parametrize("name", BODIES)
def test_traced_once_with_the_answers_of_eager_execution(name):
    shapes, body, given = BODIES[name]
    arrays = [_data(g, i) if isinstance(g, tuple) else g for i, g in enumerate(given)]
    args = [tf.constant(a) for a in arrays]
    specs = [tf.TensorSpec(s, a.dtype) for s, a in zip(shapes, args, strict=True)]
    function = tf.function(_step(body), input_signature=specs, jit_compile=False)
    function.get_concrete_function()  # refused for what runs as plain Python
    found, wanted = function(*args), _step(body)(*args)
    assert len(found) == len(wanted)
    for one, other in zip(found, wanted, strict=True):
        assert one.shape == other.shape
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


def test_pieces_of_an_odd_number_of_rows_are_refused():
    @tf.function(input_signature=[tf.TensorSpec([None, 2])], jit_compile=False)
    def halves(x):
        return tf.split(x, 2)

    assert halves(tf.ones([4, 2]))[1].shape == (2, 2)
    with pytest.raises(tf.errors.InvalidArgumentError, match="evenly divide"):
        halves(tf.ones([3, 2]))


def test_a_shape_is_made_sure_of_when_the_function_runs():
    @tf.function(input_signature=[tf.TensorSpec([None, None])], jit_compile=False)
    def three_columns(x):
        return tf.ensure_shape(x, [None, 3]) * 2.0

    assert three_columns(tf.ones([2, 3])).shape == (2, 3)
    with pytest.raises(tf.errors.InvalidArgumentError, match="not compatible"):
        three_columns(tf.ones([2, 2]))
