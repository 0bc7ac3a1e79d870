"use strict";
const $ = (id) => document.getElementById(id);

// el makes an element: attributes, then children (text or elements).
function el(tag, attributes, ...children) {
  const e = document.createElement(tag);
  for (const [k, v] of Object.entries(attributes || {})) {
    if (k.startsWith("on")) e.addEventListener(k.slice(2), v);
    else if (v === true) e.setAttribute(k, "");
    else if (v !== false && v != null) e.setAttribute(k, v);
  }
  e.append(...children.filter((c) => c != null));
  return e;
}

// prose is a text with what stands between backticks as code.
function prose(text) {
  const out = document.createDocumentFragment();
  text.split("`").forEach((part, i) => out.append(i % 2 ? el("code", {}, part) : part));
  return out;
}

// ---- the engine

const engine = {
  calls: new Map(),
  next: 1,
  start() {
    const url = URL.createObjectURL(new Blob([$("worker").textContent], { type: "text/javascript" }));
    this.worker = new Worker(url);
    this.worker.onmessage = ({ data }) => this.receive(data);
    this.worker.onerror = (e) => this.receive({ failed: e.message });
    this.worker.postMessage({ engine: $("engine").textContent });
  },
  // A project whose text breaks the engine must not break the page: it starts again.
  receive({ id, answer, failed }) {
    if (failed) {
      const lost = [...this.calls.values()];
      this.calls.clear();
      this.worker.terminate();
      lost.forEach((c) => c.reject(new Error(failed)));
      if (lost.length > 0) this.start();
      return;
    }
    const call = this.calls.get(id);
    this.calls.delete(id);
    if (answer.error) call.reject(new Error(answer.error));
    else call.resolve(answer);
  },
  ask(request) {
    return new Promise((resolve, reject) => {
      const id = this.next++;
      this.calls.set(id, { resolve, reject });
      this.worker.postMessage({ id, request });
    });
  },
};

// ---- the project

const project = {
  files: {}, // texts by path
  open: "",
  get text() { return this.files[this.open] ?? ""; },
};
let tokens = {}; // by path: pairs of a length and a color
let findings = []; // with places in the texts as they are now
let broken = [];

const options = () => ({
  baselines: $("baseline").value ? [$("baseline").value] : [],
  release: $("release").value,
  systemd: Number($("systemd").value) || 0,
});

const request = (what) => engine.ask({ files: project.files, ...options(), ...what });

function say(text) {
  $("said").textContent = text;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => { $("said").textContent = ""; }, 4000);
}

// One request of a kind is under way at a time; the last text is what counts.
function latest(work) {
  let running = false, again = false;
  return async function run() {
    if (running) { again = true; return; }
    running = true;
    do {
      again = false;
      await work();
    } while (again);
    running = false;
  };
}

const lint = latest(async () => {
  const sent = project.files;
  let answer;
  const began = performance.now();
  try {
    answer = await request({ do: "lint" });
  } catch (e) {
    $("summary").textContent = e.message;
    return;
  }
  document.documentElement.dataset.took = Math.round(performance.now() - began);
  if (sent !== project.files) return; // the text moved on
  // What was found before a syntax error stays, marked as old.
  const kept = findings.filter((f) => answer.broken.includes(f.place.file) && f.rule !== "X001" && !answer.findings.some((g) => g.rule === f.rule && g.place.start === f.place.start))
    .map((f) => ({ ...f, old: true, fixes: [] }));
  findings = [...answer.findings, ...kept];
  broken = answer.broken;
  tokens = answer.tokens;
  showFindings(answer);
  paint();
  if (!$("units").hidden) showUnits();
});

// ---- the editor

const COLORS = ["", "comment", "keyword", "string", "number", "location", "name", "sign", "bad"];

