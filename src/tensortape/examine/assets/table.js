"use strict";
/* The table of operations, forward values and gradients side by side, and the table of results. */

TT.severity = (kind) => (kind === "nan" || kind === "inf" || kind === "error" || kind.startsWith("forward") ? "bad" : "warn");
TT.flagNames = {
  none: "None gradient", nan: "NaN gradient", inf: "Infinite gradient", zero: "Zero gradient",
  "forward-nan": "NaN value", "forward-inf": "Infinite value", error: "Error",
};

TT.missing = (text, title) => TT.el("span", { class: "missing", title }, text);

/** The name of a value as a pill, or where it comes from. */
TT.valueName = (group, v) => {
  const value = group.values[v];
  const cls = value.source !== undefined ? "source" : value.target !== undefined ? "target" : "";
  if (value.name) return TT.el("span", { class: "pill " + cls, title: value.name }, value.name);
  if (cls) return TT.el("span", { class: "pill " + cls }, cls);
  if (value.producer !== undefined) return TT.el("span", { class: "from", title: `the output of operation ${value.producer + 1}` }, `${group.ops[value.producer].type} #${value.producer + 1}`);
  return TT.el("span", { class: "from" }, value.role);
};

TT.forwardCell = (group, call, v) => {
  const i = call.forward[v];
  return TT.el("td", { class: "v" }, i === null ? TT.missing("not held", "the value was released before the call") : TT.show(group.summaries[i]));
};

TT.tag = (text) => TT.el("span", { class: "tag" }, text);

TT.sentCell = (group, call, o, k) => {
  const i = (call.sent[o] || [])[k], op = group.ops[o];
  if (i === null || i === undefined) return TT.el("td", { class: "g" }, TT.missing(op.backward ? "·" : "", "nothing was sent here: no source lies behind it, or it has no derivative"));
  return TT.el("td", { class: "g" }, TT.tag("sent"), TT.show(group.summaries[i]));
};

TT.incomingCell = (group, call, o, v) => {
  const i = call.backward[v];
  if (i === null || i === undefined) return TT.el("td", { class: "g" }, TT.missing("none reached", "no gradient reached this output"));
  return TT.el("td", { class: "g" }, TT.tag("arrived"), TT.show(group.summaries[i]));
};

TT.codeLine = (report, position) => {
  if (position === undefined) return null;
  const p = report.positions[position], file = report.files[p.file];
  if (!file) return p.via ? TT.el("div", { class: "code" }, TT.el("span", { class: "at" }, p.via)) : null;
  const text = (file.lines && file.lines[p.line]) || "";
  return TT.el("div", { class: "code" },
    TT.el("span", { class: "at" }, `${file.label}:${p.line}`),
    TT.el("code", { title: text.trim() }, text.trim()),
    p.via ? TT.el("span", { class: "at" }, "via " + p.via) : null);
};

TT.opTitle = (report, group, call, o) => {
  const op = group.ops[o];
  const attrs = Object.entries(op.attrs || {}).map(([k, v]) => `${k}=${v}`).join(", ");
  const problems = call.flags.filter((f) => f.op === o).map((f) => TT.el("div", { class: "problem " + TT.severity(f.kind) }, f.message));
  return TT.el("tr", { class: "title" }, TT.el("td", { colspan: 4 },
    TT.el("span", { class: "number" }, String(o + 1)), TT.el("b", {}, op.type),
    op.formula ? TT.el("span", { class: "formula" }, op.formula) : null,
    op.derivative ? TT.el("span", { class: "formula grad" }, op.derivative) : null,
    attrs ? TT.el("span", { class: "attrs" }, attrs) : null,
    op.note ? TT.el("span", { class: "attrs" }, " " + op.note) : null,
    TT.codeLine(report, op.position), problems));
};

TT.opRows = (report, group, call, o, light) => {
  const op = group.ops[o], flags = call.flags.filter((f) => f.op === o).map((f) => TT.severity(f.kind));
  const row = (v, out, cell) => TT.el("tr", { class: out ? "out" : "in" },
    TT.el("td", { class: "name" }, TT.tag(out ? "out" : "in"), TT.valueName(group, v)),
    TT.el("td", { class: "t" }, TT.typeText(group.values[v])), TT.forwardCell(group, call, v), cell);
  return TT.el("tbody", {
    class: flags.includes("bad") ? "bad" : flags[0] || "", "data-op": o,
    onmouseenter: () => light({ op: o }, true), onmouseleave: () => light({ op: o }, false),
  }, TT.opTitle(report, group, call, o),
    op.inputs.map((v, k) => row(v, false, TT.sentCell(group, call, o, k))),
    op.outputs.map((v) => row(v, true, TT.incomingCell(group, call, o, v))));
};

TT.opTable = (report, group, call, light) => TT.el("div", { class: "scroll" },
  TT.el("table", { class: "ops" },
    TT.el("thead", {}, TT.el("tr", {}, ["Operation", "Type", "Forward value ↓", "Gradient ↑"].map((t) => TT.el("th", {}, t)))),
    group.ops.map((_, o) => TT.opRows(report, group, call, o, light))));

TT.resultStatus = (call, source, summary) => {
  const flag = call.flags.find((f) => f.sources.includes(source));
  if (!summary) return TT.el("span", { class: "badge warn" }, "None");
  const badge = (cls, text) => TT.el("span", { class: "badge " + cls }, text);
  if (TT.nans(summary)) return badge("bad", "NaN");
  if (TT.infs(summary)) return badge("bad", "infinite");
  if (TT.size(summary) && TT.zeros(summary) === TT.size(summary)) return badge("warn", "all zero");
  return flag ? badge(TT.severity(flag.kind), TT.flagNames[flag.kind]) : null;
};

/** What the call returned, one row per source. */
TT.resultTable = (group, call) => {
  const word = group.kind === "gradient" ? "Gradient" : "Jacobian";
  const rows = call.results.map((r, source) => {
    const v = group.values.findIndex((value) => value.source === source);
    const summary = r === null ? null : group.summaries[r];
    const norm = summary ? TT.norm(summary) : null;
    return TT.el("tr", {},
      TT.el("td", {}, v < 0 ? `source ${source + 1}` : TT.valueName(group, v)),
      TT.el("td", { class: "t" }, v < 0 ? "" : TT.typeText(group.values[v])),
      v < 0 ? TT.el("td") : TT.forwardCell(group, call, v),
      TT.el("td", { class: "g" }, summary ? [group.kind === "gradient" ? [] : TT.el("div", { class: "stat" }, TT.shapeText(summary.shape)), TT.show(summary)] : TT.el("span", { class: "is-none" }, "None")),
      TT.el("td", { class: "t" }, norm === null ? "" : TT.short(norm, 5)),
      TT.el("td", {}, TT.resultStatus(call, source, summary)));
  });
  const rest = rows.length > TT.resultsShown + 3 ? rows.slice(TT.resultsShown) : [];
  for (const row of rest) row.hidden = true;
  const all = TT.el("button", { type: "button", class: "all", onclick: () => { for (const row of rest) row.hidden = false; all.remove(); } }, `show all ${rows.length} sources`);
  return TT.el("div", { class: "scroll" }, TT.el("table", {},
    TT.el("thead", {}, TT.el("tr", {}, ["Source", "Type", "Value", word, "Norm", ""].map((t) => TT.el("th", {}, t)))),
    TT.el("tbody", {}, rows)), rest.length ? all : null);
};
TT.resultsShown = 8;
