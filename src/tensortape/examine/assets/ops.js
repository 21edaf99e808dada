"use strict";
/* The operations as a list of runs and rows. Only the rows in view are in the document. */

TT.rowHeight = 30;

/** The rows to list: the open tree, or what the search found. */
TT.listRows = (view) => {
  if (view.matches) return [...view.matches].sort((a, b) => a - b).map((op) => ({ op, depth: 0 }));
  const found = [];
  const visit = (node) => {
    for (const c of node.children) {
      found.push(c.children ? { run: c, depth: c.depth } : { op: c.op, depth: c.depth });
      if (c.children && view.open.has(c.id)) visit(c);
    }
  };
  visit(view.tree);
  return found;
};

TT.runRow = (view, row) => {
  const { run } = row, { call, group, summary } = view, open = view.open.has(run.id);
  let time = 0, flags = 0;
  for (let i = run.from; i < run.to; i++) time += (call.times || [])[i] || 0;
  for (const f of call.flags) flags += f.op >= run.from && f.op < run.to ? 1 : 0;
  const back = call.backward[group.ops[run.to - 1].outputs[0]];
  return [
    TT.el("span", { class: "c number" }, `${run.from + 1}–${run.to}`),
    TT.el("span", { class: "c what", style: `padding-left:${row.depth * 14}px` }, TT.el("span", { class: "twist" }, open ? "▾" : "▸"), TT.el("b", {}, run.label), TT.el("span", { class: "faint" }, ` ${run.to - run.from} operations`)),
    TT.el("span", { class: "c code" }, ""), TT.el("span", { class: "c value" }, flags ? TT.el("span", { class: "badge warn" }, `${flags} finding${flags > 1 ? "s" : ""}`) : ""),
    TT.el("span", { class: "c grad" }, TT.figure(summary(back))), TT.el("span", { class: "c time" }, TT.duration(time || null)),
  ];
};

TT.opRow = (view, row) => {
  const { report, group, call, summary } = view, op = group.ops[row.op], out = op.outputs[0], value = group.values[out];
  const p = op.position === undefined ? null : report.positions[op.position], file = p && report.files[p.file];
  const arrived = call.backward[out];
  return [
    TT.el("span", { class: "c number" }, String(row.op + 1)),
    TT.el("span", { class: "c what", style: `padding-left:${row.depth * 14}px` }, TT.el("span", { class: "twist" }), TT.el("b", {}, op.type), value.name ? TT.el("span", { class: "pill" }, value.name) : null),
    TT.el("span", { class: "c code" }, p && file ? [TT.el("span", { class: "faint" }, p.line + " "), (file.lines && file.lines[p.line] || "").trim()] : ""),
    TT.el("span", { class: "c value" }, TT.line(summary(call.forward[out])) || TT.shapeText(value.shape)),
    TT.el("span", { class: "c grad" }, TT.given(arrived) ? TT.figure(summary(arrived)) : op.backward ? "" : TT.el("span", { class: "missing" }, "–")),
    TT.el("span", { class: "c time" }, TT.duration((call.times || [])[row.op])),
  ];
};

/** A list that keeps only the visible rows; `update` shows it anew, `reveal` scrolls to an operation. */
TT.opList = (view, choose) => {
  const space = TT.el("div", { class: "space" }), box = TT.el("div", { class: "rows", tabindex: 0, role: "listbox", "aria-label": "Operations" }, space);
  let rows = [], from = -1, to = -1, all = false;
  const show = (force) => {
    const height = box.clientHeight || 400, first = all ? 0 : Math.max(0, Math.floor(box.scrollTop / TT.rowHeight) - 6);
    const end = all ? rows.length : Math.min(rows.length, first + Math.ceil(height / TT.rowHeight) + 12);
    if (!force && first === from && end === to) return;
    from = first; to = end;
    space.replaceChildren(...rows.slice(first, end).map((row, i) => {
      const flags = row.op === undefined ? [] : view.call.flags.filter((f) => f.op === row.op);
      return TT.el("div", {
        class: `row ${row.run ? "run" : ""} ${row.op === view.op ? "here" : ""} ${TT.worst(flags)} ${view.path && row.op !== undefined && !view.path.ops.has(row.op) ? "off" : ""}`,
        style: `top:${(first + i) * TT.rowHeight}px`, "data-op": row.op, "data-run": row.run && row.run.label, role: "option",
        onclick: () => (row.run ? view.toggle(row.run) : choose(row.op)),
      }, row.run ? TT.runRow(view, row) : TT.opRow(view, row));
    }));
  };
  const update = () => {
    rows = TT.listRows(view);
    space.style.height = `${rows.length * TT.rowHeight}px`;
    show(true);
  };
  const reveal = () => {
    const i = rows.findIndex((r) => (r.run ? r.run.from <= view.op && view.op < r.run.to && !view.open.has(r.run.id) : r.op === view.op));
    if (i < 0) return show(true);
    const top = i * TT.rowHeight, height = box.clientHeight;
    if (top < box.scrollTop || top > box.scrollTop + height - TT.rowHeight) box.scrollTop = top - height / 2;
    show(true);
  };
  box.addEventListener("scroll", () => show(false), { passive: true });
  return { box, update, reveal, print: (on) => { all = on && rows.length <= 2000; show(true); } };
};

/** Operations whose type, name, scope, function, line or attributes have all the words. */
TT.search = (view, words) => {
  const { report, group } = view;
  view.texts = view.texts || group.ops.map((op) => {
    const p = op.position === undefined ? null : report.positions[op.position], file = p && report.files[p.file];
    return [op.type, op.scope, p && p.function, file && `${file.label}:${p.line}`, file && file.lines && file.lines[p.line], Object.entries(op.attrs || {}).join(" "),
      ...[...op.inputs, ...op.outputs].map((v) => group.values[v].name)].filter(Boolean).join(" ").toLowerCase();
  });
  const found = new Set();
  view.texts.forEach((text, i) => { if (words.every((w) => text.includes(w))) found.add(i); });
  return found;
};
