"""A headless Chromium without a network, for looking at a page as a reader's browser does."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next((found for name in NAMES if (found := shutil.which(name))), None)
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--enable-logging=stderr", "--virtual-time-budget=4000",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)  # fmt: skip


def chromium(url: str, *flags: str, size: str = "1400,1000") -> tuple[str, list[str]]:
    """Standard output (the DOM with ``--dump-dom``) and the console's lines."""
    assert CHROMIUM
    with tempfile.TemporaryDirectory() as profile:
        done = subprocess.run(
            [CHROMIUM, *FLAGS, f"--user-data-dir={profile}", f"--window-size={size}", *flags, url],
            capture_output=True, text=True, timeout=120, check=True,
        )  # fmt: skip
    return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]


def dom(path: Path, address: str = "", size: str = "1400,1000") -> tuple[str, list[str]]:
    """The document of a page after its scripts ran."""
    return chromium(path.as_uri() + address, "--dump-dom", size=size)
