"""Runs Keras' own tests against the installed Keras, on TensorFlow or on TensorTape, and compares.

Keras' test files are not part of this project: take its repository at the tag of the version in
use, or the source distribution (`pip download --no-deps --no-binary :all: keras==3.15.1`, unpacked)
with the repository's `conftest.py` beside its `keras` folder. Only the `*_test.py` files and
pytest's settings are taken from there (into a temporary tree); the `keras` they test is the
installed package. Some tests need `scipy`, `pandas`, `grain`, `jax` or `torch` in both
environments; for those that import the last two, `--append` adds folders to `sys.path`.

    python own_suite.py run CHECKOUT tensorflow.json --python /path/to/tensorflow-env/bin/python
    python own_suite.py run CHECKOUT tensortape.json --alias
    python own_suite.py compare tensorflow.json tensortape.json --failures failures.md

Every file runs in a process of its own (a fork of one that has imported TensorFlow and Keras but
run nothing), with a timeout for the file and one for each test. The
results are saved after every file; files that are in the results already are left out
(`--again` runs them anew), so an interrupted run goes on where it stopped.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import importlib
import importlib.util
import json
import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

FOLDERS = (
    "layers losses metrics optimizers models trainers callbacks ops initializers regularizers"
    " constraints activations utils saving random"
).split()
SOURCE = Path("keras") / "src"
PREFIX = "keras.src."
PEERS = re.compile(r"\b(import|from) +(jax|torch)\b")
MARKERS = ("requires_trainable_backend", "multi_device")


class Results:
    """A pytest plugin: one line per report goes to a file as soon as it is known."""

    def __init__(self, out: str, seconds: int) -> None:
        self._out = open(out, "a", encoding="utf-8")  # noqa: SIM115 (open until the process ends)
        self._seconds = seconds

    def _write(self, name: str, outcome: str, message: str) -> None:
        self._out.write(json.dumps([name, outcome, message]) + "\n")
        self._out.flush()

    def pytest_configure(self, config) -> None:
        for marker in MARKERS:
            config.addinivalue_line("markers", f"{marker}: a mark of Keras' test suite")

    def pytest_collection_modifyitems(self, config, items) -> None:
        import pytest

        for item in items:
            if "multi_device" in item.keywords:
                item.add_marker(pytest.mark.skip(reason="needs several devices"))

    def pytest_runtest_setup(self, item) -> None:
        signal.signal(signal.SIGALRM, _too_long)
        signal.alarm(self._seconds)

    def pytest_runtest_teardown(self, item) -> None:
        signal.alarm(0)

    def pytest_collectreport(self, report) -> None:
        if report.failed:
            self._write("(collection)", "failed", _last_lines(report))

    def pytest_runtest_logreport(self, report) -> None:
        if report.when == "call" or not report.passed:
            name = report.nodeid.partition("::")[2]
            self._write(name, report.outcome, "" if report.passed else _last_lines(report))


def _too_long(signum, frame):
    raise TimeoutError("the test took too long")


def _last_lines(report) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    if crash is not None:
        return f"{crash.message[:700]} [{crash.path}:{crash.lineno}]"
    return str(report.longrepr)[-700:]


class TestFinder:
    """Finds `keras.src.….x_test` (some tests import others) in the tree of test files."""

    def __init__(self, tree: Path) -> None:
        self._tree = tree

    def find_spec(self, name, path=None, target=None):
        file = self._tree.joinpath(*name.split(".")).with_suffix(".py")
        if not (name.startswith(PREFIX) and name.endswith("_test") and file.exists()):
            return None
        return importlib.util.spec_from_file_location(name, file)


def work(arguments) -> None:
    """Run the test files named on standard input, each in a fork of this process."""
    sys.path += arguments.append
    for peer in ("torch", "jax") if arguments.append else ():  # TensorFlow wants to be the last
        importlib.import_module(peer)
    if arguments.alias:
        importlib.import_module("tensortape").install()
    for name in ("pytest", "tensorflow", "keras"):
        importlib.import_module(name)
    for line in sys.stdin:
        job = json.loads(line)
        started = time.time()
        child = os.fork()
        if not child:
            run_tests(arguments, job)
        code = wait(child, arguments.file_seconds)
        answer = {"code": code, "seconds": round(time.time() - started, 1)}
        print(json.dumps(answer), flush=True)


def wait(child: int, seconds: int) -> int | str:
    """The exit code of a process, or "timeout" (it is ended then)."""
    until = time.time() + seconds
    while time.time() < until:
        found, status = os.waitpid(child, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.05)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return "timeout"


def run_tests(arguments, job: dict) -> None:
    """Run one test file in this process and end it."""
    import pytest

    log = os.open(job["log"], os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(log, stream)
    tree = Path(arguments.tree)
    sys.meta_path.append(TestFinder(tree))
    sys.path.append(str(tree))  # some tests import the suite's conftest
    package = ".".join(Path(job["file"]).parent.parts)
    with contextlib.suppress(ImportError):  # the test file will say what is wrong
        importlib.import_module(package)
    options = ["-q", "--import-mode=importlib", "-p", "no:cacheprovider", "--rootdir", str(tree)]
    options += ["-c", str(tree / "pyproject.toml"), "--override-ini", "addopts=", "-s"]
    options += ["--tb=short", *(["-k", arguments.select] if arguments.select else [])]
    os.chdir(tree)
    code = 3
    try:
        plugin = Results(job["out"], arguments.test_seconds)
        code = int(pytest.main([*options, str(tree / job["file"])], plugins=[plugin]))
    finally:
        sys.stdout.flush()
        os._exit(code)


def make_tree(checkout: Path, tree: Path) -> list[str]:
    """Copy the test files (and pytest's settings) of a Keras checkout; return their paths."""
    for name in ("pyproject.toml", "conftest.py"):
        if (checkout / name).exists():
            shutil.copy(checkout / name, tree)
    files = []
    for path in sorted((checkout / SOURCE).rglob("*_test.py")):
        file = path.relative_to(checkout)
        (tree / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, tree / file)
        files.append(str(file))
    return files


class Worker:
    """A process that has imported everything and runs test files in forks of itself."""

    def __init__(self, arguments, tree: Path, peers: bool) -> None:
        self._tree = tree
        command = [arguments.python, str(Path(__file__).resolve()), "work", str(tree)]
        command += ["--alias"] if arguments.alias else []
        command += ["--select", arguments.select] if arguments.select else []
        for option in ("test", "file"):
            command += [f"--{option}-seconds", str(getattr(arguments, f"{option}_seconds"))]
        command += [f"--append={path}" for path in arguments.append] if peers else []
        environment = {**os.environ, "KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"}
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True
        )

    def __call__(self, file: str) -> dict:
        """Run one file; return its outcome by test."""
        base = file.replace("/", ".")
        job = {"file": file, "out": f"{self._tree}/{base}.jsonl", "log": f"{self._tree}/{base}.log"}
        out, log = Path(job["out"]), Path(job["log"])
        out.unlink(missing_ok=True)
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        tail = log.read_text(errors="replace")[-1500:] if answer["code"] not in (0, 1, 5) else ""
        lines = out.read_text().splitlines() if out.exists() else []
        return {**answer, "tests": outcomes(lines), "log": tail}

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def outcomes(lines: list[str]) -> dict[str, list[str]]:
    """Outcome and message of each test, of its reports."""
    tests: dict[str, list[str]] = {}
    for name, outcome, message in map(json.loads, lines):
        if tests.get(name, ["passed"])[0] != "failed":
            tests[name] = [outcome, message]
    return tests


