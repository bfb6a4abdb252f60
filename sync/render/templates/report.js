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
  const tables = Array.from(document.querySelectorAll("#table, table.grid"));
  const rows = tables.flatMap((table) =>
    Array.from(table.tBodies[0].rows, (element) => ({ element, text: fold(element.textContent) })));
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
    if (wanted.length || words.length) unfold();
  }

  // What was found is seen, also where it was folded away.
  function unfold() {
    for (const details of document.querySelectorAll("details.fold")) {
      details.open = details.querySelector("tbody tr:not([hidden])") !== null;
    }
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
    const body = head.closest("table").tBodies[0];
    const rising = head.getAttribute("aria-sort") !== "ascending";
    for (const other of head.parentElement.cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", rising ? "ascending" : "descending");
    const keyed = Array.from(body.rows, (row) => [keys[kind](row, head.cellIndex), row]);
    const order = kind === "text" ? ([a], [b]) => collator.compare(a, b) : ([a], [b]) => a - b || 0;
    keyed.sort(order);
    if (!rising) keyed.reverse();
    const sorted = document.createDocumentFragment();
    for (const [, element] of keyed) sorted.append(element);
    body.append(sorted);
  }

  for (const head of document.querySelectorAll(":is(#table, table.grid) thead th")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sort(head, head.dataset.sort));
    head.append(button);
  }
})();
