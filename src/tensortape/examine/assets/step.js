"use strict";
/* One operation: its formulas, its values forward and backward side by side, its rule and line. */

TT.mathTags = new Set("math mrow mi mn mo mtext mfrac msqrt msub msup msubsup munder mover munderover mtable mtr mtd mspace mstyle".split(" "));
TT.mathAttributes = new Set("display mathvariant stretchy fence columnalign width accent style".split(" "));

/** MathML text as elements; only elements of formulas are taken over. */
TT.math = (text, fallback) => {
  if (!text) return fallback ? TT.el("span", { class: "formula" }, fallback) : null;
  const copy = (from) => {
    if (from.nodeType === 3) return document.createTextNode(from.data);
    if (!TT.mathTags.has(from.nodeName)) return null;
    const node = document.createElementNS("http://www.w3.org/1998/Math/MathML", from.nodeName);
    for (const { name, value } of from.attributes) if (TT.mathAttributes.has(name) && !value.includes("(")) node.setAttribute(name, value);
    for (const child of from.childNodes) { const c = copy(child); if (c) node.append(c); }
    return node;
  };
  return copy(new DOMParser().parseFromString(text, "text/xml").documentElement);
};

TT.ruleOf = (report, op) => (report.rules || {})[op.rule || op.type] || {};

TT.duration = (ns) => {
  if (!TT.given(ns)) return "";
  const unit = ns >= 1e9 ? [1e9, "s"] : ns >= 1e6 ? [1e6, "ms"] : ns >= 1e3 ? [1e3, "µs"] : [1, "ns"];
  return `${Number((ns / unit[0]).toPrecision(3))} ${unit[1]}`;
};
TT.widths = { float64: 8, int64: 8, uint64: 8, complex64: 8, complex128: 16, float16: 2, bfloat16: 2, int16: 2, uint16: 2, bool: 1, int8: 1, uint8: 1 };
TT.bytesOf = (value) => value.shape.reduce((a, n) => a * (n || 1), 1) * (TT.widths[value.dtype] || 4);
TT.amount = (n) => (n >= 2 ** 30 ? `${(n / 2 ** 30).toPrecision(3)} GB` : n >= 2 ** 20 ? `${(n / 2 ** 20).toPrecision(3)} MB` : n >= 1024 ? `${(n / 1024).toPrecision(3)} kB` : `${n} B`);

TT.lineText = (report, position) => {
  const p = position === undefined ? null : report.positions[position], file = p && report.files[p.file];
  return file ? `${file.label}:${p.line}` : "";
};

/** The rows of an operation: inputs, then outputs; each with its value and its gradient. */
TT.operandRows = (view, o) => {
  const { group, call } = view, op = group.ops[o];
  const row = (v, out, cell) => TT.el("tr", { class: out ? "out" : "in" },
    TT.el("td", { class: "name" }, TT.tag(out ? "out" : "in"), TT.valueName(group, v), TT.el("div", { class: "type" }, TT.typeText(group.values[v]))),
    TT.forwardCell(group, call, v), cell);
  return [
    ...op.inputs.map((v, k) => row(v, false, TT.sentCell(group, call, o, k))),
    ...op.outputs.map((v) => row(v, true, TT.incomingCell(group, call, o, v))),
  ];
};

TT.facts = (view, o) => {
  const { report, group, call } = view, op = group.ops[o], p = op.position === undefined ? null : report.positions[op.position];
  const attrs = Object.entries(op.attrs || {}).map(([k, v]) => `${k} = ${v}`).join(", ");
  const times = [(call.times || [])[o], (call.back_times || [])[o]], bytes = op.outputs.reduce((sum, v) => sum + TT.bytesOf(group.values[v]), 0);
  const pairs = [
    ["attributes", attrs], ["function", p && p.function], ["through", p && p.via],
    ["time", [times[0], times[1]].some(TT.given) ? `${TT.duration(times[0]) || "?"} forward${TT.given(times[1]) ? `, ${TT.duration(times[1])} backward` : ""}` : ""],
    ["size", TT.amount(bytes)], ["note", op.note],
  ].filter(([, text]) => text);
  return TT.el("dl", { class: "facts" }, pairs.map(([k, text]) => [TT.el("dt", {}, k), TT.el("dd", {}, text)]));
};

TT.ruleSource = (rule) => {
  if (!rule.file) return null;
  const code = (rule.code || []).map((text, i) => [TT.el("span", { class: "n" }, String(rule.line + i)), text + "\n"]);
  return TT.el("details", { class: "rule-source" }, TT.el("summary", {}, "where this rule is written: ", TT.el("code", {}, `${rule.file}:${rule.line}`)),
    code.length ? TT.el("pre", {}, code) : null, rule.derivative ? TT.el("p", { class: "latex" }, "LaTeX ", TT.el("code", {}, rule.derivative)) : null);
};

/** The scopes an operation is in; each opens or folds the run in the graph. */
TT.crumbs = (view, o) => {
  const around = TT.around(view.tree, o);
  return around.length ? TT.el("nav", { class: "crumbs", "aria-label": "Scopes" }, around.map((run, i) => [i ? " › " : "",
    TT.el("button", { type: "button", onclick: () => view.toggle(run), title: view.open.has(run.id) ? "fold in the graph" : "open in the graph" }, run.label)])) : null;
};