// paint colors the text, underlines what was found and marks its lines.
function paint() {
  const text = project.text;
  const own = findings.filter((f) => f.place.file === project.open && !f.old);
  const cuts = [];
  let at = 0;
  const pairs = tokens[project.open] || [];
  for (let i = 0; i < pairs.length; i += 2) {
    cuts.push([at, at + pairs[i], COLORS[pairs[i + 1]]]);
    at += pairs[i];
  }
  if (at < text.length) cuts.push([at, text.length, ""]);
  const marks = own.map((f) => f.place).map((p, i) => ({ start: p.start, end: Math.max(p.end, p.start + 1), severity: own[i].severity }));
  const edges = [...new Set(marks.flatMap((m) => [m.start, m.end]))].sort((a, b) => a - b);
  const out = document.createDocumentFragment();
  for (const [start, end, color] of cuts) {
    let from = start;
    for (const edge of [...edges.filter((e) => e > start && e < end), end]) {
      const on = marks.find((m) => m.start <= from && from < m.end && m.end - m.start < 400);
      const name = [color, on && "found " + on.severity].filter(Boolean).join(" ");
      const piece = text.slice(from, edge);
      out.append(name ? el("span", { class: name }, piece) : piece);
      from = edge;
    }
  }
  out.append("\n");
  $("colored").replaceChildren(out);
  const worst = {};
  for (const f of own) {
    if (worst[f.place.line] !== "error") worst[f.place.line] = f.severity;
  }
  const lines = text.split("\n").length;
  $("gutter").replaceChildren(...Array.from({ length: lines }, (_, i) => el("div", { class: worst[i + 1] || false }, String(i + 1))));
}

// move shifts tokens and findings by an edit, until the engine answers.
function move(before, after) {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < before.length - head && tail < after.length - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  const end = before.length - tail, by = after.length - before.length;
  const pairs = tokens[project.open];
  if (pairs) {
    let at = 0;
    for (let i = 0; i < pairs.length; i += 2) {
      at += pairs[i];
      if (at >= end || i + 2 >= pairs.length) {
        pairs[i] = Math.max(0, pairs[i] + by);
        break;
      }
    }
  }
  const shift = (o) => (o >= end ? o + by : Math.min(o, head));
  for (const f of findings) {
    if (f.place.file !== project.open) continue;
    const lines = after.slice(head, after.length - tail).split("\n").length - before.slice(head, end).split("\n").length;
    if (f.place.start >= end) f.place.line += lines;
    f.place.start = shift(f.place.start);
    f.place.end = f.place.end > head ? shift(f.place.end) : f.place.end;
  }
}

function setFile(name, text) {
  project.files = { ...project.files, [name]: text };
}

let timer;
function edited() {
  const text = $("text").value;
  const before = project.text;
  if (text === before) return;
  move(before, text);
  setFile(project.open, text);
  paint();
  $("preview").hidden = true;
  clearTimeout(timer);
  timer = setTimeout(lint, 60);
}

// show brings a file into the editor, with the caret at an offset if there is one.
function show(name, start, end) {
  if (name !== project.open || $("text").value !== project.text) {
    project.open = name;
    $("text").value = project.text;
    $("text").setAttribute("aria-label", "Text of " + name);
    showFiles();
    paint();
    $("editor").scrollTo(0, 0);
  }
  if (start == null) return;
  const box = $("text");
  box.focus({ preventScroll: true });
  box.setSelectionRange(start, end ?? start);
  const line = project.text.slice(0, start).split("\n").length;
  const height = parseFloat(getComputedStyle(box).lineHeight);
  $("editor").scrollTo({ top: Math.max(0, (line - 6) * height), left: 0 });
  if (matchMedia("(max-width: 60rem)").matches) $("source").scrollIntoView({ block: "start" });
}

// change replaces the text of a file. In the open one the change can be undone.
function change(name, text) {
  if (name !== project.open) {
    setFile(name, text);
    return;
  }
  const before = project.text, box = $("text"), focus = document.activeElement;
  let head = 0;
  while (head < before.length && before[head] === text[head]) head++;
  let tail = 0;
  while (tail < before.length - head && tail < text.length - head && before.at(-1 - tail) === text.at(-1 - tail)) tail++;
  box.focus({ preventScroll: true });
  box.setSelectionRange(head, before.length - tail);
  const middle = text.slice(head, text.length - tail);
  const done = middle ? document.execCommand("insertText", false, middle) : document.execCommand("delete");
  if (!done || box.value !== text) box.value = text;
  edited();
  if (focus && focus !== document.body && focus.isConnected) focus.focus({ preventScroll: true });
}

