"use strict";
/* The drawing of a graph: folded runs, operations, the leaves that feed them, and the targets. */

TT.sent = (call, op, k) => { const i = (call.sent[op] || [])[k]; return i === null || i === undefined ? null : i; };
TT.given = (i) => i !== null && i !== undefined;

/** Nodes and edges that are visible with the runs in `open`. */
TT.graphParts = (view) => {
  const { group, call, tree, open } = view;
  const home = new Array(group.ops.length), nodes = [], edges = new Map(), leaves = new Map(), uses = new Map();
  const visible = TT.visible(tree, open);
  for (const item of visible) {
    const id = item.children ? "r" + item.id : "o" + item.op;
    nodes.push(item.children ? TT.runNode(view, item, id) : TT.opNode(view, item, id));
    for (let i = item.from; i < item.to; i++) home[i] = id;
  }
  const sources = group.values.filter((v) => v.source !== undefined).length;
  const users = TT.leafUsers(group, home);
  const edge = (from, to, flows, on) => {
    const key = `${from} ${to}`, known = edges.get(key);
    if (known) { known.flows = known.flows || flows; known.ops.push(on); } else edges.set(key, { from, to, flows, ops: [on] });
  };
  const leaf = (v, op) => {
    const value = group.values[v], plain = value.source === undefined, folded = home[op][0] === "r";
    if (folded && (plain || sources > 8)) return null;
    const id = plain ? `v${v} ${op}` : "v" + v;
    if (!plain && users.get(v).size > TT.mostUsers && leaves.has(id) && leaves.get(id) !== home[op]) {
      uses.set(home[op], (uses.get(home[op]) || new Set()).add(value.name || "source"));
      return null;
    }
    if (!leaves.has(id)) { leaves.set(id, home[op]); nodes.push(TT.leafNode(view, v, id, home[op])); }
    return id;
  };
  group.ops.forEach((op, i) => op.inputs.forEach((v, k) => {
    const made = group.values[v].producer, from = made === undefined ? leaf(v, i) : home[made];
    if (from && from !== home[i]) edge(from, home[i], TT.sent(call, i, k) !== null, made === undefined ? i : made);
  }));
  group.values.forEach((value, v) => {
    if (value.target === undefined) return;
    nodes.push(TT.leafNode(view, v, "t" + v, null));
    if (value.producer !== undefined) edge(home[value.producer], "t" + v, TT.given(call.backward[v]), value.producer);
    else if (leaves.has("v" + v)) edge("v" + v, "t" + v, true, -1);
  });
  for (const n of nodes) if (uses.has(n.id)) n.uses = [...uses.get(n.id)].join(", ");
  const used = new Set([...edges.values()].flatMap((e) => [e.from, e.to]));
  group.values.forEach((value, v) => { // sources that the target does not depend on
    if (value.source !== undefined && sources <= 8 && !leaves.has("v" + v) && !used.has("v" + v)) nodes.push(TT.leafNode(view, v, "v" + v, null));
  });
  return { nodes, edges: [...edges.values()] };
};

/** A source that more boxes than this take is drawn once, and named in the others. */
TT.mostUsers = 4;

/** The boxes that take each value which no operation made. */
TT.leafUsers = (group, home) => {
  const found = new Map();
  group.ops.forEach((op, i) => op.inputs.forEach((v) => { if (group.values[v].producer === undefined) found.set(v, (found.get(v) || new Set()).add(home[i])); }));
  return found;
};

TT.worst = (flags) => (flags.some((f) => TT.severity(f.kind) === "bad") ? "bad" : flags.length ? "warn" : "");

TT.opNode = (view, item, id) => {
  const { group, call, summary } = view, i = item.op, op = group.ops[i], out = op.outputs[0], value = group.values[out];
  const name = value && value.name && value.target === undefined ? value.name : view.mode === "scope" && op.scope ? item.label : "";
  return {
    id, op: i, title: op.type + (name ? " " + TT.clip(name, 24) : ""),
    kind: "op" + (op.backward ? "" : " cut"), mark: TT.worst(call.flags.filter((f) => f.op === i)),
    forward: TT.line(summary(call.forward[out])), back: TT.figure(summary(call.backward[out])),
  };
};

TT.runNode = (view, run, id) => {
  const { group, call, summary } = view, last = group.ops[run.to - 1], out = last.outputs[0];
  let passes = false;
  for (let i = run.from; i < run.to && !passes; i++) passes = Boolean(group.ops[i].backward);
  return {
    id, run, title: TT.clip(run.label, 34), kind: "run" + (passes ? "" : " cut"),
    mark: TT.worst(call.flags.filter((f) => f.op >= run.from && f.op < run.to)),
    forward: `${run.to - run.from} operations`, back: TT.figure(summary(call.backward[out])),
  };
};

