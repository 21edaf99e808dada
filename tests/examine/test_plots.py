"""Pictures: each is drawn in one call, with the right numbers in it."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import tensortape as tf

if importlib.util.find_spec("matplotlib") is None:
    pytest.skip("Matplotlib is not installed", allow_module_level=True)

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot

plots = tf.examine.plots


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    pyplot.close("all")


def parabola(x: Any) -> Any:
    return x**2 - 6 * x + 5


def bowl(x: Any, y: Any) -> Any:
    return x**2 + 3 * y**2


def trained() -> Any:
    weights = [tf.Variable(np.full((4, 4), 0.1 * (i + 1), np.float32)) for i in range(3)]
    with tf.examine.GradientHealth() as health:
        for _ in range(4):
            with tf.GradientTape() as tape:
                h = tf.ones([8, 4])
                for w in weights:
                    h = tf.nn.relu(tf.matmul(h, w))
                loss = tf.reduce_mean(tf.square(h - 1.0))
            for w, slope in zip(weights, tape.gradient(loss, weights), strict=True):
                w.assign_sub(0.05 * slope)
    return health


def test_a_descent_on_a_curve() -> None:
    ax = plots.descent(parabola, 0.0, rate=0.1, steps=10)
    x, y = ax.lines[-1].get_data()
    assert len(x) == 11 and x[0] == 0.0 and x[1] == pytest.approx(0.6)
    assert y[0] == pytest.approx(5.0) and np.all(np.diff(y) < 0)


@pytest.mark.parametrize("surface", [False, True])
def test_a_descent_on_a_plane(surface: bool) -> None:
    ax = plots.descent(bowl, (2.0, 1.0), steps=5, bounds=(-3, 3), surface=surface)
    assert len(ax.lines[-1].get_data()[0]) == 6
    ax.figure.canvas.draw()


def test_paths_and_values() -> None:
    points = plots.path(bowl, [1.0, 1.0], rate=0.1, steps=1)
    np.testing.assert_allclose(points, [[1.0, 1.0], [0.8, 0.4]])
    by_point = plots.values(lambda x: float(x) ** 2, np.array([1.0, 2.0, 3.0]))
    np.testing.assert_allclose(by_point, [1.0, 4.0, 9.0])
    with pytest.raises(ValueError, match="gradient is None"):
        plots.path(tf.round, 1.0)


def test_fields_rates_and_animations() -> None:
    ax = plots.field(bowl)
    assert ax.collections
    ax = plots.rates(parabola, 0.0, [0.1, 0.5, 1.1], steps=5)
    heights = [line.get_ydata() for line in ax.lines]
    assert heights[1][1] == pytest.approx(-4.0) and heights[2][-1] > heights[2][0]
    plots.rates(bowl, (1.0, 1.0), [0.1], steps=3)
    movie = plots.animate(parabola, 0.0, steps=3)
    assert "img" in movie.to_jshtml() or movie.to_jshtml()


def test_pictures_of_a_training() -> None:
    health = trained()
    ax = plots.gradient_flow(health)
    assert [t.get_text() for t in ax.get_xticklabels()] == [f"weights[{i}]" for i in range(3)]
    assert ax.get_yscale() == "log"
    ax = plots.histograms(health)
    assert len(ax.get_yticklabels()) == 3
    figure = plots.training(health)
    assert figure.axes[0].get_title() == "loss"
    figure.canvas.draw()


def test_pictures_of_a_flow() -> None:
    x = tf.Variable([0.5, 1.0])
    with tf.examine() as ex:
        with tf.GradientTape() as tape:
            y = tf.reduce_sum(tf.sigmoid(tf.sigmoid(x)))
        tape.gradient(y, x)
    flow = ex.flow(y, x)
    names = [t.get_text() for t in plots.gradient_flow(flow).get_xticklabels()]
    assert [n.partition(" ")[0] for n in names] == ["Sigmoid", "Sigmoid", "Sum"]
    assert len(plots.histograms(flow).get_yticklabels()) == 3
