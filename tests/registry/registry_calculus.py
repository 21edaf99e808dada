"""Running one case in each mode of differentiation."""

from __future__ import annotations

import numpy as np

import tensortape as tf
from tensortape.autodiff.tape import GradientTape
from tensortape.core.dispatch import execute
from tensortape.core.state import quiet, state


def tensors(case):
    return [state.tensor(a) for a in case.arrays]


def outputs(case, xs, attrs=None):
    """The floating outputs of the operation on tensors."""
    result = execute(case.op, tuple(xs), case.normalised() if attrs is None else attrs)
    many = result if isinstance(result, (tuple, list)) else [result]
    return [y for y in many if y._a.dtype.kind in "fcV"]


def value(case, arrays, attrs):
    """The floating outputs as arrays, from arrays."""
    with quiet():
        return [y._a for y in outputs(case, [state.tensor(a) for a in arrays], attrs)]


def weights(case, ys):
    """One random cotangent per output, the same for the same case."""
    rng = case.rng()
    return [rng.normal(size=y.shape).astype(y._a.dtype)[()] for y in ys]


def directions(case):
    """One random direction per input to differentiate."""
    rng = case.rng()
    rng.normal(size=50)
    return {i: rng.normal(size=(a := case.arrays[i]).shape).astype(a.dtype)[()] for i in case.wrt}


def gradients(case, xs=None):
    """Cotangents of the inputs (arrays or ``None``), for the weights of the case."""
    xs = xs or tensors(case)
    sources = [xs[i] for i in case.wrt]
    with GradientTape() as tape:
        tape.watch(sources)
        ys = outputs(case, xs)
    ws = [state.tensor(w) for w in weights(case, ys)]
    return [dense(g) for g in tape.gradient(ys, sources, output_gradients=ws)]


def dense(g):
    """Gradients may be slices of a tensor."""
    return g if g is None or isinstance(g, tf.Tensor) else tf.convert_to_tensor(g)


def recorded_gradients(case):
    """First cotangents, recorded by an outer tape, which is returned with its sources."""
    xs = tensors(case)
    sources = [xs[i] for i in case.wrt]
    with GradientTape(persistent=True) as outer:
        outer.watch(sources)
        first = gradients(case, xs)
    return first, outer, sources


def second(case):
    """First cotangents and the cotangents of ``sum <c, first>``."""
    first, outer, sources = recorded_gradients(case)
    cs = second_weights(case, first)
    pairs = [(g, state.tensor(c)) for g, c in zip(first, cs, strict=True) if g is not None]
    if not pairs:
        return first, [None] * len(sources)
    targets, seeds = [g for g, _ in pairs], [c for _, c in pairs]
    found = outer.gradient(targets, sources, output_gradients=seeds)
    return first, [dense(g) for g in found]


def second_weights(case, first):
    rng = case.rng()
    rng.normal(size=99)
    return [None if g is None else rng.normal(size=g.shape)[()] for g in first]


def tangents(case):
    """Outputs and their tangents along the directions of the case."""
    xs = tensors(case)
    steps = directions(case)
    sources = [xs[i] for i in case.wrt]
    with tf.autodiff.ForwardAccumulator(sources, [state.tensor(steps[i]) for i in case.wrt]) as acc:
        ys = outputs(case, xs)
    return ys, [acc.jvp(y) for y in ys]


def moved(case, steps, size):
    return [a + size * steps[i] if i in steps else a for i, a in enumerate(case.arrays)]


def difference(function, case, steps, size=1e-5):
    """Fourth-order central difference of a scalar function of the arrays."""
    at = {k: function(moved(case, steps, k * size)) for k in (-2, -1, 1, 2)}
    return (8 * (at[1] - at[-1]) - (at[2] - at[-2])) / (12 * size)


def inner(values, others):
    """Real inner product of lists of arrays (``None`` is zero)."""
    total = 0.0
    for a, b in zip(values, others, strict=True):
        if a is not None and b is not None:
            total += float(np.sum(np.real(np.conj(raw(a)) * raw(b))))
    return total


def raw(x):
    return np.asarray(getattr(x, "_a", x))
