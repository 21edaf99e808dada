"""Kills processes while they save, and looks at what is left.

`python tests/train/kill.py [kills]` kills 100 times for each way of saving and prints what was
found; the test suite does it a few times. Each time a process saves the numbers 1, 2, 3, ... (all
variables hold the same number) over and over to the same place and is killed after a random time.
What is there must load, and hold one of the last number that was reported saved or the next.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

import tensortape as tf

SIZE = 40_000


class Way(NamedTuple):
    """A way of saving: what is saved and its variables, how to save it in a folder, to read it."""

    make: Callable[[str], tuple[Any, list[Any]]]
    save: Callable[[Any, str], Any]
    load: Callable[[str], np.ndarray]


def _numbers(variables: Any) -> np.ndarray:
    return np.concatenate([np.ravel(v.numpy()) for v in variables])


def _module(folder: str) -> tuple[Any, list[Any]]:
    module = tf.Module()
    module.parts = [tf.Variable(np.zeros(SIZE, np.float32)) for _ in range(4)]
    return module, module.parts


def _read_checkpoint(path: str) -> np.ndarray:
    module, parts = _module(path)
    tf.train.Checkpoint(module).read(path).assert_existing_objects_matched().expect_partial()
    return _numbers(parts)


def _managed(folder: str) -> tuple[Any, list[Any]]:
    module, parts = _module(folder)
    return tf.train.CheckpointManager(tf.train.Checkpoint(module), folder, max_to_keep=2), parts


def _latest(folder: str) -> np.ndarray:
    return _read_checkpoint(tf.train.latest_checkpoint(folder))


def _model(folder: str) -> tuple[Any, list[Any]]:
    import keras

    model = keras.Sequential([keras.layers.Input((200,)), keras.layers.Dense(200)])
    model.compile("sgd", "mse")
    return model, model.variables


def _read_model(folder: str) -> np.ndarray:
    import keras

    return _numbers(keras.models.load_model(f"{folder}/m.keras").variables)


def _read_weights(folder: str) -> np.ndarray:
    model, variables = _model(folder)
    model.load_weights(f"{folder}/m.weights.h5")
    return _numbers(variables)


def _with_function(folder: str) -> tuple[Any, list[Any]]:
    module, parts = _module(folder)
    module.total = tf.function(lambda: tf.add_n(module.parts))
    module.total()
    return module, parts


def _read_saved_model(folder: str) -> np.ndarray:
    loaded = tf.saved_model.load(f"{folder}/model")
    total = loaded.total().numpy() / len(loaded.parts)
    return np.concatenate([_numbers(loaded.parts), total])


WAYS = {
    "Checkpoint.write": Way(
        _module,
        lambda module, folder: tf.train.Checkpoint(module).write(f"{folder}/c"),
        lambda folder: _read_checkpoint(f"{folder}/c"),
    ),
    "CheckpointManager.save": Way(_managed, lambda manager, _: manager.save(), _latest),
    "model.save": Way(_model, lambda m, folder: m.save(f"{folder}/m.keras"), _read_model),
    "model.save_weights": Way(
        _model, lambda m, folder: m.save_weights(f"{folder}/m.weights.h5"), _read_weights
    ),
    "saved_model.save": Way(
        _with_function,
        lambda module, folder: tf.saved_model.save(module, f"{folder}/model"),
        _read_saved_model,
    ),
}


def _save_for_ever(way: Way, folder: str, begin: int, report: int) -> None:
    made, variables = way.make(folder)
    number = begin
    while True:
        number += 1
        for variable in variables:
            variable.assign(np.full(variable.shape, number, np.float32))
        way.save(made, folder)
        os.write(report, number.to_bytes(4, "little"))


def _run_and_kill(way: Way, folder: str, begin: int, seconds: float) -> int:
    """Let a process save, and kill it some time after it has saved once; the last number."""
    read, report = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            os.close(read)
            _save_for_ever(way, folder, begin, report)
        finally:
            os._exit(1)
    os.close(report)
    told = os.read(read, 4)
    time.sleep(seconds)
    os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status), "the process ended by itself"
    while rest := os.read(read, 1 << 16):
        told += rest
    os.close(read)
    return int.from_bytes(told[-4:], "little")


def _duration(way: Way) -> float:
    """Seconds that one time of saving takes."""
    folder = tempfile.mkdtemp()
    made, _ = way.make(folder)
    way.save(made, folder)
    begun = time.perf_counter()
    for _ in range(3):
        way.save(made, folder)
    shutil.rmtree(folder)
    return (time.perf_counter() - begun) / 3


def kill_while_saving(name: str, kills: int, seed: int = 0) -> Counter[str]:
    """Kill so many times; how often the old and how often the new was found."""
    way, chance = WAYS[name], random.Random(seed)
    folder = tempfile.mkdtemp()
    seconds = _duration(way)
    found: Counter[str] = Counter()
    number = 0
    for _ in range(kills):
        number = _run_and_kill(way, folder, number, chance.uniform(0, 2 * seconds))
        values = way.load(folder)
        assert (values == values[0]).all(), f"{name}: parts of two states: {set(values)}"
        assert values[0] in (number, number + 1), f"{name}: {values[0]} where {number} was saved"
        found["old" if values[0] == number else "new"] += 1
        found["left behind"] += any(
            name.endswith(".tmp") for *_, inner, files in os.walk(folder) for name in inner + files
        )
        number = int(values[0])
    shutil.rmtree(folder)
    return found


def main() -> None:
    """Kill each way of saving."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    for name in WAYS:
        begun = time.perf_counter()
        found = kill_while_saving(name, kills)
        seconds = time.perf_counter() - begun
        print(
            f"{name}: {kills} kills, all loadable: old {found['old']}, new {found['new']}; killed "
            f"in the middle of writing: {found['left behind']} ({seconds:.0f} s)",
            flush=True,
        )


if __name__ == "__main__":
    tf.install()
    main()
