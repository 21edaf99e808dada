"""A flow as a picture: an SVG file that follows the reader's light or dark theme."""

from __future__ import annotations

import html
import itertools
from typing import TYPE_CHECKING

from tensortape.examine.export.graph import Node, nodes_of
from tensortape.examine.export.layers import Box, Layout, place

if TYPE_CHECKING:
    from tensortape.examine.flow import Flow

MOST = 240
"""Operations that are drawn one by one; of more, those of a scope are one box."""

STYLE = """
text{font:600 12px system-ui,sans-serif;fill:#1b2130;text-anchor:middle}
.v{font:10.5px ui-monospace,Menlo,monospace;fill:#5b6478}
.g{font:10.5px ui-monospace,Menlo,monospace;fill:#00735f}
rect{fill:#fff;stroke:#8d95a5;stroke-width:1.4}
.source rect{fill:#e6effd;stroke:#1d5fd1}.target rect{fill:#f1e8fd;stroke:#7a3ad0}
.constant rect,.variable rect{fill:#eef0f4;stroke:#c6ccd8}.cut rect{stroke-dasharray:4 3}
.fold rect{fill:#f1f3f7;stroke-width:2}
path{fill:none;stroke:#00735f;stroke-width:1.6}path.cut{stroke:#8d95a5;stroke-dasharray:4 3}
marker path{fill:context-stroke;stroke:none}
@media (prefers-color-scheme:dark){text{fill:#e6e9f0}.v{fill:#a3acbd}.g{fill:#4fd6b8}
rect{fill:#1f2530}.source rect{fill:#1c2f52;stroke:#7fb0ff}.target rect{fill:#35254f;
stroke:#c39bff}.constant rect,.variable rect,.fold rect{fill:#272d39;stroke:#566}
path{stroke:#4fd6b8}}
"""
MARKER = (
    '<defs><marker id="a" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
    'orient="auto"><path d="M0 .5 8 4 0 7.5z"/></marker></defs>'
)
MARGIN = 8.0
LEAVES, LEAVES_WEIGH = ("source", "variable", "constant"), 0.05


def render(flow: Flow) -> str:
    """The SVG."""
    title = f"{flow.group.kind} flow, {len(flow.steps)} operations"
    return picture(nodes_of(flow), title, len(flow.steps))


def picture(nodes: list[Node], title: str, count: int) -> str:
    """The SVG of nodes; if ``count``, their operations, is large, those of a scope are one box."""
    if count > MOST:
        nodes = folded(nodes)
    lines = {node.name: lines_of(node) for node in nodes}
    boxes = {name: box_of(texts) for name, texts in lines.items()}
    for node in nodes:
        if node.kind in LEAVES:
            boxes[node.name].weight = LEAVES_WEIGH
    edges = [(source, node.name) for node in nodes for source, _ in node.inputs]
    layout = place(boxes, edges)
    width, height = layout.width + 2 * MARGIN, layout.height + 2 * MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="{-MARGIN} {-MARGIN} {width:.1f} {height:.1f}" role="img">',
        f"<title>{html.escape(title)}</title>",
        f"<style>{STYLE}</style>{MARKER}",
    ]
    parts += [edge for node in nodes for edge in edges_of(node, layout)]
    parts += [drawn(node, lines[node.name], layout.boxes[node.name]) for node in nodes]
    return "\n".join([*parts, "</svg>", ""])


