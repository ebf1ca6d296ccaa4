// Suggestions while one types, as a WAI-ARIA combobox with a list. Without this file, or when the
// server does not answer, the field stays what it is: a form that leads to the page of results.
"use strict";

(() => {
  const WAIT = 180; // milliseconds without a letter before the server is asked
  const FEWEST = 2;

  const suggest = (form) => {
    const input = form.elements.q;
    const list = form.querySelector(".suggestions");
    const status = form.querySelector("[role=status]");
    const within = form.elements["co-quan"];
    let options = [];
    let active = -1;
    let timer = 0;
    let asking = null;

    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", list.id);
    input.setAttribute("aria-expanded", "false");
    list.setAttribute("role", "listbox");

    const close = () => {
      list.hidden = true;
      active = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    };

    const forget = () => {
      clearTimeout(timer);
      if (asking) asking.abort();
      asking = null;
      options = [];
      status.textContent = "";
      close();
    };

    const open = () => {
      if (!options.length) return;
      list.hidden = false;
      input.setAttribute("aria-expanded", "true");
    };

    const activate = (index) => {
      if (options[active]) options[active].setAttribute("aria-selected", "false");
      active = index;
      if (index < 0) {
        input.removeAttribute("aria-activedescendant");
        return;
      }
      options[index].setAttribute("aria-selected", "true");
      options[index].scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", options[index].id);
    };

    const option = ({ title, context, url }, index) => {
      const item = document.createElement("li");
      item.id = `${list.id}-${index}`;
      item.dataset.url = url;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", "false");
      const name = document.createElement("b");
      name.textContent = title;
      const where = document.createElement("span");
      where.textContent = context;
      item.append(name, " ", where);
      return item;
    };

    const show = ({ results, said }) => {
      options = results.map(option);
      list.replaceChildren(...options);
      status.textContent = said;
      close();
      if (document.activeElement === input) open();
    };

    const ask = async () => {
      const words = input.value.trim();
      const query = new URLSearchParams({ q: words });
      if (within && within.value) query.set("co-quan", within.value);
      if (form.dataset.beside) query.set("gan", form.dataset.beside);
      const request = new AbortController();
      asking = request;
      try {
        const answer = await fetch(`${form.dataset.suggestions}?${query}`, {
          signal: request.signal,
        });
        if (!answer.ok) throw new Error(answer.status);
        const found = await answer.json();
        if (asking === request) show(found);
      } catch {
        if (asking === request) forget();
      }
    };

    input.addEventListener("input", () => {
      forget();
      if (input.value.trim().length >= FEWEST) timer = setTimeout(ask, WAIT);
    });

    input.addEventListener("keydown", (event) => {
      if (event.isComposing) return; // a Vietnamese input method is still making the letter
      const { key, altKey } = event;
      if (key === "ArrowDown" || key === "ArrowUp") {
        if (!options.length) return;
        event.preventDefault();
        if (list.hidden) open();
        if (altKey) return;
        const step = key === "ArrowDown" ? 1 : -1;
        // One place more than there are options: the field itself, with what was typed.
        const places = options.length + 1;
        activate(((active + 1 + step + places) % places) - 1);
      } else if (key === "Enter") {
        if (active < 0 || list.hidden) return;
        event.preventDefault();
        window.location.assign(options[active].dataset.url);
      } else if (key === "Escape" && !list.hidden) {
        event.preventDefault(); // the first Escape closes the list, the next one empties the field
        close();
      } else if (key === "Tab") {
        close();
      }
    });

    input.addEventListener("focus", open);
    input.addEventListener("blur", close);
    // A press must not take the focus from the field before the click is counted.
    list.addEventListener("pointerdown", (event) => event.preventDefault());
    list.addEventListener("click", ({ target }) => {
      const chosen = target.closest("[role=option]");
      if (chosen) window.location.assign(chosen.dataset.url);
    });
    if (within) within.addEventListener("change", forget);
  };

  document.querySelectorAll("form.search").forEach(suggest);
})();
