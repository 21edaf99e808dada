"""Run a notebook in a real Jupyter kernel, cell by cell, with `tensorflow` being TensorTape."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import sys
import time
from pathlib import Path
from typing import Any

import nbformat
from nbclient.exceptions import CellExecutionError, DeadKernelError

from tensortape.compat import output
from tensortape.compat.failure import (
    INTERRUPTED,
    PROGRAM_FAILED,
    TERMINATED,
    TIMED_OUT,
    BadInput,
    RunFailure,
)
from tensortape.compat.kernel_client import request, running_kernel
from tensortape.compat.progress import CellProgress

GRACE = 5.0  # seconds a timed-out cell may take to react to the interrupt
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def read_notebook(path: Path) -> Any:
    """Read a notebook of any format version, without its old outputs; raise `BadInput` if bad."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise BadInput(
            f"{path}: cannot be read as a notebook: it is not UTF-8 ({error})."
        ) from error
    except OSError as error:
        raise BadInput(f"{path}: cannot be read: {error.strerror or error}.") from error
    try:
        notebook = nbformat.reads(text, as_version=4)
        cells = notebook.cells
        assert all(isinstance(cell.source, str) and cell.cell_type for cell in cells)
    except Exception as error:
        raise BadInput(f"{path}: not a Jupyter notebook: {_why_not(text, error)}.") from error
    language = notebook.metadata.get("kernelspec", {}).get("language", "python")
    if language.lower() != "python":
        raise BadInput(f"{path}: the notebook is written in {language}; only Python can be run.")
    for cell in cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def _why_not(text: str, error: Exception) -> str:
    try:
        content = json.loads(text)
    except ValueError as wrong:
        return f"it is not JSON ({wrong})"
    if not isinstance(content, dict) or "nbformat" not in content:
        return 'it is JSON, but has no "nbformat" and "cells"'
    first = str(error).strip().splitlines() or [type(error).__name__]
    return f"it does not follow the notebook format ({first[0]})"


def run_notebook(
    path: Path,
    arguments: list[str],
    *,
    timeout: float | None,
    report: Path | None,
    target: Path | None,
    every_call: bool = False,
) -> None:
    """Run every cell; write the executed notebook to `target` and the report to `report`.

    A failing or hanging cell ends the run: what ran until then is written all the same.
    """
    notebook = read_notebook(path)
    run = NotebookRun(path, notebook, arguments, timeout, report, options=(every_call,))
    began = time.monotonic()
    try:
        asyncio.run(run.execute())
    except KeyboardInterrupt:  # where the event loop cannot handle signals
        raise _stopped(signal.SIGINT) from None
    except RunFailure as failure:
        if run.number and failure.exit_code not in (INTERRUPTED, TERMINATED):
            _write(notebook, target)
        raise
    _write(notebook, target)
    written = "".join(f", wrote {file}" for file in (target, report) if file)
    took = time.monotonic() - began
    cells = "1 cell" if run.number == 1 else f"{run.number} cells"
    print(f"{path.name}: {cells} in {took:.1f} s{written}", file=sys.stderr)


def _write(notebook: Any, target: Path | None) -> None:
    if target is None:
        return
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = _joined_streams(cell.outputs)
    output.write_whole(target, nbformat.writes(notebook) + "\n")


def _joined_streams(outputs: list[Any]) -> list[Any]:
    """Join what a cell printed bit by bit, as Jupyter does when it saves a notebook."""
    joined: list[Any] = []
    for item in outputs:
        last = joined[-1] if joined else None
        if item.output_type == "stream" and last and last.get("name") == item.name:
            last.text += item.text
        else:
            joined.append(item)
    return joined


def _stopped(number: int) -> RunFailure:
    if number == signal.SIGINT:
        return RunFailure("interrupted; nothing was written.", INTERRUPTED)
    return RunFailure("terminated; nothing was written.", TERMINATED)


