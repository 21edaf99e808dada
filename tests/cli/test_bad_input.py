"""Whatever is wrong: a clear message, a non-zero exit, nothing half-written, no kernel left."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tensortape.compat import output
from tensortape.compat.failure import BadInput, RunFailure


def refused(result, *told):
    """Check that nothing ran, and that the message is one paragraph which says why."""
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr.startswith("tensortape: ") and result.stderr.count("\n") == 1
    for words in told:
        assert words in result.stderr


def test_missing_file(tensortape):
    refused(tensortape("run", "nowhere.ipynb"), "nowhere.ipynb: no such file")


def test_directory(tensortape, tmp_path):
    refused(tensortape("run", str(tmp_path)), "this is a directory")


def test_unknown_kind_of_file(tensortape, tmp_path):
    (tmp_path / "notes.txt").write_text("hello")
    refused(tensortape("run", "notes.txt"), "neither a script (.py) nor a notebook (.ipynb)")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"print(1)\n", "it is not JSON"),
        (b"", "it is not JSON"),
        (b'{"cells": [', "it is not JSON"),
        (b"[]", 'no "nbformat" and "cells"'),
        (b'{"name": "package.json"}', 'no "nbformat" and "cells"'),
        (b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}}', "notebook format"),
        (
            b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{}]}',
            "notebook format",
        ),
        (b"\xff\xfe\x00", "cannot be read as a notebook: it is not UTF-8"),
    ],
)
def test_not_a_notebook(tensortape, tmp_path, content, why):
    (tmp_path / "bad.ipynb").write_bytes(content)
    refused(tensortape("run", "bad.ipynb", "--output", "out.ipynb"), "bad.ipynb", why)
    assert not (tmp_path / "out.ipynb").exists()


def test_notebook_in_another_language(tensortape, tmp_path):
    (tmp_path / "r.ipynb").write_text(
        '{"cells": [], "metadata": {"kernelspec": {"name": "ir", "language": "R",'
        ' "display_name": "R"}}, "nbformat": 4, "nbformat_minor": 4}'
    )
    refused(tensortape("run", "r.ipynb"), "written in R")


@pytest.mark.parametrize("option", ["--output", "--report"])
def test_places_that_cannot_be_written_are_found_before_the_run(
    tensortape, notebook, tmp_path, option
):
    file = notebook("open('ran', 'w').close()")
    refused(tensortape("run", file.name, option, "no/such/x"), option, "does not exist")
    refused(tensortape("run", file.name, option, "."), option, "directory")
    refused(tensortape("run", file.name, option, "/proc/x"), option, "cannot write there")
    assert not (tmp_path / "ran").exists()


def test_one_place_for_two_things(tensortape, notebook):
    file = notebook("1")
    refused(tensortape("run", file.name, "--output", "x", "--report", "x"), "--report")
    refused(tensortape("run", file.name, "--report", file.name), "--report")
    refused(tensortape("run", file.name, "--every-call"), "--report")


def test_output_of_a_script(tensortape, tmp_path):
    (tmp_path / "s.py").write_text("print(1)")
    refused(tensortape("run", "s.py", "--output", "x.ipynb"), "--output keeps an executed notebook")


@pytest.mark.parametrize("seconds", ["x", "0", "-3", "inf", "nan"])
def test_senseless_timeout(tensortape, notebook, seconds):
    result = tensortape("run", notebook("1").name, f"--timeout={seconds}")
    assert result.returncode == 2 and "positive number of seconds" in result.stderr


def test_full_device(tensortape, notebook):
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    result = tensortape("run", notebook("1").name, "--output", "/dev/full")
    assert result.returncode == 1
    assert "could not write /dev/full: No space left on device" in result.stderr


def test_full_disk_leaves_the_old_file_alone(tmp_path, monkeypatch):
    target = tmp_path / "out.ipynb"
    target.write_text("old")

    def full(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(output.os, "fsync", full)
    with pytest.raises(RunFailure, match="No space left on device") as caught:
        output.write_whole(target, "new" * 1000)
    assert caught.value.exit_code == 1
    assert target.read_text() == "old"
    assert os.listdir(tmp_path) == ["out.ipynb"]


def test_small_disk_filled_by_the_notebook(tensortape, notebook, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(disk)]
    try:
        mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        mounted = False
    if not mounted:
        pytest.skip("mounting a file system is not permitted here")
    try:
        result = tensortape("run", notebook("print('x' * 50000)").name, "--output", "disk/o.ipynb")
        assert result.returncode == 1
        assert "could not write disk/o.ipynb: No space left on device" in result.stderr
        assert os.listdir(disk) == []
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_written_file_has_ordinary_permissions(tmp_path):
    output.write_whole(tmp_path / "new", "text")
    (tmp_path / "like").write_text("")
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "like").stat().st_mode
    (tmp_path / "new").chmod(0o640)
    output.write_whole(tmp_path / "new", "other")
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o640


def test_symbolic_link_is_followed(tmp_path):
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    output.write_whole(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "real").read_text() == "new"


def test_read_only_folder_is_told(tmp_path):
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    tmp_path.chmod(0o500)
    with pytest.raises(BadInput, match="Permission denied"):
        output.check_writable(tmp_path / "x", "--output")


@pytest.mark.parametrize(("sign", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signal_ends_run_and_kernel(notebook, tmp_path, sign, code):
    psutil = pytest.importorskip("psutil")
    file = notebook("open('started', 'w').close()\nimport time\ntime.sleep(600)")
    command = [sys.executable, "-m", "tensortape", "run", file.name]
    process = subprocess.Popen(
        [*command, "--output", "out.ipynb"], cwd=tmp_path, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 60
    while not (tmp_path / "started").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    below = psutil.Process(process.pid).children(recursive=True)
    assert below
    process.send_signal(sign)
    told = process.communicate(timeout=30)[1]
    assert process.returncode == code
    assert told.endswith("nothing was written.\n") and told.count("\n") == 1
    assert sorted(os.listdir(tmp_path)) == ["nb.ipynb", "started"]
    assert not psutil.wait_procs(below, timeout=5)[1]
