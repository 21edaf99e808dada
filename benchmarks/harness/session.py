"""Drives the workers: one process per peer, asked in turn, so that noise hits all alike."""

from __future__ import annotations

import json
import subprocess
import tempfile
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from harness.environments import BENCHMARKS, process_variables
from harness.peers import Peer
from harness.results import Measurement, Row
from harness.workloads import Workload

CHECK_CALLS = 3
Progress = Callable[[str], None]


class WorkerError(Exception):
    """A worker could not do what it was asked; the message is the library's own."""


class Worker:
    """A process in a peer's environment that answers requests one after the other."""

    def __init__(self, peer: Peer, python: Path, timeout: float) -> None:
        self._timeout = timeout
        self._log = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115
        self._process = subprocess.Popen(
            [str(python), str(BENCHMARKS / "worker.py"), peer.name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=process_variables(peer.library),
            text=True,
        )

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()
        self._log.close()

    def ask(self, do: str, **request: Any) -> Any:
        """The reply to one request; WorkerError if it failed, died or took too long."""
        assert self._process.stdin and self._process.stdout
        timer = threading.Timer(self._timeout, self._process.kill)
        timer.start()
        try:
            self._process.stdin.write(json.dumps({"do": do, **request}) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        finally:
            timed_out = timer.finished.is_set()
            timer.cancel()
        if not line:
            raise WorkerError(self._death(timed_out))
        answer = json.loads(line)
        if "error" in answer:
            raise WorkerError(answer["error"])
        return answer["reply"]

    def _death(self, timed_out: bool) -> str:
        """Why there is no answer."""
        if timed_out:
            return f"no answer within {self._timeout:g} s"
        self._log.seek(0)
        last = self._log.read().strip().splitlines()[-1:] or ["no message"]
        return f"the process ended: {last[0]}"


class Session:
    """The workers of a run. Use as a context manager: leaving it ends every process."""

    def __init__(self, pythons: Mapping[Peer, Path], timeout: float = 120.0) -> None:
        self._pythons = pythons
        self._timeout = timeout
        self._workers: dict[Peer, Worker] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _worker(self, peer: Peer) -> Worker:
        if peer not in self._workers:
            worker = Worker(peer, self._pythons[peer], self._timeout)
            self._workers[peer] = self._stack.enter_context(worker)
        return self._workers[peer]

    def _ask(self, peer: Peer, do: str, **request: Any) -> Any:
        """Asks the peer's worker; one that failed is replaced before it is asked again."""
        try:
            return self._worker(peer).ask(do, **request)
        except WorkerError:
            self._workers.pop(peer).__exit__()
            raise

    def info(self) -> dict[str, Any]:
        """Versions and settings by peer; a worker that does not start says why instead."""
        found = {}
        for peer in self._pythons:
            try:
                found[peer.name] = self._ask(peer, "info", distribution=peer.library.distribution)
            except WorkerError as error:
                found[peer.name] = {"version": "", "error": str(error)}
        return found

    def run(self, workload: Workload, rounds: int, seconds: float, progress: Progress) -> Row:
        """Measures one workload on all peers, round by round."""
        row = Row(workload, {peer.name: peer.label for peer in self._pythons})
        peers = list(self._pythons) if workload.fresh else self._check(workload, row, progress)
        # A fresh process' first import also warms the disk cache; it does not count.
        for number in range(-1 if workload.fresh else 0, rounds):
            for peer in peers:
                if peer.name not in row.failures:
                    progress(f"{workload.name}: round {number + 1}/{rounds}, {peer.label}")
                    self._measure(workload, peer, seconds, row, count=number >= 0)
        if workload.stages:
            self._note_stages(workload, row)
        return row

    def _note_stages(self, workload: Workload, row: Row) -> None:
        """What each peer says of tracing and compiling."""
        for peer in self._pythons:
            if peer.name in row.measurements:
                try:
                    found = self._ask(peer, "stages", seconds=0.2, **_where(workload))
                except WorkerError as error:
                    row.failures[peer.name] = str(error)
                    continue
                row.measurements[peer.name].stages = found

    def _check(self, workload: Workload, row: Row, progress: Progress) -> list[Peer]:
        """Notes each peer's answer; returns the peers that have this workload."""
        peers = []
        for peer in self._pythons:
            progress(f"{workload.name}: check, {peer.label}")
            try:
                digests = self._ask(peer, "check", calls=CHECK_CALLS, **_where(workload))
            except WorkerError as error:
                row.failures[peer.name] = str(error)
                continue
            if digests is not None:
                row.digests[peer.name] = digests
                peers.append(peer)
        return peers

    def _measure(
        self, workload: Workload, peer: Peer, seconds: float, row: Row, count: bool
    ) -> None:
        """Adds one round of one peer to the row."""
        reply: dict[str, Any]
        try:
            if workload.fresh:
                with Worker(peer, self._pythons[peer], self._timeout) as worker:
                    value = worker.ask("once", **_where(workload))
                samples = [value] if count and value is not None else []
                reply = {"samples": samples, "idiom": ""}
            else:
                reply = self._ask(peer, "measure", seconds=seconds, **_where(workload))
        except WorkerError as error:
            row.failures[peer.name] = str(error)
            return
        if reply["samples"]:
            measurement = row.measurements.setdefault(peer.name, Measurement())
            measurement.idiom = reply["idiom"]
            measurement.samples += [x / workload.per_call for x in reply["samples"]]


def _where(workload: Workload) -> dict[str, Any]:
    """The part of a request that names the workload."""
    return {"path": str(workload.path), "parameters": dict(workload.parameters)}
