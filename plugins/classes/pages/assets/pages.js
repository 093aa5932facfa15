// Sorting, searching and arrow keys: everything on the pages can be read without.
"use strict";
(() => {
  const folded = (text) =>
    text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

  function start() {
    for (const hidden of document.querySelectorAll(".needs-script")) hidden.hidden = false;
    for (const table of document.querySelectorAll("table.sortable")) makeSortable(table);
    const heat = document.querySelector("table.heat");
    if (heat && !heat.dataset.ready) {
      heat.dataset.ready = "yes";
      heat.addEventListener("keydown", moveFocus);
      heat.addEventListener("click", openReport);
      heat.addEventListener("auxclick", openReport);
      search(heat);
    }
  }

  function makeSortable(table) {
    const row = table.tHead && table.tHead.rows[table.tHead.rows.length - 1];
    if (!row || row.querySelector("button")) return;
    for (const cell of row.cells) {
      if (cell.hasAttribute("data-fixed")) continue;
      const button = document.createElement("button");
      button.type = "button";
      if (cell.querySelector("a")) {
        button.setAttribute("aria-label", `sort by ${cell.textContent}`);
        button.append("↕");
      } else {
        button.append(...cell.childNodes);
      }
      cell.append(button);
      button.addEventListener("click", () => sort(table, row, cell));
    }
  }

  function sort(table, row, cell) {
    const descends = cell.getAttribute("aria-sort") === "ascending" ||
      (!cell.hasAttribute("aria-sort") && cell.cellIndex > 0);
    for (const other of row.cells) other.removeAttribute("aria-sort");
    cell.setAttribute("aria-sort", descends ? "descending" : "ascending");
    const index = cell.cellIndex;
    const value = (line) => {
      const found = line.cells[index];
      const text = found.dataset.value ?? found.textContent.trim();
      const number = Number.parseFloat(text);
      return Number.isNaN(number) ? text : number;
    };
    const order = (a, b) => {
      if (typeof a === "number" && typeof b === "number") return a - b;
      if (typeof a !== typeof b) return typeof a === "number" ? 1 : -1;
      return a.localeCompare(b);
    };
    const body = table.tBodies[0];
    const lines = [...body.rows].map((line) => [value(line), line]);
    const text = index === 0;
    lines.sort(([a], [b]) => (text ? String(a).localeCompare(String(b)) : order(a, b)) * (descends ? -1 : 1));
    body.append(...lines.map(([, line]) => line));
  }

  function search(table) {
    const input = document.getElementById("search");
    const found = document.getElementById("found");
    const lines = [...table.tBodies[0].rows].map((line) => [folded(line.cells[0].textContent), line]);
    const show = () => {
      const wanted = folded(input.value.trim());
      let count = 0;
      for (const [name, line] of lines) {
        line.hidden = !name.includes(wanted);
        count += !line.hidden;
      }
      found.textContent = `${count} students`;
    };
    const asked = new URLSearchParams(location.search).get("q");
    if (asked) input.value = asked;
    input.addEventListener("input", show);
    input.form.addEventListener("submit", (event) => event.preventDefault());
    show();
  }

  // Cells are no links, so that the page of a large class stays light.
  function openReport(event) {
    const page = event.target.dataset.page;
    if (!page || event.button > 1) return;
    if (event.button === 1 || event.ctrlKey || event.metaKey) window.open(page);
    else location.assign(page);
  }

  function moveFocus(event) {
    if (event.key === "Enter") return openReport(event);
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    const cell = event.target.closest("td, th");
    if (!step || !cell || !cell.parentElement.parentElement.matches("tbody")) return;
    event.preventDefault();
    let line = cell.parentElement;
    let index = cell.cellIndex;
    for (;;) {
      if (step[0]) line = step[0] > 0 ? line.nextElementSibling : line.previousElementSibling;
      index += step[1];
      const next = line && line.cells[index];
      if (!next) return;
      const target = !line.hidden && (next.querySelector("a") || (next.dataset.page && next));
      if (target) return target.focus();
    }
  }

  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target.closest("input, textarea")) return;
    event.preventDefault();
    document.getElementById("search").focus();
  });

  // Parts of a served page are read again while its run is graded.
  const shown = {};
  async function refresh() {
    for (const part of document.querySelectorAll("[data-live]")) {
      const answer = await fetch(part.dataset.live).catch(() => null);
      if (!answer || !answer.ok) continue;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById(part.id);
      if (fresh && fresh.outerHTML !== shown[part.id]) {
        shown[part.id] = fresh.outerHTML;
        part.replaceWith(fresh);
      }
    }
    start();
  }
  if (document.querySelector("[data-live]")) setInterval(refresh, 2000);
  start();
})();
