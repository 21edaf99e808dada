"""Families of convolutions, pooling, losses, transforms and images."""

import numpy as np
from families._table import family, numbers, side


@family
def convolution_1d(size):
    n = max(4, size // 32)

    def tape(tf, x, k):
        return tf.nn.conv1d(x, k, 1, "SAME")

    def torch(torch, x, k):
        y = torch.nn.functional.conv1d(x.transpose(1, 2), k.permute(2, 1, 0), padding="same")
        return y.transpose(1, 2)

    return [numbers(4, n // 4, 32), numbers(3, 32, 32)], tape, torch, 2


def torch_conv2d(torch, x, k, **options):
    """Convolution in PyTorch of arrays laid out as in TensorFlow."""
    channels_first = x.permute(0, 3, 1, 2)
    y = torch.nn.functional.conv2d(channels_first, k.permute(3, 2, 0, 1), **options)
    return y.permute(0, 2, 3, 1)


@family
def convolution_2d(size):
    n = side(size, 64)

    def tape(tf, x, k):
        return tf.nn.conv2d(x, k, 1, "SAME")

    def torch(torch, x, k):
        return torch_conv2d(torch, x, k, padding="same")

    return [numbers(4, n, n, 16), numbers(3, 3, 16, 16)], tape, torch, 2


@family
def convolution_2d_strided(size):
    n = side(size, 12) // 2 * 2

    def tape(tf, x, k):
        return tf.nn.conv2d(x, k, 2, "VALID")

    def torch(torch, x, k):
        return torch_conv2d(torch, x, k, stride=2)

    return [numbers(4, n + 1, n + 1, 3), numbers(3, 3, 3, 32)], tape, torch, 2


@family
def convolution_3d(size):
    n = max(2, int((size / 16) ** (1 / 3)))

    def tape(tf, x, k):
        return tf.nn.conv3d(x, k, [1] * 5, "SAME")

    def torch(torch, x, k):
        y = torch.nn.functional.conv3d(
            x.permute(0, 4, 1, 2, 3), k.permute(4, 3, 0, 1, 2), padding="same"
        )
        return y.permute(0, 2, 3, 4, 1)

    return [numbers(2, n, n, n, 8), numbers(3, 3, 3, 8, 8)], tape, torch, 2


@family
def convolution_depthwise(size):
    n = side(size, 64)

    def tape(tf, x, k):
        return tf.nn.depthwise_conv2d(x, k, [1] * 4, "SAME")

    def torch(torch, x, k):
        kernel = k.permute(2, 3, 0, 1)
        y = torch.nn.functional.conv2d(x.permute(0, 3, 1, 2), kernel, padding="same", groups=16)
        return y.permute(0, 2, 3, 1)

    return [numbers(4, n, n, 16), numbers(3, 3, 16, 1)], tape, torch, 2


@family
def convolution_transposed(size):
    n = side(size, 64)

    def tape(tf, x, k):
        return tf.nn.conv2d_transpose(x, k, [4, 2 * n, 2 * n, 16], 2, "VALID")

    def torch(torch, x, k):
        y = torch.nn.functional.conv_transpose2d(
            x.permute(0, 3, 1, 2), k.permute(3, 2, 0, 1), stride=2
        )
        return y.permute(0, 2, 3, 1)

    return [numbers(4, n, n, 16), numbers(2, 2, 16, 16)], tape, torch, 2


@family
def pooling_max(size):
    n = side(size, 64) // 2 * 2

    def tape(tf, x):
        return tf.nn.max_pool2d(x, 2, 2, "VALID")

    def torch(torch, x):
        return torch.nn.functional.max_pool2d(x.permute(0, 3, 1, 2), 2).permute(0, 2, 3, 1)

    return [numbers(4, n, n, 16)], tape, torch, 1


@family
def pooling_mean(size):
    n = side(size, 64)

    def tape(tf, x):
        return tf.nn.avg_pool2d(x, 3, 1, "VALID") if n > 2 else tf.nn.avg_pool2d(x, 2, 1, "VALID")

    def torch(torch, x):
        y = torch.nn.functional.avg_pool2d(x.permute(0, 3, 1, 2), 3 if n > 2 else 2, 1)
        return y.permute(0, 2, 3, 1)

    return [numbers(4, n, n, 16)], tape, torch, 1


@family
def softmax(size):
    n = side(size)

    def tape(tf, x):
        return tf.nn.softmax(x) + tf.nn.log_softmax(x)

    def torch(torch, x):
        return x.softmax(1) + x.log_softmax(1)

    return [numbers(n, n)], tape, torch, 1


@family
def cross_entropy(size):
    n = side(size)
    labels = np.random.default_rng(0).integers(0, n, n)

    def tape(tf, x, y):
        return tf.nn.sparse_softmax_cross_entropy_with_logits(y, x)

    def torch(torch, x, y):
        return torch.nn.functional.cross_entropy(x, y, reduction="none")

    return [numbers(n, n), labels], tape, torch, 1


@family
def normalisation(size):
    n = max(2, size // 16)

    def tape(tf, x, scale, offset):
        mean, variance = tf.nn.moments(x, [0])
        return tf.nn.batch_normalization(x, mean, variance, offset, scale, 1e-3)

    def torch(torch, x, scale, offset):
        return torch.nn.functional.batch_norm(x, None, None, scale, offset, training=True, eps=1e-3)

    return [numbers(n, 16), numbers(16, seed=1), numbers(16, seed=2)], tape, torch, 3


@family
def fourier(size):
    def tape(tf, x):
        return tf.abs(tf.signal.rfft(x))

    rows = max(1, size // 1024)
    width = min(size, 1024)
    return [numbers(rows, width)], tape, lambda torch, x: torch.fft.rfft(x).abs(), 1


@family
def fourier_2d(size):
    n = side(size)

    def tape(tf, x):
        return tf.math.real(tf.signal.fft2d(tf.cast(x, tf.complex64)))

    def torch(torch, x):
        return torch.fft.fft2(x.to(torch.complex64)).real

    return [numbers(n, n)], tape, torch, 1


@family
def resizing(size):
    n = side(size, 4)

    def tape(tf, x):
        return tf.image.resize(x, [2 * n, 2 * n])

    def torch(torch, x):
        y = torch.nn.functional.interpolate(x.permute(0, 3, 1, 2), scale_factor=2, mode="bilinear")
        return y.permute(0, 2, 3, 1)

    return [numbers(1, n, n, 4)], tape, torch, 1


@family
def sparse_product(size):
    n = side(size)
    at = np.stack([np.arange(n), np.arange(n)[::-1]], 1).astype(np.int64)

    def tape(tf, v, y):
        return tf.sparse.sparse_dense_matmul(tf.SparseTensor(at, v, [n, n]), y)

    def torch(torch, v, y):
        return torch.sparse.mm(torch.sparse_coo_tensor(at.T, v, (n, n)), y)

    return [numbers(n), numbers(n, n)], tape, torch, 2