/** The card of the selected operation. */
TT.stepCard = (view, walk) => {
  const { report, group, call, op: o } = view, op = group.ops[o], steps = view.steps();
  const at = steps.indexOf(o), last = steps.length - 1;
  const button = (text, label, to, off) => TT.el("button", { type: "button", "data-go": label, disabled: off, title: label, "aria-label": label, onclick: () => walk(to) }, text);
  const bar = TT.el("div", { class: "walk" },
    button("«", "first operation (Home)", steps[0], at <= 0), button("‹", "previous operation (←)", steps[Math.max(0, at - 1)], at <= 0),
    TT.el("span", { class: "which" }, TT.el("span", { class: "word" }, "operation "), TT.el("b", {}, String(o + 1)), ` of ${group.ops.length}`),
    button("›", "next operation (→)", steps[Math.min(last, at + 1)], at >= last), button("»", "last operation (End)", steps[last], at >= last),
    TT.el("span", { class: "grow" }), TT.lineText(report, op.position)
      ? TT.el("button", { type: "button", class: "goline", title: "show the line (l)", onclick: () => view.toLine() }, TT.lineText(report, op.position)) : null);
  if (!op) return bar;
  const rule = TT.ruleOf(report, op), name = group.values[op.outputs[0]].name;
  const problems = call.flags.filter((f) => f.op === o).map((f) => TT.el("p", { class: "problem " + TT.severity(f.kind) }, f.message, f.cure ? TT.el("span", { class: "cure" }, f.cure) : null));
  return [bar,
    TT.el("div", { class: "title" }, TT.el("h2", {}, op.type), name ? TT.el("span", { class: "pill" }, name) : null, TT.crumbs(view, o)), problems,
    TT.el("div", { class: "formulas" },
      TT.el("div", {}, TT.el("span", { class: "tag" }, "forward"), TT.math(rule.formula_math, op.formula) || TT.missing("no formula")),
      TT.el("div", { class: "grad" }, TT.el("span", { class: "tag" }, "backward"), TT.math(rule.derivative_math, op.derivative) || TT.missing(op.note ? "no derivative" : "see the rule"))),
    TT.el("div", { class: "scroll" }, TT.el("table", { class: "operands" },
      TT.el("thead", {}, TT.el("tr", {}, ["", "forward value ↓", "gradient ↑"].map((t) => TT.el("th", {}, t)))), TT.el("tbody", {}, TT.operandRows(view, o)))),
    TT.facts(view, o), TT.ruleSource(rule)];
};

/** File to line to the operations of that line. */
TT.usedLines = (report, group) => {
  const used = new Map();
  group.ops.forEach((o, i) => {
    const p = o.position === undefined ? null : report.positions[o.position];
    if (!p || !report.files[p.file]) return;
    if (!used.has(p.file)) used.set(p.file, new Map());
    const lines = used.get(p.file);
    if (lines.has(p.line)) lines.get(p.line).push(i); else lines.set(p.line, [i]);
  });
  return used;
};

/** The user's code, with the lines that took part; those lines select their operations. */
TT.codeCard = (view, choose) => {
  const { report, group } = view, op = group.ops[view.op], here = op && op.position !== undefined ? report.positions[op.position] : report.positions[group.position];
  const used = view.used = view.used || TT.usedLines(report, group);
  const asked = report.positions[group.position];
  if (asked && report.files[asked.file] && !used.has(asked.file)) used.set(asked.file, new Map());
  const shown = here && report.files[here.file] ? here.file : [...used.keys()][0];
  if (shown === undefined) return null;
  const file = report.files[shown], lines = Object.keys(file.lines || {}).map(Number).sort((a, b) => a - b);
  const tabs = used.size > 1 ? [...used.keys()].map((f) => TT.el("button", { type: "button", class: f === shown ? "tab on" : "tab",
    onclick: () => { const ops = [...used.get(f).values()][0]; if (ops) choose(ops[0]); } }, report.files[f].label)) : [TT.el("span", { class: "file" }, file.label)];
  const line = (n) => {
    const ops = (used.get(shown) || new Map()).get(n) || [], current = here && here.file === shown && here.line === n;
    const call = asked && asked.file === shown && asked.line === n;
    return TT.el("div", { class: "line" + (ops.length ? " used" : "") + (current ? " here" : "") + (call ? " asks" : ""), "data-line": n,
      onclick: ops.length ? () => choose(ops[(ops.indexOf(view.op) + 1) % ops.length]) : null },
    TT.el("span", { class: "n" }, String(n)), TT.el("code", {}, file.lines[n] || " "),
    ops.length ? TT.el("span", { class: "count", title: `${ops.length} operation${ops.length > 1 ? "s" : ""} of this line` }, ops.length > 1 ? `${ops.length} ops` : group.ops[ops[0]].type) : call ? TT.el("span", { class: "count" }, group.kind) : null);
  };
  const rows = lines.map((n, i) => [i && n > lines[i - 1] + 1 ? TT.el("div", { class: "gap" }, "⋯") : null, line(n)]);
  return [TT.el("h3", {}, "Your code", TT.el("span", { class: "grow" }), tabs), TT.el("div", { class: "code", tabindex: 0, "aria-label": file.label }, rows)];
};