function showFiles() {
  const names = Object.keys(project.files).sort();
  const counts = {};
  for (const f of findings) counts[f.place.file] = (counts[f.place.file] || 0) + 1;
  const short = (n) => (names.filter((m) => m.split("/").pop() === n.split("/").pop()).length > 1 ? n : n.split("/").pop());
  if (names.length > 6) {
    $("files").replaceChildren(el("label", {}, "File ", el("select", { onchange: (e) => show(e.target.value) },
      ...names.map((n) => el("option", { value: n, selected: n === project.open }, n + (counts[n] ? ` (${counts[n]})` : ""))))));
    return;
  }
  $("files").replaceChildren(...names.map((n) => el("button", {
    type: "button", title: n, "aria-current": n === project.open ? "true" : false, onclick: () => show(n),
  }, short(n), counts[n] ? el("span", { class: "n", "aria-label": counts[n] + " findings" }, String(counts[n])) : null)));
}

// ---- findings

const plural = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;

function counted() {
  const files = Object.keys(project.files).filter((n) => n.endsWith(".nix")).length;
  const parts = ["error", "warning", "info"].map((word) => [findings.filter((f) => f.severity === word).length, word]).filter(([n]) => n > 0).map(([n, w]) => plural(n, w));
  return `${plural(files, "file")}: ${parts.join(", ") || "nothing to report"}`;
}

function showFindings(answer) {
  $("summary").textContent = counted();
  $("count").textContent = findings.length || "";
  const can = (safe) => findings.some((f) => f.fixes.some((x) => x.safe || !safe));
  $("fix-safe").disabled = !can(true);
  $("fix-all").disabled = !can(false);
  $("stricter").replaceChildren();
  if (answer.services > 0) {
    $("stricter").append(`${plural(answer.services, "service")} could be stricter. `, el("button", {
      type: "button", onclick: () => { $("baseline").value = "light"; lint(); },
    }, "Compare with the baseline light"));
  }
  const open = new Set([...document.querySelectorAll("#list details[open]")].map((d) => d.dataset.key));
  $("list").replaceChildren(...findings.map((f) => showFinding(f, open)));
  showFiles();
}

// showNote is a note; what follows its first line is code.
function showNote({ label, text }) {
  const [first, ...code] = text.split("\n");
  return [el("p", { class: "note" }, el("span", { class: "label" }, label), " ", prose(first)),
    code.length > 0 ? el("pre", { class: "code", tabindex: "0", role: "group", "aria-label": "Code" }, code.join("\n")) : null];
}

function showFinding(f, open) {
  const key = f.rule + f.message;
  const first = f.fixes[0];
  const inside = el("details", { "data-key": key, open: open.has(key) }, el("summary", {}, f.fixes.length > 0 ? "Why, and the fix" : "Why"),
    ...f.notes.flatMap(showNote),
    ...f.related.map((r) => el("p", { class: "note" }, r.message + " ", goTo(r.place))),
    ...f.fixes.map((x) => el("div", { class: "fix" },
      el("p", {}, el("span", { class: "badge " + (x.safe ? "safe" : "unsafe") }, x.safe ? "safe" : "unsafe"), " ", prose(x.title)),
      x.breaks ? el("p", { class: "note" }, el("span", { class: "label" }, "may break"), " ", prose(x.breaks)) : null,
      diffView(x.diff),
      el("button", { type: "button", onclick: () => apply(x) }, x === first ? "Apply" : "Apply this one"))));
  return el("li", { class: "finding " + f.severity + (f.old ? " old" : "") },
    el("p", { class: "top" }, el("span", { class: "badge " + f.severity }, f.severity), " ",
      el("button", { type: "button", class: "link rule", title: f.title, onclick: () => explain(f.rule) }, f.rule), " ", goTo(f.place)),
    el("p", { class: "message" }, prose(f.message)),
    // An unsafe fix is applied only after its cost was shown.
    first ? el("button", { type: "button", class: "quick", "aria-label": (first.safe ? "Fix: " : "Show the fix: ") + first.title, title: first.title, onclick: () => (first.safe ? apply(first) : inside.toggleAttribute("open")) }, first.safe ? "Fix" : "Fix…") : null,
    f.old ? el("p", { class: "note" }, "found before the syntax error") : inside);
}

