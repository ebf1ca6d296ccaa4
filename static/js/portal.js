// Conveniences only: without this file every page says and does the same.
"use strict";

(() => {
  const root = document.documentElement;
  root.classList.add("js");

  // Size of the text and contrast, remembered on this device. Set before the first paint, so that
  // nothing moves.
  const stored = (name) => {
    try {
      return localStorage.getItem(name);
    } catch {
      return null;
    }
  };
  const store = (name, value) => {
    try {
      localStorage.setItem(name, value);
    } catch {
      // Private windows may refuse; the choice then lasts for this page.
    }
  };
  root.dataset.size = Number(stored("text-size")) || 0;
  root.dataset.contrast = stored("contrast") === "more" ? "more" : "usual";

  const changeSize = (step) => {
    const size = step === 0 ? 0 : Math.max(-1, Math.min(2, Number(root.dataset.size) + step));
    root.dataset.size = size;
    store("text-size", size);
  };

  const sayContrast = () => {
    document.querySelectorAll("button[data-contrast]").forEach((button) => {
      button.setAttribute("aria-pressed", String(root.dataset.contrast === "more"));
    });
  };

  const changeContrast = () => {
    root.dataset.contrast = root.dataset.contrast === "more" ? "usual" : "more";
    store("contrast", root.dataset.contrast);
    sayContrast();
    document.dispatchEvent(new Event("recoloured")); // the interactive chart follows
  };

  // As the server searches: đ is d, marks are dropped, white space counts once.
  const fold = (text) => {
    const bare = text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/đ/gi, "d");
    return bare.toLowerCase().trim().replace(/\s+/g, " ");
  };

  const filterRows = (form) => {
    const table = document.querySelector("table.league");
    const { q } = form.elements;
    // A list that the server has already cut short cannot be searched here.
    if (!table || !q || q.defaultValue || form.dataset.filter === "server") return;
    if (document.querySelector(".pages")) return;
    const rows = Array.from(table.tBodies[0].rows, (row) => {
      const name = row.querySelector("th a") || row;
      return [row, fold(name.textContent)];
    });
    const output = form.querySelector("output");
    q.addEventListener("input", () => {
      const words = fold(q.value);
      let shown = 0;
      rows.forEach(([row, text]) => {
        row.hidden = !text.includes(words);
        shown += row.hidden ? 0 : 1;
      });
      output.value = words ? `${shown} / ${rows.length}` : "";
    });
  };

  document.addEventListener("DOMContentLoaded", () => {
    sayContrast();
    document.addEventListener("click", ({ target }) => {
      if (target.dataset.textSize) changeSize(Number(target.dataset.textSize));
      if (target.matches("button[data-contrast]")) changeContrast();
      if ("print" in target.dataset) window.print();
    });
    document.querySelectorAll("form[data-filter]").forEach((form) => {
      filterRows(form);
      form.addEventListener("change", ({ target }) => {
        if (target.tagName === "SELECT") form.submit();
      });
    });
  });
})();
