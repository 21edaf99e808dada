"""Bessel functions."""

from __future__ import annotations

from tensortape.core.families import elementwise


@elementwise(
    "BesselI0",
    primitive="bessel_i0",
    api=("math.bessel_i0", "math.special.bessel_i0"),
    domain=(0.6, 2),
    saves=("inputs",),
    dtypes="f",
)
def bessel_i0(xp, x):
    """Modified Bessel function of the first kind, order 0.

    >>> import tensortape as tf
    >>> tf.math.bessel_i0([0.0, 1.0]).numpy().round(4)
    array([1.    , 1.2661], dtype=float32)

    Source: ``tf.math.bessel_i0``.
    """
    return xp.bessel_i0(x)


@bessel_i0.partial(0)
def _(xp, y, x):
    return xp.bessel_i1(x)


@elementwise(
    "BesselI0e",
    primitive="bessel_i0e",
    api=("math.bessel_i0e", "math.special.bessel_i0e"),
    domain=(0.6, 2),
    dtypes="f",
)
def bessel_i0e(xp, x):
    """``bessel_i0(x) * exp(-|x|)``, which does not overflow.

    >>> import tensortape as tf
    >>> tf.math.bessel_i0e([0.0, 1.0]).numpy().round(4)
    array([1.    , 0.4658], dtype=float32)

    Source: ``tf.math.bessel_i0e``.
    """
    return xp.bessel_i0e(x)


@bessel_i0e.partial(0)
def _(xp, y, x):
    return xp.bessel_i1e(x) - xp.sign(x) * y


@elementwise(
    "BesselI1",
    primitive="bessel_i1",
    api=("math.bessel_i1", "math.special.bessel_i1"),
    domain=(0.6, 2),
    dtypes="f",
)
def bessel_i1(xp, x):
    """Modified Bessel function of the first kind, order 1.

    >>> import tensortape as tf
    >>> tf.math.bessel_i1([0.0, 1.0]).numpy().round(4)
    array([0.    , 0.5652], dtype=float32)

    Source: ``tf.math.bessel_i1``.
    """
    return xp.bessel_i1(x)


@bessel_i1.partial(0)
def _(xp, y, x):
    return xp.where(x == 0, xp.ones_like(x), xp.bessel_i0(x) - y / x)


@elementwise(
    "BesselI1e",
    primitive="bessel_i1e",
    api=("math.bessel_i1e", "math.special.bessel_i1e"),
    domain=(0.6, 2),
    dtypes="f",
)
def bessel_i1e(xp, x):
    """``bessel_i1(x) * exp(-|x|)``, which does not overflow.

    >>> import tensortape as tf
    >>> tf.math.bessel_i1e([0.0, 1.0]).numpy().round(4)
    array([0.    , 0.2079], dtype=float32)

    Source: ``tf.math.bessel_i1e``.
    """
    return xp.bessel_i1e(x)


@bessel_i1e.partial(0)
def _(xp, y, x):
    return xp.where(
        x == 0, 0.5 * xp.ones_like(x), xp.bessel_i0e(x) - y * (xp.sign(x) + xp.reciprocal(x))
    )


@elementwise(
    "BesselJ0",
    primitive="bessel_j0",
    api="math.special.bessel_j0",
    domain=(0.6, 2),
    saves=("inputs",),
    dtypes="f",
)
def bessel_j0(xp, x):
    """Bessel function of the first kind, order 0.

    >>> import tensortape as tf
    >>> tf.math.special.bessel_j0([0.0, 1.0]).numpy().round(4)
    array([1.    , 0.7652], dtype=float32)

    Source: ``tf.math.special.bessel_j0``.
    """
    return xp.bessel_j0(x)


@bessel_j0.partial(0)
def _(xp, y, x):
    return -xp.bessel_j1(x)


@elementwise(
    "BesselJ1", primitive="bessel_j1", api="math.special.bessel_j1", domain=(0.6, 2), dtypes="f"
)
def bessel_j1(xp, x):
    """Bessel function of the first kind, order 1.

    >>> import tensortape as tf
    >>> tf.math.special.bessel_j1([0.0, 1.0]).numpy().round(4)
    array([0.    , 0.4401], dtype=float32)

    Source: ``tf.math.special.bessel_j1``.
    """
    return xp.bessel_j1(x)