TT.leafNode = (view, v, id, beside) => {
  const { group, call, summary } = view, value = group.values[v];
  const result = value.source === undefined ? undefined : call.results[value.source];
  const none = result === null;
  const flag = call.flags.find((f) => (value.source !== undefined ? f.sources.includes(value.source) : false));
  const target = id[0] === "t";
  return {
    id, value: v, beside, title: value.name || TT.roleName(value), kind: target ? "target" : value.role === "target" ? "source" : value.role,
    mark: flag && !target ? TT.severity(flag.kind) : "", forward: TT.line(summary(call.forward[v])),
    back: none && !target ? "None" : TT.figure(summary(TT.given(result) && !target ? result : call.backward[v])),
  };
};

TT.clip = (text, most) => (text.length > most ? text.slice(0, most - 1) + "…" : text);
TT.roleName = (value) => (value.role === "constant" ? "constant" : value.target !== undefined ? "target" : value.source !== undefined ? "source" : value.role);

/** A smooth line through the boxes of a route. */
TT.curve = (route) => {
  const first = route[0], last = route[route.length - 1];
  const points = [[first.x, first.y + first.height / 2], ...route.slice(1, -1).map((b) => [b.x, b.y]), [last.x, last.y - last.height / 2 - 1]];
  let d = `M${points[0].map((n) => n.toFixed(1)).join(" ")}`;
  for (let i = 1; i < points.length; i++) {
    const [x0, y0] = points[i - 1], [x1, y1] = points[i], bend = ((y0 + y1) / 2).toFixed(1);
    d += `C${x0.toFixed(1)} ${bend} ${x1.toFixed(1)} ${bend} ${x1.toFixed(1)} ${y1.toFixed(1)}`;
  }
  return d;
};

