"""Pictures of gradients in one call, on Matplotlib.

Of a training: :func:`gradient_flow`, :func:`histograms`, :func:`training`. Of a function of one or
two numbers: :func:`descent`, :func:`field`, :func:`rates`, :func:`animate`. Each returns Matplotlib
axes (or an animation) and draws into ``ax`` where one is given.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tensortape.autodiff.tape import GradientTape
from tensortape.core.convert import convert_to_tensor
from tensortape.core.lazy import lazy_import
from tensortape.core.variable import Variable
from tensortape.examine.backflow import plain
from tensortape.examine.health.measures import BINS, histogram

pyplot = lazy_import("matplotlib.pyplot")
movies = lazy_import("matplotlib.animation")

POINTS = 200
"""Points of a curve, and of each side of a surface half as many."""


# -- of a training ---------------------------------------------------------------------------


def gradient_flow(source: Any, ax: Any = None) -> Any:
    """Bars of the mean and the largest gradient of each layer, first layer left.

    ``source`` is a :class:`GradientHealth` (its newest step), or a flow (one bar per operation,
    from the source to the target: where does the gradient get lost?).
    """
    ax = axes(ax)
    names, means, tops = sizes_of(source)
    at = np.arange(len(names))
    ax.bar(at, tops, width=0.8, alpha=0.35, label="largest")
    ax.bar(at, means, width=0.5, label="mean")
    if max(tops, default=0.0) > 0:
        ax.set_yscale("log")
    ax.set_xticks(at, names, rotation=45, ha="right")
    ax.set_ylabel("|gradient|")
    ax.set_title("Gradient flow")
    ax.legend()
    return ax


def sizes_of(source: Any) -> tuple[list[str], list[float], list[float]]:
    """Names, and the mean and largest gradient at each."""
    names, means, tops = [], [], []
    if hasattr(source, "monitor"):
        for layer, step in source.monitor.latest().items():
            if step.elements:
                names.append(layer)
                means.append(step.gradient / np.sqrt(step.elements))
                tops.append(step.largest)
        return names, means, tops
    for step in source:
        array = plain(step.outputs[0].gradient)
        if array is not None and np.size(array):
            names.append(f"{step.op} :{step.place.line}")
            means.append(float(np.mean(np.abs(array))))
            tops.append(float(np.max(np.abs(array))))
    return names, means, tops


def histograms(source: Any, ax: Any = None) -> Any:
    """How many gradient elements have which size: a row per layer, or per operation of a flow.

    Sizes are powers of ten; zeros are left out.
    """
    ax = axes(ax)
    names, rows = [], []
    if hasattr(source, "monitor"):
        pairs = [(n, s.histogram) for n, s in source.monitor.latest().items()]
    else:
        found = [(s, plain(s.outputs[0].gradient)) for s in source]
        pairs = [
            (f"{s.op} :{s.place.line}", histogram(np.asarray(a))) for s, a in found if a is not None
        ]
    for name, counts in pairs:
        if counts is not None:
            names.append(name)
            rows.append(counts / max(1, counts.max()))
    picture = np.array(rows) if rows else np.zeros((0, len(BINS) - 1))
    ax.imshow(picture, aspect="auto", extent=(BINS[0], BINS[-1], len(rows), 0), cmap="Blues")
    ax.set_yticks(np.arange(len(names)) + 0.5, names)
    ax.set_xlabel("log₁₀ |gradient|")
    ax.set_title("Sizes of gradient elements")
    return ax


def training(health: Any) -> Any:
    """Four pictures of a training: the loss, gradients, updates, and dead or saturated units."""
    figure, grid = pyplot.subplots(2, 2, figsize=(11, 7), constrained_layout=True)
    (loss, gradients), (updates, units) = grid
    steps = sorted(health.losses)
    loss.plot(steps, [health.losses[s] for s in steps])
    loss.set_title("loss")
    for layer in health.layers:
        rows = health.rows(layer)
        at = [r.step for r in rows]
        if rows[0].elements:
            gradients.plot(at, [r.gradient for r in rows], label=layer)
            updates.plot(at, [r.ratio for r in rows], label=layer)
        for kind in ("dead", "saturated"):
            values = [getattr(r, kind) for r in rows]
            if any(v is not None for v in values):
                parts = [np.nan if v is None else v for v in values]
                units.plot(at, parts, label=f"{layer}: {kind}")
    for ax, title in ((gradients, "norm of the gradient"), (updates, "update / weights")):
        ax.set_yscale("log")
        ax.set_title(title)
    units.set_title("dead or saturated units")
    units.set_ylim(-0.02, 1.02)
    for ax in (gradients, units):
        if ax.lines:
            ax.legend(fontsize="small")
    for ax in grid.flat:
        ax.set_xlabel("step")
    return figure


# -- of a function ---------------------------------------------------------------------------


def path(function: Callable[..., Any], start: Any, rate: float = 0.1, steps: int = 20) -> Any:
    """The points of a gradient descent, ``[steps + 1]`` or ``[steps + 1, 2]``, start included.

    >>> path(lambda x: x * x, 1.0, rate=0.25, steps=2)
    array([1.  , 0.5 , 0.25])
    """
    numbers = [Variable(float(v), dtype="float64") for v in np.atleast_1d(start)]
    points = [[float(v.numpy()) for v in numbers]]
    for _ in range(steps):
        with GradientTape() as tape:
            value = function(*numbers)
        for number, slope in zip(numbers, tape.gradient(value, numbers), strict=True):
            if slope is None:
                raise ValueError(
                    "the function's gradient is None; tf.examine() says why: "
                    "with tf.examine() as ex: …; print(ex.why(value, x))"
                )
            number.assign_sub(rate * slope)
        points.append([float(v.numpy()) for v in numbers])
    return np.array(points)[:, 0] if np.ndim(start) == 0 else np.array(points)


def values(function: Callable[..., Any], *grids: Any) -> Any:
    """A function on a grid: in one call where it takes arrays, else point by point."""
    try:
        result = np.asarray(function(*[convert_to_tensor(g) for g in grids]))
        if result.shape == np.shape(grids[0]):
            return result
    except (ValueError, TypeError):
        pass
    flat = zip(*[np.ravel(g) for g in grids], strict=True)
    points = [float(np.asarray(function(*[convert_to_tensor(v) for v in p]))) for p in flat]
    return np.reshape(points, np.shape(grids[0]))


def descent(
    function: Callable[..., Any],
    start: Any,
    *,
    rate: float = 0.1,
    steps: int = 20,
    bounds: Sequence[float] | None = None,
    surface: bool = False,
    ax: Any = None,
) -> Any:
    """The path of a gradient descent, on the curve or over the contours of the function.

    Args:
        function: of one number, or of two.
        start: a number, or a pair.
        rate: the step size.
        steps: how many.
        bounds: ``(low, high)`` of both axes; found from the path unless given.
        surface: draw a surface in three dimensions in place of contours.
        ax: where to draw.
    """
    points = path(function, start, rate, steps)
    low, high = bounds or around(points)
    if points.ndim == 1:
        ax = axes(ax)
        draw_curve(ax, function, low, high)
        ax.plot(points, values(function, points), "o-", ms=4, label=f"rate {rate:g}")
        ax.legend()
        return ax
    if surface:
        ax = pyplot.figure().add_subplot(projection="3d") if ax is None else ax
        x, y, z = on_plane(function, low, high)
        ax.plot_surface(x, y, z, cmap="viridis", alpha=0.6, linewidth=0)
        ax.plot(points[:, 0], points[:, 1], values(function, *points.T), "o-", ms=3, color="red")
        ax.set_xlabel("x")
        ax.set_ylabel("y")
        return ax
    ax = axes(ax)
    draw_contours(ax, function, low, high)
    ax.plot(points[:, 0], points[:, 1], "o-", ms=3, color="red", label=f"rate {rate:g}")
    ax.legend()
    return ax


def field(function: Callable[..., Any], bounds: Sequence[float] = (-2, 2), ax: Any = None) -> Any:
    """The gradient field of a function of two numbers: arrows downhill over its contours."""
    ax = axes(ax)
    draw_contours(ax, function, bounds[0], bounds[1])
    low, high = bounds
    line = np.linspace(low, high, 17)
    x, y = (Variable(v) for v in np.meshgrid(line, line))
    with GradientTape() as tape:
        value = function(x, y)
    dx, dy = (-plain(g) for g in tape.gradient(value, [x, y], unconnected_gradients="zero"))
    length = np.hypot(dx, dy)
    length[length == 0] = 1
    ax.quiver(x.numpy(), y.numpy(), dx / length, dy / length, length, cmap="plasma")
    ax.set_title("−∇f (the colour is its length)")
    return ax


def rates(
    function: Callable[..., Any],
    start: Any,
    sizes: Sequence[float] = (0.01, 0.1, 0.5, 1.0),
    steps: int = 30,
    ax: Any = None,
) -> Any:
    """The effect of the step size: the function's value over the steps, a line per size."""
    ax = axes(ax)
    for size in sizes:
        points = path(function, start, size, steps)
        with np.errstate(all="ignore"):
            heights = values(function, *np.atleast_2d(points.T))
        ax.plot(heights, "o-", ms=3, label=f"rate {size:g}")
    ax.set_yscale("symlog", linthresh=1e-3)
    ax.set_xlabel("step")
    ax.set_ylabel("f")
    ax.legend()
    return ax


