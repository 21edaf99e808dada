"""One function that runs a program, whichever engine it is."""

from __future__ import annotations

import logging

import numpy as np
import pytest
from program_recording import record

import tensortape as tf
from tensortape.xla import executor as module
from tensortape.xla.choice import Choice
from tensortape.xla.executor import executor


@pytest.fixture
def sine():
    return record(lambda x: tf.sin(x) + 1.0, tf.constant([1.0, 2.0]))


def test_as_told(sine):
    program, args = sine
    want = np.sin(args[0]) + 1
    for told, engine in ((True, "xla"), (False, None), (None, None)):
        run = executor(program, told)
        np.testing.assert_allclose(run(*args)[0], want, rtol=1e-6)
        assert getattr(run, "engine", None) == engine


def test_it_changes_when_compiling_pays(sine, monkeypatch):
    program, args = sine
    monkeypatch.setattr(module, "choose", lambda program, **how: Choice("xla", "by estimate", 3))
    run = executor(program)
    engines = []
    for _ in range(5):
        engines.append(run.engine)
        np.testing.assert_allclose(run(*args)[0], np.sin(args[0]) + 1, rtol=1e-6)
    assert run.calls_left == 0
    assert engines == ["plan"] * 3 + ["xla"] * 2
    assert run.compiled.calls == 2


def test_what_cannot_be_compiled_runs_on_numpy(caplog):
    program, args = record(lambda x: tf.where(x > 0), tf.constant([1.0, -1.0]))
    run = executor(program, True)
    with caplog.at_level(logging.WARNING, "tensortape"):
        assert run(*args)[0].tolist() == [[0]]
    assert run.engine == "plan" and run.reason.startswith("Where: how many elements")
    assert "runs on NumPy" in caplog.text


def test_kernels_that_cannot_be_traced(sine, monkeypatch):
    """Whatever goes wrong while tracing, the plan answers; errors of the user's come from it."""
    program, args = sine

    def fails(*arrays):
        raise TypeError("no tracers here")

    monkeypatch.setattr(module.engine.Executable, "prepare", lambda self, arrays: fails())
    run = executor(program, True)
    np.testing.assert_allclose(run(*args)[0], np.sin(args[0]) + 1, rtol=1e-6)
    assert run.engine == "plan" and run.reason == "TypeError: no tracers here"


def test_the_public_face():
    """``tf.function`` runs on XLA when asked to, forwards and backwards."""

    @tf.function(jit_compile=True)
    def wave(x):
        return tf.reduce_sum(tf.sin(x) * x)

    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = wave(x)
    np.testing.assert_allclose(y, np.sum(np.sin([1, 2]) * [1, 2]), rtol=1e-6)
    want = np.sin([1, 2]) + np.cos([1, 2]) * [1, 2]
    np.testing.assert_allclose(tape.gradient(y, x), want, rtol=1e-6)
    value = tf.constant([1.0, 2.0])
    np.testing.assert_allclose(wave(value), y, rtol=1e-6)
    (run,) = wave.get_concrete_function(value).function._executors.values()
    assert run.engine == "xla" and run.compiled.calls == 1
