"use strict";
/* Places the nodes of an acyclic graph in layers, with few crossings and short edges. */

TT.gap = 18;
TT.rankGap = 32;
TT.sweeps = 8;

/**
 * Gives every box ({width, height}) its centre x, y. `edges` are pairs of names, from earlier to
 * later boxes. Answers the routes of the edges, as lists of boxes, and the size of it all.
 */
TT.place = (boxes, edges) => {
  const all = new Map(boxes), routes = new Map();
  TT.rank(all, edges);
  const { above, below } = TT.split(all, edges, routes);
  const rows = [];
  for (const [name, box] of all) (rows[box.rank] = rows[box.rank] || []).push(name);
  for (let i = 0; i < rows.length; i++) rows[i] = rows[i] || [];
  for (let sweep = 0; sweep < TT.sweeps; sweep++) TT.order(rows, sweep % 2 ? below : above, sweep % 2 === 1);
  const size = TT.position(all, rows, above, below);
  return { routes, ...size };
};

/** Layers: each node below all it takes from, and close to its first user. */
TT.rank = (boxes, edges) => {
  const after = new Map(), waiting = new Map();
  for (const name of boxes.keys()) { after.set(name, []); waiting.set(name, 0); boxes.get(name).rank = 0; }
  for (const [a, b] of edges) { after.get(a).push(b); waiting.set(b, waiting.get(b) + 1); }
  const ready = [...boxes.keys()].filter((n) => !waiting.get(n));
  for (let i = 0; i < ready.length; i++) {
    for (const b of after.get(ready[i])) {
      boxes.get(b).rank = Math.max(boxes.get(b).rank, boxes.get(ready[i]).rank + 1);
      waiting.set(b, waiting.get(b) - 1);
      if (!waiting.get(b)) ready.push(b);
    }
  }
  for (const n of ready.reverse()) if (after.get(n).length) boxes.get(n).rank = Math.min(...after.get(n).map((b) => boxes.get(b).rank)) - 1;
};

/** Dummies where edges cross layers; the neighbours above and below every node. */
TT.split = (boxes, edges, routes) => {
  const above = new Map(), below = new Map();
  for (const name of boxes.keys()) { above.set(name, []); below.set(name, []); }
  for (const [a, b] of edges) {
    const chain = [a];
    for (let level = boxes.get(a).rank + 1; level < boxes.get(b).rank; level++) {
      const name = `${a} ${b} ${level}`;
      boxes.set(name, { width: 4, height: 4, rank: level });
      above.set(name, []); below.set(name, []);
      chain.push(name);
    }
    chain.push(b);
    for (let i = 1; i < chain.length; i++) { below.get(chain[i - 1]).push(chain[i]); above.get(chain[i]).push(chain[i - 1]); }
    routes.set(`${a} ${b}`, chain.map((n) => boxes.get(n)));
  }
  return { above, below };
};

/** Orders each layer by the mean place of its neighbours in the layer before. */
TT.order = (rows, neighbours, upward) => {
  const sequence = upward ? [...rows].reverse() : rows;
  for (let r = 1; r < sequence.length; r++) {
    const where = new Map(sequence[r - 1].map((n, i) => [n, i])), key = new Map();
    sequence[r].forEach((n, i) => {
      const found = neighbours.get(n).filter((m) => where.has(m));
      key.set(n, found.length ? found.reduce((s, m) => s + where.get(m), 0) / found.length : i);
    });
    sequence[r].sort((a, b) => key.get(a) - key.get(b));
  }
};

/** Coordinates: side by side first, then towards the neighbours in turns. */
TT.position = (boxes, rows, above, below) => {
  let y = 0;
  for (const row of rows) {
    const tallest = Math.max(0, ...row.map((n) => boxes.get(n).height));
    let x = 0;
    for (const n of row) {
      const box = boxes.get(n);
      box.x = x + box.width / 2; box.y = y + tallest / 2;
      x += box.width + TT.gap;
    }
    y += tallest + TT.rankGap;
  }
  for (let turn = 0; turn < TT.sweeps; turn++) {
    for (const row of turn % 2 ? [...rows].reverse() : rows) TT.pull(boxes, row, turn % 2 ? below : above);
  }
  let left = Infinity, right = -Infinity;
  for (const box of boxes.values()) { left = Math.min(left, box.x - box.width / 2); right = Math.max(right, box.x + box.width / 2); }
  for (const box of boxes.values()) box.x -= left;
  return { width: right - left, height: Math.max(0, y - TT.rankGap) };
};

/** Leaves give way, so that the main line is straight. */
TT.weight = (box) => (box.light ? 0.05 : 1);

/** Moves a layer's boxes towards their neighbours; those that would collide form a block. */
TT.pull = (boxes, row, neighbours) => {
  const blocks = [];
  for (const n of row) {
    const box = boxes.get(n), near = neighbours.get(n).map((m) => boxes.get(m));
    const total = near.reduce((s, b) => s + TT.weight(b), 0);
    const want = (total ? near.reduce((s, b) => s + b.x * TT.weight(b), 0) / total : box.x) - box.width / 2;
    blocks.push({ left: want, width: box.width + TT.gap, count: 1, weight: TT.weight(box) });
    while (blocks.length > 1) {
      const last = blocks[blocks.length - 1], before = blocks[blocks.length - 2];
      if (before.left + before.width <= last.left) break;
      before.left = (before.left * before.weight + (last.left - before.width) * last.weight) / (before.weight + last.weight);
      before.width += last.width;
      before.weight += last.weight;
      before.count += last.count;
      blocks.pop();
    }
  }
  let i = 0;
  for (const block of blocks) {
    let left = block.left;
    for (let k = 0; k < block.count; k++) {
      const box = boxes.get(row[i++]);
      box.x = left + box.width / 2;
      left += box.width + TT.gap;
    }
  }
};
