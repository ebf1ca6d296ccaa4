// Names for fields that the administration leaves without a label: those in the rows of a table take
// the heading of their column, the search its own words.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const words = document.querySelector("script[data-original]").dataset;

  const nameFields = (scope) => {
    scope.querySelectorAll("td :is(input:not([type=hidden]), select, textarea)").forEach((field) => {
      const table = field.closest("table");
      if (!table?.tHead || field.labels.length || field.hasAttribute("aria-label")) return;
      const head = table.tHead.rows[0].cells[field.closest("td").cellIndex];
      const name = head?.textContent.trim();
      if (name && !field.hasAttribute("aria-labelledby")) field.setAttribute("aria-label", name);
    });
  };

  nameFields(document);
  document.addEventListener("formset:added", ({ target }) => nameFields(target));

  // The first column of an inline table holds what each row is called.
  document.querySelectorAll("th.original:empty").forEach((head) => {
    head.append(Object.assign(document.createElement("span"), { className: "visually-hidden", textContent: words.original }));
  });

  const search = document.getElementById("searchbar");
  search?.setAttribute("aria-label", words.search);
});