def animate(
    function: Callable[..., Any], start: Any, *, rate: float = 0.1, steps: int = 20, **more: Any
) -> Any:
    """An animation of a descent; in a notebook, show it with ``HTML(animation.to_jshtml())``.

    ``more`` are ``bounds`` and ``ax`` as for :func:`descent`.
    """
    ax = descent(function, start, rate=rate, steps=steps, **more)
    line = ax.lines[-1]
    x, y = (np.asarray(v) for v in line.get_data())

    def draw(frame: int) -> Any:
        line.set_data(x[: frame + 1], y[: frame + 1])
        return (line,)

    return movies.FuncAnimation(ax.figure, draw, frames=len(x), interval=200, blit=True)


def axes(ax: Any) -> Any:
    """Those given, or new ones."""
    return pyplot.subplots(constrained_layout=True)[1] if ax is None else ax


def around(points: Any) -> tuple[float, float]:
    """Bounds with the path inside of them."""
    sound = points[np.isfinite(points)]
    low, high = float(sound.min()), float(sound.max())
    margin = 0.25 * (high - low) or 1.0
    return low - margin, high + margin


def draw_curve(ax: Any, function: Callable[..., Any], low: float, high: float) -> None:
    """The curve of a function of one number."""
    x = np.linspace(low, high, POINTS)
    ax.plot(x, values(function, x), color="grey")
    ax.set_xlabel("x")
    ax.set_ylabel("f(x)")


def on_plane(function: Callable[..., Any], low: float, high: float) -> tuple[Any, Any, Any]:
    """A function of two numbers on a grid."""
    line = np.linspace(low, high, POINTS // 2)
    x, y = np.meshgrid(line, line)
    return x, y, values(function, x, y)


def draw_contours(ax: Any, function: Callable[..., Any], low: float, high: float) -> None:
    """The contours of a function of two numbers."""
    x, y, z = on_plane(function, low, high)
    drawn = ax.contourf(x, y, z, levels=30, cmap="viridis", alpha=0.8)
    ax.figure.colorbar(drawn, ax=ax, label="f(x, y)")
    ax.set_xlabel("x")
    ax.set_ylabel("y")
