"""One workload for each family of operations, of 10, 10^4 and 10^6 elements, with and without
gradients: TensorTape and TensorFlow run the same text, PyTorch what says the same there.

A family is a function of a size that returns arrays, the function for TensorFlow's names, that for
PyTorch's, and which of the arrays are differentiated.
"""

import numpy as np

TITLE = "operations by family"
SIZES = {"10": 10, "1e4": 10_000, "1e6": 1_000_000}
FAMILIES = {}


def family(function):
    """Enter a family under its name."""
    FAMILIES[function.__name__] = function
    return function


def numbers(*shape, seed=0, low=-1.0, high=1.0):
    """Float32 numbers between two bounds."""
    draw = np.random.default_rng([seed, *shape])
    return draw.uniform(low, high, shape).astype(np.float32)


def side(size, depth=1):
    """The side of a square with ``size / depth`` elements."""
    return max(2, int((size / depth) ** 0.5))


@family
def elementwise(size):
    def tape(tf, x, y):
        return tf.tanh(x) * y + tf.exp(x)

    def torch(torch, x, y):
        return torch.tanh(x) * y + torch.exp(x)

    return [numbers(size), numbers(size, seed=1)], tape, torch, 2


@family
def broadcasting(size):
    n = side(size)
    arrays = [numbers(n, n), numbers(n)]
    return arrays, lambda tf, x, y: x * y + y, lambda torch, x, y: x * y + y, 2


@family
def comparison(size):
    def tape(tf, x, y):
        return tf.where(x > y, x, tf.maximum(x * 2.0, y))

    def torch(torch, x, y):
        return torch.where(x > y, x, torch.maximum(x * 2.0, y))

    return [numbers(size), numbers(size, seed=1)], tape, torch, 2


@family
def special(size):
    def tape(tf, x):
        return tf.math.lgamma(x) + tf.math.erf(x)

    def torch(torch, x):
        return torch.lgamma(x) + torch.erf(x)

    return [numbers(size, low=0.5, high=4.0)], tape, torch, 1


@family
def activation(size):
    def tape(tf, x):
        return tf.nn.gelu(x) + tf.nn.softplus(x)

    def torch(torch, x):
        return torch.nn.functional.gelu(x) + torch.nn.functional.softplus(x)

    return [numbers(size)], tape, torch, 1


@family
def reduction(size):
    n = side(size)

    def tape(tf, x):
        return tf.reduce_sum(x, 0) + tf.reduce_max(x, 1) + tf.reduce_logsumexp(x, 1)

    def torch(torch, x):
        return x.sum(0) + x.amax(1) + x.logsumexp(1)

    return [numbers(n, n)], tape, torch, 1


@family
def cumulative(size):
    n = side(size)
    return [numbers(n, n)], lambda tf, x: tf.cumsum(x, 1), lambda torch, x: x.cumsum(1), 1


@family
def layout(size):
    n = side(size)

    def tape(tf, x):
        y = tf.concat([tf.transpose(x), tf.pad(x, [[0, 0], [1, 1]])[:, 1:-1]], 0)
        return tf.tile(y[::2], [1, 2])

    def torch(torch, x):
        y = torch.cat([x.T, torch.nn.functional.pad(x, (1, 1))[:, 1:-1]], 0)
        return y[::2].tile(1, 2)

    return [numbers(n, n)], tape, torch, 1