class NotebookRun:
    """One run of one notebook: its kernel, its progress, the cell it is at."""

    def __init__(
        self,
        path: Path,
        notebook: Any,
        arguments: list[str],
        timeout: float | None,
        report: Path | None,
        recording: str = "report",
        options: tuple[Any, ...] = (),
    ) -> None:
        self.path, self.notebook, self.report = path, notebook, report
        self.recording = recording  # of what `report` is written: "report" or "why"
        self.options = options  # of the recording
        self.arguments = [str(path), *arguments] if arguments else []
        self.timeout = timeout
        self.number = 0  # of the cell, as in `In [n]`
        self._signal = 0
        self._answers = True  # whether the kernel takes requests

    async def execute(self) -> None:
        """Run the cells in a fresh kernel, ending it at a signal."""
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None

        def stop(number: int) -> None:
            if not self._signal:  # a second Ctrl-C does not disturb the cleaning up
                self._signal = number
                task.cancel()

        for number in (signal.SIGINT, signal.SIGTERM):
            try:
                loop.add_signal_handler(number, stop, number)
            except (NotImplementedError, RuntimeError):
                break  # Windows, or not the main thread: KeyboardInterrupt comes through
        try:
            await self._run_in_kernel()
        except asyncio.CancelledError:
            raise _stopped(self._signal or signal.SIGINT) from None

    async def _run_in_kernel(self) -> None:
        async with running_kernel(self.notebook, self.path.resolve().parent) as client:
            self.client: Any = client
            await request(client, "ready", self.arguments)
            if self.report is None:
                await self._run_cells()
                return
            await request(client, f"start_{self.recording}", self.path.name, *self.options)
            try:
                await self._run_cells()
            except RunFailure as failure:
                await self._write_report_after(failure, self.report)
                raise
            await self._write_report(self.report)

    async def _write_report_after(self, failure: RunFailure, report: Path) -> None:
        """Write the report up to a failing cell, if its kernel still answers."""
        try:
            if self._answers:
                await self._write_report(report)
        except RunFailure as second:
            message = f"{failure}\n\nIn addition, {second}"
            raise RunFailure(message, failure.exit_code) from None

    async def _write_report(self, report: Path) -> None:
        with output.replacing(report) as temporary:
            await request(self.client, f"write_{self.recording}", str(temporary))

    async def _run_cells(self) -> None:
        cells = [
            (index, cell)
            for index, cell in enumerate(self.notebook.cells)
            if cell.cell_type == "code" and cell.source.strip()
        ]
        with CellProgress(self.path.name, len(cells)) as progress:
            for index, cell in cells:
                self.number += 1
                progress.show(self.number, cell.source)
                if self.report:
                    await request(self.client, "set_cell", self.number)
                await self._run_cell(cell, index)
        self.client.set_widgets_metadata()

    async def _run_cell(self, cell: Any, index: int) -> None:
        execution = self.client.async_execute_cell(cell, index, execution_count=self.number)
        task = asyncio.ensure_future(execution)
        task.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
        try:
            done, _ = await asyncio.wait({task}, timeout=self.timeout)
            if not done:
                await self._interrupt(task)
                told = f"did not finish within {self.timeout:g} seconds (--timeout)"
                raise self._failure(told, cell, TIMED_OUT)
            task.result()
        except CellExecutionError:
            raise self._failure("raised an exception", cell) from None
        except DeadKernelError:
            self._answers = False
            raise self._failure("ended the kernel process", cell) from None
        finally:
            task.cancel()

    async def _interrupt(self, task: asyncio.Future[Any]) -> None:
        """Interrupt the hanging cell, so that its outputs show where it was."""
        await self.client.km.interrupt_kernel()
        await asyncio.wait({task}, timeout=GRACE)
        self._answers = task.done()

    def _failure(self, what: str, cell: Any, code: int = PROGRAM_FAILED) -> RunFailure:
        """Return what to say: which cell, its source, the traceback among its outputs."""
        source = "\n".join(f"    {line}" for line in cell.source.rstrip().splitlines())
        message = f"cell [{self.number}] of {self.path.name} {what}:\n\n{source}"
        for item in cell.outputs:
            if item.output_type == "error":
                message += "\n\n" + "\n".join(item.traceback)
        return RunFailure(message if sys.stderr.isatty() else _COLOURS.sub("", message), code)