TT.arrow = (id) => TT.el("marker", { id, class: id === "flow" ? "flows" : "", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto" },
  TT.el("path", { d: "M0 0.5 8 4 0 7.5z" }));

TT.nodeElement = (view, n, box) => {
  const x = box.x - box.width / 2, y = box.y - box.height / 2;
  const text = (cls, line, content) => TT.el("text", { class: cls, x: box.x, y: y + 4 + 14.5 * line, "text-anchor": "middle" }, content);
  const lines = [text("name", 0.85, n.run ? "+ " + n.title : n.title)];
  if (n.forward) lines.push(text("figure", 1.85, n.forward));
  if (n.back) lines.push(text("back", n.lines - (n.uses ? 1.15 : 0.15), "∇ " + n.back));
  if (n.uses) lines.push(text("uses", n.lines - 0.15, "takes " + n.uses));
  return TT.el("g", {
    class: `node ${n.kind} ${n.mark}`, "data-id": n.id, "data-op": n.op, "data-value": n.value, "data-run": n.run && n.run.label,
    onclick: () => (n.run ? view.toggle(n.run) : view.pick(n)),
  }, TT.el("title", {}, TT.nodeTip(view, n)),
  n.run ? TT.el("rect", { class: "under", x: x + 4, y: y + 4, width: box.width, height: box.height, rx: 6 }) : null,
  TT.el("rect", { x, y, width: box.width, height: box.height, rx: n.value !== undefined ? Math.min(16, box.height / 2.4) : 6 }), lines);
};

TT.nodeTip = (view, n) => (n.run ? `${n.run.name}: operations ${n.run.from + 1} to ${n.run.to}. Click to open.`
  : n.op !== undefined ? `${n.op + 1}. ${view.group.ops[n.op].type}  ${TT.lineText(view.report, view.group.ops[n.op].position)}` : n.title);

/** Frames around the visible nodes of opened runs, inner ones first; one that would cut other nodes is left out. */
TT.frames = (view, nodes, boxes) => {
  const found = [], pad = 7;
  const first = (n) => (n.op !== undefined ? n.op : n.run ? n.run.from : n.beside ? TT.firstOp(n.beside) : -1);
  const edges = (b) => ({ left: b.x - b.width / 2, right: b.x + b.width / 2, top: b.y - b.height / 2, bottom: b.y + b.height / 2 });
  for (const run of TT.runs(view.tree).reverse()) { // children come after their parents
    if (!view.open.has(run.id)) continue;
    const inside = (i) => i >= run.from && i < run.to, mine = nodes.filter((n) => inside(first(n)));
    if (!mine.length) continue;
    const rects = [...mine.map((n) => edges(boxes.get(n.id))), ...found.filter((f) => inside(f.run.from))];
    const frame = {
      left: Math.min(...rects.map((r) => r.left)) - pad, right: Math.max(...rects.map((r) => r.right)) + pad,
      top: Math.min(...rects.map((r) => r.top)) - 17, bottom: Math.max(...rects.map((r) => r.bottom)) + pad,
    };
    const cuts = (r) => r.right > frame.left && r.left < frame.right && r.bottom > frame.top && r.top < frame.bottom;
    const foreign = nodes.some((n) => !mine.includes(n) && cuts(edges(boxes.get(n.id)))) || found.some((f) => !inside(f.run.from) && cuts(f));
    if (!foreign) found.push({ run, ...frame });
  }
  return found.reverse();
};

/** The first operation of the box with this identity. */
TT.firstOp = (id) => (id[0] === "o" ? Number(id.slice(1)) : id[0] === "r" ? parseInt(id.slice(1), 10) : -1);

TT.frameElement = (f) => TT.el("g", { class: "frame" }, TT.el("rect", { x: f.left, y: f.top, width: f.right - f.left, height: f.bottom - f.top, rx: 9 }));
TT.frameLabel = (view, f) => TT.el("g", { class: "frame" }, TT.el("text", { x: f.left + 7, y: f.top + 12, onclick: () => view.toggle(f.run), "data-fold": f.run.label },
  `− ${TT.clip(f.run.label, Math.max(6, Math.floor((f.right - f.left) / 7)))}`, TT.el("title", {}, `${f.run.name}: click to fold`)));

/** The SVG of the visible graph. */
TT.drawGraph = (view) => {
  const parts = TT.graphParts(view), boxes = new Map();
  for (const n of parts.nodes) {
    n.uses = n.uses ? TT.clip(n.uses, 26) : "";
    n.lines = 1 + (n.forward ? 1 : 0) + (n.back ? 1 : 0) + (n.uses ? 1 : 0);
    const longest = Math.max((n.title.length + (n.run ? 2 : 0)) * 8.1, n.forward.length * 6.5, (n.back.length + 2) * 6.5, n.uses ? (n.uses.length + 6) * 6 : 0);
    boxes.set(n.id, { width: Math.max(52, longest + 20), height: 11 + n.lines * 14.5, light: n.value !== undefined && n.id[0] !== "t" });
  }
  TT.rankGap = view.open.size ? 38 : 30;
  const { routes, width, height } = TT.place(boxes, parts.edges.map((e) => [e.from, e.to]));
  const frames = TT.frames(view, parts.nodes, boxes);
  const left = Math.min(0, ...frames.map((f) => f.left)) - 8, top = Math.min(0, ...frames.map((f) => f.top)) - 8;
  const right = Math.max(width, ...frames.map((f) => f.right)) + 10, bottom = Math.max(height, ...frames.map((f) => f.bottom)) + 10;
  const svg = TT.el("svg", { viewBox: `${left} ${top} ${right - left} ${bottom - top}`, role: "img", "aria-label": "graph of the operations" });
  svg.append(TT.el("defs", {}, TT.arrow("plain"), TT.arrow("flow")), ...frames.map(TT.frameElement));
  for (const e of parts.edges) {
    svg.append(TT.el("path", { class: "edge" + (e.flows ? " flows" : " cut"), d: TT.curve(routes.get(`${e.from} ${e.to}`)), "marker-end": `url(#${e.flows ? "flow" : "plain"})`, "data-from": e.from, "data-to": e.to }));
  }
  svg.append(...frames.map((f) => TT.frameLabel(view, f)));
  for (const n of parts.nodes) svg.append(TT.nodeElement(view, n, boxes.get(n.id)));
  svg.parts = parts;
  svg.boxes = boxes;
  svg.dataset.width = right - left;
  svg.dataset.height = bottom - top;
  return svg;
};

/** Marks the selected operation, matches of the search, and what is not on the shown path. */
TT.markGraph = (view, svg) => {
  if (!svg.parts) return;
  const on = (n, test) => { if (n.run) { for (let i = n.run.from; i < n.run.to; i++) if (test(i)) return true; return false; } return n.op !== undefined && test(n.op); };
  const dimmed = new Set();
  for (const n of svg.parts.nodes) {
    const node = svg.querySelector(`[data-id="${n.id}"]`), value = n.value;
    const off = view.path && !(value !== undefined ? view.path.values.has(value) : on(n, (i) => view.path.ops.has(i)));
    if (off) dimmed.add(n.id);
    node.classList.toggle("off", Boolean(off));
    node.classList.toggle("lit", on(n, (i) => i === view.op));
    node.classList.toggle("match", Boolean(view.matches) && on(n, (i) => view.matches.has(i)));
  }
  for (const edge of svg.querySelectorAll(".edge")) edge.classList.toggle("off", dimmed.has(edge.dataset.from) || dimmed.has(edge.dataset.to));
};

/** Operations and values on the ways from a source to the targets. */
TT.pathFrom = (group, source) => {
  const down = new Set(), ops = new Set(), up = new Set();
  group.values.forEach((v, i) => { if (v.source === source) down.add(i); if (v.target !== undefined) up.add(i); });
  const starts = new Set(down), reached = [];
  group.ops.forEach((op, i) => { if (op.inputs.some((v) => down.has(v))) { op.outputs.forEach((v) => down.add(v)); reached.push(i); } });
  for (const i of reached.reverse()) {
    const op = group.ops[i];
    if (op.outputs.some((v) => up.has(v))) { ops.add(i); op.inputs.forEach((v) => up.add(v)); }
  }
  const values = new Set([...down].filter((v) => up.has(v)));
  for (const v of starts) values.add(v);
  return { source, ops, values };
};