def run_file(arguments, tree: Path, workers: queue.SimpleQueue, file: str) -> dict:
    """Run one file with a worker that is free (with one of its own where it imports peers)."""
    if PEERS.search((tree / file).read_text()):
        worker = Worker(arguments, tree, peers=True)
        try:
            return worker(file)
        finally:
            worker.close()
    worker = workers.get()
    try:
        return worker(file)
    finally:
        workers.put(worker)


def run(arguments) -> None:
    """Run the test files of the chosen folders and save the results after each."""
    target = Path(arguments.results)
    results = json.loads(target.read_text()) if target.exists() else {}
    with tempfile.TemporaryDirectory(prefix="keras-own-") as made:
        tree = Path(made).resolve()
        files = make_tree(Path(arguments.checkout), tree)
        chosen = [f for folder in arguments.folders for f in files if _folder(f) == folder]
        chosen = [f for f in chosen if any(part in f for part in arguments.only.split(","))]
        chosen = [f for f in chosen if arguments.again or f not in results]
        if arguments.small_first:
            chosen.sort(key=lambda f: (tree / f).stat().st_size)
        workers: queue.SimpleQueue = queue.SimpleQueue()
        for _ in range(arguments.jobs):
            workers.put(Worker(arguments, tree, peers=False))
        with ThreadPoolExecutor(arguments.jobs) as pool:
            pairs = pool.map(lambda f: (f, run_file(arguments, tree, workers, f)), chosen)
            for file, result in pairs:
                if arguments.select and file in results:
                    result["tests"] = {**results[file]["tests"], **result["tests"]}
                results[file] = result
                _save(target, results)
                counts = collections.Counter(o for o, _ in result["tests"].values())
                print(file, result["code"], result["seconds"], dict(counts), flush=True)
        for _ in range(arguments.jobs):
            workers.get().close()


