"use strict";
{
  // The filter hides what does not fit; without this script the page is whole.
  const form = document.getElementById("filter");
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const findings = all(".finding"), units = all(".unit"), folds = all(".more");
  const text = new Map([...findings, ...units].map((e) => [e, ""]));
  const textOf = (e) => text.get(e) || (text.set(e, e.textContent.toLowerCase()), text.get(e));

  const files = new Map(findings.map((e) => [e, e.closest(".file")])); // sorted, they are elsewhere

  const filter = () => {
    const words = form.elements.text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const severity = form.elements.severity.value;
    const host = form.elements.host ? form.elements.host.value : "";
    const rule = form.elements.rule.value, fix = form.elements.fix.value;
    const on = (e) => !host || e.dataset.hosts.split(" ").includes(host);
    const has = (s) => words.every((w) => s.includes(w));
    const left = new Set();
    for (const e of findings) {
      const file = files.get(e);
      const fits = (!severity || e.dataset.severity === severity) && (!rule || e.dataset.rule === rule) &&
        (!fix || e.dataset.fix === fix) && on(file) &&
        (has(textOf(e)) || has(file.firstElementChild.textContent.toLowerCase()));
      e.hidden = !fits;
      if (fits) left.add("#" + e.id);
    }
    for (const e of units) {
      const fits = on(e) && (!(severity || rule || fix) || all(".links a", e).some((a) => left.has(a.hash))) && has(textOf(e));
      e.hidden = !fits;
    }
    const active = words.length > 0 || severity + host + rule + fix !== "";
    const moved = form.elements.order && form.elements.order.value !== "file";
    for (const e of all(".file")) e.hidden = (active || moved) && !e.querySelector(".finding:not([hidden]), .unit:not([hidden])");
    for (const e of all(".hosts")) e.hidden = active;
    for (const e of folds) {
      e.hidden = (active || moved) && !e.querySelector(".finding:not([hidden]), .unit:not([hidden])");
      e.open = active;
    }
    const count = (list) => list.filter((e) => !e.hidden).length + " of " + list.length;
    form.elements.shown.value = active ? count(findings) + " findings, " + count(units) + " services" : "";
  };
  // Lists are sorted one by one; what is folded stays folded.
  const sort = () => {
    const by = form.elements.sort.value;
    const number = { exposure: (e) => +e.dataset.exposure, gain: (e) => +e.dataset.gain, findings: (e) => all(".links a", e).length }[by];
    const name = (e) => e.querySelector("h4").textContent;
    for (const list of all(".list")) {
      const sorted = [...list.children].sort((a, b) => (number ? number(b) - number(a) : 0) || name(a).localeCompare(name(b)));
      list.append(...sorted);
    }
  };
  // Findings leave their files to be sorted, and come back to them.
  const order = () => {
    const by = form.elements.order.value;
    const rank = (names) => (e) => names.indexOf(e.dataset[by]);
    const key = {
      severity: rank(["error", "warning", "info"]), fix: rank(["safe", "unsafe", "none"]),
      rule: (e) => e.dataset.rule, host: (e) => files.get(e).dataset.hosts.split(" ").map((h) => h.padStart(6)).join(),
    }[by];
    if (!key) {
      for (const e of findings) files.get(e).append(e);
      return;
    }
    const compare = (a, b) => (key(a) > key(b)) - (key(a) < key(b));
    document.getElementById("sorted").append(...[...findings].sort(compare));
  };
  if (form.elements.sort) form.elements.sort.addEventListener("input", sort);
  if (form.elements.order) form.elements.order.addEventListener("input", order);
  form.addEventListener("input", filter);
  form.addEventListener("submit", (e) => e.preventDefault());
  form.hidden = false;
  filter();

  // Paper cannot be unfolded.
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = all("details:not([open])");
    for (const e of folded) e.open = true;
  });
  addEventListener("afterprint", () => {
    for (const e of folded) e.open = false;
  });
}