@family
def gather(size):
    rows = max(2, size // 16)
    at = np.random.default_rng(0).integers(0, rows, rows)

    def tape(tf, x, i):
        return tf.gather(x, i) * 1.0

    return [numbers(rows, 16), at], tape, lambda torch, x, i: x[i] * 1.0, 1


@family
def scatter(size):
    rows = max(2, size // 16)
    at = np.random.default_rng(0).integers(0, rows, rows)

    def tape(tf, x, i):
        return tf.scatter_nd(i[:, None], x, [rows, 16])

    def torch(torch, x, i):
        return torch.zeros(rows, 16).index_add(0, i, x)

    return [numbers(rows, 16), at], tape, torch, 1


@family
def segment(size):
    rows = max(2, size // 16)
    at = np.sort(np.random.default_rng(0).integers(0, rows // 2, rows))

    def tape(tf, x, i):
        return (
            tf.math.segment_sum(x, i)
            if rows < 0
            else tf.math.unsorted_segment_sum(x, i, rows // 2)
            + tf.math.unsorted_segment_mean(x, i, rows // 2)
        )

    def torch(torch, x, i):
        wide = i[:, None].expand(-1, 16)
        zeros = torch.zeros(rows // 2, 16)
        mean = zeros.scatter_reduce(0, wide, x, "mean", include_self=False)
        return zeros.index_add(0, i, x) + mean

    return [numbers(rows, 16), at], tape, torch, 1


@family
def sorting(size):
    n = side(size)
    return [numbers(n, n)], lambda tf, x: tf.sort(x, 1), lambda torch, x: torch.sort(x, 1)[0], 1


@family
def top_k(size):
    n = side(size)

    def tape(tf, x):
        return tf.math.top_k(x, 2)[0]

    return [numbers(n, n)], tape, lambda torch, x: torch.topk(x, 2)[0], 1


@family
def matmul(size):
    n = side(size)
    arrays = [numbers(n, n), numbers(n, n, seed=1)]
    return arrays, lambda tf, x, y: tf.matmul(x, y), lambda torch, x, y: x @ y, 2


@family
def batched_matmul(size):
    n = max(1, size // 64)
    arrays = [numbers(n, 8, 8), numbers(n, 8, 8, seed=1)]
    return arrays, lambda tf, x, y: tf.matmul(x, y), lambda torch, x, y: x @ y, 2


@family
def einsum(size):
    n = max(1, size // 64)
    rule = "bij,bkj->bik"
    arrays = [numbers(n, 8, 8), numbers(n, 8, 8, seed=1)]
    return (
        arrays,
        lambda tf, x, y: tf.einsum(rule, x, y),
        lambda torch, x, y: torch.einsum(rule, x, y),
        2,
    )


def positive(*shape):
    """Positive definite matrices."""
    x = numbers(*shape)
    return x @ np.swapaxes(x, -1, -2) + shape[-1] * np.eye(shape[-1], dtype=np.float32)


@family
def cholesky(size):
    n = max(1, size // 64)
    return (
        [positive(n, 8, 8)],
        lambda tf, x: tf.linalg.cholesky(x),
        lambda torch, x: torch.linalg.cholesky(x),
        1,
    )


@family
def solve(size):
    n = side(size)
    return (
        [positive(n, n), numbers(n, 1)],
        lambda tf, x, y: tf.linalg.solve(x, y),
        lambda torch, x, y: torch.linalg.solve(x, y),
        2,
    )


@family
def inverse_and_determinant(size):
    n = max(1, size // 64)

    def tape(tf, x):
        return tf.linalg.inv(x) * tf.linalg.det(x)[:, None, None]

    def torch(torch, x):
        return torch.linalg.inv(x) * torch.linalg.det(x)[:, None, None]

    return [positive(n, 8, 8) / 8], tape, torch, 1


@family
def eigenvalues(size):
    n = max(1, size // 64)
    spread = np.diag(np.arange(8, dtype=np.float32)) * 4
    return (
        [positive(n, 8, 8) + spread],
        lambda tf, x: tf.linalg.eigvalsh(x),
        lambda torch, x: torch.linalg.eigvalsh(x),
        1,
    )


@family
def singular_values(size):
    n = max(1, size // 64)
    spread = np.diag(np.arange(8, dtype=np.float32)) * 2
    return (
        [numbers(n, 8, 8) + spread],
        lambda tf, x: tf.linalg.svd(x, compute_uv=False),
        lambda torch, x: torch.linalg.svdvals(x),
        1,
    )


@family
def qr(size):
    n = max(1, size // 64)

    def tape(tf, x):
        q, r = tf.linalg.qr(x)
        return tf.abs(q) + tf.abs(r)

    def torch(torch, x):
        q, r = torch.linalg.qr(x)
        return q.abs() + r.abs()

    return [numbers(n, 8, 8) + 2 * np.eye(8, dtype=np.float32)], tape, torch, 1


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


class Sample:
    """A result of which a few hundred elements are compared: lists of millions take too long."""

    def __init__(self, result):
        self.result = result if isinstance(result, (list, tuple)) else [result]

    def tolist(self):
        """Elements at equal distances of each array."""
        flat = [np.asarray(x.detach() if hasattr(x, "detach") else x).ravel() for x in self.result]
        return [float(v) for x in flat for v in x[:: max(1, x.size // 200)]]


CASES = {
    f"{name} {label} {mode}": {"name": name, "size": size, "mode": mode}
    for name in FAMILIES
    for label, size in SIZES.items()
    for mode in ("forward", "gradient")
}
TOLERANCE = 3e-3


def tape_step(tf, name, size, mode):
    """The step in TensorFlow's language."""
    arrays, function, _, count = FAMILIES[name](size)
    inputs = [tf.constant(a) for a in arrays]
    sources = inputs[:count]
    if mode == "forward":
        return lambda: Sample(function(tf, *inputs))

    def step():
        with tf.GradientTape() as tape:
            tape.watch(sources)
            y = function(tf, *inputs)
        found = tape.gradient(y, sources)
        return Sample([tf.convert_to_tensor(g) for g in found])

    return step


def tensortape(name, size, mode):
    import tensortape as tf

    return tape_step(tf, name, size, mode)


def tensorflow(name, size, mode):
    import tensorflow as tf

    return tape_step(tf, name, size, mode)


def torch(name, size, mode):
    import torch

    arrays, _, function, count = FAMILIES[name](size)
    inputs = [torch.tensor(a, requires_grad=i < count and mode != "forward")
              for i, a in enumerate(arrays)]  # fmt: skip
    if mode == "forward":

        def forward():
            with torch.no_grad():
                y = function(torch, *inputs)
                return Sample(y.clone(memory_format=torch.contiguous_format))

        return forward

    def step():
        y = function(torch, *inputs)
        return Sample(torch.autograd.grad(y, inputs[:count], torch.ones_like(y)))

    return step