const goTo = (p) => el("button", { type: "button", class: "link", onclick: () => show(p.file, p.start, p.end) }, `${p.file}:${p.line}:${p.column}`);

function diffView(text) {
  const pre = el("pre", { class: "diff", tabindex: "0", role: "group", "aria-label": "Diff" });
  fillDiff(pre, text);
  return pre;
}

function fillDiff(pre, text) {
  pre.replaceChildren(...text.replace(/\n$/, "").split("\n").map((l) => {
    const kind = l.startsWith("+++") || l.startsWith("---") ? "file" : { "+": "added", "-": "removed", "@": "hunk" }[l[0]];
    return el("span", { class: kind || false }, l + "\n");
  }));
}

function apply(fix) {
  const byFile = {};
  for (const e of fix.edits) (byFile[e.file] ||= []).push(e);
  for (const [name, edits] of Object.entries(byFile)) {
    let text = project.files[name];
    for (const e of edits.sort((a, b) => b.start - a.start || b.end - a.end)) text = text.slice(0, e.start) + e.text + text.slice(e.end);
    change(name, text);
  }
  say("Applied: " + fix.title);
  lint();
}

let planned;
async function preview(unsafe) {
  const answer = await request({ do: "fix", unsafe });
  planned = answer.files;
  fillDiff($("diff"), answer.diff || "no fix can be applied together with the others");
  $("gains").textContent = answer.exposures.map((c) => `exposure of ${c.unit}: ${c.before} → ${c.after}`).join("; ");
  $("preview").hidden = false;
  $("apply").focus();
}

// ---- units

async function showUnits() {
  if (!$("units").hasChildNodes()) $("units").append(el("p", {}, "Reading the units…"));
  let answer;
  try {
    answer = await request({ do: "units" });
  } catch (e) {
    $("units").replaceChildren(el("p", {}, e.message));
    return;
  }
  const open = new Set([...document.querySelectorAll("#units details[open]")].map((d) => d.dataset.key));
  const about = answer.units.length === 0 ? "No units are defined here." : "Exposure as systemd-analyze security prints it: now → after the safe fixes → after all fixes.";
  $("units").replaceChildren(el("p", { class: "about" }, about), ...answer.units.map((u) => showUnit(u, open)));
}

function exposures(u) {
  if (!u.now) return u.problem ? "does not load: " + u.problem : u.masked ? "masked" : "";
  const steps = [u.now, u.safe, u.all].filter((x, i, all) => i === 0 || x !== all[i - 1]);
  return el("span", {}, el("span", { class: "word-" + u.word }, steps[0]), steps.length > 1 ? " → " + steps.slice(1).join(" → ") : "");
}

function showUnit(u, open) {
  const key = u.host + u.scope + u.name;
  const about = [u.host, u.scope === "system" ? "" : u.scope].filter(Boolean).join(", ");
  const checks = u.checks.length === 0 ? null : el("details", { "data-key": key + "checks", open: open.has(key + "checks") },
    el("summary", {}, "Exposure by check"),
    el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Exposure of " + u.name + " by check" }, el("table", {},
      el("caption", {}, "What each check adds: now, after the safe fixes, after all fixes"),
      el("thead", {}, el("tr", {}, ...["Check", "Now", "Safe", "All"].map((h) => el("th", { scope: "col" }, h)))),
      el("tbody", {}, ...u.checks.map((c) => el("tr", {},
        el("th", { scope: "row" }, c.name, el("small", {}, c.about + (c.maybe ? " (the source does not decide it)" : ""))),
        ...[c.now, c.safe, c.all].map((x, i) => el("td", { class: i > 0 && !x ? "gone" : false }, x || "0"))))))));
  return el("details", { class: "unit", "data-key": key, open: open.has(key) || (open.size === 0 && u.now !== "") },
    el("summary", {}, el("span", { class: "unit-name" }, u.name, about ? el("small", {}, " " + about) : null), el("span", { class: "exposure" }, exposures(u))),
    checks,
    ...u.notSeen.map((t) => el("p", { class: "note" }, "not seen: " + t)),
    rendered(u));
}

