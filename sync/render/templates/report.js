// Search, filters, sorting and copying. Without this script the page is the full table.
"use strict";
(() => {
  const byId = (id) => document.getElementById(id);

  for (const button of document.querySelectorAll("button.copy")) {
    const code = button.parentElement.querySelector("code");
    button.hidden = false;
    button.addEventListener("click", () => copy(code, button));
  }

  async function copy(code, button) {
    getSelection().selectAllChildren(code);
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Selected"; // no clipboard here: Ctrl-C does it
    }
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  }

  // Browsers print only what is open.
  addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("details")) details.open = true;
  });

  const form = byId("filters");
  if (!form) return;
  const body = byId("table").tBodies[0];
  const rows = Array.from(body.rows, (element) => ({ element, text: fold(element.textContent) }));
  const fields = ["kind", "disposition", "side", "outcome"].filter((name) => form.elements[name]);
  const whole = byId("shown").textContent;

  function fold(text) {
    // Any accent or none finds the name, and each line break counts as one space.
    return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/\s+/g, " ");
  }

  function show() {
    const words = fold(form.elements.search.value).split(" ").filter(Boolean);
    const wanted = fields.map((name) => [name, form.elements[name].value]).filter(([, value]) => value);
    let count = 0;
    for (const { element, text } of rows) {
      const fits = wanted.every(([name, value]) => element.dataset[name] === value)
        && words.every((word) => text.includes(word));
      if (element.hidden === fits) element.hidden = !fits;
      count += fits;
    }
    byId("shown").textContent = count === rows.length ? whole : `${count.toLocaleString("en")} of ${whole}`;
    byId("nothing").hidden = count > 0;
  }

  let waiting = 0;
  function soon() {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(show);
  }

  form.hidden = false;
  form.addEventListener("input", soon);
  form.addEventListener("reset", soon);
  form.addEventListener("submit", (event) => event.preventDefault());

  for (const card of document.querySelectorAll("a.card")) {
    card.addEventListener("click", () => {
      form.reset();
      form.elements[card.dataset.by].value = card.dataset.value;
      show();
    });
  }

  const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
  const keys = {
    place: (row) => Number(row.dataset.place),
    number: (row, column) => {
      const amount = row.cells[column].dataset.amount;
      return amount === "" ? -Infinity : Number(amount);
    },
    text: (row, column) => row.cells[column].textContent.trim(),
  };

  function sort(head, kind) {
    const rising = head.getAttribute("aria-sort") !== "ascending";
    for (const other of head.parentElement.cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", rising ? "ascending" : "descending");
    const keyed = rows.map(({ element }) => [keys[kind](element, head.cellIndex), element]);
    const order = kind === "text" ? ([a], [b]) => collator.compare(a, b) : ([a], [b]) => a - b || 0;
    keyed.sort(order);
    if (!rising) keyed.reverse();
    const sorted = document.createDocumentFragment();
    for (const [, element] of keyed) sorted.append(element);
    body.append(sorted);
  }

  for (const head of document.querySelectorAll("#table thead th")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sort(head, head.dataset.sort));
    head.append(button);
  }
})();
