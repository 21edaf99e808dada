"""Is the gradient right? Derivatives against finite differences, with a verdict.

A random cotangent makes one number of the function's results; its gradient is compared entry by
entry with central differences, then forward mode with reverse, then the Hessian's action with
differences of the gradient. Where the slopes from the left and from the right differ and go on
differing as the step shrinks, there is a kink: any slope between the two is right there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tensortape.autodiff.arguments import need_callable
from tensortape.autodiff.forward import ForwardAccumulator
from tensortape.autodiff.tape import GradientTape
from tensortape.core import nest
from tensortape.core.convert import convert_to_tensor
from tensortape.core.registry import export

TOLERANCE = {
    "float64": 1e-6,
    "complex128": 1e-6,
    "float32": 2e-2,
    "complex64": 2e-2,
    "float16": 0.2,
}
"""Largest accepted error, relative to the largest entry, by dtype."""

MOST_ENTRIES = 500
"""Entries compared per argument; of larger arguments a random choice."""


@dataclass
class Row:
    """One comparison: what was compared, the largest error, and where it is."""

    what: str
    error: float
    tolerance: float
    entry: str = ""
    analytic: complex = 0.0
    numeric: complex = 0.0
    kinks: int = 0

    @property
    def passed(self) -> bool:
        """Whether the error is within the tolerance."""
        return self.error <= self.tolerance

    def __str__(self) -> str:
        mark = "ok  " if self.passed else "FAIL"
        text = f"{mark} {self.what}: largest error {self.error:.2e} (accepted {self.tolerance:.0e})"
        if self.entry and not self.passed:
            text += f" at {self.entry}: {self.analytic:.6g}, by differences {self.numeric:.6g}"
        if self.kinks:
            text += f"; {self.kinks} at kinks, where any slope between the sides is right"
        return text


@dataclass
class GradientCheck:
    """The verdict of :func:`check_gradients`: true if everything agreed; prints as a table."""

    rows: list[Row] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether all comparisons passed."""
        return all(row.passed for row in self.rows)

    @property
    def worst(self) -> Row:
        """The comparison with the largest error relative to what is accepted."""
        return max(self.rows, key=lambda row: row.error / row.tolerance)

    def __bool__(self) -> bool:
        return self.passed

    def __str__(self) -> str:
        head = "gradients agree" if self.passed else "gradients do NOT agree"
        return "\n".join([head, *(f"  {row}" for row in self.rows)])

    __repr__ = __str__


class _Scalar:
    """A function made scalar: ``Re <w, f(*args)>`` with a fixed random ``w``."""

    def __init__(self, f: Callable[..., Any], args: list[Any], rng: Any) -> None:
        self.f, self.args = f, args
        leaves = self.results(args)
        self.weights = [_random_like(rng, y.numpy()) for y in leaves]
        if not leaves:
            raise ValueError("The function has no floating result to differentiate.")

    def results(self, args: list[Any]) -> list[Any]:
        flat = [convert_to_tensor(y) for y in nest.flatten(self.f(*args))]
        return [y for y in flat if y.dtype.kind in "fc"]

    def at(self, args: list[Any]) -> float:
        """The scalar, accumulated in double precision."""
        total = 0.0
        for y, w in zip(self.results(args), self.weights, strict=True):
            total += float(np.sum(np.conj(w) * _wide(y.numpy())).real)
        return total

    def gradient(self, args: list[Any]) -> list[Any]:
        """The gradient of the scalar by each argument, zeros where there is none."""
        with GradientTape() as tape:
            tape.watch(args)
            ys = self.results(args)
        seeds = [
            convert_to_tensor(w.astype(y.numpy().dtype))
            for w, y in zip(self.weights, ys, strict=True)
        ]
        found = tape.gradient(ys, args, output_gradients=seeds, unconnected_gradients="zero")
        return [_wide(convert_to_tensor(g).numpy()) for g in found]

    def moved(self, i: int, change: Any) -> list[Any]:
        """The arguments with ``change`` added to number ``i``."""
        args = list(self.args)
        a = args[i].numpy()
        args[i] = convert_to_tensor((_wide(a) + change).astype(a.dtype))
        return args


def _wide(a: Any) -> Any:
    return np.asarray(a).astype(np.complex128 if np.asarray(a).dtype.kind == "c" else np.float64)


def _random_like(rng: Any, a: Any) -> Any:
    w = rng.uniform(0.5, 1.5, np.shape(a)) * rng.choice([-1.0, 1.0], np.shape(a))
    if np.asarray(a).dtype.kind == "c":
        w = w + 1j * rng.uniform(0.5, 1.5, np.shape(a))
    return w


def _step(a: Any) -> float:
    real = np.finfo(a.dtype).eps if a.dtype.kind in "fc" else 1e-3
    return float(real) ** (1 / 3)


