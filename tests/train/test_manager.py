"""`tf.train.CheckpointManager` and looking into folders of checkpoints."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

import tensortape as tf
from tensortape.train import atomic, checkpoint_state


def _manager(folder: Any, **options: Any) -> tuple[Any, Any]:
    v = tf.Variable(0.0)
    options.setdefault("max_to_keep", 2)
    return tf.train.CheckpointManager(tf.train.Checkpoint(v=v), folder, **options), v


def _indices(folder: Any) -> list[str]:
    return sorted(name for name in os.listdir(folder) if name.endswith(".index"))


def test_the_latest_are_kept(tmp_path: Path) -> None:
    manager, v = _manager(tmp_path)
    for i in range(4):
        v.assign(i)
        path = manager.save()
    assert manager.latest_checkpoint == path == str(tmp_path / "ckpt-4")
    assert manager.checkpoints == [str(tmp_path / "ckpt-3"), path]
    assert _indices(tmp_path) == ["ckpt-3.index", "ckpt-4.index"]
    assert len(os.listdir(tmp_path)) == 5
    text = (tmp_path / "checkpoint").read_text().splitlines()
    assert text[:3] == [
        'model_checkpoint_path: "ckpt-4"',
        'all_model_checkpoint_paths: "ckpt-3"',
        'all_model_checkpoint_paths: "ckpt-4"',
    ]


def test_another_manager_goes_on(tmp_path: Path) -> None:
    manager, v = _manager(tmp_path, checkpoint_name="c")
    assert manager.restore_or_initialize() is None
    v.assign(5.0)
    manager.save(checkpoint_number=tf.Variable(70))
    other, w = _manager(tmp_path, checkpoint_name="c")
    assert other.restore_or_initialize() == str(tmp_path / "c-70") == other.latest_checkpoint
    assert float(w) == 5.0 and other.checkpoints == [str(tmp_path / "c-70")]
    other.save()
    other.save()
    assert _indices(tmp_path) == ["c-2.index", "c-3.index"]


def test_without_a_checkpoint_the_given_function_is_called(tmp_path: Path) -> None:
    called = []
    manager, _ = _manager(tmp_path, init_fn=lambda: called.append(1))
    assert manager.restore_or_initialize() is None and called == [1]


def test_one_every_few_hours_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1e9]
    monkeypatch.setattr("time.time", lambda: clock[0])
    manager, _ = _manager(tmp_path, max_to_keep=1, keep_checkpoint_every_n_hours=2)
    for _ in range(6):
        clock[0] += 3600
        manager.save()
    assert manager.checkpoints == [str(tmp_path / "ckpt-6")]
    assert _indices(tmp_path) == ["ckpt-2.index", "ckpt-4.index", "ckpt-6.index"]


def test_checkpoints_have_an_interval(tmp_path: Path) -> None:
    step = tf.Variable(0)
    manager, _ = _manager(tmp_path, step_counter=step, checkpoint_interval=3, max_to_keep=None)
    saved = []
    for _ in range(7):
        saved.append(manager.save() is not None)
        step.assign_add(1)
    assert saved == [True, False, False, True, False, False, True]
    assert manager.save(check_interval=False) is not None
    assert manager.save(check_interval=False) is None


@pytest.mark.parametrize(
    ("options", "words"),
    [({"max_to_keep": 0}, "positive integer"), ({"checkpoint_interval": 2}, "step_counter")],
)
def test_arguments_are_checked(tmp_path: Path, options: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        _manager(tmp_path, **options)


def test_paths_of_the_state_come_back(tmp_path: Path) -> None:
    names = ["ä ö", 'quote"s', "back\\slash", "tab\tname", "日本"]
    state = checkpoint_state.CheckpointState(names[0], names, [1.5] * 5, 2.25)
    read = checkpoint_state.parse(state.text())
    assert read.text() == state.text() and read.all_model_checkpoint_paths == names
    assert read.last_preserved_timestamp == 2.25


def test_a_state_that_cannot_be_read_is_none(tmp_path: Path, caplog: Any) -> None:
    (tmp_path / "checkpoint").write_text("model_checkpoint_path\n")
    assert tf.train.latest_checkpoint(tmp_path) is None
    assert "Checkpoint ignored" in caplog.text
    (tmp_path / "checkpoint").write_text("")
    with pytest.raises(ValueError, match="Invalid checkpoint state"):
        tf.train.get_checkpoint_state(tmp_path)
    (tmp_path / "checkpoint").write_text('model_checkpoint_path: "gone"\n')
    assert tf.train.latest_checkpoint(tmp_path) is None
    assert tf.train.get_checkpoint_state(tmp_path).model_checkpoint_path.endswith("gone")


def test_a_folder_is_looked_into(tmp_path: Path) -> None:
    manager, v = _manager(tmp_path)
    v.assign(4.0)
    manager.save()
    name = "v/.ATTRIBUTES/VARIABLE_VALUE"
    assert tf.train.load_variable(tmp_path, name) == 4.0
    reader = tf.train.load_checkpoint(tmp_path)
    assert reader.has_tensor(name) and not reader.has_tensor("x")
    assert reader.get_variable_to_dtype_map()[name] is tf.float32
    assert b"v/.ATTRIBUTES/VARIABLE_VALUE (DT_FLOAT) []\n" in reader.debug_string()
    with pytest.raises(ValueError, match="Couldn't find 'checkpoint' file"):
        tf.train.load_checkpoint(tmp_path.parent)


def test_what_a_process_that_is_gone_left_is_removed(tmp_path: Path) -> None:
    manager, _ = _manager(tmp_path)
    mine = Path(atomic.temporary(str(tmp_path / "b")))
    mine.write_bytes(b"being written")
    gone = Path(str(mine).replace(f".{os.getpid()}.", ".99999999."))
    gone.write_bytes(b"left")
    manager.save()
    assert mine.exists() and not gone.exists()


def test_checkpoints_are_waited_for(tmp_path: Path) -> None:
    manager, _ = _manager(tmp_path)
    found = []
    done = iter([False, True])
    manager.save()
    for path in tf.train.checkpoints_iterator(tmp_path, timeout=0, timeout_fn=lambda: next(done)):
        found.append(path)
        manager.save()
    assert found == [str(tmp_path / "ckpt-1"), str(tmp_path / "ckpt-2")]


def test_variables_are_saved_by_name(tmp_path: Path) -> None:
    v, w = tf.Variable([1.0, 2.0], name="v"), tf.Variable(3, name="w")
    saver = tf.compat.v1.train.Saver({"v": v, "other": w}, max_to_keep=2)
    for step in range(3):
        path = saver.save(None, tmp_path / "c", global_step=tf.Variable(step))
    assert _indices(tmp_path) == ["c-1.index", "c-2.index"]
    assert tf.train.latest_checkpoint(tmp_path) == path == saver.last_checkpoints[-1]
    v.assign([0.0, 0.0])
    w.assign(0)
    tf.compat.v1.train.Saver({"v": v, "other": w}).restore(None, path)
    assert v.numpy().tolist() == [1.0, 2.0] and int(w) == 3
    wrong = tf.compat.v1.train.Saver({"v": v, "other": tf.Variable(0.0)})
    v.assign([0.0, 0.0])
    with pytest.raises(ValueError, match=r"other|dtype"):
        wrong.restore(None, path)
    with pytest.raises(tf.errors.NotFoundError, match="Key x not found"):
        tf.compat.v1.train.Saver({"v": v, "x": w}).restore(None, path)
    assert v.numpy().tolist() == [0.0, 0.0]
    with pytest.raises(ValueError, match="not a valid checkpoint"):
        saver.restore(None, tmp_path / "c-9")
    with pytest.raises(RuntimeError, match="var_list"):
        tf.compat.v1.train.Saver()


def test_a_checkpoint_of_objects_is_read_by_names(tmp_path: Path) -> None:
    v = tf.Variable([1.0, 2.0], name="v")
    path = tf.train.Checkpoint(held=[v]).save(tmp_path / "c")
    v.assign([0.0, 0.0])
    tf.compat.v1.train.Saver([v]).restore(None, path)
    assert v.numpy().tolist() == [1.0, 2.0]
    saved = Path(__file__).with_name("data") / "names"
    scalar = tf.Variable(0.0, name="scalar")
    tf.compat.v1.train.Saver([scalar]).restore(None, saved)
    assert float(scalar) == 1.5