// rendered is the text of a unit, each line with where it comes from.
function rendered(u) {
  const rows = [];
  let section = "";
  for (const l of u.lines) {
    if (l.section !== section) {
      section = l.section;
      rows.push(el("div", { class: "section" }, `[${section}]`));
    }
    const text = l.unseen ? `# ${l.key || "…"} may be set here: ${l.unseen}` : `${l.key}=${l.text}`;
    rows.push(el("div", { class: "line" + (l.unseen ? " comment" : "") }, el("code", {}, text),
      l.origin ? el("button", { type: "button", class: "link", title: "where it comes from", onclick: () => show(l.origin.file, l.origin.start, l.origin.end) }, `${l.origin.file.split("/").pop()}:${l.origin.line}`) : el("small", {}, l.unseen ? "" : "NixOS")));
  }
  return el("div", { class: "rendered", tabindex: "0", role: "region", "aria-label": "Text of " + u.name }, ...rows);
}

// ---- explain

async function explain(word) {
  select("explain");
  $("word").value = word;
  try {
    const answer = await engine.ask({ do: "explain", name: word });
    $("topic").replaceChildren(el("h2", {}, answer.title));
    $("topic").insertAdjacentHTML("beforeend", answer.html); // wardnix's own text, escaped by its templates
  } catch (e) {
    $("topic").replaceChildren(el("p", {}, e.message));
  }
}

async function offerWords() {
  const { words } = await engine.ask({ do: "words" });
  $("words").replaceChildren(...words.map((w) => el("option", { value: w })));
}

// ---- generate

let forms = [];

function showForm(name) {
  const form = forms.find((f) => f.name === name);
  const input = (f) => {
    const id = "gen-" + f.name;
    switch (f.kind) {
      case "flag": return el("label", { class: "flag" }, el("input", { type: "checkbox", name: f.name, id }), " " + f.label);
      case "lines": return el("label", {}, f.label, el("textarea", { name: f.name, id, rows: f.value ? 7 : 2, spellcheck: "false" }, f.value));
      case "choice": return el("label", {}, f.label, el("select", { name: f.name, id }, ...f.choices.map((c) => el("option", { value: c.name, selected: c.name === f.value }, c.about ? `${c.name}: ${c.about}` : c.name))));
    }
    return el("label", {}, f.label, el("input", { name: f.name, id, value: f.value, spellcheck: "false", autocomplete: "off" }));
  };
  $("form").replaceChildren(
    el("label", {}, "What", el("select", { id: "what", onchange: (e) => { showForm(e.target.value); generate(); } }, ...forms.map((f) => el("option", { value: f.name, selected: f.name === name }, f.title)))),
    ...(form.fields || []).map(input));
}

const generate = latest(async () => {
  const values = {};
  for (const [k, v] of new FormData($("form"))) values[k] = v;
  try {
    const answer = await engine.ask({ do: "gen", what: $("what").value, values, release: options().release, systemd: options().systemd });
    $("generated").textContent = answer.text;
    $("notes").replaceChildren(...answer.notes.map((n) => el("li", {}, n)));
  } catch (e) {
    $("generated").textContent = "";
    $("notes").replaceChildren(el("li", { class: "wrong" }, e.message));
  }
  $("module").hidden = false;
});

// ---- tabs

const tabs = ["findings", "units", "explain", "gen"];

