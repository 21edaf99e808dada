"use strict";
/* Numbers and arrays as text and tables; the page's small helpers. */
const TT = {};

/** An element with attributes (`class`, `on…` listeners, others) and children; text is never parsed. */
TT.el = (tag, attributes, ...children) => {
  const svg = TT.svgTags.has(tag);
  const node = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false));
  return node;
};
TT.svgTags = new Set(["svg", "g", "rect", "path", "text", "line", "circle", "defs", "marker", "polyline", "tspan"]);

/** JSON's spelling of a number (NaN and infinities are strings) as a number. */
TT.number = (v) => (typeof v === "number" ? v : v === "NaN" ? NaN : v === "Infinity" ? Infinity : v === "-Infinity" ? -Infinity : NaN);

TT.isBad = (v) => v === "NaN" || v === "Infinity" || v === "-Infinity";

/** A short spelling of one element: six significant digits. */
TT.short = (v, digits = 6) => {
  if (v === "NaN") return "NaN";
  if (v === "Infinity") return "∞";
  if (v === "-Infinity") return "−∞";
  if (typeof v === "boolean") return v ? "True" : "False";
  if (typeof v !== "number") return String(v);
  if (Number.isInteger(v) && Math.abs(v) < 1e9) return String(v).replace("-", "−");
  const a = Math.abs(v);
  const text = a >= 1e-4 && a < 1e9 ? String(Number(v.toPrecision(digits))) : v.toExponential(digits - 2).replace(/\.?0+e/, "e").replace("e+", "e");
  return text.replace(/^-/, "−").replace("e-", "e−");
};

TT.shapeText = (shape) => "[" + shape.map((n) => (n === null ? "?" : n)).join(", ") + "]";
TT.typeText = (value) => value.dtype + (value.shape.length ? " " + TT.shapeText(value.shape) : "");
TT.size = (summary) => summary.shape.reduce((a, b) => a * b, 1);

/** Norm of a summary over its finite elements. */
TT.norm = (summary) => {
  if (!summary) return null;
  if (!summary.values) return summary.norm ?? null;
  const numbers = summary.values.filter((v) => typeof v === "number");
  return numbers.length || !summary.values.length ? Math.hypot(...numbers) : summary.values.some(TT.isBad) ? NaN : null;
};

TT.count = (summary, test) => (summary.values ? summary.values.filter(test).length : 0);
TT.nans = (s) => (s.values ? TT.count(s, (v) => v === "NaN") : s.nans || 0);
TT.infs = (s) => (s.values ? TT.count(s, (v) => v === "Infinity" || v === "-Infinity") : s.infs || 0);
TT.zeros = (s) => (s.values ? TT.count(s, (v) => v === 0) : s.zeros || 0);

/** One line for a summary: the elements where they are few, else shape and norm. */
TT.line = (summary) => {
  if (!summary) return "";
  if (!summary.values || summary.values.length > 4) return TT.shapeText(summary.shape);
  return summary.shape.length ? "[" + summary.values.map((v) => TT.short(v, 4)).join(" ") + "]" : TT.short(summary.values[0], 5);
};

/** One number for a gradient: the value of a scalar, else its norm. */
TT.figure = (summary) => {
  if (!summary) return "";
  if (TT.nans(summary)) return "NaN";
  if (TT.size(summary) === 1 && summary.values) return TT.short(summary.values[0], 5);
  if (TT.infs(summary)) return "‖∞‖";
  const norm = TT.norm(summary);
  return norm === null ? "" : "‖" + TT.short(norm, 4) + "‖";
};

TT.element = (v, digits) => TT.el("span", { class: TT.isBad(v) && "nan", title: typeof v === "number" ? String(v) : undefined }, TT.short(v, digits));

/** A row of elements in brackets; a lone scalar without. Axes of length 1 are left to the type. */
TT.row = (values, shape) => (shape.length ? ["[", values.map((v, i) => [i ? " " : "", TT.element(v)]), "]"] : [TT.element(values[0])]);

