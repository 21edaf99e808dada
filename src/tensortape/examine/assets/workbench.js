"use strict";
/* The workbench of a group: graph, selected operation, code and list of operations, kept in step. */

TT.firstVisible = 16;
TT.mostDrawn = 700;

TT.newView = (report, group) => {
  const view = { report, group, call: null, mode: "scope", open: new Set(), op: 0, path: null, matches: null, words: "", zoom: 0 };
  view.summary = (i) => (TT.given(i) ? group.summaries[i] : null);
  view.steps = () => (view.path && view.path.ops.size ? [...view.path.ops].sort((a, b) => a - b) : group.ops.map((_, i) => i));
  view.plant = (mode) => { view.mode = mode; view.tree = TT.tree(report, group, mode); view.open = TT.firstOpen(view.tree, TT.firstVisible); };
  view.plant("scope");
  return view;
};

/** The chain rule of small computations, written out with their numbers. */
TT.chainCard = (group) => (group.chains && group.chains.length ? TT.el("section", { class: "card chain", "aria-label": "Chain rule" },
  TT.el("h3", {}, "The chain rule, step by step"), group.chains.map((c) => TT.el("details", {},
    TT.el("summary", {}, "with respect to ", TT.el("span", { class: "pill source" }, c.name)),
    TT.el("div", { class: "chain-math", tabindex: 0 }, TT.math(c.math)),
    TT.el("details", { class: "latex" }, TT.el("summary", {}, "LaTeX"), TT.el("pre", {}, c.latex))))) : null);