def folded(nodes: list[Node]) -> list[Node]:
    """One node per run of operations of the same scope; sources and targets stay.

    Runs of many operations without a scope are cut into even pieces.
    """
    operations = [n for n in nodes if n.kind in ("op", "target")]
    size = max(1, len(operations) // (MOST // 4))
    home: dict[str, str] = {}
    runs: list[list[Node]] = []
    for node in operations:
        last = runs[-1] if runs else []
        if not last or last[-1].scope != node.scope or (not node.scope and len(last) >= size):
            runs.append([])
        runs[-1].append(node)
    for number, run in enumerate(runs):
        home.update((node.name, f"run {number}") for node in run)
    used = {source for node in operations for source, _ in node.inputs}
    kept = [n for n in nodes if n.kind == "source" and n.name in used]
    home.update((node.name, node.name) for node in kept)
    return kept + [fold(run, f"run {k}", home) for k, run in enumerate(runs)]


def fold(run: list[Node], name: str, home: dict[str, str]) -> Node:
    """A run of operations as one node."""
    last = run[-1]
    label = f"{last.scope or run[0].label}: {len(run)} operations" if len(run) > 1 else last.label
    found = Node(name, label, "target" if last.kind == "target" else "fold", last.scope)
    found.value, found.gradient = last.value, last.gradient
    found.passes = any(node.passes for node in run)
    taken: dict[str, bool] = {}
    for node in run:
        for (source, _), flows in zip(node.inputs, node.flows, strict=True):
            origin = home.get(source)
            if origin is not None and origin != name:
                taken[origin] = taken.get(origin, False) or flows
    found.inputs, found.flows = [(origin, 0) for origin in taken], list(taken.values())
    return found


def lines_of(node: Node) -> list[tuple[str, str]]:
    """Classes and texts of a node's lines."""
    gradient = f"∇ {node.gradient}" if node.gradient and node.gradient != "–" else ""
    rows = [("", node.label), ("v", node.value), ("g", gradient)]
    return [(kind, text if len(text) <= 44 else text[:43] + "…") for kind, text in rows if text]


def box_of(lines: list[tuple[str, str]]) -> Box:
    """The room that a node's lines take."""
    widest = max(len(text) * (6.5 if kind else 8.0) for kind, text in lines)
    return Box(max(52.0, widest + 20), 12 + 14.5 * len(lines))


def edges_of(node: Node, layout: Layout) -> list[str]:
    """The lines that lead to a node."""
    found = []
    for source in dict.fromkeys(name for name, _ in node.inputs):
        flows = any(f for (n, _), f in zip(node.inputs, node.flows, strict=True) if n == source)
        route = layout.routes.get((source, node.name))
        if route:
            cut = "" if flows else ' class="cut"'
            found.append(f'<path{cut} d="{curve(route, layout)}" marker-end="url(#a)"/>')
    return found


def curve(route: list[str], layout: Layout) -> str:
    """A smooth line from box to box, through the dummies between them."""
    boxes = [layout.boxes[name] for name in route]
    points = [(boxes[0].x, boxes[0].y + boxes[0].height / 2)]
    points += [(box.x, box.y) for box in boxes[1:-1]]
    points.append((boxes[-1].x, boxes[-1].y - boxes[-1].height / 2 - 1))
    text = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for (x0, y0), (x1, y1) in itertools.pairwise(points):
        bend = (y0 + y1) / 2
        text += f"C{x0:.1f} {bend:.1f} {x1:.1f} {bend:.1f} {x1:.1f} {y1:.1f}"
    return text


def drawn(node: Node, lines: list[tuple[str, str]], box: Box) -> str:
    """A node with its lines and tooltip."""
    x, y = box.x - box.width / 2, box.y - box.height / 2
    round_ = box.height / 2.4 if node.kind not in ("op", "fold") else 6
    tip = "\n".join(f"{key}: {text}" for key, text in node.details.items())
    texts = "".join(
        f'<text class="{kind}" x="{box.x:.1f}" y="{y + 4 + 14.5 * (i + 0.85):.1f}">'
        f"{html.escape(text)}</text>"
        for i, (kind, text) in enumerate(lines)
    )
    return (
        f'<g class="{node.kind}{"" if node.passes else " cut"}"><title>{html.escape(tip)}</title>'
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" '
        f'rx="{round_:.1f}"/>{texts}</g>'
    )
