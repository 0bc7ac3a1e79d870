// Searches the pages: every word must be in the title or in what is said about it.
// Titles that begin with the words come first.
const box = document.getElementById("search"), hits = document.getElementById("hits");

function search(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  const rank = (page) => {
    const title = page.t.toLowerCase(), all = title + " " + page.a.toLowerCase();
    if (!words.every((w) => all.includes(w))) return 9;
    if (title === words.join(" ")) return 0;
    if (title.split(/\s+/).some((part) => part.startsWith(words[0]))) return 1;
    return title.includes(words[0]) ? 2 : 3;
  };
  return pages.map((page) => [rank(page), page]).filter(([r]) => r < 9).sort((a, b) => a[0] - b[0]).slice(0, 30).map(([, page]) => page);
}

box.addEventListener("input", () => {
  const found = search(box.value);
  hits.hidden = box.value.trim() === "";
  hits.replaceChildren(...found.map((page) => {
    const item = document.createElement("li"), link = document.createElement("a"), about = document.createElement("small");
    link.href = document.body.dataset.up + page.p;
    link.textContent = page.t;
    about.textContent = page.a;
    item.append(link, " ", about);
    return item;
  }));
  if (found.length === 0) hits.textContent = "Nothing found.";
});

box.form.addEventListener("submit", (e) => {
  e.preventDefault();
  hits.querySelector("a")?.click();
});
