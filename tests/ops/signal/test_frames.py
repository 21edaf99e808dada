"""Frames, windows and spectrograms: against loops, and back to where they came from."""

import numpy as np
import pytest

import tensortape as tf

RNG = np.random.default_rng(6)


def same(a, b, tolerance=1e-11):
    np.testing.assert_allclose(np.asarray(a), np.asarray(b), atol=tolerance)


def framed(x, length, step):
    starts = range(0, x.shape[-1] - length + 1, step)
    return np.stack([x[..., s : s + length] for s in starts], -2)


@pytest.mark.parametrize(("length", "step"), [(3, 2), (4, 4), (2, 5), (5, 1)])
def test_frame(length, step):
    x = RNG.normal(size=(2, 11))
    same(tf.signal.frame(x, length, step), framed(x, length, step))
    along = tf.signal.frame(x.T, length, step, axis=0)
    same(along, np.moveaxis(framed(x, length, step), 0, -1))
    middle = RNG.normal(size=(2, 11, 3))
    want = np.moveaxis(framed(np.moveaxis(middle, 1, -1), length, step), 1, -1)
    same(tf.signal.frame(middle, length, step, axis=1), want)


def test_frame_at_the_end():
    x = np.arange(5)
    assert tf.signal.frame(x, 3, 2, pad_end=True, pad_value=9).numpy().tolist() == [
        [0, 1, 2],
        [2, 3, 4],
        [4, 9, 9],
    ]
    assert tf.signal.frame(x, 7, 1).shape == [0, 7]
    assert tf.signal.frame(np.zeros((2, 0)), 3, 1, pad_end=True).shape == [2, 0, 3]
    assert tf.signal.frame(["a", "b", "c"], 2, 1).numpy().tolist() == [[b"a", b"b"], [b"b", b"c"]]


@pytest.mark.parametrize(("length", "step"), [(3, 2), (4, 4), (2, 5), (5, 1), (5, 3)])
def test_overlap_and_add(length, step):
    x = RNG.normal(size=(2, 4, length))
    want = np.zeros((2, 3 * step + length))
    for i in range(4):
        want[:, i * step : i * step + length] += x[:, i]
    same(tf.signal.overlap_and_add(x, step), want)


def test_overlap_and_add_of_little():
    assert tf.signal.overlap_and_add(tf.ones([0, 2]), 1).numpy().tolist() == [0.0]
    assert tf.signal.overlap_and_add(tf.ones([0, 2]), 3).shape == [0]
    assert tf.signal.overlap_and_add(tf.ones([3, 2], tf.int32), 1).numpy().tolist() == [1, 2, 2, 1]


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: tf.signal.frame(1.0, 2, 1), ValueError),
        (lambda: tf.signal.frame([1.0, 2.0], 2, 0), tf.errors.InvalidArgumentError),
        (lambda: tf.signal.frame([1.0, 2.0], -1, 1), tf.errors.InvalidArgumentError),
        (lambda: tf.signal.frame([1.0, 2.0], [2], 1), ValueError),
        (lambda: tf.signal.frame([1.0, 2.0], 2, 1, axis=2), IndexError),
        (lambda: tf.signal.overlap_and_add([1.0], 1), ValueError),
        (lambda: tf.signal.overlap_and_add([[1.0]], 1.5), ValueError),
        (lambda: tf.signal.overlap_and_add([[1.0]], 0), tf.errors.InvalidArgumentError),
        (lambda: tf.signal.overlap_and_add([[True]], 1), tf.errors.InvalidArgumentError),
        (lambda: tf.signal.stft(1.0, 4, 2), ValueError),
        (lambda: tf.signal.inverse_stft(tf.ones([3], tf.complex64), 4, 2), ValueError),
        (lambda: tf.signal.inverse_stft(tf.ones([2, 3]), 4, 2), ValueError),
        (lambda: tf.signal.mdct(tf.ones([8]), 6), ValueError),
        (lambda: tf.signal.inverse_mdct(tf.ones([2, 3])), tf.errors.InvalidArgumentError),
        (lambda: tf.signal.hann_window(5, dtype=tf.int32), ValueError),
        (lambda: tf.signal.hann_window([5]), ValueError),
        (lambda: tf.signal.hann_window(-1), tf.errors.InvalidArgumentError),
        (lambda: tf.signal.kaiser_window(0), tf.errors.InvalidArgumentError),
        (lambda: tf.signal.linear_to_mel_weight_matrix(0), ValueError),
        (lambda: tf.signal.linear_to_mel_weight_matrix(lower_edge_hertz=-1.0), ValueError),
        (lambda: tf.signal.linear_to_mel_weight_matrix(lower_edge_hertz=4e3), ValueError),
        (lambda: tf.signal.linear_to_mel_weight_matrix(upper_edge_hertz=5e3), ValueError),
        (lambda: tf.signal.linear_to_mel_weight_matrix(sample_rate=0), ValueError),
        (lambda: tf.signal.mfccs_from_log_mel_spectrograms(tf.zeros([2, 0])), ValueError),
    ],
)
def test_refused(call, error):
    with pytest.raises(error):
        call()


