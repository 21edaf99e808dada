"""The page of a training: alerts first, curves, and figures by layer; no script, no network."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from typing import Any

from tensortape.examine.health.live import TITLES, cells_of, number

WIDTH, HEIGHT = 640, 120
STYLE = """
:root{color-scheme:light dark;--ink:#1c1e21;--dim:#667;--paper:#fff;--card:#f5f6f8;--line:#2563eb;
--bad:#b42318;--warn:#9a6700}
@media(prefers-color-scheme:dark){:root{--ink:#e6e8eb;--dim:#9aa;--paper:#16181c;--card:#1f2329;
--line:#7aa7ff;--bad:#ff8a80;--warn:#e3b341}}
body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);margin:0 auto;
max-width:72rem;padding:1.5rem}
table{border-collapse:collapse;width:100%}th,td{padding:.3rem .6rem;text-align:right;
border-bottom:1px solid var(--card);white-space:nowrap}
th:first-child,td:first-child,th:last-child,td:last-child{text-align:left}.wide{overflow-x:auto}
.alert{background:var(--card);padding:.6rem 1rem;border-left:4px solid var(--warn);
margin:.5rem 0}.error{border-color:var(--bad)}
figure{margin:1rem 0}figcaption{color:var(--dim)}svg{width:100%;height:auto;background:var(--card)}
polyline{fill:none;stroke:var(--line);stroke-width:1.5}text{fill:var(--dim);font-size:11px}
.error b{color:var(--bad)}pre{white-space:pre-wrap;margin:.3rem 0 0}
@media print{body{max-width:none}figure{break-inside:avoid}}
"""


def write(monitor: Any, path: Any) -> None:
    """Write the page; raises ``OSError`` where that cannot be done."""
    with open(path, "w", encoding="utf-8") as file:
        file.write(render(monitor))


def render(monitor: Any) -> str:
    """The page as text."""
    alerts = monitor.alerts()
    told = "".join(map(alert_of, alerts)) or "<p>No layer is in trouble.</p>"
    steps = f"{len(monitor.steps)} steps examined, every {monitor.every}"
    steps = steps.removesuffix(", every 1")
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>Gradient health</title><style>{STYLE}</style></head><body>"
        f"<h1>Gradient health</h1><p>{steps}</p><h2>Alerts</h2>{told}"
        f"<h2>Layers</h2>{table(monitor)}<h2>Over the steps</h2>{curves(monitor)}</body></html>"
    )


def frame(monitor: Any) -> str:
    """The page in a frame of its own, as a notebook shows it."""
    page = html.escape(render(monitor))
    style = "width:100%;height:480px;border:1px solid rgba(128,128,128,.3);border-radius:8px"
    return f'<iframe srcdoc="{page}" sandbox="" title="Gradient health" style="{style}"></iframe>'


def alert_of(alert: Any) -> str:
    """One alert."""
    text = f"<b>{html.escape(alert.names)}</b>: {html.escape(alert.message)}"
    since = f"since step {alert.step}" if alert.count > 1 else f"step {alert.step}"
    return (
        f'<div class="alert {alert.level}" role="note">{text} <small>({since})</small>'
        f"<br>{html.escape(alert.cure)}</div>"
    )


def table(monitor: Any) -> str:
    """The newest figures of each layer."""
    kinds: dict[str, list[str]] = {}
    for alert in monitor.alerts():
        for layer in alert.layers:
            kinds.setdefault(layer, []).append(alert.kind)
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in TITLES)
    rows = []
    for layer, step in monitor.latest().items():
        cells = [layer, *cells_of(step), ", ".join(kinds.get(layer, []))]
        rows.append("".join(f"<td>{html.escape(cell)}</td>" for cell in cells))
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    whole = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div class="wide">{whole}</div>'


def curves(monitor: Any) -> str:
    """The loss, and the gradient and update of each layer, over the steps."""
    steps = sorted(monitor.losses)
    figures = [curve("loss", steps, [monitor.losses[s] for s in steps], False)]
    for layer in monitor.layers():
        rows = monitor.rows(layer)
        at = [row.step for row in rows]
        gradients, ratios = [row.gradient for row in rows], [row.ratio for row in rows]
        figures.append(curve(f"{layer}: norm of the gradient", at, gradients, True))
        figures.append(curve(f"{layer}: update / weights", at, ratios, True))
    return "".join(figures)


def curve(title: str, steps: Sequence[int], values: Sequence[float], powers: bool) -> str:
    """One curve; ``powers``: on a logarithmic scale. Nothing where there is nothing to draw."""
    points = [
        (s, math.log10(v) if powers else v)
        for s, v in zip(steps, values, strict=True)
        if math.isfinite(v) and (v > 0 or not powers)
    ]
    if len(points) < 2:
        return ""
    left, right = points[0][0], points[-1][0]
    low, high = min(p[1] for p in points), max(p[1] for p in points)
    if high == low:
        low, high = low - 0.5, high + 0.5
    drawn = " ".join(
        f"{60 + (s - left) / (right - left) * (WIDTH - 70):.1f},"
        f"{10 + (high - v) / (high - low) * (HEIGHT - 30):.1f}"
        for s, v in points
    )
    top, bottom = (number(10**v if powers else v) for v in (high, low))
    label = html.escape(title)
    return (
        f'<figure><svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">'
        f'<text x="4" y="16">{top}</text><text x="4" y="{HEIGHT - 20}">{bottom}</text>'
        f'<text x="60" y="{HEIGHT - 4}">step {left}</text>'
        f'<text x="{WIDTH - 10}" y="{HEIGHT - 4}" text-anchor="end">{right}</text>'
        f'<polyline points="{drawn}"/></svg><figcaption>{label}</figcaption></figure>'
    )