def _save(target: Path, results: dict) -> None:
    partial = target.with_suffix(".part")
    partial.write_text(json.dumps(results, indent=0))
    partial.replace(target)


def _folder(file: str) -> str:
    parts = Path(file).relative_to(SOURCE).parts
    return parts[0]


def compare(arguments) -> None:
    """Print, by folder, what passes on TensorFlow and which share of that passes here."""
    reference, ours = (json.loads(Path(p).read_text()) for p in (arguments.tf, arguments.ours))
    table: dict[str, list[int]] = collections.defaultdict(lambda: [0, 0])
    failures = []
    for file in sorted(set(reference) & set(ours)):
        passed = {n for n, (outcome, _) in reference[file]["tests"].items() if outcome == "passed"}
        got = ours[file]["tests"]
        row = table[_folder(file)]
        row[0] += len(passed)
        row[1] += sum(got.get(name, [""])[0] == "passed" for name in passed)
        wrong = [n for n in sorted(passed) if got.get(n, [""])[0] != "passed"]
        failures += [(file, n, *got.get(n, ["not run", _why_not_run(ours[file])])) for n in wrong]
    _print_table(table)
    if arguments.failures:
        lines = [f"{f}::{n}\t{o}\t{' '.join(m.split())[:400]}" for f, n, o, m in failures]
        Path(arguments.failures).write_text("\n".join(lines) + "\n")
    missing = sorted(set(reference) ^ set(ours))
    if missing:
        print(f"{len(missing)} files are in one of the results only, such as {missing[:3]}")


def _why_not_run(result: dict) -> str:
    collected = result["tests"].get("(collection)", ["", ""])[1]
    return collected or f"exit code {result['code']}: {result['log'][-300:]}"


def _print_table(table: dict[str, list[int]]) -> None:
    order = {name: i for i, name in enumerate(FOLDERS)}
    print("| folder | passed on TensorFlow | of those passed on TensorTape | share |")
    print("|---|---:|---:|---:|")
    for folder in sorted(table, key=lambda name: (order.get(name, 99), name)):
        passed, ours = table[folder]
        print(f"| {folder} | {passed} | {ours} | {ours / max(passed, 1):.1%} |")
    passed, ours = (sum(row[i] for row in table.values()) for i in (0, 1))
    print(f"| **all** | {passed} | {ours} | {ours / max(passed, 1):.1%} |")


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True)
    runs = commands.add_parser("run", help="run the tests")
    runs.add_argument("checkout", help="an unpacked Keras source distribution or checkout")
    runs.add_argument("results", help="the JSON file the results go to")
    runs.add_argument("--python", default=sys.executable, help="the interpreter to run them with")
    runs.add_argument("--folders", type=lambda s: s.split(","), default=FOLDERS)
    runs.add_argument("--only", default="", help="files with one of these in their path")
    runs.add_argument("--again", action="store_true", help="run files that have results too")
    runs.add_argument("--small-first", action="store_true", help="short files first")
    runs.add_argument("--jobs", type=int, default=1)
    worker = commands.add_parser("work", help="run files named on standard input (for `run`)")
    worker.add_argument("tree")
    for command, function in ((runs, run), (worker, work)):
        command.add_argument("--alias", action="store_true", help="on TensorTape")
        command.add_argument("--select", default="", help="pytest's -k")
        command.add_argument("--test-seconds", type=int, default=120)
        command.add_argument("--file-seconds", type=int, default=1200)
        command.add_argument("--append", action="append", default=[], help="to sys.path")
        command.set_defaults(function=function)
    compared = commands.add_parser("compare", help="compare two results")
    compared.add_argument("tf")
    compared.add_argument("ours")
    compared.add_argument("--failures", help="a file for the list of failures")
    compared.set_defaults(function=compare)
    return parser.parse_args()


if __name__ == "__main__":
    options = parse()
    options.function(options)