function select(name) {
  for (const t of tabs) {
    $(t).hidden = t !== name;
    $("tab-" + t).setAttribute("aria-selected", String(t === name));
    $("tab-" + t).tabIndex = t === name ? 0 : -1;
  }
}

function choose(name) {
  select(name);
  if (name === "units") showUnits();
  if (name === "explain" && !$("topic").hasChildNodes()) explain($("word").value);
  if (name === "explain" && !$("words").hasChildNodes()) offerWords();
  if (name === "gen" && $("module").hidden) generate();
}

// ---- files from outside, and links

const LIMIT = 2000, LARGEST = 1 << 20;
const wanted = (path) => /(\.nix|(^|\/)flake\.lock|(^|\/)\.gitignore)$/.test(path) && !/(^|\/)(\.git|node_modules|result)\//.test(path);
const normal = (text) => text.replace(/\r\n?/g, "\n");

async function take(list) {
  const files = {};
  for (const { path, file } of list) {
    if (Object.keys(files).length < LIMIT && file.size <= LARGEST && wanted(path)) files[path] = normal(await file.text());
  }
  const names = Object.keys(files).filter((n) => n.endsWith(".nix")).sort();
  if (names.length === 0) {
    say("There is no Nix file among them.");
    return;
  }
  load({ files, open: names[0] });
  say(`Opened ${plural(names.length, "file")}.`);
}

// What is dropped, in one form. Chromium gives a page from a file no contents by entries,
// and other browsers have no handles.
const ofHandle = (h) => ({
  name: h.name, isFile: h.kind === "file", file: () => h.getFile(),
  async inside() {
    const out = [];
    for await (const child of h.values()) out.push(ofHandle(child));
    return out;
  },
});
const ofEntry = (e) => ({
  name: e.name, isFile: e.isFile, file: () => new Promise((ok, no) => e.file(ok, no)),
  async inside() {
    const out = [], reader = e.createReader();
    for (let some; (some = await new Promise((ok, no) => reader.readEntries(ok, no))).length > 0;) out.push(...some.map(ofEntry));
    return out;
  },
});

async function dropped(items) {
  const things = await Promise.all([...items].filter((i) => i.kind === "file")
    .map((i) => (i.getAsFileSystemHandle ? i.getAsFileSystemHandle().then(ofHandle) : ofEntry(i.webkitGetAsEntry()))));
  const out = [];
  const walk = async (thing, path) => {
    if (out.length >= LIMIT) return;
    if (thing.isFile) {
      if (wanted(path)) out.push({ path, file: await thing.file() });
      return;
    }
    if (/^(\.git|node_modules|result)$/.test(thing.name)) return;
    for (const child of await thing.inside()) await walk(child, (path ? path + "/" : "") + child.name);
  };
  for (const thing of things) await walk(thing, things.length === 1 && !thing.isFile ? "" : thing.name);
  return out;
}