@export("autodiff.check_gradients", "check_gradients")
def check_gradients(
    f: Callable[..., Any],
    args: Any,
    *,
    order: int = 2,
    tolerance: float | None = None,
    seed: int = 0,
) -> GradientCheck:
    """Compare the derivatives of ``f`` at ``args`` with finite differences.

    ``args`` is a tuple of arguments (tensors, arrays, numbers; floating or complex). Checked are
    the gradient entry by entry, forward mode against reverse mode, and with ``order=2`` the
    Hessian's action. The step and the accepted error follow from the dtype; use float64 for a sharp
    verdict. The function must be deterministic.

    >>> import tensortape as tf
    >>> bool(tf.autodiff.check_gradients(lambda x: tf.sin(x) * x, (tf.constant([1.0, 2.0]),)))
    True

    Raises ``ValueError`` when there is nothing to differentiate.
    """
    need_callable(f)
    tensors = [convert_to_tensor(a) for a in (args if isinstance(args, (tuple, list)) else (args,))]
    if any(t.dtype.kind not in "fc" for t in tensors):
        raise ValueError("check_gradients needs floating arguments: fix others with a lambda.")
    rng = np.random.default_rng(seed)
    scalar = _Scalar(f, tensors, rng)
    accepted = tolerance or max(TOLERANCE.get(t.dtype.name, 0.2) for t in tensors)
    analytic = scalar.gradient(tensors)
    check = GradientCheck()
    for i, g in enumerate(analytic):
        check.rows.append(_first_order(scalar, i, g, accepted, rng))
    check.rows.append(_forward(scalar, analytic, accepted, rng))
    if order >= 2:
        check.rows.append(_second_order(scalar, accepted * 10, rng))
    return check


def _first_order(scalar: _Scalar, i: int, g: Any, accepted: float, rng: Any) -> Row:
    """The gradient by argument ``i`` against central differences."""
    a = scalar.args[i].numpy()
    h = _step(np.asarray(a)) * max(1.0, float(np.max(np.abs(a))) if np.size(a) else 1.0)
    places = list(np.ndindex(np.shape(a)))
    if len(places) > MOST_ENTRIES:
        places = [places[k] for k in rng.choice(len(places), MOST_ENTRIES, replace=False)]
    row = Row(f"gradient by argument {i}", 0.0, accepted)
    scale = max(1.0, float(np.max(np.abs(g))) if np.size(g) else 1.0)
    for place in places:
        for unit in (1.0, 1j) if np.asarray(a).dtype.kind == "c" else (1.0,):
            want = float(np.real(np.conj(unit) * g[place]))
            numeric, kink = _slope(scalar, i, place, unit, h, want, accepted * scale)
            row.kinks += kink
            error = abs(numeric - want) / scale
            if not error <= row.error:
                row.error = error if error == error else np.inf
                row.entry, row.analytic, row.numeric = f"{list(place)}", want, numeric
    return row


def _slope(
    scalar: _Scalar, i: int, place: Any, unit: complex, h: float, want: float, near: float
) -> tuple[float, int]:
    """The slope along one entry, and whether there is a kink that ``want`` is right at."""
    change = np.zeros(np.shape(scalar.args[i].numpy()), np.complex128 if unit == 1j else np.float64)
    change[place] = 1.0
    change = change * unit

    def at(step: float) -> float:
        return scalar.at(scalar.moved(i, step * change))

    numeric = (at(h) - at(-h)) / (2 * h)
    if abs(numeric - want) <= near:
        return numeric, 0
    middle = at(0.0)
    left, right = (middle - at(-h)) / h, (at(h) - middle) / h
    left2, right2 = (middle - at(-h / 4)) / (h / 4), (at(h / 4) - middle) / (h / 4)
    gap, gap2 = abs(right - left), abs(right2 - left2)
    if gap > near and gap2 > 0.6 * gap:
        low, high = sorted((left2, right2))
        if low - near <= want <= high + near:
            return want, 1
    return numeric, 0


def _forward(scalar: _Scalar, analytic: list[Any], accepted: float, rng: Any) -> Row:
    """Forward mode in a random direction against the gradient's product with it."""
    directions = [_random_like(rng, t.numpy()).astype(t.numpy().dtype) for t in scalar.args]
    with ForwardAccumulator(scalar.args, [convert_to_tensor(d) for d in directions]) as acc:
        ys = scalar.results(scalar.args)
    forward = 0.0
    for y, w in zip(ys, scalar.weights, strict=True):
        t = acc.jvp(y)
        if t is not None:
            forward += float(np.sum(np.conj(w) * _wide(t.numpy())).real)
    reverse = sum(
        float(np.sum(np.conj(g) * _wide(d)).real) for g, d in zip(analytic, directions, strict=True)
    )
    scale = max(1.0, abs(reverse))
    error = abs(forward - reverse) / scale
    what = "forward against reverse mode"
    return Row(what, error, accepted, "the random direction", reverse, forward)