/** Whether all but one axis of a shape have length 1. */
TT.isRow = (shape) => shape.filter((n) => n !== 1).length < 2;

/** All elements of a small array as a table, coloured by sign and size. */
TT.grid = (summary) => {
  const long = summary.shape.filter((n) => n !== 1), size = summary.values.length;
  const width = Math.max(1, long.length > 1 ? long[long.length - 1] : size > 16 ? 8 : size);
  const digits = width > 3 ? 3 : width > 2 ? 4 : 5;
  const top = Math.max(...summary.values.map((v) => (typeof v === "number" ? Math.abs(v) : 0)), 1e-300);
  const cell = (v) => {
    const part = typeof v === "number" ? Math.round((38 * Math.abs(v)) / top) : 0;
    const colour = v > 0 ? "--source" : "--warn";
    const node = TT.el("td", {}, TT.element(v, digits));
    if (part) node.style.background = `color-mix(in srgb, var(${colour}) ${part}%, transparent)`;
    return node;
  };
  const rows = [];
  for (let i = 0; i < summary.values.length; i += width) rows.push(TT.el("tr", {}, summary.values.slice(i, i + width).map(cell)));
  return TT.el("div", { class: "scroll" }, TT.el("table", { class: "grid" }, rows));
};

TT.statistics = (summary) => {
  const part = (label, v) => (v === undefined ? [] : [TT.el("span", { class: "stat" }, ` ${label} `), TT.el("span", { title: String(v) }, TT.short(v, 4))]);
  const size = TT.size(summary);
  const share = (n) => `${n} of ${size}`;
  const bad = (n, label) => (n ? [" ", TT.el("span", { class: "nan" }, `${label} ${share(n)}`)] : []);
  return [
    summary.min === undefined ? [] : [TT.el("span", { title: "smallest … largest" }, TT.short(summary.min, 4), " … ", TT.short(summary.max, 4))],
    part("mean", summary.mean), part("norm", summary.norm),
    summary.zeros > size / 10 ? TT.el("span", { class: "stat" }, ` zeros ${share(summary.zeros)}`) : [],
    bad(summary.nans, "NaN"), bad(summary.infs, "infinite"),
  ];
};

/** A summary as it stands in a table cell. */
TT.show = (summary) => {
  if (!summary) return [];
  const note = summary.note ? [TT.el("span", { class: "stat" }, summary.note + " ")] : [];
  if (!summary.values) {
    const first = TT.el("div", {}, TT.el("span", { class: "stat" }, "first "), summary.first.map((v, i) => [i ? " " : "", TT.element(v)]), " …");
    return [...note, TT.el("details", { class: "big" }, TT.el("summary", {}, TT.statistics(summary)), first)];
  }
  if (!summary.values.length) return [...note, TT.el("span", { class: "stat" }, "empty")];
  if (TT.isRow(summary.shape) && summary.values.length <= 8) return [...note, ...TT.row(summary.values, summary.shape)];
  if (summary.values.length <= 16 && !TT.isRow(summary.shape)) return [...note, TT.grid(summary)];
  const norm = TT.norm(summary);
  const numbers = summary.values.filter((v) => typeof v === "number");
  const head = numbers.length ? [TT.short(Math.min(...numbers)), " … ", TT.short(Math.max(...numbers)), TT.el("span", { class: "stat" }, norm === null ? "" : "  norm "), norm === null ? "" : TT.short(norm)] : [`${summary.values.length} elements`];
  const bad = summary.values.length - numbers.length && summary.values.some(TT.isBad) ? [" ", TT.el("span", { class: "nan" }, `${summary.values.filter(TT.isBad).length} not finite`)] : [];
  return [...note, TT.el("details", { class: "big" }, TT.el("summary", {}, head, bad), TT.grid(summary))];
};
