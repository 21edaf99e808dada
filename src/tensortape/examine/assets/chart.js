"use strict";
/* Curves over the calls of a group: sparklines in the overview, charts in the detail. */

/** Scale of a curve: linear, or logarithmic where positive values span more than three decades. */
TT.scale = (numbers) => {
  const finite = numbers.filter(Number.isFinite);
  if (!finite.length) return null;
  let low = Math.min(...finite), high = Math.max(...finite);
  const positive = finite.filter((v) => v > 0);
  const log = low >= 0 && positive.length > finite.length / 2 && high / Math.min(...positive) > 1e3;
  if (log) low = Math.max(Math.min(...positive), high * 1e-12);
  const map = (v) => (log ? Math.log10(Math.max(v, low)) : v);
  const span = map(high) - map(low);
  const at = (v) => (span > 0 ? (map(v) - map(low)) / span : 0.5);
  return { low, high, log, at };
};

TT.points = (series, name) => series.index.map((index, i) => ({ index, value: TT.number(series[name][i]) }));

TT.path = (points, x, y) => {
  let text = "", open = false;
  for (const p of points) {
    if (Number.isFinite(p.value)) text += (open ? "L" : "M") + x(p.index).toFixed(1) + " " + y(p.value).toFixed(1);
    open = Number.isFinite(p.value);
  }
  return text;
};

/** A small curve without axes. */
TT.spark = (series, name, count) => {
  const points = TT.points(series, name), scale = TT.scale(points.map((p) => p.value));
  const svg = TT.el("svg", { viewBox: "0 0 120 26", preserveAspectRatio: "none", "aria-hidden": "true" });
  if (!scale) return svg;
  const x = (i) => 1 + (118 * i) / Math.max(1, count - 1), y = (v) => 23 - 20 * scale.at(v);
  svg.append(TT.el("path", { class: "line " + (name === "target" ? "target" : "grad"), d: TT.path(points, x, y) }));
  return svg;
};

/** A curve with axis labels, the recorded calls, the selected one, and holes where it is not finite. */
TT.chart = (series, name, group, selected, choose) => {
  const room = document.getElementById("detail")?.clientWidth || 0;  // as wide as its card, so that text keeps its size
  const width = Math.round(Math.min(900, Math.max(240, matchMedia("(max-width: 760px)").matches ? room - 44 : room / 2 - 56))), height = 104, left = 58, right = 10, top = 12, bottom = 18;
  const points = TT.points(series, name), scale = TT.scale(points.map((p) => p.value));
  const kind = name === "target" ? "target" : "grad";
  const svg = TT.el("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `curve over ${group.count} calls` });
  const x = (i) => left + ((width - left - right) * i) / Math.max(1, group.count - 1);
  const y = (v) => height - bottom - (height - top - bottom) * (scale ? scale.at(v) : 0);
  const text = (px, py, content, anchor) => TT.el("text", { class: "axis", x: px, y: py, "text-anchor": anchor }, content);
  svg.append(TT.el("line", { class: "rule", x1: left, x2: width - right, y1: height - bottom, y2: height - bottom }));
  svg.append(text(left, height - 4, "1", "middle"), text(width - right, height - 4, String(group.count), "end"));
  if (scale) {
    svg.append(text(left - 6, top + 4, TT.short(scale.high, 3), "end"), text(left - 6, height - bottom + 3, TT.short(scale.low, 3), "end"));
    if (scale.log) svg.append(text(left - 6, (top + height - bottom) / 2 + 4, "log", "end"));
    svg.append(TT.el("path", { class: "line " + kind, d: TT.path(points, x, y) }));
  }
  for (const p of points) if (!Number.isFinite(p.value)) svg.append(TT.el("circle", { class: "hole", cx: x(p.index), cy: top, r: 3 }));
  if (scale && points.length <= 12) for (const p of points) if (Number.isFinite(p.value)) svg.append(TT.el("circle", { class: "dot " + kind, cx: x(p.index), cy: y(p.value), r: 2.2 }));
  for (const call of group.calls) svg.append(TT.el("circle", { class: "recorded", cx: x(call.index), cy: height - bottom, r: 2 }));
  svg.append(TT.el("line", { class: "cursor", x1: x(selected.index), x2: x(selected.index), y1: top - 6, y2: height - bottom }));
  const here = points.find((p) => p.index === selected.index);
  if (here && scale && Number.isFinite(here.value)) svg.append(TT.el("circle", { class: "dot " + kind, cx: x(here.index), cy: y(here.value), r: 3.5 }));
  svg.addEventListener("click", (event) => {
    const box = svg.getBoundingClientRect(), ratio = Math.min(box.width / width, box.height / height);
    const at = (event.clientX - box.left - (box.width - width * ratio) / 2) / ratio;
    const index = ((at - left) / (width - left - right)) * (group.count - 1);
    choose(group.calls.reduce((best, c, i) => (Math.abs(c.index - index) < Math.abs(group.calls[best].index - index) ? i : best), 0));
  });
  return svg;
};
