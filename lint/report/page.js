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
    const has = (s) => words.every((w) => s.includes(w));
    const left = new Set();
    for (const e of findings) {
      const file = e.closest(".file");
      const fits = (!severity || e.dataset.severity === severity) &&
        (!host || file.dataset.hosts.split(" ").includes(host)) &&
        (has(textOf(e)) || has(file.firstElementChild.textContent.toLowerCase()));
      e.hidden = !fits;
      if (fits) left.add("#" + e.id);
    }
    for (const e of units) {
      const fits = (!host || e.closest(".host").dataset.host === host) &&
        (!severity || all(".links a", e).some((a) => left.has(a.hash))) && has(textOf(e));
      e.hidden = !fits;
    }
    const active = words.length > 0 || severity !== "" || host !== "";
    for (const e of all(".file, .host")) e.hidden = active && !e.querySelector(".finding:not([hidden]), .unit:not([hidden])");
    for (const e of all(".hosts")) e.hidden = active;
    for (const e of folds) {
      e.hidden = active && !e.querySelector(".finding:not([hidden]), .unit:not([hidden])");
      e.open = active;
    }
    const count = (list) => list.filter((e) => !e.hidden).length + " of " + list.length;
    form.elements.shown.value = active ? count(findings) + " findings, " + count(units) + " services" : "";
  };
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
