"""Gradient health: what is measured by layer, and which layer an alert names."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tensortape as tf
from tensortape.core.tensor import EagerTensor
from tensortape.examine import GradientHealth, Reason
from tensortape.examine.health.measures import LayerStep, Units

needs_keras = pytest.mark.skipif(importlib.util.find_spec("keras") is None, reason="no Keras")
RANDOM = np.random.default_rng(3)
DATA = RANDOM.normal(size=(64, 8)).astype(np.float32)
WANTED = DATA[:, :1] * 2


def train(weights: list[Any], activation: Any, steps: int, rate: float = 0.01) -> None:
    for _ in range(steps):
        with tf.GradientTape() as tape:
            h = tf.constant(DATA)
            for w in weights[:-1]:
                h = activation(tf.matmul(h, w))
            loss = tf.reduce_mean(tf.square(tf.matmul(h, weights[-1]) - WANTED))
        for w, slope in zip(weights, tape.gradient(loss, weights), strict=True):
            w.assign_sub(rate * slope)


def made(*scales: float, width: int = 8) -> list[Any]:
    return [
        tf.Variable((RANDOM.normal(size=(width, width)) * s).astype(np.float32)) for s in scales
    ]


def test_a_healthy_loop() -> None:
    weights = made(0.3, 0.3, 0.3)
    with GradientHealth(layers={"first": weights[0], "rest": weights[1:]}) as health:
        train(weights, tf.tanh, 5)
    assert health.layers == ["first", "rest", health.layers[-1]]
    rows = health.rows("first")
    assert [row.step for row in rows] == [0, 1, 2, 3, 4]
    assert all(0 < row.ratio < 0.1 and row.gradient > 0 for row in rows)
    assert rows[0].elements == 64 and health.rows("rest")[0].elements == 128
    assert health.alerts == []
    assert len(health.losses) == 5 and health.losses[4] < health.losses[0]


def test_the_update_is_that_of_the_step() -> None:
    w = tf.Variable([3.0, 4.0])
    with GradientHealth(every=2) as health:
        for _ in range(4):
            with tf.GradientTape() as tape:
                loss = tf.reduce_sum(w * w)
            tape.gradient(loss, w)
            w.assign_sub([0.3, 0.4])
    rows = health.rows("w")
    assert [row.step for row in rows] == [0, 2]
    assert rows[0].weight == pytest.approx(5.0) and rows[0].update == pytest.approx(0.5)
    assert rows[1].update == pytest.approx(0.5)


def test_a_vanishing_layer_is_named_with_the_operation() -> None:
    weights = made(*[0.3] * 12)
    with GradientHealth() as health:
        train(weights, tf.sigmoid, 3)
    alert = health.alerts[0]
    assert not [a for a in health.alerts if a.layer in alert.layers and a is not alert]
    assert alert.layer == "weights[0]" and alert.kind == "vanishing"
    assert alert.diagnosis is not None and alert.diagnosis.reason is Reason.VANISHING
    assert alert.diagnosis.op == "Sigmoid" and "test_health.py" in alert.message


def test_too_large_steps_are_named() -> None:
    weights = made(0.3, 0.3)
    with GradientHealth() as health:
        train(weights, tf.tanh, 6, rate=5.0)
    assert {a.kind for a in health.alerts} >= {"large update"}
    assert all("learning rate" in a.cure for a in health.alerts if a.kind == "large update")


def test_not_finite_gradients_are_explained() -> None:
    x = tf.Variable([1.0, 4.0])
    with GradientHealth() as health:
        for step in range(4):
            with tf.GradientTape() as tape:
                loss = tf.reduce_sum(tf.sqrt(x - float(step > 1)))
            tape.gradient(loss, x)
    (alert,) = health.alerts
    assert alert.level == "error" and alert.kind == "not finite" and alert.step == 2
    assert alert.count == 2
    assert alert.diagnosis is not None and alert.diagnosis.reason is Reason.SQRT_AT_ZERO


def test_two_networks_in_turn() -> None:
    a, b = tf.Variable([1.0]), tf.Variable([2.0])
    with GradientHealth(layers={"a": a, "b": b}, every=3) as health:
        for _ in range(7):
            for w in (a, b):
                with tf.GradientTape() as tape:
                    loss = tf.reduce_sum(a * b * a)
                w.assign_sub(0.01 * tape.gradient(loss, w))
    assert [row.step for row in health.rows("b")] == [3, 6]
    assert len(health.rows("a")) >= 2


def test_dead_and_saturated_units() -> None:
    inputs = np.full((10, 4), -1.0, np.float32)
    inputs[3, 0] = 1.0
    units = Units.of("Relu", inputs, np.maximum(inputs, 0))
    assert units is not None and units.part == 0.75
    eye = np.tile(np.eye(4, dtype=np.float32), (2, 1))
    more = Units.of("Relu", eye, eye)
    assert more is not None and units.merge(more).part == 0.0
    outputs = np.array([[1.0, 0.0], [-1.0, 0.5]], np.float32)
    tanh = Units.of("Tanh", outputs, outputs)
    assert tanh is not None and tanh.part == 0.5
    broken = np.array([[np.nan, 0.0]], np.float32)
    assert Units.of("Tanh", broken, broken) is None
    assert Units.of("Relu", np.zeros(3, np.float32), np.zeros(3, np.float32)) is None
    assert Units.of("Relu", inputs[:2], inputs[:2]) is None  # a unit need not answer two rows
    assert Units.of("Relu", inputs[:3], inputs[:3]) is None


def test_missing_gradients_are_counted() -> None:
    step = LayerStep(0, "head")
    step.add(None, np.ones(3, np.float32))
    step.add(tf.constant([0.0, np.nan, 2.0]), np.ones(3, np.float32))
    assert (step.missing, step.zeros, step.nonfinite, step.elements) == (1, 1, 1, 3)


def test_the_page_and_the_table(tmp_path: Path) -> None:
    weights = made(*[0.3] * 12)
    page = tmp_path / "health.html"
    with GradientHealth(page=page, live=False) as health:
        train(weights, tf.sigmoid, 4)
    text = page.read_text(encoding="utf-8")
    assert "vanishes" in text and "weights[0]" in text and "<svg" in text
    assert "http" not in text and "<script" not in text
    assert health._repr_html_().startswith("<iframe") and "&lt;svg" in health._repr_html_()
    assert "weights[0]" in str(health) and "vanishing" in str(health)


def test_nothing_is_left_behind() -> None:
    numpy = vars(EagerTensor)["numpy"]
    with pytest.raises(RuntimeError), GradientHealth():
        raise RuntimeError
    assert vars(EagerTensor)["numpy"] is numpy
    with pytest.raises(ValueError, match="every"):
        GradientHealth(every=0)
    with pytest.raises(KeyError, match="no layer"):
        GradientHealth().rows("nothing")


def network(layers: int, activation: str) -> Any:
    keras = tf.keras
    dense = keras.layers.Dense
    inner = [dense(16, activation=activation, name=f"hidden_{i}") for i in range(layers)]
    model = keras.Sequential([keras.Input((8,)), *inner, dense(1, name="out")])
    model.compile("adam", "mse")
    return model


@needs_keras
def test_keras_fit_is_healthy() -> None:
    model, health = network(2, "relu"), GradientHealth(every=2)
    model.fit(DATA, WANTED, batch_size=16, epochs=2, verbose=0, callbacks=[health])
    assert health.layers == ["hidden_0", "hidden_1", "out"]
    rows = health.rows("hidden_0")
    assert [row.step for row in rows] == [0, 2, 4, 6]
    assert all(row.ratio > 0 and row.dead is not None for row in rows)
    assert not [a for a in health.alerts if a.level == "error"]


@needs_keras
def test_keras_dead_layer_is_named() -> None:
    model, health = network(2, "relu"), GradientHealth()
    model.layers[1].bias.assign(np.full(16, -50.0, np.float32))
    model.fit(DATA, WANTED, batch_size=16, verbose=0, callbacks=[health])
    dead = [a for a in health.alerts if a.kind == "dead units"]
    assert [a.layer for a in dead] == ["hidden_1"]
    explained = [a for a in health.alerts if a.diagnosis is not None]
    assert Reason.DEAD_RELU in [a.diagnosis.reason for a in explained]
    assert health.monitor.latest()["hidden_1"].dead == 1.0


@needs_keras
def test_keras_nan_in_the_data_is_found() -> None:
    model, health = network(1, "tanh"), GradientHealth()
    broken = WANTED.copy()
    broken[5] = np.nan
    model.fit(DATA, broken, batch_size=64, verbose=0, callbacks=[health])
    worst = health.alerts[0]
    assert worst.diagnosis is not None and worst.diagnosis.reason is Reason.NOT_FINITE_INPUT
    assert set(worst.layers) == {"hidden_0", "out"}


@needs_keras
def test_keras_takes_it_for_one_of_its_callbacks() -> None:
    keras = tf.keras
    health = GradientHealth()
    assert isinstance(health, keras.callbacks.Callback)
    assert isinstance(health, GradientHealth)
    assert type(health) is type(GradientHealth())
    model = network(1, "tanh")
    listed = keras.callbacks.CallbackList([health], add_history=True, model=model)
    assert health in listed.callbacks and health.model is model
    history = model.fit(DATA, WANTED, epochs=2, verbose=0, callbacks=listed)
    assert history is not None and health.rows(health.layers[0])


@needs_keras
def test_one_made_before_keras_was_loaded_becomes_one(monkeypatch: pytest.MonkeyPatch) -> None:
    keras = tf.keras
    callbacks = keras.callbacks
    monkeypatch.delitem(sys.modules, "keras.callbacks")
    health = GradientHealth(every=2)
    assert type(health) is GradientHealth
    monkeypatch.setitem(sys.modules, "keras.callbacks", callbacks)
    model = network(1, "tanh")
    model.fit(DATA, WANTED, batch_size=16, verbose=0, callbacks=[health])
    assert isinstance(health, callbacks.Callback)
    assert [row.step for row in health.rows(health.layers[0])] == [0, 2]


@needs_keras
def test_a_subclass_of_ones_own() -> None:
    class Mine(GradientHealth):
        ends = 0

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            self.ends += 1

    mine = Mine()
    network(1, "tanh").fit(DATA, WANTED, epochs=3, verbose=0, callbacks=mine)
    assert mine.ends == 3 and isinstance(mine, Mine)
