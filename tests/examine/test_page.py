from __future__ import annotations

import errno
import json
import os
import re
from pathlib import Path

import pytest
from examine_browser import dom
from examine_browser import in_playwright as in_browser
from examine_sample import sample_report

from tensortape.examine import page
from tensortape.examine.model import Report
from tensortape.examine.page import render, write_atomically


def data_of(text: str) -> dict[str, object]:
    found = re.search(
        r'<script type="application/json" id="report-data">(.*?)</script>', text, re.S
    )
    assert found
    return json.loads(found[1])


def test_the_page_refers_to_nothing_outside_of_itself() -> None:
    text = render(sample_report())
    assert not re.search(r"""(src|href)\s*=\s*["']?(https?:)?//""", text)
    assert not re.search(r"@import|url\(\s*[\"']?http", text)
    assert "default-src 'none'" in text
    assert "{{" not in re.sub(r"<script.*?</script>", "", text, flags=re.S)


def test_the_page_carries_its_data_as_json() -> None:
    data = data_of(render(sample_report()))
    assert data["schema"] == 1
    assert [g["count"] for g in data["groups"]] == [400, 1, 1]  # type: ignore[attr-defined]


def test_text_from_the_user_cannot_leave_its_place() -> None:
    report = sample_report()
    report.title = "</script><img src=x onerror=alert(1)> {{DATA}}"
    report.files[0].lines["17"] = "</script><script>alert(1)</script>"
    text = render(report)
    assert "<img" not in text
    assert "alert(1)</script>" not in text
    assert text.count("</script>") == 2


def test_the_page_stays_small() -> None:
    assert len(render(sample_report())) < 200_000


def test_writing_replaces_the_whole_file_or_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "report.html"
    write_atomically(target, "old")

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(page.os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(target, "new")
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_writing_into_a_missing_folder_says_so(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nowhere"):
        write_atomically(tmp_path / "nowhere" / "report.html", "text")


@in_browser
def test_the_overview_lists_the_groups_with_their_findings(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    write_atomically(path, render(sample_report()))
    text, console = dom(path)
    assert console == []
    assert 'data-ready="yes"' in text
    assert text.count('class="call') == 3
    assert "called 400 times" in text
    assert "Zero gradient · 96 of 400" in text
    assert "402 gradient calls · from 3 lines · 3 with findings" in text


@in_browser
def test_the_detail_shows_graph_table_and_findings(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    write_atomically(path, render(sample_report()))
    text, console = dom(path, "#2.1")
    assert console == []
    assert text.count('class="node ') == 6
    assert len(re.findall(r'class="row  +(here )?bad', text)) == 1
    assert "The gradient became NaN in the backward rule of Exp" in text
    assert "return tf.math.log(1 + tf.exp(x))" in text
    assert "y = exp(x)" in text


@in_browser
def test_a_jacobian_shows_summaries_and_a_none(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    write_atomically(path, render(sample_report()))
    text, console = dom(path, "#3.1", size="480,900")
    assert console == []
    assert "[12, 1, 300, 20]" in text
    assert 'class="is-none"' in text
    assert "Round #5" in text


@in_browser
def test_a_run_without_gradients_says_so(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    write_atomically(path, render(Report("nothing", "2026-01-01T00:00:00", "tensortape")))
    text, console = dom(path)
    assert console == []
    assert "This run made no gradient" in text


def after(tmp_path: Path, script: str, size: str = "1400,1000") -> str:
    """The document after ``script`` has run in the page."""
    path = tmp_path / "report.html"
    text = render(sample_report()).replace("</body>", f"<script>{script}</script></body>")
    write_atomically(path, text)
    document, console = dom(path, size=size)
    assert console == []
    return document.partition('<script type="application/json"')[0]


def press(*keys: str) -> str:
    return "".join(
        f"document.body.dispatchEvent(new KeyboardEvent('keydown',{{key:'{key}',bubbles:true}}));"
        for key in keys
    )


@in_browser
def test_keys_walk_through_lines_and_calls(tmp_path: Path) -> None:
    text = after(tmp_path, press("j", "]", "]"))  # the first ones with findings come first
    assert re.search(r"call <b>3</b> of 400", text)
    text = after(tmp_path, press("j", "]", "["))
    assert re.search(r"call <b>1</b> of 400", text)
    text = after(tmp_path, press("End", "p"))
    assert re.search(r'class="row  here bad[^>]*data-op="0"', text)


@in_browser
def test_the_filter_leaves_what_matches(tmp_path: Path) -> None:
    fill = (
        "const f=document.getElementById('filter');f.value='%s';"
        "f.dispatchEvent(new Event('input'));"
    )
    text = after(tmp_path, fill % "exp cell")
    assert text.count('<li hidden="">') == 2
    text = after(tmp_path, fill % "no such thing")
    assert "No call matches." in text
    assert text.count('<li hidden="">') == 3


@in_browser
def test_the_theme_switches(tmp_path: Path) -> None:
    light, dark = after(tmp_path, ""), after(tmp_path, press("t"))
    assert ('class="dark"' in light) != ('class="dark"' in dark)


@in_browser
def test_narrow_screens_show_the_list_then_the_detail(tmp_path: Path) -> None:
    width = "document.documentElement.dataset.wide=document.documentElement.scrollWidth>innerWidth;"
    shown = (
        "for(const n of ['nav','main'])document.documentElement.dataset[n]="
        "getComputedStyle(document.querySelector(n)).display;"
    )
    text = after(tmp_path, shown + width, size="500,900")
    assert 'data-nav="flex"' in text or 'data-nav="block"' in text
    assert 'data-main="none"' in text
    assert 'data-wide="false"' in text
    text = after(
        tmp_path, "document.querySelector('.call').click();" + shown + width, size="500,900"
    )
    assert 'data-nav="none"' in text
    assert 'data-main="block"' in text
    assert 'data-wide="false"' in text


@in_browser
@pytest.mark.parametrize("size", ["390,840", "1000,800", "1920,1000"])
def test_the_text_of_curves_keeps_its_size(tmp_path: Path, size: str) -> None:
    script = (
        "for(const call of document.querySelectorAll('.call'))"
        "if(!document.querySelector('.chart svg'))call.click();"
        "const svg=document.querySelector('.chart svg'),box=svg.getBoundingClientRect(),"
        "own=svg.viewBox.baseVal;document.documentElement.dataset.scale="
        "Math.min(box.width/own.width,box.height/own.height).toFixed(2);"
    )
    found = re.search(r'data-scale="([\d.]+)"', after(tmp_path, script, size=size))
    assert found and 0.95 <= float(found[1]) <= 1.05