@bessel_j1.partial(0)
def _(xp, y, x):
    return xp.where(x == 0, 0.5 * xp.ones_like(x), xp.bessel_j0(x) - y / x)


@elementwise(
    "BesselK0",
    primitive="bessel_k0",
    api="math.special.bessel_k0",
    domain=(0.6, 2),
    saves=("inputs",),
    dtypes="f",
)
def bessel_k0(xp, x):
    """Modified Bessel function of the second kind, order 0.

    >>> import tensortape as tf
    >>> tf.math.special.bessel_k0([0.5, 1.0]).numpy().round(4)
    array([0.9244, 0.421 ], dtype=float32)

    Source: ``tf.math.special.bessel_k0``.
    """
    return xp.bessel_k0(x)


@bessel_k0.partial(0)
def _(xp, y, x):
    return -xp.bessel_k1(x)


@elementwise(
    "BesselK0e", primitive="bessel_k0e", api="math.special.bessel_k0e", domain=(0.6, 2), dtypes="f"
)
def bessel_k0e(xp, x):
    """``bessel_k0(x) * exp(x)``, which does not underflow.

    >>> import tensortape as tf
    >>> tf.math.special.bessel_k0e([0.5, 1.0]).numpy().round(4)
    array([1.5241, 1.1445], dtype=float32)

    Source: ``tf.math.special.bessel_k0e``.
    """
    return xp.bessel_k0e(x)


@bessel_k0e.partial(0)
def _(xp, y, x):
    return y - xp.bessel_k1e(x)


@elementwise(
    "BesselK1", primitive="bessel_k1", api="math.special.bessel_k1", domain=(0.6, 2), dtypes="f"
)
def bessel_k1(xp, x):
    """Modified Bessel function of the second kind, order 1.

    >>> import tensortape as tf
    >>> tf.math.special.bessel_k1([0.5, 1.0]).numpy().round(4)
    array([1.6564, 0.6019], dtype=float32)

    Source: ``tf.math.special.bessel_k1``.
    """
    return xp.bessel_k1(x)


@bessel_k1.partial(0)
def _(xp, y, x):
    return -xp.bessel_k0(x) - y / x


@elementwise(
    "BesselK1e", primitive="bessel_k1e", api="math.special.bessel_k1e", domain=(0.6, 2), dtypes="f"
)
def bessel_k1e(xp, x):
    """``bessel_k1(x) * exp(x)``, which does not underflow.

    >>> import tensortape as tf
    >>> tf.math.special.bessel_k1e([0.5, 1.0]).numpy().round(4)
    array([2.731 , 1.6362], dtype=float32)

    Source: ``tf.math.special.bessel_k1e``.
    """
    return xp.bessel_k1e(x)


@bessel_k1e.partial(0)
def _(xp, y, x):
    return y * (1 - xp.reciprocal(x)) - xp.bessel_k0e(x)


@elementwise(
    "BesselY0",
    primitive="bessel_y0",
    api="math.special.bessel_y0",
    domain=(0.6, 2),
    saves=("inputs",),
    dtypes="f",
)
def bessel_y0(xp, x):
    """Bessel function of the second kind, order 0.

    >>> import tensortape as tf
    >>> tf.math.special.bessel_y0([0.5, 1.0]).numpy().round(4)
    array([-0.4445,  0.0883], dtype=float32)

    Source: ``tf.math.special.bessel_y0``.
    """
    return xp.bessel_y0(x)


@bessel_y0.partial(0)
def _(xp, y, x):
    return -xp.bessel_y1(x)


@elementwise(
    "BesselY1", primitive="bessel_y1", api="math.special.bessel_y1", domain=(0.6, 2), dtypes="f"
)
def bessel_y1(xp, x):
    """Bessel function of the second kind, order 1.

    >>> import tensortape as tf
    >>> tf.math.special.bessel_y1([0.5, 1.0]).numpy().round(4)
    array([-1.4715, -0.7812], dtype=float32)

    Source: ``tf.math.special.bessel_y1``.
    """
    return xp.bessel_y1(x)


@bessel_y1.partial(0)
def _(xp, y, x):
    return xp.bessel_y0(x) - y / x
