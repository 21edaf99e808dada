"""A headless Chromium without a network, for looking at a page as a reader's browser does."""

from __future__ import annotations

import atexit
import functools
import shutil
from pathlib import Path
from typing import Any

import pytest

try:
    from playwright.sync_api import sync_playwright
except ImportError:
    sync_playwright = None

NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next((found for name in NAMES if (found := shutil.which(name))), None)
in_playwright = pytest.mark.skipif(
    CHROMIUM is None or sync_playwright is None,
    reason="needs Chromium and Playwright (pip install playwright; its own browsers are not used)",
)


@functools.cache
def shared_browser() -> Any:
    """The installed Chromium, driven by Playwright; one for all tests of this process."""
    playwright = sync_playwright().start()
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
    atexit.register(playwright.stop)
    atexit.register(browser.close)
    return browser


class Opened:
    """A page that is open; what it logged and asked for is kept."""

    def __init__(self, width: int = 1280, height: int = 900, **options: Any) -> None:
        self.page = shared_browser().new_page(
            viewport={"width": width, "height": height}, **options
        )
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))

    def goto(self, path: Path, address: str = "") -> Any:
        """Open a file and wait until its scripts ran."""
        self.page.goto(path.as_uri() + address)
        self.page.wait_for_selector("html[data-ready]")
        return self.page


def dom(path: Path, address: str = "", size: str = "1400,1000") -> tuple[str, list[str]]:
    """The document of a page after its scripts ran, and what it logged."""
    width, height = map(int, size.split(","))
    opened = Opened(width, height)
    try:
        page = opened.goto(path, address)
        page.wait_for_timeout(50)
        return page.content(), opened.complaints
    finally:
        opened.page.close()
