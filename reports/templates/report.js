(() => {
  "use strict";
  const one = (selector) => document.querySelector(selector);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const root = document.documentElement;

  const theme = one("#theme");
  theme.hidden = false;
  theme.addEventListener("click", () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
  });

  const open = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target && target.tagName === "DETAILS") target.open = true;
  };
  addEventListener("hashchange", open);
  open();

  const list = one("#list");
  if (!list) return;
  const cards = all(".card");
  const form = one("#controls");
  form.hidden = false;
  let path = "";

  const fits = (data, wanted) =>
    wanted.severities.has(data.severity) &&
    (!wanted.family || data.family === wanted.family) &&
    (!wanted.rule || data.rule === wanted.rule) &&
    (!path || data.path === path) &&
    (!wanted.fixable || data.fixable) &&
    (wanted.accepted || data.state === "new") &&
    wanted.words.every((word) => data.search.includes(word));

  const draw = () => {
    const wanted = {
      severities: new Set(all("input[name=severity]:checked").map((input) => input.value)),
      family: one("#family").value,
      rule: one("#rule").value,
      fixable: one("#fixable").checked,
      accepted: one("#accepted").checked,
      words: one("#query").value.toLowerCase().split(/\s+/).filter(Boolean),
    };
    const key = one("#group").value;
    const groups = new Map();
    for (const card of cards) {
      if (!fits(card.dataset, wanted)) continue;
      const name = card.dataset[key];
      if (!groups.has(name)) groups.set(name, []);
      groups.get(name).push(card);
    }
    const shown = document.createDocumentFragment();
    let total = 0;
    for (const [name, members] of groups) {
      const section = document.createElement("section");
      section.className = "group";
      const title = document.createElement("h3");
      const number = document.createElement("span");
      title.textContent = name;
      number.className = "muted";
      number.textContent = members.length;
      title.append(number);
      if (key === "path") members.sort((a, b) => a.dataset.line - b.dataset.line);
      section.append(title, ...members);
      shown.append(section);
      total += members.length;
    }
    list.replaceChildren(shown);
    one("#none").hidden = total > 0;
    one("#shown").textContent = `${total.toLocaleString("en")} of ${cards.length.toLocaleString("en")}` + (path ? ` in ${path}` : "");
  };

  form.addEventListener("input", draw);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => { path = ""; setTimeout(draw); });
  for (const button of all("[data-only]")) {
    button.addEventListener("click", () => {
      for (const input of all("input[name=severity]")) input.checked = input.value === button.dataset.only;
      draw();
      one("#findings").scrollIntoView();
    });
  }
  for (const button of all("[data-filter]")) {
    button.addEventListener("click", () => {
      const { filter, value } = button.dataset;
      if (filter === "path") path = path === value ? "" : value;
      else one(`#${filter}`).value = one(`#${filter}`).value === value ? "" : value;
      draw();
      one("#findings").scrollIntoView();
    });
  }
  draw();
})();
