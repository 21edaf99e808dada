"use strict";
/* The page: overview of the calls, detail of the selected one, keys and address. */
(() => {
  const report = JSON.parse(document.getElementById("report-data").textContent);
  const byId = (id) => document.getElementById(id);
  const state = { group: -1, call: 0 };
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

  const seen = (group) => group.count - (group.unseen || 0);
  const times = (group) => (group.count < 2 ? "" : `called ${group.count} times` + (group.unseen ? `, ${seen(group)} of them seen` : ""));
  const timesBriefly = (group) => (group.unseen ? `${seen(group)} of ${group.count} calls seen` : times(group));
  const unseenBecause = (group) => (group.unseen ? "The other calls ran compiled, inside a tf.function; --every-call shows each." : "");

  const badges = (group) => Object.entries(group.flag_counts || {}).map(([kind, n]) =>
    TT.el("span", { class: "badge " + TT.severity(kind) }, TT.flagName(kind) + (group.count > 1 ? ` · ${n} of ${seen(group)}` : "")));

  const card = (group, i) => {
    const at = place(group.position), many = group.count > 1;
    const curve = (name, label) => TT.el("div", {}, many ? TT.spark(group.series, name, group.count) : null,
      TT.el("span", {}, label + " ", TT.el("b", {}, last(group.series, name))));
    const text = [group.kind, at.label, at.code, at.p && at.p.function, flow(group), group.ops.map((o) => o.type).join(" ")].join(" ").toLowerCase();
    const node = TT.el("button", { type: "button", class: "call", onclick: () => select(i, null, true) },
      TT.el("div", { class: "where" }, TT.el("b", {}, at.label), TT.el("span", {}, `line ${at.line}`),
        group.kind === "gradient" ? null : TT.el("span", { class: "badge" }, group.kind),
        TT.el("span", { class: "times", title: unseenBecause(group) }, timesBriefly(group))),
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
  const pills = (list, kind) => [...list.slice(0, 12).map((n) => [TT.el("span", { class: "pill " + kind }, n), " "]), list.length > 12 ? `and ${list.length - 12} more ` : null];

  const heading = (group) => {
    const at = place(group.position);
    const outer = group.callers.map((i) => place(i)).map((c) => `${c.label}:${c.line}`);
    return TT.el("section", { class: "head" }, TT.el("div", { class: "place" },
      TT.el("span", { class: "badge" }, group.kind), TT.el("b", {}, `${at.label}, line ${at.line}`),
      [at.p && at.p.function ? `in ${at.p.function}` : "", outer.length ? `called from ${outer.join(", from ")}` : "",
        times(group)].filter(Boolean).map((t) => TT.el("span", { title: unseenBecause(group) }, t)),
      TT.el("span", {}, pills(names(group, "target"), "target"), "→ ", pills(names(group, "source"), "source")),
      group.note ? TT.el("span", { class: "faint" }, group.note) : null));
  };

  const findings = (group, call) => call.flags.length ? TT.el("section", { class: "flags", "aria-label": "Findings" }, call.flags.map((f) =>
    TT.el("div", { class: "flag " + TT.severity(f.kind) }, TT.el("b", {}, TT.flagName(f.kind)),
      TT.el("span", {}, f.message, f.cure ? TT.el("span", { class: "cure" }, f.cure) : null),
      f.op === undefined ? null : TT.el("button", { type: "button", onclick: () => jump(f.op) }, `${group.ops[f.op].type} #${f.op + 1}`)))) : null;

  const stepper = (group) => {
    const end = group.calls.length - 1, go = (i) => () => select(state.group, i);
    const button = (text, label, to, off) => TT.el("button", { type: "button", onclick: go(to), disabled: off, "aria-label": label, title: label }, text);
    const slider = TT.el("input", { type: "range", min: 0, max: end, value: state.call, "aria-label": "Recorded call", oninput: (e) => select(state.group, Number(e.target.value)) });
    return TT.el("div", { class: "card wide" },
      button("«", "first call", 0, state.call === 0), button("‹", "previous recorded call ([)", state.call - 1, state.call === 0),
      TT.el("span", { class: "which" }, "call ", TT.el("b", {}, String(group.calls[state.call].index + 1)), ` of ${group.count}`), slider,
      button("›", "next recorded call (])", state.call + 1, state.call === end), button("»", "last call", end, state.call === end),
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

  /** Shows an operation: in graph, list and code. */
  const jump = (op) => {
    bench.reveal(op);
    bench.node.scrollIntoView({ block: "start", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  };

  let bench = null;
  const views = new Map();
  const detail = () => {
    const group = report.groups[state.group], main = byId("detail"), top = main.scrollTop;
    if (!group) return main.replaceChildren(TT.el("p", { class: "nothing" }, "This run made no gradient, jacobian or batch_jacobian call."));
    const call = group.calls[state.call];
    if (!views.has(group)) views.set(group, TT.newView(report, group));
    const view = views.get(group), fresh = view.call === null;
    view.call = call;
    if (fresh) { const bad = call.flags.find((f) => f.op !== undefined); if (bad) view.op = bad.op; }
    bench = group.ops.length ? TT.workbench(view) : null;
    main.replaceChildren(...[heading(group), findings(group, call), curves(group, call),
      TT.el("section", { class: "card results" }, TT.el("h3", {}, "What the call returned"), TT.resultTable(group, call)), bench && bench.node].filter(Boolean));
    if (bench) bench.start();
    main.scrollTop = top;
  };

  const select = (group, call, opened) => {
    const changed = group !== state.group || opened, count = report.groups[group] ? report.groups[group].calls.length : 0;
    state.group = group;
    state.call = Math.max(0, Math.min(count - 1, call === null ? firstToShow(report.groups[group]) : call));
    cards.forEach((c, i) => c.button.classList.toggle("selected", i === group));
    if (opened) document.body.classList.add("detail");
    detail();
    if (changed) { byId("detail").scrollTop = 0; cards[group].node.scrollIntoView({ block: "nearest" }); }
    try { history.replaceState(null, "", `#${state.group + 1}.${state.call + 1}`); } catch { /* a page in a frame has no address of its own */ }
  };
  /** A group opens at its first call with a bad finding, else at its first call. */
  const firstToShow = (group) => (group ? Math.max(0, group.calls.findIndex((c) => c.flags.some((f) => TT.severity(f.kind) === "bad"))) : 0);

  /* ---- keys, theme, address ---- */
  const move = (step) => {
    for (let i = order.indexOf(state.group) + step; i >= 0 && i < order.length; i += step) if (!cards[order[i]].node.hidden) return select(order[i], null);
  };
  let problem = -1;
  const nextProblem = () => {
    const ops = [...new Set(report.groups[state.group].calls[state.call].flags.map((f) => f.op).filter((o) => o !== undefined))];
    if (ops.length && bench) jump(ops[(problem = (problem + 1) % ops.length)]);
  };
  const theme = (dark) => document.documentElement.classList.toggle("dark", dark);
  const onBench = (act) => () => bench && act(bench);
  const keys = {
    j: () => move(1), k: () => move(-1), "]": () => select(state.group, state.call + 1), "[": () => select(state.group, state.call - 1),
    ArrowRight: onBench((b) => b.go(1)), ArrowLeft: onBench((b) => b.go(-1)), Home: onBench((b) => b.go(-1e9)), End: onBench((b) => b.go(1e9)),
    f: onBench((b) => b.foldAll()), o: onBench((b) => b.openAll()), Enter: onBench((b) => b.reveal(views.get(report.groups[state.group]).op)),
    l: onBench(() => views.get(report.groups[state.group]).toLine()), Escape: onBench((b) => b.follow(null)),
    p: nextProblem, t: () => theme(), "/": onBench((b) => b.search.focus()), g: () => byId("filter").focus(), "?": () => byId("keys").showModal(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key] || !report.groups.length) return;
    if (event.target.matches("input, select") || byId("keys").open) { if (event.key === "Escape") event.target.blur(); return; }
    if (event.key === "Enter" && event.target.matches("button, summary")) return;
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
  byId("totals").textContent = report.groups.length === 1 && report.calls === 1 ? report.created.replace("T", " ").slice(0, 16) : [plural(report.calls, "gradient call"), `from ${plural(report.groups.length, "line")}`, problems ? `${problems} with findings` : "", report.omitted_calls ? `${report.omitted_calls} calls beyond the limit not shown` : "", report.note, report.created.replace("T", " ").slice(0, 16)].filter(Boolean).join(" · ");
  const gravity = (g) => { const kinds = Object.keys(g.flag_counts || {}); return kinds.some((k) => TT.severity(k) === "bad") ? 0 : kinds.length ? 1 : 2; };
  const order = report.groups.map((_, i) => i).sort((a, b) => gravity(report.groups[a]) - gravity(report.groups[b]) || a - b);
  const section = (text) => TT.el("li", { class: "part" }, text);
  const grave = order.filter((i) => gravity(report.groups[i]) < 2), sound = order.filter((i) => gravity(report.groups[i]) === 2);
  byId("overview").append(...(grave.length ? [section(`Look at these first · ${grave.length}`)] : []), ...grave.map((i) => cards[i].node),
    ...(grave.length && sound.length ? [section(`Nothing remarkable · ${sound.length}`)] : []), ...sound.map((i) => cards[i].node), none);
  document.body.classList.toggle("single", report.groups.length < 2);
  addEventListener("beforeprint", () => bench && bench.print(true));
  addEventListener("afterprint", () => bench && bench.print(false));
  theme(matchMedia("(prefers-color-scheme: dark)").matches);
  const start = fromAddress();
  if (report.groups.length) select(...(start || [order[0], null]), Boolean(start)); else detail();
  document.documentElement.dataset.ready = "yes";
})();
