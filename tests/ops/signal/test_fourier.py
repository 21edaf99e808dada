"""Fourier and cosine transforms against their definitions, written out as matrices."""

import numpy as np
import pytest

import tensortape as tf

RNG = np.random.default_rng(5)


def draw(*shape, dtype=np.float64):
    x = RNG.normal(size=shape)
    if np.dtype(dtype).kind == "c":
        x = x + 1j * RNG.normal(size=shape)
    return x.astype(dtype)


def same(a, b, tolerance=1e-11):
    np.testing.assert_allclose(np.asarray(a), np.asarray(b), atol=tolerance)


def dft(n, sign=-1):
    k = np.arange(n)
    return np.exp(sign * 2j * np.pi * np.outer(k, k) / n)


def along(x, matrix, axis):
    return np.moveaxis(np.moveaxis(x, axis, -1) @ matrix.T, -1, axis)


def whole_transform(x, rank, sign=-1):
    for axis in range(-rank, 0):
        x = along(x, dft(x.shape[axis], sign), axis)
    return x


NAMES = {1: "", 2: "2d", 3: "3d"}
ranks = pytest.mark.parametrize("rank", [1, 2, 3])


def named(name, rank):
    return getattr(tf.signal, name + NAMES[rank])


@ranks
def test_complex_transforms(rank):
    x = draw(2, 3, 4, 5, dtype=complex)
    want = whole_transform(x, rank)
    same(named("fft", rank)(tf.constant(x)), want)
    same(named("ifft", rank)(tf.constant(want)), x)


@ranks
@pytest.mark.parametrize("last", [4, 5])
def test_real_transforms(rank, last):
    x = draw(2, 3, 4, last)
    want = whole_transform(x, rank)[..., : last // 2 + 1]
    same(named("rfft", rank)(tf.constant(x)), want)
    lengths = x.shape[-rank:]
    same(named("irfft", rank)(tf.constant(want), lengths), x)


def test_lengths_cut_and_fill():
    x = draw(2, 6)
    same(tf.signal.rfft(tf.constant(x), [4]), tf.signal.rfft(tf.constant(x[:, :4])))
    filled = np.concatenate([x, np.zeros((2, 3))], 1)
    same(tf.signal.rfft(tf.constant(x), [9]), tf.signal.rfft(tf.constant(filled)))
    assert tf.signal.irfft(tf.ones([2, 4], tf.complex64)).shape == [2, 6]
    assert tf.signal.irfft(tf.ones([2, 4], tf.complex64), [7]).shape == [2, 7]


@pytest.mark.parametrize(
    ("real", "complex_"), [(np.float32, np.complex64), (np.float64, np.complex128)]
)
def test_precision_is_kept(real, complex_):
    assert tf.signal.rfft(draw(4, dtype=real)).dtype == tf.complex64
    assert tf.signal.rfft(tf.constant(draw(4, dtype=real))).dtype == complex_
    assert tf.signal.irfft(tf.constant(draw(4, dtype=complex_))).dtype == real
    assert tf.signal.fft3d(tf.constant(draw(2, 2, 2, dtype=complex_))).dtype == complex_
    assert tf.signal.dct(draw(4, dtype=real)).dtype == real


def test_values_that_are_no_tensors():
    assert tf.signal.fft(np.arange(3)).dtype == tf.complex64
    assert tf.signal.fft([1, 2]).dtype == tf.complex64
    assert tf.signal.fft([1 + 1j]).dtype == tf.complex128
    assert tf.signal.rfft([1, 2]).dtype == tf.complex64
    assert tf.signal.irfft([1, 2]).dtype == tf.float32


@pytest.mark.parametrize(
    ("name", "shape", "attrs"),
    [
        ("fft", (3, 4), ()),
        ("ifft2d", (3, 4), ()),
        ("fft3d", (2, 3, 4), ()),
        ("irfft", (2, 4), ()),
        ("irfft", (2, 4), ([5],)),
        ("irfft", (2, 4), ([9],)),
        ("irfft2d", (4, 3), ([3, 5],)),
        ("irfft3d", (2, 4, 3), ()),
    ],
)
def test_gradients_along_complex_directions(name, shape, attrs):
    """``Re <w, f(dx)> == Re <grad, dx>``: the transforms are linear."""
    function = getattr(tf.signal, name)
    x, step = draw(*shape, dtype=complex), draw(*shape, dtype=complex)
    source = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(source)
        y = function(source, *attrs)
    w = draw(*y.shape, dtype=y.dtype.as_numpy_dtype)
    g = tape.gradient(y, source, output_gradients=tf.constant(w)).numpy()
    want = np.sum((np.conj(w) * function(tf.constant(step), *attrs).numpy()).real)
    assert np.sum((np.conj(g) * step).real) == pytest.approx(want, rel=1e-10)


def test_power_spectrum_has_a_hessian():
    x = tf.constant(draw(5))
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            power = tf.reduce_sum(tf.abs(tf.signal.rfft(x)) ** 2)
        g = inner.gradient(power, x)
    matrix = dft(5)[:3]
    same(outer.jacobian(g, x), 2 * (matrix.conj().T @ matrix).real, 1e-9)


def test_cut_signals_have_gradients():
    x = tf.constant(draw(6))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.math.real(tf.signal.rfft(x, [4]))
    same(tape.jacobian(y, x)[:, 4:], np.zeros((3, 2)))


def test_of_nothing():
    assert tf.signal.fft(tf.zeros([2, 0], tf.complex64)).shape == [2, 0]
    assert tf.signal.rfft(tf.zeros([0])).shape == [0]
    assert tf.signal.rfft(tf.zeros([0, 4])).shape == [0, 3]
    same(tf.signal.rfft(tf.zeros([3, 0]), [8]), np.zeros((3, 5)))
    assert tf.signal.dct(tf.zeros([0])).shape == [0]


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: tf.signal.fft(tf.constant([1.0])), tf.errors.InvalidArgumentError),
        (lambda: tf.signal.fft(tf.constant(1j)), tf.errors.InvalidArgumentError),
        (lambda: tf.signal.fft2d(tf.constant([1j])), tf.errors.InvalidArgumentError),
        (lambda: tf.signal.rfft(tf.constant([1, 2])), ValueError),
        (lambda: tf.signal.rfft(tf.constant(1.0)), ValueError),
        (lambda: tf.signal.rfft2d(tf.constant([1.0])), ValueError),
        (lambda: tf.signal.rfft([1.0], [1, 2]), tf.errors.InvalidArgumentError),
        (lambda: tf.signal.rfft([1.0], [-1]), tf.errors.InvalidArgumentError),
        (lambda: tf.signal.irfft(tf.constant([1.0])), ValueError),
        (lambda: tf.signal.dct(tf.ones([3]), type=5), ValueError),
        (lambda: tf.signal.dct(tf.ones([3]), type=1, norm="ortho"), ValueError),
        (lambda: tf.signal.dct(tf.ones([1]), type=1), ValueError),
        (lambda: tf.signal.dct(tf.ones([3]), n=0), ValueError),
        (lambda: tf.signal.dct(tf.ones([3]), norm="forward"), ValueError),
        (lambda: tf.signal.dct(tf.ones([3]), axis=0), NotImplementedError),
        (lambda: tf.signal.dct(tf.constant([1, 2])), TypeError),
    ],
)
def test_refused(call, error):
    with pytest.raises(error):
        call()


