"""A Jupyter kernel of the interpreter that runs us, with the alias switched on."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from nbclient.util import ensure_async

from tensortape.compat.failure import RunFailure

EXTENSION = "tensortape.compat.kernel"
START_TIMEOUT = 120
_PURPOSE = {
    "ready": "switch on TensorTape",
    "start_report": "start recording for the report",
    "set_cell": "record a cell for the report",
    "write_report": "write the report",
    "start_why": "judge the gradients",
    "write_why": "tell what was found",
}
OUTPUT_TIMEOUT = 60  # seconds to wait for the last of a cell's output once the cell has ended


class CurrentInterpreterManager(AsyncKernelManager):
    """Starts kernels of `sys.executable`, whatever kernel specs are installed."""

    @property
    def kernel_spec(self) -> KernelSpec:
        """How to start ipykernel here, loading our extension before anything else runs."""
        start = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        options = [
            f"--IPKernelApp.extensions=['{EXTENSION}']",
            "--HistoryManager.enabled=False",
        ]
        return KernelSpec(argv=start + options, display_name="Python 3", language="python")


@contextlib.asynccontextmanager
async def running_kernel(notebook: Any, folder: Path) -> AsyncIterator[NotebookClient]:
    """Start a kernel in `folder` and give the client; no kernel is left, however it ends."""
    with tempfile.TemporaryDirectory(prefix="tensortape-") as private:
        manager = CurrentInterpreterManager(**_connection(Path(private)))
        client = NotebookClient(
            notebook,
            km=manager,
            timeout=None,
            startup_timeout=START_TIMEOUT,
            iopub_timeout=OUTPUT_TIMEOUT,
            record_timing=False,
        )
        client.log.disabled = True  # what it would log is said by us
        graceful = False
        try:
            await _start(client, folder)
            yield client
            graceful = True
        finally:
            await asyncio.shield(_stop(client, manager, graceful))


def _connection(folder: Path) -> dict[str, str]:
    """Return how to talk to the kernel: over sockets in a private folder where there are such."""
    options = {"connection_file": str(folder / "kernel.json")}
    sockets = str(folder / "kernel")
    if os.name == "posix" and len(sockets) < 90:  # the system limits such names to about 100
        options.update(transport="ipc", ip=sockets)
    return options


async def _start(client: NotebookClient, folder: Path) -> None:
    try:
        await client.async_start_new_kernel(cwd=str(folder))
        await client.async_start_new_kernel_client()
    except RuntimeError as error:
        raise RunFailure(
            f"the notebook's kernel did not start ({error}). Does"
            f" `{sys.executable} -m ipykernel_launcher --version` work?"
        ) from error


async def _stop(client: NotebookClient, manager: AsyncKernelManager, graceful: bool) -> None:
    channels: Any = client.kc
    if channels is not None:
        await ensure_async(channels.stop_channels())
    if manager.has_kernel:
        if not graceful:
            # The kernel leads a process group of its own: what its cells started ends with it.
            with contextlib.suppress(Exception):
                await manager.signal_kernel(getattr(signal, "SIGKILL", signal.SIGTERM))
        await manager.shutdown_kernel(now=not graceful)
    await ensure_async(manager.cleanup_resources())


async def request(client: NotebookClient, function: str, *arguments: Any) -> None:
    """Call a function of `compat.kernel` in the kernel; it leaves no trace in the notebook."""
    call = f"__import__({EXTENSION!r}, fromlist=['x']).{function}(*{arguments!r})"
    channels: Any = client.kc
    message = channels.execute(call, silent=True, store_history=False)
    try:
        reply = await client.async_wait_for_reply(message)
    except DeadKernelError:
        raise RunFailure("the notebook's kernel ended by itself.") from None
    content = reply["content"] if reply else {"status": "error", "ename": "no reply"}
    if content["status"] != "ok":
        told = f"{content.get('ename', '')}: {content.get('evalue', '')}".strip(": ")
        raise RunFailure(f"could not {_PURPOSE[function]} in the notebook's kernel: {told}")
