// The entry grid moves and pastes like a spreadsheet. Without this file it is a plain form.
"use strict";

(() => {
  const form = document.querySelector("form.grid");
  if (!form || !form.querySelector("td input")) return;
  const rows = [...form.querySelector("tbody").rows];
  const unsaved = form.querySelector(".grid-unsaved");
  const status = form.querySelector(".grid-status");
  const cells = [...form.querySelectorAll("td input[id]")];
  const saved = (cell) => cell.dataset.was ?? cell.defaultValue;
  const isCell = (target) => target.matches?.("td input[id]");
  let saving = false;

  form.querySelector(".grid-help").hidden = false;

  const mark = (...changed) => {
    for (const cell of changed) cell.classList.toggle("changed", cell.value !== saved(cell));
    unsaved.hidden = !form.querySelector("td input.changed");
  };
  mark(...cells);

  const place = (cell) => {
    const td = cell.closest("td");
    return [rows.indexOf(td.parentNode), td.cellIndex];
  };
  const at = (row, column) => rows[row]?.cells[column]?.querySelector("input:not([type=hidden])");

  // The next cell in a direction that takes points; cells that do not apply are stepped over.
  const move = (cell, down, right) => {
    let [row, column] = place(cell);
    let next;
    do {
      row += down;
      column += right;
      next = at(row, column);
    } while (next?.disabled);
    if (next) {
      next.focus();
      next.select();
    }
    return Boolean(next);
  };

  form.addEventListener("focusin", ({ target }) => {
    if (!isCell(target)) return;
    target.before = target.value;
    target.select();
  });

  form.addEventListener("input", ({ target }) => isCell(target) && mark(target));

  form.addEventListener("keydown", (event) => {
    const cell = event.target;
    if (!isCell(cell) || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const { selectionStart: start, selectionEnd: end, value } = cell;
    const whole = start === 0 && end === value.length;
    const atStart = whole || (start === 0 && end === 0);
    const atEnd = whole || (start === value.length && end === value.length);
    let done = true;
    if (event.key === "Enter") move(cell, event.shiftKey ? -1 : 1, 0);
    else if (event.key === "Escape") {
      // First what stood here when the cell was entered, then what is saved.
      cell.value = cell.value === cell.before ? saved(cell) : cell.before;
      cell.select();
      mark(cell);
    } else if (event.shiftKey) done = false;
    else if (event.key === "ArrowDown") move(cell, 1, 0);
    else if (event.key === "ArrowUp") move(cell, -1, 0);
    else if (event.key === "ArrowLeft" && atStart) done = move(cell, 0, -1);
    else if (event.key === "ArrowRight" && atEnd) done = move(cell, 0, 1);
    else done = false;
    if (done) event.preventDefault();
  });

  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== "s") return;
    event.preventDefault();
    if (!saving) form.requestSubmit();
  });

  form.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text/plain").replace(/\r?\n$/, "");
    if (!isCell(event.target) || !/[\t\n]/.test(text)) return;
    event.preventDefault();
    const [top, left] = place(event.target);
    const lost = [];
    text.split(/\r?\n/).forEach((line, down) => {
      line.split("\t").forEach((part, right) => {
        const cell = at(top + down, left + right);
        const value = part.trim();
        if (cell && !cell.disabled) {
          cell.value = value;
          mark(cell);
        } else if (value && value !== cell?.value) lost.push(value);
      });
    });
    status.textContent = lost.length ? `${form.dataset.lost} ${lost.join("; ")}` : "";
  });

  form.addEventListener("submit", () => (saving = true));
  addEventListener("pageshow", () => (saving = false));
  addEventListener("beforeunload", (event) => {
    if (!saving && !unsaved.hidden) event.preventDefault();
  });
})();
