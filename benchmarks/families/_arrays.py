"""Families of elementwise operations, reductions, layouts, and linear algebra."""

import numpy as np
from families._table import family, numbers, side


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
