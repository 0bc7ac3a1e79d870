"use strict";
{
  // The filter hides what does not fit; without this script the page is whole.
  const form = document.getElementById("filter");
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const findings = all(".finding"), units = all(".unit"), folds = all(".more");
  const text = new Map([...findings, ...units].map((e) => [e, ""]));
  const textOf = (e) => text.get(e) || (text.set(e, e.textContent.toLowerCase()), text.get(e));

  const filter = () => {
    const words = form.elements.text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const severity = form.elements.severity.value;
    const host = form.elements.host ? form.elements.host.value : "";
    const rule = form.elements.rule.value, fix = form.elements.fix.value;
    const on = (e) => !host || e.dataset.hosts.split(" ").includes(host);
    const has = (s) => words.every((w) => s.includes(w));
    const left = new Set();
    for (const e of findings) {
      const file = e.closest(".file");
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
    for (const e of all(".file")) e.hidden = active && !e.querySelector(".finding:not([hidden]), .unit:not([hidden])");
    for (const e of all(".hosts")) e.hidden = active;
    for (const e of folds) {
      e.hidden = active && !e.querySelector(".finding:not([hidden]), .unit:not([hidden])");
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
  form.elements.sort.addEventListener("input", sort);
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
