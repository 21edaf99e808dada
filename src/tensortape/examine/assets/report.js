"use strict";
/* The page: overview of the calls, detail of the selected one, keys and address. */
(() => {
  const report = JSON.parse(document.getElementById("report-data").textContent);
  const byId = (id) => document.getElementById(id);
  const state = { group: 0, call: 0, zoom: 0 };
  for (const g of report.groups) for (const c of g.calls) c.flags = c.flags || [];

  const place = (position) => {
    const p = position === undefined ? undefined : report.positions[position];
    const file = p && report.files[p.file];
    return { p, file, label: file ? file.label : "unknown place", line: p ? p.line : 0, code: (file && file.lines && file.lines[p.line] || "").trim() };
  };
  const names = (group, key) => group.values.filter((v) => v[key] !== undefined).sort((a, b) => a[key] - b[key]).map((v) => v.name || v.role);
  const flow = (group) => {
    const short = (list) => (list.length > 6 ? [...list.slice(0, 5), `… ${list.length} in all`] : list).join(", ");
    return `${short(names(group, "target"))} → ${short(names(group, "source"))}`;
  };
  const last = (series, name) => TT.short(series[name][series[name].length - 1], 4);

  const badges = (group) => Object.entries(group.flag_counts || {}).map(([kind, n]) =>
    TT.el("span", { class: "badge " + TT.severity(kind) }, TT.flagNames[kind] + (group.count > 1 ? ` · ${n} of ${group.count}` : "")));

  const card = (group, i) => {
    const at = place(group.position), many = group.count > 1;
    const curve = (name, label) => TT.el("div", {}, many ? TT.spark(group.series, name, group.count) : null,
      TT.el("span", {}, label + " ", TT.el("b", {}, last(group.series, name))));
    const text = [group.kind, at.label, at.code, at.p && at.p.function, flow(group), group.ops.map((o) => o.type).join(" ")].join(" ").toLowerCase();
    const node = TT.el("button", { type: "button", class: "call", onclick: () => select(i, null, true) },
      TT.el("div", { class: "where" }, TT.el("b", {}, at.label), TT.el("span", {}, `line ${at.line}`),
        group.kind === "gradient" ? null : TT.el("span", { class: "badge" }, group.kind),
        TT.el("span", { class: "times" }, many ? `called ${group.count} times` : "")),
      TT.el("code", {}, at.code || group.kind),
      TT.el("div", { class: "flow" }, flow(group), ` · ${group.ops.length} op${group.ops.length === 1 ? "" : "s"}`),
      TT.el("div", { class: "sparks" }, curve("target", group.series.target_is || "target"), curve("gradient", group.kind === "gradient" ? "‖gradient‖" : "‖Jacobian‖")),
      TT.el("div", { class: "badges" }, badges(group)));
    return { node: TT.el("li", {}, node), button: node, text, problem: Object.keys(group.flag_counts || {}).length > 0 };
  };

  const cards = report.groups.map(card);
  const list = () => {
    const words = byId("filter").value.toLowerCase().split(/\s+/).filter(Boolean), only = byId("problems").checked;
    let shown = 0;
    for (const c of cards) {
      c.node.hidden = !(words.every((w) => c.text.includes(w)) && (!only || c.problem));
      shown += c.node.hidden ? 0 : 1;
    }
    none.hidden = shown > 0;
  };
  const none = TT.el("li", { class: "nothing", hidden: true }, "No call matches.");

  /* ---- detail ---- */
  /** The lines that took part, by file: those of the call's own file last, the call marked. */
  const source = (group) => {
    const at = place(group.position);
    const used = new Map();
    for (const i of [...group.ops.map((o) => o.position), group.position]) {
      const p = report.positions[i];
      if (p && report.files[p.file]) used.set(p.file, (used.get(p.file) || new Set()).add(p.line));
    }
    const others = [...used.keys()].filter((f) => !at.p || f !== at.p.file);
    return [...others, ...(at.file ? [at.p.file] : [])].slice(-4).map((f) => excerpt(report.files[f], used.get(f), f === (at.p && at.p.file) ? at.line : 0, used.size > 1));
  };
  const excerpt = (file, used, here, named) => {
    const from = Math.min(...used), to = Math.max(...used);
    const kept = Object.keys(file.lines || {}).map(Number).filter((n) => n >= from && n <= to);
    const line = (n) => TT.el("span", { class: n === here ? "here" : used.has(n) ? "" : "other" }, TT.el("span", { class: "n" }, String(n)), file.lines[n] + "\n");
    const gap = () => TT.el("span", { class: "gap" }, "⋯\n");
    const pre = (some) => TT.el("pre", {}, named ? TT.el("span", { class: "file" }, file.label + "\n") : null, some.map((n, i) => [i && n > some[i - 1] + 1 ? gap() : [], line(n)]));
    if (!kept.length) return null;
    if (kept.length <= 8) return pre(kept);
    return [pre(kept.filter((n) => used.has(n)).slice(-8)), TT.el("details", {}, TT.el("summary", {}, `${file.label}, lines ${from} to ${to}`), pre(kept))];
  };

  const pills = (list, kind) => [...list.slice(0, 12).map((n) => [TT.el("span", { class: "pill " + kind }, n), " "]), list.length > 12 ? `and ${list.length - 12} more ` : null];

  const heading = (group) => {
    const at = place(group.position);
    const outer = group.callers.map((i) => place(i)).map((c) => `${c.label}:${c.line}`);
    return TT.el("section", { class: "head" }, TT.el("div", { class: "place" },
      TT.el("span", { class: "badge" }, group.kind), TT.el("b", {}, `${at.label}, line ${at.line}`),
      [at.p && at.p.function ? `in ${at.p.function}` : "", outer.length ? `called from ${outer.join(", from ")}` : "",
        group.count > 1 ? `called ${group.count} times` : ""].filter(Boolean).map((t) => TT.el("span", {}, t)),
      TT.el("span", {}, pills(names(group, "target"), "target"), "→ ", pills(names(group, "source"), "source")),
      group.note ? TT.el("span", { class: "faint" }, group.note) : null), source(group));
  };

  const findings = (group, call) => call.flags.length ? TT.el("section", { class: "flags", "aria-label": "Findings" }, call.flags.map((f) =>
    TT.el("div", { class: "flag " + TT.severity(f.kind) }, TT.el("b", {}, TT.flagNames[f.kind]), TT.el("span", {}, f.message),
      f.op === undefined ? null : TT.el("button", { type: "button", onclick: () => jump({ op: f.op }) }, `${group.ops[f.op].type} #${f.op + 1}`)))) : null;

  const stepper = (group) => {
    const end = group.calls.length - 1, go = (i) => () => select(state.group, i);
    const button = (text, label, to, off) => TT.el("button", { type: "button", onclick: go(to), disabled: off, "aria-label": label, title: label }, text);
    const slider = TT.el("input", { type: "range", min: 0, max: end, value: state.call, "aria-label": "Recorded call", oninput: (e) => select(state.group, Number(e.target.value)) });
    return TT.el("div", { class: "card wide" },
      button("«", "first call (Home)", 0, state.call === 0), button("‹", "previous recorded call (←)", state.call - 1, state.call === 0),
      TT.el("span", { class: "which" }, "call ", TT.el("b", {}, String(group.calls[state.call].index + 1)), ` of ${group.count}`), slider,
      button("›", "next recorded call (→)", state.call + 1, state.call === end), button("»", "last call (End)", end, state.call === end),
      TT.el("span", { class: "faint" }, `${group.calls.length} recorded`));
  };

  const curves = (group, call) => {
    if (group.count < 2) return null;
    const at = group.series.index.indexOf(call.index);
    const panel = (name, label) => TT.el("div", { class: "card chart" },
      TT.el("h3", {}, label, at < 0 ? null : TT.el("b", {}, TT.short(group.series[name][at]))),
      TT.chart(group.series, name, group, call, (i) => select(state.group, i)));
    return TT.el("section", { class: "over" }, stepper(group), panel("target", group.series.target_is || "target"), panel("gradient", "norm of the gradient"));
  };

  const light = (n, on) => {
    if (n.op === undefined) return;
    for (const node of document.querySelectorAll(`[data-op="${n.op}"]`)) node.classList.toggle("lit", on);
  };
  const jump = (n) => {
    const op = n.op !== undefined ? n.op : report.groups[state.group].ops.findIndex((o) => o.inputs.includes(n.value) || o.outputs.includes(n.value));
    const row = document.querySelector(`tbody[data-op="${op}"]`);
    if (!row) return;
    row.scrollIntoView({ block: "center", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
    for (const old of document.querySelectorAll(".lit")) old.classList.remove("lit");
    light({ op }, true);
  };

  const legend = () => TT.el("div", { class: "legend" }, [["source", "source"], ["target", "target"], ["op", "operation"], ["constant", "constant"], ["op cut", "no gradient passes"], ["warn", "None or zero"], ["bad", "NaN or infinite"]]
    .map(([cls, text]) => TT.el("span", {}, TT.el("i", { class: cls }), text)));

  const drawing = (group, call) => {
    const svg = TT.drawGraph(group, call, light, jump), canvas = TT.el("div", { class: "canvas", tabindex: 0, "aria-label": "Graph" }, svg);
    const resize = (zoom) => {
      if (!svg.dataset.width) return;
      state.zoom = Math.min(3, Math.max(0.2, zoom));
      svg.setAttribute("width", svg.dataset.width * state.zoom);
      svg.setAttribute("height", svg.dataset.height * state.zoom);
    };
    const fit = () => resize(Math.min(1, Math.max(0.45, (canvas.clientWidth - 20) / svg.dataset.width)));
    const button = (text, label, act) => TT.el("button", { type: "button", title: label, "aria-label": label, onclick: act }, text);
    requestAnimationFrame(() => (state.zoom ? resize(state.zoom) : fit()));
    return TT.el("section", { class: "card drawing" }, TT.el("h3", {}, "Graph", TT.el("span", { class: "grow" }),
      button("−", "smaller", () => resize(state.zoom / 1.25)), button("fit", "fit the width", fit), button("+", "larger", () => resize(state.zoom * 1.25))), canvas, legend());
  };

  const detail = () => {
    const group = report.groups[state.group], main = byId("detail"), top = main.scrollTop;
    if (!group) return main.replaceChildren(TT.el("p", { class: "nothing" }, "This run made no gradient, jacobian or batch_jacobian call."));
    const call = group.calls[state.call];
    const omitted = group.omitted_ops ? TT.el("p", { class: "nothing" }, `${group.omitted_ops} earlier operations are not shown.`) : null;
    main.replaceChildren(...[heading(group), findings(group, call), curves(group, call),
      TT.el("section", { class: "card results" }, TT.el("h3", {}, "What the call returned"), TT.resultTable(group, call)),
      TT.el("div", { class: "two" }, drawing(group, call),
        TT.el("section", { class: "card" }, TT.el("h3", {}, group.ops.length === 1 ? "1 operation" : `${group.ops.length} operations, in the order they ran`), omitted, TT.opTable(report, group, call, light)))].filter(Boolean));
    main.scrollTop = top;
  };

  const select = (group, call, opened) => {
    const changed = group !== state.group, count = report.groups[group] ? report.groups[group].calls.length : 0;
    if (changed) state.zoom = 0;
    state.group = group;
    state.call = Math.max(0, Math.min(count - 1, call === null ? firstToShow(report.groups[group]) : call));
    cards.forEach((c, i) => c.button.classList.toggle("selected", i === group));
    if (opened) document.body.classList.add("detail");
    detail();
    if (changed) { byId("detail").scrollTop = 0; cards[group].node.scrollIntoView({ block: "nearest" }); }
    history.replaceState(null, "", `#${state.group + 1}.${state.call + 1}`);
  };
  /** A group opens at its first call with a bad finding, else at its first call. */
  const firstToShow = (group) => (group ? Math.max(0, group.calls.findIndex((c) => c.flags.some((f) => TT.severity(f.kind) === "bad"))) : 0);

  /* ---- keys, theme, address ---- */
  const move = (step) => {
    for (let i = state.group + step; i >= 0 && i < cards.length; i += step) if (!cards[i].node.hidden) return select(i, null);
  };
  let problem = -1;
  const nextProblem = () => {
    const ops = [...new Set(report.groups[state.group].calls[state.call].flags.map((f) => f.op).filter((o) => o !== undefined))];
    if (ops.length) jump({ op: ops[(problem = (problem + 1) % ops.length)] });
  };
  const theme = (dark) => document.documentElement.classList.toggle("dark", dark);
  const keys = {
    j: () => move(1), k: () => move(-1), ArrowRight: () => select(state.group, state.call + 1), ArrowLeft: () => select(state.group, state.call - 1),
    Home: () => select(state.group, 0), End: () => select(state.group, 1e9), p: nextProblem, t: () => theme(),
    "/": () => byId("filter").focus(), "?": () => byId("keys").showModal(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key] || !report.groups.length) return;
    if (event.target.matches("input") || byId("keys").open) { if (event.key === "Escape") event.target.blur(); return; }
    event.preventDefault();
    keys[event.key]();
  });
  byId("filter").addEventListener("keydown", (event) => { if (event.key === "Escape" || event.key === "Enter") event.target.blur(); });
  byId("filter").addEventListener("input", list);
  byId("problems").addEventListener("change", list);
  byId("theme").addEventListener("click", () => theme());
  byId("help").addEventListener("click", () => byId("keys").showModal());
  byId("back").addEventListener("click", () => document.body.classList.remove("detail"));
  const fromAddress = () => {
    const [g, c] = location.hash.slice(1).split(".").map(Number);
    return g >= 1 && g <= report.groups.length ? [g - 1, c >= 1 ? c - 1 : null] : null;
  };
  addEventListener("hashchange", () => { const at = fromAddress(); if (at && (at[0] !== state.group || at[1] !== state.call)) select(...at, true); });

  const plural = (n, word) => `${n.toLocaleString("en")} ${word}${n === 1 ? "" : "s"}`;
  const problems = report.groups.filter((g) => Object.keys(g.flag_counts || {}).length).length;
  byId("totals").textContent = [plural(report.calls, "gradient call"), `from ${plural(report.groups.length, "line")}`, problems ? `${problems} with findings` : "", report.omitted_calls ? `${report.omitted_calls} calls beyond the limit not shown` : "", report.created.replace("T", " ").slice(0, 16)].filter(Boolean).join(" · ");
  byId("overview").append(...cards.map((c) => c.node), none);
  theme(matchMedia("(prefers-color-scheme: dark)").matches);
  const start = fromAddress();
  if (report.groups.length) select(...(start || [0, null]), Boolean(start)); else detail();
  document.documentElement.dataset.ready = "yes";
})();
