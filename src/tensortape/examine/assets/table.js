"use strict";
/* Cells of values and gradients, and the table of what a call returned. */

TT.grave = new Set(["nan", "inf", "error", "target", "exploding", "forward-nan", "forward-inf"]);
TT.severity = (kind) => (TT.grave.has(kind) ? "bad" : "warn");
TT.flagNames = {
  none: "None gradient", nan: "NaN gradient", inf: "Infinite gradient", zero: "Zero gradient",
  "forward-nan": "NaN value", "forward-inf": "Infinite value", error: "Error", vanishing: "Vanishing gradient",
  exploding: "Exploding gradient", dead: "Dead units", target: "Target not finite",
};
TT.flagName = (kind) => TT.flagNames[kind] || kind;

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

TT.resultStatus = (call, source, summary) => {
  const flag = call.flags.find((f) => f.sources.includes(source));
  if (!summary) return TT.el("span", { class: "badge warn" }, "None");
  const badge = (cls, text) => TT.el("span", { class: "badge " + cls }, text);
  if (TT.nans(summary)) return badge("bad", "NaN");
  if (TT.infs(summary)) return badge("bad", "infinite");
  if (TT.size(summary) && TT.zeros(summary) === TT.size(summary)) return badge("warn", "all zero");
  return flag ? badge(TT.severity(flag.kind), TT.flagName(flag.kind)) : null;
};

/** What the call returned, one row per source. */
TT.resultTable = (group, call) => {
  const word = group.kind === "gradient" ? "Gradient" : "Jacobian";
  const rows = call.results.map((r, source) => {
    const v = group.values.findIndex((value) => value.source === source);
    const summary = r === null ? null : group.summaries[r];
    const norm = summary ? TT.norm(summary) : null;
    return TT.el("tr", {},
      TT.el("td", { class: "name" }, v < 0 ? `source ${source + 1}` : TT.valueName(group, v)),
      TT.el("td", { class: "t" }, v < 0 ? "" : TT.typeText(group.values[v])),
      v < 0 ? TT.el("td") : TT.forwardCell(group, call, v),
      TT.el("td", { class: "g" }, summary ? [group.kind === "gradient" ? [] : TT.el("div", { class: "stat" }, TT.shapeText(summary.shape)), TT.show(summary)] : TT.el("span", { class: "is-none" }, "None")),
      TT.el("td", { class: "t norm" }, norm === null ? "" : TT.short(norm, 5)),
      TT.el("td", {}, TT.resultStatus(call, source, summary)));
  });
  const rest = rows.length > TT.resultsShown + 3 ? rows.slice(TT.resultsShown) : [];
  for (const row of rest) row.hidden = true;
  const all = TT.el("button", { type: "button", class: "all", onclick: () => { for (const row of rest) row.hidden = false; all.remove(); } }, `show all ${rows.length} sources`);
  return TT.el("div", { class: "scroll" }, TT.el("table", { class: "results-table" },
    TT.el("thead", {}, TT.el("tr", {}, ["Source", "Type", "Value", word, "Norm", ""].map((t) => TT.el("th", {}, t)))),
    TT.el("tbody", {}, rows)), rest.length ? all : null);
};
TT.resultsShown = 4;