@pytest.mark.parametrize("n", [1, 2, 5, 8])
def test_windows(n):
    symmetric = {"periodic": False, "dtype": tf.float64}
    same(tf.signal.hann_window(n, **symmetric), np.hanning(n))
    same(tf.signal.hamming_window(n, **symmetric), np.hamming(n))
    same(tf.signal.kaiser_window(n, 3.0, tf.float64), np.kaiser(n, 3.0), 1e-7)
    whole = n + (n % 2 == 0)
    same(tf.signal.hann_window(n, dtype=tf.float64), np.hanning(whole)[:n])


@pytest.mark.parametrize("window", ["vorbis_window", "kaiser_bessel_derived_window"])
def test_windows_whose_squares_add_up(window):
    squares = getattr(tf.signal, window)(8, dtype=tf.float64).numpy() ** 2
    same(squares[:4] + squares[4:], np.ones(4))


def test_kaiser_window_has_a_gradient():
    beta = tf.constant(3.0, tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(beta)
        y = tf.reduce_sum(tf.signal.kaiser_window(5, beta, tf.float64))
    step = 1e-6
    want = (np.kaiser(5, 3 + step).sum() - np.kaiser(5, 3 - step).sum()) / (2 * step)
    same(tape.gradient(y, beta), want, 1e-6)


@pytest.mark.parametrize(("length", "step", "points"), [(8, 4, None), (6, 2, 8), (8, 2, 16)])
def test_stft_and_back(length, step, points):
    x = RNG.normal(size=(2, 32))
    spectra = tf.signal.stft(x[..., :32], length, step, points)
    window = tf.signal.inverse_stft_window_fn(step)
    back = tf.signal.inverse_stft(spectra, length, step, points, window_fn=window)
    n = back.shape[-1]
    same(back[:, length : n - length], x[:, length : n - length], 1e-6)


def test_stft_is_the_transform_of_windowed_frames():
    x = RNG.normal(size=20)
    spectra = tf.signal.stft(tf.constant(x), 6, 3, window_fn=tf.signal.hamming_window)
    window = np.hamming(7)[:6]
    same(spectra, np.fft.rfft(framed(x, 6, 3) * window, 8))
    same(tf.signal.stft(tf.constant(x), 6, 3, window_fn=None), np.fft.rfft(framed(x, 6, 3), 8))


@pytest.mark.parametrize("norm", [None, "ortho"])
@pytest.mark.parametrize("window", [tf.signal.vorbis_window, None])
def test_mdct_and_back(norm, window):
    x = RNG.normal(size=(2, 24))
    back = tf.signal.inverse_mdct(tf.signal.mdct(x, 8, window, norm=norm), window, norm)
    same(back[:, 4:-4], x[:, 4:-4], 1e-6)


def test_spectrogram_loss_has_gradients_of_gradients():
    x = tf.constant(RNG.normal(size=16))

    def loss(x):
        return tf.reduce_sum(tf.math.log(tf.abs(tf.signal.stft(x, 8, 4)) ** 2 + 1.0))

    value = loss(x)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            value = loss(x)
        g = inner.gradient(value, x)
    v, step = RNG.normal(size=16), 1e-5
    same(
        float(tf.reduce_sum(g * v)), float(loss(x + step * v) - loss(x - step * v)) / 2 / step, 1e-5
    )
    hessian = outer.jacobian(g, x).numpy()
    same(hessian, hessian.T, 1e-9)


def test_lengths_that_are_not_known_while_tracing():
    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32)])
    def features(x):
        return (
            tf.signal.stft(x, 4, 2),
            tf.signal.frame(x, 4, 3, pad_end=True),
            tf.signal.rfft(x),
            tf.signal.irfft(tf.signal.rfft(x)),
            tf.signal.dct(x, 4),
            tf.signal.fftshift(x),
        )

    for n in (8, 10):
        x = tf.range(float(n))
        want = [f.numpy() for f in features.python_function(x)]
        for got, expected in zip(features(x), want, strict=True):
            same(got, expected, 1e-5)


def test_mel_matrix():
    m = tf.signal.linear_to_mel_weight_matrix(20, 129, dtype=tf.float64).numpy()
    assert m.shape == (129, 20)
    assert m.min() == 0 and 0.5 < m.max() <= 1
    assert not m[0].any()
    assert (np.diff(m.argmax(0)) > 0).all()


def test_mfccs():
    x = RNG.normal(size=(3, 8))
    got = tf.signal.mfccs_from_log_mel_spectrograms(x).numpy()
    same(got, tf.signal.dct(x).numpy() / 4)