async function pack(value) {
  const stream = new Blob([JSON.stringify(value)]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  let text = "";
  for (const b of bytes) text += String.fromCharCode(b);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

async function unpack(text) {
  const bytes = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  return JSON.parse(await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"))).text());
}

async function fromLink() {
  const packed = new URLSearchParams(location.hash.slice(1)).get("p");
  if (!packed) return false;
  try {
    const state = await unpack(packed);
    if (!Object.values(state.files).every((t) => typeof t === "string")) throw new Error("no texts");
    for (const id of ["baseline", "release", "systemd"]) $(id).value = state[id] ?? "";
    load(state);
    return true;
  } catch {
    say("The link is damaged: this is the example instead.");
    return false;
  }
}

async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
  } catch { // not allowed from a file in some browsers
    const box = el("textarea", {}, text);
    document.body.append(box);
    box.select();
    document.execCommand("copy");
    box.remove();
  }
  say(what + " copied.");
}

function load({ files, open }) {
  project.files = { ...files };
  findings = [];
  tokens = {};
  $("preview").hidden = true;
  const names = Object.keys(files).sort();
  project.open = "";
  show(files[open] != null ? open : names[0]);
  return lint();
}

// ---- start

function listen() {
  $("text").addEventListener("input", edited);
  document.addEventListener("selectionchange", () => {
    if (document.activeElement !== $("text")) return;
    const at = $("text").selectionStart;
    const f = findings.find((f) => f.place.file === project.open && f.place.start <= at && at <= f.place.end && !f.old);
    $("here").textContent = f ? `${f.severity} ${f.rule}: ${f.message}` : "";
  });
  for (const id of ["baseline", "release", "systemd"]) $(id).addEventListener("change", () => { lint(); if (!$("gen").hidden) generate(); });
  $("options").addEventListener("submit", (e) => e.preventDefault());
  for (const t of tabs) $("tab-" + t).addEventListener("click", () => choose(t));
  document.querySelector("[role=tablist]").addEventListener("keydown", (e) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
    if (!by) return;
    const now = tabs.findIndex((t) => $("tab-" + t).getAttribute("aria-selected") === "true");
    const next = tabs[(now + by + tabs.length) % tabs.length];
    choose(next);
    $("tab-" + next).focus();
  });
  $("fix-safe").addEventListener("click", () => preview(false));
  $("fix-all").addEventListener("click", () => preview(true));
  $("cancel").addEventListener("click", () => { $("preview").hidden = true; $("fix-safe").focus(); });
  $("apply").addEventListener("click", () => {
    for (const [name, text] of Object.entries(planned)) {
      if (text !== project.files[name]) change(name, text);
    }
    $("preview").hidden = true;
    say("Fixes applied.");
    lint();
  });
  $("ask").addEventListener("submit", (e) => { e.preventDefault(); explain($("word").value.trim()); });
  $("form").addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(generate, 60); });
  $("form").addEventListener("submit", (e) => e.preventDefault());
  $("copy").addEventListener("click", () => copy(project.text, project.open));
  $("copy-module").addEventListener("click", () => copy($("generated").textContent, "The module"));
  $("keep-module").addEventListener("click", () => {
    setFile("generated.nix", $("generated").textContent);
    show("generated.nix");
    choose("findings");
    lint();
  });
  $("share").addEventListener("click", async () => {
    const packed = await pack({ files: project.files, open: project.open, baseline: $("baseline").value, release: $("release").value, systemd: $("systemd").value });
    history.replaceState(null, "", "#p=" + packed);
    copy(location.href, "A link with all texts");
  });
  $("new").addEventListener("click", () => {
    let n = 1;
    while (project.files[`module${n}.nix`] != null) n++;
    setFile(`module${n}.nix`, "{ pkgs, ... }:\n{\n  \n}\n");
    show(`module${n}.nix`, 19);
    lint();
  });
  for (const id of ["open", "directory"]) {
    $(id).addEventListener("change", async (e) => {
      await take([...e.target.files].map((file) => ({ path: file.webkitRelativePath.split("/").slice(1).join("/") || file.name, file })));
      e.target.value = "";
    });
  }
  document.addEventListener("dragover", (e) => { if (e.dataTransfer.types.includes("Files")) e.preventDefault(); });
  document.addEventListener("drop", async (e) => {
    if (!e.dataTransfer.types.includes("Files")) return;
    e.preventDefault();
    take(await dropped(e.dataTransfer.items));
  });
  addEventListener("hashchange", fromLink);
}

async function start() {
  engine.start();
  listen();
  const about = await engine.ask({ do: "about" });
  $("baseline").append(...about.baselines.map((b) => el("option", { value: b.name, title: b.about }, b.name)));
  $("release").append(...about.releases.map((r) => el("option", { value: r.name }, r.name)).reverse());
  $("systemd").append(...about.systemd.map((v) => el("option", { value: v }, String(v))).reverse());
  forms = about.forms;
  showForm(forms[0].name);
  if (!await fromLink()) await load({ files: about.example, open: Object.keys(about.example)[0] });
  document.documentElement.dataset.first = Math.round(performance.now());
}

start().catch((e) => { $("summary").textContent = "The engine did not start: " + e.message; });
