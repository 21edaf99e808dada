"use strict";
/* Operations as a tree of runs: by name scopes and layers, functions, or lines. Runs are stretches of
   the execution, so that a graph of folded runs has no cycles. */

TT.mostChildren = 36;

/** Where an operation belongs, as a list of names. */
TT.pathOf = (report, op, mode) => {
  const p = op.position === undefined ? null : report.positions[op.position];
  const fn = p && p.function ? [p.function + "()"] : [];
  if (mode === "function") return fn;
  if (mode === "line") {
    const file = p && report.files[p.file];
    return file ? [`${file.label}:${p.line}  ${(file.lines && file.lines[p.line] || "").trim()}`] : [];
  }
  return op.scope ? op.scope.split("/") : fn;
};

/** The tree of a group's operations: nodes {name, from, to, children, parent}, leaves {op}. */
TT.tree = (report, group, mode) => {
  const paths = group.ops.map((op) => TT.pathOf(report, op, mode));
  const build = (name, from, to, depth) => {
    const children = [];
    for (let i = from; i < to;) {
      const key = paths[i][depth];
      if (key === undefined) { children.push({ op: i, from: i, to: i + 1 }); i++; continue; }
      let end = i + 1;
      while (end < to && paths[end][depth] === key) end++;
      children.push(end - i === 1 ? { op: i, from: i, to: end, label: paths[i][paths[i].length - 1] } : build(key, i, end, depth + 1));
      i = end;
    }
    if (children.length === 1 && children[0].children) {
      const inner = children[0];
      return { ...inner, name: name ? `${name}/${inner.name}` : inner.name };
    }
    return { name, from, to, children: TT.chunks(group, children) };
  };
  const root = { name: "", from: 0, to: group.ops.length, children: build("", 0, group.ops.length, 0) };
  root.children = root.children.name ? [root.children] : root.children.children;
  TT.finish(root);
  return root;
};

/** Many children in pieces: the rounds of a loop where there is one, else stretches of equal length. */
TT.chunks = (group, children) => {
  if (children.length <= TT.mostChildren) return children;
  const key = (c) => (c.children ? c.name : `${group.ops[c.op].type} ${group.ops[c.op].position}`);
  const first = children.findIndex((c, i) => i < 12 && children.filter((d) => key(d) === key(c)).length >= 3);
  const starts = first < 0 ? [] : children.map((c, i) => (key(c) === key(children[first]) ? i : -1)).filter((i) => i >= 0);
  const longest = starts.length ? Math.max(...starts.map((s, i) => (i + 1 < starts.length ? starts[i + 1] : children.length) - s)) : 0;
  const rounds = starts.length >= 3 && children.length / starts.length >= 2 && longest <= (3 * children.length) / starts.length;
  if (!rounds) return TT.stretches(children, (a, b) => `operations ${a.from + 1} to ${b.to}`);
  const pieces = children.slice(0, starts[0]);
  starts.forEach((s, i) => {
    const part = children.slice(s, i + 1 < starts.length ? starts[i + 1] : children.length);
    pieces.push({ name: `round ${i + 1}`, from: part[0].from, to: part[part.length - 1].to, children: TT.chunks(group, part) });
  });
  return TT.stretches(pieces, (a, b) => (a.children && b.children ? `${a.name.replace("round", "rounds")} to ${b.name.replace("round ", "")}` : `operations ${a.from + 1} to ${b.to}`));
};

TT.stretches = (children, name) => {
  if (children.length <= TT.mostChildren) return children;
  const count = Math.ceil(children.length / TT.mostChildren), size = Math.ceil(children.length / count), found = [];
  for (let i = 0; i < children.length; i += size) {
    const part = children.slice(i, i + size);
    found.push({ name: name(part[0], part[part.length - 1]), from: part[0].from, to: part[part.length - 1].to, children: part });
  }
  return TT.stretches(found, name);
};

/** Parents, depths, identities; runs of the same name beside each other get numbers. */
TT.finish = (root) => {
  const visit = (node, depth) => {
    const seen = new Map(), total = new Map();
    for (const c of node.children) if (c.children) total.set(c.name, (total.get(c.name) || 0) + 1);
    for (const c of node.children) {
      c.parent = node;
      c.depth = depth;
      if (!c.children) continue;
      seen.set(c.name, (seen.get(c.name) || 0) + 1);
      c.label = total.get(c.name) > 1 ? `${c.name} · ${seen.get(c.name)}` : c.name;
      c.id = `${c.from}-${c.to}-${depth}`;
      visit(c, depth + 1);
    }
  };
  visit(root, 0);
};

/** Opens levels of the tree as long as not more than `most` nodes are visible. */
TT.firstOpen = (root, most) => {
  const open = new Set();
  for (let level = [...root.children]; ;) {
    const inner = level.filter((n) => n.children);
    const next = level.flatMap((n) => (n.children ? n.children : [n]));
    if (!inner.length || next.length > most) return open;
    for (const n of inner) open.add(n.id);
    level = next;
  }
};

/** The nodes that are to be seen: folded runs, and operations. */
TT.visible = (root, open) => {
  const found = [];
  const visit = (node) => { for (const c of node.children) if (c.children && open.has(c.id)) visit(c); else found.push(c); };
  visit(root);
  return found;
};

/** The runs around an operation, the outermost first. */
TT.around = (root, op) => {
  const found = [];
  let node = root;
  while (node && node.children) {
    node = node.children.find((c) => c.from <= op && op < c.to);
    if (node && node.children) found.push(node);
  }
  return found;
};

/** All runs of a tree. */
TT.runs = (root) => root.children.flatMap((c) => (c.children ? [c, ...TT.runs(c)] : []));
