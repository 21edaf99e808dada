"""The reports beside the example notebooks, looked through in a browser as a reader would."""

from __future__ import annotations

from pathlib import Path

import pytest
from examine_browser import Opened, in_playwright
from test_flow_page import OVERLAPS, TOO_WIDE

pytestmark = in_playwright
REPORTS = sorted((Path(__file__).parents[2] / "examples").glob("*.report.html"))


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.name.split(".")[0])
def test_every_group_can_be_read(path: Path, width: int) -> None:
    opened = Opened(width, 844)
    page = opened.goto(path)
    groups = page.locator(".call").count()
    assert groups >= 4
    if width < 760:
        page.locator(".call").first.click()
    for _ in range(groups):
        page.wait_for_timeout(30)
        assert page.locator(".node").count() >= 3
        assert page.evaluate(OVERLAPS) == 0
        assert not page.evaluate(TOO_WIDE)
        assert page.locator(".step h2").inner_text()
        assert page.locator(".source .line.here").count() == 1
        page.keyboard.press("j")
    assert opened.complaints == []
    assert all(url.startswith("file:") for url in opened.requests)
    opened.page.close()