def cosine_matrix(kind, n):
    """Rows of the cosine transforms, written out."""
    k, j = np.arange(n)[:, None], np.arange(n)[None, :]
    if kind == 1:
        ends = np.where((j == 0) | (j == n - 1), 1.0, 2.0)
        return ends * np.cos(np.pi * k * j / (n - 1))
    if kind == 2:
        return 2 * np.cos(np.pi * k * (2 * j + 1) / (2 * n))
    if kind == 3:
        return np.where(j == 0, 1.0, 2 * np.cos(np.pi * j * (2 * k + 1) / (2 * n)))
    return 2 * np.cos(np.pi * (2 * k + 1) * (2 * j + 1) / (4 * n))


@pytest.mark.parametrize("kind", [1, 2, 3, 4])
@pytest.mark.parametrize("n", [2, 5, 8])
def test_cosine_transforms(kind, n):
    x = draw(3, n)
    same(tf.signal.dct(tf.constant(x), type=kind), x @ cosine_matrix(kind, n).T)
    longer = np.concatenate([x, np.zeros((3, 2))], 1)
    same(tf.signal.dct(tf.constant(x), type=kind, n=n + 2), tf.signal.dct(longer, type=kind))
    same(tf.signal.idct(tf.signal.dct(x, kind), kind), x * (2 * (n - 1) if kind == 1 else 2 * n))


@pytest.mark.parametrize("kind", [2, 3, 4])
def test_orthogonal_cosine_transforms(kind):
    matrix = tf.signal.dct(np.eye(6), type=kind, norm="ortho").numpy()
    same(matrix @ matrix.T, np.eye(6))
    same(tf.signal.idct(matrix, type=kind, norm="ortho"), np.eye(6))


@pytest.mark.parametrize("shape", [(5,), (4, 3)])
def test_shifts(shape):
    x = draw(*shape)
    same(tf.signal.fftshift(x), np.fft.fftshift(x))
    same(tf.signal.ifftshift(tf.signal.fftshift(x)), x)
    same(tf.signal.fftshift(x, axes=-1), np.fft.fftshift(x, axes=-1))
    with pytest.raises(tf.errors.InvalidArgumentError):
        tf.signal.fftshift(x, axes=[7])