def _second_order(scalar: _Scalar, accepted: float, rng: Any) -> Row:
    """The derivative of ``<gradient, u>`` against differences of the gradient along ``u``."""
    us = [_random_like(rng, t.numpy()) for t in scalar.args]
    with GradientTape() as outer:
        outer.watch(scalar.args)
        with GradientTape() as inner:
            inner.watch(scalar.args)
            ys = scalar.results(scalar.args)
        seeds = [
            convert_to_tensor(w.astype(y.numpy().dtype))
            for w, y in zip(scalar.weights, ys, strict=True)
        ]
        grads = inner.gradient(
            ys, scalar.args, output_gradients=seeds, unconnected_gradients="zero"
        )
    weights = [convert_to_tensor(u.astype(g.numpy().dtype)) for u, g in zip(us, grads, strict=True)]
    found = outer.gradient(
        grads, scalar.args, output_gradients=weights, unconnected_gradients="zero"
    )
    h = max(_step(np.asarray(t.numpy())) for t in scalar.args)
    changes = zip(*[_change(scalar, us, step) for step in (h, h / 4)], strict=True)
    row = Row("second order", 0.0, accepted)
    for i, (hess, (change, nearer)) in enumerate(zip(found, changes, strict=True)):
        numeric = change / (2 * h)
        analytic = _wide(convert_to_tensor(hess).numpy())
        error = np.abs(numeric - analytic) / max(1.0, float(np.max(np.abs(analytic), initial=0.0)))
        jumps = (error > accepted) & (np.abs(nearer) > 0.6 * np.abs(change))
        row.kinks += int(np.sum(jumps))
        error = np.where(jumps, 0.0, error)
        if error.size and not error.max() <= row.error:
            place = np.unravel_index(int(np.argmax(error)), error.shape)
            row.error = float(error.max()) if error.max() == error.max() else np.inf
            row.entry = f"argument {i}, {list(map(int, place))}"
            row.analytic, row.numeric = analytic[place], numeric[place]
    return row


def _change(scalar: _Scalar, us: list[Any], h: float) -> list[Any]:
    """What the gradients change by from ``-h`` to ``h`` along ``us``: a jump for any ``h``."""
    both = []
    for sign in (1, -1):
        moved = [
            convert_to_tensor((_wide(t.numpy()) + sign * h * u).astype(t.numpy().dtype))
            for t, u in zip(scalar.args, us, strict=True)
        ]
        both.append(scalar.gradient(moved))
    return [plus - minus for plus, minus in zip(*both, strict=True)]


@export("test.compute_gradient")
def compute_gradient(f: Callable[..., Any], x: Any, delta: float | None = None) -> Any:
    """The theoretical and the numerical Jacobians of ``f`` at the list of arguments ``x``.

    Returns two lists of arrays with one row per element of the result and one column per element
    of the argument.

    >>> import tensortape as tf
    >>> theory, numbers = tf.test.compute_gradient(lambda x: x * x, [tf.constant([1.0, 2.0])])
    >>> theory[0]
    array([[2., 0.],
           [0., 4.]], dtype=float32)

    Raises ``ValueError`` when ``x`` is no list. Source: ``tf.test.compute_gradient``.
    """
    if not isinstance(x, (list, tuple)):
        raise ValueError("`x` must be a list or tuple of values convertible to a Tensor "
                         f"(arguments to `f`), not a {type(x)}")  # fmt: skip
    args = [convert_to_tensor(a) for a in x]
    with GradientTape(persistent=True) as tape:
        tape.watch(args)
        y = convert_to_tensor(f(*args))
    theory = [_jacobian_matrix(tape.jacobian(y, a), y, a) for a in args]
    step = 1.0 / 1024 if delta is None else delta
    return theory, [_differences(f, args, i, y, step) for i in range(len(args))]


def _jacobian_matrix(jacobian: Any, y: Any, a: Any) -> Any:
    rows, columns = int(np.size(y.numpy())), int(np.size(a.numpy()))
    if jacobian is None:
        return np.zeros((rows, columns), a.dtype.as_numpy_dtype)
    return jacobian.numpy().reshape(rows, columns)


def _differences(f: Any, args: list[Any], i: int, y: Any, step: float) -> Any:
    a = args[i].numpy()
    out = np.zeros((int(np.size(y.numpy())), int(np.size(a))), a.dtype)
    for k in range(int(np.size(a))):
        sides = []
        for sign in (1, -1):
            moved = np.array(a, copy=True).reshape(-1)
            moved[k] += sign * step
            values = list(args)
            values[i] = convert_to_tensor(moved.reshape(np.shape(a)))
            sides.append(np.asarray(convert_to_tensor(f(*values)).numpy()).reshape(-1))
        out[:, k] = (sides[0] - sides[1]) / (2 * step)
    return out
