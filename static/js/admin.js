// Names for fields that the administration leaves without a label: those in the rows of a table take
// the heading of their column, the search its own words.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const words = document.querySelector("script[data-search]").dataset;

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

  // What scrolls can be reached without a mouse.
  document.querySelectorAll(".inline-group, #changelist .results").forEach((group) => {
    if (group.querySelector("a[href], input:not([type=hidden]), select, textarea")) return;
    group.tabIndex = 0;
  });

  // A heading without words is none.
  document.querySelectorAll(".inline-group thead th").forEach((head) => {
    if (!head.textContent.trim()) head.setAttribute("role", "cell");
  });

  // A list one can search in: its box is named by the label of the field behind it.
  const nameLists = (scope) => {
    scope.querySelectorAll("select.select2-hidden-accessible").forEach((field) => {
      const name = field.labels[0]?.textContent.trim().replace(/:$/, "") || field.getAttribute("aria-label");
      const box = field.nextElementSibling?.querySelector(".select2-selection");
      if (!name || !box) return;
      box.setAttribute("aria-label", name);
      box.querySelector("[role=textbox]")?.setAttribute("aria-label", name);
    });
  };
  addEventListener("load", () => nameLists(document));

  const search = document.getElementById("searchbar");
  search?.setAttribute("aria-label", words.search);
});
