"use strict";
/* The drawing of a group's graph: dagre places the nodes, this file draws them as SVG. */

/** Nodes and edges of the drawing: operations, the leaves that feed them, and the targets. */
TT.graphParts = (group, call) => {
  const s = (i) => (i === null || i === undefined ? null : group.summaries[i]);
  const nodes = [], edges = [], seen = new Set();
  const flagOf = (test) => call.flags.find(test);
  const mark = (flag) => (!flag ? "" : TT.severity(flag.kind));
  const figures = (v) => ({ forward: TT.line(s(call.forward[v])), back: TT.figure(s(call.backward[v])) });
  const leaf = (v) => {
    if (seen.has(v)) return;
    seen.add(v);
    const value = group.values[v], flag = flagOf((f) => (value.source !== undefined ? f.sources.includes(value.source) : f.value === v && f.op === undefined));
    const role = value.target !== undefined && value.source === undefined ? "target" : value.role;
    nodes.push({ id: "v" + v, value: v, name: value.name || TT.roleName(value), kind: role, mark: mark(flag), ...figures(v), ...(flag && flag.kind === "none" ? { back: "None" } : {}) });
  };
  group.ops.forEach((op, i) => {
    const flag = flagOf((f) => f.op === i), out = op.outputs[0];
    const name = group.values[out] && group.values[out].name && group.values[out].target === undefined ? group.values[out].name : "";
    nodes.push({ id: "o" + i, op: i, name: op.type, label: name, kind: "op" + (op.backward ? "" : " cut"), mark: mark(flag), ...figures(out) });
    op.inputs.forEach((v, k) => {
      const from = group.values[v].producer;
      if (from === undefined) leaf(v);
      const flows = (call.sent[i] || [])[k] !== null && (call.sent[i] || [])[k] !== undefined;
      edges.push({ from: from === undefined ? "v" + v : "o" + from, to: "o" + i, flows });
    });
  });
  group.values.forEach((value, v) => {
    if (value.target === undefined) { if (value.source !== undefined) leaf(v); return; }
    leaf(v);
    if (value.producer !== undefined) edges.push({ from: "o" + value.producer, to: "v" + v, flows: call.backward[v] !== null && call.backward[v] !== undefined });
  });
  return { nodes, edges };
};

TT.roleName = (value) => (value.role === "constant" ? "constant" : value.target !== undefined ? "target" : value.source !== undefined ? "source" : value.role);

TT.layout = (parts) => {
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: "TB", align: "UL", nodesep: 18, ranksep: 30, marginx: 6, marginy: 6 });
  for (const n of parts.nodes) {
    n.title = n.label ? `${n.name} ${n.label}` : n.name;
    const longest = Math.max(n.title.length * 7.6, n.forward.length * 6.5, (n.back.length + 2) * 6.5);
    n.lines = 1 + (n.forward ? 1 : 0) + (n.back ? 1 : 0);
    graph.setNode(n.id, { width: Math.max(52, longest + 20), height: 12 + n.lines * 14.5 });
  }
  // heavy edges between operations keep the main line straight; leaves stand beside it
  parts.edges.forEach((e, i) => graph.setEdge(e.from, e.to, { weight: e.from[0] === "o" ? 12 : 1 }, String(i)));
  dagre.layout(graph);
  return graph;
};

/** The rectangle that holds all nodes and edges (dagre's own size leaves out bends of edges). */
TT.extent = (graph) => {
  const xs = [], ys = [];
  for (const id of graph.nodes()) {
    const n = graph.node(id);
    xs.push(n.x - n.width / 2, n.x + n.width / 2);
    ys.push(n.y - n.height / 2, n.y + n.height / 2);
  }
  for (const e of graph.edges()) for (const p of graph.edge(e).points) { xs.push(p.x); ys.push(p.y); }
  const left = Math.min(...xs) - 6, top = Math.min(...ys) - 6;
  return { left, top, width: Math.max(...xs) + 6 - left, height: Math.max(...ys) + 6 - top };
};

/** A smooth line through dagre's points. */
TT.curve = (points) => {
  let d = `M${points[0].x} ${points[0].y}`;
  for (let i = 1; i < points.length - 1; i++) {
    const p = points[i], q = points[i + 1], end = i === points.length - 2;
    d += `Q${p.x} ${p.y} ${end ? q.x : (p.x + q.x) / 2} ${end ? q.y : (p.y + q.y) / 2}`;
  }
  return points.length === 2 ? d + `L${points[1].x} ${points[1].y}` : d;
};

TT.arrow = (id) => TT.el("marker", { id, class: id === "flow" ? "flows" : "", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto-start-reverse" }, TT.el("path", { d: "M0 0.5 8 4 0 7.5z" }));

TT.nodeElement = (n, box, light, jump) => {
  const x = box.x - box.width / 2, y = box.y - box.height / 2;
  const text = (cls, line, content) => TT.el("text", { class: cls, x: box.x, y: y + 4 + 14.5 * line, "text-anchor": "middle", "dominant-baseline": "auto" }, content);
  const lines = [text("name", 0.9, n.title)];
  if (n.forward) lines.push(text("figure", 1.9, n.forward));
  if (n.back) lines.push(text("back", n.lines - 0.1, "∇ " + n.back));
  const group = TT.el("g", {
    class: `node ${n.kind} ${n.mark}`, "data-op": n.op, "data-value": n.value,
    onclick: () => jump(n), onmouseenter: () => light(n, true), onmouseleave: () => light(n, false),
  }, TT.el("rect", { x, y, width: box.width, height: box.height, rx: n.op === undefined ? box.height / 2.4 : 6 }), lines);
  return group;
};

/** The SVG of a group's graph for one call. Too large a graph is named, not drawn. */
TT.drawGraph = (group, call, light, jump) => {
  const parts = TT.graphParts(group, call);
  if (parts.nodes.length > 600) return TT.el("p", { class: "nothing" }, `${parts.nodes.length} nodes: too many to draw; the table has them all.`);
  const graph = TT.layout(parts), size = TT.extent(graph);
  const svg = TT.el("svg", { viewBox: `${size.left} ${size.top} ${size.width} ${size.height}`, width: size.width, height: size.height, role: "img", "aria-label": "graph of the operations" });
  svg.append(TT.el("defs", {}, TT.arrow("plain"), TT.arrow("flow")));
  parts.edges.forEach((e, i) => {
    const route = graph.edge({ v: e.from, w: e.to, name: String(i) });
    svg.append(TT.el("path", { class: "edge" + (e.flows ? " flows" : " cut"), d: TT.curve(route.points), "marker-end": `url(#${e.flows ? "flow" : "plain"})` }));
  });
  for (const n of parts.nodes) svg.append(TT.nodeElement(n, graph.node(n.id), light, jump));
  svg.dataset.width = size.width;
  svg.dataset.height = size.height;
  return svg;
};
