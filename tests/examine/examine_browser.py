"""A headless Chromium without a network, for looking at a page as a reader's browser does."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

try:
    from playwright.sync_api import sync_playwright
except ImportError:
    sync_playwright = None

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


in_playwright = pytest.mark.skipif(
    CHROMIUM is None or sync_playwright is None,
    reason="needs Chromium and Playwright (pip install playwright; its own browsers are not used)",
)


@contextmanager
def playwright_browser() -> Iterator[Any]:
    """The installed Chromium, driven by Playwright."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


class Opened:
    """A page that is open; what it logged and asked for is kept."""

    def __init__(self, browser: Any, width: int = 1280, height: int = 900, **options: Any) -> None:
        self.page = browser.new_page(viewport={"width": width, "height": height}, **options)
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))

    def goto(self, path: Path) -> Any:
        """Open a file and wait until its scripts ran."""
        self.page.goto(path.as_uri())
        self.page.wait_for_selector("html[data-ready]")
        return self.page
