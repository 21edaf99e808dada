"""Placing the nodes of an acyclic graph in layers, few crossings and short edges in mind.

The method of Sugiyama: a layer for each node, dummies where an edge crosses layers, sweeps that
order each layer by where its neighbours stand, then positions that pull neighbours together.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

GAP, RANK_GAP, SWEEPS = 18.0, 34.0, 8


@dataclass
class Box:
    """A node to place: its size, whether it gives way to others, then its centre."""

    width: float
    height: float
    weight: float = 1.0
    x: float = 0.0
    y: float = 0.0
    rank: int = 0


@dataclass
class Layout:
    """Boxes by name (dummies have names of their own), and for each edge the points it takes."""

    boxes: dict[str, Box]
    routes: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    width: float = 0.0
    height: float = 0.0


def place(boxes: dict[str, Box], edges: list[tuple[str, str]]) -> Layout:
    """Give every box its place. ``edges`` go from earlier to later boxes; none form a cycle.

    >>> layout = place({"a": Box(10, 10), "b": Box(10, 10)}, [("a", "b")])
    >>> layout.boxes["a"].y < layout.boxes["b"].y
    True
    """
    layout = Layout(dict(boxes))
    edges = list(dict.fromkeys(edge for edge in edges if edge[0] != edge[1]))
    rank(layout.boxes, edges)
    above, below = split(layout, edges)
    rows = layers_of(layout.boxes)
    for sweep in range(SWEEPS):
        order(rows, above if sweep % 2 == 0 else below, sweep % 2 == 1)
    position(layout, rows, above, below)
    return layout


def rank(boxes: dict[str, Box], edges: list[tuple[str, str]]) -> None:
    """Layers: each node below all it takes from, and close to its first user."""
    after: dict[str, list[str]] = {name: [] for name in boxes}
    waiting = dict.fromkeys(boxes, 0)
    for source, target in edges:
        after[source].append(target)
        waiting[target] += 1
    ready, at = [name for name, count in waiting.items() if not count], 0
    while at < len(ready):
        for target in after[ready[at]]:
            boxes[target].rank = max(boxes[target].rank, boxes[ready[at]].rank + 1)
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
        at += 1
    for name in reversed(ready):
        if after[name]:
            boxes[name].rank = min(boxes[target].rank for target in after[name]) - 1


def split(
    layout: Layout, edges: list[tuple[str, str]]
) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Put dummies into edges that cross layers; neighbours above and below of every node."""
    above: dict[str, list[str]] = {name: [] for name in layout.boxes}
    below: dict[str, list[str]] = {name: [] for name in layout.boxes}
    for source, target in edges:
        chain = [source]
        for level in range(layout.boxes[source].rank + 1, layout.boxes[target].rank):
            name = f"\0{source}\0{target}\0{level}"
            layout.boxes[name] = Box(4.0, 4.0, rank=level)
            above[name], below[name] = [], []
            chain.append(name)
        chain.append(target)
        layout.routes[source, target] = chain
        for upper, lower in itertools.pairwise(chain):
            below[upper].append(lower)
            above[lower].append(upper)
    return above, below


def layers_of(boxes: dict[str, Box]) -> list[list[str]]:
    """Names by layer."""
    rows: list[list[str]] = [
        [] for _ in range(max((b.rank for b in boxes.values()), default=0) + 1)
    ]
    for name, box in boxes.items():
        rows[box.rank].append(name)
    return rows


def order(rows: list[list[str]], neighbours: dict[str, list[str]], upward: bool) -> None:
    """Order each layer by the mean place of its neighbours in the layer before."""
    sequence = list(reversed(rows)) if upward else rows
    for before, row in itertools.pairwise(sequence):
        where = {name: i for i, name in enumerate(before)}
        own = {name: float(i) for i, name in enumerate(row)}

        def middle(name: str, where: dict[str, int] = where, own: dict[str, float] = own) -> float:
            found = [where[n] for n in neighbours[name] if n in where]
            return sum(found) / len(found) if found else own[name]

        row.sort(key=middle)


def position(layout: Layout, rows: list[list[str]], above: dict, below: dict) -> None:
    """Coordinates: side by side first, then towards the neighbours in turns."""
    boxes, y = layout.boxes, 0.0
    for row in rows:
        tallest, x = max((boxes[n].height for n in row), default=0.0), 0.0
        for name in row:
            boxes[name].x, boxes[name].y = x + boxes[name].width / 2, y + tallest / 2
            x += boxes[name].width + GAP
        y += tallest + RANK_GAP
    for turn in range(SWEEPS):
        down = turn % 2 == 0
        for row in rows if down else reversed(rows):
            pull(boxes, row, above if down else below)
    left = min((b.x - b.width / 2 for b in boxes.values()), default=0.0)
    for box in boxes.values():
        box.x -= left
    layout.width = max((b.x + b.width / 2 for b in boxes.values()), default=0.0)
    layout.height = max(y - RANK_GAP, 0.0)


def pull(boxes: dict[str, Box], row: list[str], neighbours: dict[str, list[str]]) -> None:
    """Move a layer's boxes towards their neighbours, without overlap and in their order.

    Boxes that would collide form a block, which stands where its members want to be on average.
    """
    blocks: list[list[float]] = []  # left edge, width, members, weight
    offsets: list[tuple[str, float]] = []
    for name in row:
        box = boxes[name]
        near = [boxes[n] for n in neighbours[name]]
        total = sum(b.weight for b in near)
        want = (sum(b.x * b.weight for b in near) / total if near else box.x) - box.width / 2
        blocks.append([want, box.width + GAP, 1, box.weight])
        offsets.append((name, box.width))
        while len(blocks) > 1 and blocks[-2][0] + blocks[-2][1] > blocks[-1][0]:
            left, width, count, weight = blocks.pop()
            before = blocks[-1]
            wanted = (before[0] * before[3] + (left - before[1]) * weight) / (before[3] + weight)
            blocks[-1] = [wanted, before[1] + width, before[2] + count, before[3] + weight]
    names = iter(offsets)
    for left, _, count, _ in blocks:
        for _ in range(int(count)):
            name, width = next(names)
            boxes[name].x = left + width / 2
            left += width + GAP