/** Draws the workbench of `view` for one call; answers its element and what the keys call. */
TT.workbench = (view) => {
  const { group } = view;
  const graph = TT.el("section", { class: "card drawing", "aria-label": "Graph" });
  const step = TT.el("section", { class: "card step", "aria-label": "Operation" }), code = TT.el("section", { class: "card source", "aria-label": "Your code" });
  const table = TT.el("section", { class: "card ops", "aria-label": "Operations" });
  let svg = null, drawn = false;
  const canvas = TT.el("div", { class: "canvas", tabindex: 0, "aria-label": "Graph of the operations" });

  const smooth = () => (matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth");
  const choose = (op, quiet) => {
    if (op === undefined || op < 0 || op >= group.ops.length) return;
    view.op = op;
    step.replaceChildren(...[TT.stepCard(view, choose)].flat(2).filter(Boolean));
    const card = TT.codeCard(view, choose);
    code.hidden = !card;
    if (card) code.replaceChildren(...card);
    const line = code.querySelector(".line.here"), pane = code.querySelector(".code");
    if (line) pane.scrollTop = line.offsetTop - pane.offsetTop - pane.clientHeight / 2 + line.clientHeight / 2;
    if (svg) { TT.markGraph(view, svg); if (!quiet) intoView(); }
    list.reveal();
  };
  const intoView = () => {
    const node = canvas.querySelector(".node.lit");
    if (!node) return;
    const a = node.getBoundingClientRect(), b = canvas.getBoundingClientRect();
    if (a.top < b.top || a.bottom > b.bottom || a.left < b.left || a.right > b.right) {
      canvas.scrollTo({ left: canvas.scrollLeft + (a.left + a.right - b.left - b.right) / 2, top: canvas.scrollTop + (a.top + a.bottom - b.top - b.bottom) / 2, behavior: smooth() });
    }
  };
  const list = TT.opList(view, choose);

  view.toggle = (run) => {
    if (view.open.has(run.id)) view.open.delete(run.id);
    else for (let r = run; r && r.id; r = r.parent) view.open.add(r.id);
    redraw(true);
  };
  view.pick = (n) => {
    if (n.op !== undefined) return choose(n.op, true);
    const value = group.values[n.value];
    if (value.source !== undefined) return follow(view.path && view.path.source === value.source ? null : value.source);
    choose(value.producer !== undefined ? value.producer : group.ops.findIndex((o) => o.inputs.includes(n.value)), true);
  };
  view.toLine = () => {
    code.scrollIntoView({ block: "nearest", behavior: smooth() });
    const line = code.querySelector(".line.here");
    if (!line) return;
    line.classList.remove("flash");
    void line.offsetWidth; // starts the animation again
    line.classList.add("flash");
    code.querySelector(".code").focus({ preventScroll: true });
  };
  const reveal = (op) => {
    for (const run of TT.around(view.tree, op)) view.open.add(run.id);
    redraw(true);
    choose(op);
  };
  const follow = (source) => {
    view.path = source === null ? null : TT.pathFrom(group, source);
    if (view.path && view.path.ops.size && !view.path.ops.has(view.op)) view.op = Math.min(...view.path.ops);
    pathChoice.value = source === null ? "" : String(source);
    pathNote.textContent = view.path ? `${view.path.ops.size} of ${group.ops.length} operations` : "";
    choose(view.op);
  };

  const resize = (zoom) => {
    if (!svg || !svg.dataset.width) return;
    view.zoom = Math.min(3, Math.max(0.15, zoom));
    svg.setAttribute("width", svg.dataset.width * view.zoom);
    svg.setAttribute("height", svg.dataset.height * view.zoom);
  };
  const fit = () => svg && canvas.clientWidth > 0 && resize(Math.min(1, Math.max(0.5, (canvas.clientWidth - 18) / svg.dataset.width)));
  const redraw = (keep) => {
    const count = TT.visible(view.tree, view.open).length;
    if (count > TT.mostDrawn) {
      svg = null;
      canvas.replaceChildren(TT.el("p", { class: "nothing" }, `${count} boxes: too many to read as a graph. `, TT.el("button", { type: "button", onclick: foldAll }, "fold"), " The list below has them all."));
    } else {
      svg = TT.drawGraph(view);
      canvas.replaceChildren(svg);
      TT.markGraph(view, svg);
      const zoom = view.zoom;
      requestAnimationFrame(() => { if (keep && zoom) resize(zoom); else fit(); if (drawn) intoView(); drawn = true; });
    }
    list.update();
  };
  const foldAll = () => { view.open = new Set(); redraw(false); };
  const openAll = () => { for (const run of TT.runs(view.tree)) view.open.add(run.id); redraw(false); };

  const button = (text, label, act) => TT.el("button", { type: "button", title: label, "aria-label": label, onclick: act }, text);
  const modes = TT.el("select", { "aria-label": "Group by", onchange: (e) => { view.plant(e.target.value); redraw(false); choose(view.op, true); } },
    [["scope", "grouped by scope, layer"], ["function", "grouped by function"], ["line", "grouped by line"]].map(([v, t]) => TT.el("option", { value: v, selected: v === view.mode }, t)));
  const names = group.values.filter((v) => v.source !== undefined).sort((a, b) => a.source - b.source).filter((v, i, a) => !i || a[i - 1].source !== v.source);
  const pathChoice = TT.el("select", { "aria-label": "Path from", onchange: (e) => follow(e.target.value === "" ? null : Number(e.target.value)) },
    TT.el("option", { value: "" }, "all paths"), names.map((v) => TT.el("option", { value: v.source }, `path from ${v.name || "source " + (v.source + 1)}`)));
  const pathNote = TT.el("span", { class: "faint" });
  const foldable = TT.runs(view.tree).length > 0;
  graph.append(TT.el("h3", {}, "Graph", TT.el("span", { class: "grow" }),
    foldable ? [button("fold", "fold all (f)", foldAll), button("open", "open all (o)", openAll)] : null,
    button("−", "smaller", () => resize(view.zoom / 1.25)), button("fit", "fit the width", fit), button("+", "larger", () => resize(view.zoom * 1.25))),
  TT.el("div", { class: "tools" }, pathChoice, group.ops.length > 1 ? modes : null, pathNote), canvas, TT.legend());

  const found = TT.el("span", { class: "faint", role: "status" });
  const search = TT.el("input", { type: "search", class: "search", placeholder: "Search: operation, name, scope, line, code  ( / )", "aria-label": "Search the operations", value: view.words });
  const look = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    view.words = search.value;
    view.matches = words.length ? TT.search(view, words) : null;
    found.textContent = view.matches ? `${view.matches.size} of ${group.ops.length}` : "";
    list.box.scrollTop = 0;
    list.update();
    if (svg) TT.markGraph(view, svg);
  };
  search.addEventListener("input", look);
  search.addEventListener("keydown", (e) => {
    if (e.key === "Escape") { search.value = ""; look(); search.blur(); }
    if (e.key !== "Enter" || !view.matches || !view.matches.size) return;
    const hits = [...view.matches].sort((a, b) => a - b), next = e.shiftKey ? [...hits].reverse().find((i) => i < view.op) : hits.find((i) => i > view.op);
    reveal(next !== undefined ? next : e.shiftKey ? hits[hits.length - 1] : hits[0]);
  });
  table.append(TT.el("h3", {}, group.ops.length === 1 ? "1 operation" : `${group.ops.length.toLocaleString("en")} operations, in the order they ran`, TT.el("span", { class: "grow" }), found, search),
    group.omitted_ops ? TT.el("p", { class: "nothing" }, `${group.omitted_ops} earlier operations are not shown.`) : "",
    TT.el("div", { class: "row heads" }, [["number", "#"], ["what", "operation"], ["code", "line"], ["value", "value"], ["grad", "gradient"], ["time", "time"]].map(([c, t]) => TT.el("span", { class: "c " + c }, t))), list.box);

  const node = TT.el("div", {}, TT.el("div", { class: "two" }, graph, TT.el("div", { class: "right" }, step, code)), TT.chainCard(group) || "", table);
  const start = () => { redraw(Boolean(view.zoom)); choose(view.op, true); look(); };
  const go = (by) => {
    const steps = view.steps(), at = steps.indexOf(view.op);
    choose(steps[Math.max(0, Math.min(steps.length - 1, at + by))]);
  };
  return { node, start, choose, reveal, follow, go, search, foldAll, openAll, print: list.print };
};

TT.legend = () => TT.el("div", { class: "legend" }, [["source", "source"], ["target", "target"], ["op", "operation"], ["run", "folded"], ["constant", "constant"], ["op cut", "no gradient"], ["warn", "None, zero"], ["bad", "not finite"]]
  .map(([cls, text]) => TT.el("span", {}, TT.el("i", { class: cls }), text)));
