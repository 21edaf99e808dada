"""Iterators: checkpoints, tapes around them, threads; what a pipeline must not do."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

import tensortape as tf

Dataset = tf.data.Dataset


def shuffled():
    return Dataset.range(20).shuffle(7).map(lambda x: (x, tf.random.uniform([], seed=3))).repeat(2)


def numbers(elements):
    return [(int(x), float(u)) for x, u in elements]


@pytest.mark.parametrize("taken", [0, 1, 13, 25, 40])
def test_a_checkpoint_keeps_the_place(tmp_path, taken):
    iterator = iter(shuffled())
    for _ in range(taken):
        next(iterator)
    path = tf.train.Checkpoint(it=iterator).write(str(tmp_path / "c"))
    rest = numbers(iterator)
    other = iter(shuffled())
    tf.train.Checkpoint(it=other).read(path)
    assert numbers(other) == rest
    assert len(rest) == 40 - taken


def test_tapes_do_not_see_how_elements_are_made():
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        ds = Dataset.from_tensors(2.0).map(lambda v: v * x)
        y = next(iter(ds))
    assert float(y) == 6.0
    assert tape.gradient(y, x) is None


def test_elements_are_made_when_they_are_asked_for():
    seen = []
    ds = Dataset.range(5).map(lambda x: seen.append(int(x)) or x).prefetch(2)
    iterator = iter(ds)
    assert seen == []
    next(iterator)
    assert seen == [0]


def test_waiting_functions_run_in_threads_in_order():
    names = set()

    def wait(x):
        names.add(threading.current_thread().name)
        time.sleep(0.01)
        return x

    begun = time.perf_counter()
    result = [int(x) for x in Dataset.range(40).map(wait, num_parallel_calls=8)]
    assert result == list(range(40))
    assert time.perf_counter() - begun < 0.3
    assert len(names) > 2


def test_computing_functions_run_in_one_thread():
    names = set()

    def compute(x):
        names.add(threading.current_thread().name)
        return x + 1

    assert len(list(Dataset.range(40).map(compute, num_parallel_calls=tf.data.AUTOTUNE))) == 40
    assert len(names) == 1


def test_errors_of_threads_arrive_and_the_iterator_can_be_left():
    def wait(x):
        time.sleep(0.002)
        if int(x) == 9:
            raise tf.errors.DataLossError(None, None, "nine")
        return x

    iterator = iter(Dataset.range(20).map(wait, num_parallel_calls=4))
    got = []
    with pytest.raises(tf.errors.DataLossError):
        for x in iterator:
            got.append(int(x))
    assert got == list(range(9))
    next(iter(Dataset.range(1000).map(wait, num_parallel_calls=4)))


def test_batches_of_a_table_are_views():
    table = np.arange(12.0).reshape(6, 2)
    ds = Dataset.from_tensor_slices(table).batch(3)
    first, second = list(ds)
    assert first._a.base is not None
    assert first._a.base is second._a.base
    table[:] = 0
    assert float(second[0, 0]) == 6.0


def test_a_generator_may_write_into_its_array_again():
    def generate():
        array = np.zeros(2)
        for i in range(3):
            array[:] = i
            yield array

    ds = Dataset.from_generator(generate, output_signature=tf.TensorSpec([2], tf.float64))
    assert [float(x[0]) for x in list(ds)] == [0.0, 1.0, 2.0]


def test_a_generator_ends_with_its_iterator():
    ended = []

    def generate():
        try:
            while True:
                yield 1
        finally:
            ended.append(True)

    next(iter(Dataset.from_generator(generate, tf.int32).batch(2)))
    assert ended == [True]


def test_looking_at_the_type_uses_no_seeds():
    def ordered(look):
        tf.random.set_seed(1)
        ds = Dataset.range(6).shuffle(6).map(lambda x: int(x) + 0)
        if look:
            assert ds.element_spec.dtype == tf.int32
        return [int(x) for x in ds]

    assert ordered(True) == ordered(False)


def test_looking_at_the_type_assigns_nothing():
    count = tf.Variable(0)

    def counted(x):
        count.assign_add(1)
        return (x, -x) if x is None else (x, x)

    ds = Dataset.range(3).map(counted)
    assert ds.element_spec == (tf.TensorSpec([], tf.int64),) * 2
    assert int(count) == 0
    list(ds)
    assert int(count) == 3


def test_memory_does_not_grow_with_inner_datasets():
    ds = Dataset.range(200).flat_map(lambda i: Dataset.range(2).map(lambda x: x + i))
    iterator = iter(ds)
    list(iterator)
    assert len(iterator._run._scopes) == 2


def test_unfinished_file_caches_leave_nothing(tmp_path):
    ds = Dataset.range(5).cache(str(tmp_path / "c"))
    iterator = iter(ds)
    next(iterator)
    del iterator
    assert list(tmp_path.iterdir()) == []
    assert [int(x) for x in ds] == [0, 1, 2, 3, 4]
    assert [p.name for p in tmp_path.iterdir()] == ["c.elements"]


def test_damaged_files_are_recognised(tmp_path):
    ds = Dataset.from_tensor_slices((np.arange(50.0), ["a"] * 50))
    ds.save(str(tmp_path / "d"))
    (path,) = (tmp_path / "d").glob("*.elements")
    whole = path.read_bytes()
    for content in (whole[:-1], whole[: len(whole) // 2], whole[:30], b"", whole[:200] + b"?" * 9):
        path.write_bytes(content)
        with pytest.raises((tf.errors.DataLossError, ValueError)):
            list(Dataset.load(str(tmp_path / "d")))


def test_saving_over_a_saved_dataset(tmp_path):
    path = str(tmp_path / "d")
    Dataset.range(3).save(path)
    Dataset.range(5).save(path)
    assert len(list(Dataset.load(path))) == 5
    assert sorted(p.suffix for p in (tmp_path / "d").iterdir()) == [".elements", ".json"]


def test_an_error_while_saving_leaves_what_was_saved(tmp_path):
    path = str(tmp_path / "d")
    Dataset.range(3).save(path)
    failing = Dataset.range(5).map(lambda x: tf.debugging.assert_less(x, tf.constant(4, tf.int64)))
    with pytest.raises((tf.errors.InvalidArgumentError, TypeError)):
        failing.save(path)
    assert [int(x) for x in Dataset.load(path)] == [0, 1, 2]
    assert len(list((tmp_path / "d").iterdir())) == 2


KILLS = """
import os, signal, sys, time
import tensortape as tf

def save(n):
    tf.data.Dataset.from_tensors([n]).repeat(1 + n % 7).save(sys.argv[1])

save(0)
for kill in range(30):
    child = os.fork()
    if not child:
        n = 0
        while True:
            n += 1
            save(n)
    time.sleep(0.002 + 0.0007 * kill)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    values = [int(x[0]) for x in tf.data.Dataset.load(sys.argv[1])]
    assert values == [values[0]] * (1 + values[0] % 7), values
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills forked processes")
def test_a_kill_while_saving_leaves_a_whole_dataset(tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(Path(tf.__file__).parents[1])}
    command = [sys.executable, "-c", KILLS, str(tmp_path / "d")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_unknown_names_explain_themselves():
    with pytest.raises(AttributeError, match="not implemented"):
        _ = tf.data.experimental.service
